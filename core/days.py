"""Days as people say them: 2411, 24-11, 24/11/2026, 24 नवंबर, 24 nov."""

from __future__ import annotations

import re
from datetime import date, timedelta

from core.alphabet import normalise, western_digits
from core.spelling import is_like

_MONTHS = (
    ("january", "jan", "janvari", "जनवरी"),
    ("february", "feb", "farvari", "फरवरी"),
    ("march", "mar", "मार्च"),
    ("april", "apr", "aprail", "अप्रैल"),
    ("may", "mai", "मई"),
    ("june", "jun", "joon", "जून"),
    ("july", "jul", "julai", "जुलाई"),
    ("august", "aug", "agast", "अगस्त"),
    ("september", "sep", "sept", "sitambar", "सितंबर"),
    ("october", "oct", "aktubar", "अक्टूबर"),
    ("november", "nov", "navambar", "नवंबर"),
    ("december", "dec", "disambar", "दिसंबर"),
)
_CENTURY = 2000
_RUN_TOGETHER = re.compile(r"(\d{2})(\d{2})(\d{4})?")
_PARTS = re.compile(r"(\d{1,2})[\s/.,-]*?(\d{1,2}|[^\s\d/.,-]+)(?:[\s/.,-]+(\d{2}|\d{4}))?")


def read_day(typed: str, first: str, last: str) -> str | None:
    """Read a day as people write it (2026-11-24); None for what is none between two days.

    Without a year it is the one that lies between them.
    """
    plain = western_digits(normalise(typed)).strip().casefold()
    if digits := _RUN_TOGETHER.fullmatch(plain):
        plain = "-".join(filter(None, digits.groups()))
    found = _PARTS.fullmatch(plain)
    month = _month(found[2]) if found else None
    if not found or not month:
        return None
    return _within(int(found[1]), month, found[3], first, last)


def around(today: date, days: int) -> str:
    """Give the day so many days from today (2026-11-24)."""
    return (today + timedelta(days=days)).isoformat()


def _month(written: str) -> int | None:
    if written.isascii() and written.isdigit():
        return int(written) if 1 <= int(written) <= len(_MONTHS) else None
    for number, names in enumerate(_MONTHS, start=1):
        if written in names:
            return number
    for number, names in enumerate(_MONTHS, start=1):
        if any(is_like(written, name) for name in names):
            return number
    return None


def _within(day: int, month: int, year: str | None, first: str, last: str) -> str | None:
    if year:
        years = [int(year) + (_CENTURY if len(year) == len("26") else 0)]
    else:
        years = list(range(int(last[:4]), int(first[:4]) - 1, -1))
    for each in years:
        try:
            found = date(each, month, day).isoformat()
        except ValueError:
            continue
        if first <= found <= last:
            return found
    return None
