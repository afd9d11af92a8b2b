"""The report on a file's signatures, as a page to print and file.

Names in it come from strangers' certificates and files, so a letter that no font has must not stop
the report: it becomes a question mark, and the report says everything else.
"""

from collections.abc import Callable, Mapping
from typing import Any

from documents.fonts import Fonts
from documents.press import press
from kernel.errors import Refused

_LONGEST = 600
"""Letters of one text; nobody's name is longer, and a hostile one must not fill pages."""
_PATIENCE = 20
"""Missing letters that are replaced one by one; a text with more of them is not ours to show."""


def verification_report(fonts: Fonts, facts: Mapping[str, Any]) -> bytes:
    """Set the report (PDF/A-2a); what ``facts`` hold is read in ``verification_report.typ``.

    Pictures are PNG bytes.
    """
    told = _each_text(facts, _measured)
    for _ in range(_PATIENCE):
        try:
            return _pressed(fonts, told)
        except Refused as missing:
            letter = str(missing.facts["letter"])
            told = _each_text(told, lambda text, gone=letter: text.replace(gone, "?"))  # type: ignore[misc] # bound at once
    return _pressed(fonts, _each_text(told, _plain))


def _pressed(fonts: Fonts, facts: Any) -> bytes:  # noqa: ANN401 - any JSON value
    return press("verification_report.typ", {"report": facts}, fonts, standards=("a-2a",)).pdf


def _measured(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text[:_LONGEST])


def _plain(text: str) -> str:
    """Keep the letters that every font of ours has: Latin with all its marks."""
    return "".join(
        letter if letter < "\u0250" or "\u1e00" <= letter < "\u2020" else "?" for letter in text
    )


def _each_text(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case str():
            return change(value)
        case bytes():
            return list(value)
        case Mapping():
            return {name: _each_text(inner, change) for name, inner in value.items()}
        case list() | tuple() if not all(isinstance(inner, int) for inner in value):
            return [_each_text(inner, change) for inner in value]
        case _:
            return value
