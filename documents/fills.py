"""What is written after typesetting: number, date, signature and seal, as pictures of their places.

Each is a one-page PDF as large as its place, so that signing only imports it into an appearance:
no letter is set and no font is cut inside the signing call. Tags stay off, because an appearance
must not carry structure of its own.
"""

from datetime import date
from functools import lru_cache
from typing import Any

import typst

from documents.fonts import Fonts
from documents.press import press
from documents.words import blank_date, date_text
from kernel.errors import Refused
from kernel.places import Place

_TEMPLATE = "fill.typ"
_DIGIT = 0.5
"""Width of a digit in Times New Roman, as a part of the size."""
_POINT = 25.4 / 72
_LINE = 1.25
"""Height of a reserved line, as a part of the size (``place.typ``)."""


def code_number_picture(fonts: Fonts, number: str, place: Place) -> bytes:
    """Write the number against the slash; an empty text gives the blank place.

    Raises:
        Refused: The number is longer than the place that was left for it.
    """
    digit = place.height / _LINE * _DIGIT
    if len(number) * digit > place.width:
        raise Refused("documents.number_too_long", number=number, room=int(place.width / digit))
    return _text(fonts, number, place, style="normal", from_right=True)


def issued_date_picture(fonts: Fonts, day: date | None, place: Place, year: int) -> bytes:
    """Write the day of issue, or the words with blanks in that year when it is not yet known."""
    text = date_text(day) if day else blank_date(year)
    return _text(fonts, text, place, style="italic", from_right=False)


def image_picture(fonts: Fonts, png: bytes, place: Place) -> bytes:
    """Set a signature or seal image, as large as the place allows; transparent stays transparent.

    One image has one size on all documents, so its picture is set once.

    Raises:
        Refused: The image cannot be read.
    """
    return _image(fonts, png, place.width, place.height)


@lru_cache(maxsize=32)
def _image(fonts: Fonts, png: bytes, width: float, height: float) -> bytes:
    try:
        return _press(fonts, {"png": list(png)}, width, height)
    except typst.TypstError as error:
        raise Refused("documents.image_unreadable") from error


def _text(fonts: Fonts, text: str, place: Place, *, style: str, from_right: bool) -> bytes:
    fill = {"text": text, "style": style, "from-right": from_right}
    return _press(fonts, fill, place.width, place.height)


def _press(fonts: Fonts, fill: dict[str, Any], width: float, height: float) -> bytes:
    return press(_TEMPLATE, {"fill": fill | {"width": width, "height": height}}, fonts).pdf
