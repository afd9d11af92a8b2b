# (pyHanko is typed in part only)

"""Which changes behind a signature are harmless: pyHanko's whitelist and some rules of ours.

Everything not on the list is suspicious. Ours let pass what common writers do and no reader can
see: object numbers listed as free that were never used (iText 7), validation data replaced when it
is renewed (EU DSS, iText), form fields entered into the structure tree of a tagged file (iText). A
new visible signature field after a certification (VGCA) is let pass here and judged by the gate,
which looks at what it hides. None of them changed a verdict on any attack known to us.
"""

from collections.abc import Iterable, Iterator

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NullObject,
    PdfObject,
    Reference,
    StreamObject,
)
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DocInfoRule,
    FormUpdatingRule,
    GenericFieldModificationRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    ReferenceUpdate,
    SigFieldCreationRule,
    SigFieldModificationRule,
    SuspiciousModification,
    WhitelistRule,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.constants import ROOT_EXEMPT_STRICT_COMPARISON
from pyhanko.sign.diff_analysis.form_rules_api import FormUpdate
from pyhanko.sign.diff_analysis.rules_api import Context

from signing.awaited import NothingAwaitedRule
from signing.filling import FillingFirst
from signing.pages import entries, follow

_STORE_KEYS = {"/Type", "/VRI", "/Certs", "/CRLs", "/OCSPs"}
_RECORD_KEYS = {"/Type", "/TU", "/TS", "/Cert", "/CRL", "/OCSP"}
_FORM_ELEMENT_KEYS = {"/Type", "/S", "/P", "/Pg", "/K", "/T", "/Alt", "/Lang"}
_OBJECT_REFERENCE_KEYS = {"/Type", "/Obj", "/Pg"}
_DEEPEST = 20
_CERTIFIED = {"/DocMDP"}


class UnusedFreedRule(WhitelistRule):
    """Lets an object be freed that was null before, or that nothing led to."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        """Give the freed references that did not matter in the older revision."""
        freed = new.refs_freed_in_revision()
        used = old.collect_dependencies(old.trailer_view) if freed else set()
        for reference in freed:
            if reference not in used or isinstance(old(reference), NullObject):
                yield ReferenceUpdate(reference)


class ValidationDataRule(WhitelistRule):
    """Lets /DSS be added and replaced: it shows nothing, and PAdES lets it be renewed.

    Only what stands under /DSS and has its shape may be replaced; an object that is used anywhere
    else is not.
    """

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        """Give the references under /DSS that are new or were used only there."""
        if "/DSS" not in new.root:
            if "/DSS" in old.root:
                raise SuspiciousModification("the validation data was deleted")
            return
        store = new.root.raw_get("/DSS")
        _require_store(store.get_object())
        for reference in new.collect_dependencies(store, since_revision=0):
            yield from _only_under(("/Root", "/DSS"), reference, old)


def _require_store(store: PdfObject) -> None:
    store = _with_keys(store, _STORE_KEYS)
    for name in ("/Certs", "/CRLs", "/OCSPs"):
        _require_streams(store, name)
    records = follow(store, "/VRI") or DictionaryObject()
    if not isinstance(records, DictionaryObject) or isinstance(records, StreamObject):
        raise SuspiciousModification("the validation data does not have its shape")
    for key in records:
        record = _with_keys(records[key], _RECORD_KEYS)
        for name in ("/Cert", "/CRL", "/OCSP"):
            _require_streams(record, name)


def _with_keys(dictionary: PdfObject, keys: set[str]) -> DictionaryObject:
    is_plain = not isinstance(dictionary, StreamObject)
    if isinstance(dictionary, DictionaryObject) and is_plain and set(dictionary) <= keys:
        return dictionary
    raise SuspiciousModification("the validation data does not have its shape")


def _require_streams(dictionary: DictionaryObject, name: str) -> None:
    array = follow(dictionary, name)
    if array is None:
        return
    if not isinstance(array, ArrayObject) or not all(
        isinstance(piece.get_object(), StreamObject) for piece in array
    ):
        raise SuspiciousModification("the validation data does not have its shape")


def _only_under(
    place: tuple[str, ...], reference: Reference, old: HistoricalResolver
) -> Iterator[ReferenceUpdate]:
    """Clear a reference where it was reached through a place; other ways stay unexplained."""
    usages = old._get_usages_of_ref(reference)  # noqa: SLF001 - the library's rules ask it so, too
    if not usages:
        yield ReferenceUpdate(reference)
    for path in usages:
        if tuple(path.path[: len(place)]) == place:
            yield ReferenceUpdate(reference, context_checked=Context.from_absolute(old, path))


class StructureGrowthRule(WhitelistRule):
    """Lets the structure tree grow by elements for form fields, and by nothing else (14.7.2)."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        """Give the references of the tree that only grew, and of what it grew by."""
        if "/StructTreeRoot" not in old.root or "/StructTreeRoot" not in new.root:
            return
        for reference in new.explicit_refs_in_revision():
            if not _is_in_tree(reference, old) or not _only_grew(old(reference), new(reference)):
                continue
            yield from _only_under(("/Root", "/StructTreeRoot"), reference, old)
            for kid in _kids(new(reference)):
                if isinstance(kid, IndirectObject) and old.is_ref_unassignable(kid.reference):
                    yield ReferenceUpdate(kid.reference)
        before, after = old.root["/StructTreeRoot"], new.root["/StructTreeRoot"]
        if _parents_only_grew(before, after):
            for reference in _parent_tree(after):
                yield from _only_under(("/Root", "/StructTreeRoot", "/ParentTree"), reference, old)


def _is_in_tree(reference: Reference, old: HistoricalResolver) -> bool:
    usages = old._get_usages_of_ref(reference)  # noqa: SLF001 - the library's rules ask it so, too
    return any(path.path[:2] == ("/Root", "/StructTreeRoot") for path in usages)


def _only_grew(before: PdfObject, after: PdfObject) -> bool:
    """Tell whether an element, or the root, has what it had and at most new elements for fields."""
    if isinstance(before, StreamObject) or isinstance(after, StreamObject):
        return False
    if not (isinstance(before, DictionaryObject) and isinstance(after, DictionaryObject)):
        return False
    growing = {"/K", "/ParentTree", "/ParentTreeNextKey"}
    if set(before) - growing != set(after) - growing:
        return False
    if any(before.raw_get(key) != after.raw_get(key) for key in set(before) - growing):
        return False
    had, has = _kids(before), _kids(after)
    return has[: len(had)] == had and all(
        isinstance(kid, IndirectObject) and _is_form_element(kid.get_object())
        for kid in has[len(had) :]
    )


def _kids(element: DictionaryObject) -> list[PdfObject]:
    if "/K" not in element:
        return []
    kids = element.raw_get("/K")
    return list(kids) if isinstance(kids, ArrayObject) else [kids]


def _is_form_element(element: PdfObject) -> bool:
    """Tell whether an element stands for a form field: it holds an annotation and no content."""
    if not isinstance(element, DictionaryObject) or isinstance(element, StreamObject):
        return False
    kids = [kid.get_object() for kid in _kids(element)]
    return (
        "/S" in element
        and element["/S"] == "/Form"
        and set(element) <= _FORM_ELEMENT_KEYS
        and all(
            isinstance(kid, DictionaryObject)
            and set(kid) <= _OBJECT_REFERENCE_KEYS
            and "/Obj" in kid
            for kid in kids
        )
    )


def _parents_only_grew(before: DictionaryObject, after: DictionaryObject) -> bool:
    had, has = _parents(before), _parents(after)
    return all(key in has and _same(has[key], value) for key, value in had.items()) and all(
        _is_form_element(has[key].get_object()) for key in has.keys() - had.keys()
    )


def _same(one: PdfObject, other: PdfObject) -> bool:
    """Tell whether two entries of the tree lead to the same elements."""
    if isinstance(one, IndirectObject) and isinstance(other, IndirectObject) and one == other:
        return True
    first, second = one.get_object(), other.get_object()
    return isinstance(first, ArrayObject) and isinstance(second, ArrayObject) and first == second


def _parents(root: DictionaryObject) -> dict[int, PdfObject]:
    found: dict[int, PdfObject] = {}
    for node in _nodes(root):
        numbers = entries(node, "/Nums") or ArrayObject()
        found |= {int(numbers[at]): numbers.raw_get(at + 1) for at in range(0, len(numbers), 2)}
    return found


def _parent_tree(root: DictionaryObject) -> Iterator[Reference]:
    """Give the references of the tree's own nodes and of the arrays in it."""
    for node in (root, *_nodes(root)):
        for key in ("/ParentTree", "/Nums", "/Kids"):
            entry = node.raw_get(key) if key in node else None
            if isinstance(entry, IndirectObject):
                yield entry.reference
            held = entry.get_object() if entry is not None else None
            for value in held if isinstance(held, ArrayObject) else ():
                is_node = key == "/Kids" or isinstance(value.get_object(), ArrayObject)
                if isinstance(value, IndirectObject) and is_node:
                    yield value.reference


def _nodes(root: DictionaryObject, depth: int = 0) -> Iterator[DictionaryObject]:
    if depth > _DEEPEST:
        raise SuspiciousModification("the tree of parents is too deep")
    top = follow(root, "/ParentTree")
    below = [top] if isinstance(top, DictionaryObject) else []
    below += [kid.get_object() for kid in entries(root, "/Kids")]
    for node in below:
        yield node
        yield from _nodes(node, depth + 1)


class CertificationRule(WhitelistRule):
    """Lets /Perms name a certification where there was none: the gate asks whether it came first.

    It shows nothing and only forbids; the signature it names must stand in a field as any other.
    """

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        """Give the reference to the new entry, where it has one."""
        before, after = follow(old.root, "/Perms"), follow(new.root, "/Perms")
        if before == after:
            return
        if (
            before is not None
            or not isinstance(after, DictionaryObject)
            or set(after) != _CERTIFIED
        ):
            raise SuspiciousModification("the permissions were changed")
        entry = new.root.raw_get("/Perms")
        if isinstance(entry, IndirectObject) and old.is_ref_unassignable(entry.reference):
            yield ReferenceUpdate(entry.reference)


class FormRule(FormUpdatingRule):
    """Judges the form as pyHanko does, but for two points.

    Telling viewers to draw the fields anew counts as filling, because they would then show values
    that nobody saw. And what a revision did not write, it did not change: pyHanko takes a locked
    field for changed whose appearance is older than the signed revision.
    """

    def apply(
        self, old: HistoricalResolver, new: HistoricalResolver
    ) -> Iterable[tuple[ModificationLevel, FormUpdate]]:
        """Give what the library lets pass, at the level it deserves."""
        switched_on = _draws_anew(new) and not _draws_anew(old)
        if switched_on and not isinstance(new.root.raw_get("/AcroForm"), IndirectObject):
            raise SuspiciousModification("/NeedAppearances was switched on in the catalogue")
        least = ModificationLevel.FORM_FILLING if switched_on else ModificationLevel.LTA_UPDATES
        written = new.explicit_refs_in_revision()
        for level, update in super().apply(old, new):
            if update.updated_ref in written:
                yield max(level, least), update


def _draws_anew(revision: HistoricalResolver) -> bool:
    form = follow(revision.root, "/AcroForm")
    return isinstance(form, DictionaryObject) and bool(follow(form, "/NeedAppearances"))


_SILENT = ModificationLevel.LTA_UPDATES
DIFF_POLICY = FillingFirst(
    global_rules=[
        NothingAwaitedRule().as_qualified(_SILENT),
        CatalogModificationRule(ROOT_EXEMPT_STRICT_COMPARISON | {"/Perms"}),
        CertificationRule().as_qualified(_SILENT),
        DocInfoRule().as_qualified(_SILENT),
        XrefStreamRule().as_qualified(_SILENT),
        ObjectStreamRule().as_qualified(_SILENT),
        ValidationDataRule().as_qualified(_SILENT),
        MetadataUpdateRule().as_qualified(_SILENT),
        UnusedFreedRule().as_qualified(_SILENT),
        StructureGrowthRule().as_qualified(_SILENT),
    ],
    form_rule=FormRule(
        field_rules=[
            SigFieldCreationRule(allow_new_visible_after_certify=True),
            SigFieldModificationRule(),
            GenericFieldModificationRule(),
        ],
    ),
    reject_object_freeing=False,
)
