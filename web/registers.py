"""The registers of a year (Annex IV), and the agency as the administrator sees it."""

from flask import Blueprint, render_template, request

from web import here
from web.outgoing import reader
from workflow import listing, organisation
from workflow.models.organisation import PostRole
from workflow.models.registers import SeriesDirection

desk = Blueprint("registers", __name__)


@desk.get("/so-van-ban-di")
def outgoing() -> str:
    """Show the register of outgoing documents."""
    return _register("registers/outgoing.html", SeriesDirection.OUTGOING)


@desk.get("/so-van-ban-den")
def incoming() -> str:
    """Show the register of incoming documents."""
    return _register("registers/incoming.html", SeriesDirection.INCOMING)


@desk.get("/co-quan")
def agency() -> str:
    """Show the agencies that the reader administers."""
    agencies = [
        organisation.of_agency(here.session(), agency_id, here.today())
        for agency_id in sorted(reader().agencies(PostRole.ADMINISTRATOR))
    ]
    return render_template("agency.html", agencies=agencies)


def _register(template: str, direction: SeriesDirection) -> str:
    session, who = here.session(), reader()
    years = listing.years(session, who, direction)
    year = request.args.get("nam", years[0], type=int)
    lines = listing.register(session, who, direction, year)
    return render_template(template, lines=lines, year=year, years=years)
