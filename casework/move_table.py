"""Moves from a table of another system (CSV): each row is done whole, once, or not at all.

What a row asks for is marked in its event, so a table that comes again, or that was broken off in
the middle, changes nothing twice. A column `id` names the rows; without it their contents do.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from sqlalchemy import select

from casework.work import LONGEST_NOTE
from core.case_file import CaseError, CaseFile, CaseFiles
from core.cases import Move, check_move, entry_of
from core.directory import Directory
from core.tables import events

NEEDED = ("reference", "state")
DETAILS = ("fir_number", "fir_date", "diary_number", "station", "reason", "question")
COLUMNS = (*NEEDED, "note", *DETAILS, "id")
_NEWER = ("diary_number",)
REPORTED = ("row", "why")  # what a file of errors has before: it may be mended and come again
MARK = "row"  # the detail of an event that names the row it comes from
_FIRST_ROW = 2  # as a spreadsheet counts: the first has the names of the columns

Outcome: TypeAlias = Literal["done", "before"]


class TableError(Exception):
    """The table as a whole cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with the number that a spreadsheet gives it, and what names it for ever."""

    number: int
    name: str
    cells: dict[str, str]
    is_too_long: bool = False


class _Undone(Exception):
    """Ends a transaction without a trace."""


@contextmanager
def _undone(files: CaseFiles, reference: str) -> Iterator[CaseFile]:
    """Open a case for writing, and forget at the end what was written."""
    with suppress(_Undone), files.open(reference) as file:
        yield file
        raise _Undone


@dataclass(frozen=True)
class MoveTable:
    """Does the moves of a table, on behalf of `who`."""

    files: CaseFiles
    directory: Directory
    who: str

    def rows(self, file: Path) -> list[Row]:
        """Read a table; raise TableError where it is none."""
        try:
            with file.open(encoding="utf-8-sig", newline="") as opened:
                return list(self._named(csv.DictReader(opened, strict=True)))
        except (UnicodeDecodeError, csv.Error) as error:
            raise TableError(f"{file} is not CSV in UTF-8: {error}.") from error

    def do(self, row: Row) -> Outcome:
        """Do what a row asks for, unless it was done before; raise CaseError where it cannot be."""
        with self.files.open(row.cells["reference"]) as file:
            return self._do(file, row)

    def try_out(self, rows: list[Row]) -> Iterator[tuple[Row, str | None]]:
        """Say of each row of one case why it could not be done; nothing is changed."""
        try:
            with _undone(self.files, rows[0].cells["reference"]) as file:
                found = [(row, self._trouble(file, row)) for row in rows]
        except CaseError as error:
            found = [(row, str(error)) for row in rows]
        yield from found

    def _trouble(self, file: CaseFile, row: Row) -> str | None:
        try:
            self._do(file, row)
        except CaseError as error:
            return str(error)
        return None

    def _do(self, file: CaseFile, row: Row) -> Outcome:
        if row.is_too_long:
            raise CaseError("There are more cells than columns; are words with commas in quotes?")
        if row.name in _marks(file):
            return "before"
        move = self._move(row.cells)
        check_move(file, move)
        entry = entry_of(move)
        file.write(replace(entry, details={**entry.details, MARK: row.name}))
        return "done"

    def _move(self, cells: dict[str, str]) -> Move:
        details = {name: cells[name] for name in DETAILS if cells.get(name)}
        if code := details.get("station"):
            station = self.directory.station(code)
            if station is None or station.closed:
                raise CaseError(f"There is no open station {code}; its code is wanted.")
            details["district"] = station.district.code
        note = cells.get("note") or None
        if note and len(note) > LONGEST_NOTE:
            raise CaseError(f"A note takes at most {LONGEST_NOTE} characters.")
        return Move(cells["state"], self.who, note, details)

    def _named(self, table: csv.DictReader[str]) -> Iterator[Row]:
        """Give the rows; the same contents twice in one table are two rows."""
        _check_columns(table.fieldnames or [])
        seen: Counter[str] = Counter()
        for number, cells in enumerate(table, _FIRST_ROW):
            given = {name: (value or "").strip() for name, value in cells.items() if name}
            name = self._name(given)
            seen[name] += 1
            if seen[name] > 1 and not given.get("id"):
                name = self.files.seal.fingerprint("row", name, str(seen[name]))
            yield Row(number, name, given, is_too_long=None in cells)

    def _name(self, cells: dict[str, str]) -> str:
        if cells.get("id"):
            return self.files.seal.fingerprint("row id", cells["id"])
        # A row that leaves out a column is the same as in a table from before there was one.
        newer = [cells[name] for name in _NEWER if cells.get(name)]
        older = (cells.get(name, "") for name in COLUMNS if name not in _NEWER)
        return self.files.seal.fingerprint("row", *older, *newer)


def _check_columns(names: Sequence[str]) -> None:
    missing = [each for each in NEEDED if each not in names]
    unknown = [each for each in names if each not in COLUMNS + REPORTED]
    if missing:
        raise TableError(f"These columns are missing: {', '.join(missing)}.")
    if unknown or len(set(names)) < len(names):
        twice = "a column stands there twice"
        why = f"these are unknown: {', '.join(unknown)}" if unknown else twice
        raise TableError(f"Columns are {', '.join(COLUMNS)}; {why}.")


def _marks(file: CaseFile) -> set[str]:
    """Give the names of the rows whose moves this case has had."""
    query = select(events.c.details).where(events.c.case_id == file.row.id)
    return {each.get(MARK, "") for each in file.connection.scalars(query)}
