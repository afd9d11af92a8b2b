"""Chờ ký số: what a leader signs at one go, and what came of each document.

The page of a batch belongs to the person who began it and can be left at any time; what a program
at their own computer must do is told to that page alone, by one-time addresses.
"""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from kernel.errors import DomainError, Refused
from web import acts, here, security
from web.errors import explain
from web.outgoing import reader
from workflow.models import KeyKind, Purpose
from workflow.signatures import at_hand, intents, queue, signing_desk
from workflow.signatures.intents import Batch, Chosen
from workflow.states import OutgoingState

desk = Blueprint("batch", __name__, url_prefix="/ky-so")

_VERBS = {
    Purpose.APPROVE: "SignApproved",
    Purpose.SEAL: "SignIssued",
    Purpose.APPENDIX: "SignAppendix",
    Purpose.COPY: "SignCopy",
    Purpose.COMMENT: "Comment",
}
"""What VGCA Sign Service calls each purpose."""

_REASONS = {
    "cancelled": "signing.cancelled",
    "silent": "signing.silent",
    "nothing": "signing.nothing_handed_in",
    "stopped": "signing.stopped",
}
"""Why a page gives an intent up, in its own words."""


@desk.get("")
def page() -> str:
    """Show what waits for the leader's signature."""
    return _page()


@desk.post("")
def sign() -> Answer:
    """Begin to sign what was ticked."""
    try:
        batch = begin(_ticked())
    except DomainError as error:
        return _again(explain(error), error.http_status)
    if not batch.given:
        reasons = dict.fromkeys(explain(error) for error in batch.refused.values())
        return _again(" ".join(reasons), 422)
    return redirect(url_for("batch.result", batch_id=batch.id))


@desk.get("/tiep")
def following() -> str | Answer:
    """Open the next document that waits for the leader's decision, or say that none is left."""
    waiting = queue.waiting(here.session(), reader())
    for entry in waiting:
        if entry.document.state is OutgoingState.AWAITING_SIGNATURE:
            return redirect(url_for("signing.page", document_id=entry.document.id))
    return render_template("outgoing/all_read.html", approved=len(waiting))


@desk.get("/<uuid:batch_id>")
def result(batch_id: UUID) -> str:
    """Show what came of a batch."""
    batch = at_hand.batch_of(here.session(), here.me(), batch_id)
    if batch.signing_key.kind is KeyKind.VGCA:
        security.allow_plugin()
    return render_template("outgoing/batch_result.html", **_facts(batch_id))


@desk.get("/<uuid:batch_id>/ket-qua")
def lines(batch_id: UUID) -> str:
    """Show it to a page that looks again."""
    return render_template("parts/batch_lines.html", **_facts(batch_id))


@desk.post("/<uuid:batch_id>/phieu")
def tickets(batch_id: UUID) -> Response:
    """Tell the page what the program at this computer must fetch, sign and bring back."""
    made = at_hand.tickets(here.office(), here.me(), batch_id)
    return jsonify(
        documents=[
            {
                "intent": str(ticket.intent_id),
                "verb": _VERBS[ticket.purpose],
                "fetch": url_for("ticket_door.fetch", ticket=ticket.words),
                "bring": url_for("ticket_door.bring", ticket=ticket.words),
            }
            for ticket in made
        ]
    )


@desk.post("/<uuid:batch_id>/bo")
def give_up(batch_id: UUID) -> Response:
    """Let one intent of a batch, or all that are open, end without a signature."""
    code = _REASONS.get(acts.typed("why"))
    if code is None:
        raise Refused("web.http_400")
    intent_id = request.form.get("intent", None, type=UUID)
    at_hand.give_up(here.office(), here.me(), batch_id, intent_id, code)
    return Response(status=204)


def begin(chosen: Sequence[Chosen]) -> Batch:
    """Sign what was chosen with the key that was chosen, here or at the person's own computer.

    Raises:
        Refused: Nothing was chosen, or the key cannot be used; nothing was signed.
    """
    if not chosen:
        raise Refused("signing.nothing_chosen")
    key = intents.key_of(here.session(), here.me(), request.form.get("key", None, type=UUID))
    if key.kind.at_hand:
        return signing_desk.offer(here.office(), here.me(), chosen, key_id=key.id)
    code = acts.typed("code")
    secret = f"{acts.typed('secret')}\n{code}" if code else acts.typed("secret")
    return signing_desk.sign_all(here.office(), here.me(), chosen, secret=secret, key_id=key.id)


def _ticked() -> list[Chosen]:
    try:
        return [
            Chosen(UUID(document_id), int(seen), shown)
            for document_id, seen, shown in (
                value.split("|") for value in request.form.getlist("document")
            )
        ]
    except ValueError as error:
        raise Refused("web.http_400") from error


def _facts(batch_id: UUID) -> dict[str, object]:
    session = here.session()
    batch = at_hand.batch_of(session, here.me(), batch_id)
    found = at_hand.lines(here.office(), session, batch)
    going_on = {at_hand.Outcome.WAITING, at_hand.Outcome.WORKING}
    return {
        "batch": batch,
        "lines": found,
        "signed": sum(line.outcome is at_hand.Outcome.SIGNED for line in found),
        "failed": sum(line.outcome is at_hand.Outcome.FAILED for line in found),
        "ended": not any(line.outcome in going_on for line in found),
    }


def _again(refused: str, status: int) -> Response:
    here.reread()
    return Response(_page(refused), status)


def _page(refused: str = "") -> str:
    return render_template(
        "outgoing/batch.html",
        refused=refused,
        waiting=queue.waiting(here.session(), reader()),
        ticked=set(request.form.getlist("document")),
        keys=intents.keys_of(here.session(), person_id=here.me()),
    )
