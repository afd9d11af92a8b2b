"""From the bytes of a packet to data: strict about what could hurt or be lost, lenient otherwise.

Names count by namespace and never by prefix; order, unknown elements, empty elements and the
absence of most groups do not matter (exchange a.1). What was read leniently is noted in the
packet's findings. Nothing in a packet is proof of anything: not its sender, not its signature.
"""

from dataclasses import replace

from exchange import groups
from exchange.fields import Fields, required
from exchange.findings import PacketRefused
from exchange.limits import STANDARD, Limits
from exchange.manifest import attachments
from exchange.markup import Element, child, children, is_empty, parse
from exchange.packet import (
    DocumentPacket,
    DocumentType,
    OtherInfo,
    Priority,
    SignerInfo,
    StatusPacket,
)

_NO_STEERING = {0, 1}  # senders disagree on which number says "none" (exchange a.2)


def read(data: bytes, limits: Limits = STANDARD) -> DocumentPacket | StatusPacket:
    """Read a packet of form A.

    Raises:
        PacketRefused: It cannot be read, lacks what no packet may lack, or passes the limits.
    """
    root = parse(data, limits)
    header = child(root, "edXMLEnvelope", "edXMLHeader")
    message = child(header, "MessageHeader")
    if header is None or message is None:
        raise PacketRefused("exchange.missing_field", field="MessageHeader")
    fields = Fields(limits)
    if fields.text(message, "StatusCode"):
        return _status(fields, message)
    return _document(fields, root, header, message)


def _document(fields: Fields, root: Element, header: Element, message: Element) -> DocumentPacket:
    packet = DocumentPacket(
        from_=groups.sender(fields, message),
        to=groups.receivers(fields, message),
        document_id=required(fields.document_id(message), "DocumentId"),
        code_number=required(fields.text(message, "Code", "CodeNumber"), "Code/CodeNumber"),
        code_notation=required(fields.text(message, "Code", "CodeNotation"), "Code/CodeNotation"),
        place=fields.text(message, "PromulgationInfo", "Place"),
        promulgation_date=fields.date(message, "PromulgationInfo", "PromulgationDate"),
        document_type=_document_type(fields, message),
        subject=required(fields.text(message, "Subject"), "Subject"),
        content=fields.text(message, "Content"),
        signer=_signer(fields, message),
        due_date=fields.date(message, "DueDate"),
        priority=_priority(fields, message),
        other_info=_other_info(fields, message),
        response_for=tuple(
            groups.response_for(fields, element)
            for element in children(message, "ResponseFor")
            if not is_empty(element)
        ),
        steering_type=_steering(fields, message),
        to_places=fields.texts(message, "ToPlaces", "Place"),
        business=groups.business(fields, child(header, "TraceHeaderList")),
        trace=groups.trace(fields, child(header, "TraceHeaderList")),
        attachments=attachments(fields, root),
        signature_present=_signature_present(header),
    )
    return replace(packet, findings=tuple(fields.findings))


def _status(fields: Fields, message: Element) -> StatusPacket:
    answered = child(message, "ResponseFor")
    packet = StatusPacket(
        from_=groups.sender(fields, message),
        response_for=groups.response_for(fields, answered),
        staff=groups.staff(fields, child(message, "StaffInfo")),
        status_code=_status_code(fields.text(message, "StatusCode")),
        description=fields.text(message, "Description"),
        timestamp=fields.moment(message, "Timestamp"),
    )
    if not packet.response_for.document_id:
        fields.note("exchange.status_without_document", "ResponseFor/DocumentId")
    if packet.status is None:
        fields.note("exchange.unknown_status", "StatusCode", packet.status_code)
    return replace(packet, findings=tuple(fields.findings))


def _status_code(text: str) -> str:
    """Pad ``3`` to ``03`` (exchange b.2)."""
    return text.zfill(2) if text.isdecimal() else text


def _document_type(fields: Fields, message: Element) -> DocumentType:
    group = child(message, "DocumentType")
    return DocumentType(
        type_name=fields.text(group, "TypeName"),
        type=fields.number(group, "Type"),
        type_detail=fields.number(group, "TypeDetail"),
    )


def _signer(fields: Fields, message: Element) -> SignerInfo:
    group = child(message, "SignerInfo")
    return SignerInfo(
        competence=fields.text(group, "Competence"),
        position=fields.text(group, "Position"),
        full_name=fields.text(group, "FullName"),
    )


def _priority(fields: Fields, message: Element) -> Priority | None:
    number = fields.number(message, "OtherInfo", "Priority")
    known = next((priority for priority in Priority if priority == number), None)
    if number is not None and known is None:
        fields.note("exchange.unreadable_number", "OtherInfo/Priority", str(number))
    return known


def _steering(fields: Fields, message: Element) -> int:
    number = fields.number(message, "SteeringType")
    return 0 if number is None or number in _NO_STEERING else number


def _other_info(fields: Fields, message: Element) -> OtherInfo:
    group = child(message, "OtherInfo")
    return OtherInfo(
        sphere_of_promulgation=fields.text(group, "SphereOfPromulgation"),
        typer_notation=fields.text(group, "TyperNotation"),
        promulgation_amount=fields.number(group, "PromulgationAmount"),
        page_amount=fields.number(group, "PageAmount"),
        appendixes=fields.texts(group, "Appendixes", "Appendix"),
    )


def _signature_present(header: Element) -> bool:
    """Look for one in any namespace: the common library loses the right one (exchange a.6)."""
    found = header.iterchildren("{*}Signature")
    return any(len(signature) for signature in found)
