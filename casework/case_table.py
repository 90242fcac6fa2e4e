"""Cases as a table for another system (CSV): it grows page by page, and can be gone on with."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from casework.accesses import Accesses
from casework.exchange import Exchange, Passed, Wanted
from casework.viewer import Viewer

COLUMNS = tuple(Passed.__dataclass_fields__)
PERSONAL = ("phone", "story", "told")
UNREADABLE = "(unreadable)"
_PAGE = 500  # cases
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class TableError(Exception):
    """The table cannot be written as asked; the message says why and what to do."""


@dataclass(frozen=True)
class CaseTable:
    """Writes cases that somebody sees, with their stories where he wants them: that is noted."""

    exchange: Exchange
    accesses: Accesses
    viewer: Viewer
    wanted: Wanted
    with_stories: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Give the names of the columns."""
        return COLUMNS + PERSONAL if self.with_stories else COLUMNS

    def count(self, after: int) -> int:
        """Count the rows that are still to be written."""
        return self.exchange.count(self.viewer, self.wanted, after)

    def begin(self, part: Path) -> None:
        """Begin a table; nobody but its owner may read it."""
        with open(part, "x", encoding="utf-8", newline="", opener=_for_its_owner) as file:
            csv.writer(file).writerow(self.columns)

    def take_up(self, part: Path) -> int:
        """Cut off a row that was not finished, and give the cursor of the last one that was.

        Raises TableError where the file has other columns.
        """
        kept, last = _whole_rows(part, self.columns)
        os.truncate(part, kept)
        return last

    def go_on(self, part: Path, after: int) -> Iterator[int]:
        """Append the cases behind a cursor; give how many rows each page brought."""
        with part.open("a", encoding="utf-8", newline="") as file:
            for page in self.exchange.all(self.viewer, self.wanted, after, _PAGE):
                self._append(file, page)
                file.flush()
                os.fsync(file.fileno())
                yield len(page)

    def _append(self, file: TextIO, page: list[Passed]) -> None:
        table = csv.writer(file)
        for case in page:
            row = [_written(getattr(case, name)) for name in COLUMNS]
            table.writerow(row + self._personal(case) if self.with_stories else row)

    def _personal(self, case: Passed) -> list[str]:
        self.accesses.note(self.viewer.login, case.cursor, "export", "console")
        opened = self.exchange.open(case)
        told = {name: _readable(words) for name, words in opened.told.items()}
        written = json.dumps(told, ensure_ascii=False) if told else ""
        return [_readable(opened.phone), _harmless(_readable(opened.story)), written]


def _written(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _readable(words: str | None) -> str:
    return UNREADABLE if words is None else words


def _harmless(words: str) -> str:
    """Keep a spreadsheet from taking a citizen's words for a formula."""
    return f"'{words}" if words.startswith(_FORMULA) else words


def _whole_rows(part: Path, columns: tuple[str, ...]) -> tuple[int, int]:
    """Give how many bytes of a table are whole rows, and the cursor of the last one."""
    kept = last = 0
    with part.open("rb") as file:
        lines = _Counted(file.readline)
        rows = csv.reader(lines, strict=True)
        if tuple(next(rows, ())) != columns:
            raise TableError(f"{part} has other columns; delete it to begin anew.")
        kept = lines.bytes
        with suppress(csv.Error):  # it ends within a story
            for row in rows:
                if len(row) != len(columns) or not lines.is_whole:
                    break
                kept, last = lines.bytes, int(row[0])
    return kept, last


class _Counted:
    """The lines of a file for a reader of CSV, counted in bytes."""

    def __init__(self, readline: Callable[[], bytes]) -> None:
        self._readline = readline
        self.bytes = 0
        self.is_whole = True

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> str:
        line = self._readline()
        if not line:
            raise StopIteration
        self.bytes += len(line)
        self.is_whole = line.endswith(b"\n")
        return line.decode(errors="replace")


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
