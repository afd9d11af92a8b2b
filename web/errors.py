"""From what went wrong to a page: the only place where a code becomes an answer.

Programs that ask for JSON get problem+json (RFC 9457) with the same sentence. A form that was
refused is shown again by its own view, with everything typed kept; what arrives here has no form.
"""

from typing import cast

from flask import Flask, Response, g, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from kernel import words
from kernel.errors import DomainError
from kernel.log import logger
from web.language import language, named

_log = logger(__name__)
_OWN_PAGE = {400, 404, 405, 413, 429, 500}


def attach(app: Flask) -> None:
    """Answer every error of the domain and of HTTP."""
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)


def explain(error: DomainError) -> str:
    """Say what an error means, in the language of the request; a field by its name on the page."""
    facts = dict(error.facts)
    if "field" in facts:
        facts["field"] = named(str(facts["field"]), "field")
    return words.sentence(error.code, language(), **facts)


def wants_json() -> bool:
    """Tell whether the caller is a program; behind ``/api/`` everybody is."""
    if request.path.startswith("/api/"):
        return True
    accepted = request.accept_mimetypes
    return accepted.best_match(["text/html", "application/json", "application/problem+json"]) in {
        "application/json",
        "application/problem+json",
    }


def problem(sentence: str, status: int, code: str) -> Response:
    """Answer a program."""
    answer = jsonify(type="about:blank", title=sentence, status=status, code=code)
    answer.status_code, answer.content_type = status, "application/problem+json"
    return answer


def _domain(error: Exception) -> Response:
    refused = cast(DomainError, error)
    _log.info("refused", code=refused.code, status=refused.http_status)
    return _answer(explain(refused), refused.http_status, refused.code)


def _csrf(_: Exception) -> Response:
    return _answer(words.sentence("web.csrf", language()), 400, "web.csrf")


def _http(error: Exception) -> Response:
    met = cast(HTTPException, error)
    if met.response is not None:
        return cast(Response, met.response)
    status = met.code or 500
    code = f"web.http_{status}" if status in _OWN_PAGE else "web.http_other"
    answer = _answer(words.sentence(code, language()), status, code)
    for name, value in met.get_headers():
        if name in {"Allow", "Retry-After"}:
            answer.headers[name] = value
    return answer


def _answer(sentence: str, status: int, code: str) -> Response:
    if wants_json():
        return problem(sentence, status, code)
    page = render_template("error.html", sentence=sentence, request_id=g.request_id)
    return Response(page, status)
