"""A file is checked once a day for one question; anything else is a new question."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from signing.checking.verdict import Conclusion, ExpectedSignature, Verdict
from signing.making.fields import AGENCY_SEAL
from signing.trusting.trust import Trust
from tests.office import Desks
from tests.unit.signing.desk import reserved
from wiring.checking import not_checked
from workflow.models import KeptVerdict
from workflow.office import Check, Office
from workflow.verdicts import kept_verdicts

SEAL = ExpectedSignature(AGENCY_SEAL, frozenset({"ab" * 32}), "agency")


@dataclass
class Counting:
    """The office's own check, and how often it was asked."""

    check: Check
    asked: int = field(default=0)

    def __call__(self, pdf: bytes, **how: Any) -> Verdict:
        self.asked += 1
        return self.check(pdf, **how)


@pytest.fixture
def counting(shared_desks: Desks) -> Counting:
    return Counting(shared_desks.office.check)


@pytest.fixture
def office(shared_desks: Desks, counting: Counting) -> Office:
    return replace(shared_desks.office, check=counting)  # type: ignore[arg-type]


@pytest.fixture
def file(office: Office) -> Iterator[str]:
    """A file without signatures; what was kept about it goes with the test."""
    sha256 = office.artifacts.put(reserved())
    yield sha256
    with office.act() as session:
        for kept in session.scalars(select(KeptVerdict).filter_by(sha256=sha256)):
            session.delete(kept)


def test_the_same_question_is_answered_once_a_day(
    office: Office, counting: Counting, file: str
) -> None:
    first = kept_verdicts.checked(office, file)
    second = kept_verdicts.checked(office, file)

    assert counting.asked == 1
    assert second == first
    assert first.conclusion is Conclusion.NOT_SIGNED


def test_other_signatures_asked_for_are_another_question(
    office: Office, counting: Counting, file: str
) -> None:
    kept_verdicts.checked(office, file)

    verdict = kept_verdicts.checked(office, file, [SEAL])

    assert counting.asked == 2
    assert verdict.conclusion is Conclusion.TOTAL_FAILED


def test_another_trust_list_is_another_question(
    office: Office, counting: Counting, file: str
) -> None:
    kept_verdicts.checked(office, file)
    changed = replace(office.trust(), version="another")

    kept_verdicts.checked(replace(office, trust=lambda: changed), file)

    assert counting.asked == 2


def test_the_next_day_the_file_is_checked_again_and_yesterdays_verdict_goes(
    office: Office, shared_desks: Desks, counting: Counting, file: str
) -> None:
    before = shared_desks.clock.now
    kept_verdicts.checked(office, file)
    shared_desks.clock.pass_by(days=1)

    kept_verdicts.checked(office, file)
    shared_desks.clock.now = before

    with office.sessions() as session:
        kept = session.scalar(select(func.count()).select_from(KeptVerdict))
    assert counting.asked == 2
    assert kept == 1


def test_a_check_that_was_cut_off_is_not_kept(office: Office, file: str) -> None:
    def cut_off(pdf: bytes, *, trust: Trust, at: datetime, **_: Any) -> Verdict:
        del pdf
        return not_checked("too_slow", trust, at)

    first = kept_verdicts.checked(replace(office, check=cut_off), file)  # type: ignore[arg-type]
    second = kept_verdicts.checked(office, file)

    assert first.conclusion is Conclusion.INDETERMINATE
    assert second.conclusion is Conclusion.NOT_SIGNED
