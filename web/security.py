"""What every answer carries: its request id, and orders to the browser to trust nothing but us.

No page has inline script or style, so the content policy needs no exception; whatever a document
or a file name holds, a browser runs only what was built into ``static``.
"""

import os
import secrets
import time
from contextlib import suppress
from itertools import chain
from pathlib import Path

from flask import Flask, Response, g, request
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from kernel.errors import Refused
from kernel.log import begin_request, logger
from kernel.settings import Settings

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
_PLUGIN = "wss://127.0.0.1:8987"
"""VGCA Sign Service on the computer of whoever looks at the page."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SECRETS = {"ticket"}
"""Parts of an address that open a door by themselves; the log leaves them out."""

_YEAR = 31_536_000
_log = logger(__name__)


def attach(app: Flask, settings: Settings) -> None:
    """Number every request, keep the session in a safe cookie, and send the headers."""
    https = settings.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=_session_key(settings.session_key_file),
        SESSION_COOKIE_NAME="vanthu",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https or not settings.demo,
    )
    if https:
        # gunicorn speaks plain http, so an https address means exactly one proxy in front.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign] # Flask's documented way

    @app.before_request
    def begin() -> None:
        g.request_id = begin_request()
        g.began = time.monotonic()

    @app.before_request
    def read_only_text() -> None:
        """Refuse NUL, which no person types and no database column holds."""
        texts = chain(*request.args.lists(), *request.form.lists())
        if any("\0" in text for text in chain.from_iterable(texts)):
            raise Refused("web.not_text")

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers.update(_HEADERS)
        response.headers["Content-Security-Policy"] = g.get("policy", _POLICY)
        response.headers["X-Request-Id"] = g.request_id
        response.headers.setdefault("Cache-Control", "no-store")
        if https:
            response.headers["Strict-Transport-Security"] = f"max-age={_YEAR}"
        if request.endpoint != "static":
            _tell(response)
        return response


def allow_plugin() -> None:
    """Let the page of this request, and no other, speak to VGCA Sign Service."""
    g.policy = _POLICY.replace("connect-src 'self'", f"connect-src 'self' {_PLUGIN}")


def guard_forms(app: Flask) -> None:
    """Ask every form for its token; a clerk writes for hours, so it lasts like the session."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    CSRFProtect().init_app(app)


def _tell(response: Response) -> None:
    _log.info(
        "request",
        method=request.method,
        endpoint=request.endpoint,
        subject={
            name: str(value)
            for name, value in (request.view_args or {}).items()
            if name not in _SECRETS
        },
        status=response.status_code,
        ms=round((time.monotonic() - g.began) * 1000),
    )


def _session_key(file: Path) -> bytes:
    """Read the key that signs session cookies; the first process to ask makes it."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = file.with_name(f"{file.name}.{os.getpid()}")
        made.touch(0o600)
        made.write_text(secrets.token_hex(32), encoding="ascii")
        with suppress(FileExistsError):  # another process was faster, and its key counts
            os.link(made, file)
        made.unlink()
    return file.read_bytes()
