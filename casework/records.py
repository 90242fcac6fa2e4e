"""The police's records (vehicles, FIRs, wanted persons), brought in sets.

A set comes in pieces, each a short transaction, and nobody meets it until it is whole. Then it
takes the place of the one before in one transaction, and nothing of that one is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog
from sqlalchemy import Connection, Row, Table, delete, func, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from casework.record_rows import Values
from core.clock import now
from core.database import Database
from core.records import RecordBooks
from core.service_entry import Records
from core.tables import firs, record_sets, vehicles, wanted

_PIECE = 1000  # rows
_SWEPT = 10_000  # rows at a time: a statement may take ten seconds
_TABLES: dict[Records, Table] = {"vehicles": vehicles, "firs": firs, "wanted": wanted}

log = structlog.get_logger()


class RecordError(Exception):
    """Rows cannot be brought into a set; the message says why."""


@dataclass(frozen=True, slots=True)
class RecordSet:
    """A set of records: its number among those of its kind, and whether it is looked up."""

    kind: Records
    number: int
    as_of: date
    rows: int
    is_whole: bool


class RecordSets:
    """Brings records in."""

    def __init__(self, database: Database, books: RecordBooks) -> None:
        self._database = database
        self._books = books

    def current(self, kind: Records) -> RecordSet | None:
        """Give the set that is looked up."""
        query = select(record_sets).where(record_sets.c.kind == kind, record_sets.c.is_whole)
        with self._database.reading() as connection:
            row = connection.execute(query.order_by(record_sets.c.number.desc())).first()
        return _record_set(row) if row else None

    def begin(self, kind: Records, as_of: date) -> int:
        """Begin a set, and give its number; raise RecordError where somebody else just has."""
        last = select(func.max(record_sets.c.number)).where(record_sets.c.kind == kind)
        try:
            with self._database.writing() as connection:
                number = (connection.scalar(last) or 0) + 1
                begun = record_sets.insert().values(kind=kind, number=number, as_of=as_of)
                connection.execute(begun.values(imported_at=now(), rows=0, is_whole=False))
        except IntegrityError as error:
            raise RecordError("Somebody else began at the same moment: try again.") from error
        return number

    def add(self, kind: Records, number: int, rows: Sequence[Values]) -> RecordSet:
        """Add rows to a set, whether it is whole or not; one that is there already is replaced.

        Raises RecordError where there is no such set, or another one is newer and whole.
        """
        with self._database.writing() as connection:
            found = _opened(connection, kind, number)
            _put(connection, _TABLES[kind], number, rows)
            if found.is_whole:
                return _counted(connection, found)
        return found

    def finish(self, kind: Records, number: int, as_of: date, who: str) -> RecordSet:
        """Have a set looked up from now on, and remove all before it; raise as `add` does.

        Raises RecordError for one that is empty, too: a list is not wiped by mistake.
        """
        with self._database.writing() as connection:
            found = _counted(connection, _opened(connection, kind, number))
            if not found.rows:
                raise RecordError("The set has no rows; the one before is still looked up.")
            it = (record_sets.c.kind == kind, record_sets.c.number == number)
            values = {"as_of": as_of, "imported_at": now(), "is_whole": True}
            connection.execute(update(record_sets).where(*it).values(values))
            older = (record_sets.c.kind == kind, record_sets.c.number < number)
            connection.execute(delete(record_sets).where(*older))
        self._books.forget()
        self._sweep(_TABLES[kind], number)
        log.info("records_imported", kind=kind, rows=found.rows, as_of=f"{as_of}", who=who)
        return RecordSet(kind, number, as_of, found.rows, is_whole=True)

    def replace(
        self, kind: Records, as_of: date, rows: Sequence[Values], who: str
    ) -> Iterator[int]:
        """Bring a whole set, and say after each piece how many rows it had."""
        number = self.begin(kind, as_of)
        for start in range(0, len(rows), _PIECE):
            piece = rows[start : start + _PIECE]
            self.add(kind, number, piece)
            yield len(piece)
        self.finish(kind, number, as_of, who)

    def _sweep(self, table: Table, number: int) -> None:
        """Remove the rows of all sets before one: nobody meets them any more."""
        keys = tuple_(*table.primary_key)
        some = select(*table.primary_key).where(table.c.part_of < number).limit(_SWEPT)
        swept = _SWEPT
        while swept == _SWEPT:
            with self._database.writing() as connection:
                swept = connection.execute(delete(table).where(keys.in_(some))).rowcount


def _opened(connection: Connection, kind: Records, number: int) -> RecordSet:
    """Open a set for writing: nobody else finishes it, or another of its kind, meanwhile."""
    query = select(record_sets).where(record_sets.c.kind == kind).with_for_update()
    found = {row.number: _record_set(row) for row in connection.execute(query)}
    if number not in found:
        raise RecordError(f"There is no set {number} any more, or not yet.")
    if any(each.is_whole and each.number > number for each in found.values()):
        raise RecordError(f"Set {number} was overtaken by a newer one.")
    return found[number]


def _put(connection: Connection, table: Table, number: int, rows: Sequence[Values]) -> None:
    if not rows:
        return
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    new = insert(table)
    keys = [each.name for each in table.primary_key]
    others = {each.name: each for each in new.excluded if each.name not in keys}
    kept = new.on_conflict_do_update(index_elements=keys, set_=others)
    connection.execute(kept, [{**each, "part_of": number} for each in rows])


def _counted(connection: Connection, found: RecordSet) -> RecordSet:
    """Count the rows of a set, and note their number."""
    table = _TABLES[found.kind]
    its = select(func.count()).select_from(table).where(table.c.part_of == found.number)
    rows = connection.scalar(its) or 0
    it = (record_sets.c.kind == found.kind, record_sets.c.number == found.number)
    connection.execute(update(record_sets).where(*it).values(rows=rows))
    return RecordSet(found.kind, found.number, found.as_of, rows, found.is_whole)


def _record_set(row: Row[Any]) -> RecordSet:
    return RecordSet(row.kind, row.number, row.as_of, row.rows, row.is_whole)
