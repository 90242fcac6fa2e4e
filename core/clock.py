"""The time: kept in UTC, shown as in Bihar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Asia/Kolkata")


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
    return datetime.now(UTC)


def local_date(moment: datetime) -> str:
    """Write the date as people here do: 24-11-2026."""
    return moment.astimezone(HERE).strftime("%d-%m-%Y")


def local_time(moment: datetime) -> str:
    """Write date and time as people here do: 24-11-2026 14:05."""
    return moment.astimezone(HERE).strftime("%d-%m-%Y %H:%M")
