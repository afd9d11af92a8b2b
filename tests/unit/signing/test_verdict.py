import json

import pytest

from signing.checking.verdict import (
    CertificateTrust,
    Conclusion,
    Integrity,
    Level,
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


NEW = ("conclusion", "sub_indication", "level", "issuer_name", "changed_fields", "proven_at")


def test_a_verdict_kept_before_levels_were_told_can_still_be_read(
    desk: Desk, sealed: bytes
) -> None:
    kept = desk.verdict(sealed).to_json()
    for signature in kept["signatures"]:
        for name in NEW:
            del signature[name]

    read = Verdict.from_json(kept)

    assert read.conclusion is Conclusion.TOTAL_PASSED
    assert read.level is Level.NONE


def test_the_level_of_a_document_is_that_of_its_weakest_signature(
    desk: Desk, sealed: bytes
) -> None:
    assert desk.verdict(sealed).level is Level.B_B
    assert desk.verdict(b"").level is Level.NONE
