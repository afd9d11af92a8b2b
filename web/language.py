"""Words of the pages: Vietnamese first, English second, and everything named by code in sentences.

Templates hold Vietnamese and are translated by gettext (``translations/en``). What is a value in
the program (a state, an act, a finding) is named by a code of ``templates/messages``.
"""

from collections import defaultdict
from datetime import date, datetime
from enum import StrEnum

from flask import Flask, request, session
from flask_babel import Babel  # type: ignore[import-untyped] # ships no types

from kernel import words
from kernel.clock import local
from kernel.settings import ROOT

LANGUAGES = ("vi", "en")
_KILO = 1024


def attach(app: Flask) -> None:
    """Choose the language of each request and give templates their words."""
    app.config.update(
        BABEL_DEFAULT_LOCALE="vi",
        BABEL_DEFAULT_TIMEZONE="Asia/Ho_Chi_Minh",
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations"),
    )
    Babel(app, locale_selector=language)
    app.jinja_env.globals.update(say=say, told=told, language=language)
    app.jinja_env.filters.update(named=named, day=day, moment=moment, size=size)


def language() -> str:
    """Give the language to answer in: what was just chosen, else what the session began with."""
    chosen = request.args.get("lang", "")
    if chosen in LANGUAGES:
        session["language"] = chosen
    return str(session.get("language", LANGUAGES[0]))


def say(code: str, /, **facts: str | int) -> str:
    """Say what a code means in the language of the request."""
    return words.sentence(code, language(), **facts)


def told(code: str, /, **facts: str | int) -> str:
    """Say what a stored code means; rows keep the code and not always every fact of it."""
    known = defaultdict(lambda: "…", {name: str(value) for name, value in facts.items()})
    sentence = words.catalogue(language()).get(code)
    return sentence.format_map(known) if sentence else say("web.unnamed", what=code)


def named(value: StrEnum | str, kind: str) -> str:
    """Give the word for a value of the program, such as a state; ``kind`` says which list."""
    return told(f"web.{kind}.{value}")


def day(value: date | None) -> str:
    """Write a day as offices do: ``05/11/2026``."""
    return f"{value:%d/%m/%Y}" if value else ""


def moment(value: datetime | None) -> str:
    """Write a moment in Vietnam: ``10:32, 05/11/2026``."""
    return f"{local(value):%H:%M, %d/%m/%Y}" if value else ""


def size(count: int) -> str:
    """Write a file's size in kilobytes or megabytes."""
    if count < _KILO * _KILO:
        return f"{max(1, round(count / _KILO))} KB"
    return f"{count / _KILO / _KILO:.1f} MB".replace(".", say("web.decimal_mark"))
