# (pyHanko is typed in part only)

"""The structure tree of a tagged file may grow by elements for form fields, and by nothing else.

Programs that add a signature field to a tagged file enter it there (iText). What a screen reader is
told stays what was signed.
"""

from collections.abc import Iterable, Iterator

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    PdfObject,
    Reference,
)
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis import ReferenceUpdate, SuspiciousModification, WhitelistRule

from signing.checking.clearing import is_plain, only_under
from signing.making.pages import entries, follow

_FORM_ELEMENT_KEYS = {"/Type", "/S", "/P", "/Pg", "/K", "/T", "/Alt", "/Lang"}
_OBJECT_REFERENCE_KEYS = {"/Type", "/Obj", "/Pg"}
_DEEPEST = 20


class StructureGrowthRule(WhitelistRule):
    """Lets the structure tree grow by elements for form fields, and by nothing else (14.7.2)."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        """Give the references of the tree that only grew, and of what it grew by."""
        if "/StructTreeRoot" not in old.root or "/StructTreeRoot" not in new.root:
            return
        for reference in new.explicit_refs_in_revision():
            if not _is_in_tree(reference, old) or not _only_grew(old(reference), new(reference)):
                continue
            yield from only_under(("/Root", "/StructTreeRoot"), reference, old)
            for kid in _kids(new(reference)):
                if isinstance(kid, IndirectObject) and old.is_ref_unassignable(kid.reference):
                    yield ReferenceUpdate(kid.reference)
        before, after = old.root["/StructTreeRoot"], new.root["/StructTreeRoot"]
        if _parents_only_grew(before, after):
            for reference in _parent_tree(after):
                yield from only_under(("/Root", "/StructTreeRoot", "/ParentTree"), reference, old)


def _is_in_tree(reference: Reference, old: HistoricalResolver) -> bool:
    usages = old._get_usages_of_ref(reference)  # noqa: SLF001 - the library's rules ask it so, too
    return any(path.path[:2] == ("/Root", "/StructTreeRoot") for path in usages)


def _only_grew(before: PdfObject, after: PdfObject) -> bool:
    """Tell whether an element, or the root, has what it had and at most new elements for fields."""
    if not (is_plain(before) and is_plain(after)):
        return False
    growing = {"/K", "/ParentTree", "/ParentTreeNextKey"}
    if set(before) - growing != set(after) - growing:
        return False
    if any(before.raw_get(key) != after.raw_get(key) for key in set(before) - growing):
        return False
    if "/ParentTree" in before and not _parents_only_grew(before, after):
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
    if not is_plain(element):
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
    last, following = follow(before, "/ParentTreeNextKey"), follow(after, "/ParentTreeNextKey")
    if following != last and not (isinstance(following, int) and following >= (last or 0)):
        return False
    had, has = _parents(before), _parents(after)
    return all(key in has and _same(has[key], value) for key, value in had.items()) and all(
        _is_form_element(has[key].get_object()) for key in has.keys() - had.keys()
    )


def _same(one: PdfObject, other: PdfObject) -> bool:
    """Tell whether two entries of the tree lead to the same elements, each in its revision."""
    first, second = one.get_object(), other.get_object()
    if isinstance(first, ArrayObject) or isinstance(second, ArrayObject):
        return bool(first == second)
    return bool(one == other)


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
