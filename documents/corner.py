"""The line at the top right corner of the first page of an annex in its own file, or of a copy.

There the agency's signature shows no image (Annex I, Part I, II.8 and Part II): only which document
or what kind of copy it belongs to, and when it was signed, Vietnam's time as ISO 8601 writes it.
"""

from collections.abc import Sequence
from datetime import datetime

from documents.fonts import Fonts
from documents.press import press
from documents.rules import rules
from kernel.clock import local

_TEMPLATE = "corner.typ"


def annex_line(code: str, signed_at: datetime) -> str:
    """Write an annex's line; ``code`` is number and symbol, such as ``15/QĐ-UBND``."""
    return f"{rules().words.number} {code}; {_time(signed_at)}"


def copy_line(form: str, organ: str, signed_at: datetime) -> str:
    """Write a copy's line; ``form`` is one of ``SAO Y``, ``SAO LỤC``, ``TRÍCH SAO``."""
    return f"{form}; {organ}; {_time(signed_at)}"


def _time(moment: datetime) -> str:
    shown = local(moment).isoformat(timespec="seconds")
    day, clock, zone = shown[:10], shown[11:19], shown[19:]
    return f"{'/'.join(reversed(day.split('-')))}; {clock} {zone}"


def corner_line_picture(fonts: Fonts, lines: Sequence[str]) -> bytes:
    """Set lines in 10-point upright letters on a page just as large as they need."""
    return press(_TEMPLATE, {"lines": list(lines)}, fonts).pdf
