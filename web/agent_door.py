"""The door of paired agents: programs on people's own computers, known by a token and no cookie.

An agent asks every few seconds instead of holding a connection, because a process serves few
requests at once and hundreds of agents may stand open all day.
"""

from base64 import b64encode
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Flask, Response, g, jsonify, request

from kernel.errors import Refused
from web import here
from workflow.signatures import agent_desk, agents
from workflow.signatures.agents import Caller
from workflow.signatures.preparing import Preparer

desk = Blueprint("agent_door", __name__, url_prefix="/api/agent/v1")

_AGAIN_IN_SECONDS = 3
_LARGEST_BODY = 64 * 1024


def attach(app: Flask) -> None:
    """Open the door; no browser comes through it, so no form token is asked for."""
    app.register_blueprint(desk)
    app.extensions["csrf"].exempt(desk)


@desk.before_request
def ask() -> None:
    """Ask everybody for their token, but who comes to get one; and take small bodies only."""
    request.max_content_length = _LARGEST_BODY
    if request.endpoint != "agent_door.pair":
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        g.caller = agents.caller(here.office(), token if kind == "Bearer" else "")


@desk.post("/pairing")
def pair() -> Response:
    """Exchange a code for a token."""
    paired = agents.pair(here.office(), _text("code"))
    return jsonify(token=paired.token, person=paired.person_name, username=paired.username)


@desk.post("/key")
def introduce_key() -> Response:
    """Hear which certificate the computer's token has."""
    chain = _body().get("chain", [])
    if not isinstance(chain, list):
        raise Refused("agent.not_understood")
    agent_desk.introduce_key(
        here.office(), _caller(), _bytes(_text("certificate")), [_bytes(der) for der in chain]
    )
    return jsonify({})


@desk.get("/batch")
def batch() -> Response:
    """Tell what waits for this computer."""
    caller = _caller()
    found = agent_desk.waiting(here.office(), caller)
    told = found and {
        "id": str(found.id),
        "expires_at": found.expires_at.isoformat(),
        "documents": [
            {
                "intent": str(document.intent_id),
                "type_name": document.type_name,
                "notation": document.notation,
                "subject": document.subject,
                "agency": document.agency,
                "sha256": document.sha256,
                "pages": document.pages,
            }
            for document in found.documents
        ],
    }
    return jsonify(
        batch=told,
        certificates=sorted(agent_desk.registered(here.office(), caller)),
        again_in=_AGAIN_IN_SECONDS,
    )


@desk.get("/intents/<uuid:intent_id>/shown")
def shown(intent_id: UUID) -> Response:
    """Send the bytes the person was shown."""
    pdf = agent_desk.shown(here.office(), _caller(), intent_id)
    return Response(pdf, mimetype="application/pdf")


@desk.post("/intents/<uuid:intent_id>/prepared")
def prepare(intent_id: UUID) -> Response:
    """Prepare a document and send what is needed to see what will be signed."""
    office, caller = here.office(), _caller()
    preparer = Preparer(office.artifacts, office.typesetter, office.clock, here.settings().demo)
    made = agent_desk.prepare(office, preparer, caller, intent_id)
    return jsonify(
        appended=b64encode(made.appended).decode(),
        contents=made.contents,
        attributes=made.attributes.hex(),
    )


@desk.post("/intents/<uuid:intent_id>/signature")
def hand_in(intent_id: UUID) -> Response:
    """Take a signature."""
    agent_desk.hand_in(here.office(), _caller(), intent_id, _bytes(_text("signature")))
    return jsonify({})


@desk.post("/intents/<uuid:intent_id>/refusal")
def refuse(intent_id: UUID) -> Response:
    """Hear that a document will not be signed."""
    agent_desk.refuse(here.office(), _caller(), intent_id, _text("code"))
    return jsonify({})


def _caller() -> Caller:
    return cast(Caller, g.caller)


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Refused("agent.not_understood")
    return body


def _text(name: str) -> str:
    value = _body().get(name)
    if not isinstance(value, str):
        raise Refused("agent.not_understood")
    return value


def _bytes(value: object) -> bytes:
    try:
        return bytes.fromhex(value if isinstance(value, str) else "-")
    except ValueError as error:
        raise Refused("agent.not_understood") from error
