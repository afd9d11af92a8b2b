# (pyHanko is typed in part only)

"""One incremental update of a PDF: the only way a file is changed once it may carry signatures.

The bytes that were there stay, byte for byte, as the beginning of the result. The file's metadata
stays too: a changed modification date would be one more difference for every validator to weigh.
"""

from io import BytesIO
from typing import BinaryIO, Self

from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject, PdfObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from kernel.errors import Refused
from signing.making.appearance import Appearance, Piece

UNREADABLE = (PdfError, LookupError, TypeError, ValueError, AttributeError, RecursionError)
"""What pyHanko raises on files that are not as they should be."""

_STRETCH = 0.02  # a picture may miss its field's proportions by this much before it is refused


class Update(IncrementalPdfFileWriter):
    """Changes to a PDF, written behind its last byte."""

    IO_CHUNK_SIZE = 1 << 16  # a scan is copied in larger bites than pyHanko's

    @classmethod
    def of(cls, pdf: bytes) -> Self:
        """Begin an update of ``pdf``.

        Raises:
            Refused: ``signing.unreadable_pdf`` or ``signing.encrypted_pdf``.
        """
        return cls.on(BytesIO(pdf))

    @classmethod
    def on(cls, file: BinaryIO) -> Self:
        """Begin an update of an open file, which stays as it is and is never read whole.

        Raises:
            Refused: ``signing.unreadable_pdf`` or ``signing.encrypted_pdf``.
        """
        try:
            reader = PdfFileReader(file)
        except UNREADABLE as error:
            raise Refused("signing.unreadable_pdf") from error
        if reader.encrypted:
            raise Refused("signing.encrypted_pdf")
        return cls(file, prev=reader)

    @property
    def file(self) -> BinaryIO:
        """The file the update was begun on."""
        file: BinaryIO = self.input_stream
        return file

    def _update_meta(self) -> None:
        """Leave the document information alone, where pyHanko would write the current time."""

    def show(self, widget: DictionaryObject, appearance: Appearance) -> None:
        """Let a field show a picture in the proportions of its rectangle.

        Viewers stretch an appearance to its field, so other proportions would be distorted.

        Raises:
            Refused: ``signing.misfit_picture``.
        """
        if not _similar(_size(widget["/Rect"]), (appearance.width, appearance.height)):
            raise Refused("signing.misfit_picture", field=str(widget.get("/T", "")))
        form = self._add_appearance(appearance)
        widget[pdf_name("/AP")] = DictionaryObject({pdf_name("/N"): form})
        self.update_container(widget)

    def _add_appearance(self, appearance: Appearance) -> IndirectObject:
        first = self._lastobj_id + 1
        references = [self.add_object(_Written(first, piece)) for piece in appearance.objects]
        return references[-1]

    def whole(self) -> bytes:
        """Give the file with the update behind it."""
        out = BytesIO()
        self.write(out)
        return out.getvalue()


class _Written(PdfObject):
    """An object of an appearance under its number in this document."""

    def __init__(self, first: int, piece: Piece) -> None:
        self._first = first
        self._piece = piece

    def write_to_stream(self, stream: BinaryIO, *_: object, **__: object) -> None:
        parts = (p if isinstance(p, bytes) else self._reference(p) for p in self._piece)
        stream.writelines(parts)

    def _reference(self, place: int) -> bytes:
        return b"%d 0 R" % (self._first + place)


def _size(box: list[float]) -> tuple[float, float]:
    left, bottom, right, top = (float(edge) for edge in box)
    return abs(right - left), abs(top - bottom)


def _similar(field: tuple[float, float], picture: tuple[float, float]) -> bool:
    (width, height), (other_width, other_height) = field, picture
    return abs(width * other_height - height * other_width) <= _STRETCH * width * other_height
