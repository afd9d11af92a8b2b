"""The page on a file's signatures, and its two reports, for readers of the document."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, render_template, url_for

from signing.checking.verdict import Verdict
from web import here
from web.language import language
from web.reports import Kind, report_of
from workflow.finding import document_for, incoming_for
from workflow.models import Document, DocumentArtifact, IncomingFile
from workflow.verdicts import rechecking, verdict_report
from workflow.views import reading

desk = Blueprint("signatures", __name__)

_OUTGOING = "/van-ban-di/<uuid:document_id>/chu-ky/<string(length=64):sha256>"
_INCOMING = "/van-ban-den/<uuid:incoming_id>/chu-ky/<uuid:file_id>"
_REPORT = "<any('phieu.pdf', 'bao-cao.xml'):kind>"


@desk.get(_OUTGOING)
def outgoing(document_id: UUID, sha256: str) -> str:
    """Show what holds today about the signatures of one stage."""
    document, artifact, verdict = _outgoing(document_id, sha256)
    return render_template(
        "check/document.html",
        subject=document.subject,
        back=url_for("outgoing.page", document_id=document_id),
        found=_facts(verdict, sha256, _name(document, artifact)),
    )


@desk.get(f"{_OUTGOING}/{_REPORT}")
def outgoing_report(document_id: UUID, sha256: str, kind: Kind) -> Response:
    """Send a report on it."""
    document, artifact, verdict = _outgoing(document_id, sha256)
    pages = rechecking.changed_pages(here.office(), sha256, verdict)
    return report_of(kind, verdict, sha256, _name(document, artifact), pages)


@desk.get(_INCOMING)
def incoming(incoming_id: UUID, file_id: UUID) -> str:
    """Show what holds today about the signatures of a file that arrived."""
    subject, file, verdict = _incoming(incoming_id, file_id)
    return render_template(
        "check/document.html",
        subject=subject,
        back=url_for("incoming.page", incoming_id=incoming_id),
        found=_facts(verdict, file.sha256, file.name),
    )


@desk.get(f"{_INCOMING}/{_REPORT}")
def incoming_report(incoming_id: UUID, file_id: UUID, kind: Kind) -> Response:
    """Send a report on it."""
    _, file, verdict = _incoming(incoming_id, file_id)
    pages = rechecking.changed_pages(here.office(), file.sha256, verdict)
    return report_of(kind, verdict, file.sha256, file.name, pages)


def attach(app: Flask) -> None:
    """Let the pages of documents show the verdict that is kept with them."""
    app.register_blueprint(desk)
    app.jinja_env.filters["in_page"] = _in_page
    app.jinja_env.globals.update(found_in=_found_in, checked_at=_checked_at)


def _in_page(png: bytes) -> str:
    """Give a picture as an address that carries it."""
    return f"data:image/png;base64,{b64encode(png).decode()}"


def _found_in(kept: Mapping[str, Any]) -> dict[str, Any]:
    return verdict_report.facts(Verdict.from_json(kept), "", "", language())


def _checked_at(kept: Mapping[str, Any]) -> datetime:
    return Verdict.from_json(kept).checked_at


def _outgoing(document_id: UUID, sha256: str) -> tuple[Document, DocumentArtifact, Verdict]:
    office, session = here.office(), here.session()
    document, _ = document_for(office, session, document_id, here.me())
    artifact = reading.bytes_named(document, sha256)
    return document, artifact, rechecking.of_artifact(office, session, document, artifact)


def _incoming(incoming_id: UUID, file_id: UUID) -> tuple[str, IncomingFile, Verdict]:
    office, session = here.office(), here.session()
    incoming, _ = incoming_for(office, session, incoming_id, here.me())
    file = rechecking.file_of(incoming, file_id)
    return incoming.subject, file, rechecking.of_incoming(office, session, incoming, file)


def _facts(verdict: Verdict, sha256: str, name: str) -> dict[str, Any]:
    pages = rechecking.changed_pages(here.office(), sha256, verdict)
    return verdict_report.facts(verdict, sha256, name, language(), pages)


def _name(document: Document, artifact: DocumentArtifact) -> str:
    number = f"{document.code_number:02d}-" if document.code_number else ""
    return f"{number}{document.code_notation.replace('/', '-')} ({artifact.kind}).pdf"
