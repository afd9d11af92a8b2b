"""Máy ký của tôi: pair a computer with this account, see which ones are, and withdraw one."""

from uuid import UUID

from flask import Blueprint, Response, render_template, url_for
from werkzeug.wrappers import Response as Answer

from kernel.errors import DomainError
from web import acts, here
from web.agent_archive import archive
from web.errors import explain
from workflow.signatures import agents

desk = Blueprint("agents", __name__, url_prefix="/may-ky")


@desk.get("")
def page() -> str:
    """Show the paired computers."""
    return _page()


@desk.get("/vanthu-agent.zip")
def program() -> Response:
    """Send the program for a computer of one's own."""
    return Response(
        archive(),
        mimetype="application/zip",
        headers={"Content-Disposition": 'attachment; filename="vanthu-agent.zip"'},
    )


@desk.post("")
def begin() -> Answer:
    """Give a code for a new computer; it stands on this one answer and nowhere else."""
    try:
        code = agents.begin_pairing(here.office(), here.me(), acts.typed("name"))
    except DomainError as error:
        return Response(_page(refused=explain(error)), error.http_status)
    return Response(_page(code=code))


@desk.post("/<uuid:agent_id>/go")
def withdraw(agent_id: UUID) -> Answer:
    """Let a computer sign no more."""
    return acts.do(
        lambda: agents.withdraw(here.office(), here.me(), agent_id),
        show=lambda refused: _page(refused=refused),
        onward=url_for("agents.page"),
        done="agent.done_withdraw",
    )


def _page(code: str = "", refused: str = "") -> str:
    return render_template(
        "agents.html",
        code=code,
        refused=refused,
        origin=here.settings().public_url.rstrip("/"),
        paired=agents.paired(here.session(), here.me()),
    )
