# (pyHanko is typed in part only)

"""Opening a PDF of which nothing is known, strictly if possible.

A strict reader is the better witness; but office programs and old signing programs write files it
stumbles over. Those are opened leniently, and that it was so is told and caps the conclusion.
"""

import logging
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

from pyhanko.pdf_utils.generic import PdfObject, Reference
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import ObjStreamRef

from kernel.log import logger
from signing.checking import reading  # noqa: F401 - reads faster from now on

# Its warnings quote the document; what matters of them is in the verdict.
for _library in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)

_log = logger(__name__)


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
