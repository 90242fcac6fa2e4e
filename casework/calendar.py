"""What an operator sets of time: limits of states and districts, and the holidays of a year."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TextIO, TypeVar, get_args

from sqlalchemy import delete, insert, tuple_

from core.clock import HERE
from core.database import Database
from core.directory import Directory
from core.limits import ANY, Key, Limit, Limits
from core.service_entry import Counted
from core.services import SERVICES
from core.states import STATES
from core.tables import holidays, limits

K = TypeVar("K")
V = TypeVar("V")

MOST_DAYS = 1000
_OF_LIMITS = ("service", "state", "district", "days", "counted")
_OF_HOLIDAYS = ("day", "name")
_WRITTEN = ("%Y-%m-%d", "%d-%m-%Y")
_LONGEST_NAME = 100


class CalendarError(Exception):
    """A file cannot be imported, and nothing of it was; a line for each fault says why."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an import changes: `before` and `after` are None where there is nothing."""

    what: str
    before: str | None
    after: str | None


class Calendar:
    """Imports what an operator has set; cases that run keep the deadlines they have."""

    def __init__(self, database: Database, limits: Limits, directory: Directory) -> None:
        self._database = database
        self._directory = directory
        self.limits = limits

    def import_limits(self, file: TextIO, *, is_rehearsal: bool = False) -> list[Change]:
        """Set the limits of a CSV file; one without `days` goes back to what is shipped.

        Gives what changes; raises CalendarError for a file with faults.
        """
        wanted = _read(file, _OF_LIMITS, self._limit_of)
        known = {(e.service, e.state, e.district): str(e.limit) for e in self.limits.lines()}
        after = {key: limit or self.limits.shipped(key) for key, limit in wanted.items()}
        changes = [
            Change(" ".join(key), known.get(key), str(limit) if limit else None)
            for key, limit in after.items()
        ]
        if not is_rehearsal:
            self._set_limits(wanted)
        return [each for each in changes if each.before != each.after]

    def import_holidays(self, file: TextIO, *, is_rehearsal: bool = False) -> list[Change]:
        """Set the holidays of the years that stand in a CSV file, in place of those known.

        Gives what changes; raises CalendarError for a file with faults.
        """
        wanted = _read(file, _OF_HOLIDAYS, _holiday_of)
        years = sorted({day.year for day in wanted})
        known = {each.day: each.name for year in years for each in self.limits.holidays(year)}
        changes = [
            Change(f"{day:%a %d-%m-%Y}", known.get(day), wanted.get(day))
            for day in sorted({*known, *wanted})
        ]
        if not is_rehearsal:
            self._set_holidays(wanted, years)
        return [each for each in changes if each.before != each.after]

    def _limit_of(self, row: dict[str, str]) -> tuple[Key, Limit | None]:
        service, state, district = row["service"], row["state"], row["district"]
        self._check_key(service, state, district)
        key = (service, state, district)
        if not row["days"]:
            return key, None
        if not (row["days"].isascii() and row["days"].isdigit()):
            raise ValueError(f"days: {row['days']} is no number")
        if not 1 <= int(row["days"]) <= MOST_DAYS:
            raise ValueError(f"days: from 1 to {MOST_DAYS}")
        counted: Counted
        for counted in get_args(Counted):
            if row["counted"] == counted:
                return key, Limit(int(row["days"]), counted)
        raise ValueError(f"counted: {' or '.join(get_args(Counted))}")

    def _check_key(self, service: str, state: str, district: str) -> None:
        courses = {name: each.course for name, each in SERVICES.items() if each.course}
        if service not in (*courses, ANY):
            raise ValueError(f"service: {service} is none of {', '.join(courses)} or {ANY}")
        its_states = courses.get(service, STATES)
        timed = [name for name in its_states if STATES[name].stage != "closed"]
        if state not in (*timed, ANY):
            raise ValueError(f"state: {state} is none of {', '.join(timed)} or {ANY}")
        if district != ANY and self._directory.district(district) is None:
            codes = ", ".join(each.code for each in self._directory.districts)
            raise ValueError(f"district: {district} is none of {codes} or {ANY}")

    def _set_limits(self, wanted: dict[Key, Limit | None]) -> None:
        rows = [
            {**dict(zip(_OF_LIMITS, key, strict=False)), "days": e.days, "counted": e.counted}
            for key, e in wanted.items()
            if e
        ]
        this = tuple_(limits.c.service, limits.c.state, limits.c.district)
        with self._database.writing() as connection:
            connection.execute(delete(limits).where(this.in_(list(wanted))))
            if rows:
                connection.execute(insert(limits), rows)
        self.limits.forget()

    def _set_holidays(self, wanted: dict[date, str], years: list[int]) -> None:
        rows = [{"day": day, "name": name} for day, name in wanted.items()]
        with self._database.writing() as connection:
            for year in years:
                these = holidays.c.day.between(date(year, 1, 1), date(year, 12, 31))
                connection.execute(delete(holidays).where(these))
            connection.execute(insert(holidays), rows)
        self.limits.forget()


def _holiday_of(row: dict[str, str]) -> tuple[date, str]:
    if not 0 < len(row["name"]) <= _LONGEST_NAME:
        raise ValueError(f"name: from 1 to {_LONGEST_NAME} characters")
    return _day_of(row["day"]), row["name"]


def _day_of(written: str) -> date:
    for form in _WRITTEN:
        try:
            return datetime.strptime(written, form).replace(tzinfo=HERE).date()
        except ValueError:
            continue
    raise ValueError(f"day: {written or 'nothing'} does not look like 2026-11-24 or 24-11-2026")


def _read(
    file: TextIO, columns: tuple[str, ...], read_row: Callable[[dict[str, str]], tuple[K, V]]
) -> dict[K, V]:
    """Read a CSV file, line by line; raise CalendarError with all of its faults."""
    found: dict[K, V] = {}
    faults: list[str] = []
    try:
        for number, row in _rows(file, columns):
            try:
                key, value = read_row(row)
            except ValueError as fault:
                faults.append(f"Line {number}, {fault}.")
                continue
            if key in found:
                faults.append(f"Line {number} says again what stands above.")
            found[key] = value
    except UnicodeDecodeError as fault:
        raise CalendarError("Save the file as CSV in UTF-8.") from fault
    except csv.Error as fault:
        raise CalendarError(f"This is no CSV: {fault}.") from fault
    if faults or not found:
        raise CalendarError("\n".join(faults) or "The file has no lines.")
    return found


def _rows(file: TextIO, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    heading = file.readline()
    file.seek(0)
    # Spreadsheets write what their country writes.
    reader = csv.DictReader(file, delimiter=max(",;\t", key=heading.count))
    if absent := set(columns) - set(reader.fieldnames or ()):
        raise CalendarError(f"Columns missing: {', '.join(sorted(absent))}.")
    for row in reader:
        yield reader.line_num, {name: (row[name] or "").strip() for name in columns}
