"""Signature and seal pictures are transparent, of the right colour, and plainly a test."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageFont

from console.demonstration.images import (
    SEAL_SIZE,
    SIGNATURE_SIZE,
    seal_image,
    signature_image,
)
from kernel.errors import Refused, Unavailable

LIMIT = 150_000
TINOS = (
    Path(__file__).parents[3] / "node_modules/@expo-google-fonts/tinos/700Bold/Tinos_700Bold.ttf"
)


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def inks(picture: Image.Image) -> set[tuple[int, ...]]:
    """Colours of what is not wholly transparent."""
    return {pixel[:3] for pixel in picture.get_flattened_data() if pixel[3]}


def covered(picture: Image.Image) -> float:
    """The part of the picture that bears ink."""
    alphas = list(picture.getchannel("A").get_flattened_data())
    return sum(alpha > 0 for alpha in alphas) / len(alphas)


@pytest.fixture
def font() -> Path:
    if not TINOS.exists():
        pytest.skip("Tinos is not installed: run ./vanthu setup")
    return TINOS


def test_a_signature_is_a_blue_transparent_picture():
    png = signature_image("Nguyễn Thị Mai Anh")

    picture = opened(png)
    assert (picture.format, picture.mode, picture.size) == ("PNG", "RGBA", SIGNATURE_SIZE)
    assert inks(picture) == {(0x1A, 0x3F, 0xB0)}
    assert 0.01 < covered(picture) < 0.2
    assert len(png) < LIMIT


def test_the_ink_of_a_signature_fills_the_picture_and_stays_inside():
    left, top, right, bottom = opened(signature_image("Danh Hoàng Long")).getbbox(alpha_only=True)

    assert left > 0
    assert top > 0
    assert right < SIGNATURE_SIZE[0]
    assert bottom < SIGNATURE_SIZE[1]
    assert right - left > 0.85 * SIGNATURE_SIZE[0] or bottom - top > 0.8 * SIGNATURE_SIZE[1]


def test_a_person_always_signs_alike_and_nobody_else_does():
    assert signature_image("Lê Minh Khang") == signature_image("Lê Minh Khang")
    assert signature_image("Lê Minh Khang") != signature_image("Lê Minh Khánh")


def test_a_name_of_one_word_can_sign():
    assert opened(signature_image("Ý")).size == SIGNATURE_SIZE


def test_a_seal_is_a_round_red_transparent_picture(font: Path):
    png = seal_image("ỦY BAN NHÂN DÂN THÀNH PHỐ CẦN THƠ", "SỞ KHOA HỌC\nVÀ CÔNG NGHỆ", font)

    picture = opened(png)
    assert (picture.format, picture.mode, picture.size) == ("PNG", "RGBA", SEAL_SIZE)
    assert inks(picture) == {(0xD6, 0x1F, 0x2B)}
    assert len(png) < LIMIT
    assert all(picture.getpixel(corner)[3] == 0 for corner in ((5, 5), (835, 5), (5, 835)))
    assert 0.1 < covered(picture) < 0.4


def test_every_seal_says_that_it_is_a_specimen(font: Path):
    plain = opened(seal_image("THÀNH PHỐ CẦN THƠ", "", font))

    written = plain.crop((300, 545, 540, 620)).getbbox(alpha_only=True)

    word_width = ImageFont.truetype(font, 50).getlength("MẪU THỬ")
    assert written is not None
    assert written[2] - written[0] == pytest.approx(word_width, abs=8)


def test_words_too_long_for_the_circle_are_refused(font: Path):
    with pytest.raises(Refused, match="letters_too_many"):
        seal_image("ỦY BAN NHÂN DÂN " * 5, "SỞ NỘI VỤ", font)


def test_a_missing_font_is_named(tmp_path: Path):
    with pytest.raises(Unavailable) as refused:
        seal_image("CẦN THƠ", "SỞ NỘI VỤ", tmp_path / "none.ttf")

    assert refused.value.code == "demonstration.font_missing"
