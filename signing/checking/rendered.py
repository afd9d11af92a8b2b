"""What the pages looked like when they were signed, against what they look like now.

A second witness, by another program (PDFium) than the one that compares the objects: whatever was
done to the file, outside of the fields that were permitted to change not one point of the picture
may differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO

import pypdfium2 as pdfium
from PIL import Image, ImageChops, ImageDraw

from kernel.drawing import PDFIUM
from kernel.places import POINTS_PER_MM, Rectangle

MOST_PAGES = 200
"""Pages of a file that are compared; reading more of them would take minutes."""

_DOTS_PER_POINT = 96 / 72
_LARGEST_SIDE = 2500  # dots; a monstrous page becomes coarser
_FAINTEST = 8  # of 255; the same page drawn twice is the same to the dot
_CELL = 12  # dots, about 3 mm: changes nearer than that are one change
_SPECK = 4  # dots that are no content
_LETTER = 20  # of 255: ink in a cell, as thin as a letter has
_MOST = 0.75  # of the ink in a cell
_HALF = 0.5  # of a signature; a seal covers about a third, on its left (NĐ 30/2020, Annex I)
_MARGIN = 2  # dots around a permitted field, for the soft edges of what is drawn in it
_FRAME = "#d10000"


class Undrawable(Exception):
    """PDFium cannot open the file or draw a page of it."""


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a page, in millimetres from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Ink:
    """What became of the ink in a rectangle."""

    content: bool
    """There was some outside of signatures."""

    content_hidden: bool
    """Somewhere most of it looks different now."""

    signature_hidden: bool
    """More than half of what signatures showed there looks different now."""


_EVERYTHING_GONE = Ink(content=True, content_hidden=True, signature_hidden=True)


@dataclass(frozen=True, slots=True)
class PageDifference:
    """A page that looks different now."""

    page: int
    """Counted from 0."""

    areas: tuple[Area, ...]
    picture: bytes
    """PNG of the page as it looks now (as it looked then, if it is gone), the areas framed."""


def differences(
    pdf: bytes, signed_length: int, allowed: Mapping[int, Sequence[Rectangle]]
) -> tuple[PageDifference, ...]:
    """Compare what a signature covered with what is seen now.

    Args:
        pdf: The file.
        signed_length: How many of its first bytes are the revision that was signed.
        allowed: By page, counted from 0, the rectangles in points in which it may differ.

    Raises:
        Undrawable: One of the two cannot be drawn.
    """
    with PDFIUM, ExitStack() as stack:
        then = _open(pdf[:signed_length], stack)
        now = _open(pdf, stack)
        pages = min(max(len(then), len(now)), MOST_PAGES)
        return tuple(
            different
            for page in range(pages)
            if (different := _compared(then, now, page, allowed.get(page, ())))
        )


def ink_under(
    pdf: bytes,
    signed_length: int,
    page: int,
    within: Rectangle,
    fields: Sequence[Rectangle],
) -> Ink:
    """Tell what became of the ink that stood in a rectangle when it was signed.

    Args:
        pdf: The file.
        signed_length: How many of its first bytes are the revision that was signed.
        page: Counted from 0.
        within: The rectangle, in points.
        fields: The signature fields that were there already, in points.

    Raises:
        Undrawable: One of the two cannot be drawn.
    """
    with PDFIUM, ExitStack() as stack:
        then, now = _open(pdf[:signed_length], stack), _open(pdf, stack)
        if page >= min(len(then), len(now)):
            return _EVERYTHING_GONE
        before, after = _drawn(then, page), _drawn(now, page)
        if before.size != after.size:
            return _EVERYTHING_GONE
        paper = Image.new("RGB", before.size, "white")
        scope = _mask(then[page], before.size, [within], margin=0)
        inside = _mask(then[page], before.size, fields, margin=0)
        ink = ImageChops.multiply(_unlike(before, paper), scope)
        changed = ImageChops.multiply(_unlike(before, after), ink)
    content = ImageChops.multiply(ink, ImageChops.invert(inside))
    signatures = ImageChops.multiply(ink, inside)
    return Ink(
        content=_count(content) > _SPECK,
        content_hidden=_is_hidden_somewhere(content, changed),
        signature_hidden=_count(ImageChops.multiply(changed, signatures))
        > _count(signatures) * _HALF,
    )


def _is_hidden_somewhere(ink: Image.Image, changed: Image.Image) -> bool:
    """Tell whether somewhere, in the room of a letter, most of the ink looks different now.

    The line of a seal that crosses a letter leaves most of it; a sheet over a figure leaves none.
    """
    gone = ImageChops.multiply(ink, changed)
    return any(
        there >= _LETTER and lost >= there * _MOST
        for there, lost in zip(
            ink.reduce(_CELL).tobytes(), gone.reduce(_CELL).tobytes(), strict=True
        )
    )


def _count(mask: Image.Image) -> int:
    return mask.histogram()[255]


def _open(pdf: bytes, stack: ExitStack) -> pdfium.PdfDocument:
    try:
        document = stack.enter_context(pdfium.PdfDocument(pdf))
        document.init_forms()
    except (pdfium.PdfiumError, ValueError) as error:
        raise Undrawable from error
    return document


def _drawn(document: pdfium.PdfDocument, page: int) -> Image.Image:
    try:
        opened = document[page]
        scale = min(_DOTS_PER_POINT, _LARGEST_SIDE / max(opened.get_size()))
        return opened.render(scale=scale).to_pil().convert("RGB")  # type: ignore[no-any-return] # PDFium is untyped
    except (pdfium.PdfiumError, ValueError, MemoryError, ZeroDivisionError) as error:
        raise Undrawable from error


def _compared(
    then: pdfium.PdfDocument,
    now: pdfium.PdfDocument,
    page: int,
    allowed: Sequence[Rectangle],
) -> PageDifference | None:
    if page >= min(len(then), len(now)):
        remaining = now if page < len(now) else then
        picture = _drawn(remaining, page)
        return _framed(page, picture, [(0, 0, *picture.size)], remaining[page])
    before, after = _drawn(then, page), _drawn(now, page)
    if before.size != after.size:
        return _framed(page, after, [(0, 0, *after.size)], now[page])
    changed = _unlike(before, after)
    permitted = _mask(then[page], before.size, allowed, margin=_MARGIN)
    forbidden = ImageChops.multiply(changed, ImageChops.invert(permitted))
    boxes = list(_boxes(forbidden))
    return _framed(page, after, boxes, now[page]) if boxes else None


def _unlike(one: Image.Image, other: Image.Image) -> Image.Image:
    """Give a mask, 255 where two pictures differ in any colour."""
    red, green, blue = ImageChops.difference(one, other).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point(lambda value: 255 if value > _FAINTEST else 0)


def _mask(
    page: pdfium.PdfPage, size: tuple[int, int], rectangles: Sequence[Rectangle], margin: int
) -> Image.Image:
    """Give a mask, 255 inside of rectangles."""
    mask = Image.new("L", size, 0)
    draw = ImageDraw.Draw(mask)
    for rectangle in rectangles:
        left, top, right, bottom = _dots(page, size, rectangle)
        box = (left - margin, top - margin, right + margin, bottom + margin)
        draw.rectangle(box, fill=255)
    return mask


def _dots(
    page: pdfium.PdfPage, size: tuple[int, int], rectangle: Rectangle
) -> tuple[int, int, int, int]:
    """Turn a rectangle of the page's space into one of its picture, whatever its rotation."""
    x, y = pdfium.raw.c_int(), pdfium.raw.c_int()
    corners = []
    for across, up in (rectangle[:2], rectangle[2:]):
        pdfium.raw.FPDF_PageToDevice(page, 0, 0, *size, 0, across, up, x, y)
        corners.append((x.value, y.value))
    (x1, y1), (x2, y2) = corners
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _boxes(mask: Image.Image) -> Iterator[tuple[int, int, int, int]]:
    """Give a box around each group of neighbouring dots of a mask."""
    if mask.getbbox() is None:
        return
    cells = mask.reduce(_CELL).point(lambda value: 255 if value else 0)
    found = {
        (index % cells.width, index // cells.width)
        for index, value in enumerate(cells.tobytes())
        if value
    }
    while found:
        group = _group(found)
        across, down = [x for x, _ in group], [y for _, y in group]
        yield (
            min(across) * _CELL,
            min(down) * _CELL,
            min((max(across) + 1) * _CELL, mask.width),
            min((max(down) + 1) * _CELL, mask.height),
        )


def _group(found: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Take one group of neighbours out of a set of cells."""
    group = [found.pop()]
    for x, y in group:
        near = {(x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & found
        found -= near
        group += near
    return group


def _framed(
    page: int,
    picture: Image.Image,
    boxes: Sequence[tuple[int, int, int, int]],
    opened: pdfium.PdfPage,
) -> PageDifference:
    width, _ = opened.get_size()
    millimetres = width / picture.width / POINTS_PER_MM
    draw = ImageDraw.Draw(picture)
    for left, top, right, bottom in boxes:
        draw.rectangle((left, top, right - 1, bottom - 1), outline=_FRAME, width=3)
    out = BytesIO()
    picture.save(out, "PNG")
    areas = (
        Area(
            round(left * millimetres, 1),
            round(top * millimetres, 1),
            round((right - left) * millimetres, 1),
            round((bottom - top) * millimetres, 1),
        )
        for left, top, right, bottom in boxes
    )
    return PageDifference(page, tuple(areas), out.getvalue())
