"""Limits of time: how long a case may stay in a state, and when somebody is to look at it.

`data/limits.csv` has them, with their sources; the tables `limits` and `holidays` hold what an
operator has set. The more exact entry wins: a district's before the state's, a state's before "*".
"""

from __future__ import annotations

import csv
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Literal, TypeAlias

from sqlalchemy import select

from core.clock import HERE
from core.database import Database
from core.tables import holidays, limits

DATA = Path(__file__).parent.parent / "data"
REMINDED_BEFORE = timedelta(days=1)
ANY = "*"
_KNOWN_FOR_SECONDS = 30  # what another process has set counts after so long
_SUNDAY = 6

Counted: TypeAlias = Literal["calendar", "working"]


@dataclass(frozen=True, slots=True)
class Limit:
    """So many days, all of them or only those on which offices work."""

    days: int
    counted: Counted


@dataclass(frozen=True, slots=True)
class Times:
    """By when something must have happened, and when the overseer looks first."""

    due_at: datetime | None
    look_at: datetime | None


class Limits:
    """The limits in force."""

    def __init__(self, database: Database, folder: Path = DATA) -> None:
        self._database = database
        self._shipped = _read(folder / "limits.csv")
        self._set: dict[tuple[str, str, str], Limit] = {}
        self._holidays: frozenset[date] = frozenset()
        self._known_until = 0.0

    def times(self, service: str, state: str, district: str | None, since: datetime) -> Times:
        """Give the times of a case that has come into a state."""
        limit = self.of(service, state, district)
        if limit is None:
            return Times(None, None)
        due_at = self.end_of(limit, since)
        # Whoever is to sign is reminded the next day.
        first = since + timedelta(days=1) if state == "awaiting_signature" else due_at
        return Times(due_at, max(since, min(first, due_at - REMINDED_BEFORE)))

    def of(self, service: str, state: str, district: str | None) -> Limit | None:
        """Find the limit of a service's state in a district, if there is one."""
        self._look_again()
        for where in (district or ANY, ANY):
            for what in ((service, state), (service, ANY), (ANY, state)):
                key = (*what, where)
                if found := self._set.get(key) or self._shipped.get(key):
                    return found
        return None

    def end_of(self, limit: Limit, since: datetime) -> datetime:
        """Give the end of the last day of a limit that begins on the day after `since`."""
        self._look_again()
        day, left = since.astimezone(HERE).date(), limit.days
        while left:
            day += timedelta(days=1)
            left -= limit.counted == "calendar" or self.is_working(day)
        return datetime.combine(day + timedelta(days=1), time_of_day(), HERE)

    def is_working(self, day: date) -> bool:
        """Say whether offices work on a day."""
        return day.weekday() != _SUNDAY and day not in self._holidays

    def _look_again(self) -> None:
        if time.monotonic() < self._known_until:
            return
        with self._database.reading() as connection:
            rows = connection.execute(select(limits)).all()
            self._set = {(r.service, r.state, r.district): Limit(r.days, r.counted) for r in rows}
            self._holidays = frozenset(connection.scalars(select(holidays.c.day)))
        self._known_until = time.monotonic() + _KNOWN_FOR_SECONDS


def _read(file: Path) -> dict[tuple[str, str, str], Limit]:
    with file.open(encoding="utf-8", newline="") as opened:
        return {
            (row["service"], row["state"], row["district"]): Limit(
                int(row["days"]), "working" if row["counted"] == "working" else "calendar"
            )
            for row in csv.DictReader(opened)
        }
