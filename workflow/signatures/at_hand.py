"""Signatures made at a person's own computer: the one-time address of each, and what came of them.

The program at that computer (VGCA Sign Service) has no session here. It is handed an address that
nobody can guess, good for one intent: there it fetches the exact bytes to sign and brings the
signed file back. What comes back says nothing but that some local program sent it; the desks look.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import NotFound, Refused
from workflow.models import (
    Authorisation,
    Document,
    DocumentArtifact,
    Enclosure,
    Purpose,
    SigningBatch,
)
from workflow.models.outgoing import ArtifactKind
from workflow.office import Office
from workflow.outgoing import sealing_at_hand
from workflow.signatures import intents, signing_desk
from workflow.states import OutgoingState

_WORKING = {OutgoingState.SIGNING, OutgoingState.SEALING}
_MADE = {
    Purpose.APPROVE: ArtifactKind.SIGNED,
    Purpose.SEAL: ArtifactKind.ISSUED,
    Purpose.APPENDIX: ArtifactKind.ISSUED,
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """A one-time address as it is told once, to the page of the person who signs."""

    intent_id: UUID
    purpose: Purpose
    words: str
    """Unguessable; only its hash is kept."""


class Outcome(StrEnum):
    """What came of one intent."""

    WAITING = "waiting"
    """For the signature from the person's own computer."""
    WORKING = "working"
    SIGNED = "signed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Line:
    """One document of a batch."""

    intent: Authorisation
    document: Document
    outcome: Outcome
    trouble: str = ""
    """Code of why it failed."""
    annex: str = ""
    """Name of the file, where it is an annex of the document."""


def batch_of(session: Session, person_id: UUID, batch_id: UUID) -> SigningBatch:
    """Give a batch to the person who began it.

    Raises:
        NotFound: They began none such.
    """
    batch = session.get(SigningBatch, batch_id)
    if batch is None or batch.person_id != person_id:
        raise NotFound("workflow.no_such_document")
    return batch


def lines(office: Office, session: Session, batch: SigningBatch) -> list[Line]:
    """Tell of each document of a batch what came of it, in the order it was chosen."""
    found = [_line(office, session, intent) for intent in batch.authorisations]
    if any(line.outcome is Outcome.FAILED for line in found):
        return [_without_others(line) for line in found]
    return found


def tickets(office: Office, person_id: UUID, batch_id: UUID) -> Sequence[Ticket]:
    """Make an address for each intent of a batch that still waits; older addresses are dead."""
    made = []
    with office.act() as session:
        for intent in batch_of(session, person_id, batch_id).authorisations:
            if intent.open and not _over(office, intent):
                words = secrets.token_urlsafe(32)
                intent.ticket_hash = _hashed(words)
                made.append(Ticket(intent.id, intent.purpose, words))
    return made


def give_up(
    office: Office, person_id: UUID, batch_id: UUID, intent_id: UUID | None, code: str
) -> None:
    """Let an intent of a batch, or all that still wait, end without a signature."""
    with office.sessions() as session:
        batch = batch_of(session, person_id, batch_id)
        ended = [i.id for i in batch.authorisations if intent_id is None or i.id == intent_id]
    intents.call_off(office, ended, code)


def handed_out(office: Office, ticket: str) -> bytes:
    """Give the exact bytes to sign to whoever has the ticket.

    Raises:
        NotFound: There is no such ticket.
        Refused: It was used, or its time is over.
    """
    intent = _open(office, ticket)
    return office.artifacts.get(intent.sha256)


def largest(office: Office, ticket: str) -> int:
    """Give how many bytes a file signed with this ticket may have at most.

    Raises:
        NotFound: There is no such ticket.
        Refused: It was used, or its time is over.
    """
    return len(handed_out(office, ticket)) + _ROOM


_ROOM = 4 * 1024 * 1024
"""Bytes that a signature with its picture, chain and time-stamp may add; they add far less."""


def take(office: Office, ticket: str, pdf: bytes) -> None:
    """Take a signed file at its one-time address.

    Raises:
        NotFound: There is no such ticket.
        Refused: The ticket was used, its time is over, or the file is not what was asked for.
    """
    intent = _open(office, ticket)
    desk = signing_desk if intent.purpose is Purpose.APPROVE else sealing_at_hand
    desk.hand_in(office, intent.person_id, intent.id, pdf)


def _line(office: Office, session: Session, intent: Authorisation) -> Line:
    document = session.get_one(Document, intent.document_id)
    outcome, trouble = _outcome(office, session, intent, document)
    annex = ""
    if intent.purpose is Purpose.APPENDIX:
        annex = session.get_one(Enclosure, UUID(intent.facts["enclosure"])).name
    return Line(intent, document, outcome, trouble, annex)


def _outcome(
    office: Office, session: Session, intent: Authorisation, document: Document
) -> tuple[Outcome, str]:
    made = session.scalars(
        select(DocumentArtifact.id).where(
            DocumentArtifact.version_id == intent.version_id,
            DocumentArtifact.kind == _MADE[intent.purpose],
        )
    ).first()
    if intent.void_at is not None:
        return Outcome.FAILED, intent.trouble or ""
    if made is not None:
        return Outcome.SIGNED, ""
    if document.trouble and intent.result is not None:
        return Outcome.FAILED, document.trouble
    if document.state in _WORKING or intent.result is not None:
        return Outcome.WORKING, ""
    if _over(office, intent):
        return Outcome.FAILED, "signing.intent_over"
    return Outcome.WAITING, ""


def _without_others(line: Line) -> Line:
    """A seal whose annexes did not all come back is not used; nothing is issued half sealed."""
    if line.outcome is Outcome.WORKING and line.document.state is OutgoingState.AWAITING_SEAL:
        return replace(line, outcome=Outcome.FAILED, trouble="signing.others_missing")
    return line


def _over(office: Office, intent: Authorisation) -> bool:
    return intent.expires_at is not None and intent.expires_at < office.clock()


def _open(office: Office, ticket: str) -> Authorisation:
    with office.sessions() as session:
        intent = session.scalars(
            select(Authorisation).where(Authorisation.ticket_hash == _hashed(ticket))
        ).one_or_none()
    if intent is None:
        raise NotFound("signing.no_such_ticket")
    if not intent.open or _over(office, intent):
        raise Refused("signing.ticket_used")
    return intent


def _hashed(ticket: str) -> str:
    return sha256(ticket.encode()).hexdigest()
