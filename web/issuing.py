"""Văn thư's doors for outgoing documents: number and seal, issue, send again (Đ15, Đ17, Đ18)."""

from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from kernel.errors import DomainError, NotFound, Refused
from web import acts, here, outgoing
from web.errors import explain
from workflow.outgoing import sealing, sealing_at_hand, seals, sending
from workflow.states import OutgoingAction

desk = Blueprint("issuing", __name__, url_prefix="/van-ban-di")

_SEALING = {OutgoingAction.NUMBER, OutgoingAction.SEAL}


@desk.get("/<uuid:document_id>/cap-so")
def seal_page(document_id: UUID) -> str | Answer:
    """Show what numbering and sealing would write."""
    facts = outgoing.facts_of(document_id)
    if not _SEALING & {*facts["acts"]}:
        return redirect(url_for("outgoing.page", document_id=document_id))
    return _seal_page(document_id)


@desk.post("/<uuid:document_id>/cap-so")
def number_and_seal(document_id: UUID) -> Answer:
    """Give number and date, and let the seal be made."""
    seen, shown = acts.seen(), acts.typed("shown")
    return acts.do(
        lambda: sealing.number_and_seal(here.office(), here.me(), document_id, seen, shown=shown),
        show=lambda refused: _seal_page(document_id, refused),
        onward=url_for("outgoing.page", document_id=document_id),
        done="web.done.number",
    )


@desk.post("/<uuid:document_id>/ky-so-co-quan")
def seal_again(document_id: UUID) -> Answer:
    """Let the seal be made once more; number and date stay."""
    seen, shown = acts.seen(), acts.typed("shown")
    return acts.do(
        lambda: sealing.seal_again(here.office(), here.me(), document_id, seen, shown=shown),
        show=lambda refused: _seal_page(document_id, refused),
        onward=url_for("outgoing.page", document_id=document_id),
        done="web.done.seal",
    )


@desk.post("/<uuid:document_id>/ky-so-tai-may")
def seal_at_hand(document_id: UUID) -> Answer:
    """Number the document if it has none yet, and have it sealed with a token at this computer."""
    office, seen, shown = here.office(), acts.seen(), acts.typed("shown")
    try:
        key_id = UUID(acts.typed("key"))
        if OutgoingAction.NUMBER in outgoing.facts_of(document_id)["acts"]:
            sealing_at_hand.number_only(
                office, here.me(), document_id, seen, shown=shown, key_id=key_id
            )
        batch_id = sealing_at_hand.offer(office, here.me(), document_id, shown=shown, key_id=key_id)
    except NotFound:
        raise
    except (DomainError, ValueError) as error:
        here.reread()
        told = error if isinstance(error, DomainError) else Refused("signing.no_seal_key")
        return Response(_seal_page(document_id, explain(told)), told.http_status)
    return redirect(url_for("batch.result", batch_id=batch_id))


@desk.get("/<uuid:document_id>/phat-hanh")
def issue_page(document_id: UUID) -> str | Answer:
    """Show who will receive the document."""
    facts = outgoing.facts_of(document_id)
    if OutgoingAction.ISSUE not in facts["acts"]:
        return redirect(url_for("outgoing.page", document_id=document_id))
    return render_template("outgoing/issue.html", refused="", **facts)


@desk.post("/<uuid:document_id>/phat-hanh")
def issue(document_id: UUID) -> Answer:
    """Let the document go to its receivers."""
    seen = acts.seen()
    return acts.do(
        lambda: sending.issue(here.office(), here.me(), document_id, seen),
        show=lambda refused: outgoing.show(document_id, refused),
        onward=url_for("outgoing.page", document_id=document_id),
        done="web.done.issue",
    )


@desk.post("/<uuid:document_id>/gui-lai")
def resend(document_id: UUID) -> Answer:
    """Try again to reach those who were not reached."""
    seen = acts.seen()
    return acts.do(
        lambda: sending.resend(here.office(), here.me(), document_id, seen),
        show=lambda refused: outgoing.show(document_id, refused),
        onward=url_for("outgoing.page", document_id=document_id),
        done="web.done.resend",
    )


def _seal_page(document_id: UUID, refused: str = "") -> str:
    """Show the check page; where no seal can be made now, it says why instead of a proposal."""
    facts = outgoing.facts_of(document_id)
    if not _SEALING & {*facts["acts"]}:
        return render_template("outgoing/page.html", refused=refused, **facts)
    office, document = here.office(), facts["document"]
    keys = (
        seals.keys_at_hand(here.session(), document.agency_id)
        if sealing_at_hand.possible(here.session(), document)
        else []
    )
    proposal, at_server = None, True
    try:
        proposal = sealing.propose(office, here.me(), document_id)
    except DomainError as error:
        at_server = False
        if keys:
            proposal = sealing.propose(office, here.me(), document_id, keys[0].id)
        else:
            refused = refused or explain(error)
    return render_template(
        "outgoing/seal.html",
        refused=refused,
        proposal=proposal,
        at_server=at_server,
        keys=keys,
        **facts,
    )
