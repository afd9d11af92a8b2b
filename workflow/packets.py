"""From an issued document to the packet that carries it, and from an incoming one to its statuses.

Only what is issued can get in here: the issued PDF and the *văn bản kèm theo*. Hồ sơ trình lies in
a table that this module does not know.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.content import Content, Urgency
from documents.words import number_text
from exchange.packet import (
    Attachment,
    DocumentPacket,
    DocumentType,
    Organ,
    OtherInfo,
    ResponseFor,
    SignerInfo,
    Staff,
    StatusPacket,
    TraceHeader,
)
from exchange.packet import document_id as exchange_document_id
from kernel.clock import local
from workflow import directory
from workflow.models import (
    Agency,
    Delivery,
    Document,
    DocumentVersion,
    Enclosure,
    Incoming,
    StatusMessage,
)
from workflow.models.outgoing import ArtifactKind
from workflow.office import Office
from workflow.sealing import artifact_of

_PRIORITY = {
    Urgency.NORMAL: 0,
    Urgency.URGENT: 1,
    Urgency.VERY_URGENT: 2,
    Urgency.EXPRESS: 3,
}


def urgency_of(priority: int | None) -> Urgency:
    """Read độ khẩn of a packet; a timed express (4) is an express."""
    by_number = {number: urgency for urgency, number in _PRIORITY.items()}
    return by_number.get(min(priority or 0, 3), Urgency.NORMAL)


def exchange_id(document: Document) -> str:
    """Give the DocumentId on the axis: agency, date, number and symbol (exchange a.3)."""
    if document.issued_date is None or document.code_number is None:
        message = f"document {document.id} has no number yet"
        raise RuntimeError(message)
    return exchange_document_id(
        directory.organ_id(document.agency),
        document.issued_date,
        number_text(document.code_number),
        document.code_notation,
    )
