"""Văn bản đến: the list, and the page of one document with its verdict in plain words."""

from uuid import UUID

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as Answer

from kernel.errors import NotFound, Refused
from web import downloads, here, timeline
from web.outgoing import reader, wanted_of
from workflow.finding import incoming_for
from workflow.firing import allowed
from workflow.models import IncomingFile
from workflow.states import WORK, IncomingState
from workflow.views import listing, reading

desk = Blueprint("incoming", __name__, url_prefix="/van-ban-den")


@desk.get("")
def everything() -> str:
    """List what the reader may see."""
    wanted = wanted_of(frozenset(IncomingState))
    found = listing.arrivals(here.session(), reader(), wanted)
    return render_template(
        "incoming/list.html",
        found=found,
        wanted=wanted,
        states=list(IncomingState),
        today=here.today(),
    )


@desk.get("/<uuid:incoming_id>")
def page(incoming_id: UUID) -> str:
    """Show one incoming document."""
    return show(incoming_id)


@desk.get("/<uuid:incoming_id>/thay-doi")
def changed(incoming_id: UUID) -> Answer:
    """Tell a waiting page whether the document has changed since it was made."""
    incoming, _ = incoming_for(here.office(), here.session(), incoming_id, here.me())
    if incoming.version == request.args.get("seen", type=int):
        return Response(status=204)
    return Response(headers={"HX-Refresh": "true"})


@desk.get("/<uuid:incoming_id>/tep/<uuid:file_id>")
def file(incoming_id: UUID, file_id: UUID) -> Response:
    """Send a file of the packet."""
    wanted = _file(incoming_id, file_id)
    return downloads.file(wanted.name, wanted.media_type, wanted.sha256)


@desk.get("/<uuid:incoming_id>/tep/<uuid:file_id>/trang/<int:number>.png")
def picture(incoming_id: UUID, file_id: UUID, number: int) -> Response:
    """Send the picture of one page of a file."""
    return downloads.picture(_file(incoming_id, file_id).sha256, number)


def show(incoming_id: UUID, refused: str = "") -> str:
    """Show the page, with a sentence on top where an act was refused."""
    session, today = here.session(), here.today()
    incoming, standing = incoming_for(here.office(), session, incoming_id, here.me())
    main = next((file for file in incoming.files if file.is_main), None)
    return render_template(
        "incoming/page.html",
        refused=refused,
        incoming=incoming,
        acts=allowed(incoming, standing.roles),
        working=incoming.state in WORK,
        waiting=reading.handling_waits_for(session, incoming, today),
        twins=reading.twins(session, incoming),
        handlers=reading.handlers(session, incoming.agency_id, today),
        timeline_events=timeline.of_incoming(incoming, reading.history(session, incoming)),
        main=main,
        pages=_pages(main) if main else 0,
        today=today,
    )


def _file(incoming_id: UUID, file_id: UUID) -> IncomingFile:
    incoming, _ = incoming_for(here.office(), here.session(), incoming_id, here.me())
    wanted = reading.file_of(incoming.files, file_id)
    if not isinstance(wanted, IncomingFile):
        raise NotFound("workflow.no_such_file")
    return wanted


def _pages(main: IncomingFile) -> int:
    """Count the pages to show; what cannot be opened can be saved, and the verdict says so."""
    try:
        return downloads.pages(main.sha256)
    except Refused:
        return 0
