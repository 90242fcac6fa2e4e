"""Cases as the desk lists them: folders, filters, searches; narrowed to what a viewer sees."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from casework.folders import FOLDERS, OF_TIME, Folder, in_folder, start_of
from casework.search import Search
from casework.turning import BY_DAY, BY_DUE_TIME, BY_NUMBER, Order, Page, Turn, cut, read_key
from casework.viewer import OF_THE_WOMENS_DESK, Placed, Viewer
from core.clock import now
from core.database import Database
from core.protection import KEPT_FROM_STATIONS
from core.sealing import Seal
from core.tables import cases, officers

PAGE = 25  # lines
COUNTED_UP_TO = 999
_MOST_JOINED = 50
_MOST_OFFICERS = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A case as a line of the desk, with nothing personal in it.

    It `is_masked` for a viewer who may know that it is there, but not what it is about.
    """

    id: int
    reference: str
    service: str
    kind: str
    state: str
    stage: str
    district: str | None
    station: str | None
    channel: str
    registered_at: datetime
    due_at: datetime | None
    raised: int
    protection: str | None
    officer_id: int | None
    officer: str | None
    joined_to: int | None
    is_demo: bool
    is_urgent: bool
    is_masked: bool

    @property
    def is_overdue(self) -> bool:
        """Whether its time is over and it is not closed."""
        return self.stage != "closed" and self.due_at is not None and self.due_at <= now()


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to: `since` and `until` are days of registering, both included."""

    state: str | None = None
    service: str | None = None
    kind: str | None = None
    channel: str | None = None
    district: str | None = None
    station: str | None = None
    officer: int | None = None
    has_no_officer: bool = False
    since: date | None = None
    until: date | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class Colleague:
    """An officer to whom a case may be given."""

    id: int
    login: str
    name: str
    role: str


class Casebook:
    """What the desk lists and finds."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._search = Search(seal)

    # --- Lists

    def page(
        self,
        viewer: Viewer,
        folder: Folder,
        filters: Filters | None = None,
        turn: Turn | None = None,
        *,
        most: int = PAGE,
    ) -> Page[Line]:
        """Give a page of a folder."""
        turn = turn or Turn()
        filters = filters or Filters()
        order = _order_of(folder, filters)
        query = _lines().where(*self._conditions(viewer, folder, filters))
        key = read_key(turn.before or turn.after, order)
        back = bool(turn.before) and key is not None
        if key is not None:
            query = query.where(order.beyond(key, back=back))
        with self._database.reading() as connection:
            rows = connection.execute(order.sorted(query, back=back).limit(most + 1)).all()
        lines = [_line(row, viewer) for row in rows]
        return cut(lines, order, most, back=back, is_first=key is None)

    def counts(self, viewer: Viewer, folders: Sequence[Folder] = FOLDERS) -> dict[Folder, int]:
        """Count the cases of folders, each up to one more than COUNTED_UP_TO."""
        with self._database.reading() as connection:
            return {
                folder: connection.scalar(self._counting(viewer, folder)) or 0 for folder in folders
            }

    def _counting(self, viewer: Viewer, folder: Folder) -> Select[Any]:
        some = select(cases.c.id).where(viewer.sees_rows(), *in_folder(viewer, folder))
        return select(func.count()).select_from(some.limit(COUNTED_UP_TO + 1).subquery())

    def joined_with(self, viewer: Viewer, case_id: int, joined_to: int | None) -> list[Line]:
        """List the cases that follow this one, or the one that it follows and its others."""
        head = joined_to or case_id
        together = or_(cases.c.id == head, cases.c.joined_to == head)
        query = _lines().where(viewer.sees_rows(), together, cases.c.id != case_id)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(cases.c.id).limit(_MOST_JOINED)).all()
        return [_line(row, viewer) for row in rows]

    def seen_of(self, viewer: Viewer, references: Collection[str]) -> set[str]:
        """Give those of these reference numbers whose cases a viewer may know of."""
        query = select(cases.c.reference).where(cases.c.reference.in_(references))
        with self._database.reading() as connection:
            return set(connection.scalars(query.where(viewer.sees_rows())))

    # --- People

    def colleagues(self, viewer: Viewer, case: Placed) -> list[Colleague]:
        """List the officers to whom a viewer may give a case: all of them could work it."""
        there = officers.c.district == case.district
        if viewer.role == "station":
            there = (officers.c.role == "station") & (officers.c.station == viewer.station)
        elif viewer.role == "women":
            there &= officers.c.role == "women"
        elif viewer.role == "state":
            there |= officers.c.role == "state"
        elif viewer.role != "district":
            return []
        query = select(officers).where(officers.c.is_active, there).order_by(officers.c.name)
        with self._database.reading() as connection:
            rows = connection.execute(query.limit(_MOST_OFFICERS)).all()
        return [
            Colleague(row.id, row.login, row.name, row.role)
            for row in rows
            if _could_work(row, case)
        ]

    def officers_seen(self, viewer: Viewer) -> list[Colleague]:
        """List the officers by whom a viewer may filter: his station's, or his district's."""
        if viewer.role == "station":
            there = officers.c.station == viewer.station
        elif viewer.role in ("women", "district"):
            there = officers.c.district == viewer.district
        else:
            return []
        query = select(officers.c.id, officers.c.login, officers.c.name, officers.c.role)
        query = query.where(there).order_by(officers.c.name).limit(_MOST_OFFICERS)
        with self._database.reading() as connection:
            return [Colleague(*row) for row in connection.execute(query)]

    def name_of(self, officer_id: int | None) -> str | None:
        """Give the name of an officer."""
        query = select(officers.c.name).where(officers.c.id == officer_id)
        with self._database.reading() as connection:
            return connection.scalar(query)

    def names_of(self, logins: Collection[str]) -> dict[str, str]:
        """Give the names of officers, by login; who is none has none."""
        query = select(officers.c.login, officers.c.name).where(officers.c.login.in_(logins))
        with self._database.reading() as connection:
            return {row.login: row.name for row in connection.execute(query)}

    # --- Conditions

    def _conditions(
        self, viewer: Viewer, folder: Folder, filters: Filters
    ) -> list[ColumnElement[bool]]:
        conditions = [viewer.sees_rows(), *in_folder(viewer, folder), *_narrowed(filters)]
        if filters.service or filters.kind:  # which a mask hides
            conditions.append(viewer.reads_rows())
        if filters.search.strip():
            conditions.append(self._search.of(viewer, filters.search))
        return conditions


def _lines() -> Select[Any]:
    columns = [cases.c[name] for name in Line.__dataclass_fields__ if name in cases.c]
    named = select(*columns, officers.c.name.label("officer"))
    return named.join_from(cases, officers, isouter=True)


def _line(row: Row[Any], viewer: Viewer) -> Line:
    return Line(**row._asdict(), is_masked=not viewer.reads(row))


def _order_of(folder: Folder, filters: Filters) -> Order:
    if folder in OF_TIME:
        return BY_DUE_TIME
    return BY_DAY if filters.since or filters.until else BY_NUMBER


def _narrowed(filters: Filters) -> list[ColumnElement[bool]]:
    conditions = [
        column == value
        for column, value in (
            (cases.c.state, filters.state),
            (cases.c.service, filters.service),
            (cases.c.kind, filters.kind),
            (cases.c.channel, filters.channel),
            (cases.c.district, filters.district),
            (cases.c.station, filters.station),
            (cases.c.officer_id, filters.officer),
        )
        if value
    ]
    if filters.has_no_officer:
        conditions.append(cases.c.officer_id.is_(None))
    if filters.since:
        conditions.append(cases.c.registered_at >= start_of(filters.since))
    if filters.until:
        conditions.append(cases.c.registered_at < start_of(filters.until + timedelta(days=1)))
    return conditions


def _could_work(officer: Row[Any], case: Placed) -> bool:
    """Say whether an officer, once it is his, could work a case."""
    if officer.role == "women":
        return case.protection in OF_THE_WOMENS_DESK and officer.district == case.district
    if officer.role == "station":
        return case.protection not in KEPT_FROM_STATIONS and officer.station == case.station
    if officer.role == "district":
        return bool(officer.district == case.district)
    return bool(officer.role == "state")
