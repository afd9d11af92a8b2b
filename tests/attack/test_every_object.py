"""After the seal not one entry of one object may be written anew, whatever it is."""

from collections.abc import Iterator

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from signing.verdict import Conclusion
from tests.attack.forgery import Forger
from tests.unit.signing.desk import Desk

SILENT = {"/Length", "/MarkInfo", "/Version", "/Extensions"}
"""Writers count the first anew; the others say what a reader must know, and show nothing."""

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
