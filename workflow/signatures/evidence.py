"""Evidence: what a proof was made from, kept apart from the document and some day destroyed.

The proof inside a document needs nothing else. But the law wants certificates, revocation lists,
status answers and time-stamps kept for themselves, each for a time that somebody is answerable for,
and destroyed by an act that leaves a trace (TT 15/2025, K9 and V7).
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel.clock import local_day
from kernel.errors import Forbidden, NotFound, Refused
from signing.lasting.pieces import Piece, lists_for, pieces_of
from workflow import authority, journal
from workflow.models import Evidence, Person, Proof, RevocationList
from workflow.models.organisation import PostRole
from workflow.office import Office

_YEAR = 365.25  # days
_PAGE = 200
"""Pieces shown at one time."""


def gather(office: Office, pdf: bytes) -> list[tuple[Piece, str]]:
    """Store the pieces of a signed file, and the lists in force; give each with its SHA-256.

    Raises:
        Unavailable: The store cannot be reached.
    """
    inside = pieces_of(pdf)
    found = (*inside, *lists_for(inside, office.trust().crls))
    return [(piece, office.artifacts.put(piece.der)) for piece in found]


def keep(
    office: Office,
    session: Session,
    proof: Proof,
    gathered: Sequence[tuple[Piece, str]],
    now: datetime,
) -> None:
    """Note what was gathered for a document, each piece once."""
    until = local_day(now) + timedelta(days=round(_YEAR * office.lasting.evidence_years))
    for piece, sha256 in gathered:
        session.execute(
            insert(Evidence)
            .values(
                id=uuid4(),
                agency_id=proof.agency_id,
                document_id=proof.document_id,
                kind=piece.kind.value,
                name=piece.name,
                sha256=sha256,
                valid_from=piece.valid_from,
                valid_to=piece.valid_to,
                gathered_at=now,
                keep_until=until,
            )
            .on_conflict_do_nothing(index_elements=["document_id", "kind", "sha256"])
        )


def of_document(session: Session, document_id: UUID) -> Sequence[Evidence]:
    """Give what is or was kept for a document, first to last."""
    query = select(Evidence).where(Evidence.document_id == document_id)
    return session.scalars(query.order_by(Evidence.gathered_at, Evidence.kind)).all()


def piece_of(session: Session, document_id: UUID, evidence_id: UUID) -> Evidence:
    """Give one piece of a document that is still there.

    Raises:
        NotFound: There is none.
    """
    piece = session.get(Evidence, evidence_id)
    if piece is None or piece.document_id != document_id or piece.destroyed_at is not None:
        raise NotFound("evidence.unknown")
    return piece


def overdue(session: Session, agencies: Collection[UUID], day: date) -> Sequence[Evidence]:
    """Give the oldest of what these agencies need not keep any longer."""
    query = select(Evidence).where(
        Evidence.agency_id.in_(agencies),
        Evidence.keep_until <= day,
        Evidence.destroyed_at.is_(None),
    )
    return session.scalars(query.order_by(Evidence.keep_until, Evidence.name).limit(_PAGE)).all()


def destroy(office: Office, person_id: UUID, evidence_id: UUID, why: str) -> None:
    """Destroy one piece whose time is over, and say in the journal who did it and why.

    The bytes go with the last row that names them; the row itself stays.

    Raises:
        NotFound: There is no such piece.
        Forbidden: The person is no administrator of the agency.
        Refused: It must still be kept, is destroyed already, or no reason is given.
    """
    now = office.clock()
    with office.act() as session:
        piece = session.get(Evidence, evidence_id, with_for_update=True)
        if piece is None:
            raise NotFound("evidence.unknown")
        actor = _administrator(session, person_id, piece.agency_id, local_day(now))
        if piece.destroyed_at is not None:
            raise Refused("evidence.destroyed_already")
        if piece.keep_until is None or local_day(now) < piece.keep_until:
            raise Refused("evidence.still_kept")
        if not why.strip():
            raise Refused("evidence.no_reason")
        piece.destroyed_at, piece.destroyed_by_id, piece.destroyed_why = now, person_id, why.strip()
        journal.write(
            session,
            agency_id=piece.agency_id,
            at=now,
            actor=actor,
            action="destroy_evidence",
            subject_kind="outgoing",
            subject_id=piece.document_id,
            facts={"kind": piece.kind, "sha256": piece.sha256, "reason": piece.destroyed_why},
        )
        session.flush()
        sha256 = piece.sha256
        last = not _is_named(session, sha256)
    if last:
        office.artifacts.remove(sha256)


def _is_named(session: Session, sha256: str) -> bool:
    kept = select(Evidence.id).where(Evidence.sha256 == sha256, Evidence.destroyed_at.is_(None))
    in_use = select(RevocationList.id).where(RevocationList.sha256 == sha256)
    return bool(session.scalar(select(or_(kept.exists(), in_use.exists()))))


def _administrator(session: Session, person_id: UUID, agency_id: UUID, day: date) -> journal.Actor:
    for post in authority.posts_of(session, person_id, day):
        if post.role is PostRole.ADMINISTRATOR and post.agency_id == agency_id:
            return journal.Actor(
                person_id, session.get_one(Person, person_id).full_name, post.title
            )
    raise Forbidden("workflow.not_your_role")
