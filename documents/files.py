"""What a person may attach to a document: known kinds whose content is what their name says.

A file that runs, hides or cannot be opened by the receiver is refused here, at the door, while the
person who has the right one is still there.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from documents.archives import require_archive, require_office, runs
from documents.pictures import is_encrypted
from kernel.errors import Refused
from kernel.text import nfc

_MEGABYTE = 1 << 20
_LONGEST_NAME = 200
_LONGEST_NAME_BYTES = 240
"""A file system takes 255 bytes; Vietnamese letters take up to three each."""

_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = {"doc": ("WordDocument",), "xls": ("Workbook", "Book")}
_PDF_HEADER_WITHIN = 1024
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)$")


@dataclass(frozen=True, slots=True)
class FileKind:
    """An acceptable file."""

    media_type: str
    extension: str
    safe_name: str
    """A name without folders, for any file system."""


def inspect(name: str, data: bytes, limit: int) -> FileKind:
    """Recognise a file that a person attaches; ``limit`` is in bytes.

    Raises:
        Refused: The file is not acceptable; the code says why.
    """
    stem, extension = _split(name)
    if not data:
        raise Refused("documents.file_empty", name=name)
    if len(data) > limit:
        raise Refused("documents.file_too_large", name=name, limit=limit // _MEGABYTE)
    if runs(extension) or data.startswith(_PROGRAMS):
        raise Refused("documents.file_executable", name=name)
    kind = _KINDS.get(extension)
    if kind is None:
        raise Refused("documents.file_kind_not_accepted", extension=extension or "—")
    media_type, require = kind
    require(data, extension)
    return FileKind(media_type, extension, _shortened(stem, extension))


def _split(name: str) -> tuple[str, str]:
    """Give the bare stem and the extension in lower case, without folders or hidden letters."""
    base = re.split(r"[/\\]", nfc(name))[-1]
    visible = "".join(c for c in base if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    stem, dot, extension = " ".join(visible.split()).rpartition(".")
    if not dot:
        stem, extension = extension, ""
    stem = stem.strip(" .")
    if not stem:
        raise Refused("documents.file_name_missing")
    return (f"_{stem}" if _RESERVED.match(stem) else stem), extension.lower().strip()


def _shortened(stem: str, extension: str) -> str:
    room = _LONGEST_NAME - len(extension) - 1
    stem = stem[:room]
    while len(f"{stem}.{extension}".encode()) > _LONGEST_NAME_BYTES:
        stem = stem[:-1]
    return f"{stem.rstrip(' .')}.{extension}"


def _require_pdf(data: bytes, extension: str) -> None:
    if b"%PDF-" not in data[:_PDF_HEADER_WITHIN]:
        raise Refused("documents.file_not_what_it_says", extension=extension)
    if is_encrypted(data):
        raise Refused("documents.file_encrypted")


def _require_open_xml(data: bytes, extension: str) -> None:
    if data.startswith(_OLE) and _named_in(data, "EncryptedPackage"):
        raise Refused("documents.file_encrypted")
    require_office(data, extension)


def _require_zip(data: bytes, _extension: str) -> None:
    require_archive(data)


def _require_ole(data: bytes, extension: str) -> None:
    if not data.startswith(_OLE) or not any(
        _named_in(data, stream) for stream in _OLE_STREAMS[extension]
    ):
        raise Refused("documents.file_not_what_it_says", extension=extension)
    if _named_in(data, "_VBA_PROJECT"):
        raise Refused("documents.file_macros")


def _named_in(data: bytes, stream: str) -> bool:
    """Say whether an OLE container's directory names that stream (UTF-16, closed by a zero)."""
    return stream.encode("utf-16-le") in data


def _require_start(start: bytes) -> Callable[[bytes, str], None]:
    def require(data: bytes, extension: str) -> None:
        if not data.startswith(start):
            raise Refused("documents.file_not_what_it_says", extension=extension)

    return require


def _require_text(data: bytes, extension: str) -> None:
    try:
        text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8")
    except UnicodeDecodeError as error:
        raise Refused("documents.file_not_what_it_says", extension=extension) from error
    if any(unicodedata.category(c) == "Cc" for c in set(text) - set("\t\r\n\f")):
        raise Refused("documents.file_not_what_it_says", extension=extension)


_KINDS: dict[str, tuple[str, Callable[[bytes, str], None]]] = {
    "pdf": ("application/pdf", _require_pdf),
    "docx": (f"{_OPEN_XML}wordprocessingml.document", _require_open_xml),
    "xlsx": (f"{_OPEN_XML}spreadsheetml.sheet", _require_open_xml),
    "pptx": (f"{_OPEN_XML}presentationml.presentation", _require_open_xml),
    "doc": ("application/msword", _require_ole),
    "xls": ("application/vnd.ms-excel", _require_ole),
    "png": ("image/png", _require_start(b"\x89PNG\r\n\x1a\n")),
    "jpg": ("image/jpeg", _require_start(b"\xff\xd8\xff")),
    "jpeg": ("image/jpeg", _require_start(b"\xff\xd8\xff")),
    "zip": ("application/zip", _require_zip),
    "txt": ("text/plain", _require_text),
    "csv": ("text/csv", _require_text),
}
