"""The receiving agency's desks: who registers, directs, handles, and what the sender is told."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from exchange.packet import DocumentPacket
from kernel.clock import local_day
from kernel.errors import DomainError, Forbidden, MovedOn, NotFound
from tests.unit.workflow.box import Box
from tests.unit.workflow.way import Arrival
from workflow.incoming import handling
from workflow.incoming.handling import Order
from workflow.models import JournalLine, StatusMessage
from workflow.states import DeliveryState, IncomingState


@pytest.fixture
def arrival(box: Box, told: DocumentPacket) -> Arrival:
    """A document that has just arrived at Sở Tài chính."""
    return box.arrival(told)


@pytest.fixture
def directed(arrival: Arrival) -> Arrival:
    """The same in the hands of a chuyên viên, with the head of the unit to help."""
    arrival.accept()
    arrival.direct(helpers=["stc.truongphong"])
    return arrival


def error_of(act: Callable[..., object], *arguments: object, **named: object) -> DomainError:
    with pytest.raises(DomainError) as error:
        act(*arguments, **named)
    return error.value


def owed(arrival: Arrival) -> dict[str, StatusMessage]:
    with arrival.desks.office.sessions() as session:
        query = select(StatusMessage).where(StatusMessage.incoming_id == arrival.id)
        return {message.status_code: message for message in session.scalars(query)}


def test_arrival_numbers_follow_each_other_and_are_dated_today(box: Box, told: DocumentPacket):
    first, second = box.arrival(told), box.arrival(told)

    first.accept()
    second.accept()

    assert second.row.arrival_number == first.row.arrival_number + 1
    assert second.row.arrival_date == local_day(box.desks.clock())


def test_only_the_receivers_clerk_registers_what_arrived(arrival: Arrival):
    for stranger in ("stc.giamdoc", "stc.chuyenvien", "snv.vanthu", "vanthu"):
        assert isinstance(error_of(arrival.accept, by=stranger), NotFound)

    assert arrival.state is IncomingState.ARRIVED


def test_a_document_is_given_back_only_with_a_reason(arrival: Arrival):
    assert error_of(arrival.send_back, "  Nhầm.   ").code == "review.reason_too_short"
    assert arrival.state is IncomingState.ARRIVED

    arrival.send_back("Văn bản gửi nhầm cơ quan.")

    assert arrival.row.return_reason == "Văn bản gửi nhầm cơ quan."
    assert owed(arrival)["02"].description == "Văn bản gửi nhầm cơ quan."


def test_what_was_given_back_is_registered_no_more(arrival: Arrival):
    arrival.send_back("Văn bản gửi nhầm cơ quan.")

    assert isinstance(error_of(arrival.accept), MovedOn)
    assert arrival.row.arrival_number is None


def test_what_was_registered_is_given_back_no_more(arrival: Arrival):
    arrival.accept()

    assert isinstance(error_of(arrival.send_back, "Văn bản gửi nhầm cơ quan."), MovedOn)


def test_a_page_that_is_out_of_date_registers_nothing(arrival: Arrival):
    assert isinstance(error_of(arrival.accept, seen=arrival.seen - 1), MovedOn)
    assert arrival.row.arrival_number is None


def test_a_long_reason_with_pasted_control_characters_still_reaches_the_sender(arrival: Arrival):
    reason = "Không thuộc\x0bthẩm quyền.\x00 " + "Lý do. " * 270

    arrival.send_back(reason)
    arrival.desks.work_off()

    message = owed(arrival)["02"]
    assert message.state is DeliveryState.SENT
    assert message.description.startswith("Không thuộc thẩm quyền. Lý do.")


def test_a_reason_longer_than_is_kept_is_refused_and_not_cut(arrival: Arrival):
    assert error_of(arrival.send_back, "Lý do. " * 300).code == "review.words_too_long"
    assert arrival.state is IncomingState.ARRIVED


def test_a_status_that_cannot_be_written_waits_for_a_person(arrival: Arrival):
    """Its sender calls itself by something that is no code of the exchange."""
    with arrival.desks.office.act() as session:
        session.merge(arrival.row).sender_organ_id = "không phải mã"
    arrival.accept()

    arrival.desks.work_off()

    message = owed(arrival)["03"]
    assert (message.state, message.trouble) == (DeliveryState.REFUSED, "exchange.unfit_organ_id")


def test_only_a_leader_of_the_receiver_directs(arrival: Arrival):
    arrival.accept()

    for person, error in (
        ("stc.vanthu", Forbidden),
        ("stc.chuyenvien", NotFound),
        ("snv.giamdoc", NotFound),
        ("chutich", NotFound),
    ):
        assert isinstance(error_of(arrival.direct, by=person), error)
        assert isinstance(error_of(arrival.note, by=person), error)
    assert arrival.state is IncomingState.REGISTERED


def test_nothing_is_directed_before_it_is_registered(arrival: Arrival):
    assert isinstance(error_of(arrival.direct), NotFound)


def test_a_deputy_may_direct_as_well(arrival: Arrival):
    arrival.accept()

    arrival.direct(by="stc.phogiamdoc")

    assert arrival.row.directions[0].post_title == "Phó Giám đốc"


def test_a_due_day_in_the_past_is_refused(arrival: Arrival):
    arrival.accept()
    today = local_day(arrival.desks.clock())

    refused = error_of(arrival.direct, due=today - timedelta(days=1))

    assert refused.code == "incoming.due_in_past"
    arrival.direct(due=today)
    assert [part.due_date for part in arrival.row.assignments] == [today]


def test_work_is_given_to_the_agencys_own_units_only(arrival: Arrival):
    arrival.accept()

    for stranger in ("snv.chuyenvien", "chuyenvien", "stc.vanthu", "stc.giamdoc"):
        for refused in (
            error_of(arrival.direct, lead=stranger),
            error_of(arrival.direct, helpers=[stranger]),
        ):
            assert refused.code == "incoming.not_a_colleague"
    assert (arrival.state, arrival.row.assignments) == (IncomingState.REGISTERED, [])


def test_work_is_not_given_to_nobody(arrival: Arrival):
    arrival.accept()
    desks = arrival.desks

    refused = error_of(
        handling.direct,
        desks.office,
        desks.person("stc.giamdoc"),
        arrival.id,
        arrival.seen,
        Order("Giải quyết.", lead=uuid4()),
    )

    assert refused.code == "incoming.not_a_colleague"


def test_who_leads_is_not_among_the_helpers_and_nobody_helps_twice(arrival: Arrival):
    arrival.accept()

    arrival.direct(helpers=["stc.chuyenvien", "stc.truongphong", "stc.truongphong"])

    assert [part.is_lead for part in arrival.row.assignments] == [True, False]


def test_only_who_leads_begins_and_finishes(directed: Arrival):
    for stranger, error in (
        ("stc.truongphong", Forbidden),
        ("stc.giamdoc", Forbidden),
        ("stc.vanthu", Forbidden),
        ("snv.chuyenvien", NotFound),
    ):
        assert isinstance(error_of(directed.start, by=stranger), error)
    directed.start()
    assert isinstance(error_of(directed.finish, by="stc.truongphong"), Forbidden)
    directed.finish()

    assert directed.state is IncomingState.FINISHED
    lead = directed.row.assignments[0]
    assert lead.started_at is not None
    assert (lead.finished_at is not None, lead.result) == (True, "Đã trả lời.")


def test_work_is_finished_with_its_result_told(directed: Arrival):
    directed.start()

    for nothing in ("", "  \n ", "\x00\x07"):
        assert error_of(directed.finish, nothing).code == "incoming.result_missing"
    assert directed.state is IncomingState.IN_HAND


def test_the_sender_is_told_who_handles_it_and_nothing_of_what_was_said(directed: Arrival):
    directed.start()
    directed.finish("Kết quả nội bộ không gửi ra ngoài.")
    directed.desks.work_off()

    told = {code: (one.staff, one.description) for code, one in owed(directed).items()}

    assert told == {
        "01": ("", ""),
        "03": ("Nguyễn Thị Út", ""),
        "04": ("Châu Thị Bảo Trân", ""),
        "05": ("Châu Thị Bảo Trân", ""),
        "06": ("Châu Thị Bảo Trân", ""),
    }


def test_every_act_on_it_is_in_the_journal_under_name_and_post(directed: Arrival):
    directed.start()
    directed.finish()

    with directed.desks.office.sessions() as session:
        query = select(JournalLine).where(JournalLine.subject_id == directed.id)
        lines = [
            (line.action, line.actor_name, line.post_title)
            for line in session.scalars(query.order_by(JournalLine.seq))
            if line.action != "sent"
        ]
    assert lines == [
        ("arrive", "", ""),
        ("finish_verifying", "", ""),
        ("accept", "Nguyễn Thị Út", "Văn thư viên"),
        ("direct", "Nguyễn Văn Ái", "Giám đốc"),
        ("start", "Châu Thị Bảo Trân", "Chuyên viên"),
        ("finish", "Châu Thị Bảo Trân", "Chuyên viên"),
    ]


def test_an_arrival_that_does_not_exist_is_told_as_one_that_may_not_be_seen(arrival: Arrival):
    desks = arrival.desks

    refused = error_of(handling.accept, desks.office, desks.person("stc.vanthu"), uuid4(), 1)

    assert (type(refused), refused.code) == (NotFound, "workflow.no_such_document")
