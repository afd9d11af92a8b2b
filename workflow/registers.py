"""Numbers: race-free and without gaps (Đ15.1, Đ22.2).

A number is taken in the transaction of the act that uses it, under the row lock of its series and
year. If the act fails the number was never taken; if it commits, nobody else can have it. A unique
constraint on the register stands behind the lock.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel.errors import Refused
from workflow.models import RegisterEntry, Series, SeriesYear
from workflow.models.registers import SeriesDirection


@dataclass(frozen=True, slots=True)
class Given:
    """A number as given."""

    number: int
    day: date


def series_for(
    session: Session, agency_id: UUID, direction: SeriesDirection, type_code: str = ""
) -> Series:
    """Give the series that counts this type: its own if there is one, else the common one.

    Raises:
        Refused: The agency has no such series.
    """
    found = session.scalars(
        select(Series).where(Series.agency_id == agency_id, Series.direction == direction)
    ).all()
    own = [series for series in found if series.types and type_code in series.types]
    common = [series for series in found if series.types is None]
    if not own and not common:
        raise Refused("register.no_series")
    return (own or common)[0]


def expected(session: Session, series: Series, year: int) -> int:
    """Tell which number would come next; another act may be faster."""
    row = session.get(SeriesYear, (series.id, year))
    return row.next_number if row else (series.starts_at)


def take(session: Session, series: Series, today: date) -> Given:
    """Take the next number of the series for the year of ``today``.

    Raises:
        Refused: The last number of the series has a later date than today's (Đ15.1).
    """
    session.execute(
        insert(SeriesYear)
        .values(
            series_id=series.id,
            year=today.year,
            agency_id=series.agency_id,
            next_number=series.starts_at,
        )
        .on_conflict_do_nothing(index_elements=["series_id", "year"])
    )
    row = session.scalars(
        select(SeriesYear)
        .where(SeriesYear.series_id == series.id, SeriesYear.year == today.year)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if row.last_date is not None and row.last_date > today:
        raise Refused("register.date_before_last", last=f"{row.last_date:%d/%m/%Y}")
    given = Given(row.next_number, today)
    row.next_number += 1
    row.last_date = today
    return given


def enter(  # noqa: PLR0913 - the columns of a register
    session: Session,
    series: Series,
    given: Given,
    *,
    by: UUID,
    at: datetime,
    document_id: UUID | None = None,
    incoming_id: UUID | None = None,
) -> RegisterEntry:
    """Write the line of the register that goes with a number."""
    entry = RegisterEntry(
        agency_id=series.agency_id,
        series_id=series.id,
        year=given.day.year,
        number=given.number,
        day=given.day,
        document_id=document_id,
        incoming_id=incoming_id,
        registered_by_id=by,
        registered_at=at,
    )
    session.add(entry)
    return entry
