"""The reviewers' doors: approve content or form, send back with a reason (Đ10, Đ12)."""

from uuid import UUID

from flask import Blueprint, url_for
from werkzeug.wrappers import Response as Answer

from web import acts, here, outgoing
from workflow.outgoing import reviewing

desk = Blueprint("reviewing", __name__, url_prefix="/van-ban-di")


@desk.post("/<uuid:document_id>/duyet-noi-dung")
def approve_content(document_id: UUID) -> Answer:
    """Answer for the content."""
    seen, words = acts.seen(), acts.typed("words")
    return acts.do(
        lambda: reviewing.approve_content(here.office(), here.me(), document_id, seen, words),
        show=lambda refused: outgoing.show(document_id, refused),
        onward=url_for("home.mine"),
        done="web.done.approve_content",
    )


@desk.post("/<uuid:document_id>/duyet-the-thuc")
def approve_form(document_id: UUID) -> Answer:
    """Answer for the form."""
    seen, words = acts.seen(), acts.typed("words")
    return acts.do(
        lambda: reviewing.approve_form(here.office(), here.me(), document_id, seen, words),
        show=lambda refused: outgoing.show(document_id, refused),
        onward=url_for("home.mine"),
        done="web.done.approve_form",
    )


@desk.post("/<uuid:document_id>/chuyen-lai")
def send_back(document_id: UUID) -> Answer:
    """Give the document back to its drafter."""
    seen, reason = acts.seen(), acts.typed("reason")
    return acts.do(
        lambda: reviewing.send_back(here.office(), here.me(), document_id, seen, reason),
        show=lambda refused: outgoing.show(document_id, refused),
        onward=url_for("batch.following" if acts.typed("queue") else "home.mine"),
        done="web.done.return",
    )
