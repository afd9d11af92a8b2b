"""What comes over the axis: one effect each, and never more trust than was earned (Đ21.2)."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from exchange.packet import (
    Business,
    BusinessType,
    DocumentPacket,
    Organ,
    Replacement,
    ResponseFor,
    StatusPacket,
    Update,
)
from exchange.read import read
from exchange.transport import Kind
from exchange.write import write_document, write_status
from tests.office import Desks, code_of
from tests.unit.workflow.box import SNV, STC, UBND, Box, another
from tests.unit.workflow.way import Case, walk
from workflow import sweep
from workflow.incoming import receiving
from workflow.models import DeliveryStatus, Incoming, JournalLine, MailItem, Packet, StatusMessage
from workflow.states import IncomingState, OutgoingState, PacketState
from workflow.views.reading import twins

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def case(shared_desks: Desks) -> Case:
    """A document that Sở Tài chính has received."""
    shared_desks.bells.clear()
    case = walk(shared_desks, OutgoingState.ISSUED, to=["stc"])
    shared_desks.work_off()
    return case


def arrived(desks: Desks, packet: Packet) -> list[Incoming]:
    with desks.office.sessions() as session:
        return list(session.scalars(select(Incoming).where(Incoming.packet_id == packet.id)))


def statuses(case: Case) -> list[DeliveryStatus]:
    with case.desks.office.sessions() as session:
        ids = [delivery.id for delivery in case.row.deliveries]
        query = select(DeliveryStatus).where(DeliveryStatus.delivery_id.in_(ids))
        return list(session.scalars(query))


def lines(desks: Desks, packet: Packet) -> list[tuple[str, dict]]:
    with desks.office.sessions() as session:
        query = select(JournalLine).where(JournalLine.subject_id == packet.id)
        return [(line.action, line.facts) for line in session.scalars(query)]


def test_the_same_packet_twice_has_one_effect(box: Box, told: DocumentPacket):
    data = another(told)

    first, second = box.gets(data), box.gets(data)

    assert (first.state, second.state) == (PacketState.TAKEN, PacketState.REPEATED)
    assert arrived(box.desks, second) == []
    (incoming,) = arrived(box.desks, first)
    with box.desks.office.sessions() as session:
        owed = select(func.count()).where(StatusMessage.incoming_id == incoming.id)
        assert session.scalar(owed) == 1


def test_a_packet_that_was_not_acknowledged_is_stored_once(box: Box, told: DocumentPacket):
    """The worker died between storing and acknowledging; the axis lists it again."""
    packet = box.gets(another(told))
    office = box.desks.office
    with office.act() as session:
        session.get_one(MailItem, packet.axis_id).acknowledged_at = None

    receiving.collect(office, box.desks.agency("stc"))
    box.desks.work_off()

    assert box.packet(packet.axis_id).state is PacketState.TAKEN
    assert len(arrived(box.desks, packet)) == 1


def test_a_packet_taken_twice_by_two_bells_has_one_effect(box: Box, told: DocumentPacket):
    packet = box.gets(another(told))

    receiving.take(box.desks.office, packet.id)

    assert len(arrived(box.desks, packet)) == 1


def test_a_second_document_of_the_same_number_is_taken_and_warned_of(
    box: Box, told: DocumentPacket
):
    (first,) = arrived(box.desks, box.gets(another(told, code_number="777")))
    (second,) = arrived(box.desks, box.gets(another(told, code_number="777")))
    (other,) = arrived(box.desks, box.gets(another(told, code_number="778")))

    with box.desks.office.sessions() as session:
        assert [twin.id for twin in twins(session, second)] == [first.id]
        assert twins(session, other) == []


def test_what_two_agencies_call_the_same_is_no_repetition(box: Box, told: DocumentPacket):
    data = another(told)
    from_elsewhere = write_document(
        replace(read(data), from_=Organ(SNV, "Sở Nội vụ thành phố Cần Thơ"))
    )

    box.gets(data)
    second = box.gets(from_elsewhere, sender=SNV)

    assert second.state is PacketState.TAKEN
    (incoming,) = arrived(box.desks, second)
    assert incoming.sender_organ_id == SNV


def test_a_document_sealed_by_another_agency_than_it_comes_from_is_not_trusted(
    box: Box, told: DocumentPacket
):
    """Sở Nội vụ sends a file that the city's leader and seal have signed."""
    packet = box.gets(another(told, from_=Organ(SNV, "Sở Nội vụ")), sender=SNV)

    (incoming,) = arrived(box.desks, packet)

    assert incoming.state is IncomingState.ARRIVED
    assert incoming.verdict["conclusion"] == "TOTAL_FAILED"


def test_a_file_that_was_changed_on_the_way_is_found_out(box: Box, told: DocumentPacket):
    main = told.attachments[0]
    spoilt = replace(main, data=main.data + b"\n% one more line\n")

    (incoming,) = arrived(box.desks, box.gets(another(told, attachments=(spoilt,))))

    assert incoming.verdict["conclusion"] == "TOTAL_FAILED"


def test_a_document_without_a_file_arrives_without_a_verdict(box: Box, told: DocumentPacket):
    (incoming,) = arrived(box.desks, box.gets(another(told, attachments=())))

    assert (incoming.state, incoming.verdict) == (IncomingState.ARRIVED, None)


def test_a_packet_whose_sender_is_not_whom_the_axis_states_is_refused(
    box: Box, told: DocumentPacket
):
    packet = box.gets(another(told), sender=SNV)

    assert (packet.state, packet.trouble) == (PacketState.REFUSED, "exchange.sender_differs")
    assert arrived(box.desks, packet) == []
    assert lines(box.desks, packet) == [
        ("refuse_packet", {"from": SNV, "code": "exchange.sender_differs"})
    ]


def test_a_sender_may_name_itself_by_its_older_code(box: Box, told: DocumentPacket):
    packet = box.gets(another(told, from_=replace(told.from_, organ_id="000.00.00.H13")))

    assert packet.state is PacketState.TAKEN


def test_a_sender_outside_the_province_is_received_under_its_own_name(
    box: Box, told: DocumentPacket
):
    ministry = Organ("G15", "Bộ Nội vụ")

    (incoming,) = arrived(box.desks, box.gets(another(told, from_=ministry), sender="G15"))

    assert (incoming.sender_name, incoming.sender_agency_id) == ("Bộ Nội vụ", None)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "exchange.not_xml"),
        (b"khong phai xml", "exchange.not_xml"),
        (b"%PDF-1.7\n", "exchange.not_xml"),
        (b"<a/>", "exchange.not_edxml"),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_else_happens(box: Box, data: bytes, code: str):
    packet = box.gets(data)

    assert (packet.state, packet.trouble) == (PacketState.REFUSED, code)
    assert lines(box.desks, packet) == [("refuse_packet", {"from": UBND, "code": code})]
    assert arrived(box.desks, packet) == []
    assert box.desks.bells == []


@pytest.mark.parametrize(
    "business",
    [
        Business(BusinessType.RECALL, "Ban hành nhầm.", f"{UBND};2026;1"),
        Business(
            BusinessType.UPDATE,
            "Sửa thông tin.",
            f"{UBND};2026;1",
            update=Update(information=True, receiver_list=False),
        ),
        Business(
            BusinessType.REPLACEMENT,
            "Thay thế.",
            f"{UBND};2026;1",
            replacements=(Replacement(f"{UBND};2026;2"),),
        ),
    ],
    ids=["recall", "update", "replacement"],
)
def test_recall_update_and_replacement_are_left_to_people(
    box: Box, told: DocumentPacket, business: Business
):
    packet = box.gets(another(told, business=business))

    assert (packet.state, packet.trouble) == (PacketState.REFUSED, "exchange.business_by_hand")
    assert arrived(box.desks, packet) == []


def status_of(case: Case, code: str = "03", **changes: object) -> bytes:
    packet = StatusPacket(
        from_=Organ(STC, "Sở Tài chính thành phố Cần Thơ"),
        response_for=ResponseFor(organ_id=UBND, document_id=case.row.exchange_id or ""),
        status_code=code,
        description="Đã tiếp nhận.",
        timestamp=case.desks.clock(),
    )
    return write_status(replace(packet, **changes))


def status(box: Box, data: bytes, sender: str = STC) -> Packet:
    return box.gets(data, sender=sender, agency=UBND, kind=Kind.STATUS)


def test_a_status_from_a_stranger_does_not_count(box: Box, case: Case):
    before = len(statuses(case))

    packet = status(box, status_of(case, from_=Organ(SNV, "Sở Nội vụ")), sender=SNV)

    assert (packet.state, packet.trouble) == (PacketState.REFUSED, "exchange.status_from_stranger")
    assert len(statuses(case)) == before


def test_a_status_under_a_receivers_name_from_somebody_else_does_not_count(box: Box, case: Case):
    before = len(statuses(case))

    packet = status(box, status_of(case), sender=SNV)

    assert packet.trouble == "exchange.sender_differs"
    assert len(statuses(case)) == before


def test_the_same_status_twice_is_told_once(box: Box, case: Case):
    box.desks.clock.pass_by(seconds=1)
    data, before = status_of(case, "15"), len(statuses(case))

    status(box, data)
    again = status(box, data)

    assert again.state is PacketState.TAKEN
    assert len(statuses(case)) == before + 1


def test_a_status_may_come_from_any_code_of_the_receiver(box: Box):
    """The city is asked under its new code and answers under its older one."""
    case = walk(box.desks, OutgoingState.ISSUED, "support-report", to=["ubnd"])
    box.desks.work_off()
    data = write_status(
        StatusPacket(
            from_=Organ("000.00.00.H13", "UBND thành phố Cần Thơ"),
            response_for=ResponseFor(organ_id="H13.04", document_id=case.row.exchange_id),
            status_code="03",
            timestamp=box.desks.clock(),
        )
    )

    packet = box.gets(data, sender="000.00.00.H13", agency="H13.04", kind=Kind.STATUS)

    assert packet.state is PacketState.TAKEN
    assert case.statuses(code_of("ubnd")) == ["01", "03"]


def test_an_unknown_status_is_kept_as_it_was_told(box: Box, case: Case):
    packet = status(box, status_of(case, "77"))

    assert packet.state is PacketState.TAKEN
    assert "77" in {one.status_code for one in statuses(case)}


def test_a_status_that_comes_before_its_document_is_taken_later(box: Box, shared_desks: Desks):
    """The answer was faster than our own note of what was sent."""
    case = walk(shared_desks, OutgoingState.AWAITING_ISSUE, to=["stc"])
    early_id = f"{UBND};2026;{uuid4().hex[:12]}"
    answer = ResponseFor(organ_id=UBND, document_id=early_id)
    packet = status(box, status_of(case, response_for=answer))
    assert packet.state is PacketState.EARLY

    with shared_desks.office.act() as session:
        session.get_one(type(case.row), case.id).exchange_id = early_id
    shared_desks.clock.pass_by(seconds=61)
    sweep.sweep(shared_desks.office)
    rung = {UUID(subject) for name, subject in shared_desks.bells if name == sweep.TAKE}
    assert packet.id in rung
    receiving.take(shared_desks.office, packet.id)

    assert box.packet(packet.axis_id).state is PacketState.TAKEN
    assert case.statuses(code_of("stc")) == ["03"]


def test_a_status_for_a_document_that_never_comes_is_not_asked_for_for_ever(box: Box, case: Case):
    answer = ResponseFor(organ_id=UBND, document_id=f"{UBND};2026;{uuid4().hex[:12]}")
    packet = status(box, status_of(case, response_for=answer))
    box.desks.clock.pass_by(hours=12, minutes=1)

    sweep.sweep(box.desks.office)

    assert (sweep.TAKE, str(packet.id)) not in box.desks.bells


def test_an_answer_to_another_agencys_document_finds_nothing(box: Box, case: Case):
    """The document is the city's; the status was laid into the box of Sở Nội vụ."""
    packet = box.gets(status_of(case), sender=STC, agency=SNV, kind=Kind.STATUS)

    assert packet.state is PacketState.EARLY


@pytest.mark.parametrize("sample", ["edoc_new", "edoc_replacement", "edoc_revocation", "status"])
def test_the_axis_own_samples_break_nothing(box: Box, sample: str):
    data = (ROOT / f"tests/data/exchange/examples/resources__{sample}.edxml").read_bytes()

    packet = box.gets(data, sender="000.00.00.G22")

    assert packet.state in {PacketState.TAKEN, PacketState.REFUSED, PacketState.EARLY}
    assert (packet.state is PacketState.REFUSED) == (packet.trouble is not None)
