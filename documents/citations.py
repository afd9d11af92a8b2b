"""How a draft cites other texts: bases in full, days with their zeros, capitals (Annex II, V)."""

import re
from collections.abc import Iterator

from documents.content import Content
from documents.finding import Finding, Severity
from documents.rules import Language, RuleSet

_SHOWN = 80


def texts(content: Content) -> Iterator[tuple[str, str]]:
    """Give every running text with the field it stands in."""
    yield "subject", content.subject
    for basis in content.bases:
        yield "bases", basis
    for block in content.body:
        yield "body", block.words
    if content.issued_text:
        yield "issued_text.subject", content.issued_text.subject
        for block in content.issued_text.body:
            yield "issued_text.body", block.words


def citation_findings(content: Content, rules: RuleSet) -> Iterator[Finding]:
    """Look at bases and at every citation in the text."""
    for basis in content.bases:
        yield from _basis(basis, rules.language)
    capitals = _capital_patterns(rules)
    for place, text in texts(content):
        for pattern in rules.language.unpadded_dates:
            for found in re.finditer(pattern, text):
                yield _finding("F08", place, "date_not_padded", "II.4", found[0])
        yield from _capitals(place, text, capitals)


def _basis(basis: str, language: Language) -> Iterator[Finding]:
    shown = basis[:_SHOWN]
    if not basis.startswith(language.base_openings):
        yield _finding("F10", "bases", "basis_opening", "II.6a", shown)
    if basis.endswith((";", ".", ",")):
        yield _finding("F10", "bases", "basis_closed_by_hand", "II.6a", shown)
    number = f" {language.number_word} "
    laws = "|".join(language.laws)
    if re.match(rf"\w+ \w+ (?:{laws})\b", basis) and re.search(rf"{number}\d+/", basis):
        yield _finding("F10", "bases", "law_with_number", "II.6a", shown)
    for kind in language.dated_types:
        if f"{kind}{number}" in basis and not re.search(language.dated, basis):
            yield _finding("F10", "bases", "basis_without_date", "II.6a", shown)
            break


def _capitals(
    place: str, text: str, patterns: dict[str, tuple[re.Pattern[str], str]]
) -> Iterator[Finding]:
    for code, (pattern, clause) in patterns.items():
        for found in pattern.finditer(text):
            facts: dict[str, str | int] = {"text": found[0]}
            yield Finding("F16", Severity.WARNING, place, f"documents.check.{code}", clause, facts)


def _capital_patterns(rules: RuleSet) -> dict[str, tuple[re.Pattern[str], str]]:
    language = rules.language
    roman = {
        label.text.split(" {n}")[0] for label in rules.labels.values() if label.count == "roman"
    }
    with_roman = _any(word.lower() for word in language.upper_units if word in roman)
    with_arabic = _any(word.lower() for word in language.upper_units if word not in roman)
    return {
        "unit_lower_case": (
            re.compile(rf"\b(?:(?:{with_arabic}) \d+|(?:{with_roman}) [IVXL]+)\b"),
            "V.7",
        ),
        "unit_upper_case": (
            re.compile(rf"(?<=[\w,;)] )(?:{_any(language.lower_units)}) (?:\d+|[a-zđ])\b"),
            "V.7",
        ),
        "type_lower_case": (
            re.compile(
                rf"\b(?:{_any(t.lower() for t in language.cited_types)})"
                rf" {language.number_word} \d+/\S*\w"
            ),
            "V.6",
        ),
    }


def _any(words: "Iterator[str] | tuple[str, ...]") -> str:
    """Give a pattern for any of the words, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def _finding(rule: str, place: str, code: str, clause: str, text: str) -> Finding:
    code = f"documents.check.{code}"
    return Finding(rule, Severity.WARNING, place, code, clause, {"text": text})
