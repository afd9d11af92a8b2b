# (pyHanko is typed in part only)

"""Opening a PDF of which nothing is known, strictly if possible.

A strict reader is the better witness; but office programs and old signing programs write files it
stumbles over. Those are opened leniently, and that it was so is told and caps the conclusion.
"""

import logging
from binascii import unhexlify
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import IO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import (
    ByteStringObject,
    PdfObject,
    Reference,
    TextStringObject,
)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import ObjStreamRef

from kernel.log import logger

# Its warnings quote the document; what matters of them is in the verdict.
for _library in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)

_log = logger(__name__)
_PIECE = 64 * 1024  # bytes
_WHITE_SPACE = b" \t\r\n\f\x00"  # ISO 32000-2, 7.2.3


class Trouble(StrEnum):
    """Why something could not be looked at; each is a finding's code."""

    UNREADABLE = "unreadable"
    ENCRYPTED = "encrypted"
    MALFORMED = "malformed_signature"
    UNSUPPORTED = "unsupported_signature"
    OUTDATED = "outdated_signature"
    TOO_LARGE = "too_large"


class Structure(StrEnum):
    """How well the file's cross-references are formed."""

    REGULAR = "regular"
    HYBRID = "hybrid"
    """As office programs write them; unusual, not wrong."""
    IRREGULAR = "irregular"


class Unexaminable(Exception):
    """The file could not be looked at, for the ``trouble`` named."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


def _read_hexadecimal(stream: IO[bytes]) -> ByteStringObject | TextStringObject:
    """Read a string of hexadecimal digits at once; what is unusual about it is left to pyHanko."""
    begin = stream.tell()
    read = b""
    while b">" not in read and (piece := stream.read(_PIECE)):
        read += piece
    digits, end, _ = read[1:].partition(b">")
    kept = digits.translate(None, _WHITE_SPACE)
    try:
        value = unhexlify(kept + b"0" * (len(kept) % 2)) if end else None
    except ValueError:
        value = None
    if value is None:
        stream.seek(begin)
        return _read_hexadecimal_slowly(stream)
    stream.seek(begin + len(digits) + 2)
    return generic.pdf_string(value)


# It reads digit by digit, which takes seconds for a signature of megabytes, and a quarter of the
# time of an ordinary check.
_read_hexadecimal_slowly = generic.read_hex_string_from_stream
generic.read_hex_string_from_stream = _read_hexadecimal


class Reader(PdfFileReader):
    """Reads each object once, however many revisions of the file are compared.

    What is at one place of the file is the same in every revision; a view on a revision copies what
    it gets.
    """

    def __init__(self, pdf: bytes, *, strict: bool) -> None:
        self._read_before: dict[tuple[int, object], PdfObject] = {}
        super().__init__(BytesIO(pdf), strict=strict)

    def _read_object(
        self,
        ref: Reference,
        marker: int | ObjStreamRef | None,
        never_decrypt: bool = False,  # noqa: FBT001, FBT002 - the library calls it so
        as_metadata_stream: bool = False,  # noqa: FBT001, FBT002 - the library calls it so
    ) -> PdfObject:
        if marker is None or as_metadata_stream:
            found: PdfObject = super()._read_object(ref, marker, never_decrypt, as_metadata_stream)
            return found
        key = (ref.idnum, marker)
        if key not in self._read_before:
            self._read_before[key] = super()._read_object(ref, marker, never_decrypt)
        return self._read_before[key]


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that can be looked at."""

    reader: Reader
    structure: Structure


def open_pdf(pdf: bytes) -> Opened:
    """Open any bytes.

    Raises:
        Unexaminable: There is nothing to look at: no PDF, or an encrypted one.
    """
    try:
        reader = Reader(pdf, strict=True)
        hybrid = bool(reader.xrefs.hybrid_xrefs_present)
        structure = Structure.HYBRID if hybrid else Structure.REGULAR
    except Exception:  # noqa: BLE001 - hostile cross-references can raise anything
        reader, structure = _open_leniently(pdf), Structure.IRREGULAR
    # From here on leniently: the strict reader stumbles over freed objects of earlier revisions.
    reader.strict = False
    if reader.encrypted:
        raise Unexaminable(Trouble.ENCRYPTED)
    return Opened(reader, structure)


def _open_leniently(pdf: bytes) -> Reader:
    try:
        return Reader(pdf, strict=False)
    except Exception as error:
        _log.info("file not readable", error=type(error).__name__)
        raise Unexaminable(Trouble.UNREADABLE) from error
