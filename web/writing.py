"""The writing page: fields, files and receivers on the left, the real page on the right.

Everything is one form, so whatever button is pressed, what was typed is saved first. The same page
serves the reviewer who edits (Đ10.3); there the one button makes a new version under their name.
"""

from typing import Literal
from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from documents.checks import check
from documents.content import Circulation, Content, Form, Urgency
from documents.pictures import page_picture
from documents.rules import rules
from kernel.clock import local
from kernel.errors import DomainError, MovedOn, NotFound
from web import acts, fields, here
from web.errors import explain
from web.language import say
from workflow.finding import document_for
from workflow.firing import allowed
from workflow.models import Document, Enclosure, SubmissionPaper
from workflow.outgoing import drafting, previewing, reviewing
from workflow.outgoing.draft import Draft, read_draft
from workflow.outgoing.drafting import AttachedFile
from workflow.states import OutgoingAction, OutgoingState
from workflow.views import reading

desk = Blueprint("writing", __name__, url_prefix="/van-ban-di")

_DPI = 96


@desk.get("/<uuid:document_id>/soan-thao")
def page(document_id: UUID) -> str | Answer:
    """Show the fields to the drafter, or to a reviewer who may edit; the page to anybody else."""
    document, mode = _document(document_id)
    if mode is None:
        return redirect(url_for("outgoing.page", document_id=document_id))
    return _show(document, mode, fields.of_draft(read_draft(document.draft)))


@desk.post("/<uuid:document_id>/soan-thao")
def keep(document_id: UUID) -> Answer:
    """Save everything, then do what the pressed button says."""
    typed = fields.typed()
    try:
        seen = _save(document_id, acts.seen(), typed)
    except NotFound:
        raise
    except DomainError as error:
        return _again(document_id, typed, error)
    try:
        return _then(document_id, seen)
    except DomainError as error:
        return _again(document_id, typed, error, saved=True)


@desk.post("/<uuid:document_id>/tu-luu")
def autosave(document_id: UUID) -> Response:
    """Save what was typed so far and tell when."""
    seen = _save(document_id, acts.seen(), fields.typed())
    return jsonify(seen=seen, saved=say("web.saved", at=f"{local(here.office().clock()):%H:%M}"))


@desk.post("/<uuid:document_id>/sua")
def edit(document_id: UUID) -> Answer:
    """Make a new version under the reviewer's own name."""
    typed, seen = fields.typed(), acts.seen()
    try:
        document, _ = document_for(here.office(), here.session(), document_id, here.me())
        draft = fields.draft_of(typed, read_draft(document.draft))
        reviewing.edit(here.office(), here.me(), document_id, seen, draft)
    except NotFound:
        raise
    except DomainError as error:
        return _again(document_id, typed, error)
    flash(say("web.done.edit"))
    return redirect(url_for("outgoing.page", document_id=document_id))


@desk.post("/<uuid:document_id>/xem-truoc")
def preview(document_id: UUID) -> Response:
    """Typeset what is typed and give the picture of one page, with the count of pages."""
    number = request.form.get("page", 1, type=int)
    document, content = _content(document_id)
    typeset = previewing.typeset(here.office(), document, content)
    shown = min(max(number, 1), typeset.pages)
    answer = Response(page_picture(typeset.pdf, shown - 1, _DPI), mimetype="image/png")
    answer.headers["X-Page"], answer.headers["X-Page-Count"] = str(shown), str(typeset.pages)
    return answer


@desk.post("/<uuid:document_id>/kiem-tra")
def findings(document_id: UUID) -> str:
    """Check what is typed against the rules of form."""
    _, content = _content(document_id)
    return render_template("parts/findings.html", findings=check(content, rules(content.rule_set)))


Mode = Literal["write", "edit"]


def _document(document_id: UUID) -> tuple[Document, Mode | None]:
    document, standing = document_for(here.office(), here.session(), document_id, here.me())
    may = allowed(document, standing.roles)
    if OutgoingAction.SUBMIT in may:
        return document, "write"
    return document, "edit" if OutgoingAction.EDIT in may else None


def _show(
    document: Document,
    mode: Mode,
    typed: dict[str, str],
    refused: str = "",
    unsaved: str = "",
) -> str:
    session, today = here.session(), here.today()
    draft = read_draft(document.draft)
    kind = rules().document_type(draft.type_code)
    receivers = reading.receivers(session, document.agency_id, today)
    chosen = request.form.getlist("receivers") or [d.organ_id for d in document.deliveries]
    return render_template(
        "outgoing/write.html",
        document=document,
        mode=mode,
        typed=typed,
        refused=refused,
        unsaved=unsaved,
        is_decision=draft.form in {Form.DECISION, Form.DECISION_ISSUING},
        issues_text=draft.form is Form.DECISION_ISSUING,
        has_addressees=draft.form is Form.LETTER or kind.addressees != "no",
        ways=reading.ways_of_signing(session, document.agency_id, today),
        urgencies=list(Urgency),
        circulations=list(Circulation),
        receivers=sorted(receivers, key=lambda receiver: receiver.code not in chosen),
        chosen=chosen,
        enclosures=reading.enclosures(session, document),
        papers=reading.submission_papers(session, document, here.me(), today),
        limit=here.office().upload_limit,
    )


def _again(
    document_id: UUID, typed: dict[str, str], error: DomainError, *, saved: bool = False
) -> Answer:
    """Show the page again with everything typed; if it is no draft any more, the words stay."""
    here.reread()
    document, mode = _document(document_id)
    unsaved = "" if saved else "conflict" if isinstance(error, MovedOn) else "refused"
    page = _show(document, mode or "write", typed, explain(error), unsaved)
    return Response(page, error.http_status)


def _save(document_id: UUID, seen: int, typed: dict[str, str]) -> int:
    document, _ = document_for(here.office(), here.session(), document_id, here.me())
    draft = fields.draft_of(typed, read_draft(document.draft))
    chosen = request.form.getlist("receivers")
    now_chosen = [delivery.organ_id for delivery in document.deliveries]
    seen = drafting.save(here.office(), here.me(), document_id, seen, draft)
    if document.state is OutgoingState.DRAFT and set(chosen) != set(now_chosen):
        drafting.set_deliveries(here.office(), here.me(), document_id, chosen)
    return seen


def _then(document_id: UUID, seen: int) -> Answer:
    then, _, what = request.form.get("then", "save").partition(":")
    _attach(document_id, Enclosure, "enclosures")
    _attach(document_id, SubmissionPaper, "papers")
    if then == "detach":
        _detach(document_id, what)
    if then == "submit":
        drafting.submit(here.office(), here.me(), document_id, seen)
        flash(say("web.done.submit"))
        return redirect(url_for("outgoing.page", document_id=document_id))
    flash(say("web.saved", at=f"{local(here.office().clock()):%H:%M}"))
    return redirect(url_for("writing.page", document_id=document_id, _anchor=then))


def _attach(document_id: UUID, kind: type[AttachedFile], field: str) -> None:
    for file in request.files.getlist(field):
        if file.filename:
            drafting.attach(
                here.office(), here.me(), document_id, kind, name=file.filename, data=file.read()
            )


def _detach(document_id: UUID, what: str) -> None:
    shelf, _, written = what.partition(":")
    try:
        file_id = UUID(written)
    except ValueError as error:
        raise NotFound("workflow.no_such_file") from error
    if shelf == "enclosures":
        drafting.detach(here.office(), here.me(), document_id, Enclosure, file_id)
    else:
        drafting.detach(here.office(), here.me(), document_id, SubmissionPaper, file_id)


def _content(document_id: UUID) -> tuple[Document, Content]:
    document, mode = _document(document_id)
    if mode is None:
        raise NotFound("workflow.no_such_document")
    draft: Draft = fields.draft_of(fields.typed(), read_draft(document.draft))
    return document, previewing.preview(here.office(), here.session(), document, draft)
