"""Pictures for the demonstration: a blue signature and a red seal that nobody can take for real.

Annex I (II.7d, II.8) asks for transparent PNG pictures, blue for the person, red for the agency.
Everything is drawn four times too large as a mask of ink and then reduced, which gives smooth
edges. A name always gives the same signature.
"""

import hashlib
import io
import math
import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from kernel.errors import Refused, Unavailable
from kernel.text import fold
from kernel.words import sentence

SIGNATURE_SIZE = (900, 450)
SEAL_SIZE = (840, 840)

_OVERSIZE = 4
_BLUE = (0x1A, 0x3F, 0xB0)
_RED = (0xD6, 0x1F, 0x2B)

_CROSSED = 0.4
"""How many signatures in one bear a stroke above the name."""

_Point = tuple[float, float]

# Handwriting in heights of a small letter, y upwards from the line; each shape leads into the next.
_LOOP = ((0.15, 0.35), (0.55, 0.8), (0.42, 1.05), (0.18, 0.65), (0.28, 0.1), (0.6, 0.0), (0.9, 0.3))
_ARCH = ((0.2, 0.7), (0.38, 1.0), (0.42, 0.4), (0.5, 0.02), (0.7, 0.1), (0.85, 0.4))
_BOWL = (
    (0.65, 0.95),
    (0.35, 1.0),
    (0.12, 0.45),
    (0.35, 0.0),
    (0.65, 0.5),
    (0.75, 0.05),
    (1.0, 0.3),
)
_TALL = ((0.25, 0.6), (0.75, 2.0), (0.62, 2.5), (0.4, 1.9), (0.3, 0.4), (0.5, 0.0), (0.85, 0.3))
_DEEP = (
    (0.3, 0.9), (0.5, 0.6), (0.55, 0.0), (0.4, -1.2), (0.1, -1.5), (0.05, -1.1), (0.5, -0.3),
    (0.9, 0.3),
)  # fmt: skip
_SHAPES = {"bdhklt": _TALL, "gpqy": _DEEP, "acos": _BOWL, "eirv": _LOOP, "mnux": _ARCH}
_CAPITALS = (
    # a tall loop from below, swung back through itself
    ((-0.9, 0.9), (0.2, 2.0), (1.3, 3.3), (1.0, 3.7), (0.55, 2.6), (0.35, 0.8), (0.0, -0.5),
     (-0.8, -0.6), (-0.7, 0.1), (0.5, 0.5), (1.5, 0.4)),
    # a stem, and a belly drawn over it
    ((0.6, 2.9), (0.4, 1.5), (0.1, -0.2), (-0.5, -0.5), (-0.6, 0.6), (0.2, 2.6), (1.4, 3.3),
     (1.9, 2.5), (1.2, 1.6), (0.7, 1.3), (1.3, 0.7), (1.9, 0.1)),
    # a wide open bow
    ((1.7, 2.7), (1.3, 3.4), (0.4, 3.0), (-0.3, 1.6), (0.0, 0.2), (1.0, -0.2), (1.7, 0.6),
     (1.2, 1.3), (0.8, 0.7), (1.6, 0.2)),
    # two summits
    ((-0.7, 0.2), (-0.3, -0.2), (0.2, 1.4), (0.7, 3.2), (0.8, 1.6), (0.9, 0.1), (1.4, 1.8),
     (1.9, 2.9), (1.9, 1.2), (2.1, 0.0), (2.6, 0.3)),
)  # fmt: skip


def signature_image(full_name: str) -> bytes:
    """Draw a person's invented signature: PNG, 900 x 450 px, transparent, blue (II.7d)."""
    seed = hashlib.sha256(full_name.encode()).digest()
    chance = random.Random(seed)  # noqa: S311 - a picture that must repeat, not a secret
    given = fold(full_name).split()[-1]
    strokes = [_name(given, chance), *_flourish(given, chance)]
    return _png(_ink(_fitted(strokes, SIGNATURE_SIZE)), SIGNATURE_SIZE, _BLUE)


def _name(given: str, chance: random.Random) -> list[_Point]:
    """Lead the pen through a large initial and ever smaller letters."""
    way = [_shaken(point, chance, 0.12) for point in chance.choice(_CAPITALS)]
    right = max(x for x, _ in way[-3:])
    height = 1.0
    for letter in given[1:] + chance.choice(("", "en", "u")):
        shape = next((s for letters, s in _SHAPES.items() if letter in letters), _ARCH)
        stretch = height * chance.uniform(0.95, 1.3)
        for x, y in shape:
            way.append(_shaken((right + x * stretch, y * height), chance, 0.06))
        right += stretch * 0.95
        height *= 0.9
    return [*way, (right + 0.9, 0.35), (right + 2.2, chance.uniform(0.5, 1.2))]


def _flourish(given: str, chance: random.Random) -> Iterator[list[_Point]]:
    """Underline the name in one swing or two, and sometimes cross it."""
    width = 2.2 + 0.85 * len(given)
    low = chance.uniform(-1.1, -0.8)
    bend = chance.uniform(-0.35, 0.35)
    back = [(width + 1.4, low + 0.9), (width * 0.6, low + bend), (0.2, low - 0.5)]
    forth = [(-0.5, low - 0.9), (width * 0.5, low - 0.6 + bend), (width + 2.4, low + 0.5)]
    swing = chance.choice((back, forth, [*back, (-0.4, low - 0.85), *forth[1:]]))
    yield [_shaken(point, chance, 0.15) for point in swing]
    if chance.random() < _CROSSED:
        yield [(0.7, 2.3), (1.8, 2.5), (width * 0.75, chance.uniform(2.5, 3.0))]


def _shaken(point: _Point, chance: random.Random, by: float) -> _Point:
    return point[0] + chance.uniform(-by, by), point[1] + chance.uniform(-by, by)


def _fitted(strokes: Sequence[Sequence[_Point]], size: tuple[int, int]) -> list[list[_Point]]:
    """Slant the strokes, smooth them, and bring them to the oversized picture."""
    curves = [_smooth([(x + 0.28 * y, -y + -0.06 * x) for x, y in stroke]) for stroke in strokes]
    xs, ys = zip(*(point for curve in curves for point in curve), strict=True)
    width, height = (side * _OVERSIZE for side in size)
    scale = min(0.9 * width / (max(xs) - min(xs)), 0.88 * height / (max(ys) - min(ys)))
    left = (width - scale * (max(xs) + min(xs))) / 2
    top = (height - scale * (max(ys) + min(ys))) / 2
    return [[(left + scale * x, top + scale * y) for x, y in curve] for curve in curves]


def _smooth(points: Sequence[_Point], steps: int = 60) -> list[_Point]:
    """Pass a Catmull-Rom curve through the points."""
    padded = [points[0], *points, points[-1]]
    return [
        (_between([p[0] for p in four], t / steps), _between([p[1] for p in four], t / steps))
        for four in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
        for t in range(steps)
    ]


def _between(four: Sequence[float], t: float) -> float:
    a, b, c, d = four
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def _ink(curves: Sequence[Sequence[_Point]]) -> Image.Image:
    """Draw with a nib that presses on slow and downward strokes and lifts at the ends."""
    mask = Image.new("L", (SIGNATURE_SIZE[0] * _OVERSIZE, SIGNATURE_SIZE[1] * _OVERSIZE))
    draw = ImageDraw.Draw(mask)
    for curve in curves:
        pressed = 0.5
        for step, ((x, y), (u, v)) in enumerate(pairwise(curve)):
            speed = math.hypot(u - x, v - y)
            wanted = 1 / (1 + speed / 14) + 0.5 * max(0.0, v - y) / (speed + 1)
            pressed += 0.06 * (wanted - pressed)
            lift = min(1.0, (step + 8) / 60, (len(curve) - step) / 90)
            radius = _OVERSIZE * (1.7 + 2.7 * pressed) * (0.35 + 0.65 * lift)
            for part in range(dots := 1 + int(speed / 3)):
                cx, cy = x + (u - x) * part / dots, y + (v - y) * part / dots
                draw.ellipse((cx - radius, cy - radius, cx + radius, cy + radius), fill=255)
    return mask


def seal_image(outer_text: str, inner_text: str, font: Path) -> bytes:
    """Draw a round red seal marked as a test specimen: PNG, 840 x 840 px, transparent (II.8).

    Args:
        outer_text: Words along the circle.
        inner_text: Words above the star, one or two lines.
        font: A TTF file with Vietnamese letters.

    Raises:
        Unavailable: The font cannot be opened.
        Refused: The words along the circle do not fit.
    """
    side = SEAL_SIZE[0] * _OVERSIZE
    centre = side / 2
    mask = Image.new("L", (side, side))
    draw = ImageDraw.Draw(mask)
    for radius, line in ((0.49, 0.016), (0.462, 0.005), (0.335, 0.006)):
        _circle(draw, centre, radius * side, line * side)
    _around(mask, outer_text, font, 0.399 * side, 0.075 * side)
    _star(draw, (centre, centre + 0.035 * side), 0.105 * side)
    lines = inner_text.split("\n")
    for row, words in enumerate(lines):
        y = centre + side * (-0.155 + 0.07 * (row - (len(lines) - 1) / 2))
        draw.text((centre, y), words, 255, _face(font, 0.066 * side, words, 0.5 * side), "mm")
    specimen = sentence("demonstration.specimen")
    face = _face(font, 0.06 * side, specimen, 0.34 * side)
    draw.text((centre, centre + 0.2 * side), specimen, 255, face, "mm")
    return _png(mask, SEAL_SIZE, _RED)


def _circle(draw: ImageDraw.ImageDraw, centre: float, radius: float, line: float) -> None:
    box = (centre - radius, centre - radius, centre + radius, centre + radius)
    draw.ellipse(box, outline=255, width=round(line))


def _star(draw: ImageDraw.ImageDraw, centre: _Point, radius: float) -> None:
    inner = radius * math.sin(math.pi / 10) / math.sin(3 * math.pi / 10)
    corners = [
        (
            centre[0] + (inner if step % 2 else radius) * math.sin(step * math.pi / 5),
            centre[1] - (inner if step % 2 else radius) * math.cos(step * math.pi / 5),
        )
        for step in range(10)
    ]
    draw.polygon(corners, fill=255)


def _around(mask: Image.Image, text: str, font: Path, radius: float, size: float) -> None:
    """Write clockwise along a circle from the lower left, upright at the top, a star below."""
    face = _face(font, size)
    widths = [face.getlength(letter) for letter in text]
    fewest, most = ((arc * math.pi * radius - sum(widths)) / len(text) for arc in (1.2, 1.72))
    spread = min(max(fewest, size * 0.16), most, size * 0.55)
    if spread < 0:
        raise Refused("demonstration.letters_too_many", text=text)
    turn = -(sum(widths) + spread * (len(text) - 1)) / 2 / radius
    centre = mask.width / 2
    for letter, width in zip(text, widths, strict=True):
        angle = turn + width / 2 / radius
        tile = Image.new("L", (round(2 * size), round(2 * size)))
        ImageDraw.Draw(tile).text(
            (tile.width / 2, tile.height / 2 + 0.33 * size), letter, 255, face, anchor="ms"
        )
        turned = tile.rotate(-math.degrees(angle), Image.Resampling.BILINEAR)
        x, y = centre + radius * math.sin(angle), centre - radius * math.cos(angle)
        mask.paste(255, (round(x - tile.width / 2), round(y - tile.height / 2)), turned)
        turn += (width + spread) / radius
    _star(ImageDraw.Draw(mask), (centre, centre + radius), size * 0.42)


def _face(font: Path, size: float, text: str = "", room: float = 0) -> ImageFont.FreeTypeFont:
    """Open the font, smaller than ``size`` where ``text`` would need more than ``room``."""
    try:
        face = ImageFont.truetype(font, round(size))
    except OSError as error:
        raise Unavailable("demonstration.font_missing", path=str(font)) from error
    width = face.getlength(text)
    return face if width <= room or not text else _face(font, size * room / width)


def _png(mask: Image.Image, size: tuple[int, int], ink: tuple[int, int, int]) -> bytes:
    picture = Image.new("RGBA", size, ink)
    picture.putalpha(mask.reduce(_OVERSIZE))
    stored = io.BytesIO()
    picture.save(stored, "PNG")
    return stored.getvalue()
