import asyncio
import shutil
from datetime import timedelta
from pathlib import Path
from timeit import timeit

import pytest
from asn1crypto import x509
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig

from kernel.errors import Refused
from signing.checking.validate import validate
from signing.checking.verdict import CertificateTrust, Conclusion
from signing.trusting.revocation import RevocationMaterial
from signing.trusting.trust import (
    CertificateStatus,
    Trust,
    Usage,
    assessment_of,
    certificate_status,
    status_of,
)
from tests.unit.signing.authority import DAY, NOW, Authority, revoked
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


def test_what_a_document_brings_along_is_asked_as_well(desk: Desk) -> None:
    without = Trust(desk.trust.anchors, desk.trust.intermediates, (), "without lists")
    brought = RevocationMaterial(tuple(one.der for one in desk.trust.crls))

    good = certificate_status(desk.leader.certificate, (), desk.now, without, brought)
    revoked = certificate_status(desk.issued.people["thu-hoi"], (), desk.now, without, brought)

    assert good is CertificateStatus.GOOD
    assert revoked is CertificateStatus.REVOKED


def test_an_assessment_names_the_path_and_what_each_certificate_of_it_rests_on(desk: Desk) -> None:
    assessment = assessment_of(desk.leader.certificate, (), desk.now, desk.trust)

    assert assessment.path[0].subject.native["common_name"] == "Nguyễn Văn Đức"
    assert assessment.path[-1] in desk.trust.anchors
    lists = {one.sha256: one.issuer for one in desk.trust.crls}
    assert [lists[told.source] for told in assessment.told] == [
        one.issuer.hashable for one in assessment.path[:-1]
    ]


def test_a_certificate_for_time_stamps_is_none_for_documents(desk: Desk) -> None:
    keys = CertomancerConfig.from_file(str(desk.folder / "ca" / "certomancer.json"))
    stamping = keys.get_pki_arch(ArchLabel("test")).get_cert(CertLabel("time-stamping"))
    leader = x509.Certificate.load(desk.leader.certificate)

    def status(certificate: x509.Certificate, usage: Usage) -> CertificateStatus:
        return asyncio.run(status_of(certificate, (), desk.now, desk.trust, usage=usage))

    assert status(stamping, Usage.TIME_STAMPS) is CertificateStatus.GOOD
    assert status(stamping, Usage.DOCUMENTS) is CertificateStatus.UNTRUSTED
    assert status(leader, Usage.TIME_STAMPS) is CertificateStatus.UNTRUSTED
    assert status(leader, Usage.DOCUMENTS) is CertificateStatus.GOOD


def test_an_authority_that_issued_nothing_of_it_makes_no_path(desk: Desk) -> None:
    stranger = Authority("Cơ quan lạ")
    forged = stranger.person("Nguyễn Văn Đức")

    status = certificate_status(forged.der, (stranger.own.der,), NOW, desk.trust)

    assert status is CertificateStatus.UNTRUSTED


def test_a_person_is_no_authority() -> None:
    root = Authority("Gốc")
    clerk = Authority("Văn thư", root)
    clerk.own = root.person("Văn thư")
    forged = clerk.person("Chủ tịch")
    trust = Trust((root.own.parsed,), (), (), "test")

    status = certificate_status(forged.der, (clerk.own.der,), NOW, trust)

    assert status is CertificateStatus.UNTRUSTED


def test_a_revoked_authority_takes_its_certificates_with_it() -> None:
    root = Authority("Gốc")
    issuing = Authority("Cấp", root)
    person = issuing.person()
    lists = RevocationMaterial((root.list_of(revoked(issuing.own.serial)), issuing.list_of()))
    trust = Trust((root.own.parsed,), (issuing.own.parsed,), (), "test")

    assert certificate_status(person.der, (), NOW, trust, lists) is CertificateStatus.REVOKED
    before = NOW - 11 * DAY
    assert certificate_status(person.der, (), before, trust, lists) is CertificateStatus.GOOD


def test_a_list_signed_with_the_next_key_of_the_same_authority_counts() -> None:
    old, new = Authority("Ban Cơ yếu"), Authority("Ban Cơ yếu")
    person = old.person()
    lists = RevocationMaterial((new.list_of(revoked(person.serial)),))
    both = Trust((old.own.parsed, new.own.parsed), (), (), "test")
    one = Trust((old.own.parsed,), (), (), "test")

    assert certificate_status(person.der, (), NOW, both, lists) is CertificateStatus.REVOKED
    assert certificate_status(person.der, (), NOW, one, lists) is CertificateStatus.UNKNOWN


def test_a_certificate_is_judged_in_under_two_milliseconds(desk: Desk) -> None:
    certificate_status(desk.leader.certificate, (), desk.now, desk.trust)

    took = min(
        timeit(
            lambda: certificate_status(desk.leader.certificate, (), desk.now, desk.trust), number=1
        )
        for _ in range(50)
    )

    assert took < 0.002


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


def test_a_folder_whose_files_vanish_while_it_is_read_is_told_and_read_once_they_rest(
    desk: Desk, tmp_path: Path
) -> None:
    copy = tmp_path / "trust"
    shutil.copytree(desk.folder / "trust", copy)
    (copy / "crls" / "old.crl").symlink_to(copy / "gone")  # listed, and not there any more

    with pytest.raises(Refused) as refused:
        Trust.load(copy)
    assert refused.value.code == "signing.unreadable_trust"

    (copy / "crls" / "old.crl").unlink()
    assert Trust.load(copy).version == desk.trust.version


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
