# (pyHanko is typed in part only)

"""Which changes behind a signature are harmless: pyHanko's whitelist and some rules of ours.

Everything not on the list is suspicious. Ours let pass what common writers do and no reader can
see: object numbers listed as free that were never used (iText 7), validation data replaced when it
is renewed (EU DSS, iText), form fields entered into the structure tree of a tagged file (iText). A
new visible signature field after a certification (VGCA) is let pass here and judged by the gate,
which looks at what it hides. None of them changed a verdict on any attack known to us.
"""

from collections.abc import Iterable

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NullObject,
    PdfObject,
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

from signing.checking.awaited import NothingAwaitedRule
from signing.checking.clearing import is_plain, only_under
from signing.checking.filling import FillingFirst
from signing.checking.growth import StructureGrowthRule
from signing.making.pages import follow

_STORE_KEYS = {"/Type", "/VRI", "/Certs", "/CRLs", "/OCSPs"}
_RECORD_KEYS = {"/Type", "/TU", "/TS", "/Cert", "/CRL", "/OCSP"}
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
            yield from only_under(("/Root", "/DSS"), reference, old)


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
    if is_plain(dictionary) and set(dictionary) <= keys:
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
