"""What proofs rest on, for readers of a document; and its end, for administrators (K9, V7)."""

from uuid import UUID

from flask import Blueprint, Response, render_template, url_for
from werkzeug.wrappers import Response as Answer

from web import acts, downloads, here
from web.outgoing import reader
from workflow.finding import document_for
from workflow.models.organisation import PostRole
from workflow.signatures import evidence

desk = Blueprint("evidence", __name__)

_FORMS = {
    "certificate": ("cer", "application/pkix-cert"),
    "crl": ("crl", "application/pkix-crl"),
    "ocsp": ("ors", "application/ocsp-response"),
    "timestamp": ("tst", "application/timestamp-reply"),
}
"""Ending and media type of each kind of piece."""


@desk.get("/van-ban-di/<uuid:document_id>/bang-chung")
def of_document(document_id: UUID) -> str:
    """Show what is or was kept for a document."""
    session = here.session()
    document, _ = document_for(here.office(), session, document_id, here.me())
    pieces = evidence.of_document(session, document.id)
    return render_template("outgoing/evidence.html", document=document, pieces=pieces)


@desk.get("/van-ban-di/<uuid:document_id>/bang-chung/<uuid:evidence_id>")
def file(document_id: UUID, evidence_id: UUID) -> Response:
    """Send one piece."""
    session = here.session()
    document, _ = document_for(here.office(), session, document_id, here.me())
    piece = evidence.piece_of(session, document.id, evidence_id)
    ending, media_type = _FORMS[piece.kind]
    return downloads.file(f"{piece.name}.{ending}", media_type, piece.sha256)


@desk.get("/co-quan/bang-chung")
def overdue() -> str:
    """Show what need not be kept any longer."""
    return _overdue()


@desk.post("/co-quan/bang-chung/<uuid:evidence_id>/huy")
def destroy(evidence_id: UUID) -> Answer:
    """Destroy one piece."""
    why = acts.typed("reason")
    return acts.do(
        lambda: evidence.destroy(here.office(), here.me(), evidence_id, why),
        show=_overdue,
        onward=url_for("evidence.overdue"),
        done="web.done.destroy_evidence",
    )


def _overdue(refused: str = "") -> str:
    session, today = here.session(), here.today()
    agencies = reader().agencies(PostRole.ADMINISTRATOR)
    pieces = evidence.overdue(session, agencies, today)
    return render_template("evidence.html", pieces=pieces, refused=refused)
