"""What the decree finds wrong in a draft of ours, before a person reads it.

Each rule is one small function and its findings are data: the person who checks the form decides.
The numbers are those of the list of checks (F01 … F18). What the typesetter always does right, such
as sizes, rule lines and page numbers, is not looked at here.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from documents.citations import citation_findings
from documents.content import Content, Form
from documents.finding import Finding, Severity
from documents.rules import DocumentType, RuleSet
from documents.structure import structure_findings
from kernel.text import nfc

Check = Callable[[Content, RuleSet], Iterator[Finding]]

_LONG_SUBJECT = 200
_DECISIONS = (Form.DECISION, Form.DECISION_ISSUING)


def check(content: Content, rules: RuleSet) -> tuple[Finding, ...]:
    """Give everything that does not agree with the rule set, in the order of the page."""
    return tuple(
        replace(finding, article=_article(finding, rules))
        for look in _CHECKS
        for finding in look(content, rules)
    )


def _article(finding: Finding, rules: RuleSet) -> str:
    source = rules.language.sources.get(finding.rule, rules.language.source)
    return source.format(clause=finding.article)


def _letters(content: Content, _rules: RuleSet) -> Iterator[Finding]:
    for name in type(content).model_fields:
        text = content.model_dump_json(include={name})
        if nfc(text) != text:
            yield _found("F02", name, "not_precomposed", "I.4")


def _type(content: Content, rules: RuleSet) -> Iterator[Finding]:
    kind = _kind(content, rules)
    if kind is None:
        yield _found("F07", "type_name", "type_unknown", "II.5", text=content.type_name)
    elif content.form not in kind.forms:
        yield _found("F09", "type_name", "form_of_other_type", "II.5", text=kind.name)


def _notation(content: Content, rules: RuleSet) -> Iterator[Finding]:
    kind = _kind(content, rules)
    if kind is None:
        return
    groups = content.code_notation.split("-")
    well_formed = len(groups) > 1 and all(re.fullmatch(r"[^\W\d_][\w&.]*", g) for g in groups)
    if not well_formed or (kind.abbreviation and groups[0] != kind.abbreviation):
        yield _found("F07", "code_notation", "notation", "II.3", text=content.code_notation)


def _subject(content: Content, rules: RuleSet) -> Iterator[Finding]:
    subject, words = content.subject, rules.words
    if not subject:
        yield _found("F09", "subject", "subject_missing", "II.5")
        return
    added = {Form.LETTER: words.letter_about, Form.DECISION: words.about}.get(content.form)
    if added and subject.lower().startswith((words.letter_about.lower(), words.about.lower())):
        yield _found("F09", "subject", "subject_prefix_typed", "II.5", text=added)
    if content.form is Form.DECISION_ISSUING and not subject.startswith(rules.language.issues):
        yield _found("F09", "subject", "subject_issues_nothing", "II.5", Severity.WARNING)
    if subject.endswith((".", ";", ",")):
        yield _found("F09", "subject", "subject_closed", "II.5", Severity.WARNING)
    if len(subject) > _LONG_SUBJECT:
        yield _found("F09", "subject", "subject_long", "II.5", Severity.INFO, length=len(subject))


def _bases(content: Content, _rules: RuleSet) -> Iterator[Finding]:
    if content.form in _DECISIONS:
        if not content.bases:
            yield _found("F10", "bases", "bases_missing", "II.6a")
        if not content.authority:
            yield _found("F09", "authority", "authority_missing", "II.6")


def _body(content: Content, rules: RuleSet) -> Iterator[Finding]:
    if not content.body:
        yield _found("F11", "body", "body_missing", "II.6")
    yield from structure_findings(content.body, "body", rules)
    issued = content.issued_text
    if content.form is Form.DECISION_ISSUING and (issued is None or not issued.body):
        yield _found("F09", "issued_text", "issued_text_missing", "II.6")
    if issued:
        yield from structure_findings(issued.body, "issued_text.body", rules, issued=True)


def _addressees(content: Content, rules: RuleSet) -> Iterator[Finding]:
    kind = _kind(content, rules)
    if kind and kind.addressees == "required" and not content.addressees:
        yield _found("F14", "addressees", "addressees_missing", "II.9")
    if kind and kind.addressees == "no" and content.addressees:
        yield _found("F14", "addressees", "addressees_not_here", "II.9", text=kind.name)


def _to_places(content: Content, rules: RuleSet) -> Iterator[Finding]:
    language, archive = rules.language, rules.words.archive
    if not content.to_places:
        yield _found("F14", "to_places", "to_places_missing", "II.9")
        return
    first, last = content.to_places[0], content.to_places[-1]
    if not last.startswith(f"{archive} {language.archive_office}"):
        yield _found("F14", "to_places", "archive_line", "II.9")
    expected = None
    if content.addressees:
        expected = language.as_above
    elif content.form in _DECISIONS:
        expected = language.as_articles
    if expected and not first.startswith(expected):
        yield _found("F14", "to_places", "first_line", "II.9", Severity.WARNING, text=expected)


def _unfinished(content: Content, _rules: RuleSet) -> Iterator[Finding]:
    """Find blanks that a form suggests and nobody filled in."""
    for place in ("bases", "addressees", "to_places"):
        for line in getattr(content, place):
            if "…" in line:
                yield _found("F14", place, "unfinished", "II.9", text=line)


def _signer(content: Content, rules: RuleSet) -> Iterator[Finding]:
    lines, allowed = content.signature.competence_lines, rules.language.competences
    place = "signature"
    if not lines or not content.signature.full_name:
        yield _found("F13", place, "signer_missing", "II.7")
        return
    for index, line in enumerate(lines):
        abbreviation = re.match(r"\w{1,4}\.|(?:TM|KT|TL|TUQ)\b", line)
        if abbreviation and abbreviation[0] not in allowed:
            yield _found("F13", place, "competence_unknown", "II.7b", text=abbreviation[0])
        if index and line.startswith(allowed[0]):
            yield _found("F13", place, "competence_order", "II.7b", text=line)
    if lines[-1].startswith(allowed[:-1]):
        yield _found("F13", place, "post_missing", "II.7c", text=lines[-1])
    for honour in rules.language.honours:
        if content.signature.full_name.startswith(honour if honour[-1] == "." else f"{honour} "):
            yield _found("F13", place, "honour", "II.7c", text=honour)


def _kind(content: Content, rules: RuleSet) -> DocumentType | None:
    return next((kind for kind in rules.types if kind.name == content.type_name), None)


def _found(
    rule: str,
    place: str,
    code: str,
    clause: str,
    severity: Severity = Severity.ERROR,
    **facts: str | int,
) -> Finding:
    return Finding(rule, severity, place, f"documents.check.{code}", clause, facts)


_CHECKS: tuple[Check, ...] = (
    _letters,
    _type,
    _notation,
    _subject,
    _bases,
    _addressees,
    _body,
    citation_findings,
    _signer,
    _to_places,
    _unfinished,
)
