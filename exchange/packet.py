"""The packets of the national exchange as data: documents, and statuses about them.

Form A of QCVN 102:2016 (exchange a.1) in the order of its header. What a packet leaves out is an
empty text, an empty group, an empty tuple or None; the standard's own spelling errors and numbers
stay in ``read`` and ``write``.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum

from exchange.dates import write_date
from exchange.findings import Finding
from kernel.text import nfc


class Status(StrEnum):
    """How far the other side is with a document (exchange c)."""

    INBOX = "01"
    """Đã đến: stored and checked, văn thư has not acted."""
    REJECTION = "02"
    """Từ chối tiếp nhận, with the reason."""
    ACCEPTANCE = "03"
    """Đã tiếp nhận, vào sổ văn bản đến."""
    ASSIGNMENT = "04"
    """Phân công xử lý."""
    PROCESSING = "05"
    """Đang xử lý."""
    FINISH = "06"
    """Hoàn thành xử lý."""
    CANCELLATION = "13"
    """Lấy lại: the sender asks for its document back, with the reason."""
    CHANGE_ACCEPTANCE = "15"
    """Đồng ý cập nhật, thu hồi hoặc lấy lại."""
    CHANGE_REJECTION = "16"
    """Từ chối cập nhật, thu hồi hoặc lấy lại, with the reason."""


NEEDS_REASON = frozenset({Status.REJECTION, Status.CANCELLATION, Status.CHANGE_REJECTION})
"""Statuses whose description is the reason, and so may not be empty."""


class Priority(IntEnum):
    """Độ khẩn. There is none for độ mật: state secrets never go this way."""

    NORMAL = 0
    URGENT = 1
    """Khẩn."""
    VERY_URGENT = 2
    """Thượng khẩn."""
    EXPRESS = 3
    """Hỏa tốc."""
    EXPRESS_TIMED = 4
    """Hỏa tốc hẹn giờ."""


class BusinessType(IntEnum):
    """What a document packet wants of its receiver (exchange a.5)."""

    NEW = 0
    RECALL = 1
    """Thu hồi."""
    UPDATE = 2
    """Cập nhật."""
    REPLACEMENT = 3
    """Thay thế."""


@dataclass(frozen=True, slots=True)
class Organ:
    """An agency that sends or receives."""

    organ_id: str
    name: str = ""
    in_charge: str = ""
    """Cơ quan chủ quản trực tiếp."""
    address: str = ""
    email: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class DocumentType:
    """Loại văn bản; only the name means the same everywhere, the numbers conflict."""

    type_name: str = ""
    type: int | None = 2
    """1 văn bản quy phạm pháp luật, 2 văn bản hành chính; anything may be read."""
    type_detail: int | None = None


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """Who signed, as printed."""

    competence: str = ""
    """``KT. CHỦ TỊCH``."""
    position: str = ""
    full_name: str = ""


@dataclass(frozen=True, slots=True)
class OtherInfo:
    """What else the document shows."""

    sphere_of_promulgation: str = ""
    """Phạm vi lưu hành."""
    typer_notation: str = ""
    promulgation_amount: int | None = None
    page_amount: int | None = None
    appendixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResponseFor:
    """The document that is answered."""

    organ_id: str = ""
    """In a document: its issuer. In a status: the other side."""
    code: str = ""
    """``55/B-VP``."""
    document_id: str = ""
    promulgation_date: date | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    """Who handles it; give the office's address, not a person's."""

    department: str = ""
    staff: str = ""
    email: str = ""
    mobile: str = ""


@dataclass(frozen=True, slots=True)
class TraceHeader:
    """A station on the way; each hub adds its own."""

    organ_id: str = ""
    timestamp: datetime | None = None
    """Zone-aware."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver that an update adds, or takes away."""

    organ_id: str
    added: bool


@dataclass(frozen=True, slots=True)
class Update:
    """What an update changes."""

    information: bool
    """Information or files of the document."""
    receiver_list: bool
    receivers: tuple[Receiver, ...] = ()


@dataclass(frozen=True, slots=True)
class Replacement:
    """A document that is replaced, and who had received it."""

    document_id: str
    organ_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Business:
    """Nghiệp vụ. A packet without one brings a new document."""

    type: BusinessType = BusinessType.NEW
    reason: str = ""
    document_id: str = ""
    """The document concerned."""
    paper: bool = False
    """A paper copy follows."""
    update: Update | None = None
    """With UPDATE only."""
    replacements: tuple[Replacement, ...] = ()
    """With REPLACEMENT only."""
    staff: Staff = Staff()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the packet, unpacked."""

    content_id: str
    """Without ``cid:``; unique in the packet."""
    name: str
    """File name with extension, safe to show and to store."""
    content_type: str
    """By the name and what the file begins with, in reading and in writing; a sender's own label
    proves nothing."""
    data: bytes
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPacket:
    """A document on its way to other agencies."""

    from_: Organ
    to: tuple[Organ, ...]
    document_id: str
    """Opaque: compared whole, never taken apart."""
    code_number: str
    code_notation: str
    place: str = ""
    promulgation_date: date | None = None
    document_type: DocumentType = DocumentType()
    subject: str
    content: str = ""
    signer: SignerInfo = SignerInfo()
    due_date: date | None = None
    priority: Priority | None = None
    other_info: OtherInfo = OtherInfo()
    response_for: tuple[ResponseFor, ...] = ()
    steering_type: int = 0
    """0 none; 2 chỉ đạo, 3 báo cáo chỉ đạo."""
    to_places: tuple[str, ...] = ()
    """Nơi nhận as printed."""
    business: Business | None = None
    trace: tuple[TraceHeader, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    """In the manifest's order; the first PDF is the document itself."""
    signature_present: bool = False
    """A packet signature lies in the header. Nobody can check one (exchange a.6): it counts for
    nothing, and none is written."""
    findings: tuple[Finding, ...] = ()

    @property
    def business_type(self) -> BusinessType:
        """What the packet wants; none stated means a new document."""
        return self.business.type if self.business else BusinessType.NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPacket:
    """Word from the other side on a document."""

    from_: Organ
    response_for: ResponseFor = ResponseFor()
    staff: Staff = Staff()
    status_code: str
    """Two digits where the sender kept to the standard; unknown codes stay as they came."""
    description: str = ""
    timestamp: datetime | None = None
    """Zone-aware."""
    findings: tuple[Finding, ...] = ()

    @property
    def status(self) -> Status | None:
        """The status, where its code is a known one."""
        return next((status for status in Status if status == self.status_code), None)


def document_id(organ_id: str, issued: date, number: str, notation: str) -> str:
    """Make the identifier that a document keeps for life: ``H13.01,2026/03/02,123/UBND-KSTT``."""
    return nfc(f"{organ_id},{write_date(issued)},{number}/{notation}")  # exchange a.3
