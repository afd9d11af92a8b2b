"""What programs are told: a flat object of a fixed shape, each answer the worst of all."""

import json
from dataclasses import replace

import pytest

from signing.checking.verdict import Finding, Timestamp
from tests.unit.signing.desk import Desk, desk, reserved, sealed, signed
from workflow.verdicts import verdict_report, verdict_words

__all__ = ["desk", "sealed", "signed"]

KEYS = [
    *("file", "signatures", "integrity", "modifications", "trust"),
    *("timestamps", "level", "conclusion", "findings"),
]


def test_the_summary_has_its_fixed_shape_and_is_json(desk: Desk, sealed: bytes) -> None:
    told = verdict_words.summary("a.pdf", desk.verdict(sealed))

    again = json.loads(json.dumps(told))
    assert list(again) == KEYS
    assert again["signatures"] == 2
    assert again["modifications"] == "PERMITTED"


def test_of_an_unsigned_file_nothing_is_claimed(desk: Desk) -> None:
    told = verdict_words.summary("a.pdf", desk.verdict(reserved(), expecting=False))

    assert told["conclusion"] == "NOT_SIGNED"
    assert told["timestamps"] == "NONE"
    assert {told["integrity"], told["modifications"], told["trust"]} == {"UNKNOWN"}


def test_a_finding_of_two_signatures_is_told_once(desk: Desk, sealed: bytes) -> None:
    found = Finding("signing.finding.certificate_unknown", {})
    verdict = desk.verdict(sealed)
    both = replace(
        verdict, signatures=tuple(replace(s, findings=(found,)) for s in verdict.signatures)
    )

    told = verdict_words.summary("a.pdf", both)["findings"]

    assert [one["code"] for one in told] == [found.code]


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_each_signature_is_told_with_what_the_rules_ask_for(
    desk: Desk, sealed: bytes, locale: str
) -> None:
    first, second = verdict_words.details(desk.verdict(sealed), locale)

    assert (first["role"], second["role"]) == ("signer", "agency")
    for told in (first, second):
        for name in ("signer", "issuer", "signed_at", "integrity", "trust", "sentence"):
            assert told[name]


def test_a_finding_without_a_sentence_is_told_by_its_code() -> None:
    assert verdict_words.message(Finding("signing.finding.long_gone", {})) == (
        "signing.finding.long_gone"
    )


def test_no_time_stamp_is_not_shown_as_a_good_answer_and_no_change_is() -> None:
    """Both are called NONE, and only one of them is good news."""
    assert verdict_report.state_of(Timestamp.NONE) == "unknown"
    assert verdict_report.state_of(Timestamp.VALID) == "good"
