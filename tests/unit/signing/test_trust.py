import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from kernel.errors import Refused
from signing.trust import CertificateStatus, Trust, certificate_status
from signing.validate import validate
from signing.verdict import CertificateTrust, Conclusion
from tests.unit.signing.desk import Desk


def test_a_certificate_in_force_is_good(desk: Desk) -> None:
    status = certificate_status(desk.leader.certificate, (), desk.now, desk.trust)

    assert status is CertificateStatus.GOOD


@pytest.mark.parametrize(
    ("key_id", "status"),
    [("het-han", CertificateStatus.EXPIRED), ("thu-hoi", CertificateStatus.REVOKED)],
)
def test_a_certificate_no_longer_in_force_is_told_apart(
    desk: Desk, key_id: str, status: CertificateStatus
) -> None:
    certificate = desk.issued.people[key_id]

    assert certificate_status(certificate, (), desk.now, desk.trust) is status


def test_a_certificate_is_not_good_before_its_first_day(desk: Desk) -> None:
    before = desk.now - timedelta(days=400)

    status = certificate_status(desk.leader.certificate, (), before, desk.trust)

    assert status is CertificateStatus.NOT_YET_VALID


def test_a_revoked_certificate_was_good_before_it_was_revoked(desk: Desk) -> None:
    before = desk.now - timedelta(days=200)

    status = certificate_status(desk.issued.people["thu-hoi"], (), before, desk.trust)

    assert status is CertificateStatus.GOOD


def test_nobody_is_trusted_without_an_anchor(desk: Desk) -> None:
    nobody = Trust((), desk.trust.intermediates, desk.trust.crls, "none")

    status = certificate_status(desk.leader.certificate, (), desk.now, nobody)

    assert status is CertificateStatus.UNTRUSTED


def test_revocation_is_unknown_without_a_list(desk: Desk, sealed: bytes) -> None:
    without = Trust(desk.trust.anchors, desk.trust.intermediates, (), "without lists")

    status = certificate_status(desk.leader.certificate, (), desk.now, without)
    verdict = validate(sealed, without, at=desk.now, expected=desk.expected())

    assert status is CertificateStatus.UNKNOWN
    assert verdict.trust is CertificateTrust.UNKNOWN
    assert verdict.conclusion is Conclusion.INDETERMINATE


def test_revocation_is_unknown_when_the_lists_are_out_of_date(desk: Desk, sealed: bytes) -> None:
    later = desk.now + timedelta(days=45)

    verdict = desk.verdict(sealed, at=later)

    assert verdict.trust is CertificateTrust.UNKNOWN
    assert verdict.conclusion is Conclusion.INDETERMINATE
    codes = {finding.code for s in verdict.signatures for finding in s.findings}
    assert codes == {"signing.finding.certificate_unknown"}


def test_the_version_changes_with_the_contents(desk: Desk, tmp_path: Path) -> None:
    copy = tmp_path / "trust"
    shutil.copytree(desk.folder / "trust", copy)
    before = Trust.load(copy).version
    (copy / "crls" / "issuing.crl").unlink()

    after = Trust.load(copy).version

    assert before == desk.trust.version
    assert after != before


def test_an_empty_folder_trusts_nobody(desk: Desk, tmp_path: Path) -> None:
    nobody = Trust.load(tmp_path)

    status = certificate_status(desk.leader.certificate, (), desk.now, nobody)

    assert status is CertificateStatus.UNTRUSTED


@pytest.mark.parametrize("name", ["anchors/root.pem", "crls/issuing.crl"])
def test_a_damaged_file_of_the_trust_list_is_named(desk: Desk, tmp_path: Path, name: str) -> None:
    copy = tmp_path / "trust"
    shutil.copytree(desk.folder / "trust", copy)
    (copy / name).write_bytes(b"hong")

    with pytest.raises(Refused) as refused:
        Trust.load(copy)

    assert refused.value.code == "signing.unreadable_trust"
    assert refused.value.facts == {"file": Path(name).name}


def test_something_else_is_no_certificate(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        certificate_status(b"chi la chu", (), desk.now, desk.trust)

    assert refused.value.code == "signing.unreadable_certificate"
