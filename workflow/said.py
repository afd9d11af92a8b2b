"""What people type, made fit to be kept, printed and sent.

Word processors leave control characters in what is pasted from them. No page shows them, a packet
may not hold them, and the database takes not all of them; so none gets past this door.
"""

import unicodedata

from kernel.errors import Refused

LONGEST = 2_000
"""Letters that an opinion, a reason or a direction may have."""

_HIDDEN = {"Cc", "Cs"}
_LINES = "\n\r\t"


def plain(text: str) -> str:
    """Give the text with its lines and tabs, but without any other control character."""
    return "".join(
        c if c in _LINES or unicodedata.category(c) not in _HIDDEN else " " * c.isspace()
        for c in text
    )


def said(words: str) -> str:
    """Give a person's own words as they are kept.

    Raises:
        Refused: There are more than would be kept; nothing is cut behind anybody's back.
    """
    kept = plain(words).strip()
    if len(kept) > LONGEST:
        raise Refused("review.words_too_long", limit=LONGEST)
    return kept
