"""Verdicts kept for the day, so that a large scan or a page looked at again is not checked twice.

A verdict is the same as long as file, rules, trust list, day and what was asked for are the same:
these are its name. An older day's verdict is of no use to anybody and goes with the next one kept.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from kernel.clock import local_day
from signing.checking.verdict import POLICY, ExpectedSignature, Integrity, Verdict
from workflow.models import KeptVerdict
from workflow.office import Office


def checked(office: Office, sha256: str, expected: Sequence[ExpectedSignature] = ()) -> Verdict:
    """Give the verdict on a stored file as of now, from today's if there is one.

    Raises:
        Unavailable: The store or the database cannot be reached.
    """
    trust, now = office.trust(), office.clock()
    name: dict[str, Any] = {
        "sha256": sha256,
        "policy": POLICY,
        "trust_version": trust.version,
        "day": local_day(now),
        "expected": _asked(expected),
    }
    with office.sessions() as session:
        row = session.scalars(select(KeptVerdict).filter_by(**name)).one_or_none()
        if row is not None:
            return Verdict.from_json(row.verdict)
    verdict = office.check(
        office.artifacts.get(sha256), trust=trust, at=now, expected=expected, full=True
    )
    if verdict.integrity is not Integrity.UNKNOWN:  # what could not be seen is looked at again
        kept = {"id": uuid4(), "verdict": verdict.to_json(), "made_at": now}
        with office.act() as session:
            session.execute(delete(KeptVerdict).where(KeptVerdict.day < name["day"]))
            session.execute(insert(KeptVerdict).values(**name, **kept).on_conflict_do_nothing())
    return verdict


def _asked(expected: Sequence[ExpectedSignature]) -> str:
    """Name what was asked for, in whatever order."""
    asked = sorted([e.field, e.role, *sorted(e.fingerprints)] for e in expected)
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()
