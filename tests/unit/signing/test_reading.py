"""Reading faster must not mean reading anything else."""

from io import BytesIO

import pytest
from pyhanko.pdf_utils.misc import PdfError

from signing.checking import reading

STRINGS = [b"<>", b"<00>", b"<0>", b"<FEFF0041>", b"<30 82\r\n0a>", b"<308", b"<zz>", b"<30%x\n31>"]
STRINGS += [b"<" + b"3082" * 50_000 + b">/Next", b"<" + b" " * 70_000 + b"30>"]
NAMES = [b"Type", b"A#20B", b"A#2", b"A#zz", b"T\xc3\xaan", b"", b"a(b", b"#C3#AAn"]
TOKENS = [b"Type /Next", b"Type", b"", b" x", b"T" * 47 + b"/", b"T" * 48 + b"/", b"T" * 200]


def outcome(read: object, *given: object) -> object:
    """Give what a reader gives, or the kind of error it raises."""
    try:
        result = read(*given)  # type: ignore[operator] # one of three readers
    except (PdfError, ValueError) as error:
        return type(error)
    return type(result), result, getattr(result, "original_bytes", None)


@pytest.mark.parametrize("text", STRINGS, ids=range(len(STRINGS)))
def test_a_string_of_digits_is_read_the_same_way(text: bytes) -> None:
    fast, slow = BytesIO(text), BytesIO(text)

    given = outcome(reading.read_hexadecimal, fast)

    assert given == outcome(reading.read_hexadecimal_slowly, slow)
    assert fast.tell() == slow.tell()


@pytest.mark.parametrize("text", NAMES)
def test_a_name_is_decoded_the_same_way(text: bytes) -> None:
    assert outcome(reading.decode_name, text) == outcome(reading.decode_name_slowly, text)


@pytest.mark.parametrize("text", TOKENS)
@pytest.mark.parametrize("limit", [None, 3])
def test_a_token_ends_at_the_same_place(text: bytes, limit: int | None) -> None:
    fast, slow = BytesIO(text), BytesIO(text)

    given = reading.read_until(b" /(", fast, limit)

    assert given == reading.read_until_slowly(b" /(", slow, limit)
    assert fast.tell() == slow.tell()
