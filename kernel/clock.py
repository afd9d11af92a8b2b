"""Time: stored in UTC, counted in days and years of Vietnam.

A document's day and the year of its number series are those of Asia/Ho_Chi_Minh (Đ15.1), whatever
zone the machine keeps.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

Clock = Callable[[], datetime]
"""Gives the present moment, zone-aware, in UTC."""


def system_clock() -> datetime:
    """Give the present moment in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """Show ``moment`` in Vietnam's time zone."""
    return moment.astimezone(VIETNAM)


def local_day(moment: datetime) -> date:
    """Give the calendar day in Vietnam."""
    return local(moment).date()
