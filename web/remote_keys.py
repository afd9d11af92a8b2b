"""Khóa ký từ xa của tôi: take up a key that a service holds for me, and give it up again."""

from uuid import UUID

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from kernel.errors import DomainError
from web import acts, here
from web.errors import explain
from workflow.signatures import remote_registration
from workflow.signatures.remote_registration import Offers

desk = Blueprint("remote_keys", __name__, url_prefix="/khoa-ky-tu-xa")


@desk.get("")
def page() -> str:
    """Show the person's remote keys, and where others may lie."""
    return _page()


@desk.post("/tim")
def look() -> Answer:
    """Ask a service which keys it holds for a user."""
    service, user = acts.typed("service"), acts.typed("user")
    try:
        found = remote_registration.offers(here.office(), here.me(), service, user)
    except DomainError as error:
        return Response(_page(refused=explain(error)), error.http_status)
    return Response(_page(found=found))


@desk.post("")
def take_up() -> Answer:
    """Make one of them a key of this person."""
    return acts.do(
        lambda: remote_registration.take_up(
            here.office(),
            here.me(),
            acts.typed("service"),
            acts.typed("user"),
            acts.typed("credential"),
            acts.typed("label"),
        ),
        show=lambda refused: _page(refused=refused),
        onward=url_for("remote_keys.page"),
        done="remote.done_take_up",
    )


@desk.post("/<uuid:key_id>/gui-ma")
def send_code(key_id: UUID) -> Answer:
    """Have the code for one time sent."""
    return acts.do(
        lambda: remote_registration.send_code(here.office(), here.me(), key_id),
        show=lambda refused: _page(refused=refused),
        onward=url_for("remote_keys.page"),
        done="remote.done_code",
    )


@desk.post("/<uuid:key_id>/go")
def withdraw(key_id: UUID) -> Answer:
    """Let a key sign no more."""
    return acts.do(
        lambda: remote_registration.withdraw(here.office(), here.me(), key_id),
        show=lambda refused: _page(refused=refused),
        onward=url_for("remote_keys.page"),
        done="remote.done_withdraw",
    )


def _page(found: Offers | None = None, refused: str = "") -> str:
    return render_template(
        "remote_keys.html",
        refused=refused,
        found=found,
        services=here.office().desk.remote_services(),
        keys=remote_registration.of_person(here.session(), here.me()),
        typed=request.form,
    )
