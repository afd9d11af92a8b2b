"""The leader's door: phiếu trình first, then exactly the bytes, then the decision (Đ11, Đ13)."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from kernel.errors import DomainError, NotFound
from web import acts, batch, here, outgoing
from web.errors import explain
from workflow.signatures import intents, queue, signing_desk
from workflow.signatures.intents import Chosen
from workflow.states import OutgoingAction, OutgoingState

desk = Blueprint("signing", __name__, url_prefix="/van-ban-di")


@desk.get("/<uuid:document_id>/ky-so")
def page(document_id: UUID) -> str | Answer:
    """Show what is to be signed; when it is not this person's turn, show the document."""
    facts = outgoing.facts_of(document_id)
    if OutgoingAction.SIGN not in facts["acts"]:
        return redirect(url_for("outgoing.page", document_id=document_id))
    return _page(facts, "")


@desk.post("/<uuid:document_id>/ky-so")
def sign(document_id: UUID) -> Answer:
    """Sign the bytes whose name came back with the form; the page of the batch tells the rest."""
    chosen = Chosen(document_id, acts.seen(), acts.typed("shown"))
    try:
        begun = batch.begin([chosen])
        for error in begun.refused.values():
            raise error
    except NotFound:
        raise
    except DomainError as error:
        here.reread()
        return Response(_again(document_id, explain(error)), error.http_status)
    return redirect(url_for("batch.result", batch_id=begun.id))


@desk.post("/<uuid:document_id>/duyet")
def approve(document_id: UUID) -> Answer:
    """Decide on the bytes whose name came back with the form; the next document opens."""
    seen, shown = acts.seen(), acts.typed("shown")
    return acts.do(
        lambda: signing_desk.approve(here.office(), here.me(), document_id, seen, shown=shown),
        show=lambda refused: _again(document_id, refused),
        onward=url_for("batch.following"),
        done="web.done.approve",
    )


@desk.post("/<uuid:document_id>/xem-lai")
def reconsider(document_id: UUID) -> Answer:
    """Take a decision back that was not signed yet."""
    seen = acts.seen()
    return acts.do(
        lambda: signing_desk.reconsider(here.office(), here.me(), document_id, seen),
        show=lambda refused: _again(document_id, refused),
        onward=url_for("signing.page", document_id=document_id),
        done="web.done.reconsider",
    )


def _again(document_id: UUID, refused: str) -> str:
    facts = outgoing.facts_of(document_id)
    if OutgoingAction.SIGN in facts["acts"]:
        return _page(facts, refused)
    return render_template("outgoing/page.html", refused=refused, **facts)


def _page(facts: dict[str, Any], refused: str) -> str:
    waiting = queue.waiting(here.session(), outgoing.reader())
    undecided = [e for e in waiting if e.document.state is OutgoingState.AWAITING_SIGNATURE]
    keys = intents.keys_of(here.session(), person_id=here.me())
    return render_template(
        "outgoing/sign.html", refused=refused, keys=keys, undecided=len(undecided), **facts
    )
