import io
from datetime import date

import pypdfium2 as pdfium
import pytest
from PIL import Image
from pypdf import PdfReader

from kernel.errors import Refused
from kernel.places import POINTS_PER_MM, Place
from tests.unit.documents.reading import find, flat_text_of, size_of


def png(colour, size=(200, 100), mode="RGBA"):
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def places(typesetter, compose):
    return typesetter.typeset(compose("decision")).places


def drawn(pdf):
    with pdfium.PdfDocument(pdf) as document:
        return document[0].render(scale=4, fill_color=(0, 0, 0, 0)).to_pil().convert("RGBA")


def test_a_picture_is_one_page_as_large_as_its_place(typesetter, places):
    place = places["IssuedDate"]

    page = PdfReader(io.BytesIO(typesetter.issued_date_picture(date(2026, 3, 5), place, 2026)))

    assert len(page.pages) == 1
    assert float(page.pages[0].mediabox.width) == pytest.approx(
        place.width * POINTS_PER_MM, abs=0.1
    )
    assert float(page.pages[0].mediabox.height) == pytest.approx(
        place.height * POINTS_PER_MM, abs=0.1
    )


def test_a_picture_carries_no_structure_of_its_own(typesetter, places):
    picture = typesetter.code_number_picture("152", places["CodeNumber"])

    assert "/StructTreeRoot" not in PdfReader(io.BytesIO(picture)).trailer["/Root"]


def test_the_number_is_upright_thirteen_and_ends_at_the_slash(typesetter, places):
    place = places["CodeNumber"]

    picture = typesetter.code_number_picture("152", place)

    assert flat_text_of(picture) == "152"
    assert size_of(picture, "152") == pytest.approx(13, abs=0.01)
    assert find(picture, "152").right == pytest.approx(place.width, abs=0.2)


def test_the_number_stands_on_the_line_of_its_word(typesetter, compose):
    made = typesetter.typeset(compose("decision"))
    place = made.places["CodeNumber"]

    number = find(typesetter.code_number_picture("152", place), "152", ink_only=True)
    word = find(made.pdf, "UBND", ink_only=True)

    assert place.y + number.bottom == pytest.approx(word.bottom, abs=0.2)


def test_the_date_stands_on_the_line_of_its_place_name_in_the_same_size(typesetter, compose):
    made = typesetter.typeset(compose("decision"))
    place = made.places["IssuedDate"]

    picture = typesetter.issued_date_picture(date(2026, 2, 5), place, 2026)

    assert flat_text_of(picture) == "ngày 05 tháng 02 năm 2026"
    assert size_of(picture, "ngày") == pytest.approx(14, abs=0.01)
    day = find(picture, "05", ink_only=True)
    name = find(made.pdf, "Thơ", ink_only=True)
    assert place.y + day.bottom == pytest.approx(name.bottom, abs=0.2)


def test_the_longest_date_fits_its_place(typesetter, places):
    place = places["IssuedDate"]

    picture = typesetter.issued_date_picture(date(2026, 12, 31), place, 2026)

    assert find(picture, "ngày 31 tháng 12 năm 2026").right <= place.width + 0.1


def test_before_numbering_the_date_shows_blanks_and_the_number_nothing(typesetter, places):
    blank_date = typesetter.issued_date_picture(None, places["IssuedDate"], 2026)
    blank_number = typesetter.code_number_picture("", places["CodeNumber"])

    assert flat_text_of(blank_date) == "ngày tháng năm 2026"
    assert find(blank_date, "2026").right <= places["IssuedDate"].width + 0.1
    assert drawn(blank_number).getbbox() is None


def test_a_number_longer_than_its_place_is_refused(typesetter, places):
    with pytest.raises(Refused) as refusal:
        typesetter.code_number_picture("123456", places["CodeNumber"])

    assert refusal.value.code == "documents.number_too_long"


def test_a_transparent_image_stays_transparent(typesetter):
    place = Place(page=0, x=0, y=0, width=50, height=25)
    ink = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    ink.paste((26, 63, 176, 255), (80, 40, 120, 60))
    file = io.BytesIO()
    ink.save(file, "PNG")

    seen = drawn(typesetter.image_picture(file.getvalue(), place))

    assert seen.getpixel((5, 5))[3] == 0
    assert seen.getpixel((seen.width // 2, seen.height // 2))[3] == 255


def test_an_image_keeps_its_shape_in_the_middle_of_the_place(typesetter):
    place = Place(page=0, x=0, y=0, width=50, height=25)

    seen = drawn(typesetter.image_picture(png((200, 0, 0, 255), size=(100, 100)), place))

    left, _, right, _ = seen.getbbox()
    assert right - left == pytest.approx(seen.height, abs=2)
    assert (left + right) / 2 == pytest.approx(seen.width / 2, abs=2)


@pytest.mark.parametrize("broken", [b"", b"not an image", png((0, 0, 0, 0))[:40], b"<svg/>"])
def test_an_image_that_cannot_be_read_is_refused(typesetter, broken):
    with pytest.raises(Refused) as refusal:
        typesetter.image_picture(broken, Place(page=0, x=0, y=0, width=36, height=36))

    assert refusal.value.code == "documents.image_unreadable"
