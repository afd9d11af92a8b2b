"""The drafter's doors: begin, begin from an earlier document, take back, lay aside (Đ10)."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from documents.content import Form
from documents.rules import rules
from kernel.errors import DomainError
from web import acts, here, outgoing
from web.errors import explain
from web.language import say
from workflow.models import Post, Unit
from workflow.models.organisation import PostRole
from workflow.outgoing import drafting
from workflow.outgoing.draft import read_draft

desk = Blueprint("drafting", __name__, url_prefix="/van-ban-di")

_EVERYDAY = {"CV", "QĐ", "TTr", "BC", "KH", "TB"}
"""Codes of the types that most documents have; they stand first."""

_DRAFTING = {PostRole.DRAFTER, PostRole.UNIT_HEAD, PostRole.UNIT_DEPUTY}


@desk.get("/moi")
def choose() -> str:
    """Show the types of document to choose from."""
    return _choice("")


@desk.post("")
def begin() -> Answer | tuple[str, int]:
    """Open a draft of the chosen type and go on to writing it."""
    type_code, _, form = acts.typed("kind").partition("|")
    try:
        draft = read_draft({"type_code": type_code, "form": form, "to_places": _first_places(form)})
        unit_id = request.form.get("unit", type=UUID)
        document_id = drafting.begin(here.office(), here.me(), draft, unit_id=unit_id)
    except DomainError as error:
        here.reread()
        return _choice(explain(error)), error.http_status
    return redirect(url_for("writing.page", document_id=document_id))


@desk.post("/<uuid:document_id>/tao-tu-van-ban-nay")
def copy(document_id: UUID) -> Answer:
    """Begin a draft with the words of an earlier document."""
    made = drafting.copy(here.office(), here.me(), document_id)
    return redirect(url_for("writing.page", document_id=made))


@desk.post("/<uuid:document_id>/rut-lai")
def withdraw(document_id: UUID) -> Answer:
    """Take one's submission back."""
    seen = acts.seen()
    return acts.do(
        lambda: drafting.withdraw(here.office(), here.me(), document_id, seen),
        show=lambda refused: outgoing.show(document_id, refused),
        onward=url_for("writing.page", document_id=document_id),
        done="web.done.withdraw",
    )


@desk.post("/<uuid:document_id>/bo")
def discard(document_id: UUID) -> Answer:
    """Lay a draft aside for good."""
    seen = acts.seen()
    return acts.do(
        lambda: drafting.discard(here.office(), here.me(), document_id, seen),
        show=lambda refused: outgoing.show(document_id, refused),
        onward=url_for("home.mine"),
        done="web.done.discard",
    )


def _choice(refused: str) -> str:
    kinds = sorted(rules().types, key=lambda kind: kind.code not in _EVERYDAY)
    return render_template(
        "outgoing/new.html",
        kinds=[(kind, form) for kind in kinds for form in kind.forms],
        others=[kind.name for kind in kinds if not kind.forms],
        units=_my_units(),
        refused=refused,
    )


def _my_units() -> list[Unit]:
    posts: list[Post] = [p for p in here.my_posts() if p.unit is not None and p.role in _DRAFTING]
    return list({post.unit_id: post.unit for post in posts if post.unit is not None}.values())


def _first_places(form: str) -> tuple[str, ...]:
    """Give the lines that Nơi nhận always has (II.9), so that the clerk adds and never forgets."""
    units = _my_units()
    archive = say("web.places.archive", unit=units[0].symbol if units else "…")
    first = {
        Form.LETTER: "web.places.as_above",
        Form.DECISION: "web.places.as_articles",
        Form.DECISION_ISSUING: "web.places.as_articles",
    }
    return (say(first[Form(form)]), archive) if form in first else (archive,)
