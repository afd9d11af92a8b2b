"""Văn bản đi: the list, and the page of one document with everything that a reader may know."""

from typing import Any, Literal
from uuid import UUID

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from documents.checks import check
from documents.content import Content
from documents.rules import rules
from kernel.clock import local
from web import acts, downloads, here, timeline
from web.language import say
from workflow import authority
from workflow.finding import document_for
from workflow.firing import allowed
from workflow.models import Document, DocumentVersion, Enclosure
from workflow.models.outgoing import ArtifactKind
from workflow.outgoing import reviewing
from workflow.signatures import proving
from workflow.states import WORK, OutgoingState
from workflow.views import listing, reading
from workflow.views.readable import Reader

desk = Blueprint("outgoing", __name__, url_prefix="/van-ban-di")

_CHECKED = {
    OutgoingState.CONTENT_REVIEW,
    OutgoingState.FORM_REVIEW,
    OutgoingState.AWAITING_SIGNATURE,
    OutgoingState.APPROVED,
}
"""States in which the findings of the form's rules help whoever has the document."""

_LAST_PAGE = 10_000
"""Nobody turns that many pages; a search is quicker."""


@desk.get("")
def everything() -> str:
    """List what the reader may see."""
    wanted = wanted_of(frozenset(OutgoingState))
    found = listing.documents(here.session(), reader(), wanted)
    return render_template(
        "outgoing/list.html", found=found, wanted=wanted, states=list(OutgoingState)
    )


@desk.get("/<uuid:document_id>")
def page(document_id: UUID) -> str:
    """Show one document."""
    return show(document_id)


@desk.get("/<uuid:document_id>/thay-doi")
def changed(document_id: UUID) -> Answer:
    """Tell a waiting page whether the document has changed since it was made."""
    document, _ = document_for(here.office(), here.session(), document_id, here.me())
    if document.version == request.args.get("seen", type=int):
        return Response(status=204)
    return Response(headers={"HX-Refresh": "true"})


@desk.post("/<uuid:document_id>/y-kien")
def comment(document_id: UUID) -> Answer:
    """Write an opinion."""
    words = acts.typed("words")
    return acts.do(
        lambda: reviewing.comment(here.office(), here.me(), document_id, words),
        show=lambda refused: show(document_id, refused),
        onward=url_for("outgoing.page", document_id=document_id, _anchor="y-kien"),
        done="web.done.comment",
    )


@desk.get("/<uuid:document_id>/ban/<string(length=64):sha256>.pdf")
def pdf(document_id: UUID, sha256: str) -> Response:
    """Send the bytes of one stage."""
    document, _ = document_for(here.office(), here.session(), document_id, here.me())
    artifact = reading.bytes_named(document, sha256)
    return downloads.pdf(_file_name(document, artifact.kind), artifact.sha256)


@desk.get("/<uuid:document_id>/ban/<string(length=64):sha256>/trang/<int:number>.png")
def picture(document_id: UUID, sha256: str, number: int) -> Response:
    """Send the picture of one page of exactly those bytes."""
    document, _ = document_for(here.office(), here.session(), document_id, here.me())
    return downloads.picture(reading.bytes_named(document, sha256).sha256, number)


@desk.get("/<uuid:document_id>/<any('kem-theo', 'ho-so-trinh'):shelf>/<uuid:file_id>")
def file(document_id: UUID, shelf: Literal["kem-theo", "ho-so-trinh"], file_id: UUID) -> Response:
    """Send a file that is issued with the document, or one that only reviewers and signer see."""
    document, _ = document_for(here.office(), here.session(), document_id, here.me())
    found = (
        reading.enclosures(here.session(), document)
        if shelf == "kem-theo"
        else reading.submission_papers(here.session(), document, here.me(), here.today())
    )
    wanted = reading.file_of(found, file_id)
    signed = wanted.sealed if isinstance(wanted, Enclosure) else None
    return downloads.file(wanted.name, wanted.media_type, signed or wanted.sha256)


def show(document_id: UUID, refused: str = "") -> str:
    """Show the page of a document, with a sentence on top where an act was refused."""
    return render_template("outgoing/page.html", refused=refused, **facts_of(document_id))


def facts_of(document_id: UUID) -> dict[str, Any]:
    """Gather what the pages about one document show.

    Raises:
        NotFound: There is none that this person may see.
    """
    session, me, today = here.session(), here.me(), here.today()
    document, standing = document_for(here.office(), session, document_id, me)
    version = reading.version_of(session, document)
    artifact = reading.latest_bytes(document)
    return {
        "document": document,
        "acts": allowed(document, standing.roles),
        "working": document.state in WORK,
        "waiting": reading.waiting_for(session, document, today),
        "version": version,
        "artifact": artifact,
        "pages": downloads.pages(artifact.sha256) if artifact else 0,
        "proof": proving.standing(session, document),
        "checks": reading.checks(session, document),
        "opinions": reading.opinions(session, document),
        "enclosures": reading.enclosures(session, document),
        "papers": reading.submission_papers(session, document, me, today),
        "may_see_papers": authority.may_read_submission(session, document, me, today),
        "timeline_events": timeline.of_document(document, reading.history(session, document)),
        "findings": _findings(document, version),
    }


def reader() -> Reader:
    """Give who reads, for lists."""
    return Reader(here.me(), tuple(here.my_posts()), here.today())


def wanted_of(states: frozenset[str]) -> listing.Wanted:
    """Read what a list is asked for from the address; what makes no sense is left out."""
    state = request.args.get("trang-thai", "")
    return listing.Wanted(
        words=request.args.get("tim", "")[:200],
        state=state if state in states else "",
        page=min(max(1, request.args.get("trang", 1, type=int)), _LAST_PAGE),
    )


def _findings(document: Document, version: DocumentVersion | None) -> tuple[Any, ...]:
    if version is None or document.state not in _CHECKED:
        return ()
    content = Content.model_validate(version.content)
    return tuple(check(content, rules(content.rule_set)))


def _file_name(document: Document, kind: ArtifactKind) -> str:
    name = document.code_notation.replace("/", "-")
    if document.code_number is not None and kind is ArtifactKind.ISSUED:
        name = f"{document.code_number:02d}-{name}"
    else:
        name = f"{name} {local(document.created_at):%Y-%m-%d}"
    return say(f"web.file_name.{kind}", name=name)
