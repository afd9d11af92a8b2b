# (pyHanko is typed in part only)

"""What a field shows: a one-page PDF, read once and written into any number of documents.

Reading a picture costs more than a signature, and one signature image or seal serves all the
documents of a day. So a picture is kept as the very bytes of its objects, with gaps for the numbers
these objects get in the document they are written to.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from typing import Self

from pyhanko.pdf_utils.generic import IndirectObject, PdfObject, StreamObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter

from kernel.errors import Refused

Piece = tuple[bytes | int, ...]
"""One object's bytes; a number refers to another object of the same appearance by its place."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """A page as a form XObject, ready to be written anywhere."""

    width: float
    height: float
    """In points."""

    objects: tuple[Piece, ...]
    """All that the page needs; the last one is the page itself."""

    @classmethod
    def read(cls, picture: bytes) -> Self:
        """Read the one page of ``picture``.

        The page brings its fonts; signing then costs no font work. It must have no tags of its own,
        because they would point nowhere.

        Raises:
            Refused: ``signing.unreadable_pdf``, ``signing.tagged_picture``.
        """
        try:
            reader = PdfFileReader(BytesIO(picture))
            page, _ = reader.find_page_for_modification(0)
            if "/StructParents" in page.get_object():
                raise Refused("signing.tagged_picture")
            gathered = _Gathered()
            form = gathered.import_page_as_xobject(reader).get_object()
        except PdfError as error:
            raise Refused("signing.unreadable_pdf") from error
        return cls(*_size(form), gathered.pieces())

    def turned(self, quarters: int, scale: float = 1) -> Self:
        """Turn it counterclockwise by quarters of a circle and scale it, for pages that are turned.

        The form is shown by a second one, so that the picture's own bytes stay as they are.
        """
        if (quarters, scale) == (0, 1):
            return self
        cosine, sine = ((1, 0), (0, 1), (-1, 0), (0, -1))[quarters]
        form = (
            b"<</Type/XObject/Subtype/Form/BBox[0 0 %f %f]/Matrix[%d %d %d %d 0 0]"
            % (self.width, self.height, cosine, sine, -sine, cosine)
            + b"/Resources<</XObject<</Picture ",
            len(self.objects) - 1,
            b">>>>/Length 11>>\nstream\n/Picture Do\nendstream",
        )
        sides = (self.width * scale, self.height * scale)
        width, height = sides if sine == 0 else sides[::-1]
        return replace(self, width=width, height=height, objects=(*self.objects, form))


@lru_cache(maxsize=32)
def kept_appearance(picture: bytes) -> Appearance:
    """Read a picture that will be used again, a signature image or a seal, only once."""
    return Appearance.read(picture)


def _size(form: StreamObject) -> tuple[float, float]:
    left, bottom, right, top = (float(edge) for edge in form["/BBox"])
    return abs(right - left), abs(top - bottom)


class _Gathered(PdfFileWriter):
    """A file that is never written: it only gathers what a page needs."""

    def __init__(self) -> None:
        super().__init__(init_page_tree=False)  # type: ignore[no-untyped-call]  # pyHanko's
        self._first = self._lastobj_id + 1

    def allocate_placeholder(self) -> IndirectObject:
        """Refer to an object in a way that can be told from its bytes."""
        return _Gap(super().allocate_placeholder().idnum, 0, self)  # type: ignore[no-untyped-call]  # pyHanko's

    def pieces(self) -> tuple[Piece, ...]:
        """Give the objects gathered, in the order of their numbers."""
        numbers = range(self._first, self._lastobj_id + 1)
        return tuple(_Tape(self.objects[0, number], self._first).piece() for number in numbers)


class _Gap(IndirectObject):
    """A reference whose number is filled in later."""

    def write_to_stream(self, stream: "_Tape", *_: object, **__: object) -> None:
        stream.refer(self.idnum)


class _Tape:
    """Records what an object writes of itself, references apart."""

    def __init__(self, recorded: PdfObject, first: int) -> None:
        self._first = first
        self._parts: list[bytes | int] = []
        self._bytes: list[bytes] = []
        recorded.write_to_stream(self)

    def write(self, data: bytes) -> None:
        """Record bytes."""
        self._bytes.append(data)

    def refer(self, number: int) -> None:
        """Record a reference."""
        self._close()
        self._parts.append(number - self._first)

    def piece(self) -> Piece:
        """Give what was recorded."""
        self._close()
        return tuple(self._parts)

    def _close(self) -> None:
        self._parts.append(b"".join(self._bytes))
        self._bytes.clear()
