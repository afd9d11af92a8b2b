"""From an issued document to the packet that carries it, and from an incoming one to its statuses.

Only what is issued can get in here: the issued PDF and the *văn bản kèm theo*. Hồ sơ trình lies in
a table that this module does not know.
"""

from itertools import accumulate

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.content import Circulation, Content, Urgency
from documents.rules import rules
from documents.words import number_text
from exchange.packet import (
    Attachment,
    Business,
    DocumentPacket,
    DocumentType,
    Organ,
    OtherInfo,
    Priority,
    ResponseFor,
    SignerInfo,
    Staff,
    StatusPacket,
    TraceHeader,
    document_id,
)
from workflow.exchanging import directory
from workflow.models import Agency, Delivery, Document, DocumentVersion, Enclosure, Incoming
from workflow.models.exchange import StatusMessage
from workflow.models.outgoing import ArtifactKind
from workflow.office import Office
from workflow.outgoing.seals import artifact_of
from workflow.signatures import proving

_TO_PLACE, _TO_PLACES = 150, 1000
"""Letters of one line of Nơi nhận, and of all together."""

_PRIORITY = {
    Urgency.NORMAL: Priority.NORMAL,
    Urgency.URGENT: Priority.URGENT,
    Urgency.VERY_URGENT: Priority.VERY_URGENT,
    Urgency.EXPRESS: Priority.EXPRESS,
}
_URGENCY = {priority: urgency for urgency, priority in _PRIORITY.items()} | {
    Priority.EXPRESS_TIMED: Urgency.EXPRESS
}


def urgency_of(priority: Priority | None) -> Urgency:
    """Read độ khẩn of a packet; a timed express counts as an express."""
    return _URGENCY[priority] if priority is not None else Urgency.NORMAL


def exchange_id(document: Document) -> str:
    """Give the DocumentId that the document keeps on the axis (exchange a.3)."""
    if document.issued_date is None or document.code_number is None:
        message = f"document {document.id} has no number yet"
        raise RuntimeError(message)
    return document_id(
        directory.organ_id(document.agency),
        document.issued_date,
        number_text(document.code_number),
        document.code_notation,
    )


def document_packet(
    office: Office, session: Session, document: Document, delivery: Delivery
) -> DocumentPacket:
    """Make the packet for one receiver from what is issued, and from nothing else."""
    version = session.get_one(DocumentVersion, document.current_version_id)
    content = Content.model_validate(version.content)
    receiver = directory.by_code(session, delivery.organ_id)
    sender = _organ(document.agency)
    return DocumentPacket(
        from_=sender,
        to=(_organ(receiver) if receiver else Organ(delivery.organ_id, delivery.organ_name),),
        document_id=document.exchange_id or exchange_id(document),
        code_number=number_text(document.code_number or 0),
        code_notation=document.code_notation,
        place=content.place_name,
        promulgation_date=document.issued_date,
        document_type=DocumentType(type_name=document.type_name),
        subject=content.subject,
        content=content.subject,
        signer=SignerInfo(
            competence=" ".join(content.signature.competence_lines[:-1]),
            position=content.signature.competence_lines[-1],
            full_name=content.signature.full_name,
        ),
        priority=_PRIORITY[content.urgency],
        other_info=OtherInfo(
            sphere_of_promulgation=_circulation(content),
            typer_notation=content.typist_and_copies.split("(")[0][:10],
            page_amount=version.pages,
        ),
        to_places=_to_places(content),
        business=Business(document_id=document.exchange_id or "", staff=_office_of(document)),
        trace=(TraceHeader(sender.organ_id, office.clock()),),
        attachments=_attachments(office, session, document),
    )


def status_packet(incoming: Incoming, message: StatusMessage) -> StatusPacket:
    """Make the packet that tells the sender how far we are (exchange b.2)."""
    return StatusPacket(
        from_=_organ(incoming.agency),
        response_for=ResponseFor(
            organ_id=incoming.sender_organ_id,
            code=f"{incoming.code_number}/{incoming.code_notation}",
            document_id=incoming.exchange_id,
            promulgation_date=incoming.issued_date,
        ),
        staff=Staff(staff=message.staff, email=incoming.agency.contact.get("email", "")),
        status_code=message.status_code,
        description=message.description,
        timestamp=message.at,
    )


def _attachments(office: Office, session: Session, document: Document) -> tuple[Attachment, ...]:
    issued = artifact_of(document, ArtifactKind.ISSUED).sha256
    number = number_text(document.code_number or 0)
    name = f"{number}-{document.code_notation}.pdf".replace("/", "-")
    files = [(name, "application/pdf", proving.latest(session, document, issued))]
    enclosures = session.scalars(
        select(Enclosure).where(Enclosure.document_id == document.id).order_by(Enclosure.ordinal)
    )
    files += [(file.name, file.media_type, file.sealed or file.sha256) for file in enclosures]
    return tuple(
        Attachment(
            content_id=f"{document.id}-{ordinal}",
            name=name,
            content_type=media_type,
            data=office.artifacts.get(sha256),
        )
        for ordinal, (name, media_type, sha256) in enumerate(files, start=1)
    )


def _organ(agency: Agency) -> Organ:
    contact = agency.contact
    return Organ(
        organ_id=directory.organ_id(agency),
        name=agency.name,
        in_charge=" ".join(agency.superior_lines),
        address=contact.get("address", ""),
        email=contact.get("email", ""),
        telephone=contact.get("phone", ""),
        website=contact.get("website", ""),
    )


def _office_of(document: Document) -> Staff:
    """Name the unit, not the person: packets travel far."""
    return Staff(department=document.unit.name, email=document.agency.contact.get("email", ""))


def _circulation(content: Content) -> str:
    if content.circulation is Circulation.OPEN:
        return ""
    return rules(content.rule_set).circulation[content.circulation.value].text


def _to_places(content: Content) -> tuple[str, ...]:
    """Give Nơi nhận as far as a packet holds it; the signed page has it whole (exchange a.2)."""
    lines = [line[:_TO_PLACE] for line in content.to_places]
    lengths = accumulate(map(len, lines))
    return tuple(line for line, n in zip(lines, lengths, strict=True) if n <= _TO_PLACES)
