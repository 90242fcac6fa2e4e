"""By when something must have happened: the last day, and how many days it is over."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from core.clock import HERE, local_date, now

# A limit ends with its last day, so at the very start of the next one.
_A_MOMENT = timedelta(microseconds=1)


def last_day(due_at: datetime) -> str:
    """Write the last day of a limit: 24-11-2026."""
    return local_date(due_at - _A_MOMENT)


def days_over(due_at: datetime) -> int:
    """Count the days since the last day of a limit; 0 while it is not over."""
    return max(0, (_day(now()) - _day(due_at - _A_MOMENT)).days)


def _day(moment: datetime) -> date:
    return moment.astimezone(HERE).date()
