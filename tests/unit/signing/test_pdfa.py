"""What signing adds keeps PDF/A-2a: each test names the clause of ISO 19005-2 it checks.

The typesetter's page claims PDF/A-2a and is checked as such elsewhere; here it is about every
object that reserving, signing, numbering and sealing put behind it.
"""

import io
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject, StreamObject

from documents.content import Content
from documents.fonts import PACKAGED
from documents.typeset import Typesetter
from signing.checking.verdict import Conclusion
from signing.making.fields import AGENCY_SEAL, CODE_NUMBER, ISSUED_DATE, SIGNER_SIGNATURE, reserve
from signing.making.seal import Fill, number_and_seal
from signing.making.signature import sign
from tests.unit.signing.desk import Desk

_SAMPLE = Path(__file__).parents[2] / "data" / "documents" / "decision_issuing.json"
_PRINT, _UNSEEN = 4, 1 | 2 | 32 | 256
"""Bits of an annotation's flags: print; invisible, hidden, no view, toggle no view."""


@cache
def image(colour: tuple[int, int, int]) -> bytes:
    """Draw a scrawl on transparent ground."""
    canvas = Image.new("RGBA", (300, 150))
    ImageDraw.Draw(canvas).line([(10, 140), (80, 10), (150, 120), (290, 30)], (*colour, 255), 7)
    png = io.BytesIO()
    canvas.save(png, "PNG")
    return png.getvalue()


@pytest.fixture(scope="module")
def steps(desk: Desk) -> tuple[bytes, ...]:
    """Give a real document as typeset, reserved, signed and sealed."""
    draw = Typesetter([PACKAGED])
    content = Content.model_validate_json(_SAMPLE.read_bytes())
    page = draw.typeset(content)
    number, day, signature, seal = (
        page.places[n] for n in (CODE_NUMBER, ISSUED_DATE, SIGNER_SIGNATURE, AGENCY_SEAL)
    )
    blanks = {
        CODE_NUMBER: draw.code_number_picture("", number),
        ISSUED_DATE: draw.issued_date_picture(None, day, 2026),
    }
    reserved = reserve(page.pdf, page.places, blanks)
    when = {"signed_at": desk.now, "reason": "Ký ban hành", "location": "Cần Thơ"}
    blue = draw.image_picture(image((0, 0, 190)), signature)
    signed = sign(reserved, desk.leader, picture=blue, **when)  # type: ignore[arg-type]
    sealed = number_and_seal(
        signed,
        desk.seal,
        number=Fill("12", draw.code_number_picture("12", number)),
        issued_date=Fill("2026-11-23", draw.issued_date_picture(date(2026, 11, 23), day, 2026)),
        picture=draw.image_picture(image((215, 0, 0)), seal),
        **when,  # type: ignore[arg-type]
    )
    return page.pdf, reserved, signed, sealed


@pytest.fixture(params=[1, 2, 3], ids=["reserved", "signed", "sealed"])
def step(request: pytest.FixtureRequest, steps: tuple[bytes, ...]) -> bytes:
    pdf: bytes = steps[request.param]
    return pdf


def root(pdf: bytes) -> DictionaryObject:
    found = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert isinstance(found, DictionaryObject)
    return found


def added(pdf: bytes, before: bytes) -> Iterator[DictionaryObject]:
    """Give the dictionaries that updates wrote behind ``before``."""
    reader = PdfReader(io.BytesIO(pdf))
    for number in sorted({int(n) for n in re.findall(rb"\n(\d+) 0 obj\n", pdf[len(before) :])}):
        found = reader.get_object(IndirectObject(number, 0, reader))
        if isinstance(found, DictionaryObject):
            yield found


def widgets(pdf: bytes) -> list[DictionaryObject]:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return [a.get_object() for page in pages for a in page.get("/Annots", ())]


def test_the_document_itself_passes(desk: Desk, steps: tuple[bytes, ...]) -> None:
    assert desk.verdict(steps[-1]).conclusion is Conclusion.TOTAL_PASSED


def test_6_1_3_every_trailer_has_its_id_and_nothing_follows_the_end(step: bytes) -> None:
    trailers = re.findall(rb"trailer\s*<<.*?>>\s*startxref", step, re.DOTALL)

    assert trailers
    assert all(b"/ID" in trailer and b"/Encrypt" not in trailer for trailer in trailers)
    assert step.endswith(b"%%EOF\n")


def test_6_1_3_the_first_half_of_the_id_stays(step: bytes, steps: tuple[bytes, ...]) -> None:
    first, now = (PdfReader(io.BytesIO(pdf)).trailer["/ID"] for pdf in (steps[0], step))

    assert first[0] == now[0]


def test_6_1_6_hexadecimal_strings_have_an_even_number_of_digits(
    step: bytes, steps: tuple[bytes, ...]
) -> None:
    written = re.sub(rb"stream\n.*?endstream", b"", step[len(steps[0]) :], flags=re.DOTALL)

    strings = re.findall(rb"(?<!<)<([0-9A-Fa-f\s]*)>", written)
    assert all(len(digits) % 2 == 0 for digits in strings)


def test_6_1_7_streams_tell_their_length_and_use_no_lzw(
    step: bytes, steps: tuple[bytes, ...]
) -> None:
    for found in added(step, steps[0]):
        if isinstance(found, StreamObject):
            assert not {"/F", "/FFilter", "/FDecodeParms"} & set(found)
            assert "LZW" not in str(found.get("/Filter", ""))
    for length, body in re.findall(
        rb"/Length (\d+)\b[^>]*(?:>[^>]+)*?>>\s*stream\r?\n(.*?)\r?\nendstream",
        step[len(steps[0]) :],
        re.DOTALL,
    ):
        assert int(length) == len(body)


def test_6_1_12_permissions_name_only_the_certification(steps: tuple[bytes, ...]) -> None:
    permissions = root(steps[-1])["/Perms"]

    assert set(permissions) == {"/DocMDP"}
    for reference in permissions["/DocMDP"]["/Reference"]:
        assert not {"/DigestLocation", "/DigestMethod", "/DigestValue"} & set(reference)


def test_6_2_4_colours_of_pictures_are_calibrated_or_those_of_the_output_intent(
    step: bytes, steps: tuple[bytes, ...]
) -> None:
    intent = root(step)["/OutputIntents"][0]
    assert intent["/DestOutputProfile"]["/N"] == 3

    spaces = [f["/ColorSpace"] for f in added(step, steps[0]) if "/ColorSpace" in f]
    assert all("CMYK" not in str(space) for space in spaces)


def test_6_2_8_images_are_not_smoothed_and_have_no_alternates(
    step: bytes, steps: tuple[bytes, ...]
) -> None:
    images = [f for f in added(step, steps[0]) if f.get("/Subtype") == "/Image"]

    assert bool(images) == (step != steps[1])
    for found in images:
        assert not found.get("/Interpolate", False)
        assert not {"/Alternates", "/OPI"} & set(found)


def test_6_2_9_appearances_are_plain_form_xobjects(step: bytes) -> None:
    for widget in widgets(step):
        form = widget["/AP"]["/N"]
        assert form["/Subtype"] == "/Form"
        assert not {"/OPI", "/PS", "/Subtype2", "/Ref"} & set(form)


def test_6_2_10_transparency_blends_normally(step: bytes, steps: tuple[bytes, ...]) -> None:
    modes = {str(f["/BM"]) for f in added(step, steps[0]) if "/BM" in f}

    assert modes <= {"/Normal"}


def test_6_2_11_fonts_of_number_and_date_are_embedded_with_their_letters(
    step: bytes, steps: tuple[bytes, ...]
) -> None:
    fonts = [f for f in added(step, steps[0]) if f.get("/Type") == "/Font" and "/ToUnicode" in f]

    assert fonts
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"])
        assert inner["/Subtype"] == "/CIDFontType0" or "/CIDToGIDMap" in inner


def test_6_3_2_every_annotation_prints_and_none_is_hidden(step: bytes) -> None:
    for widget in widgets(step):
        flags = int(widget["/F"])
        assert flags & _PRINT
        assert not flags & _UNSEEN


def test_6_3_3_every_annotation_has_one_appearance_and_no_other_states(step: bytes) -> None:
    found = widgets(step)

    assert len(found) == 4
    for widget in found:
        assert set(widget["/AP"]) == {"/N"}
        assert isinstance(widget["/AP"]["/N"].get_object(), StreamObject)


def test_6_4_1_no_viewer_is_asked_to_draw_and_no_field_does_anything(step: bytes) -> None:
    assert "/NeedAppearances" not in root(step)["/AcroForm"]
    assert all(not {"/A", "/AA"} & set(widget) for widget in widgets(step))


def test_6_4_2_there_is_no_other_form_behind_the_form(step: bytes) -> None:
    assert "/XFA" not in root(step)["/AcroForm"]
    assert "/NeedsRendering" not in root(step)


def test_6_4_3_each_signature_covers_the_whole_file_of_its_time(steps: tuple[bytes, ...]) -> None:
    _, _, signed, sealed = steps
    values = {str(w["/T"]): w["/V"] for w in widgets(sealed) if w["/FT"] == "/Sig"}

    for field, whole in ((SIGNER_SIGNATURE, signed), (AGENCY_SEAL, sealed)):
        start, first, behind, rest = values[field]["/ByteRange"]
        assert (start, behind + rest) == (0, len(whole))
        assert whole[first : first + 1] + whole[behind - 1 : behind] == b"<>"


def test_6_5_nothing_starts_by_itself(step: bytes) -> None:
    assert not {"/OpenAction", "/AA"} & set(root(step))


def test_6_6_the_metadata_stays_as_it_was(step: bytes, steps: tuple[bytes, ...]) -> None:
    before, now = root(steps[0])["/Metadata"], root(step)["/Metadata"]

    assert now.get_data() == before.get_data()
    assert now.indirect_reference.idnum == before.indirect_reference.idnum
    assert b"/Type /Metadata" not in step[len(steps[0]) :]


def test_6_7_every_field_has_its_element_and_signing_leaves_the_tree_alone(
    steps: tuple[bytes, ...],
) -> None:
    _, reserved, *later = steps
    assert all("/StructParent" in widget for widget in widgets(later[-1]))
    assert root(later[-1])["/MarkInfo"]["/Marked"]
    for pdf in later:
        assert not {str(f.get("/Type")) for f in added(pdf, reserved)} & {
            "/StructElem",
            "/StructTreeRoot",
        }


def test_6_8_no_file_is_attached(step: bytes, steps: tuple[bytes, ...]) -> None:
    kinds = {str(f.get("/Type")) for f in added(step, steps[0])}

    assert not kinds & {"/Filespec", "/EmbeddedFile"}


def test_6_9_nothing_can_be_switched_off(step: bytes, steps: tuple[bytes, ...]) -> None:
    assert "/OCProperties" not in root(step)
    assert all("/OC" not in f for f in added(step, steps[0]))
