from datetime import UTC, date, datetime

import pytest

from exchange.dates import read_date, read_moment, write_date, write_moment
from kernel.clock import VIETNAM


def test_a_day_is_written_with_slashes():
    assert write_date(date(2026, 3, 2)) == "2026/03/02"


def test_a_moment_is_written_in_vietnams_time():
    assert write_moment(datetime(2026, 3, 1, 17, 5, 9, tzinfo=UTC)) == "2026/03/02 00:05:09"


@pytest.mark.parametrize(
    ("text", "moment", "exact"),
    [
        ("2026/03/02 09:15:30", datetime(2026, 3, 2, 9, 15, 30, tzinfo=VIETNAM), True),
        ("02/03/2026 09:15:30", datetime(2026, 3, 2, 9, 15, 30, tzinfo=VIETNAM), False),
        ("2026-03-02T09:15", datetime(2026, 3, 2, 9, 15, tzinfo=VIETNAM), False),
        ("2026-03-02T02:15:30.123Z", datetime(2026, 3, 2, 9, 15, 30, tzinfo=VIETNAM), False),
        ("2026-03-02T05:15:30+03:00", datetime(2026, 3, 2, 9, 15, 30, tzinfo=VIETNAM), False),
        ("2026/03/02", datetime(2026, 3, 2, tzinfo=VIETNAM), False),
        ("2026/03/02 25:00:00", None, True),
        ("0000/00/00 00:00:00", None, True),
        ("2026-03-02T00:00:00+99:99", None, False),
        ("null", None, False),
    ],
)
def test_a_moment_is_read_in_the_forms_that_senders_use(text, moment, exact):
    reading = read_moment(text)

    assert (reading.moment, reading.exact) == (moment, exact)


def test_day_first_is_not_mistaken_for_month_first():
    reading = read_date("02/03/2026")

    assert reading.moment == datetime(2026, 3, 2, tzinfo=VIETNAM)
