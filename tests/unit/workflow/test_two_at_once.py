"""Two people act on the same page at the same moment: one act counts, the other is told so.

Both have read the document before either writes; only then do they go on.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Barrier, BrokenBarrierError, local

import pytest
from sqlalchemy import event, select

from kernel.database import Sessions
from kernel.errors import DomainError, MovedOn, NotFound
from tests.office import Desks, code_of
from tests.unit.workflow.way import Arrival, Case, walk
from workflow.models import MailItem
from workflow.outgoing import rendering, sealing, sending
from workflow.signatures import signing_desk
from workflow.states import OutgoingState

Act = Callable[[Case, int], None]


@contextmanager
def meeting(sessions: Sessions) -> Iterator[None]:
    """Let two threads wait for each other before the first thing that each of them writes."""
    barrier, mine = Barrier(2), local()

    def wait(*_: object) -> None:
        if not hasattr(mine, "met"):
            mine.met = True
            with suppress(BrokenBarrierError):
                barrier.wait(timeout=0.5)

    event.listen(sessions, "before_flush", wait)
    yield
    event.remove(sessions, "before_flush", wait)


def at_once(case: Case | Arrival, *acts: Callable[..., None]) -> list[DomainError | None]:
    """Do the acts in threads of their own, all on the page as it stands now."""
    seen = case.seen

    def outcome(act: Callable[..., None]) -> DomainError | None:
        try:
            act(case, seen)
        except DomainError as error:
            return error
        return None

    with meeting(case.desks.office.sessions), ThreadPoolExecutor(len(acts)) as people:
        return list(people.map(outcome, acts))


def submit(case: Case, seen: int) -> None:
    case.submit(seen=seen)


def withdraw(case: Case, seen: int) -> None:
    case.withdraw(seen=seen)


def approve(case: Case, seen: int) -> None:
    case.approve_content(seen=seen)


def give_back(case: Case, seen: int) -> None:
    case.send_back("truongphong", "Phần căn cứ chưa đầy đủ.", seen=seen)


def number(case: Case, seen: int) -> None:
    case.number_and_seal(seen=seen)


def issue(case: Case, seen: int) -> None:
    case.issue(seen=seen)


def accept(arrival: Arrival, seen: int) -> None:
    arrival.accept(seen=seen)


def return_to_sender(arrival: Arrival, seen: int) -> None:
    arrival.send_back("Văn bản không thuộc thẩm quyền.", seen=seen)


@pytest.mark.parametrize(
    ("state", "acts"),
    [
        (OutgoingState.DRAFT, (submit, submit)),
        (OutgoingState.CONTENT_REVIEW, (approve, give_back)),
        (OutgoingState.CONTENT_REVIEW, (approve, withdraw)),
        (OutgoingState.CONTENT_REVIEW, (give_back, withdraw)),
        (OutgoingState.AWAITING_NUMBER, (number, number)),
        (OutgoingState.AWAITING_ISSUE, (issue, issue)),
    ],
)
def test_one_act_counts_and_the_other_person_is_told(
    shared_desks: Desks, state: OutgoingState, acts: tuple[Act, Act]
):
    case = walk(shared_desks, state)
    before = case.acts

    outcomes = at_once(case, *acts)

    (told,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(told, MovedOn | NotFound)  # what went back to its drafter exists no more
    assert len(case.acts) == len(before) + 1


@pytest.mark.parametrize("acts", [(accept, accept), (accept, return_to_sender)])
def test_one_clerk_registers_and_the_other_is_told(shared_desks: Desks, acts):
    case = walk(shared_desks, OutgoingState.ISSUED, to=["stc"])
    shared_desks.work_off()
    arrival = case.arrived_at("stc")

    outcomes = at_once(arrival, *acts)

    (told,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(told, MovedOn)
    shared_desks.work_off()
    assert len(case.statuses(code_of("stc"))) == 2


@pytest.mark.parametrize(
    ("state", "step", "done"),
    [
        (OutgoingState.RENDERING, rendering.render, "finish_rendering"),
        (OutgoingState.SIGNING, signing_desk.finish, "finish_signing"),
        (OutgoingState.SEALING, sealing.finish, "finish_sealing"),
        (OutgoingState.SENDING, sending.send, "finish_sending"),
    ],
)
def test_two_workers_called_for_one_document_do_the_work_once(
    shared_desks: Desks, state: OutgoingState, step: Callable[..., None], done: str
):
    case = walk(shared_desks, state, to=["stc"])

    outcomes = at_once(case, *[lambda case, _: step(case.desks.office, case.id)] * 2)

    assert outcomes == [None, None]
    assert case.acts.count(done) == 1
    with shared_desks.office.sessions() as session:
        keys = [f"delivery:{delivery.id}" for delivery in case.row.deliveries]
        mail = session.scalars(select(MailItem).where(MailItem.key.in_(keys))).all()
    assert len(mail) == (1 if state is OutgoingState.SENDING else 0)
    made = [artifact.kind for artifact in case.row.artifacts]
    assert len(made) == len(set(made))
