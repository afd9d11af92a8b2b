"""A handwritten signature from a photograph, a scan or a drawing: blue ink on nothing.

Annex I (II.7d) asks for a transparent picture in blue. People photograph a sheet of paper by
whatever light there is, so paper is told from ink by comparing each spot with its surroundings and
not with white.
"""

import io

from PIL import Image, ImageChops, ImageFilter, ImageOps, UnidentifiedImageError

from kernel.errors import Refused

SIZE = (1000, 500)
"""Pixels of the result: twice as wide as high, like the place on the page."""

_BLUE = (0x12, 0x3A, 0xA8)
_LARGEST = 40_000_000
"""Pixels of the largest photograph that is looked at."""

_WORKING_SIDE = 2000
_FAINTEST, _FULL = 18, 70
"""How much darker than the paper around it (of 255) ink begins to show, and shows fully."""

_LEAST_INK, _MOST_INK = 0.0008, 0.35
"""Shares of the picture; less is an empty sheet, more is no signature."""

_MARGIN = 0.03


def signature_picture(image: bytes) -> bytes:
    """Give the signature in ``image`` as a transparent PNG of ``SIZE``, in blue, trimmed.

    Args:
        image: PNG, JPEG or WebP; a drawing may bring its own transparency.

    Raises:
        Refused: ``documents.unreadable_image``, ``documents.image_too_large``,
            ``documents.no_ink`` or ``documents.no_signature``.
    """
    ink = _ink(_opened(image))
    box = ink.point(lambda dark: 255 if dark > _FAINTEST else 0).getbbox()
    share = sum(ink.histogram()[128:]) / (ink.width * ink.height)
    if box is None or share < _LEAST_INK:
        raise Refused("documents.no_ink")
    if share > _MOST_INK:
        raise Refused("documents.no_signature")
    mask = _fitted(ink.crop(box))
    picture = Image.new("RGBA", SIZE, (*_BLUE, 0))
    picture.putalpha(mask)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _opened(data: bytes) -> Image.Image:
    too_large = Refused("documents.image_too_large", megapixels=_LARGEST // 1_000_000)
    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_large from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Refused("documents.unreadable_image") from error
    if image.width * image.height > _LARGEST:
        raise too_large
    try:
        image = ImageOps.exif_transpose(image)
        image.thumbnail((_WORKING_SIDE, _WORKING_SIDE))
    except (OSError, ValueError, SyntaxError) as error:  # it ends before its last line, or lies
        raise Refused("documents.unreadable_image") from error
    return image


def _ink(image: Image.Image) -> Image.Image:
    """Give how much ink there is at each spot, 0 to 255."""
    if "A" in image.getbands() and image.getchannel("A").getextrema()[0] == 0:
        return image.getchannel("A")
    grey = image.convert("L").filter(ImageFilter.MedianFilter(3))
    # Paper is what remains when everything thin and dark is closed; light falls on it unevenly.
    reach = max(grey.size) // 40 * 2 + 1
    small = grey.resize((max(grey.width // 4, 1), max(grey.height // 4, 1)))
    paper = small.filter(ImageFilter.MaxFilter(min(reach // 4 * 2 + 1, 31)))
    paper = paper.filter(ImageFilter.GaussianBlur(reach / 4)).resize(grey.size)
    darker = ImageChops.subtract(paper, grey)
    return darker.point(
        lambda dark: max(0, min(255, (dark - _FAINTEST) * 255 // (_FULL - _FAINTEST)))
    )


def _fitted(ink: Image.Image) -> Image.Image:
    """Centre the trimmed ink in the result, as large as fits with a small margin."""
    room = (int(SIZE[0] * (1 - 2 * _MARGIN)), int(SIZE[1] * (1 - 2 * _MARGIN)))
    shown = ImageOps.contain(ink, room, Image.Resampling.LANCZOS)
    mask = Image.new("L", SIZE, 0)
    mask.paste(shown, ((SIZE[0] - shown.width) // 2, (SIZE[1] - shown.height) // 2))
    return mask
