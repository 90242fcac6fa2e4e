"""The time: kept in UTC, shown as in Bihar."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Asia/Kolkata")
_as_of: ContextVar[datetime | None] = ContextVar("as_of", default=None)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours, by the clock of Bihar, in which nobody is to be woken."""

    start: time
    end: time

    def contain(self, moment: datetime) -> bool:
        """Say whether a moment lies in them; they may go past midnight."""
        here = moment.astimezone(HERE).time()
        if self.start <= self.end:
            return self.start <= here < self.end
        return here >= self.start or here < self.end


def now() -> datetime:
    """Give the time in UTC."""
    return _as_of.get() or datetime.now(UTC)


@contextmanager
def as_of(moment: datetime) -> Iterator[None]:
    """Do something as if it were another time: the demo has a past."""
    token = _as_of.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _as_of.reset(token)


def today() -> datetime:
    """Give the midnight, by the clock of Bihar, with which today began, in UTC."""
    return datetime.combine(now().astimezone(HERE), time(), HERE).astimezone(UTC)


def local_date(moment: datetime) -> str:
    """Write the date as people here do: 24-11-2026."""
    return moment.astimezone(HERE).strftime("%d-%m-%Y")


def local_time(moment: datetime) -> str:
    """Write date and time as people here do: 24-11-2026 14:05."""
    return moment.astimezone(HERE).strftime("%d-%m-%Y %H:%M")
