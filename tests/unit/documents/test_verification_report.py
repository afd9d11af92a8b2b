"""The printed report, read back as people see it."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image

from documents.typeset import Typesetter
from signing.checking.verdict import (
    CertificateTrust,
    Conclusion,
    Finding,
    Integrity,
    Level,
    Modifications,
    SignatureVerdict,
    Timestamp,
    Verdict,
)
from tests.unit.documents import reading
from workflow.office import ChangedPage
from workflow.verdicts import verdict_report

SIGNED_AT = datetime(2026, 11, 23, 3, 15, tzinfo=UTC)


def verdict(name: str = "Nguyễn Văn Đức") -> Verdict:
    signature = SignatureVerdict(
        field="SignerSignature",
        role="signer",
        signer_name=name,
        organisation="Ủy ban nhân dân tỉnh Cà Mau",
        fingerprint="ab" * 32,
        signed_at=SIGNED_AT,
        integrity=Integrity.INTACT,
        modifications=Modifications.PERMITTED,
        trust=CertificateTrust.UNKNOWN,
        timestamp=Timestamp.VALID,
        findings=(Finding("signing.finding.certificate_unknown", {}),),
        conclusion=Conclusion.INDETERMINATE,
        level=Level.B_T,
        issuer_name="CA phục vụ các cơ quan Nhà nước G2",
        proven_at=SIGNED_AT,
        changed_fields=("CodeNumber", "IssuedDate"),
    )
    return Verdict(
        signatures=(signature,),
        integrity=signature.integrity,
        modifications=signature.modifications,
        trust=signature.trust,
        timestamps=signature.timestamp,
        conclusion=signature.conclusion,
        findings=(),
        values={},
        checked_at=SIGNED_AT,
        trust_version="0123456789abcdef",
    )


def text_of(pdf: bytes) -> str:
    return " ".join(reading.text_of(pdf).split())


def test_the_report_tells_what_the_rules_ask_for(typesetter: Typesetter) -> None:
    facts = verdict_report.facts(verdict(), "cd" * 32, "quyết định.pdf")

    page = text_of(typesetter.verification_report(facts))

    for told in (
        "Chưa đủ căn cứ để kết luận",
        "Nguyễn Văn Đức, người có thẩm quyền, ký lúc 10:15 ngày 23/11/2026 (có dấu thời gian",
        "CA phục vụ các cơ quan Nhà nước G2",
        "Nguyên vẹn",
        "sau đó chỉ điền các ô được phép (số, ngày ban hành)",
        "Chưa xác định được độ tin cậy của chứng thư số",
        "B-T",
        "quyết định.pdf",
    ):
        assert told in page


def test_what_is_not_known_is_never_shown_as_no(typesetter: Typesetter) -> None:
    facts = verdict_report.facts(verdict(), "cd" * 32, "quyết định.pdf")

    page = text_of(typesetter.verification_report(facts))

    assert "CHƯA RÕ" in page
    assert "KHÔNG ĐẠT" not in page


@pytest.mark.parametrize(
    "name", ["王小明 và 李小红", "\u0e01\u0e02" * 40, '#import "x" *_$', "x" * 100_000, "\x00\x07"]
)
def test_a_strangers_name_never_stops_the_report(typesetter: Typesetter, name: str) -> None:
    facts = verdict_report.facts(verdict(name), "cd" * 32, f"{name}.pdf")

    page = text_of(typesetter.verification_report(facts))

    assert "PHIẾU KIỂM TRA CHỮ KÝ SỐ" in page


def test_the_report_shows_the_areas_that_were_changed(typesetter: Typesetter) -> None:
    png = BytesIO()
    Image.new("RGB", (60, 20), "red").save(png, "png")
    pictures = [ChangedPage("SignerSignature", 1, png.getvalue())]

    facts = verdict_report.facts(verdict(), "cd" * 32, "a.pdf", pictures=pictures)

    assert "Trang 2 (so với lúc ký ô SignerSignature)" in text_of(
        typesetter.verification_report(facts)
    )


def test_the_report_is_also_told_in_english(typesetter: Typesetter) -> None:
    facts = verdict_report.facts(verdict(), "cd" * 32, "a.pdf", "en")

    page = text_of(typesetter.verification_report(facts))

    assert "SIGNATURE VALIDATION REPORT" in page
    assert "Nguyễn Văn Đức" in page
    assert "Integrity" in page
