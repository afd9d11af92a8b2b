"""Files in a packet: what they are called, and the file itself from under a sender's zipping.

Senders zip most files, label them as they please, and some label a plain file as zipped; so a file
is judged by what it begins with and never by its label (exchange a.7).
"""

import base64
import binascii
import re
import struct
import unicodedata
import zipfile
import zlib
from io import BytesIO

from exchange.findings import PacketRefused
from exchange.limits import Limits
from kernel.text import nfc

NAME_LENGTH = 200

_KIND_LENGTH = 20
_EDGES = re.compile(r"^[\s.]+|[\s.]+$")

ARCHIVE = "application/zip"

_SDK_TYPES = {
    "pdf": "application/pdf",
    "doc": "application/doc",
    "docx": "application/docx",
    "zip": ARCHIVE,
}
"""The four that the common library writes unzipped, in its own words."""

_TRUE_TYPES = {
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "csv": "text/csv",
    "xml": "application/xml",
    "json": "application/json",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "rar": "application/vnd.rar",
    "7z": "application/x-7z-compressed",
}

_OFFICE_OPEN = frozenset({"docx", "docm", "dotx", "xlsx", "xlsm", "xltx", "pptx", "pptm", "ppsx"})
_OTHER_CONTAINERS = frozenset({"odt", "ods", "odp", "odg", "jar", "asice", "asics", "epub", "kmz"})
_OFFICE_OPEN_MARK = "[Content_Types].xml"

_LOCAL_HEADER = b"PK\x03\x04"
_CENTRAL_HEADER = b"PK\x01\x02"
_ENCRYPTED = 0x1
_FREE_RATIO_BYTES = 1024 * 1024
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    ValueError,
)
"""What the standard library raises over archives that are broken or of unknown kinds."""


def content_type(name: str) -> str:
    """Give the label of a file by its extension: the one it is sent under.

    Every file travels as it is: pdf, doc, docx and zip under the common library's own labels, any
    other under its true media type, which receivers take as it is. Zipping them, as the library
    does, would give other bytes each time and a name that only the receiver's unpacking removes.
    """
    kind = extension(name)
    return _SDK_TYPES.get(kind) or _TRUE_TYPES.get(kind, "application/octet-stream")


def extension(name: str) -> str:
    """Give what follows the last dot, in lower case; empty without one."""
    _, dot, after = name.rpartition(".")
    return after.lower() if dot else ""


def safe_name(name: str) -> str:
    """Give a file name without folders, control or invisible characters, of at most 200."""
    last = nfc(name).replace("\\", "/").rpartition("/")[2]
    shown = _EDGES.sub("", "".join(c for c in last if not _is_invisible(c)))
    if len(shown) > NAME_LENGTH:
        stem, dot, kind = shown.rpartition(".")
        kept = f"{dot}{kind}" if len(kind) <= _KIND_LENGTH else ""
        shown = _EDGES.sub("", stem[: NAME_LENGTH - len(kept)] or shown[:NAME_LENGTH]) + kept
    return shown or "file"


def decode(text: str, name: str) -> bytes:
    """Decode base64, on one line or wrapped.

    Raises:
        PacketRefused: It is not base64.
    """
    try:
        packed = text.encode("ascii").translate(None, b" \t\r\n")
        return base64.b64decode(packed, validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise PacketRefused("exchange.broken_base64", name=name) from error


def unpack(name: str, data: bytes, limits: Limits) -> bytes | None:
    """Give the file itself; None for an archive under another name that cannot be undone.

    One level is undone and no more: a ZIP is taken as the sender's packing only where it holds
    exactly one file of the kind that the name promises.

    Raises:
        PacketRefused: Unpacked, it is larger than the limits allow.
    """
    kind = extension(name)
    if kind == "zip" or not data.startswith(_LOCAL_HEADER):
        return data
    unpacked = _only_file(name, kind, data, limits)
    if unpacked is None and kind in _OFFICE_OPEN | _OTHER_CONTAINERS:
        return data
    return unpacked


def _only_file(name: str, kind: str, data: bytes, limits: Limits) -> bytes | None:
    if data.count(_CENTRAL_HEADER) > limits.entries:
        return None
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            files = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
            if len(files) != 1 or not _is_packing(files[0], kind):
                return None
            _require_modest(name, files[0], limits)
            with archive.open(files[0]) as stream:
                return stream.read(files[0].file_size)  # a size keeps the unpacking in bounds
    except _DAMAGED:
        return None


def _is_packing(entry: zipfile.ZipInfo, kind: str) -> bool:
    if entry.flag_bits & _ENCRYPTED:
        return False
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return False  # the others unpack without bounds
    if kind in _OFFICE_OPEN:
        return entry.filename != _OFFICE_OPEN_MARK
    return extension(entry.filename) == kind


def _require_modest(name: str, entry: zipfile.ZipInfo, limits: Limits) -> None:
    allowed = max(_FREE_RATIO_BYTES, entry.compress_size * limits.ratio)
    if entry.file_size > min(limits.attachment_bytes, allowed):
        raise PacketRefused("exchange.unpacked_too_large", name=name)


def _is_invisible(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] == "C" or category in {"Zl", "Zp"}
