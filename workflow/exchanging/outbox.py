"""The outbox: one packet to one receiver, sent once whatever happens in between.

Documents and statuses go out the same way. A sending carries the id of its own row as its key, and
the axis is asked before it is repeated; so a worker killed between sending and noting it leads to
one packet, not to two (exchange e.3). What cannot be reached is tried again on a ladder of waits;
what is refused waits for a person.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.transport import Kind
from kernel.errors import DomainError, Unavailable
from workflow import journal
from workflow.models import Delivery, StatusMessage
from workflow.office import Office
from workflow.states import DeliveryState

LADDER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360))
"""How long to wait after each failed try; after the last one a person is asked."""

Row = TypeVar("Row", Delivery, StatusMessage)


@dataclass(frozen=True, slots=True)
class Letter:
    """A packet with its address, and what it is about for the journal."""

    packet: bytes
    kind: Kind
    sender: str
    receiver: str
    key: str
    subject_kind: str
    subject_id: UUID


def post(
    office: Office, table: type[Row], row_id: UUID, write: Callable[[Session, Row], Letter]
) -> None:
    """Send the packet of a row if it still waits; ``write`` makes the packet from the row."""
    with office.sessions() as session:
        row = session.get_one(table, row_id)
        if row.state is not DeliveryState.QUEUED or _too_early(office, row):
            return
        letter = write(session, row)
    sha256 = office.artifacts.put(letter.packet)
    try:
        axis_id = office.transport.sent(letter.key) or office.transport.send(
            letter.packet, letter.kind, letter.sender, [letter.receiver], letter.key
        )
    except Unavailable as error:
        _postpone(office, table, row_id, letter, error)
        return
    except DomainError as error:
        refuse(office, table, row_id, letter.subject_kind, letter.subject_id, error)
        return
    with office.act() as session:
        row = _locked(session, table, row_id)
        if row.state is not DeliveryState.QUEUED:
            return
        row.state, row.trouble, row.attempts = DeliveryState.SENT, None, row.attempts + 1
        row.axis_id, row.packet = axis_id, sha256
        row.sent_at = office.clock()
        _note(office, session, row, letter.subject_kind, letter.subject_id, "sent", sha256)


def refuse(  # noqa: PLR0913, PLR0917 - the row, what it is about, and why
    office: Office,
    table: type[Row],
    row_id: UUID,
    subject_kind: str,
    subject_id: UUID,
    error: DomainError,
) -> None:
    """Give up on a row until a person acts."""
    with office.act() as session:
        row = _locked(session, table, row_id)
        row.state, row.trouble = DeliveryState.REFUSED, error.code
        _note(office, session, row, subject_kind, subject_id, "refused", error.code)


def _postpone(
    office: Office, table: type[Row], row_id: UUID, letter: Letter, error: Unavailable
) -> None:
    with office.act() as session:
        row = _locked(session, table, row_id)
        row.attempts += 1
        row.trouble = error.code
        if row.attempts > len(LADDER):
            row.state = DeliveryState.REFUSED
            _note(
                office, session, row, letter.subject_kind, letter.subject_id, "refused", error.code
            )
        else:
            row.next_attempt_at = office.clock() + LADDER[row.attempts - 1]


def _too_early(office: Office, row: Row) -> bool:
    return row.next_attempt_at is not None and row.next_attempt_at > office.clock()


def _locked(session: Session, table: type[Row], row_id: UUID) -> Row:
    return session.scalars(select(table).where(table.id == row_id).with_for_update()).one()


def _note(  # noqa: PLR0913, PLR0917 - the facts of one line
    office: Office,
    session: Session,
    row: Row,
    subject_kind: str,
    subject_id: UUID,
    action: str,
    what: str,
) -> None:
    journal.write(
        session,
        agency_id=row.agency_id,
        at=office.clock(),
        actor=journal.SYSTEM,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        facts={"to": row.addressee, "what": what},
    )
