"""After the seal not one entry of one object may be written anew, whatever it is."""

from collections.abc import Iterator

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string

from signing.checking.verdict import Conclusion, Modifications
from signing.making.fields import CODE_NUMBER, ISSUED_DATE
from tests.attack.forgery import Forger
from tests.unit.signing.desk import Desk

SILENT = {"/Length", "/MarkInfo", "/Version", "/Extensions"}
"""Writers count the first anew; the others say what a reader must know, and show nothing."""

CAUGHT = {Conclusion.TOTAL_FAILED, Conclusion.NOT_SIGNED}
"""A form without its fields bears no signature any more, and is told so."""

MOST = 2
"""Entries of one object that are tried."""

VALUES = (
    generic.NumberObject(7),
    generic.NullObject(),
    pdf_name("/Khac"),
    generic.ArrayObject(),
    generic.DictionaryObject(),
)


def numbers(pdf: bytes) -> list[int]:
    """Give the numbers of all objects of a file but its descriptions, which may be kept up to date.

    They tell about the file and show nothing (ISO 32000-2, 14.3).
    """
    forger = Forger.of(pdf)
    described = {
        forger.prev.trailer.raw_get("/Info").idnum,
        forger.root.raw_get("/Metadata").idnum,
    }
    tables = range(forger.prev.xrefs.total_revisions)
    there = {
        one.idnum for table in tables for one in forger.prev.xrefs.explicit_refs_in_revision(table)
    }
    return sorted(there - described)


def changes(pdf: bytes, number: int) -> Iterator[tuple[str, bytes]]:
    """Give every file in which one entry of an object has another value, or is new."""
    reader = Forger.of(pdf)
    entries = reader.get_object(generic.Reference(number, 0, reader))
    keys: list[str | int] = []
    if isinstance(entries, generic.DictionaryObject):
        keys = [*[key for key in entries if key not in SILENT][:MOST], "/Moi"]
    elif isinstance(entries, generic.ArrayObject):
        keys = list(range(len(entries)))[:MOST]
    for place, key in enumerate(keys):
        forger = Forger.of(pdf)
        changed = forger.get_object(generic.Reference(number, 0, forger))
        value = VALUES[(number + place) % len(VALUES)]
        if entries_of(changed, key) == value:
            continue
        changed[pdf_name(key) if isinstance(key, str) else key] = value
        forger.update_container(changed)
        yield str(key), forger.done()


def entries_of(changed: generic.PdfObject, key: str | int) -> generic.PdfObject | None:
    """Give what stands there already."""
    if isinstance(changed, generic.ArrayObject):
        return changed.raw_get(key)
    return changed.raw_get(key) if key in changed else None


@pytest.mark.parametrize("part", range(4))
def test_no_entry_of_any_object_can_be_changed_after_the_seal(
    desk: Desk, sealed: bytes, part: int
) -> None:
    tried = 0
    for number in numbers(sealed)[part::4]:
        for key, forged in changes(sealed, number):
            tried += 1
            verdict = desk.verdict(forged)
            assert verdict.conclusion is Conclusion.TOTAL_FAILED, (number, key)

    assert tried > 10


def with_number(pdf: bytes, number: int = 0, key: str | int = "") -> bytes:
    """Fill in the number as the agency does and, if asked for, write one more entry anew."""
    forger = Forger.of(pdf)
    field = forger.field(CODE_NUMBER)
    box = generic.ArrayObject(map(generic.NumberObject, (0, 0, 57, 17)))
    entries = {"/Type": "/XObject", "/Subtype": "/Form"}
    shown = generic.StreamObject(
        {pdf_name(name): pdf_name(value) for name, value in entries.items()},
        stream_data=b"0 0 9 9 re f",
    )
    shown[pdf_name("/BBox")] = box
    field[pdf_name("/V")] = pdf_string("123")
    field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): forger.add_object(shown)})
    forger.update_container(field)
    if number:
        changed = forger.get_object(generic.Reference(number, 0, forger))
        changed[pdf_name(key) if isinstance(key, str) else key] = generic.NumberObject(7)
        forger.update_container(changed)
    return forger.done()


def appearances(pdf: bytes) -> Iterator[int]:
    """Give what draws the fields that the leader left open; filling them may replace it."""
    reader = Forger.of(pdf).prev
    newest = reader.get_historical_resolver(reader.xrefs.total_revisions - 1)
    for reference in newest.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if field["/T"] in {CODE_NUMBER, ISSUED_DATE} and "/AP" in field:
            for drawn in newest.collect_dependencies(field.raw_get("/AP")):
                yield drawn.idnum


def test_nothing_else_can_change_in_the_update_that_fills_the_number(
    desk: Desk, signed: bytes
) -> None:
    reader = Forger.of(signed)
    filled = desk.verdict(with_number(signed), expecting=False)
    assert filled.modifications is Modifications.PERMITTED

    still_open = set(appearances(signed))
    for number in sorted(set(numbers(signed)) - still_open):
        found = reader.get_object(generic.Reference(number, 0, reader))
        keys: list[str | int] = []
        if isinstance(found, generic.DictionaryObject):
            keys = [*[key for key in found if key not in SILENT][:1], "/Moi"]
        elif isinstance(found, generic.ArrayObject) and found:
            keys = [0]
        for key in keys:
            verdict = desk.verdict(with_number(signed, number, key), expecting=False)
            assert verdict.conclusion in CAUGHT, (number, key)
