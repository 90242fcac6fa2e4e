"""The police's records as a table (CSV) from whatever program: its rows, its day, its faults."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from casework.record_rows import COLUMNS, NEEDED, Cells, Fault, shown
from core.clock import HERE, now
from core.service_entry import Records

AS_OF = "as_of"
DAYS = ("%Y-%m-%d", "%d-%m-%Y")
_FIRST_ROW = 2  # as a spreadsheet counts: the first has the names of the columns
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class TableError(Exception):
    """The table as a whole cannot be taken; the message says why."""


@dataclass(frozen=True)
class RecordTable:
    """A table: the names of its columns, its rows as a spreadsheet numbers them."""

    columns: tuple[str, ...]
    rows: list[tuple[int, Cells]]

    def day(self, said: date | None) -> date:
        """Give the day as of which it is: as `said`, or as its column says in every row.

        Raises TableError where neither does, where they differ, and for a day to come.
        """
        written = {cells[AS_OF] for _, cells in self.rows} if AS_OF in self.columns else set()
        days = {_day(each) for each in written} | ({said} if said else set())
        if len(days) != 1:
            why = "Several days are given" if days else "The day of the records is not given"
            raise TableError(f"{why}: use --as-of 2026-11-24, or a column {AS_OF}.")
        day = days.pop()
        check_day(day)
        return day


def check_day(day: date) -> None:
    """Raise TableError for a day that is still to come."""
    if day > now().astimezone(HERE).date():
        raise TableError(f"{day:%d-%m-%Y} is still to come.")


def read_table(file: Path, kind: Records) -> RecordTable:
    """Read a table of a kind; raise TableError where it is none."""
    try:
        content = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError("It is not in UTF-8: save it as CSV in UTF-8.") from error
    heading = content.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    table = csv.DictReader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = tuple(each.strip().casefold() for each in table.fieldnames or ())
        table.fieldnames = columns
        _check_columns(columns, kind)
        rows = list(_rows(table))
    except csv.Error as error:
        raise TableError(f"It is not CSV: {error}.") from error
    if not rows:
        raise TableError("It has no rows.")
    return RecordTable(columns, rows)


def write_faults(file: Path, table: RecordTable, faults: Iterable[Fault]) -> None:
    """Write the rows that have faults, each with why; spreadsheets take none for a formula."""
    rows = dict(table.rows)
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["row", "column", "why", *table.columns])
        for each in faults:
            cells = [rows[each.row][name] for name in table.columns]
            writer.writerow([each.row, each.column, *map(_harmless, [each.why, *cells])])


def _rows(table: csv.DictReader[str]) -> Iterator[tuple[int, Cells]]:
    for number, cells in enumerate(table, _FIRST_ROW):
        if None in cells:
            raise TableError(f"Row {number} has more cells than there are columns.")
        given = {name: (cell or "").strip() for name, cell in cells.items()}
        if any(given.values()):
            yield number, given


def _check_columns(names: Sequence[str], kind: Records) -> None:
    known = (*COLUMNS[kind], AS_OF)
    if missing := sorted(NEEDED[kind] - set(names)):
        raise TableError(f"These columns are missing: {', '.join(missing)}.")
    if unknown := [each for each in names if each not in known]:
        named = ", ".join(map(shown, unknown))
        raise TableError(f"Columns are {', '.join(known)}; these are unknown: {named}.")
    if len(set(names)) < len(names):
        raise TableError("A column stands there twice.")


def _day(written: str) -> date:
    for form in DAYS:
        try:
            return datetime.strptime(written, form).replace(tzinfo=HERE).date()
        except ValueError:
            continue
    raise TableError(f"A day looks like 2026-11-24 or 24-11-2026, not {shown(written)}.")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_BEGINS_A_FORMULA) else cell
