"""A signature from a photograph: the paper goes, the ink stays, in blue."""

import io
import math

import pytest
from PIL import Image, ImageDraw, ImageFilter

from documents.ink import SIZE, signature_picture
from kernel.errors import Refused


def photograph(*, ink: int = 40, light: int = 90, kind: str = "JPEG", lines: int = 6) -> bytes:
    """A sheet under a lamp: ``light`` grey levels darker at one end than at the other."""
    sheet = Image.linear_gradient("L").resize((1600, 1200)).point(lambda v: 235 - v * light // 255)
    draw = ImageDraw.Draw(sheet)
    for line in range(lines):
        points = [
            (500 + x, 500 + 25 * line + 90 * math.sin(x / (30 + 5 * line)))
            for x in range(0, 600, 4)
        ]
        draw.line(points, fill=ink, width=7)
    noisy = Image.blend(sheet, Image.effect_noise(sheet.size, 40), 0.06)
    out = io.BytesIO()
    noisy.filter(ImageFilter.GaussianBlur(1)).convert("RGB").save(out, kind)
    return out.getvalue()


def shown(picture: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(picture))
    assert (image.format, image.mode, image.size) == ("PNG", "RGBA", SIZE)
    return image


@pytest.mark.parametrize("light", [0, 60, 140])
def test_the_paper_goes_under_any_light_and_the_ink_stays_in_blue(light: int):
    image = shown(signature_picture(photograph(light=light, ink=20)))

    alpha = image.getchannel("A")
    clear = alpha.histogram()[0] / (SIZE[0] * SIZE[1])
    assert clear > 0.5
    assert all(alpha.getpixel(corner) == 0 for corner in ((0, 0), (SIZE[0] - 1, SIZE[1] - 1)))
    assert alpha.getextrema()[1] > 200
    red, _, blue, _ = image.getpixel((SIZE[0] // 2, SIZE[1] // 2))
    assert blue > 2 * red


def test_it_is_trimmed_and_centred():
    left, top, right, bottom = shown(signature_picture(photograph())).getchannel("A").getbbox()

    assert abs(left - (SIZE[0] - right)) <= 2
    assert abs(top - (SIZE[1] - bottom)) <= 2
    assert right - left > 0.9 * SIZE[0] or bottom - top > 0.9 * SIZE[1]


def test_a_drawing_keeps_its_own_transparency():
    drawing = Image.new("RGBA", (1000, 500), (0, 0, 0, 0))
    ImageDraw.Draw(drawing).line([(200, 400), (500, 100), (800, 400)], fill=(0, 0, 0, 255), width=9)
    out = io.BytesIO()
    drawing.save(out, "PNG")

    alpha = shown(signature_picture(out.getvalue())).getchannel("A")

    assert alpha.getbbox() is not None
    assert alpha.histogram()[255] > 1000


def plain(colour: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (800, 600), colour).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (b"", "documents.unreadable_image"),
        (b"<svg onload='x'/>", "documents.unreadable_image"),
        (photograph()[:2000], "documents.unreadable_image"),
        (plain(240), "documents.no_ink"),
        (photograph(lines=0), "documents.no_ink"),
    ],
)
def test_what_is_no_signature_is_refused_with_its_reason(image: bytes, code: str):
    with pytest.raises(Refused) as refusal:
        signature_picture(image)

    assert refusal.value.code == code


def test_a_picture_that_would_fill_the_memory_is_not_opened():
    out = io.BytesIO()
    Image.new("1", (30_000, 20_000)).save(out, "PNG")

    with pytest.raises(Refused) as refusal:
        signature_picture(out.getvalue())

    assert refusal.value.code == "documents.image_too_large"
