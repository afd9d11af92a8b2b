from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

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
)
from kernel.clock import VIETNAM

SAMPLES = Path(__file__).parents[2] / "data" / "exchange"

PDF = (
    b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)

SENDER = Organ(
    organ_id="H13.01",
    name="Sở A thành phố X",
    in_charge="UBND thành phố X",
    address="Số 1 đường A",
    email="so-a@example.vn",
    telephone="02930000001",
    fax="02930000002",
    website="a.example.vn",
)
RECEIVER = Organ(
    organ_id="G09.01",
    name="Cục B",
    in_charge="Bộ Y",
    address="Số 2 đường B",
    email="cuc-b@example.vn",
    telephone="02430000001",
    website="b.example.vn",
)
CLERKS = Staff(
    department="Văn thư", staff="Trần Thị B", email="vanthu@example.vn", mobile="0900000000"
)


@pytest.fixture(scope="session")
def sample() -> Callable[[str], bytes]:
    """Give the bytes of a sample by its path."""
    return lambda name: (SAMPLES / name).read_bytes()


@pytest.fixture
def changed(sample) -> Callable[[str, str], bytes]:
    """Give the baseline packet with one passage replaced."""

    def change(old: str, new: str) -> bytes:
        text = sample("variants/v01_baseline.edxml").decode()
        assert old in text
        return text.replace(old, new).encode()

    return change


@pytest.fixture
def document() -> DocumentPacket:
    """The document that the common library was given when it wrote the samples."""
    return DocumentPacket(
        from_=SENDER,
        to=(RECEIVER, Organ("000.00.00.H41", "UBND tỉnh C", email="c@example.vn")),
        document_id="H13.01,2026/03/02,123/UBND-KSTT",
        code_number="123",
        code_notation="UBND-KSTT",
        place="Cần Thơ",
        promulgation_date=date(2026, 3, 2),
        document_type=DocumentType(type_name="Công văn", type=2, type_detail=0),
        subject="V/v thử nghiệm liên thông",
        content="Nội dung thử nghiệm",
        signer=SignerInfo("KT. CHỦ TỊCH", "Phó Chủ tịch", "Nguyễn Văn A"),
        due_date=date(2026, 3, 20),
        priority=Priority.URGENT,
        other_info=OtherInfo("Liên thông văn bản", "NVB", 5, 3, ("Phụ lục I", "Phụ lục II")),
        to_places=("Như trên", "Lưu: VT"),
        business=Business(reason="Văn bản điện tử mới", staff=CLERKS),
        trace=(TraceHeader("H13.01", datetime(2026, 3, 2, 9, 15, 30, tzinfo=VIETNAM)),),
        attachments=(
            Attachment("att-1", "quyet-dinh.pdf", "application/pdf", PDF, "Tệp quyet-dinh.pdf"),
        ),
    )


@pytest.fixture
def status() -> StatusPacket:
    """The status that the common library was given when it wrote the samples."""
    return StatusPacket(
        from_=RECEIVER,
        response_for=ResponseFor(
            organ_id="H13.01",
            code="123/UBND-KSTT",
            document_id="H13.01,2026/03/02,123/UBND-KSTT",
            promulgation_date=date(2026, 3, 2),
        ),
        staff=CLERKS,
        status_code="03",
        description="Trạng thái 03",
        timestamp=datetime(2026, 3, 2, 10, 0, tzinfo=VIETNAM),
    )


@pytest.fixture
def recall_status(status) -> StatusPacket:
    """A status 13, which goes the other way."""
    return replace(
        status,
        from_=SENDER,
        response_for=replace(status.response_for, organ_id="G09.01"),
        status_code="13",
        description="Trạng thái 13",
    )
