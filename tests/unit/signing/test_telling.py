"""What a clerk reads about a signature."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from kernel.words import catalogue
from signing.checking.container import Flaw
from signing.checking.opening import Trouble
from signing.checking.telling import document_told, signature_told
from signing.lasting.proof import add_document_timestamp
from signing.making.fields import CODE_NUMBER
from signing.trusting.trust import CertificateStatus
from tests.attack import forgery
from tests.authority import LocalAuthority
from tests.office import HeldClock
from tests.unit.signing.desk import Desk, typeset

SIGNING = Path(__file__).parents[3] / "signing" / "checking"
STATUSES = [status.value.lower() for status in CertificateStatus if status != "GOOD"]


def test_a_good_signature_is_told_in_one_sentence(desk: Desk, sealed: bytes) -> None:
    leader, agency = desk.verdict(sealed).signatures

    told = signature_told(leader)

    assert told.startswith("Nguyễn Văn Đức, người có thẩm quyền, ký lúc ")
    assert "sau đó chỉ điền các ô được phép" in told
    assert told.endswith("chữ ký hợp lệ.")
    assert "sau đó văn bản không thay đổi" in signature_told(agency)


def test_a_forged_number_is_told_with_what_to_do(desk: Desk, sealed: bytes) -> None:
    verdict = desk.verdict(forgery.change_value(sealed, CODE_NUMBER, "999"))

    assert "chữ ký không hợp lệ" in signature_told(verdict.signatures[1])
    assert document_told(verdict).startswith("Văn bản không hợp lệ.")


def test_what_could_not_be_established_is_never_told_as_invalid(desk: Desk, sealed: bytes) -> None:
    verdict = desk.verdict(sealed, at=desk.now.replace(year=desk.now.year + 1))

    told = [signature_told(signature) for signature in verdict.signatures]

    assert all("chưa đủ căn cứ để kết luận" in sentence for sentence in told)
    assert not any("không hợp lệ" in sentence for sentence in told)


def test_an_unsigned_document_is_told_as_such(desk: Desk) -> None:
    verdict = desk.verdict(typeset(), expecting=False)

    assert document_told(verdict) == "Văn bản chưa có chữ ký số nào."
    assert document_told(verdict, "en") == "The document bears no digital signature."


def codes() -> set[str]:
    """Every code the rules can give, read from their text."""
    text = "".join(
        file.read_text(encoding="utf-8")
        for file in (
            *SIGNING.glob("rules/*.py"),
            SIGNING / "lint.py",
            SIGNING / "latent.py",
            SIGNING / "validate.py",
            SIGNING / "comparison.py",
        )
    )
    named = set(re.findall(r"(?:Objection|_broken)\(\s*\"([a-z_]+)\"", text))
    linted = set(re.findall(r"yield \"([a-z_]+)\"", text))
    enumerated = {member.value for kind in (Trouble, Flaw) for member in kind}
    by_status = {f"certificate_{s}" for s in STATUSES} | {f"{s}_timestamp" for s in STATUSES}
    return named | linted | enumerated | by_status


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_every_finding_has_its_sentence(locale: str) -> None:
    told = {code.removeprefix("signing.finding.") for code in catalogue(locale)}

    assert len(codes()) > 40
    assert codes() <= told


def test_a_time_that_only_a_later_time_stamp_proves_is_told_so(desk: Desk, sealed: bytes) -> None:
    then = desk.now - timedelta(days=10)
    authority = LocalAuthority(desk.folder / "ca", desk.trust, HeldClock(then))
    stamped = add_document_timestamp(sealed, authority)

    verdict = desk.verdict(stamped)

    leader, _, stamp = verdict.signatures
    assert leader.proven_at == then
    assert leader.signed_at == desk.now
    assert "theo người ký khai; dấu thời gian chứng minh đã có trước" in signature_told(leader)
    assert "cấp dấu thời gian" in signature_told(stamp)
    told = document_told(verdict)
    assert told == "Văn bản có 2 chữ ký số và 1 dấu thời gian, tất cả đều hợp lệ."
