"""Whether parts, articles, clauses and points stand where the decree lets them (Annex I, II.6)."""

from collections.abc import Iterator, Sequence

from documents.content import Block
from documents.finding import Finding, Severity
from documents.numbering import numbered
from documents.rules import RuleSet

_ORDER = ("part", "chapter", "section", "subsection", "roman", "article", "clause", "point")
_NEEDS = {"section": ("chapter", "part"), "subsection": ("section",), "point": ("clause",)}
"""What must be open above a block of this kind."""
_TITLED = ("part", "chapter", "section", "subsection", "roman")


def structure_findings(
    blocks: Sequence[Block], place: str, rules: RuleSet, *, issued: bool = False
) -> Iterator[Finding]:
    """Look at order, titles and numbers of the blocks; ``issued`` when a decision issues them."""
    kinds = {block.kind for block in blocks}
    open_kinds: set[str] = set()
    points = 0
    for item in numbered(blocks, rules):
        block, facts = item.block, {"label": item.label}
        if block.kind == "paragraph":
            continue
        if block.kind in _NEEDS and not open_kinds & set(_NEEDS[block.kind]):
            yield _finding("misplaced", "II.6đ", place, Severity.WARNING, facts)
        if block.kind == "article" and "chapter" in kinds and "chapter" not in open_kinds:
            yield _finding("outside_chapter", "II.6c", place, Severity.ERROR, facts)
        if not block.words and block.kind in _TITLED:
            yield _finding("untitled", "II.6d", place, Severity.ERROR, facts)
        elif not block.words:
            yield _finding("empty", "II.6đ", place, Severity.ERROR, facts)
        if block.kind == "article" and issued and not block.titled:
            yield _finding("article_untitled", "II.6d", place, Severity.INFO, facts)
        points = points + 1 if block.kind == "point" else 0
        if points == len(rules.point_letters) + 1:
            yield _finding("too_many_points", "II.6đ", place, Severity.ERROR, facts)
        depth = _ORDER.index(block.kind)
        open_kinds = {kind for kind in open_kinds if _ORDER.index(kind) < depth} | {block.kind}


def _finding(
    code: str, clause: str, place: str, severity: Severity, facts: dict[str, str]
) -> Finding:
    code = f"documents.check.{code}"
    return Finding("F11", severity, place, code, clause, dict(facts))
