# (pyHanko is typed in part only)

"""The one change that nearly every document of ours undergoes, recognised without reading it all.

After a person has signed, one update fills reserved fields: number, date and the next signature. To
judge any update at all, pyHanko reads every object of what was signed, to know what else might use
an object that changed. That costs more than all the rest of a check, and here it is not needed: if
nothing changed but the value and the appearance of known fields, and what is new was never referred
to before, then nothing else can look different.

An update that is not exactly so is no worse for it: it is judged the long way.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TypeGuard

from pyhanko.pdf_utils.generic import (
    DictionaryObject,
    IndirectObject,
    PdfObject,
    Reference,
    StreamObject,
    TextStringObject,
)
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.pdf_utils.xref import XRefSectionType
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel, StandardDiffPolicy
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm

from signing.making.fields import TEXT_FIELDS
from signing.making.pages import entries, follow
from signing.making.update import UNREADABLE

_FILLED = {"/V", "/AP"}
_SPACE = rb"[\x00\t\n\x0c\r ]"


class FillingFirst(StandardDiffPolicy):
    """Recognises plain filling of fields, and asks pyHanko about everything else."""

    def apply(
        self,
        old: HistoricalResolver,
        new: HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult:
        """Judge what one revision changed of an earlier one."""
        try:
            filled = set(filled_fields(old, new))
        except UNREADABLE:  # so odd that the long look shall say what is wrong with it
            filled = set()
        locked = field_mdp_spec is not None and any(map(field_mdp_spec.is_locked, filled))
        if not filled or locked:
            judged: DiffResult = super().apply(old, new, field_mdp_spec, doc_mdp)
            return judged
        return DiffResult(ModificationLevel.FORM_FILLING, filled)


def filled_fields(old: HistoricalResolver, new: HistoricalResolver) -> Iterable[str]:
    """Name the fields that were filled, if that is all; give nothing where it may not be all."""
    if not _is_plain(old, new):
        return ()
    fields = dict(_fields(old))
    written = new.explicit_refs_in_revision()
    changed = {reference: name for reference, name in fields.items() if reference in written}
    added = written - set(changed)
    if not changed or not _was_never_used(added, old, new):
        return ()
    for reference, name in changed.items():
        field = new(reference)
        if not _was_filled(name, old(reference), field, added) or _leads_elsewhere(field, new):
            return ()
    return changed.values()


def _leads_elsewhere(field: DictionaryObject, new: HistoricalResolver) -> bool:
    """Read all that is new behind a field; tell whether a signature hides some of it.

    Raises:
        PdfError, LookupError, …: Something is not as it should be.
    """
    new.collect_dependencies(field, since_revision=new.revision)
    if field["/FT"] != "/Sig":
        return False
    return bool(new.collect_dependencies(field["/V"], since_revision=new.revision))


def _is_plain(old: HistoricalResolver, new: HistoricalResolver) -> bool:
    """Tell whether one follows the other in plain tables, where no object can be hidden."""
    xrefs = new.reader.xrefs
    sections = [xrefs.get_xref_container_info(number) for number in range(new.revision + 1)]
    same = all(_raw(old, key) == _raw(new, key) for key in ("/Root", "/Info", "/Encrypt"))
    return bool(
        same
        and new.revision == old.revision + 1
        and not new.refs_freed_in_revision()
        and all(one.xref_section_type is XRefSectionType.STANDARD for one in sections)
    )


def _raw(revision: HistoricalResolver, key: str) -> PdfObject | None:
    trailer = revision.trailer_view
    return trailer.raw_get(key) if key in trailer else None


def _fields(old: HistoricalResolver) -> Iterator[tuple[Reference, str]]:
    """Give the fields that stand alone, as all of ours do, each with its name."""
    form = follow(old.root, "/AcroForm") or DictionaryObject()
    for reference in entries(form, "/Fields"):
        field = reference.get_object()
        if isinstance(reference, IndirectObject) and _stands_alone(field):
            yield reference.reference, str(field["/T"])


def _stands_alone(field: PdfObject) -> TypeGuard[DictionaryObject]:
    if not isinstance(field, DictionaryObject) or isinstance(field, StreamObject):
        return False
    return "/T" in field and not {"/Kids", "/Parent"} & set(field)


def _was_never_used(
    added: set[Reference], old: HistoricalResolver, new: HistoricalResolver
) -> bool:
    """Tell whether nothing in the older bytes refers to a new object, not even by mistake."""
    if not all(old.is_ref_unassignable(one) and one.generation == 0 for one in added):
        return False
    begin = min(_offsets(new, new.revision), default=0)
    if any(offset >= begin for number in range(new.revision) for offset in _offsets(new, number)):
        return False
    numbers = b"|".join(b"%d" % one.idnum for one in added)
    # A comment between the parts of a reference is legal, and nobody writes one: too odd for here.
    reference = rb"(?:%b)(?:%b*%%|%b+\d+(?:%b*%%|%b+R))" % (numbers, *[_SPACE] * 4)
    stream = new.reader.stream
    stream.seek(0)
    return re.search(reference, stream.read(begin)) is None


def _offsets(resolver: HistoricalResolver, revision: int) -> Iterator[int]:
    """Give where the objects that a revision wrote begin."""
    xrefs = resolver.reader.xrefs
    for reference in xrefs.explicit_refs_in_revision(revision):
        offset = xrefs.get_historical_ref(reference, revision)
        if isinstance(offset, int):  # else it is free
            yield offset


def _was_filled(name: str, before: PdfObject, after: PdfObject, added: set[Reference]) -> bool:
    """Tell whether a field got a value and an appearance, and is otherwise what it was."""
    if not _stands_alone(before) or not _stands_alone(after) or _rest(before) != _rest(after):
        return False
    value, kind = after.get("/V"), after.get("/FT")
    if kind == "/Sig":
        signed = "/V" not in before and _is_new(value, added)
        return signed and _shows_new(after, added)
    is_text = kind == "/Tx" and name in TEXT_FIELDS and isinstance(value, TextStringObject)
    return is_text and _shows_new(after, added)


def _rest(field: DictionaryObject) -> dict[str, PdfObject]:
    return {key: value for key, value in field.items() if key not in _FILLED}


def _is_new(reference: PdfObject | None, added: set[Reference]) -> bool:
    return isinstance(reference, IndirectObject) and reference.reference in added


def _shows_new(field: DictionaryObject, added: set[Reference]) -> bool:
    appearance = field.get("/AP")
    return (
        isinstance(appearance, DictionaryObject)
        and set(appearance) == {"/N"}
        and _is_new(appearance.get("/N"), added)
    )
