"""Limits of time: how long a case may stay in a state, and when somebody is to look at it.

`data/limits.csv` has those of all services, `core/services.py` those of each, and
`data/holidays.csv` the days on which offices are closed, all with their sources; the tables
`limits` and `holidays` hold what an operator has set: a limit replaces the one of the same service,
state and district, the holidays of a year replace that year. A district's limit goes before the
state's, a service's before that of all services. A limit of a service for every state ("*") is one
of the whole case, and counts from its registration.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import select

from core.clock import HERE
from core.database import Database, DatabaseDown
from core.service_entry import Counted
from core.services import SERVICES
from core.states import STATES
from core.tables import holidays, limits

DATA = Path(__file__).parent.parent / "data"
REMINDED_BEFORE = timedelta(days=1)
ANY = "*"
_KNOWN_FOR_SECONDS = 30  # what another process has set counts after so long
_SUNDAY = 6

Key: TypeAlias = tuple[str, str, str]  # service, state, district


@dataclass(frozen=True, slots=True)
class Limit:
    """So many days, all of them or only those on which offices work."""

    days: int
    counted: Counted

    def __str__(self) -> str:
        return f"{self.days} {self.counted} days"


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A limit in force, and where it comes from; `source` is empty for what was set here."""

    service: str
    state: str
    district: str
    limit: Limit
    source: str


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day on which offices are closed; `source` is empty for what was set here."""

    day: date
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Times:
    """By when something must have happened, and when the overseer looks first."""

    due_at: datetime | None
    look_at: datetime | None


class Limits:
    """The limits in force."""

    def __init__(self, database: Database, folder: Path = DATA) -> None:
        self._database = database
        self._shipped = {(e.service, e.state, e.district): e for e in _read_limits(folder)}
        self._shipped_holidays = {each.day: each for each in _read_holidays(folder)}
        self._set: dict[Key, LimitLine] = {}
        self._holidays: Mapping[date, Holiday] = self._shipped_holidays
        self._known_until: float | None = None

    def times(
        self,
        service: str,
        state: str,
        district: str | None,
        since: datetime,
        registered_at: datetime | None = None,
    ) -> Times:
        """Give the times of a case that has come into a state.

        Without `registered_at` the whole case has no limit, as after it was opened again.
        """
        if STATES[state].stage == "closed":
            return Times(None, None)
        begins = ((state, since), (ANY, registered_at))
        found = [(self.of(service, what, district), begin) for what, begin in begins]
        ends = [self.end_of(limit, begin) for limit, begin in found if limit and begin]
        if not ends:
            return Times(None, None)
        due_at = min(ends)
        # Whoever is to sign is reminded the next day.
        first = since + timedelta(days=1) if state == "awaiting_signature" else due_at
        return Times(due_at, max(since, min(first, due_at - REMINDED_BEFORE)))

    def of(self, service: str, state: str, district: str | None) -> Limit | None:
        """Find the limit of a service's state ("*": of the whole case) in a district, if any."""
        self._look_again()
        for where in (district or ANY, ANY):
            for whose in (service, ANY):
                key = (whose, state, where)
                if found := self._set.get(key) or self._shipped.get(key):
                    return found.limit
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
        """Say whether offices work on a day; those in the districts work on Saturdays."""
        return day.weekday() != _SUNDAY and day not in self._holidays

    def lines(self) -> list[LimitLine]:
        """List the limits in force, for all districts and for single ones."""
        self._look_again()
        known = {**self._shipped, **self._set}
        return [known[key] for key in sorted(known)]

    def holidays(self, year: int) -> list[Holiday]:
        """List the holidays of a year, the first one first."""
        self._look_again()
        return [self._holidays[day] for day in sorted(self._holidays) if day.year == year]

    def shipped(self, key: Key) -> Limit | None:
        """Give the limit that counts where nothing is set."""
        line = self._shipped.get(key)
        return line.limit if line else None

    def forget(self) -> None:
        """Have the tables read again at the next question."""
        self._known_until = None

    def _look_again(self) -> None:
        is_first = self._known_until is None
        if self._known_until is not None and time.monotonic() < self._known_until:
            return
        try:
            self._read()
        except DatabaseDown:
            if is_first:
                raise
            # What was set a while ago is better than no answer; who writes is told by the write.
        self._known_until = time.monotonic() + _KNOWN_FOR_SECONDS

    def _read(self) -> None:
        with self._database.reading() as connection:
            rows = connection.execute(select(limits)).all()
            days = connection.execute(select(holidays)).all()
        self._set = {
            (r.service, r.state, r.district): LimitLine(
                r.service, r.state, r.district, Limit(r.days, r.counted), ""
            )
            for r in rows
        }
        years = {row.day.year for row in days}
        kept = {d: each for d, each in self._shipped_holidays.items() if d.year not in years}
        self._holidays = {**kept, **{row.day: Holiday(row.day, row.name, "") for row in days}}


def _read_limits(folder: Path) -> list[LimitLine]:
    """Read the limits common to all services, and take those of each service from its entry."""
    common = [
        LimitLine(ANY, row["state"], row["district"], _limit(row), row["source"])
        for row in _rows(folder / "limits.csv")
    ]
    own = [
        LimitLine(key, each.state, ANY, Limit(each.days, each.counted), each.source)
        for key, service in SERVICES.items()
        for each in service.limits
    ]
    return [*common, *own]


def _limit(row: Mapping[str, str]) -> Limit:
    return Limit(int(row["days"]), "working" if row["counted"] == "working" else "calendar")


def _read_holidays(folder: Path) -> list[Holiday]:
    return [
        Holiday(
            date.fromisoformat(row["day"]), f"{row['name_en']} · {row['name_hi']}", row["source"]
        )
        for row in _rows(folder / "holidays.csv")
    ]


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))
