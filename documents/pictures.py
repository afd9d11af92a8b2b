"""Pages as pictures, for reading on any device and for placing a signature.

PDFium keeps global state and is not made for threads, so one lock guards every use of it.
"""

import io

import pypdfium2 as pdfium

from kernel.drawing import PDFIUM
from kernel.errors import NotFound, Refused
from kernel.places import POINTS_PER_MM

_POINTS_PER_INCH = 72
_NOT_ENCRYPTED = -1
_LARGEST_SIDE = 6000
"""Pixels; a page of monstrous size becomes a coarser picture, never an exhausted machine."""


def page_count(pdf: bytes) -> int:
    """Count the pages.

    Raises:
        Refused: The bytes are not a PDF that can be opened.
    """
    with PDFIUM, _open(pdf) as document:
        return len(document)


def is_encrypted(pdf: bytes) -> bool:
    """Say whether the PDF is encrypted, with or without a password to open it.

    Raises:
        Refused: The bytes are not a PDF that can be opened.
    """
    with PDFIUM:
        try:
            with pdfium.PdfDocument(pdf) as document:
                return int(pdfium.raw.FPDF_GetSecurityHandlerRevision(document)) != _NOT_ENCRYPTED
        except pdfium.PdfiumError as error:
            if error.err_code == pdfium.raw.FPDF_ERR_PASSWORD:
                return True
            raise Refused("documents.pdf_unreadable") from error


def page_size(pdf: bytes, page: int) -> tuple[float, float]:
    """Give width and height of a page, counted from 0, in millimetres.

    Raises:
        Refused: The bytes are not a PDF that can be opened.
        NotFound: There is no such page.
    """
    with PDFIUM, _open(pdf) as document:
        width, height = _page(document, page).get_size()
        return width / POINTS_PER_MM, height / POINTS_PER_MM


def page_picture(pdf: bytes, page: int, dpi: int = 110) -> bytes:
    """Draw a page, counted from 0, with its form fields and signatures, as PNG.

    Raises:
        Refused: The bytes are not a PDF that can be opened.
        NotFound: There is no such page.
    """
    with PDFIUM, _open(pdf) as document:
        document.init_forms()
        sheet = _page(document, page)
        scale = min(dpi / _POINTS_PER_INCH, _LARGEST_SIDE / max(sheet.get_size()))
        image = sheet.render(scale=scale, may_draw_forms=True).to_pil()
    png = io.BytesIO()
    image.save(png, "PNG", compress_level=2)  # half the time of the default, and no larger here
    return png.getvalue()


def _open(pdf: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(pdf)
    except pdfium.PdfiumError as error:
        raise Refused("documents.pdf_unreadable") from error


def _page(document: pdfium.PdfDocument, page: int) -> pdfium.PdfPage:
    if not 0 <= page < len(document):
        raise NotFound("documents.page_unknown", page=page + 1, pages=len(document))
    try:
        return document[page]
    except pdfium.PdfiumError as error:
        raise Refused("documents.pdf_unreadable") from error
