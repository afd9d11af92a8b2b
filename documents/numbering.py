"""Numbers of parts, articles, clauses and points, given by the system (Annex I, II.6).

Articles, parts and chapters count through the whole text; everything else counts within what
stands above it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from documents.content import Block
from documents.rules import RuleSet

_ROMAN = ((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))

_COUNTED_WITHIN = {
    "part": ("section", "subsection", "roman", "clause", "point"),
    "chapter": ("section", "subsection", "roman", "clause", "point"),
    "section": ("subsection", "roman", "clause", "point"),
    "subsection": ("roman", "clause", "point"),
    "roman": ("clause", "point"),
    "article": ("clause", "point"),
    "clause": ("point",),
}
"""What begins again at 1 after a block of this kind."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A block with its label, such as ``Điều 1.``; empty for a plain paragraph."""

    block: Block
    label: str


def roman(number: int) -> str:
    """Write a number from 1 in Roman numerals."""
    letters = ""
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        letters += sign * count
    return letters


def letter(number: int, letters: str) -> str:
    """Write a point's number in Vietnamese letters; past the last they double (``aa``)."""
    rounds, place = divmod(number - 1, len(letters))
    return letters[place] * (rounds + 1)


def label(kind: str, number: int, rules: RuleSet) -> str:
    """Write the label of a block of that kind."""
    rule = rules.labels[kind]
    written = {
        "roman": roman(number),
        "arabic": str(number),
        "letter": letter(number, rules.point_letters),
    }[rule.count]
    return rule.text.format(n=written)


def numbered(blocks: Sequence[Block], rules: RuleSet) -> tuple[Numbered, ...]:
    """Give every block its label."""
    counts: dict[str, int] = {}
    result: list[Numbered] = []
    for block in blocks:
        if block.kind == "paragraph":
            result.append(Numbered(block, ""))
            continue
        counts[block.kind] = counts.get(block.kind, 0) + 1
        for kind in _COUNTED_WITHIN.get(block.kind, ()):
            counts.pop(kind, None)
        result.append(Numbered(block, label(block.kind, counts[block.kind], rules)))
    return tuple(result)
