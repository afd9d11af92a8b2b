"""What an administrator has to look at: authorities that end soon, lists that are not fresh.

A trust list grows old by itself. Somebody must hear of it in time, long before the first verdict
says "not established".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.clock import local_day
from workflow.authorities.trust_list import trusted
from workflow.models import RevocationList

_WARNINGS = (7, 30, 90)
"""Days before an authority's certificate ends at which administrators are told more urgently."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something about the list that an administrator has to look at."""

    code: str
    name: str
    left: int
    """Days left; negative where they are past."""


def alarms(session: Session, now: datetime) -> Iterator[Alarm]:
    """Give what an administrator has to look at, the most urgent first."""
    found = [*_ending(session, now), *_overdue(session, now)]
    yield from sorted(found, key=lambda alarm: alarm.left)


def _ending(session: Session, now: datetime) -> Iterator[Alarm]:
    for entry in trusted(session):
        left = (local_day(entry.not_after) - local_day(now)).days
        if entry.not_after <= now:
            yield Alarm("trust.alarm.expired", entry.subject, left)
        else:
            warning = next((days for days in _WARNINGS if left <= days), None)
            if warning is not None:
                yield Alarm(f"trust.alarm.ends_{warning}", entry.subject, left)


def _overdue(session: Session, now: datetime) -> Iterator[Alarm]:
    addresses = {entry.crl_address for entry in trusted(session)} - {""}
    lists = {
        one.address: one
        for one in session.scalars(
            select(RevocationList).where(RevocationList.address.in_(addresses))
        )
    }
    for entry in trusted(session):
        known = lists.get(entry.crl_address)
        if not entry.crl_address:
            yield Alarm("trust.alarm.no_list", entry.subject, 0)
        elif known is None or known.next_update is None:
            yield Alarm("trust.alarm.never_fetched", entry.subject, 0)
        elif known.next_update <= now:
            yield Alarm("trust.alarm.list_overdue", entry.subject, -(now - known.next_update).days)
