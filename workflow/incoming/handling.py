"""The receiving agency's desks: accept or return, direct, handle, finish (Đ21-24).

Each act that the sender may follow leaves a status to be sent back; it goes out in the background.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from exchange.packet import Status
from kernel.clock import local_day
from kernel.errors import Refused
from workflow import authority, registers
from workflow.authority import Standing
from workflow.finding import incoming_for
from workflow.firing import fire
from workflow.incoming.statuses import owe_status
from workflow.models import Assignment, Direction, Incoming, Person
from workflow.models.organisation import PostRole
from workflow.models.registers import SeriesDirection
from workflow.office import Office
from workflow.said import said
from workflow.states import IncomingAction, Role

_LEAST_REASON = 10


@dataclass(frozen=True, slots=True)
class Order:
    """A leader's direction: who leads, who helps, until when (Đ23.2)."""

    words: str
    lead: UUID
    helpers: Sequence[UUID] = ()
    due: date | None = None


def accept(office: Office, person_id: UUID, incoming_id: UUID, seen: int) -> int:
    """Register the document and give its số đến (Đ22); status 03 goes back."""
    now = office.clock()
    today = local_day(now)
    with office.act() as session:
        incoming, standing = incoming_for(office, session, incoming_id, person_id, seen)
        actor = standing.acting(Role.CLERK)
        series = registers.series_for(session, incoming.agency_id, SeriesDirection.INCOMING)
        given = registers.take(session, series, today)
        registers.enter(session, series, given, by=person_id, at=now, incoming_id=incoming.id)
        incoming.arrival_number, incoming.arrival_date = given.number, given.day
        fire(
            session,
            incoming,
            IncomingAction.ACCEPT,
            actor=actor,
            roles=standing.roles,
            at=now,
            facts={"arrival_number": given.number},
        )
        owe_status(office, session, incoming, Status.ACCEPTANCE, staff=standing.name)
        return given.number


def send_back(office: Office, person_id: UUID, incoming_id: UUID, seen: int, reason: str) -> None:
    """Trả lại nơi gửi with a reason (Đ21.2); status 02 goes back.

    Raises:
        Refused: The reason says too little.
    """
    reason = said(reason)
    if len(reason) < _LEAST_REASON:
        raise Refused("review.reason_too_short", least=_LEAST_REASON)
    with office.act() as session:
        incoming, standing = incoming_for(office, session, incoming_id, person_id, seen)
        incoming.return_reason = reason
        _fire(office, session, incoming, IncomingAction.RETURN, Role.CLERK, standing, reason)
        owe_status(office, session, incoming, Status.REJECTION, staff=standing.name, words=reason)


def direct(office: Office, person_id: UUID, incoming_id: UUID, seen: int, order: Order) -> None:
    """Give a direction: chủ trì, phối hợp, hạn (Đ23.2); status 04 goes back.

    Raises:
        Refused: The due day is past, or somebody named does not work in this agency.
    """
    today = local_day(office.clock())
    if order.due is not None and order.due < today:
        raise Refused("incoming.due_in_past")
    with office.act() as session:
        incoming, standing = incoming_for(office, session, incoming_id, person_id, seen)
        for helper in (order.lead, *order.helpers):
            _require_colleague(session, incoming, helper, today)
        _write_direction(office, session, incoming, standing, order.words, due=order.due)
        for person, is_lead in _parts(order):
            session.add(
                Assignment(
                    id=uuid4(),
                    agency_id=incoming.agency_id,
                    incoming_id=incoming.id,
                    person_id=person,
                    is_lead=is_lead,
                    due_date=order.due,
                    result="",
                )
            )
        lead_name = session.get_one(Person, order.lead).full_name
        _fire(office, session, incoming, IncomingAction.DIRECT, Role.LEADER, standing, order.words)
        owe_status(office, session, incoming, Status.ASSIGNMENT, staff=lead_name)


def note(office: Office, person_id: UUID, incoming_id: UUID, seen: int, words: str) -> None:
    """Để biết: read and closed without handling; status 06 goes back."""
    with office.act() as session:
        incoming, standing = incoming_for(office, session, incoming_id, person_id, seen)
        _write_direction(office, session, incoming, standing, words, for_information=True)
        _fire(office, session, incoming, IncomingAction.NOTE, Role.LEADER, standing, words)
        owe_status(office, session, incoming, Status.FINISH, staff=standing.name)


def start(office: Office, person_id: UUID, incoming_id: UUID, seen: int) -> None:
    """Begin handling (Đ24); status 05 goes back."""
    with office.act() as session:
        incoming, standing = incoming_for(office, session, incoming_id, person_id, seen)
        _fire(office, session, incoming, IncomingAction.START, Role.HANDLER, standing)
        _lead(incoming).started_at = office.clock()
        owe_status(office, session, incoming, Status.PROCESSING, staff=standing.name)


def finish(office: Office, person_id: UUID, incoming_id: UUID, seen: int, result: str) -> None:
    """Close the work with its result (Đ24); status 06 goes back.

    Raises:
        Refused: The result is not told.
    """
    result = said(result)
    if not result:
        raise Refused("incoming.result_missing")
    with office.act() as session:
        incoming, standing = incoming_for(office, session, incoming_id, person_id, seen)
        _fire(office, session, incoming, IncomingAction.FINISH, Role.HANDLER, standing, result)
        part = _lead(incoming)
        part.finished_at, part.result = office.clock(), result
        owe_status(office, session, incoming, Status.FINISH, staff=standing.name)


def _fire(  # noqa: PLR0913, PLR0917 - one act with its words
    office: Office,
    session: Session,
    incoming: Incoming,
    action: IncomingAction,
    role: Role,
    standing: Standing,
    words: str = "",
) -> None:
    fire(
        session,
        incoming,
        action,
        actor=standing.acting(role),
        roles=standing.roles,
        at=office.clock(),
        facts={"words": said(words)} if words else {},
    )


def _write_direction(  # noqa: PLR0913 - the columns of a direction
    office: Office,
    session: Session,
    incoming: Incoming,
    standing: Standing,
    words: str,
    *,
    due: date | None = None,
    for_information: bool = False,
) -> None:
    actor = standing.acting(Role.LEADER)
    session.add(
        Direction(
            id=uuid4(),
            agency_id=incoming.agency_id,
            incoming_id=incoming.id,
            leader_id=standing.person_id,
            leader_name=actor.name,
            post_title=actor.post_title,
            words=said(words),
            for_information=for_information,
            due_date=due,
            at=office.clock(),
        )
    )


def _parts(order: Order) -> list[tuple[UUID, bool]]:
    helpers = dict.fromkeys(helper for helper in order.helpers if helper != order.lead)
    return [(order.lead, True), *((helper, False) for helper in helpers)]


def _lead(incoming: Incoming) -> Assignment:
    return next(part for part in incoming.assignments if part.is_lead)


def _require_colleague(session: Session, incoming: Incoming, person: UUID, day: date) -> None:
    posts = authority.posts_of(session, person, day)
    able = {PostRole.DRAFTER, PostRole.UNIT_HEAD, PostRole.UNIT_DEPUTY}
    if not any(p.agency_id == incoming.agency_id and p.role in able for p in posts):
        raise Refused("incoming.not_a_colleague")
