"""Issue and send: văn thư lets the sealed document go, and each receiver gets its packet once."""

from uuid import UUID

from sqlalchemy.orm import Session

from exchange.transport import Kind
from exchange.write import write_document
from kernel.errors import Refused
from workflow import journal
from workflow.exchanging import directory, outbox
from workflow.exchanging.outbox import Letter
from workflow.exchanging.packets import document_packet, exchange_id
from workflow.finding import HELD, document_for
from workflow.firing import fire
from workflow.models import Delivery, Document
from workflow.office import Office
from workflow.states import DeliveryState, OutgoingAction, OutgoingState, Role


def issue(office: Office, person_id: UUID, document_id: UUID, seen: int) -> None:
    """Phát hành: let the sealed document go to its receivers (Đ18.1)."""
    with office.act() as session:
        document, standing = document_for(office, session, document_id, person_id, seen)
        actor = standing.acting(Role.CLERK)
        document.exchange_id = exchange_id(document)
        for delivery in document.deliveries:
            delivery.state = DeliveryState.QUEUED
        fire(
            session,
            document,
            OutgoingAction.ISSUE,
            actor=actor,
            roles=standing.roles,
            at=office.clock(),
            facts={"to": [delivery.organ_id for delivery in document.deliveries]},
        )


def resend(office: Office, person_id: UUID, document_id: UUID, seen: int) -> None:
    """Try once more to reach the receivers that the axis refused.

    Raises:
        Refused: Every receiver was reached already.
    """
    with office.act() as session:
        document, standing = document_for(office, session, document_id, person_id, seen)
        refused = [d for d in document.deliveries if d.state is DeliveryState.REFUSED]
        if not refused:
            raise Refused("sending.nothing_to_resend")
        for delivery in refused:
            delivery.state, delivery.trouble = DeliveryState.QUEUED, None
            delivery.attempts, delivery.next_attempt_at = 0, None
        fire(
            session,
            document,
            OutgoingAction.RESEND,
            actor=standing.acting(Role.CLERK),
            roles=standing.roles,
            at=office.clock(),
            facts={"to": [delivery.organ_id for delivery in refused]},
        )


def send(office: Office, document_id: UUID) -> None:
    """Send to every receiver that is due; when none is left the document is issued."""
    with office.sessions() as session:
        document = session.get_one(Document, document_id)
        if document.state is not OutgoingState.SENDING:
            return
        waiting = [d.id for d in document.deliveries if d.state is DeliveryState.QUEUED]

    def write(session: Session, delivery: Delivery) -> Letter:
        document = session.get_one(Document, document_id)
        return Letter(
            packet=write_document(document_packet(office, session, document, delivery)),
            kind=Kind.DOCUMENT,
            sender=directory.organ_id(document.agency),
            receiver=delivery.organ_id,
            key=f"delivery:{delivery.id}",
            subject_kind="outgoing",
            subject_id=document_id,
        )

    for delivery_id in waiting:
        try:
            outbox.post(office, Delivery, delivery_id, write)
        except Refused as error:
            outbox.refuse(office, Delivery, delivery_id, "outgoing", document_id, error)
    _finish_if_done(office, document_id)


def _finish_if_done(office: Office, document_id: UUID) -> None:
    with office.step() as session:
        document = session.get_one(Document, document_id, with_for_update=HELD)
        if document.state is not OutgoingState.SENDING:
            return
        if any(d.state is DeliveryState.QUEUED for d in document.deliveries):
            return
        fire(
            session,
            document,
            OutgoingAction.FINISH_SENDING,
            actor=journal.SYSTEM,
            roles=frozenset({Role.SYSTEM}),
            at=office.clock(),
        )
