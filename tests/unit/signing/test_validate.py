"""Files of other makers, as published by two projects under the MIT licence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.checking.validate import validate
from signing.checking.verdict import (
    CertificateTrust,
    Conclusion,
    Integrity,
    Level,
    Modifications,
    Timestamp,
    Verdict,
)
from signing.lasting.material import Material
from signing.lasting.proof import add_document_timestamp, embed_validation_data, needs
from signing.trusting.trust import Trust
from tests.authority import LocalAuthority
from tests.office import HeldClock
from tests.unit.signing.desk import Desk

FILES = Path(__file__).parents[2] / "data" / "signing"
AT = datetime(2026, 11, 23, tzinfo=UTC)


def trust_in_itself(file: Path) -> Trust:
    """Trust the certificates a file brings along, to look at everything else."""
    with file.open("rb") as stream:
        signatures = PdfFileReader(stream, strict=False).embedded_signatures
        anchors = [c for s in signatures for c in (s.signer_cert, *s.other_embedded_certs)]
    return Trust(tuple(anchors), (), (), "in itself")


@pytest.mark.parametrize(
    ("name", "integrity", "modifications"),
    [
        (
            "pyhanko__minimal-two-fields-signed-twice",
            Integrity.INTACT,
            Modifications.PERMITTED,
        ),
        (
            "pyhanko__pades-lta-dss-indirect-arrs-test",
            Integrity.INTACT,
            Modifications.PERMITTED,
        ),
        ("endesive__examples__test-SHA256_RSA-signed-cms", Integrity.INTACT, Modifications.NONE),
        ("endesive__examples__test-signed-cms-hsm-Google", Integrity.INTACT, Modifications.NONE),
    ],
)
def test_a_good_file_of_another_maker_is_intact(
    name: str, integrity: Integrity, modifications: Modifications
) -> None:
    file = FILES / f"{name}.pdf"

    verdict = validate(file.read_bytes(), trust_in_itself(file), at=AT)

    assert verdict.integrity is integrity
    assert verdict.modifications is modifications
    assert verdict.conclusion is not Conclusion.TOTAL_FAILED


@pytest.mark.parametrize(
    ("name", "finding"),
    [
        ("pyhanko__coverage-anomalies__tail-uncovered", "partial_coverage"),
        ("pyhanko__pdf-sig-with-econtent", "malformed_signature"),
        ("pyhanko__ed448-disallowed-hash", "disagreeing_algorithms"),
        ("pyhanko__sig-no-signed-attrs", "no_signed_attributes"),
    ],
)
def test_a_bad_file_of_another_maker_does_not_pass(name: str, finding: str) -> None:
    file = FILES / f"{name}.pdf"

    verdict = validate(file.read_bytes(), trust_in_itself(file), at=AT)

    assert verdict.conclusion is not Conclusion.TOTAL_PASSED
    codes = {f.code for s in verdict.signatures for f in s.findings}
    assert f"signing.finding.{finding}" in codes


def test_an_archive_time_stamp_counts_as_proof_of_time() -> None:
    file = FILES / "pyhanko__pades-lta-dss-indirect-arrs-test.pdf"

    verdict = validate(file.read_bytes(), trust_in_itself(file), at=AT)

    assert verdict.timestamps is Timestamp.VALID
    assert verdict.conclusion is Conclusion.TOTAL_PASSED
    assert verdict.signatures[-1].role == "timestamp"


def test_nothing_is_changed_by_looking_twice(desk: Desk, sealed: bytes) -> None:
    assert desk.verdict(sealed) == desk.verdict(sealed)


def test_a_verdict_keeps_nothing_of_the_file_it_is_about() -> None:
    file = FILES / "pyhanko__minimal-two-fields-signed-twice.pdf"

    verdict = validate(file.read_bytes(), trust_in_itself(file), at=AT)

    assert {type(signature.field) for signature in verdict.signatures} == {str}


def test_what_the_file_brings_along_is_asked_where_our_own_lists_are_missing(
    desk: Desk, sealed: bytes
) -> None:
    clock = HeldClock(desk.now + timedelta(minutes=10))
    authority = LocalAuthority(desk.folder / "ca", desk.trust, clock)
    stamped = add_document_timestamp(sealed, authority)
    clock.pass_by(minutes=1)
    answers = authority.answers(needs(stamped, desk.trust, Material()))
    documented = embed_validation_data(stamped, desk.trust, answers)
    without_lists = replace(desk.trust, crls=())

    def check(pdf: bytes) -> Verdict:
        return validate(pdf, without_lists, at=desk.now + timedelta(minutes=20))

    assert check(stamped).trust is CertificateTrust.UNKNOWN
    assert check(stamped).conclusion is Conclusion.INDETERMINATE
    assert check(documented).trust is CertificateTrust.TRUSTED
    assert check(documented).level is Level.B_LT
