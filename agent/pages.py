"""Whether the pages look as they did when the person read them, but for the places of signatures.

The server says what it would append, and that part is signed too. So both are drawn: outside of the
places that the shown document itself reserves, not a point of any page may differ.
"""

from collections import defaultdict
from collections.abc import Iterator

import pypdfium2 as pdfium
from pypdfium2 import raw

from kernel.drawing import PDFIUM
from kernel.errors import Refused
from kernel.places import Rectangle
from signing.checking.rendered import MOST_PAGES, Undrawable, differences


def require_same_pages(shown: bytes, pdf: bytes) -> None:
    """See that signing changes no page outside of the reserved places.

    Raises:
        Refused: ``agent.page_differs``; also where a page cannot be drawn or there are too many.
    """
    try:
        reserved = _reserved(shown)
        changed = differences(pdf, len(shown), reserved)
    except (Undrawable, pdfium.PdfiumError) as error:
        raise Refused("agent.page_differs") from error
    if changed:
        raise Refused("agent.page_differs")


def _reserved(shown: bytes) -> dict[int, list[Rectangle]]:
    """Give the places of the fields of a document, by page."""
    places: dict[int, list[Rectangle]] = defaultdict(list)
    with PDFIUM, pdfium.PdfDocument(shown) as document:
        if len(document) > MOST_PAGES:
            raise Undrawable
        for number in range(len(document)):
            places[number] += _fields_of(document[number])
    return places


def _fields_of(page: pdfium.PdfPage) -> Iterator[Rectangle]:
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        place = raw.FS_RECTF()
        if raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_WIDGET and raw.FPDFAnnot_GetRect(
            annotation, place
        ):
            yield place.left, place.bottom, place.right, place.top
        raw.FPDFPage_CloseAnnot(annotation)
