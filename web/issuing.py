"""Văn thư's doors for outgoing documents: number and seal, issue, send again (Đ15, Đ17, Đ18)."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from kernel.errors import DomainError
from web import acts, here, outgoing
from web.errors import explain
from workflow import sealing, sending
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
    try:
        proposal = sealing.propose(here.office(), here.me(), document_id)
    except DomainError as error:
        proposal, refused = None, refused or explain(error)
    return render_template("outgoing/seal.html", refused=refused, proposal=proposal, **facts)
