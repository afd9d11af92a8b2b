"""Reads finished pages back with other programs than the one that made them."""

import subprocess
from dataclasses import dataclass

import pypdfium2 as pdfium
from PIL import ImageChops

from kernel.places import POINTS_PER_MM


@dataclass(frozen=True, slots=True)
class Seen:
    """A piece of text on a page, in millimetres from the top left."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


def text_of(pdf: bytes, *options: str) -> str:
    done = subprocess.run(
        ["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True
    )
    return done.stdout.decode()


def flat_text_of(pdf: bytes) -> str:
    return " ".join(text_of(pdf).split())


def find(pdf: bytes, wanted: str, page: int = 0, *, ink_only: bool = False) -> Seen:
    """Give the box of the first occurrence of a text that stands on one line.

    With ``ink_only`` the bottom is that of the letters: the baseline when none of them descends.
    """
    with pdfium.PdfDocument(pdf) as document:
        sheet = document[page]
        height = sheet.get_height()
        text = sheet.get_textpage()
        found = text.search(wanted, match_case=True).get_next()
        assert found, f"{wanted!r} is not on page {page + 1}"
        boxes = [text.get_charbox(found[0] + i, loose=not ink_only) for i in range(found[1])]
    return Seen(
        wanted,
        min(box[0] for box in boxes) / POINTS_PER_MM,
        (height - max(box[3] for box in boxes)) / POINTS_PER_MM,
        max(box[2] for box in boxes) / POINTS_PER_MM,
        (height - min(box[1] for box in boxes)) / POINTS_PER_MM,
    )


def size_of(pdf: bytes, wanted: str, page: int = 0) -> float:
    """Give the font size, in points, of the first occurrence of a text."""
    with pdfium.PdfDocument(pdf) as document:
        text = document[page].get_textpage()
        found = text.search(wanted, match_case=True).get_next()
        assert found, f"{wanted!r} is not on page {page + 1}"
        return float(pdfium.raw.FPDFText_GetFontSize(text, found[0]))


def lines_of(pdf: bytes, page: int = 0) -> list[tuple[float, float, float]]:
    """Give every horizontal rule as (left, right, top), in millimetres."""
    with pdfium.PdfDocument(pdf) as document:
        sheet = document[page]
        height = sheet.get_height()
        found = []
        for thing in sheet.get_objects(filter=(pdfium.raw.FPDF_PAGEOBJ_PATH,)):
            left, bottom, right, top = thing.get_bounds()
            if top - bottom < 3 < right - left:
                found.append(
                    (left / POINTS_PER_MM, right / POINTS_PER_MM, (height - top) / POINTS_PER_MM)
                )
        return found


def ink_of(pdf: bytes, page: int = 0) -> tuple[float, float, float, float]:
    """Give the box around everything drawn below the top margin, as seen, in millimetres."""
    with pdfium.PdfDocument(pdf) as document:
        dots = 4
        image = document[page].render(scale=dots * 25.4 / 72, grayscale=True).to_pil()
    below_margin = image.crop((0, 16 * dots, image.width, image.height))
    box = below_margin.point(lambda light: 255 if light < 200 else 0).getbbox()
    assert box
    left, top, right, bottom = box
    return left / dots, top / dots + 16, right / dots, bottom / dots + 16


def bright_red_of(pdf: bytes) -> tuple[float, float, float, float]:
    """Give the box around everything bright red on the first page, in millimetres."""
    with pdfium.PdfDocument(pdf) as document:
        image = document[0].render(scale=10 * 25.4 / 72).to_pil()
    red, green, _ = image.convert("RGB").split()
    bright = red.point(lambda light: 255 if light > 240 else 0)
    coloured = green.point(lambda light: 255 if light < 60 else 0)
    box = ImageChops.multiply(bright, coloured).getbbox()
    assert box
    left, top, right, bottom = box
    return left / 10, top / 10, right / 10, bottom / 10


def qpdf_complaints(pdf: bytes, folder) -> str:
    file = folder / "checked.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(["qpdf", "--check", str(file)], capture_output=True, check=False)
    return "" if done.returncode == 0 and b"WARNING" not in done.stdout + done.stderr else str(done)
