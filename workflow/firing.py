"""The one place where a state changes.

``fire`` looks the row up, asks whether the actor's role for this document may use it, writes the
journal, moves the state and rings for the next worker, all in the caller's transaction. What went
wrong before is forgotten with the state it went wrong in.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kernel.bells import ring_after_commit
from kernel.errors import Forbidden, MovedOn
from workflow import journal
from workflow.journal import Actor
from workflow.models import Document, Incoming
from workflow.states import (
    INCOMING,
    OUTGOING,
    WORK,
    IncomingAction,
    IncomingState,
    OutgoingAction,
    OutgoingState,
    Role,
    Transition,
)

_OUTGOING = {(row.source, row.action): row for row in OUTGOING}
_INCOMING = {(row.source, row.action): row for row in INCOMING}


def fire(  # noqa: PLR0913 - the act, its actor, its time and its facts
    session: Session,
    subject: Document | Incoming,
    action: OutgoingAction | IncomingAction,
    *,
    actor: Actor,
    roles: frozenset[Role],
    at: datetime,
    facts: dict[str, Any] | None = None,
) -> None:
    """Move ``subject`` along its table and write the journal.

    Raises:
        MovedOn: Its state has no such action (any more).
        Forbidden: The action asks for a role that the actor does not have for this document.
    """
    row = _row(subject, action)
    if row is None:
        raise MovedOn("workflow.moved_on")
    if row.role not in roles:
        raise Forbidden("workflow.not_your_role")
    journal.write(
        session,
        agency_id=subject.agency_id,
        at=at,
        actor=actor,
        action=action.value,
        subject_kind="outgoing" if isinstance(subject, Document) else "incoming",
        subject_id=subject.id,
        source=row.source.value,
        target=row.target.value,
        facts=facts,
    )
    subject.state = row.target
    subject.state_since = at
    subject.trouble = None
    if row.target in WORK:
        ring_after_commit(session, WORK[row.target], subject.id)


def allowed(
    subject: Document | Incoming, roles: frozenset[Role]
) -> tuple[OutgoingAction | IncomingAction, ...]:
    """Give the acts that somebody with these roles may do now, in the order of the table."""
    table: tuple[Transition[Any, Any], ...] = (
        OUTGOING if isinstance(subject, Document) else INCOMING
    )
    return tuple(row.action for row in table if row.source == subject.state and row.role in roles)


def _row(
    subject: Document | Incoming, action: OutgoingAction | IncomingAction
) -> Transition[OutgoingState, OutgoingAction] | Transition[IncomingState, IncomingAction] | None:
    if isinstance(subject, Document) and isinstance(action, OutgoingAction):
        return _OUTGOING.get((subject.state, action))
    if isinstance(subject, Incoming) and isinstance(action, IncomingAction):
        return _INCOMING.get((subject.state, action))
    return None
