# (pyHanko is typed in part only)

"""What lies in a signed file without being seen, and could be brought up by a later change.

Shadow attacks put it there before anybody signs. Nothing of it is wrong in itself, and honest
programs leave much of it behind; so it is told and lowers nothing. It takes reading every object
and drawing every page, and is searched for only where somebody asks for a full check.
"""

import re
from collections.abc import Iterator
from contextlib import suppress

import pypdfium2 as pdfium
from pyhanko.pdf_utils.generic import DictionaryObject, PdfObject, Reference
from pyhanko.pdf_utils.misc import PdfError

from kernel.drawing import PDFIUM
from signing.checking.examination import fields_of, text_of
from signing.checking.examined import Examination
from signing.checking.opening import Reader
from signing.checking.rendered import MOST_PAGES
from signing.checking.rules.objection import Expected, Objection
from signing.making.fields import TEXT_FIELDS
from signing.making.pages import follow, pages_of

_MOST_OBJECTS = 50_000
_OBJECT_OR_STREAM = re.compile(rb"(?:^|(?<=[\r\n]))(\d{1,7}) \d{1,5} obj\b|\bstream\r?\n")
_WHOLLY = 0.95  # of a text's box, under something drawn later
_DRAWN_WITHOUT_FILE = {"/Type3", "/Type0"}  # drawn by the page itself; judged by its descendant
_COVERING = {pdfium.raw.FPDF_PAGEOBJ_IMAGE, pdfium.raw.FPDF_PAGEOBJ_FORM}
_Box = tuple[float, float, float, float]


def nothing_lies_in_wait(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Tell what is in the file without being seen."""
    if not examination.signatures:
        return
    codes: set[str] = set()
    for search in (_in_objects, _in_bytes, _on_pages, _in_fields):
        with suppress(PdfError, pdfium.PdfiumError, ValueError, TypeError, KeyError):
            codes |= set(search(examination))
    for code in sorted(codes):
        yield Objection(code, ())


def _in_objects(examination: Examination) -> Iterator[str]:
    reader = examination.reader
    pages = {page.container_ref for page in pages_of(reader)}
    for reference in _references(reader):
        found = _readable(reader, reference)
        if not isinstance(found, DictionaryObject):
            continue
        kind = follow(found, "/Type")
        if kind == "/Page" and found.container_ref not in pages:
            yield "orphan_page"
        if kind == "/Font" and not _is_embedded(found):
            yield "font_not_embedded"


def _references(reader: Reader) -> set[Reference]:
    tables = range(reader.xrefs.total_revisions)
    found = {one for table in tables for one in reader.xrefs.explicit_refs_in_revision(table)}
    if len(found) > _MOST_OBJECTS:
        raise ValueError("too many objects")
    return found


def _readable(reader: Reader, reference: Reference) -> PdfObject | None:
    try:
        found: PdfObject = reader.get_object(reference)  # type: ignore[no-untyped-call] # pyHanko
    except (PdfError, ValueError):
        return None
    return found


def _is_embedded(font: DictionaryObject) -> bool:
    if follow(font, "/Subtype") in _DRAWN_WITHOUT_FILE:
        return True
    described = follow(font, "/FontDescriptor")
    files = {"/FontFile", "/FontFile2", "/FontFile3"}
    return isinstance(described, DictionaryObject) and bool(files & set(described))


def _in_bytes(examination: Examination) -> Iterator[str]:
    """Find objects that are written in the file and named by no table."""
    reader, pdf = examination.reader, examination.pdf
    places = set()
    for table in range(reader.xrefs.total_revisions):
        for reference in reader.xrefs.explicit_refs_in_revision(table):
            places.add(reader.xrefs.get_historical_ref(reference, table))
    end_of_stream = 0
    for found in _OBJECT_OR_STREAM.finditer(pdf):
        if found.start() < end_of_stream:
            continue
        if found[1] is None:
            end_of_stream = max(pdf.find(b"endstream", found.end()), found.end())
        elif found.start(1) not in places:
            yield "unlisted_object"
            return


def _on_pages(examination: Examination) -> Iterator[str]:
    with PDFIUM, pdfium.PdfDocument(examination.pdf) as document:
        for number in range(min(len(document), MOST_PAGES)):
            if _hides_text(document[number]):
                yield "covered_text"
                return


def _hides_text(page: pdfium.PdfPage) -> bool:
    """Tell whether a picture was drawn over a whole piece of text."""
    texts: list[_Box] = []
    for drawn in page.get_objects(max_depth=1):
        box = drawn.get_bounds()
        if drawn.type == pdfium.raw.FPDF_PAGEOBJ_TEXT:
            texts.append(box)
        elif drawn.type in _COVERING and any(_covers(box, text) for text in texts):
            return True
    return False


def _covers(box: _Box, text: _Box) -> bool:
    width = min(box[2], text[2]) - max(box[0], text[0])
    height = min(box[3], text[3]) - max(box[1], text[1])
    area = (text[2] - text[0]) * (text[3] - text[1])
    return area > 0 and width > 0 and height > 0 and width * height >= _WHOLLY * area


def _in_fields(examination: Examination) -> Iterator[str]:
    """Find text fields whose value is not what they show."""
    values = {
        text
        for name, _, reference in fields_of(examination.reader, "/Tx")
        if name not in TEXT_FIELDS and (text := text_of(reference))
    }
    shown = _letters(_shown(examination.pdf)) if values else ""
    if any(_letters(value) not in shown for value in values):
        yield "value_not_shown"


def _shown(pdf: bytes) -> str:
    """Give all text of the pages with their fields, as far as pages are drawn."""
    with PDFIUM, pdfium.PdfDocument(pdf) as document:
        document.init_forms()
        texts = []
        for number in range(min(len(document), MOST_PAGES)):
            page = document[number]
            page.flatten()
            texts.append(document[number].get_textpage().get_text_range())
        return "".join(texts)


def _letters(text: str) -> str:
    return "".join(text.split())
