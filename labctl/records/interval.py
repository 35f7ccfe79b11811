"""How long a verification holds, or until when a client and the laboratory agreed to calibrate again."""

import re
from calendar import monthrange
from datetime import date, timedelta

_WRITTEN = re.compile(r"(\d{1,3}) (month|year)s?")


def months_of(interval: str) -> int:
    """Return an interval in months; zero where it is none.

    >>> months_of("12 months"), months_of("2 years"), months_of("a while")
    (12, 24, 0)
    """
    found = _WRITTEN.fullmatch(interval.strip())
    return int(found[1]) * (12 if found[2] == "year" else 1) if found else 0


def last_day(begun: date, months: int) -> date:
    """Return the last day of an interval: the one before the day of the same number, so many months later.

    >>> last_day(date(2026, 1, 6), 12), last_day(date(2026, 8, 31), 6)
    (datetime.date(2027, 1, 5), datetime.date(2027, 2, 27))
    """
    year, month = divmod(begun.year * 12 + begun.month - 1 + months, 12)
    there = date(year, month + 1, min(begun.day, monthrange(year, month + 1)[1]))
    return there - timedelta(days=1)
