import json

import pytest

from kernel.words import sentence
from signing.examination import Trouble
from signing.trust import CertificateStatus
from signing.verdict import (
    CertificateTrust,
    Conclusion,
    Integrity,
    Modifications,
    Timestamp,
    Verdict,
    concluded,
    worst,
)
from tests.unit.signing.desk import Desk


def test_a_verdict_survives_being_kept_as_json(desk: Desk, sealed: bytes) -> None:
    verdict = desk.verdict(sealed + b"x")

    kept = json.loads(json.dumps(verdict.to_json()))

    assert Verdict.from_json(kept) == verdict


def test_the_worst_answer_counts() -> None:
    assert worst(Integrity.INTACT, Integrity.BROKEN, Integrity.UNKNOWN) is Integrity.BROKEN
    assert worst(Timestamp.VALID, Timestamp.NONE) is Timestamp.NONE


@pytest.mark.parametrize(
    ("answer", "conclusion"),
    [
        (Integrity.BROKEN, Conclusion.TOTAL_FAILED),
        (Modifications.FORBIDDEN, Conclusion.TOTAL_FAILED),
        (Timestamp.INVALID, Conclusion.TOTAL_FAILED),
        (Integrity.UNKNOWN, Conclusion.INDETERMINATE),
        (Modifications.UNKNOWN, Conclusion.INDETERMINATE),
        (CertificateTrust.UNKNOWN, Conclusion.INDETERMINATE),
        (CertificateTrust.UNTRUSTED, Conclusion.INDETERMINATE),
        (Timestamp.UNKNOWN, Conclusion.INDETERMINATE),
        (Modifications.PERMITTED, Conclusion.TOTAL_PASSED),
        (Timestamp.NONE, Conclusion.TOTAL_PASSED),
    ],
)
def test_one_answer_decides_when_all_others_are_good(
    answer: Integrity | Modifications | CertificateTrust | Timestamp, conclusion: Conclusion
) -> None:
    good = {Integrity.INTACT, Modifications.NONE, CertificateTrust.TRUSTED, Timestamp.VALID}

    assert concluded({*good, answer}) is conclusion


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_every_finding_has_its_sentence(locale: str) -> None:
    statuses = set(CertificateStatus) - {CertificateStatus.GOOD}
    codes = {
        *(trouble.value for trouble in Trouble),
        *(f"certificate_{status.value.lower()}" for status in statuses),
        "hybrid_structure",
        "irregular_structure",
        "shared_signature",
        "partial_coverage",
        "trailing_bytes",
        "changes_unknown",
        "forbidden_changes",
        "invalid_timestamp",
        "untrusted_timestamp",
        "weak_algorithm",
        "no_signed_attributes",
        "broken_signature",
        "unregistered_certificate",
        "wrong_order",
    }

    for code in codes:
        assert sentence(f"signing.finding.{code}", locale)
    assert "AgencySeal" in sentence("signing.finding.repeated_field", locale, field="AgencySeal")
    assert "AgencySeal" in sentence("signing.finding.missing_signature", locale, field="AgencySeal")
    assert "Ghi chú" in sentence("signing.finding.other_fields_filled", locale, fields="Ghi chú")
