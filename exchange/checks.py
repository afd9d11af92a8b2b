"""What a packet must have before it may leave, asked before its bytes are made.

The receiver cannot ask back: what is missing or ambiguous here comes home as a refusal days later.
"""

import re
from collections.abc import Iterable

from exchange.attachments import safe_name, unpack
from exchange.codes import is_sendable
from exchange.findings import PacketRefused
from exchange.limits import Limits
from exchange.manifest import bare_id
from exchange.packet import (
    NEEDS_REASON,
    Attachment,
    Business,
    BusinessType,
    DocumentPacket,
    StatusPacket,
)

_TO_PLACES = 1000  # characters of all lines together (exchange a.2)
_AMOUNT = 65_535
_STATUS_CODE = re.compile(r"[0-9]{2}")


def check_document(packet: DocumentPacket, limits: Limits) -> None:
    """Require what everyone sends in a document packet (exchange a.2, a.7).

    Raises:
        PacketRefused: Something is missing, doubled or misleading.
    """
    for value, where in (
        (packet.from_.name, "From/OrganName"),
        (packet.to, "To"),
        (packet.document_id, "DocumentId"),
        (packet.code_number, "Code/CodeNumber"),
        (packet.code_notation, "Code/CodeNotation"),
        (packet.promulgation_date, "PromulgationInfo/PromulgationDate"),
        (packet.document_type.type_name, "DocumentType/TypeName"),
        (packet.subject, "Subject"),
        (packet.signer.full_name, "SignerInfo/FullName"),
    ):
        _require(value, where)
    _check_organ_id(packet.from_.organ_id, "From/OrganId")
    for organ in packet.to:
        _check_organ_id(organ.organ_id, "To/OrganId")
    _check_unique("exchange.duplicate_receiver", (organ.organ_id for organ in packet.to))
    _check_unique(
        "exchange.duplicate_content_id", (bare_id(one.content_id) for one in packet.attachments)
    )
    if sum(map(len, packet.to_places)) > _TO_PLACES:
        raise PacketRefused("exchange.field_too_long", field="ToPlaces", limit=_TO_PLACES)
    for amount in (packet.other_info.promulgation_amount, packet.other_info.page_amount):
        if amount is not None and not 0 <= amount <= _AMOUNT:
            raise PacketRefused("exchange.unfit_amount", amount=amount, limit=_AMOUNT)
    for attachment in packet.attachments:
        _check_attachment(attachment, limits)
    if packet.business is not None:
        _check_business(packet.business)


def check_status(packet: StatusPacket) -> None:
    """Require what a status must say (exchange b.2, c).

    Raises:
        PacketRefused: Something is missing.
    """
    _check_organ_id(packet.from_.organ_id, "From/OrganId")
    _check_organ_id(packet.response_for.organ_id, "ResponseFor/OrganId")
    _require(packet.response_for.document_id, "ResponseFor/DocumentId")
    _require(packet.timestamp, "Timestamp")
    if not _STATUS_CODE.fullmatch(packet.status_code):
        raise PacketRefused("exchange.missing_field", field="StatusCode")
    if packet.status in NEEDS_REASON:
        _require(packet.description, "Description")


def _check_business(business: Business) -> None:
    if (business.update is not None) != (business.type is BusinessType.UPDATE):
        raise PacketRefused("exchange.unfit_business", field="BussinessDocumentInfo")
    if bool(business.replacements) != (business.type is BusinessType.REPLACEMENT):
        raise PacketRefused("exchange.unfit_business", field="ReplacementInfoList")
    for receiver in business.update.receivers if business.update else ():
        _check_organ_id(receiver.organ_id, "Receiver/OrganId")
    for replaced in business.replacements:
        _require(replaced.document_id, "ReplacementInfo/DocumentId")
        for code in replaced.organ_ids:
            _check_organ_id(code, "ReplacementInfo/OrganId")


def _check_attachment(attachment: Attachment, limits: Limits) -> None:
    name = attachment.name
    _require(bare_id(attachment.content_id), "Attachment/ContentId")
    if safe_name(name) != name:
        raise PacketRefused("exchange.unfit_name", name=name)
    if not attachment.data:
        raise PacketRefused("exchange.empty_attachment", name=name)
    if unpack(name, attachment.data, limits) != attachment.data:
        raise PacketRefused("exchange.misnamed_archive", name=name)


def _require(value: object, where: str) -> None:
    if not (value.strip() if isinstance(value, str) else value):
        raise PacketRefused("exchange.missing_field", field=where)


def _check_organ_id(code: str, where: str) -> None:
    _require(code, where)
    if not is_sendable(code):
        raise PacketRefused("exchange.unfit_organ_id", field=where, organ=code)


def _check_unique(error: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise PacketRefused(error, id=key)
        seen.add(key)
