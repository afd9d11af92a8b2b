"""Serves the signing desk over HTTP on a Unix socket.

Whoever can open the socket (mode 0600, folder 0700) may ask; what may be signed is decided by the
authorisation row alone. Bodies are never logged: one of them carries a passphrase.
"""

from typing import Any
from uuid import UUID

from flask import Flask, Response, jsonify, request

from kernel import log
from kernel.errors import DomainError
from kernel.settings import Settings
from signer import remote
from wiring.office import open_signing_desk
from workflow.signatures.desk import SigningDesk


def create(desk: SigningDesk | None = None) -> Flask:
    """Build the application; gunicorn calls this in its one worker."""
    settings = Settings()
    log.configure(settings.log_level)
    desk = desk or open_signing_desk(settings)
    app = Flask(__name__, static_folder=None)

    @app.before_request
    def begin() -> None:
        log.begin_request(request.headers.get("X-Request-Id"))

    @app.errorhandler(DomainError)
    def refuse(error: DomainError) -> tuple[Response, int]:
        return jsonify(code=error.code, facts=error.facts), error.http_status

    @app.errorhandler(500)
    def fail(_: Exception) -> tuple[Response, int]:
        return jsonify(code="signing.process_failed", facts={}), 500

    @app.get("/healthz")
    def healthz() -> dict[str, Any]:
        return {"seals": len(desk.cabinet.seals)}

    @app.post("/open")
    def open_() -> dict[str, str]:
        asked = request.get_json()
        return {"certificate": desk.open(UUID(asked["batch"]), asked["secret"]).hex()}

    @app.post("/forget")
    def forget() -> dict[str, str]:
        desk.forget(UUID(request.get_json()["batch"]))
        return {}

    @app.post("/seal-certificate")
    def seal_certificate() -> dict[str, str]:
        return {"certificate": desk.seal_certificate(request.get_json()["key"]).hex()}

    @app.post("/apply")
    def apply() -> dict[str, str]:
        return {"sha256": desk.apply(UUID(request.get_json()["authorisation"]))}

    app.register_blueprint(remote.door(desk))
    return app
