"""The administrators' page of whom the office trusts: propose, and decide on another's proposal.

What is decided is told to this machine's processes at once; other machines hear of it with the next
round of the workers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from kernel.errors import NotFound
from signing.trusting.authorities import AuthorityCertificate, read_authority
from web import acts, here
from web.downloads import named_bytes
from workflow.authorities import trust_list
from workflow.authorities.trust_alarms import alarms
from workflow.authorities.trust_folder import publish
from workflow.authorities.trust_list import EntryState, state_of
from workflow.authorities.trust_proposal import LARGEST, Proposal
from workflow.models import RevocationList, TrustEntry, TrustKind, TrustScheme

desk = Blueprint("trust", __name__, url_prefix="/quan-tri/danh-sach-tin-cay")

_CERTIFICATE = "application/pkix-cert"
_TYPED = ("kind", "scheme", "provenance", "cps", "hosts", "crl_address")


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as the page shows it."""

    entry: TrustEntry
    state: EntryState
    certificate: AuthorityCertificate
    published: RevocationList | None
    """Its revocation list as last fetched."""

    is_mine: bool
    """Whoever looks made the proposal that waits, so somebody else has to decide."""


@desk.get("")
def page() -> str:
    """Show whom the office trusts, and what waits for a second administrator."""
    return _page()


@desk.post("")
def propose() -> Answer:
    """Propose to trust an authority."""
    file = request.files.get("file")
    told = {name: acts.typed(name) for name in _TYPED}
    proposal = Proposal(file=file.read(LARGEST + 1) if file else b"", **told)
    return _do(
        lambda: trust_list.propose(here.office(), here.me(), proposal, demo=here.settings().demo),
        "propose",
    )


@desk.post("/<uuid:entry_id>/xac-nhan")
def confirm(entry_id: UUID) -> Answer:
    """Trust an authority that somebody else proposed."""
    return _do(lambda: trust_list.confirm(here.office(), here.me(), entry_id), "confirm")


@desk.post("/<uuid:entry_id>/tu-choi")
def refuse(entry_id: UUID) -> Answer:
    """Turn a proposal down, or take one's own back."""
    why = acts.typed("why")
    return _do(lambda: trust_list.refuse(here.office(), here.me(), entry_id, why), "refuse")


@desk.post("/<uuid:entry_id>/de-nghi-go")
def propose_removal(entry_id: UUID) -> Answer:
    """Propose to trust an authority no longer."""
    why = acts.typed("why")
    return _do(
        lambda: trust_list.propose_removal(here.office(), here.me(), entry_id, why),
        "propose_removal",
    )


@desk.post("/<uuid:entry_id>/xac-nhan-go")
def confirm_removal(entry_id: UUID) -> Answer:
    """Trust an authority no longer, as somebody else proposed."""
    return _do(
        lambda: trust_list.confirm_removal(here.office(), here.me(), entry_id), "confirm_removal"
    )


@desk.post("/<uuid:entry_id>/giu-lai")
def keep(entry_id: UUID) -> Answer:
    """Turn a removal down, or take one's own back."""
    return _do(lambda: trust_list.keep(here.office(), here.me(), entry_id), "keep")


@desk.get("/<uuid:entry_id>/chung-thu")
def certificate(entry_id: UUID) -> Response:
    """Send an authority's certificate, to be compared with one from elsewhere."""
    entry = here.session().get(TrustEntry, entry_id)
    if entry is None:
        raise NotFound("trust.no_such_entry")
    return named_bytes(entry.der, _CERTIFICATE, "attachment", f"{entry.subject}.cer")


def _do(verb: Callable[[], object], what: str) -> Answer:
    def act() -> None:
        verb()
        publish(here.office(), here.settings().trust_folder)

    return acts.do(
        act,
        show=lambda refused: _page(refused=refused),
        onward=url_for("trust.page"),
        done=f"trust.done.{what}",
    )


def _page(refused: str = "") -> str:
    session = here.session()
    lists = {one.address: one for one in session.scalars(select(RevocationList))}
    lines = [_line(entry, lists) for entry in trust_list.entries(session)]
    return render_template(
        "trust/page.html",
        refused=refused,
        alarms=list(alarms(session, here.office().clock())),
        waiting=_in(lines, EntryState.PROPOSED, EntryState.REMOVAL_PROPOSED),
        trusted=_in(lines, EntryState.IN_FORCE, EntryState.REMOVAL_PROPOSED),
        gone=_in(lines, EntryState.REMOVED, EntryState.REFUSED),
        kinds=list(TrustKind),
        schemes=[one for one in TrustScheme if here.settings().demo or one != TrustScheme.TEST],
        typed={name: acts.typed(name) for name in _TYPED},
    )


def _line(entry: TrustEntry, lists: dict[str, RevocationList]) -> Line:
    return Line(
        entry=entry,
        state=state_of(entry),
        certificate=read_authority(entry.der),
        published=lists.get(entry.crl_address),
        is_mine=trust_list.asked_by(entry) == here.me(),
    )


def _in(lines: list[Line], *states: EntryState) -> list[Line]:
    return [line for line in lines if line.state in states]
