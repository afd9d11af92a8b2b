"""Statuses owed to the sender of an incoming document: noted in the act, sent in the background."""

from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from exchange.packet import Status
from exchange.transport import Kind
from exchange.write import write_status
from kernel.bells import ring_after_commit
from kernel.errors import Refused
from workflow.exchanging import directory, outbox
from workflow.exchanging.outbox import Letter
from workflow.exchanging.packets import status_packet
from workflow.models import Incoming, StatusMessage
from workflow.office import Office
from workflow.states import DeliveryState

TELL = "worker.tasks.tell"
"""Rung with the id of a status that waits to be sent."""


def owe_status(  # noqa: PLR0913 - the columns of a status
    office: Office,
    session: Session,
    incoming: Incoming,
    status: Status,
    *,
    staff: str = "",
    words: str = "",
) -> None:
    """Note that the sender is to be told, and ring for it."""
    message = StatusMessage(
        id=uuid4(),
        agency_id=incoming.agency_id,
        incoming_id=incoming.id,
        status_code=status.value,
        description=words,
        staff=staff,
        at=office.clock(),
        state=DeliveryState.QUEUED,
    )
    session.add(message)
    ring_after_commit(session, TELL, message.id)


def tell(office: Office, message_id: UUID) -> None:
    """Send a status that we owe."""
    with office.sessions() as session:
        incoming_id = session.get_one(StatusMessage, message_id).incoming_id

    def write(session: Session, message: StatusMessage) -> Letter:
        incoming = session.get_one(Incoming, incoming_id)
        return Letter(
            packet=write_status(status_packet(incoming, message)),
            kind=Kind.STATUS,
            sender=directory.organ_id(incoming.agency),
            receiver=incoming.sender_organ_id,
            key=f"status:{message.id}",
            subject_kind="incoming",
            subject_id=incoming_id,
        )

    try:
        outbox.post(office, StatusMessage, message_id, write)
    except Refused as error:
        outbox.refuse(office, StatusMessage, message_id, "incoming", incoming_id, error)
