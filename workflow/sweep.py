"""The sweep: rings again for what waited too long, and reports what waited far too long.

A bell may be lost when Redis restarts or a worker is killed; nothing else can go missing, since
the states themselves are the queue. A row is rung again after a minute or two; one that has waited
for hours is marked for a person and rung once an hour only. So a machine that was switched off over
a holiday goes on with what it had begun.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from kernel.bells import ring_after_commit
from kernel.log import logger
from workflow.exchanging.post_room import COLLECT
from workflow.incoming.statuses import TELL
from workflow.models import Document, Incoming, MailItem, Packet, StatusMessage
from workflow.office import Office
from workflow.states import WORK, DeliveryState, IncomingState, OutgoingState, PacketState

TAKE = "worker.tasks.take"
"""Rung with the id of a packet that was stored and not yet looked into."""

_REPORT_AFTER = timedelta(hours=12)  # longer than the outbox's whole ladder of waits
_RARELY = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)  # the sweep comes twice in it
STUCK = "workflow.stuck"

Bell = tuple[str, UUID]
Case = TypeVar("Case", Document, Incoming)

_log = logger(__name__)


def sweep(office: Office, ring_after: timedelta = timedelta(seconds=60)) -> int:
    """Ring for everything that has waited for longer; give how many bells were rung."""
    now = office.clock()
    before = now - ring_after
    with office.act() as session:
        bells = [
            *_working(session, Document, OutgoingState, now, before),
            *_working(session, Incoming, IncomingState, now, before),
            *_owed(session, now, before),
            *_unread(session, now, before),
        ]
        for task, subject in bells:
            ring_after_commit(session, task, subject)
    return len(bells)


def _working(
    session: Session,
    table: type[Case],
    states: type[OutgoingState | IncomingState],
    now: datetime,
    before: datetime,
) -> Iterator[Bell]:
    waiting = session.scalars(
        select(table).where(
            table.state.in_([state for state in WORK if isinstance(state, states)]),
            table.state_since < before,
        )
    )
    for row in waiting:
        age = now - row.state_since
        too_long = age > _REPORT_AFTER
        if too_long and row.trouble != STUCK:
            row.trouble = STUCK
            _log.error("waits far too long", subject=str(row.id), state=row.state.value)
        elif too_long and age % _RARELY > _MINUTE:
            continue
        yield WORK[row.state], row.id


def _owed(session: Session, now: datetime, before: datetime) -> Iterator[Bell]:
    query = select(StatusMessage.id).where(
        StatusMessage.state == DeliveryState.QUEUED,
        StatusMessage.at < before,
        or_(StatusMessage.next_attempt_at.is_(None), StatusMessage.next_attempt_at <= now),
    )
    for message_id in session.scalars(query):
        yield TELL, message_id


def _unread(session: Session, now: datetime, before: datetime) -> Iterator[Bell]:
    """A status whose document does not come within hours speaks of none of ours."""
    early = and_(Packet.state == PacketState.EARLY, Packet.received_at > now - _REPORT_AFTER)
    stored = select(Packet.id).where(
        or_(Packet.state == PacketState.STORED, early), Packet.received_at < before
    )
    for packet_id in session.scalars(stored):
        yield TAKE, packet_id
    boxes = select(MailItem.agency_id).where(MailItem.acknowledged_at.is_(None)).distinct()
    for agency_id in session.scalars(boxes):
        yield COLLECT, agency_id
