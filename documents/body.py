"""The text of a document as a clerk types it, and back.

One line is one block. A line's beginning says what it is: ``Phần I``, ``Chương I``, ``Mục 1``,
``Tiểu mục 1`` (the title on the same line or the next), ``I.``, ``Điều 1.`` or ``Điều 1:``, ``1.``,
``a)``; any other line is a paragraph. Typed numbers are dropped, because the system counts;
``write`` shows the right ones.

An article or a clause has a *title*, set bold, when its line is short, ends without a mark of
punctuation, and something deeper follows. A clerk who means otherwise ends the line with a colon.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from pydantic import ValidationError

from documents.content import Article, Block, Clause, Heading, Paragraph, Point
from documents.numbering import numbered
from documents.rules import rules
from kernel.errors import Refused
from kernel.text import nfc

_CLOSING = tuple(".;:,?!…")
_LONGEST_TITLE = {"article": 250, "clause": 120}
_DEEPER = {
    "article": ("clause", "point", "paragraph"),
    "clause": ("point", "paragraph"),
}


def parse(text: str) -> tuple[Block, ...]:
    """Read typed text as blocks.

    Raises:
        Refused: One line is longer than a paragraph may be; ``line`` counts from 1.
    """
    blocks: list[Block] = []
    for line in _lines(text):
        try:
            blocks.append(_block(line))
        except ValidationError as error:
            raise Refused("documents.line_too_long", line=line.number) from error
    return _with_titles(blocks)


def write(blocks: Sequence[Block]) -> str:
    """Write blocks the way they are typed, with the system's numbers."""
    lines = []
    for item in numbered(blocks, rules()):
        label = item.label
        if isinstance(item.block, Heading) and item.block.kind != "roman":
            label = f"{label}." if item.block.title else label
        lines.append(" ".join(f"{label} {item.block.words}".split("\n")).strip())
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    kind: str
    words: str


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """Give what a numbered line begins with; the words themselves come from the rule set."""
    written = {kind: label.text.split(" {n}")[0] for kind, label in rules().labels.items()}
    patterns = {
        kind: re.compile(rf"(?i:{written[kind]})\s+(?:[IVXLC]+|\d+)(?![\w/-])\s*([.:]?)\s*(.*)")
        for kind in ("part", "chapter", "section", "subsection")
    }
    return patterns | {
        "article": re.compile(rf"(?i:{written['article']})\s+\d+\s*[.:]()\s*(.*)"),
        "roman": re.compile(r"[IVXL]+\.()(?:\s+(.*)|$)"),
        "clause": re.compile(r"\d{1,3}\.()(?:\s+(.*)|$)"),
        "point": re.compile(r"[a-zđ]{1,3}\)()\s*(.*)"),
    }


def _lines(text: str) -> Iterator[_Line]:
    untitled: _Line | None = None
    for number, raw in enumerate(nfc(text).splitlines(), start=1):
        typed = _clean(raw)
        if not typed:
            continue
        line = _recognised(number, typed)
        if untitled and line.kind == "paragraph":
            yield _Line(number, untitled.kind, line.words)
            untitled = None
            continue
        if untitled:
            yield untitled
            untitled = None
        if line.kind in {"part", "chapter", "section", "subsection"} and not line.words:
            untitled = line
        else:
            yield line
    if untitled:
        yield untitled


def _clean(raw: str) -> str:
    printable = (
        " " if c == "\t" else c for c in raw if c == "\t" or unicodedata.category(c) != "Cc"
    )
    return re.sub(" +", " ", "".join(printable)).strip()


def _recognised(number: int, typed: str) -> _Line:
    for kind, pattern in _patterns().items():
        found = pattern.fullmatch(typed)
        if found is None:
            continue
        mark, words = found[1], found[2] or ""
        is_heading = kind in {"part", "chapter", "section", "subsection"}
        if is_heading and words and not mark and not words[0].isupper():
            continue  # a sentence that begins with a citation, such as "Mục 1 của Luật này"
        return _Line(number, kind, words)
    return _Line(number, "paragraph", typed)


def _block(line: _Line) -> Block:
    match line.kind:
        case "paragraph":
            return Paragraph(text=line.words)
        case "article":
            return Article(title=line.words)
        case "clause":
            return Clause(text=line.words)
        case "point":
            return Point(text=line.words)
        case _:
            return Heading.model_validate({"kind": line.kind, "title": line.words})


def _with_titles(blocks: list[Block]) -> tuple[Block, ...]:
    return tuple(
        block.model_copy(update={"titled": True})
        if isinstance(block, Article | Clause) and _is_title(block, following)
        else block
        for block, following in pairwise([*blocks, None])
        if block is not None
    )


def _is_title(block: Article | Clause, following: Block | None) -> bool:
    return (
        following is not None
        and following.kind in _DEEPER[block.kind]
        and 0 < len(block.words) <= _LONGEST_TITLE[block.kind]
        and not block.words.endswith(_CLOSING)
    )
