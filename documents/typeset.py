"""From content to the page of the decree: PDF/A-2a with places kept free for what comes later.

Number and date are written after the leader has signed (Đ15), signature and seal by signing itself;
so the page is set once, and tells exactly where each of them belongs. PDF/UA is left unclaimed
though the tags are there: the claim would have to hold for the form fields too, which come later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from documents import corner, fills
from documents.content import Block, Content, Form, IssuedText
from documents.fonts import Fonts
from documents.numbering import numbered
from documents.press import press
from documents.rules import RuleSet, rules
from documents.verification_report import verification_report
from documents.words import longest_date
from kernel.places import Place

_HEADINGS = ("part", "chapter", "section", "subsection", "roman", "article")
"""From large to small; a reader's outline nests them so."""


@dataclass(frozen=True, slots=True)
class Typeset:
    """A page that can be signed."""

    pdf: bytes
    pages: int
    places: Mapping[str, Place]
    """``CodeNumber``, ``IssuedDate``, ``SignerSignature``, ``AgencySeal``."""


@dataclass(frozen=True, slots=True)
class Initial:
    """Ký nháy of one reviewer."""

    png: bytes
    """Transparent image."""
    name: str
    """Whose it is; read out to those who do not see it."""


@dataclass(frozen=True, slots=True)
class Initials:
    """Where reviewers initial the page: nothing moves for it, so places stay where they were."""

    at_end: Sequence[Initial] = ()
    """Behind the last words of the text."""
    at_recipients: Sequence[Initial] = ()
    """Behind the last line of Nơi nhận."""


NO_INITIALS = Initials()


class Typesetter:
    """Sets documents and their later fills in the same fonts."""

    def __init__(self, font_folders: Iterable[Path]) -> None:
        self._fonts = Fonts.open(font_folders)

    def typeset(
        self, content: Content, *, seal: float | None = None, initials: Initials = NO_INITIALS
    ) -> Typeset:
        """Set a document; ``seal`` is the side of the seal's square in millimetres.

        Raises:
            Refused: A letter is in none of the fonts.
        """
        rule_set = rules(content.rule_set)
        data = {
            "content": _page(content, rule_set) | {"initials": _initials(initials)},
            "rules": rule_set.model_dump(mode="json") | {"seal": seal or rule_set.signature.seal},
        }
        sheet = press("document.typ", data, self._fonts, standards=("a-2a",))
        places = {told.pop("name"): Place(**told) for told in sheet.told("place")}
        return Typeset(sheet.pdf, sheet.told("pages")[0], MappingProxyType(places))

    def code_number_picture(self, number: str, place: Place) -> bytes:
        """Write the number into its place; see ``fills.code_number_picture``."""
        return fills.code_number_picture(self._fonts, number, place)

    def issued_date_picture(self, day: date | None, place: Place, year: int) -> bytes:
        """Write the day of issue into its place; see ``fills.issued_date_picture``."""
        return fills.issued_date_picture(self._fonts, day, place, year)

    def image_picture(self, png: bytes, place: Place) -> bytes:
        """Set a signature or seal image; see ``fills.image_picture``."""
        return fills.image_picture(self._fonts, png, place)

    def corner_line_picture(self, lines: Sequence[str]) -> bytes:
        """Set the line of an annex or a copy; see ``corner.corner_line_picture``."""
        return corner.corner_line_picture(self._fonts, lines)

    def verification_report(self, facts: Mapping[str, Any]) -> bytes:
        """Set the report on a file's signatures; see ``documents.verification_report``."""
        return verification_report(self._fonts, facts)


def _initials(initials: Initials) -> dict[str, Any]:
    return {
        "end": [{"png": list(one.png), "name": one.name} for one in initials.at_end],
        "recipients": [{"png": list(one.png), "name": one.name} for one in initials.at_recipients],
    }


def _page(content: Content, rule_set: RuleSet) -> dict[str, Any]:
    issued = content.issued_text
    subject = content.subject
    if content.form is Form.DECISION:
        subject = f"{rule_set.words.about} {subject}"
    return content.model_dump(mode="json") | {
        "title": f"{content.type_name}: {content.subject}",
        "subject": subject,
        "longest_date": longest_date(content.year),
        "body": _blocks(content.body, rule_set),
        "issued_text": _issued(issued, content, rule_set) if issued else None,
    }


def _issued(issued: IssuedText, content: Content, rule_set: RuleSet) -> dict[str, Any]:
    attached_to = rule_set.words.attached_to.format(
        notation=content.code_notation, organ=issued.issued_by or "……"
    )
    return issued.model_dump(mode="json") | {
        "body": _blocks(issued.body, rule_set),
        "attached_to": attached_to,
    }


def _blocks(blocks: Sequence[Block], rule_set: RuleSet) -> list[dict[str, Any]]:
    """Give blocks as the template reads them: level 0 is running text, others are headings."""
    above: list[int] = []
    result = []
    for item in numbered(blocks, rule_set):
        block = item.block
        level = 0
        if block.kind in _HEADINGS and (block.kind != "article" or block.titled):
            depth = _HEADINGS.index(block.kind)
            above = [larger for larger in above if larger < depth] + [depth]
            level = len(above) + 1
        bold = block.kind == "clause" and block.titled
        result.append(
            {
                "kind": block.kind,
                "label": item.label,
                "text": block.words,
                "level": level,
                "bold": bold,
            }
        )
    return result
