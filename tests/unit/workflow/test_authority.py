"""Who sees what, written by hand: one table for outgoing documents, one for incoming."""

from datetime import timedelta

import pytest

from exchange.packet import DocumentPacket
from kernel.clock import local_day
from tests.office import Desks
from tests.unit.workflow.box import Box
from tests.unit.workflow.way import Arrival, Case, walk
from workflow import authority
from workflow.models import Document, Incoming
from workflow.states import IncomingState, OutgoingState, Role
from workflow.views import reading

State = OutgoingState
STATES = (
    State.DRAFT,
    State.RENDERING,
    State.CONTENT_REVIEW,
    State.FORM_REVIEW,
    State.INITIALLING,
    State.AWAITING_SIGNATURE,
    State.APPROVED,
    State.SIGNING,
    State.AWAITING_NUMBER,
    State.SEALING,
    State.AWAITING_SEAL,
    State.AWAITING_ISSUE,
    State.SENDING,
    State.ISSUED,
    State.DISCARDED,
)
# One letter a state, in the order above: x sees it, . does not. Nobody in this table has acted yet.
OUTGOING = {
    "chuyenvien": "xxxxxxxxxxxxxxx",  # the drafter
    "truongphong": ".xxxxxxxxxxxxx.",  # the head of the unit
    "phophong": ".xxxxxxxxxxxxx.",  # its deputy
    "chuyenvien2": "...............",  # a colleague of the unit
    "kiemtra": ".x.xxxxxxxxxxx.",  # checks the form
    "phochutich": ".....xxxxxxxxx.",  # the chosen signer
    "chutich": ".............x.",  # another leader
    "phochutich2": ".............x.",
    "chanhvanphong": ".............x.",
    "vanthu": "........xxxxxx.",  # numbers and seals what is signed
    "quantri": "...............",  # runs the machine, reads nothing
    "th.truongphong": "...............",  # the head of another unit
    "th.chuyenvien": "...............",
    "snv.giamdoc": "...............",  # other agencies see what they receive
    "snv.vanthu": "...............",
    "sdttg.truongphong": "...............",
}


@pytest.fixture(scope="module")
def case(shared_desks: Desks) -> Case:
    return walk(shared_desks, State.DRAFT)


@pytest.mark.parametrize("person", OUTGOING)
def test_an_outgoing_document_is_seen_by_whose_turn_it_is_and_who_leads(case: Case, person: str):
    desks = case.desks
    with desks.office.sessions() as session:
        document = session.get_one(Document, case.id)
        seen = ""
        for state in STATES:
            document.state = state
            may = authority.may_read_document(
                session, document, desks.person(person), local_day(desks.clock())
            )
            seen += "x" if may else "."
        session.rollback()

    assert seen == OUTGOING[person]


def test_the_table_names_every_state():
    assert set(STATES) == set(State)


def test_who_has_checked_a_document_keeps_seeing_it_when_it_goes_back(shared_desks: Desks):
    case = walk(shared_desks, State.AWAITING_SIGNATURE)
    case.send_back("phochutich", "Cần bổ sung số liệu của các phường.")

    with shared_desks.office.sessions() as session:
        document = session.get_one(Document, case.id)
        day = local_day(shared_desks.clock())
        sees = {
            name
            for name in OUTGOING
            if authority.may_read_document(session, document, shared_desks.person(name), day)
        }
    assert sees == {"chuyenvien", "truongphong", "kiemtra", "phochutich"}


ARRIVED = (
    IncomingState.VERIFYING,
    IncomingState.ARRIVED,
    IncomingState.RETURNED,
    IncomingState.REGISTERED,
    IncomingState.DIRECTED,
    IncomingState.IN_HAND,
    IncomingState.FINISHED,
)
INCOMING = {
    "stc.vanthu": "xxxxxxx",  # receives and registers
    "stc.giamdoc": "..xxxxx",  # directs what is registered
    "stc.phogiamdoc": "..xxxxx",
    "stc.chuyenvien": ".......",  # until it is given to them
    "stc.truongphong": ".......",
    "stc.kiemtra": ".......",
    "snv.vanthu": ".......",
    "snv.giamdoc": ".......",
    "vanthu": ".......",  # the sender sees its own document, not what others do with it
    "chutich": ".......",
    "quantri": ".......",
}


@pytest.fixture(scope="module")
def arrival(shared_desks: Desks, told: DocumentPacket) -> Arrival:
    shared_desks.bells.clear()
    return Box(shared_desks).arrival(told)


def seen_by(arrival: Arrival, person: str) -> str:
    desks, seen = arrival.desks, ""
    with desks.office.sessions() as session:
        incoming = session.get_one(Incoming, arrival.id)
        for state in ARRIVED:
            incoming.state = state
            may = authority.may_read_incoming(
                session, incoming, desks.person(person), local_day(desks.clock())
            )
            seen += "x" if may else "."
        session.rollback()
    return seen


@pytest.mark.parametrize("person", INCOMING)
def test_an_incoming_document_is_seen_by_clerk_leader_and_who_takes_part(
    arrival: Arrival, person: str
):
    assert seen_by(arrival, person) == INCOMING[person]


def test_who_takes_part_sees_it_and_no_colleague_does(box: Box, told: DocumentPacket):
    arrival = box.arrival(told, agency="snv")
    arrival.accept()
    arrival.direct("snv.chuyenvien", helpers=["snv.cc.chuyenvien"])

    assert seen_by(arrival, "snv.chuyenvien") == "x" * len(ARRIVED)
    assert seen_by(arrival, "snv.cc.chuyenvien") == "x" * len(ARRIVED)
    assert seen_by(arrival, "snv.truongphong") == "." * len(ARRIVED)
    assert seen_by(arrival, "stc.vanthu") == "." * len(ARRIVED)


def test_a_post_counts_only_while_it_is_held(shared_desks: Desks):
    """The deputy director of Sở Dân tộc led Ban Dân tộc until 30 June 2025."""
    person = shared_desks.person("sdttg.phogiamdoc")
    with shared_desks.office.sessions() as session:
        today = local_day(shared_desks.clock())
        now = [post.slug for post in authority.posts_of(session, person, today)]
        before = [
            post.slug for post in authority.posts_of(session, person, today.replace(2025, 6, 30))
        ]

    assert now == ["sdttg.pho-giam-doc"]
    assert before == ["hau-giang-bdt.truong-ban"]


def test_a_role_is_played_under_the_post_that_gives_it(case: Case):
    desks = case.desks
    with desks.office.sessions() as session:
        document = session.get_one(Document, case.id)
        day = local_day(desks.clock())
        roles = {
            name: dict(
                authority.standing_for_document(session, document, desks.person(name), day).titles
            )
            for name in ("chuyenvien", "truongphong", "phochutich", "vanthu", "quantri")
        }

    assert roles == {
        "chuyenvien": {Role.DRAFTER: "Chuyên viên"},
        "truongphong": {Role.CONTENT_REVIEWER: "Trưởng phòng"},
        "phochutich": {Role.SIGNER: "Phó Chủ tịch"},
        "vanthu": {Role.CLERK: "Văn thư viên"},
        "quantri": {},
    }


def test_the_ways_of_signing_offered_are_those_in_force(shared_desks: Desks):
    """The delegation of Sở Tài chính ended in 2025; that of Sở Nội vụ holds."""
    with shared_desks.office.sessions() as session:
        today = local_day(shared_desks.clock())
        city = shared_desks.agency("ubnd")
        ways = {
            (way.title, way.competence) for way in reading.ways_of_signing(session, city, today)
        }
        after = reading.ways_of_signing(session, city, today + timedelta(days=3650))

    assert ways == {
        ("Chủ tịch", "TM."),
        ("Chủ tịch", ""),
        ("Phó Chủ tịch", "TM.KT."),
        ("Phó Chủ tịch", "KT."),
        ("Chánh Văn phòng", "TL."),
        ("Phó Chánh Văn phòng", "TL.KT."),
        ("Giám đốc", "TUQ."),
    }
    assert "TUQ." not in {way.competence for way in after}


def test_work_can_be_given_to_every_unit_and_to_no_desk_without_one(shared_desks: Desks):
    with shared_desks.office.sessions() as session:
        day = local_day(shared_desks.clock())
        able = reading.handlers(session, shared_desks.agency("stc"), day)

    assert {one.title for one in able} == {"Trưởng phòng", "Chuyên viên"}
    assert len({one.person_id for one in able}) == len(able)
