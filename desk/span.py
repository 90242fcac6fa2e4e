"""The days that figures are asked for, as they stand in an address."""

from __future__ import annotations

from datetime import date, timedelta

from flask import request

from casework.figures import Span

DAYS = (30, 90, 365)
_LONGEST = timedelta(days=5 * 366)


def span_asked() -> Span:
    """Read `from` and `to`, or `days`; what makes no sense gives the last 30 days."""
    usual = Span.of_days(DAYS[0])
    first, last = _day("from"), _day("to") or usual.last
    if first and first <= last:
        return Span(max(first, last - _LONGEST), last)
    days = request.args.get("days", 0, type=int)
    return Span.of_days(days) if days in DAYS else usual


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if date(2000, 1, 1) <= day <= Span.of_days(1).last else None
