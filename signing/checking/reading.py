# (pyHanko is typed in part only)

"""The same reading of PDF syntax as pyHanko's, several bytes at a time.

pyHanko reads names, numbers and hexadecimal strings byte by byte: a third of the time of a check,
and seconds for a signature of megabytes. Three of its functions are replaced by ones that give the
same results (tests compare them) and leave to the originals whatever is unusual. Nothing else of
the library is touched.
"""

import re
from binascii import unhexlify
from functools import lru_cache
from os import SEEK_CUR
from typing import IO

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.generic import ByteStringObject, NameObject, TextStringObject

_PIECE = 64 * 1024  # bytes
_TOKEN = 48  # bytes; longer than nearly every name and number
_WHITE_SPACE = b" \t\r\n\f\x00"  # ISO 32000-2, 7.2.3

read_hexadecimal_slowly = generic.read_hex_string_from_stream
decode_name_slowly = generic._decode_name  # noqa: SLF001 - replaced here on purpose
read_until_slowly = misc._read_until_class  # noqa: SLF001 - replaced here on purpose


def read_hexadecimal(stream: IO[bytes]) -> ByteStringObject | TextStringObject:
    """Read a string of hexadecimal digits."""
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
        return read_hexadecimal_slowly(stream)
    stream.seek(begin + len(digits) + 2)
    return generic.pdf_string(value)


def decode_name(name_bytes: bytes) -> NameObject:
    """Decode a name; each is a new object, because where it was read is noted on it."""
    return NameObject(_decoded(name_bytes))


@lru_cache(maxsize=4096)
def _decoded(name: bytes) -> str:
    return str(decode_name_slowly(name))


def read_until(
    class_chars: bytes, stream: IO[bytes], maxchars: int | None = None
) -> tuple[bytes, bool]:
    """Read up to a byte of a class, and that byte; tell whether the file ended instead."""
    if maxchars is not None:
        slowly: tuple[bytes, bool] = read_until_slowly(class_chars, stream, maxchars)
        return slowly
    read = b""
    while piece := stream.read(_TOKEN):
        found = _any_of(class_chars).search(piece)
        if found:
            stream.seek(found.end() - len(piece), SEEK_CUR)
            return read + piece[: found.start()], False
        read += piece
    return read, True


@lru_cache(maxsize=16)
def _any_of(class_chars: bytes) -> re.Pattern[bytes]:
    return re.compile(b"[" + re.escape(class_chars) + b"]")


generic.read_hex_string_from_stream = read_hexadecimal
generic._decode_name = decode_name  # noqa: SLF001 - replaced here on purpose
misc._read_until_class = read_until  # noqa: SLF001 - replaced here on purpose
