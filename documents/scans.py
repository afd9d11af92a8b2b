"""Is a scan good enough to become an electronic copy (Annex I, Part II, I)?

The decree asks for PDF 1.4 or later, 200 dpi or more, in colour, in the original size. What can be
measured is measured: the finest picture that covers a page tells how it was scanned.
"""

import io
from dataclasses import dataclass

import pypdfium2 as pdfium
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from kernel.drawing import PDFIUM
from kernel.errors import Refused

_LEAST_VERSION = 14
_LEAST_DPI = 200
_SLACK = 0.98
"""Scanners round the sheet; 197 dots an inch were asked for as 200."""

_COVERS = 0.5
"""Share of the page from which a picture is the page."""

_INCH = 72
_GREY = {pdfium.raw.FPDF_COLORSPACE_DEVICEGRAY, pdfium.raw.FPDF_COLORSPACE_CALGRAY}


@dataclass(frozen=True, slots=True)
class Scan:
    """What was measured."""

    pages: int
    dpi: int | None
    """Of the coarsest scanned page; none where no page is a picture."""

    grey: tuple[int, ...]
    """Pages that were scanned without colour, counted from 1."""


def scan_of(pdf: bytes) -> Scan:
    """Measure a scan.

    Raises:
        Refused: ``documents.pdf_unreadable``, ``documents.pdf_too_old`` or
            ``documents.scan_too_coarse`` with the page and its dots an inch.
    """
    with PDFIUM:
        try:
            with pdfium.PdfDocument(pdf) as document:
                return _measured(document)
        except pdfium.PdfiumError as error:
            raise Refused("documents.pdf_unreadable") from error


def cleaned(scan: bytes) -> bytes:
    """Write a scan anew, as programs of many kinds read it; before anyone has signed.

    Scanners write tables of contents that strict readers, and so validators, object to; that would
    be held against our signature for ever. A file that bears a signature is given back as it is.

    Raises:
        Refused: ``documents.pdf_unreadable``.
    """
    try:
        reader = PdfReader(io.BytesIO(scan))
        if any(field.get("/FT") == "/Sig" for field in (reader.get_fields() or {}).values()):
            return scan
        writer = PdfWriter(clone_from=reader)
        writer.pdf_header = "%PDF-1.7"
        out = io.BytesIO()
        writer.write(out)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Refused("documents.pdf_unreadable") from error
    return out.getvalue()


def _measured(document: pdfium.PdfDocument) -> Scan:
    version = document.get_version() or 0
    if version < _LEAST_VERSION:
        raise Refused("documents.pdf_too_old", version=f"{version // 10}.{version % 10}")
    found = [(number, *_page(document[number - 1])) for number in range(1, len(document) + 1)]
    scanned = [(number, dpi, grey) for number, dpi, grey in found if dpi is not None]
    for number, dpi, _ in scanned:
        if dpi < _LEAST_DPI * _SLACK:
            raise Refused("documents.scan_too_coarse", page=number, dpi=round(dpi))
    return Scan(
        pages=len(found),
        dpi=round(min(dpi for _, dpi, _ in scanned)) if scanned else None,
        grey=tuple(number for number, _, grey in scanned if grey),
    )


def _page(page: pdfium.PdfPage) -> tuple[float | None, bool]:
    """Give the dots an inch of the pictures that cover the page, and whether all are grey."""
    width, height = page.get_size()
    finest, grey = None, True
    for picture in page.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_IMAGE]):
        left, bottom, right, top = picture.get_bounds()
        if (right - left) * (top - bottom) < _COVERS * width * height:
            continue
        facts = picture.get_metadata()
        dpi = min(facts.width / (right - left), facts.height / (top - bottom)) * _INCH
        finest = max(finest or 0, dpi)
        grey = grey and facts.colorspace in _GREY
    return finest, grey
