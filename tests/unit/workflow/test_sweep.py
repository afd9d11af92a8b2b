"""The sweep: a lost bell costs a minute, and nothing waits for ever unseen."""

from collections.abc import Callable
from uuid import UUID

import pytest

from exchange.packet import DocumentPacket
from exchange.transport import Kind
from tests.office import STEPS, Desks
from tests.unit.workflow.box import STC, UBND, Box, another
from tests.unit.workflow.way import Case, walk
from workflow import sweep
from workflow.exchanging.post_room import COLLECT
from workflow.incoming import receiving
from workflow.incoming.statuses import TELL
from workflow.models import Incoming
from workflow.signatures.proving import PROVE
from workflow.states import WORK, IncomingState, OutgoingState, PacketState

WAITING = (
    OutgoingState.RENDERING,
    OutgoingState.SIGNING,
    OutgoingState.SEALING,
    OutgoingState.SENDING,
)


def rung(desks: Desks, subject: UUID) -> list[str]:
    """Sweep, and give the bells that rang for this one."""
    desks.bells.clear()
    sweep.sweep(desks.office)
    return [name for name, rung_for in desks.bells if rung_for == str(subject)]


@pytest.mark.parametrize("state", WAITING)
def test_what_waits_for_a_worker_is_rung_for_again_after_a_minute(
    shared_desks: Desks, state: OutgoingState
):
    case = walk(shared_desks, state)
    shared_desks.bells.clear()

    assert rung(shared_desks, case.id) == []
    shared_desks.clock.pass_by(seconds=61)
    assert rung(shared_desks, case.id) == [WORK[state]]

    shared_desks.work_off()
    assert case.state is not state
    assert case.row.trouble is None
    assert rung(shared_desks, case.id) == []


@pytest.mark.parametrize(
    "state", [OutgoingState.CONTENT_REVIEW, OutgoingState.AWAITING_SIGNATURE, OutgoingState.DRAFT]
)
def test_what_waits_for_a_person_is_never_rung_for(shared_desks: Desks, state: OutgoingState):
    case = walk(shared_desks, state)
    shared_desks.clock.pass_by(minutes=10)

    assert rung(shared_desks, case.id) == []
    assert case.row.trouble is None


def stuck(desks: Desks) -> Case:
    case = walk(desks, OutgoingState.RENDERING)
    desks.clock.pass_by(hours=12, minutes=10)
    return case


def test_what_has_waited_for_hours_is_marked_for_a_person(shared_desks: Desks):
    case = stuck(shared_desks)

    rung(shared_desks, case.id)

    assert (case.state, case.row.trouble) == (OutgoingState.RENDERING, sweep.STUCK)


def test_what_is_marked_is_not_rung_for_but_once_an_hour(shared_desks: Desks):
    case = stuck(shared_desks)
    rung(shared_desks, case.id)

    bells = []
    for _ in range(10):
        shared_desks.clock.pass_by(minutes=10, seconds=5)
        bells += rung(shared_desks, case.id)

    assert len(bells) == 1


def test_a_machine_switched_off_overnight_goes_on_in_the_morning(shared_desks: Desks):
    case = stuck(shared_desks)

    assert rung(shared_desks, case.id) == ["worker.tasks.render"]
    shared_desks.work_off()

    assert (case.state, case.row.trouble) == (OutgoingState.CONTENT_REVIEW, None)


def test_an_arrival_that_was_not_checked_is_rung_for_again(
    shared_desks: Desks, box: Box, told: DocumentPacket
):
    arrival = box.arrival(told)
    with shared_desks.office.act() as session:
        session.get_one(Incoming, arrival.id).state = IncomingState.VERIFYING
    shared_desks.clock.pass_by(seconds=61)

    assert rung(shared_desks, arrival.id) == ["worker.tasks.verify"]


def test_a_status_that_was_not_sent_is_rung_for_again(
    shared_desks: Desks, box: Box, told: DocumentPacket
):
    arrival = box.arrival(told)
    arrival.accept()
    (message,) = [UUID(subject) for name, subject in shared_desks.bells if name == TELL]
    shared_desks.clock.pass_by(seconds=61)

    assert rung(shared_desks, message) == [TELL]
    shared_desks.work_off()
    assert rung(shared_desks, message) == []


def test_a_packet_that_was_stored_and_not_looked_into_is_rung_for_again(
    shared_desks: Desks, told: DocumentPacket
):
    """Both bells were lost: that mail lies in the box, and that a packet was stored."""
    axis_id = shared_desks.office.transport.send(
        another(told), Kind.DOCUMENT, UBND, [STC], another(told).hex()[:40]
    )
    shared_desks.bells.clear()

    assert COLLECT in rung(shared_desks, shared_desks.agency("stc"))
    receiving.collect(shared_desks.office, shared_desks.agency("stc"))
    packet = Box(shared_desks).packet(axis_id)
    shared_desks.clock.pass_by(seconds=61)
    assert rung(shared_desks, packet.id) == [sweep.TAKE]
    shared_desks.work_off()
    assert Box(shared_desks).packet(axis_id).state is PacketState.TAKEN


def test_every_state_that_waits_has_a_worker_that_the_tests_know():
    steps: dict[str, Callable[..., None]] = STEPS

    assert {*WORK.values(), TELL, sweep.TAKE, COLLECT, PROVE} == set(steps)
