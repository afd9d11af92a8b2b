"""Issue and send: each receiver gets one packet, whatever the axis does."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from exchange.read import read
from kernel.errors import Refused, Unavailable
from tests.office import Desks, code_of
from tests.unit.workflow.axes import Axis, over
from tests.unit.workflow.way import Case, onward, walk
from workflow.exchanging.outbox import LADDER
from workflow.models import Delivery, Enclosure, MailItem
from workflow.outgoing import drafting, sending
from workflow.states import DeliveryState, OutgoingState

AWAY = Unavailable("exchange.unavailable")


@pytest.fixture
def case(shared_desks: Desks) -> Case:
    """A document that was issued and waits for its sending to one receiver."""
    return walk(shared_desks, OutgoingState.SENDING, to=["stc"])


@pytest.fixture
def axis(shared_desks: Desks) -> Axis:
    return Axis(shared_desks.office.transport)


def send(case: Case, axis: Axis) -> None:
    sending.send(over(case.desks, axis).office, case.id)


def delivery(case: Case) -> Delivery:
    (only,) = case.row.deliveries
    return only


def mail(case: Case) -> list[MailItem]:
    keys = [f"delivery:{one.id}" for one in case.row.deliveries]
    with case.desks.office.sessions() as session:
        return list(session.scalars(select(MailItem).where(MailItem.key.in_(keys))))


def test_a_packet_that_was_taken_while_the_answer_got_lost_is_not_sent_again(
    case: Case, axis: Axis
):
    axis.after = [AWAY]

    send(case, axis)
    assert (case.state, delivery(case).state) == (OutgoingState.SENDING, DeliveryState.QUEUED)
    case.desks.clock.pass_by(minutes=1)
    send(case, axis)

    assert case.state is OutgoingState.ISSUED
    assert axis.tried == 1
    (item,) = mail(case)
    assert delivery(case).axis_id == item.axis_id


def test_a_worker_killed_after_sending_leads_to_one_piece_of_mail(case: Case, axis: Axis):
    """Its last act was to hand the packet over; nobody noted it."""
    axis.after = [KeyboardInterrupt()]

    with pytest.raises(KeyboardInterrupt):
        send(case, axis)
    send(case, axis)

    assert (case.state, len(mail(case)), axis.tried) == (OutgoingState.ISSUED, 1, 1)


def test_what_cannot_be_reached_is_tried_again_after_longer_and_longer_waits(
    case: Case, axis: Axis
):
    axis.before = [AWAY] * (len(LADDER) + 1)
    clock = case.desks.clock

    for step, wait in enumerate(LADDER, start=1):
        send(case, axis)
        assert (axis.tried, delivery(case).attempts) == (step, step)
        clock.pass_by(seconds=wait.total_seconds() - 1)
        send(case, axis)
        assert axis.tried == step
        clock.pass_by(seconds=1)
    send(case, axis)

    assert sum(LADDER, timedelta()) < timedelta(hours=12)
    assert (delivery(case).state, delivery(case).trouble) == (
        DeliveryState.REFUSED,
        "exchange.unavailable",
    )
    assert (case.state, mail(case)) == (OutgoingState.ISSUED, [])
    assert case.acts[-2:] == ["refused", "finish_sending"]


def test_what_the_axis_refuses_waits_for_a_person_who_may_send_it_again(case: Case, axis: Axis):
    axis.before = [Refused("exchange.too_large", limit=50)]

    send(case, axis)
    assert (case.state, delivery(case).trouble) == (OutgoingState.ISSUED, "exchange.too_large")
    case.resend()
    send(case, axis)

    assert (case.state, delivery(case).state) == (OutgoingState.ISSUED, DeliveryState.SENT)
    assert (delivery(case).trouble, len(mail(case))) == (None, 1)


def test_one_receiver_that_is_refused_does_not_hold_up_the_others(shared_desks: Desks, axis: Axis):
    case = walk(shared_desks, OutgoingState.SENDING, to=["stc", "snv"])
    axis.before = [Refused("exchange.too_large", limit=50)]

    send(case, axis)

    assert sorted(case.delivered().values()) == [DeliveryState.REFUSED, DeliveryState.SENT]
    reached = len(mail(case))
    case.resend()
    send(case, axis)
    assert (reached, len(mail(case))) == (1, 2)


def test_a_receiver_whose_code_nobody_knows_is_refused_with_its_code(
    case: Case, shared_desks: Desks
):
    with shared_desks.office.act() as session:
        session.get_one(Delivery, delivery(case).id).organ_id = "H99.99"

    shared_desks.work_off()

    assert (delivery(case).state, delivery(case).trouble) == (
        DeliveryState.REFUSED,
        "exchange.receiver_unknown",
    )
    assert case.state is OutgoingState.ISSUED


def test_mail_for_an_agency_that_was_closed_comes_to_its_successor(shared_desks: Desks):
    """H30.25 was the old province's Ban Dân tộc; Sở Dân tộc và Tôn giáo took its work over."""
    case = walk(shared_desks, OutgoingState.SENDING, to=["stc"])
    with shared_desks.office.act() as session:
        session.get_one(Delivery, delivery(case).id).organ_id = "H30.25"

    shared_desks.work_off()

    assert case.arrived_at("sdttg").row.exchange_id == case.row.exchange_id
    assert case.statuses("H30.25") == ["01"]


def test_a_packet_says_what_the_document_says(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.SENDING, to=["stc"])
    shared_desks.work_off()

    told = read(shared_desks.office.artifacts.get(delivery(case).packet))

    row = case.row
    assert (told.code_number, told.code_notation) == (f"{row.code_number:02d}", "QĐ-UBND")
    assert (told.document_id, told.promulgation_date) == (row.exchange_id, row.issued_date)
    assert told.subject == row.subject
    assert told.signer.competence == "TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH"
    assert (told.signer.position, told.signer.full_name) == (
        "PHÓ CHỦ TỊCH",
        "Trần Thị Ngọc Hạnh",
    )
    assert (told.from_.organ_id, [organ.organ_id for organ in told.to]) == (
        "H13",
        [code_of("stc")],
    )
    assert told.business.staff.staff == ""


LONG_LIST = (
    "Như trên, " * 20,
    *(f"Ủy ban nhân dân phường, xã thứ {number}" for number in range(1, 60)),
)


def test_a_long_list_of_receivers_on_the_page_still_leaves(shared_desks: Desks):
    """A packet's Nơi nhận holds a thousand letters; the signed page holds all of it."""
    case = walk(shared_desks, OutgoingState.SENDING, to=["stc"], to_places=LONG_LIST)

    shared_desks.work_off()

    assert delivery(case).state is DeliveryState.SENT
    told = read(shared_desks.office.artifacts.get(delivery(case).packet))
    first, *others = told.to_places
    assert LONG_LIST[0].startswith(first)
    assert tuple(others) == LONG_LIST[1 : len(told.to_places)]
    assert len(others) > 15


def enclose(case: Case, name: str, data: bytes) -> UUID:
    desks = case.desks
    return drafting.attach(
        desks.office, desks.person("chuyenvien"), case.id, Enclosure, name=name, data=data
    )


ODD_NAMES = (
    "Phụ lục.txt",
    "../../etc/passwd.txt",
    "  dấu   cách  .TXT",
    "con.txt",
    "a" * 300 + ".txt",
    "Danh sách " + "ế" * 190 + ".txt",
    "emoji \N{GRINNING FACE}.txt",
    "hai.đuôi.pdf.txt",
    "..ẩn.txt",
    "C:\\Tài liệu\\kế hoạch.txt",
    "tab\tvà\nxuống dòng.txt",
    "ngược \N{RIGHT-TO-LEFT OVERRIDE}fdp.txt",
    "dấu ' và & và #.txt",
)


def test_whatever_name_a_file_had_it_can_be_sent(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.DRAFT, to=["stc"])
    for name in ODD_NAMES:
        enclose(case, name, name.encode())

    onward(case, OutgoingState.ISSUED)

    told = read(shared_desks.office.artifacts.get(delivery(case).packet))
    assert [one.data for one in told.attachments[1:]] == [name.encode() for name in ODD_NAMES]
    assert not any(set("/\\\n\t") & set(one.name) for one in told.attachments)


def test_enclosures_that_together_fill_more_than_a_packet_are_refused_at_the_door(
    shared_desks: Desks,
):
    case = walk(shared_desks, OutgoingState.DRAFT)
    small = replace(shared_desks, office=replace(shared_desks.office, upload_limit=3 * 1024 * 1024))
    case = replace(case, desks=small)
    enclose(case, "một.txt", b"1" * 2 * 1024 * 1024)

    with pytest.raises(Refused) as refusal:
        enclose(case, "hai.txt", b"2" * 2 * 1024 * 1024)

    assert (refusal.value.code, refusal.value.facts) == ("draft.enclosures_too_large", {"limit": 3})
    enclose(case, "ba.txt", b"3" * 1024 * 1024)
