"""Khóa ký của tôi: what a person may sign with, and how a token's certificate is registered."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from web import acts, here
from workflow.models.organisation import PostRole
from workflow.signatures import intents, key_register

desk = Blueprint("keys", __name__, url_prefix="/khoa-ky")

_LARGEST = 64 * 1024
"""Bytes of a certificate's file; real ones have two or three thousand."""


@desk.get("")
def page() -> str:
    """Show the person's keys and, to văn thư, the agency's at her own computer."""
    return _page("")


@desk.post("")
def propose() -> Answer:
    """Ask that a certificate be registered."""
    file = request.files.get("certificate")
    content = file.read(_LARGEST) if file else b""
    agency = request.form.get("agency", None, type=UUID)
    return acts.do(
        lambda: key_register.propose(
            here.office(), here.me(), acts.typed("label"), content, agency
        ),
        show=_page,
        onward=url_for("keys.page"),
        done="keys.done_propose",
    )


@desk.post("/<uuid:key_id>/go")
def withdraw(key_id: UUID) -> Answer:
    """Let a key be offered no more."""
    return acts.do(
        lambda: key_register.withdraw(here.office(), here.me(), key_id),
        show=_page,
        onward=url_for("keys.page"),
        done="keys.done_withdraw",
    )


@desk.get("/cho-dang-ky")
def waiting() -> str:
    """Show what waits for the administrator."""
    return _waiting("")


@desk.post("/<uuid:key_id>/dang-ky")
def register(key_id: UUID) -> Answer:
    """Register a proposed key."""
    return _decide(key_id, register=True)


@desk.post("/<uuid:key_id>/tu-choi")
def refuse(key_id: UUID) -> Answer:
    """Turn a proposed key down."""
    return _decide(key_id, register=False)


def _decide(key_id: UUID, *, register: bool) -> Answer:
    return acts.do(
        lambda: key_register.decide(here.office(), here.me(), key_id, register=register),
        show=_waiting,
        onward=url_for("keys.waiting"),
        done="keys.done_register" if register else "keys.done_refuse",
    )


def _page(refused: str) -> str:
    session = here.session()
    agencies = [post.agency for post in here.my_posts() if post.role is PostRole.CLERK]
    sealing = [
        (agency, key)
        for agency in agencies
        for key in intents.keys_of(session, agency_id=agency.id)
        if key.kind.at_hand
    ]
    return render_template(
        "keys.html",
        refused=refused,
        keys=intents.keys_of(session, person_id=here.me()),
        agencies=agencies,
        sealing=sealing,
        proposed=key_register.proposed(session, here.me(), [agency.id for agency in agencies]),
    )


def _waiting(refused: str) -> str:
    proposals = key_register.waiting(here.office(), here.session(), here.me())
    return render_template("keys_waiting.html", refused=refused, proposals=proposals)
