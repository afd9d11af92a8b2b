"""Where something stands on a page, in the one unit that rules and people use: millimetres."""

from dataclasses import dataclass

POINTS_PER_MM = 72 / 25.4

Rectangle = tuple[float, float, float, float]
"""Left, bottom, right, top in points, from the lower left corner of the page's space: as a PDF
says it, for parts that look into one."""


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle on a page."""

    page: int
    """Counted from 0."""

    x: float
    """Millimetres from the left edge of the page."""

    y: float
    """Millimetres from the top edge of the page."""

    width: float
    height: float
