"""What a packet says, for those who only want to look: any bytes get an answer."""

from collections.abc import Iterable
from typing import Any

from exchange.findings import Finding, PacketRefused
from exchange.packet import Attachment, DocumentPacket, StatusPacket
from exchange.read import read
from kernel.objects import sha256_of
from kernel.words import explain, sentence


def inspect(data: bytes, locale: str = "vi") -> dict[str, Any]:
    """Describe a packet as JSON-ready data; bytes that are none are described as unreadable.

    A status tells the document it is about by ``document_id``; the other fields of a document are
    null in it. Sentences of ``problems`` are in the language of ``locale``.
    """
    try:
        packet = read(data)
    except PacketRefused as refusal:
        problem = {"code": refusal.code, "message": explain(refusal, locale)}
        return _blank() | {"problems": [problem]}
    told = _document(packet) if isinstance(packet, DocumentPacket) else _status(packet)
    return _blank() | told | {"readable": True, "problems": _problems(packet.findings, locale)}


def _blank() -> dict[str, Any]:
    return {
        "readable": False,
        "kind": "unknown",
        "business_type": None,
        "status_code": None,
        "document_id": None,
        "from": None,
        "to": [],
        "code_number": None,
        "code_notation": None,
        "subject": None,
        "issued_date": None,
        "trace": [],
        "attachments": [],
        "problems": [],
    }


def _document(packet: DocumentPacket) -> dict[str, Any]:
    issued = packet.promulgation_date
    return {
        "kind": "document",
        "business_type": packet.business_type.value,
        "document_id": packet.document_id,
        "from": packet.from_.organ_id,
        "to": [organ.organ_id for organ in packet.to],
        "code_number": packet.code_number,
        "code_notation": packet.code_notation,
        "subject": packet.subject,
        "issued_date": issued.isoformat() if issued else None,
        "trace": [station.organ_id for station in packet.trace if station.organ_id],
        "attachments": [_attachment(attachment) for attachment in packet.attachments],
    }


def _status(packet: StatusPacket) -> dict[str, Any]:
    return {
        "kind": "status",
        "status_code": packet.status_code,
        "document_id": packet.response_for.document_id or None,
        "from": packet.from_.organ_id,
    }


def _attachment(attachment: Attachment) -> dict[str, Any]:
    return {
        "name": attachment.name,
        "content_type": attachment.content_type,
        "size": len(attachment.data),
        "sha256": sha256_of(attachment.data),
    }


def _problems(findings: Iterable[Finding], locale: str) -> list[dict[str, str]]:
    return [
        {
            "code": finding.code,
            "message": sentence(finding.code, locale, field=finding.field, text=finding.text),
        }
        for finding in findings
    ]
