"""What pages ask the signing process about remote services: which there are, and what they hold."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Blueprint, request

from workflow.signatures.desk import SigningDesk


def door(desk: SigningDesk) -> Blueprint:
    """Build the views over a desk."""
    views = Blueprint("remote", __name__)

    @views.post("/remote-services")
    def services() -> dict[str, Any]:
        known = desk.remote_services()
        return {"services": {service: asdict(facts) for service, facts in known.items()}}

    @views.post("/remote-credentials")
    def credentials() -> dict[str, Any]:
        asked = request.get_json()
        found = desk.remote_credentials(asked["service"], asked["user"])
        return {"credentials": [credential.to_json() for credential in found]}

    @views.post("/send-code")
    def send_code() -> dict[str, str]:
        desk.send_code(UUID(request.get_json()["key"]))
        return {}

    return views
