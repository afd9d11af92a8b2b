"""The rules of form as versioned data: a new decree is a new file, never new code.

A document remembers the rule set that it was made by, so that old drafts stay as they were.
"""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from documents.content import Form
from kernel.errors import NotFound

_FOLDER = Path(__file__).parent / "rules"

Addressees = Literal["required", "to_superior", "no"]


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DocumentType(_Rules):
    """One of the 29 types of Điều 7."""

    code: str
    """The abbreviation where the decree gives one; else a code of ours (``CV``)."""

    abbreviation: str
    """As printed in ký hiệu; empty for công văn and thư công."""

    name: str
    forms: tuple[Form, ...]
    """Forms of Annex III that lay it out; empty for what this system does not make yet."""

    addressees: Addressees
    """Whether ``Kính gửi`` stands on it (II.9)."""


class Page(_Rules):
    """Paper and margins in millimetres: what we set, and what the decree allows (I)."""

    width: float
    height: float
    top: float
    bottom: float
    left: float
    right: float
    top_range: tuple[float, float]
    bottom_range: tuple[float, float]
    left_range: tuple[float, float]
    right_range: tuple[float, float]


class Columns(_Rules):
    """Widths of the two columns of the heading and of the signature, in millimetres."""

    left: float
    right: float


class ParagraphRule(_Rules):
    """Indent in millimetres, space between paragraphs in points, spacing as a factor (II.6)."""

    indent: float
    space: float
    line_spacing: float


class SignatureRule(_Rules):
    """Free room for signature and seal, in millimetres (II.7, II.8)."""

    room: float
    width: float
    height: float
    seal: float
    seal_cover: float
    """Part of the signature's width that the seal covers, from the left."""


class Style(_Rules):
    """How one component is written (V)."""

    size: float
    """Points."""
    sizes: tuple[float, float]
    """Smallest and largest size allowed."""
    bold: bool
    italic: bool
    upper: bool
    article: str
    rule: float | None = None
    """Length of the rule under it, as a part of the text's width."""


class Mark(_Rules):
    """A word in a single-line rectangle, in millimetres (III.2)."""

    text: str
    width: float
    height: float


class Words(_Rules):
    """The fixed words of the forms."""

    number: str
    about: str
    letter_about: str
    to: str
    to_places: str
    archive: str
    decides: str
    end: str
    date: str
    attached_to: str


class Language(_Rules):
    """Words and patterns by which a draft is checked (Annexes I and II)."""

    source: str
    """Where the decree's clauses on form stand."""
    sources: dict[str, str]
    """The same for rules that come from elsewhere, by rule."""
    base_openings: tuple[str, ...]
    """What a căn cứ begins with."""
    cited_types: tuple[str, ...]
    """Types written with a capital when a certain document is cited (Annex II, V.6)."""
    dated_types: tuple[str, ...]
    """Types whose citation as a basis names number and full date (II.6a)."""
    laws: tuple[str, ...]
    """Cited without number, symbol or issuer (II.6a)."""
    number_word: str
    dated: str
    """Pattern of a full date."""
    unpadded_dates: tuple[str, ...]
    """Patterns of days and months with a zero too few or too many (II.4b)."""
    upper_units: tuple[str, ...]
    """Capital when a certain one is cited (Annex II, V.7)."""
    lower_units: tuple[str, ...]
    """Never capital within a sentence (Annex II, V.7)."""
    issues: tuple[str, ...]
    """How the subject of form 1.3 begins."""
    competences: tuple[str, ...]
    """Abbreviations of the power to sign (II.7b)."""
    honours: tuple[str, ...]
    """What may not stand before a signer's name (II.7c)."""
    as_above: str
    as_articles: str
    archive_office: str


class Label(_Rules):
    """How a block's number is written."""

    text: str
    """With ``{n}`` for the number."""
    count: Literal["roman", "arabic", "letter"]


class RuleSet(_Rules):
    """All rules of one decree that the craft needs."""

    name: str
    title: str
    fonts: tuple[str, ...]
    """Families that pass as Times New Roman, best first."""
    page: Page
    columns: Columns
    paragraph: ParagraphRule
    signature: SignatureRule
    national_name: str
    motto: str
    styles: dict[str, Style]
    words: Words
    labels: dict[str, Label]
    language: Language
    point_letters: str
    urgency: dict[str, Mark]
    circulation: dict[str, Mark]
    types: tuple[DocumentType, ...]

    def document_type(self, code: str) -> DocumentType:
        """Give the type of that code.

        Raises:
            NotFound: The decree knows no such type.
        """
        for kind in self.types:
            if kind.code == code:
                return kind
        raise NotFound("documents.type_unknown", type=code)


@cache
def rules(name: str = "nd30-2020") -> RuleSet:
    """Give the rule set of that name.

    Raises:
        NotFound: There is no such rule set.
    """
    file = _FOLDER / f"{name}.json"
    if file.parent != _FOLDER or not file.is_file():
        raise NotFound("documents.rules_unknown", rules=name)
    return RuleSet.model_validate_json(file.read_bytes())
