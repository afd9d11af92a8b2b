"""The groups of a packet's header that have parts of their own."""

from exchange.fields import Fields, required
from exchange.findings import PacketRefused
from exchange.markup import Element, child, children, is_empty
from exchange.packet import (
    Business,
    BusinessType,
    Organ,
    Receiver,
    Replacement,
    ResponseFor,
    Staff,
    TraceHeader,
    Update,
)


def sender(fields: Fields, message: Element) -> Organ:
    """Read who sends.

    Raises:
        PacketRefused: It has no code.
    """
    organ = _organ(fields, child(message, "From"))
    required(organ.organ_id, "From/OrganId")
    return organ


def receivers(fields: Fields, message: Element) -> tuple[Organ, ...]:
    """Read who receives; one without a code is kept, as another may be us.

    Raises:
        PacketRefused: None has a code.
    """
    organs = tuple(_organ(fields, element) for element in children(message, "To"))
    required("".join(organ.organ_id for organ in organs), "To/OrganId")
    return organs


def _organ(fields: Fields, element: Element | None) -> Organ:
    return Organ(
        organ_id=fields.organ_id(element),
        name=fields.text(element, "OrganName"),
        in_charge=fields.text(element, "OrganizationInCharge"),
        address=fields.text(element, "OrganAdd"),
        email=fields.text(element, "Email"),
        telephone=fields.text(element, "Telephone"),
        fax=fields.text(element, "Fax"),
        website=fields.text(element, "Website"),
    )


def response_for(fields: Fields, element: Element | None) -> ResponseFor:
    """Read which document is answered."""
    return ResponseFor(
        organ_id=fields.organ_id(element),
        code=fields.text(element, "Code"),
        document_id=fields.document_id(element),
        promulgation_date=fields.date(element, "PromulgationDate"),
    )


def staff(fields: Fields, element: Element | None) -> Staff:
    """Read who handles it."""
    return Staff(
        department=fields.text(element, "Department"),
        staff=fields.text(element, "Staff"),
        email=fields.text(element, "Email"),
        mobile=fields.text(element, "Mobile"),
    )


def trace(fields: Fields, trace_list: Element | None) -> tuple[TraceHeader, ...]:
    """Read the stations on the way; hubs leave some without a code."""
    return tuple(
        TraceHeader(fields.organ_id(element), fields.moment(element, "Timestamp"))
        for element in children(trace_list, "TraceHeader")
        if not is_empty(element)
    )


def business(fields: Fields, trace_list: Element | None) -> Business | None:
    """Read what is wanted, in the standard's spelling ``Bussiness`` or in the dictionary's.

    Raises:
        PacketRefused: Something is wanted, but not what; guessing could undo a recall.
    """
    for spelling in ("Bussiness", "Business"):
        group = child(trace_list, spelling)
        if group is not None and not is_empty(group):
            return _business(fields, group)
    return None


def _business(fields: Fields, group: Element) -> Business:
    written = _either(fields, group, "DocType")
    required(written, "Bussiness/BussinessDocType")
    number = written.lstrip("0") or "0"
    kind = next((kind for kind in BusinessType if str(kind.value) == number), None)
    if kind is None:
        raise PacketRefused("exchange.unknown_business", type=written[:20])
    return Business(
        type=kind,
        reason=_either(fields, group, "DocReason"),
        document_id=fields.document_id(group),
        paper=fields.flag(group, "Paper"),
        update=_update(fields, group),
        replacements=_replacements(fields, group),
        staff=staff(fields, child(group, "StaffInfo")),
    )


def _either(fields: Fields, group: Element, name: str) -> str:
    return fields.text(group, f"Bussiness{name}") or fields.text(group, f"Business{name}")


def _update(fields: Fields, group: Element) -> Update | None:
    for spelling in ("BussinessDocumentInfo", "BusinessDocumentInfo"):
        info = child(group, spelling)
        if info is not None and not is_empty(info):
            return Update(
                information=fields.flag(info, "DocumentInfo"),
                receiver_list=fields.flag(info, "DocumentReceiver"),
                receivers=tuple(
                    _receiver(fields, element)
                    for element in children(info, "ReceiverList", "Receiver")
                    if not is_empty(element)
                ),
            )
    return None


def _receiver(fields: Fields, element: Element) -> Receiver:
    kind = fields.text(element, "ReceiverType")
    if kind not in {"0", "1"}:
        raise PacketRefused("exchange.unknown_business", type=f"ReceiverType {kind[:20]}")
    return Receiver(required(fields.organ_id(element), "Receiver/OrganId"), added=kind == "1")


def _replacements(fields: Fields, group: Element) -> tuple[Replacement, ...]:
    return tuple(
        Replacement(
            document_id=fields.document_id(element),
            organ_ids=fields.texts(element, "OrganIdList", "OrganId"),
        )
        for element in children(group, "ReplacementInfoList", "ReplacementInfo")
        if not is_empty(element)
    )
