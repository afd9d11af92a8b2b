"""What time-stamps and validation data add keeps PDF/A-2: each test names the clause it checks."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject, StreamObject

from signing.lasting.material import Material
from signing.lasting.proof import add_document_timestamp, embed_validation_data, needs
from tests.authority import LocalAuthority
from tests.office import HeldClock
from tests.unit.signing.desk import Desk

_PRINT, _UNSEEN = 4, 1 | 2 | 32 | 256
"""Bits of an annotation's flags: print; invisible, hidden, no view, toggle no view."""


@pytest.fixture(scope="module")
def archived(desk: Desk, sealed: bytes) -> bytes:
    clock = HeldClock(desk.now + timedelta(minutes=10))
    authority = LocalAuthority(desk.folder / "ca", desk.trust, clock)
    stamped = add_document_timestamp(sealed, authority)
    clock.pass_by(minutes=1)
    known = authority.answers(needs(stamped, desk.trust, Material()))
    return add_document_timestamp(embed_validation_data(stamped, desk.trust, known), authority)


@pytest.fixture
def added(sealed: bytes, archived: bytes) -> list[DictionaryObject]:
    """Every dictionary that was written behind the sealed document."""
    reader = PdfReader(BytesIO(archived))
    numbers = {int(n) for n in re.findall(rb"\n(\d+) 0 obj\n", archived[len(sealed) :])}
    found = [reader.get_object(IndirectObject(number, 0, reader)) for number in sorted(numbers)]
    return [one for one in found if isinstance(one, DictionaryObject)]


@pytest.fixture
def stamps(added: list[DictionaryObject]) -> list[DictionaryObject]:
    return [one for one in added if str(one.get("/T", "")).startswith("TimeStamp")]


def root(pdf: bytes) -> DictionaryObject:
    found = PdfReader(BytesIO(pdf)).trailer["/Root"]
    assert isinstance(found, DictionaryObject)
    return found


def test_6_1_3_every_trailer_has_its_id_and_nothing_follows_the_end(
    sealed: bytes, archived: bytes
) -> None:
    behind = archived[len(sealed) :]
    trailers = re.findall(rb"trailer\s*<<.*?>>\s*startxref", behind, re.DOTALL)

    assert len(trailers) == 3
    assert all(b"/ID" in trailer and b"/Encrypt" not in trailer for trailer in trailers)
    assert archived.rstrip(b"\r\n").endswith(b"%%EOF")


def test_6_1_6_hexadecimal_strings_have_an_even_number_of_digits(
    sealed: bytes, archived: bytes
) -> None:
    behind = re.sub(rb"stream\r?\n.*?endstream", b"", archived[len(sealed) :], flags=re.DOTALL)

    strings = re.findall(rb"(?<!<)<([0-9A-Fa-f]*)>(?!>)", behind)
    assert len(strings) >= 2
    assert all(len(digits) % 2 == 0 for digits in strings)


def test_6_1_7_streams_are_of_this_file_and_use_no_forbidden_filter(
    added: list[DictionaryObject],
) -> None:
    streams = [one for one in added if isinstance(one, StreamObject)]

    assert len(streams) >= 6  # certificates, answers, a list
    for stream in streams:
        assert not {"/F", "/FFilter", "/FDecodeParms"} & set(stream)
        assert "LZW" not in str(stream.get("/Filter", ""))


def test_6_2_11_nothing_that_is_drawn_is_added(added: list[DictionaryObject]) -> None:
    assert not [one for one in added if one.get("/Type") in {"/Font", "/XObject", "/ExtGState"}]


def test_6_3_2_a_stamps_widget_would_print_and_hides_nothing(
    stamps: list[DictionaryObject],
) -> None:
    assert len(stamps) == 2
    for stamp in stamps:
        assert stamp["/Subtype"] == "/Widget"
        assert stamp["/F"] & _PRINT
        assert not stamp["/F"] & _UNSEEN


def test_6_3_3_a_stamps_widget_has_no_size_and_so_needs_no_appearance(
    stamps: list[DictionaryObject],
) -> None:
    for stamp in stamps:
        left, bottom, right, top = (float(edge) for edge in stamp["/Rect"])
        assert (left, bottom) == (right, top)
        assert "/AP" not in stamp


def test_6_4_1_fields_do_nothing_and_viewers_need_not_draw_them(
    archived: bytes, stamps: list[DictionaryObject]
) -> None:
    form = root(archived)["/AcroForm"]

    assert "/NeedAppearances" not in form
    assert "/XFA" not in form
    assert not [stamp for stamp in stamps if {"/A", "/AA"} & set(stamp)]


def test_6_4_3_a_stamp_covers_the_file_before_it_and_has_one_signer(archived: bytes) -> None:
    for name in ("TimeStamp1", "TimeStamp2"):
        fields = PdfReader(BytesIO(archived)).get_fields() or {}
        value = fields[name].value
        first, begin, end, rest = (int(number) for number in value["/ByteRange"])
        assert (first, value["/SubFilter"]) == (0, "/ETSI.RFC3161")
        assert archived[begin : begin + 1] + archived[end - 1 : end] == b"<>"
        assert archived[: end + rest].rstrip(b"\r\n").endswith(b"%%EOF")


def test_6_6_2_the_metadata_and_what_it_claims_stay(sealed: bytes, archived: bytes) -> None:
    before, after = root(sealed), root(archived)

    assert after.raw_get("/Metadata").idnum == before.raw_get("/Metadata").idnum
    assert after["/Metadata"].get_data() == before["/Metadata"].get_data()
    assert b"pdfaid:part" in after["/Metadata"].get_data()


def test_6_7_the_structure_of_the_document_stays(sealed: bytes, archived: bytes) -> None:
    before, after = root(sealed), root(archived)

    assert after["/MarkInfo"] == before["/MarkInfo"]
    assert after["/Lang"] == before["/Lang"]
    structure = after.raw_get("/StructTreeRoot").idnum
    assert structure == before.raw_get("/StructTreeRoot").idnum
    assert b"\n%d 0 obj" % structure not in archived[len(sealed) :]


def test_6_8_no_file_is_embedded(archived: bytes) -> None:
    catalogue = root(archived)

    assert "/EmbeddedFiles" not in catalogue.get("/Names", {})
    assert not {"/AF", "/OpenAction", "/AA"} & set(catalogue)
