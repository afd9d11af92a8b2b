"""The trust list: which authorities count, added and removed by two administrators (K5, K10).

Whoever could add an authority alone could make any signature valid. So one administrator proposes,
with where the certificate comes from and the hash of the file it came in, and another one decides;
the database asks for two people as well. Rows are never deleted: what was trusted when is itself a
fact that an old verdict rests on.

The list is told to the processes of a machine through a folder of files, because the validator
opens no database.
"""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel.clock import local_day
from kernel.errors import Forbidden, MovedOn, NotFound, Refused
from signing.trusting.authorities import leads_to_anchor
from signing.trusting.trust import Trust
from workflow import authority, journal
from workflow.authorities.trust_proposal import Proposal, entry_of
from workflow.journal import Actor
from workflow.models import Person, TrustEntry, TrustKind
from workflow.models.organisation import PostRole
from workflow.office import Office
from workflow.said import said


class EntryState(StrEnum):
    """Where an authority stands."""

    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    REMOVAL_PROPOSED = "removal_proposed"
    """Still trusted, until a second administrator agrees."""
    REMOVED = "removed"
    REFUSED = "refused"
    """It was proposed and never trusted."""


def state_of(entry: TrustEntry) -> EntryState:
    """Tell where an entry stands."""
    match entry.confirmed_at, entry.removal_at, entry.removed_at:
        case None, _, None:
            return EntryState.PROPOSED
        case None, _, _:
            return EntryState.REFUSED
        case _, None, None:
            return EntryState.IN_FORCE
        case _, _, None:
            return EntryState.REMOVAL_PROPOSED
        case _:
            return EntryState.REMOVED


def entries(session: Session) -> Sequence[TrustEntry]:
    """Give every entry there ever was, newest first."""
    return session.scalars(select(TrustEntry).order_by(TrustEntry.proposed_at.desc())).all()


def trusted(session: Session) -> list[TrustEntry]:
    """Give the entries that are trusted now, oldest first."""
    query = select(TrustEntry).where(
        TrustEntry.confirmed_at.is_not(None), TrustEntry.removed_at.is_(None)
    )
    return list(session.scalars(query.order_by(TrustEntry.confirmed_at, TrustEntry.id)))


def asked_by(entry: TrustEntry) -> UUID | None:
    """Give who made the proposal that waits, of addition or of removal; somebody else decides."""
    return entry.proposed_by_id if state_of(entry) is EntryState.PROPOSED else entry.removal_by_id


def waiting_for(session: Session, person_id: UUID) -> list[TrustEntry]:
    """Give the proposals of others, which an administrator may decide."""
    waiting = {EntryState.PROPOSED, EntryState.REMOVAL_PROPOSED}
    return [
        entry
        for entry in entries(session)
        if state_of(entry) in waiting and asked_by(entry) != person_id
    ]


def propose(office: Office, person_id: UUID, proposal: Proposal, *, demo: bool) -> UUID:
    """Propose an authority; nothing is trusted by that yet.

    Args:
        office: The office.
        person_id: The administrator.
        proposal: The certificate, and what it is said to be.
        demo: Whether this is a demonstration, the only place for a test authority.

    Raises:
        Refused: The file is not the certificate of a fit authority, it stands on the list already,
            or what is said about it does not fit.
    """
    entry = entry_of(proposal, demo=demo)
    entry.proposed_by_id, entry.proposed_at = person_id, office.clock()
    with office.act() as session:
        actor, agency_id = _administrator(office, session, person_id)
        _refuse_twice(session, entry)
        session.add(entry)
        try:
            session.flush()
        except IntegrityError as error:  # another administrator proposed it this very moment
            raise Refused("trust.listed_already", name=entry.subject) from error
        _write(office, session, actor, agency_id, entry, "propose_trust")
        return entry.id


def confirm(office: Office, person_id: UUID, entry_id: UUID) -> None:
    """Trust a proposed authority from now on (K10, V8).

    Raises:
        Refused: The same person proposed it, or it leads to no anchor that is trusted.
    """
    with office.act() as session:
        actor, agency_id, entry = _open(office, session, person_id, entry_id, EntryState.PROPOSED)
        _require_another(entry.proposed_by_id, person_id)
        if not leads_to_anchor(entry.der, _trust_with(session, entry)):
            raise Refused("trust.issuer_not_trusted", issuer=entry.issuer)
        entry.confirmed_by_id, entry.confirmed_at = person_id, office.clock()
        _write(office, session, actor, agency_id, entry, "confirm_trust")


def refuse(office: Office, person_id: UUID, entry_id: UUID, why: str) -> None:
    """Turn a proposal down; who proposed it may take it back the same way."""
    reason = _reason(why)
    with office.act() as session:
        actor, agency_id, entry = _open(office, session, person_id, entry_id, EntryState.PROPOSED)
        entry.removed_by_id, entry.removed_at = person_id, office.clock()
        entry.removal_why = reason
        _write(office, session, actor, agency_id, entry, "refuse_trust", reason)


def propose_removal(office: Office, person_id: UUID, entry_id: UUID, why: str) -> None:
    """Propose to trust an authority no longer; it stays trusted until another one agrees."""
    reason = _reason(why)
    with office.act() as session:
        actor, agency_id, entry = _open(office, session, person_id, entry_id, EntryState.IN_FORCE)
        entry.removal_by_id, entry.removal_at = person_id, office.clock()
        entry.removal_why = reason
        _write(office, session, actor, agency_id, entry, "propose_trust_removal", reason)


def confirm_removal(office: Office, person_id: UUID, entry_id: UUID) -> None:
    """Trust an authority no longer.

    Raises:
        Refused: The same person proposed it.
    """
    with office.act() as session:
        actor, agency_id, entry = _open(
            office, session, person_id, entry_id, EntryState.REMOVAL_PROPOSED
        )
        _require_another(entry.removal_by_id, person_id)
        entry.removed_by_id, entry.removed_at = person_id, office.clock()
        _write(office, session, actor, agency_id, entry, "confirm_trust_removal")


def keep(office: Office, person_id: UUID, entry_id: UUID) -> None:
    """Turn a proposed removal down; who proposed it may take it back the same way."""
    with office.act() as session:
        actor, agency_id, entry = _open(
            office, session, person_id, entry_id, EntryState.REMOVAL_PROPOSED
        )
        reason = entry.removal_why or ""
        entry.removal_by_id = entry.removal_at = entry.removal_why = None
        _write(office, session, actor, agency_id, entry, "keep_trust", reason)


def _trust_with(session: Session, entry: TrustEntry) -> Trust:
    """Give the trust there would be with the entry; a link alone leads nowhere."""
    listed = [*trusted(session), entry]
    return Trust.of(
        [one.der for one in listed if one.kind is TrustKind.ANCHOR],
        [one.der for one in listed if one.kind is TrustKind.INTERMEDIATE],
    )


def _reason(words: str) -> str:
    kept = said(words)
    if not kept:
        raise Refused("trust.reason_missing")
    return kept


def _refuse_twice(session: Session, entry: TrustEntry) -> None:
    standing = select(TrustEntry.id).where(
        TrustEntry.fingerprint == entry.fingerprint, TrustEntry.removed_at.is_(None)
    )
    if session.scalars(standing).first() is not None:
        raise Refused("trust.listed_already", name=entry.subject)


def _administrator(office: Office, session: Session, person_id: UUID) -> tuple[Actor, UUID]:
    """Give the actor, and the agency in whose journal the act is written."""
    posts = authority.posts_of(session, person_id, local_day(office.clock()))
    post = next((post for post in posts if post.role is PostRole.ADMINISTRATOR), None)
    if post is None:
        raise Forbidden("trust.not_administrator")
    person = session.get_one(Person, person_id)
    return Actor(person_id, person.full_name, post.title), post.agency_id


def _open(
    office: Office, session: Session, person_id: UUID, entry_id: UUID, state: EntryState
) -> tuple[Actor, UUID, TrustEntry]:
    """Hold an entry for an act, if it stands where the act needs it."""
    actor, agency_id = _administrator(office, session, person_id)
    entry = session.get(TrustEntry, entry_id, with_for_update={"of": TrustEntry})
    if entry is None:
        raise NotFound("trust.no_such_entry")
    if state_of(entry) is not state:
        raise MovedOn("trust.moved_on")
    return actor, agency_id, entry


def _require_another(first: UUID | None, second: UUID) -> None:
    if first == second:
        raise Refused("trust.same_person")


def _write(  # noqa: PLR0913, PLR0917 - the act, and what the journal keeps of it
    office: Office,
    session: Session,
    actor: Actor,
    agency_id: UUID,
    entry: TrustEntry,
    action: str,
    reason: str = "",
) -> None:
    journal.write(
        session,
        agency_id=agency_id,
        at=office.clock(),
        actor=actor,
        action=action,
        subject_kind="trust_entry",
        subject_id=entry.id,
        facts={
            "name": entry.subject,
            "fingerprint": entry.fingerprint,
            "kind": entry.kind,
            "scheme": entry.scheme,
            "reason": reason,
        },
    )
