"""Dates as packets write them: ``2026/03/02`` and ``2026/03/02 09:15:30``, Vietnam's local time.

Only that form is written. Other senders also write ``02/03/2026`` and ISO dates, which their own
library turns into nonsense without a word; those are read, and the reader says that it did.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from kernel.clock import VIETNAM, local

_EXACT_DATE = re.compile(r"\d{4}/\d{2}/\d{2}", re.ASCII)
_EXACT_MOMENT = re.compile(r"\d{4}/\d{2}/\d{2} \d{2}:\d{2}:\d{2}", re.ASCII)
_LENIENT = re.compile(
    r"(?:(?P<year>\d{4})[/-](?P<month>\d{1,2})[/-](?P<day>\d{1,2})"
    r"|(?P<day_first>\d{1,2})[/-](?P<month_next>\d{1,2})[/-](?P<year_last>\d{4}))"
    r"(?:[T ]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,9})?)?"
    r" ?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says as a moment, and whether it kept to the form."""

    moment: datetime | None
    exact: bool


def write_date(day: date) -> str:
    """Write a day in the packet's form."""
    return f"{day.year:04}/{day.month:02}/{day.day:02}"  # exchange a.4


def write_moment(moment: datetime) -> str:
    """Write a zone-aware moment in Vietnam's local time, to the second."""
    if moment.tzinfo is None:
        message = "a moment without a zone cannot be told to others"
        raise ValueError(message)
    here = local(moment)
    return f"{write_date(here)} {here.hour:02}:{here.minute:02}:{here.second:02}"


def read_date(text: str) -> Reading:
    """Read a day, leniently; the moment is its midnight in Vietnam."""
    return Reading(_moment(text), _EXACT_DATE.fullmatch(text) is not None)


def read_moment(text: str) -> Reading:
    """Read a moment, leniently; without a zone it is Vietnam's time."""
    return Reading(_moment(text), _EXACT_MOMENT.fullmatch(text) is not None)


def _moment(text: str) -> datetime | None:
    match = _LENIENT.fullmatch(text)
    if match is None:
        return None
    parts = match.groupdict(default="0")
    try:
        written = datetime(
            int(parts["year"]) or int(parts["year_last"]),
            int(parts["month"]) or int(parts["month_next"]),
            int(parts["day"]) or int(parts["day_first"]),
            int(parts["hour"]),
            int(parts["minute"]),
            int(parts["second"]),
            tzinfo=_zone(match["zone"]),
        )
        return local(written)
    except (ValueError, OverflowError):  # no such day, or one beyond the calendar's ends
        return None


def _zone(written: str | None) -> tzinfo:
    if written is None:
        return VIETNAM
    if written == "Z":
        return UTC
    ahead = timedelta(hours=int(written[1:3]), minutes=int(written[-2:]))
    return timezone(-ahead if written[0] == "-" else ahead)
