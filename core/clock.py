"""The time: kept in UTC, shown as in Bihar."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Asia/Kolkata")


def now() -> datetime:
    """Give the time in UTC."""
    return datetime.now(UTC)


def local_date(moment: datetime) -> str:
    """Write the date as people here do: 24-11-2026."""
    return moment.astimezone(HERE).strftime("%d-%m-%Y")


def local_time(moment: datetime) -> str:
    """Write date and time as people here do: 24-11-2026 14:05."""
    return moment.astimezone(HERE).strftime("%d-%m-%Y %H:%M")
