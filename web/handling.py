"""The receiving agency's doors: accept, return, direct, note, start, finish (Đ21-24)."""

from datetime import date
from uuid import UUID

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response as Answer

from kernel.errors import Refused
from web import acts, here, incoming
from workflow.incoming import handling
from workflow.incoming.handling import Order

desk = Blueprint("handling", __name__, url_prefix="/van-ban-den")


@desk.post("/<uuid:incoming_id>/tiep-nhan")
def accept(incoming_id: UUID) -> Answer:
    """Register the document under its số đến."""
    seen = acts.seen()
    return acts.do(
        lambda: handling.accept(here.office(), here.me(), incoming_id, seen),
        show=lambda refused: incoming.show(incoming_id, refused),
        onward=url_for("incoming.page", incoming_id=incoming_id),
        done="web.done.accept",
    )


@desk.post("/<uuid:incoming_id>/tra-lai")
def send_back(incoming_id: UUID) -> Answer:
    """Return the document to its sender."""
    seen, reason = acts.seen(), acts.typed("reason")
    return acts.do(
        lambda: handling.send_back(here.office(), here.me(), incoming_id, seen, reason),
        show=lambda refused: incoming.show(incoming_id, refused),
        onward=url_for("home.mine"),
        done="web.done.return_to_sender",
    )


@desk.post("/<uuid:incoming_id>/chi-dao")
def direct(incoming_id: UUID) -> Answer:
    """Say who leads, who helps, and until when."""
    seen = acts.seen()
    return acts.do(
        lambda: handling.direct(here.office(), here.me(), incoming_id, seen, _order()),
        show=lambda refused: incoming.show(incoming_id, refused),
        onward=url_for("home.mine"),
        done="web.done.direct",
    )


@desk.post("/<uuid:incoming_id>/de-biet")
def note(incoming_id: UUID) -> Answer:
    """Close the document as read for information."""
    seen, words = acts.seen(), acts.typed("words")
    return acts.do(
        lambda: handling.note(here.office(), here.me(), incoming_id, seen, words),
        show=lambda refused: incoming.show(incoming_id, refused),
        onward=url_for("home.mine"),
        done="web.done.note",
    )


@desk.post("/<uuid:incoming_id>/bat-dau")
def start(incoming_id: UUID) -> Answer:
    """Begin handling."""
    seen = acts.seen()
    return acts.do(
        lambda: handling.start(here.office(), here.me(), incoming_id, seen),
        show=lambda refused: incoming.show(incoming_id, refused),
        onward=url_for("incoming.page", incoming_id=incoming_id),
        done="web.done.start",
    )


@desk.post("/<uuid:incoming_id>/hoan-thanh")
def finish(incoming_id: UUID) -> Answer:
    """Close the work with its result."""
    seen, result = acts.seen(), acts.typed("result")
    return acts.do(
        lambda: handling.finish(here.office(), here.me(), incoming_id, seen, result),
        show=lambda refused: incoming.show(incoming_id, refused),
        onward=url_for("home.mine"),
        done="web.done.finish",
    )


def _order() -> Order:
    lead = request.form.get("lead", type=UUID)
    if lead is None:
        raise Refused("web.lead_missing")
    return Order(
        words=acts.typed("words"),
        lead=lead,
        helpers=request.form.getlist("helpers", type=UUID),
        due=_due(acts.typed("due")),
    )


def _due(written: str) -> date | None:
    """Read a day as browsers send it (``2026-11-05``) or as people write it (``05/11/2026``)."""
    if not written.strip():
        return None
    try:
        if "/" in written:
            day, month, year = (int(part) for part in written.split("/"))
            return date(year, month, day)
        return date.fromisoformat(written.strip())
    except ValueError as error:
        raise Refused("web.day_not_understood", day=written[:20]) from error
