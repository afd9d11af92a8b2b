# (pyHanko is typed in part only)

"""Visible signature fields that were added behind a signature, and what they hide.

Signing programs of the country (VGCA) certify with the first signature and add a new visible field
for the next one. Nothing is wrong with that where the paper was empty; but such a field is also the
easiest way to lay a false picture over a signed text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pyhanko.pdf_utils.generic import IndirectObject, Reference
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from kernel.places import Rectangle
from signing.checking.opening import Reader
from signing.checking.rendered import Undrawable, ink_under
from signing.making.pages import annotations_of, entries, pages_of, rectangle_of


class Hides(StrEnum):
    """What a field hides of what was signed."""

    NOTHING = "nothing"
    SIGNATURE = "signature"
    """More than half of an earlier signature's picture."""
    CONTENT = "content"
    PERHAPS = "perhaps"
    """It stands over content, and hides nothing of it wholly."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Addition:
    """One visible place of a signature field that was added later."""

    field: str
    page: int
    """Counted from 0."""

    rectangle: Rectangle
    hides: Hides


def additions(
    pdf: bytes,
    reader: Reader,
    embedded: EmbeddedPdfSignature,
    fields: Sequence[tuple[str, IndirectObject]],
) -> tuple[Addition, ...]:
    """Find the visible signature fields that were added after a signature.

    Args:
        pdf: The file.
        reader: The same, opened.
        embedded: The signature.
        fields: All signature fields there are now, by name.
    """
    revision, length = int(embedded.signed_revision), signed_length(embedded)
    later = [field for field in fields if _introduced(reader, field[1]) > revision]
    if not later:
        return ()
    older = [field for field in fields if field not in later]
    places = list(widgets_of(reader, fields))
    known = {name for name, _ in older}
    return tuple(
        Addition(name, page, where, _hides(pdf, length, page, where, _on(page, places, known)))
        for name, page, where in places
        if name not in known
    )


def signed_length(embedded: EmbeddedPdfSignature) -> int:
    """Give how many of a file's first bytes are the revision that was signed."""
    *_, begin, length = embedded.byte_range
    return int(begin) + int(length)


def _introduced(reader: Reader, reference: IndirectObject) -> int:
    return int(reader.xrefs.get_introducing_revision(reference.reference))


def widgets_of(
    reader: Reader, fields: Sequence[tuple[str, IndirectObject]]
) -> Iterator[tuple[str, int, Rectangle]]:
    """Give field, page and rectangle of every visible widget of some fields."""
    names: dict[Reference, str] = {}
    for name, reference in fields:
        names[reference.reference] = name
        for kid in entries(reference.get_object(), "/Kids"):
            names[kid.reference] = name
    for number, page in enumerate(pages_of(reader)):
        for widget, annotation in annotations_of(page):
            where = rectangle_of(annotation)
            if widget in names and where:
                yield names[widget], number, where


def _on(
    page: int, places: Sequence[tuple[str, int, Rectangle]], names: set[str]
) -> list[Rectangle]:
    return [where for name, number, where in places if number == page and name in names]


def _hides(
    pdf: bytes, length: int, page: int, where: Rectangle, fields: Sequence[Rectangle]
) -> Hides:
    try:
        ink = ink_under(pdf, length, page, where, fields)
    except Undrawable:
        return Hides.UNKNOWN
    if ink.content_hidden:
        return Hides.CONTENT
    if ink.signature_hidden:
        return Hides.SIGNATURE
    return Hides.PERHAPS if ink.content else Hides.NOTHING
