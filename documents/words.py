"""Numbers and days as the decree writes them: small ones take a zero, so that nothing can be added.

Of months only 1 and 2 take it (Annex I, II.3 and II.4).
"""

from datetime import date

from documents.rules import rules

_LAST_PADDED_MONTH = 2


def number_text(number: int) -> str:
    """Write a document's number: ``05``, ``15``, ``123``."""
    return f"{number:02d}"


def date_text(day: date) -> str:
    """Write the day of issue, as in the date line."""
    month = f"{day.month:02d}" if day.month <= _LAST_PADDED_MONTH else str(day.month)
    return rules().words.date.format(day=f"{day.day:02d}", month=month, year=day.year)


def longest_date(year: int) -> str:
    """Write the day of that year that takes the most room; digits are equally wide."""
    return date_text(date(year, 12, 31))


def blank_date(year: int) -> str:
    """Write the date line before văn thư dates the document; its blanks are two digits wide."""
    blank = "\u00a0" * 4
    return rules().words.date.format(day=blank, month=blank, year=year)
