"""What comes over the axis: stored raw, looked into, checked, and never trusted for its word.

The sender is whom the axis states. A packet that comes again has no second effect; a status counts
only from an agency that the document went to; a file is what its signatures prove it to be (Đ21.2).
"""

from collections.abc import Iterator
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from exchange.packet import BusinessType, DocumentPacket, Status, StatusPacket
from exchange.read import read
from exchange.transport import Kind, PendingItem
from kernel.bells import ring_after_commit
from kernel.clock import local_day
from kernel.errors import Refused
from kernel.text import fold
from workflow import journal
from workflow.exchanging import directory
from workflow.exchanging.packets import urgency_of
from workflow.incoming.statuses import owe_status
from workflow.models import (
    Agency,
    Delivery,
    DeliveryStatus,
    Document,
    Incoming,
    IncomingFile,
    Packet,
)
from workflow.office import Office
from workflow.said import LONGEST, plain
from workflow.states import WORK, IncomingState, PacketState, Role
from workflow.sweep import TAKE

_SYSTEM = frozenset({Role.SYSTEM})


def collect(office: Office, agency_id: UUID) -> None:
    """Store everything that lies in the agency's box, raw, and only then acknowledge it."""
    with office.sessions() as session:
        codes = directory.codes_of(session.get_one(Agency, agency_id))
    for item in _pending(office, codes):
        data = office.transport.fetch(item.doc_id)
        sha256 = office.artifacts.put(data)
        with office.act() as session:
            stored = session.scalar(
                insert(Packet)
                .values(
                    id=uuid4(),
                    agency_id=agency_id,
                    axis_id=item.doc_id,
                    kind=item.kind.value,
                    sender_organ_id=item.from_,
                    sha256=sha256,
                    received_at=office.clock(),
                    state=PacketState.STORED,
                )
                .on_conflict_do_nothing(index_elements=["agency_id", "axis_id"])
                .returning(Packet.id)
            )
            if stored is not None:
                ring_after_commit(session, TAKE, stored)
        office.transport.acknowledge(item.doc_id, ok=True)


def take(office: Office, packet_id: UUID) -> None:
    """Look into a stored packet and let it have its one effect."""
    with office.sessions() as session:
        packet = session.get_one(Packet, packet_id)
        if packet.state not in {PacketState.STORED, PacketState.EARLY}:
            return
        data = office.artifacts.get(packet.sha256)
    try:
        told = read(data)
    except Refused as error:
        _refuse(office, packet_id, error.code)
        return
    files = (
        [office.artifacts.put(attachment.data) for attachment in told.attachments]
        if isinstance(told, DocumentPacket)
        else []
    )
    try:
        with office.act() as session:
            packet = _locked(session, packet_id)
            if packet.state not in {PacketState.STORED, PacketState.EARLY}:
                return
            _require_sender(session, packet, told)
            if isinstance(told, DocumentPacket):
                _take_document(office, session, packet, told, files)
            else:
                _take_status(office, session, packet, told)
    except Refused as error:
        _refuse(office, packet_id, error.code)


def _pending(office: Office, codes: set[str]) -> Iterator[PendingItem]:
    seen: set[str] = set()
    for code in sorted(codes):
        for kind in (Kind.DOCUMENT, Kind.STATUS):
            for item in office.transport.pending(code, kind):
                if item.doc_id not in seen:
                    seen.add(item.doc_id)
                    yield item


def _take_document(
    office: Office, session: Session, packet: Packet, told: DocumentPacket, files: list[str]
) -> None:
    if told.business_type is not BusinessType.NEW:
        raise Refused("exchange.business_by_hand")
    known = session.scalars(
        select(Incoming).where(
            Incoming.agency_id == packet.agency_id,
            Incoming.sender_organ_id == packet.sender_organ_id,
            Incoming.exchange_id == told.document_id,
        )
    ).first()
    if known is not None:
        packet.state = PacketState.REPEATED
        return
    sender = directory.by_code(session, packet.sender_organ_id)
    now = office.clock()
    incoming = Incoming(
        id=uuid4(),
        agency_id=packet.agency_id,
        state=IncomingState.VERIFYING,
        state_since=now,
        packet_id=packet.id,
        sender_organ_id=packet.sender_organ_id,
        sender_name=told.from_.name or packet.sender_organ_id,
        sender_agency_id=sender.id if sender else None,
        exchange_id=told.document_id,
        code_number=told.code_number,
        code_notation=told.code_notation,
        issued_date=told.promulgation_date,
        type_name=told.document_type.type_name,
        subject=told.subject,
        search=fold(f"{told.code_number}/{told.code_notation} {told.subject} {told.from_.name}"),
        urgency=urgency_of(told.priority).value,
        signer_name=told.signer.full_name,
        signer_position=told.signer.position,
        reply_due=told.due_date,
        arrived_at=packet.received_at,
    )
    session.add(incoming)
    session.flush()
    _keep_files(session, incoming, told, files)
    packet.state = PacketState.TAKEN
    journal.write(
        session,
        agency_id=packet.agency_id,
        at=now,
        actor=journal.SYSTEM,
        action="arrive",
        subject_kind="incoming",
        subject_id=incoming.id,
        target=IncomingState.VERIFYING.value,
        facts={"from": packet.sender_organ_id, "packet": packet.sha256},
    )
    owe_status(office, session, incoming, Status.INBOX)
    ring_after_commit(session, WORK[IncomingState.VERIFYING], incoming.id)


def _keep_files(
    session: Session, incoming: Incoming, told: DocumentPacket, files: list[str]
) -> None:
    main = next(
        (
            number
            for number, attachment in enumerate(told.attachments)
            if attachment.data.startswith(b"%PDF")
        ),
        None,
    )
    for number, (attachment, sha256) in enumerate(zip(told.attachments, files, strict=True)):
        session.add(
            IncomingFile(
                id=uuid4(),
                agency_id=incoming.agency_id,
                incoming_id=incoming.id,
                ordinal=number + 1,
                name=attachment.name,
                media_type=attachment.content_type,
                size=len(attachment.data),
                sha256=sha256,
                is_main=number == main,
            )
        )


def _take_status(office: Office, session: Session, packet: Packet, told: StatusPacket) -> None:
    document = session.scalars(
        select(Document).where(
            Document.agency_id == packet.agency_id,
            Document.exchange_id == told.response_for.document_id,
        )
    ).first()
    if document is None:
        packet.state = PacketState.EARLY
        return
    delivery = _delivery_to(session, document, packet)
    session.execute(
        insert(DeliveryStatus)
        .values(
            id=uuid4(),
            agency_id=packet.agency_id,
            delivery_id=delivery.id,
            status_code=told.status_code,
            description=told.description,
            staff=told.staff.staff,
            stated_at=told.timestamp or packet.received_at,
            received_at=packet.received_at,
            packet_id=packet.id,
        )
        .on_conflict_do_nothing(index_elements=["delivery_id", "status_code", "stated_at"])
    )
    packet.state = PacketState.TAKEN
    journal.write(
        session,
        agency_id=packet.agency_id,
        at=office.clock(),
        actor=journal.SYSTEM,
        action=f"status_{told.status_code}",
        subject_kind="outgoing",
        subject_id=document.id,
        facts={"from": delivery.organ_id, "words": plain(told.description)[:LONGEST]},
    )


def _delivery_to(session: Session, document: Document, packet: Packet) -> Delivery:
    """Find the delivery to whoever speaks: by any of its codes, or as an agency's successor."""
    code, day = packet.sender_organ_id, local_day(packet.received_at)
    speaker = directory.by_code(session, code)
    for delivery in document.deliveries:
        receiver = directory.by_code(session, delivery.organ_id)
        chain = (receiver, directory.standing_for(session, receiver, day)) if receiver else ()
        if delivery.organ_id == code or (speaker is not None and speaker in chain):
            return delivery
    raise Refused("exchange.status_from_stranger")


def _require_sender(session: Session, packet: Packet, told: DocumentPacket | StatusPacket) -> None:
    """Refuse a packet whose own word on its sender is not the axis' word."""
    stated = directory.by_code(session, packet.sender_organ_id)
    codes = directory.codes_of(stated) if stated else set()
    if told.from_.organ_id not in codes | {packet.sender_organ_id}:
        raise Refused("exchange.sender_differs")


def _refuse(office: Office, packet_id: UUID, code: str) -> None:
    with office.act() as session:
        packet = _locked(session, packet_id)
        packet.state, packet.trouble = PacketState.REFUSED, code
        journal.write(
            session,
            agency_id=packet.agency_id,
            at=office.clock(),
            actor=journal.SYSTEM,
            action="refuse_packet",
            subject_kind="packet",
            subject_id=packet.id,
            facts={"from": packet.sender_organ_id, "code": code},
        )


def _locked(session: Session, packet_id: UUID) -> Packet:
    return session.scalars(select(Packet).where(Packet.id == packet_id).with_for_update()).one()
