"""The sentences that people read when something was refused, kept in ``templates/messages``.

A code without a sentence is a defect that a test finds, so nothing is made up here.
"""

import tomllib
from functools import cache
from pathlib import Path

from kernel.errors import DomainError

_FOLDER = Path(__file__).parent.parent / "templates" / "messages"


@cache
def catalogue(locale: str) -> dict[str, str]:
    """Give every sentence of a language by code (``vi`` or ``en``)."""
    sentences: dict[str, str] = {}
    for file in sorted((_FOLDER / locale).glob("*.toml")):
        sentences |= tomllib.loads(file.read_text(encoding="utf-8"))
    return sentences


def sentence(code: str, locale: str = "vi", **facts: str | int) -> str:
    """Say what a code means, with its facts filled in.

    Raises:
        KeyError: The code has no sentence in that language.
    """
    return catalogue(locale)[code].format(**facts)


def explain(error: DomainError, locale: str = "vi") -> str:
    """Say what an error means to the person who met it."""
    return sentence(error.code, locale, **error.facts)
