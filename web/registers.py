"""The registers of a year (Annex IV), and the agency as the administrator sees it."""

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, render_template, request

from web import here
from web.outgoing import reader
from workflow.models.organisation import PostRole
from workflow.models.registers import SeriesDirection
from workflow.views import listing, organisation

desk = Blueprint("registers", __name__)

_SOON = timedelta(days=30)
"""Certificates that end within this time are marked."""


@desk.get("/so-van-ban-di")
def outgoing() -> str:
    """Show the register of outgoing documents."""
    session, who = here.session(), reader()
    years = listing.years(session, who, SeriesDirection.OUTGOING)
    year = _chosen(years)
    lines = listing.outgoing_register(session, who, year)
    return render_template("registers/outgoing.html", lines=lines, year=year, years=years)


@desk.get("/so-van-ban-den")
def incoming() -> str:
    """Show the register of incoming documents."""
    session, who = here.session(), reader()
    years = listing.years(session, who, SeriesDirection.INCOMING)
    year = _chosen(years)
    lines = listing.incoming_register(session, who, year)
    return render_template("registers/incoming.html", lines=lines, year=year, years=years)


def _chosen(years: Sequence[int]) -> int:
    wanted = request.args.get("nam", years[0], type=int)
    return wanted if wanted in years else years[0]


@desk.get("/co-quan")
def agency() -> str:
    """Show the agencies that the reader administers."""
    agencies = [
        organisation.of_agency(here.session(), agency_id, here.today())
        for agency_id in reader().agencies(PostRole.ADMINISTRATOR)
    ]
    soon = here.office().clock() + _SOON
    return render_template(
        "agency.html", agencies=sorted(agencies, key=lambda view: view.agency.sort_key), soon=soon
    )
