from datetime import date

import pytest

from documents.words import blank_date, date_text, number_text


@pytest.mark.parametrize(("number", "text"), [(1, "01"), (9, "09"), (10, "10"), (3429, "3429")])
def test_numbers_below_ten_take_a_zero(number, text):
    assert number_text(number) == text


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 1, 5), "ngày 05 tháng 01 năm 2026"),
        (date(2026, 2, 10), "ngày 10 tháng 02 năm 2026"),
        (date(2019, 6, 29), "ngày 29 tháng 6 năm 2019"),
        (date(2026, 12, 9), "ngày 09 tháng 12 năm 2026"),
    ],
)
def test_days_below_ten_and_the_first_two_months_take_a_zero(day, text):
    assert date_text(day) == text


def test_an_undated_document_leaves_room_for_day_and_month():
    assert blank_date(2026).split() == ["ngày", "tháng", "năm", "2026"]
