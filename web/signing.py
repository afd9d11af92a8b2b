"""The leader's door: phiếu trình first, then exactly the bytes, then one passphrase (Đ13)."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from web import acts, here, outgoing
from workflow import signing_desk
from workflow.states import OutgoingAction

desk = Blueprint("signing", __name__, url_prefix="/van-ban-di")


@desk.get("/<uuid:document_id>/ky-so")
def page(document_id: UUID) -> str | Answer:
    """Show what is to be signed; when it is not this person's turn, show the document."""
    facts = outgoing.facts_of(document_id)
    if OutgoingAction.SIGN not in facts["acts"]:
        return redirect(url_for("outgoing.page", document_id=document_id))
    return render_template("outgoing/sign.html", refused="", **facts)


@desk.post("/<uuid:document_id>/ky-so")
def sign(document_id: UUID) -> Answer:
    """Sign the bytes whose name came back with the form."""
    seen, shown, passphrase = acts.seen(), acts.typed("shown"), acts.typed("passphrase")
    return acts.do(
        lambda: signing_desk.sign(
            here.office(), here.me(), document_id, seen, shown=shown, secret=passphrase
        ),
        show=lambda refused: _again(document_id, refused),
        onward=url_for("outgoing.page", document_id=document_id),
        done="web.done.sign",
    )


def _again(document_id: UUID, refused: str) -> str:
    facts = outgoing.facts_of(document_id)
    template = "sign.html" if OutgoingAction.SIGN in facts["acts"] else "page.html"
    return render_template(f"outgoing/{template}", refused=refused, **facts)
