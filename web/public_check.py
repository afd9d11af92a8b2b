"""The public's door: anybody may have a PDF checked, and nothing of it is kept.

The file lives as long as its request. What was found goes into the page under our signature and
comes back with the button that asks for a report, so there is nothing to store and nothing to
delete; an hour later the page is good for reading only.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template, request
from itsdangerous import BadData, URLSafeTimedSerializer

from kernel.errors import DomainError, Refused
from kernel.objects import sha256_of
from signing.checking.verdict import Verdict
from web import here
from web.errors import explain
from web.language import language
from web.reports import Kind, report_of
from workflow.office import ChangedPage
from workflow.verdicts import verdict_report, verdict_words

desk = Blueprint("public_check", __name__, url_prefix="/kiem-tra")
api = Blueprint("api", __name__, url_prefix="/api/v1")

_FORM = 64 * 1024
"""Bytes of a form around its file."""
_PICTURES = 1024 * 1024
"""Bytes of pictures that travel with a result; base64 makes twice as much of them."""
_LARGEST_RESULT = 4 * 1024 * 1024
_HOUR = 3600
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Result:
    """What was found about somebody's file."""

    file: str
    sha256: str
    verdict: Verdict
    pages: tuple[ChangedPage, ...]


def attach(app: Flask) -> None:
    """Open the doors; programs bring no form token, and strangers no more than one file."""
    app.register_blueprint(desk)
    app.register_blueprint(api)
    app.extensions["csrf"].exempt(api)
    app.jinja_env.globals["upload_limit"] = lambda: here.office().upload_limit


def bound_uploads(app: Flask) -> None:
    """Bound what strangers send, before anything reads it."""

    @app.before_request
    def bound() -> None:
        if request.endpoint in {"public_check.check", "api.verify"}:
            request.max_content_length = here.office().upload_limit + _FORM
        if request.endpoint == "public_check.report":
            request.max_content_length = _LARGEST_RESULT


@desk.get("")
def page() -> str:
    """Ask for a file."""
    return render_template("check/page.html", refused="", found=None)


@desk.post("")
def check() -> str | Response:
    """Check the file and tell what was found."""
    try:
        result = _checked()
    except DomainError as error:
        answer = render_template("check/page.html", refused=explain(error), found=None)
        return Response(answer, error.http_status)
    found = verdict_report.facts(
        result.verdict, result.sha256, result.file, language(), result.pages
    )
    return render_template("check/page.html", refused="", found=found, result=_sealed(result))


@desk.post("/<any('phieu.pdf', 'bao-cao.xml'):kind>")
def report(kind: Kind) -> Response:
    """Give a report on what was found a moment ago."""
    result = _opened(request.form.get("result", ""))
    return report_of(kind, result.verdict, result.sha256, result.file, result.pages)


@api.post("/verify")
def verify() -> Response:
    """Check the file ``file`` of a multipart form and answer in JSON."""
    result = _checked()
    verdict = result.verdict
    return jsonify(
        verdict_words.summary(result.file, verdict, language())
        | {
            "sha256": result.sha256,
            "checked_at": verdict.checked_at.isoformat(),
            "policy": verdict.policy,
            "trust_version": verdict.trust_version,
            "details": verdict_words.details(verdict, language()),
        }
    )


def _checked() -> Result:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Refused("web.no_file_chosen")
    office = here.office()
    pdf = sent.stream.read()
    if len(pdf) > office.upload_limit:
        raise Refused("web.http_413")
    trust, at = office.trust(), office.clock()
    verdict = office.check(pdf, trust=trust, at=at, full=True)
    pages: tuple[ChangedPage, ...] = ()
    if verdict_words.looks_different(verdict):
        pages = office.check.changed_pages(pdf, trust=trust, at=at)
    return Result(sent.filename[:_LONGEST_NAME], sha256_of(pdf), verdict, pages)


def _sealed(result: Result) -> str:
    pages = list(_portable(result.pages))
    return str(_sealer().dumps([result.file, result.sha256, result.verdict.to_json(), pages]))


def _portable(pages: tuple[ChangedPage, ...]) -> Iterator[tuple[str, int, str]]:
    """Give as many pictures as a form can carry."""
    room = _PICTURES
    for page in pages:
        room -= len(page.png)
        if room > 0:
            yield page.field, page.page, b64encode(page.png).decode()


def _opened(sealed: str) -> Result:
    """Read back what we gave out; anything else is refused as if its hour were over."""
    try:
        file, sha256, verdict, pages = _sealer().loads(sealed, max_age=_HOUR)
    except BadData as error:
        raise Refused("web.check_again") from error
    pictures = tuple(ChangedPage(field, page, b64decode(png)) for field, page, png in pages)
    return Result(file, sha256, Verdict.from_json(verdict), pictures)


def _sealer() -> URLSafeTimedSerializer:
    key: Any = current_app.secret_key
    return URLSafeTimedSerializer(key, salt="verdict")
