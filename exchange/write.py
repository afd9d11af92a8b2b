"""From data to the bytes of a packet, in the very form that the common library writes.

Receivers' programs were all tried against that library: its prefixes, its order of elements, its
line ends and indents. Two things it does are left out: the copied packet signature, which proves
nothing, and its one label for every file in the manifest, which is wrong (exchange a.6, a.7).
"""

import base64
from collections.abc import Iterable
from datetime import date

from exchange.attachments import content_type
from exchange.checks import check_document, check_status
from exchange.dates import write_date, write_moment
from exchange.elements import Part, add, add_encoded, add_group, new_root, to_bytes
from exchange.findings import PacketRefused
from exchange.limits import STANDARD, Limits
from exchange.manifest import MARK, bare_id
from exchange.markup import Element
from exchange.packet import (
    Attachment,
    Business,
    DocumentPacket,
    Organ,
    OtherInfo,
    Priority,
    ResponseFor,
    Staff,
    StatusPacket,
    TraceHeader,
    Update,
)


def write_document(packet: DocumentPacket, limits: Limits = STANDARD) -> bytes:
    """Write a document packet.

    Raises:
        PacketRefused: A field is missing or does not fit, or a file cannot travel under its name.
    """
    check_document(packet, limits)
    root, envelope = new_root()
    header = add_group(envelope, "edXMLHeader")
    add(header, ("MessageHeader", _document_parts(packet)))
    add(header, ("TraceHeaderList", [*_business(packet.business), *_trace(packet.trace)]))
    if packet.attachments:
        _add_attachments(root, envelope, packet.attachments)
    data = to_bytes(root)
    if len(data) > limits.packet_bytes:
        raise PacketRefused("exchange.too_large", limit=limits.packet_bytes // 1024**2)
    return data


def write_status(packet: StatusPacket) -> bytes:
    """Write a status packet (exchange b.2).

    Raises:
        PacketRefused: A field is missing or does not fit.
    """
    check_status(packet)
    root, envelope = new_root()
    header = add_group(envelope, "edXMLHeader")
    add(
        header,
        (
            "MessageHeader",
            [
                _organ("From", packet.from_),
                _response_for(packet.response_for),
                _staff(packet.staff),
                ("StatusCode", packet.status_code),
                ("Description", packet.description),
                ("Timestamp", write_moment(packet.timestamp) if packet.timestamp else ""),
            ],
        ),
    )
    return to_bytes(root)


def _document_parts(packet: DocumentPacket) -> list[Part]:
    kind, signer = packet.document_type, packet.signer
    return [
        _organ("From", packet.from_),
        *(_organ("To", organ) for organ in packet.to),
        ("DocumentId", packet.document_id),
        ("Code", [("CodeNumber", packet.code_number), ("CodeNotation", packet.code_notation)]),
        (
            "PromulgationInfo",
            [("Place", packet.place), ("PromulgationDate", _day(packet.promulgation_date))],
        ),
        (
            "DocumentType",
            [
                ("Type", _number(kind.type)),
                ("TypeDetail", _number(kind.type_detail)),
                ("TypeName", kind.type_name),
            ],
        ),
        ("Subject", packet.subject),
        ("Content", packet.content),
        (
            "SignerInfo",
            [
                ("Competence", signer.competence),
                ("Position", signer.position),
                ("FullName", signer.full_name),
            ],
        ),
        ("DueDate", _day(packet.due_date)),
        *_other_info(packet.other_info, packet.priority),
        *(_response_for(answered) for answered in packet.response_for),
        ("SteeringType", _number(packet.steering_type)),
        ("ToPlaces", [("Place", place) for place in packet.to_places]),
    ]


def _organ(name: str, organ: Organ) -> Part:
    return (
        name,
        [
            ("OrganId", organ.organ_id),
            ("OrganizationInCharge", organ.in_charge),
            ("OrganName", organ.name),
            ("OrganAdd", organ.address),
            ("Email", organ.email),
            ("Telephone", organ.telephone),
            ("Fax", organ.fax),
            ("Website", organ.website),
        ],
    )


def _other_info(info: OtherInfo, priority: Priority | None) -> list[Part]:
    if info == OtherInfo() and priority is None:
        return []
    parts: list[Part] = [
        ("Priority", _number(priority)),
        ("SphereOfPromulgation", info.sphere_of_promulgation),
        ("TyperNotation", info.typer_notation),
        ("PromulgationAmount", _number(info.promulgation_amount)),
        ("PageAmount", _number(info.page_amount)),
        ("Direction", "false"),  # the library always writes it, and nobody heeds it
        ("Appendixes", [("Appendix", appendix) for appendix in info.appendixes]),
    ]
    return [("OtherInfo", parts)]


def _response_for(answered: ResponseFor) -> Part:
    return (
        "ResponseFor",
        [
            ("OrganId", answered.organ_id),
            ("Code", answered.code),
            ("DocumentId", answered.document_id),
            ("PromulgationDate", _day(answered.promulgation_date)),
        ],
    )


def _business(business: Business | None) -> list[Part]:
    if business is None:
        return []
    parts: list[Part] = [
        ("DocumentId", business.document_id),
        ("BussinessDocType", _number(business.type)),
        ("BussinessDocReason", business.reason),
        ("Paper", _flag(business.paper)),
        *_update(business.update),
        (
            "ReplacementInfoList",
            [
                (
                    "ReplacementInfo",
                    [
                        ("DocumentId", replaced.document_id),
                        ("OrganIdList", [("OrganId", code) for code in replaced.organ_ids]),
                    ],
                )
                for replaced in business.replacements
            ],
        ),
        _staff(business.staff),
    ]
    return [("Bussiness", parts)]


def _update(update: Update | None) -> list[Part]:
    if update is None:
        return []
    receivers: list[Part] = [
        (
            "Receiver",
            [("OrganId", receiver.organ_id), ("ReceiverType", _flag(receiver.added))],
        )
        for receiver in update.receivers
    ]
    parts: list[Part] = [
        ("DocumentInfo", _flag(update.information)),
        ("DocumentReceiver", _flag(update.receiver_list)),
        ("ReceiverList", receivers),
    ]
    return [("BussinessDocumentInfo", parts)]


def _staff(staff: Staff) -> Part:
    return (
        "StaffInfo",
        [
            ("Department", staff.department),
            ("Staff", staff.staff),
            ("Email", staff.email),
            ("Mobile", staff.mobile),
        ],
    )


def _trace(trace: Iterable[TraceHeader]) -> list[Part]:
    return [
        (
            "TraceHeader",
            [
                ("OrganId", station.organ_id),
                ("Timestamp", write_moment(station.timestamp) if station.timestamp else ""),
            ],
        )
        for station in trace
    ]


def _add_attachments(root: Element, envelope: Element, attachments: Iterable[Attachment]) -> None:
    manifest = add_group(add_group(envelope, "edXMLBody"), "edXMLManifest", version="1.0")
    encoded = add_group(root, "AttachmentEncoded")
    for attachment in attachments:
        content_id = f"{MARK}{bare_id(attachment.content_id)}"
        label = content_type(attachment.name)
        parts: list[Part] = [
            ("ContentId", content_id),
            ("ContentType", label),
            ("Description", attachment.description),
            ("AttachmentName", attachment.name),
        ]
        add(manifest, ("Reference", parts))
        element = add_group(encoded, "Attachment")
        add(element, ("ContentId", content_id))
        add(element, ("AttachmentName", attachment.name))
        add(element, ("Description", attachment.description))
        add(element, ("ContentType", label))
        add_encoded(element, base64.b64encode(attachment.data).decode("ascii"))


def _number(number: int | None) -> str:
    return "" if number is None else str(int(number))


def _flag(yes: bool) -> str:  # noqa: FBT001 - it is what is written
    return "1" if yes else "0"


def _day(day: date | None) -> str:
    return write_date(day) if day else ""
