# (pyHanko is typed in part only)

"""One incremental update of a PDF: the only way a file is changed once it may carry signatures.

The bytes that were there stay, byte for byte, as the beginning of the result. The file's metadata
stays too: a changed modification date would be one more difference for every validator to weigh.
"""

from io import BytesIO
from typing import Self

from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject, StreamObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from kernel.errors import Refused

_STRETCH = 0.02  # a picture may miss its field's proportions by this much before it is refused


class Update(IncrementalPdfFileWriter):
    """Changes to a PDF, written behind its last byte."""

    @classmethod
    def of(cls, pdf: bytes) -> Self:
        """Begin an update of ``pdf``.

        Raises:
            Refused: ``signing.unreadable_pdf`` or ``signing.encrypted_pdf``.
        """
        reader = _read(pdf)
        if reader.encrypted:
            raise Refused("signing.encrypted_pdf")
        return cls(reader.stream, prev=reader)

    def _update_meta(self) -> None:
        """Leave the document information alone, where pyHanko would write the current time."""

    def show(self, widget: DictionaryObject, picture: bytes) -> None:
        """Make the one page of ``picture`` the appearance of a field.

        The page brings its fonts; a signature then costs no font work. It must have the field's
        proportions, because viewers stretch an appearance to its field, and no tags of its own,
        because they would point nowhere.

        Raises:
            Refused: ``signing.unreadable_pdf``, ``signing.misfit_picture``,
                ``signing.tagged_picture``.
        """
        reader = _read(picture)
        page, _ = reader.find_page_for_modification(0)
        if "/StructParents" in page.get_object():
            raise Refused("signing.tagged_picture")
        reference = self.import_page_as_xobject(reader)
        if not _similar(_size(widget["/Rect"]), _size(_content(reference)["/BBox"])):
            raise Refused("signing.misfit_picture", field=str(widget.get("/T", "")))
        widget[pdf_name("/AP")] = DictionaryObject({pdf_name("/N"): reference})
        self.update_container(widget)

    def whole(self) -> bytes:
        """Give the file with the update behind it."""
        out = BytesIO()
        self.write(out)
        return out.getvalue()


def _read(pdf: bytes) -> PdfFileReader:
    try:
        return PdfFileReader(BytesIO(pdf))
    except PdfError as error:
        raise Refused("signing.unreadable_pdf") from error


def _content(reference: IndirectObject) -> StreamObject:
    content = reference.get_object()
    if not isinstance(content, StreamObject):
        raise TypeError(type(content))
    return content


def _size(box: list[float]) -> tuple[float, float]:
    left, bottom, right, top = (float(edge) for edge in box)
    return abs(right - left), abs(top - bottom)


def _similar(field: tuple[float, float], picture: tuple[float, float]) -> bool:
    (width, height), (other_width, other_height) = field, picture
    return abs(width * other_height - height * other_width) <= _STRETCH * width * other_height
