"""Figures of cases, for those who supervise: by place and kind, in a span of days and over time.

What stands now (open, overdue, raised, without an officer) is counted as it is; what happened
(registered, closed, opened again, satisfied) is counted where it happened within the span.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, TypeAlias

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)

from casework.kept import Kept
from casework.overseer import AT_SUPERVISOR
from casework.viewer import Viewer
from core.clock import HERE, now
from core.database import Database
from core.services import PROTECTED_KINDS
from core.tables import cases, events, officers

Places: TypeAlias = Literal["district", "station"]
Key: TypeAlias = tuple[str | None, ...]
Step: TypeAlias = Literal["week", "month"]

PROTECTED = "protected"  # stands for every kind that is, where everybody may read
_OPEN_STAGES = ("new", "open", "waiting")
_MOST_DAYS_IN_WEEKS = 120
_OPEN_SECONDS = 300
_EVERYBODY = Viewer(0, "open", "state")


@dataclass(frozen=True, slots=True)
class Span:
    """Days by the clock of Bihar, from the first to the last, both counted."""

    first: date
    last: date

    @classmethod
    def of_days(cls, days: int) -> Span:
        """Give the last so many days, today among them."""
        today = now().astimezone(HERE).date()
        return cls(today - timedelta(days=days - 1), today)

    @property
    def since(self) -> datetime:
        """Give the moment at which it begins."""
        return _midnight(self.first)

    @property
    def until(self) -> datetime:
        """Give the moment before which it ends."""
        return _midnight(self.last + timedelta(days=1))

    @property
    def step(self) -> Step:
        """Say into what it is divided, to be looked at over time."""
        return "week" if (self.last - self.first).days < _MOST_DAYS_IN_WEEKS else "month"


@dataclass(frozen=True, slots=True)
class Asked:
    """What figures are asked for; an empty district or kind means all of them."""

    span: Span
    district: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one group of cases.

    `key` has the district, the district and the station, the kind, or nothing. Of those `closed`
    none was opened again; `median_days` is that from the day of registering to that of closing.
    `forsaken` are overdue, and without an officer.
    """

    key: Key = ()
    registered: int = 0
    closed: int = 0
    median_days: float | None = None
    reopened: int = 0
    satisfied: int = 0
    unsatisfied: int = 0
    open: int = 0
    overdue: int = 0
    raised: int = 0
    unassigned: int = 0
    forsaken: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of all cases asked for, and those by place and by kind."""

    total: Line
    places: tuple[Line, ...]
    kinds: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """A week or month, as far as it lies in the span; `overdue` is counted at its end."""

    first: date
    last: date
    registered: int
    closed: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Unmanned:
    """Places that have open cases, and nobody in service who would work or supervise them."""

    stations: tuple[Key, ...]
    districts: tuple[str, ...]


class Figures:
    """Counts cases, always among those that the viewer may see."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reports: Kept[Report] = Kept()
        self._courses: Kept[list[Period]] = Kept()

    def report(self, viewer: Viewer, asked: Asked, places: Places) -> Report:
        """Count them; what took long to count is counted anew after some minutes only."""
        question = (_scope(viewer), asked, places)
        return self._reports.get(question, lambda: self._report(viewer, asked, places))

    def open_report(self, span: Span) -> Report:
        """Count all cases of the state by district, for everybody; anew after five minutes.

        Kinds that are protected by themselves are one line.
        """
        return self._reports.get(
            span,
            lambda: self._report(_EVERYBODY, Asked(span), "district", merges_protected=True),
            least_seconds=_OPEN_SECONDS,
        )

    def over_time(self, viewer: Viewer, asked: Asked) -> list[Period]:
        """Count them week by week, or month by month in a long span; kept likewise."""
        question = (_scope(viewer), asked)
        return self._courses.get(question, lambda: self._over_time(viewer, asked))

    def _report(
        self, viewer: Viewer, asked: Asked, places: Places, *, merges_protected: bool = False
    ) -> Report:
        cells: dict[Key, _Tally] = defaultdict(_Tally)
        names = _PLACES[places]
        with self._database.reading() as connection:
            for query in self._queries(names, _which(viewer, asked), asked.span):
                for row in connection.execute(query).mappings():
                    kind = row["kind"]
                    kind = PROTECTED if merges_protected and kind in PROTECTED_KINDS else kind
                    cells[*(row[name] for name in names), kind].take(dict(row))
        return Report(
            _added((), cells.values()),
            _grouped((key[:-1], tally) for key, tally in cells.items()),
            _grouped((key[-1:], tally) for key, tally in cells.items()),
        )

    def _over_time(self, viewer: Viewer, asked: Asked) -> list[Period]:
        which, span = _which(viewer, asked), asked.span
        with self._database.reading() as connection:
            registered = self._per_day(connection, cases.c.registered_at, which, span)
            closed = self._per_day(connection, cases.c.closed_at, which & _is_closed(), span)
            stays = [*self._late(connection, which), *self._was_late(connection, which, span)]
        return [
            Period(
                first,
                last,
                sum(n for day, n in registered.items() if first <= day <= last),
                sum(n for day, n in closed.items() if first <= day <= last),
                sum(stay.cases for stay in stays if stay.first <= last < stay.before),
            )
            for first, last in _periods(span)
        ]

    def unmanned(self, viewer: Viewer, asked: Asked) -> Unmanned:
        """List stations without an officer and districts without a supervisor."""
        which = _which(viewer, asked) & _is_open()
        serving = select(officers.c.id).where(officers.c.is_active)
        at_station = serving.where(officers.c.station == cases.c.station)
        in_district = serving.where(
            officers.c.role == "district", officers.c.district == cases.c.district
        )
        stations = select(cases.c.district, cases.c.station).distinct()
        stations = stations.where(which, cases.c.station.is_not(None), ~at_station.exists())
        districts = select(cases.c.district).distinct()
        districts = districts.where(which, cases.c.district.is_not(None), ~in_district.exists())
        with self._database.reading() as connection:
            return Unmanned(
                tuple(sorted(map(tuple, connection.execute(stations)), key=_in_order)),
                tuple(sorted(connection.scalars(districts))),
            )

    # --- By place and kind

    def _queries(
        self, names: Iterable[str], which: ColumnElement[bool], span: Span
    ) -> Iterator[Select[Any]]:
        keys = [*(cases.c[name] for name in names), cases.c.kind]
        registered = select(*keys, func.count().label("registered"))
        registered = registered.where(which, _in_span(cases.c.registered_at, span))
        yield registered.group_by(*keys)
        yield _standing(keys).where(which, _is_open()).group_by(*keys)
        closed = select(*keys, self._days().label("days"), func.count().label("closed"))
        closed = closed.where(which, _is_closed(), _in_span(cases.c.closed_at, span))
        yield closed.group_by(*keys, "days")
        outcomes = _outcomes(keys).where(which, _in_span(events.c.at, span))
        yield outcomes.group_by(*keys)

    # --- Over time

    def _per_day(
        self, connection: Connection, moment: Column[Any], which: ColumnElement[bool], span: Span
    ) -> dict[date, int]:
        query = select(self._day(moment).label("day"), func.count())
        query = query.where(which, _in_span(moment, span)).group_by("day")
        return {_as_date(day): count for day, count in connection.execute(query)}

    def _late(self, connection: Connection, which: ColumnElement[bool]) -> Iterator[_Stay]:
        """Give the cases that are overdue now, by the day since when they are."""
        query = select(self._day(cases.c.due_at).label("day"), func.count())
        query = query.where(which, _is_overdue()).group_by("day")
        for day, count in connection.execute(query):
            yield _Stay(_as_date(day), date.max, count)

    def _was_late(
        self, connection: Connection, which: ColumnElement[bool], span: Span
    ) -> Iterator[_Stay]:
        """Give the cases that were overdue once: since the overseer said so, until they moved."""
        later = events.alias()
        moved = select(func.min(later.c.at)).where(
            later.c.case_id == events.c.case_id, later.c.id > events.c.id, later.c.kind == "moved"
        )
        told = select(events.c.case_id, events.c.at, moved.scalar_subquery().label("moved_at"))
        told = told.join(cases).where(which, _tells_of_delay(), events.c.at < span.until)
        each = told.subquery()
        stays = select(func.min(each.c.at).label("at"), each.c.moved_at)
        stays = stays.where(each.c.moved_at >= span.since)
        stay = stays.group_by(each.c.case_id, each.c.moved_at).subquery()
        days = self._day(stay.c.at).label("first"), self._day(stay.c.moved_at).label("before")
        for since, before, count in connection.execute(
            select(*days, func.count()).group_by("first", "before")
        ):
            yield _Stay(_as_date(since), _as_date(before), count)

    # --- What the two kinds of database say differently

    def _days(self) -> ColumnElement[int]:
        first, last = self._day(cases.c.registered_at), self._day(cases.c.closed_at)
        if self._database.is_sqlite:
            return cast(func.julianday(last) - func.julianday(first), Integer)
        return cast(last - first, Integer)

    def _day(self, moment: ColumnElement[Any]) -> ColumnElement[Any]:
        """Give the day by the clock of Bihar, which is half past five ahead all the year."""
        if self._database.is_sqlite:
            return func.date(moment, literal_column("'+330 minutes'"))
        return cast(func.timezone(literal_column("'Asia/Kolkata'"), moment), Date)


class _Tally:
    """What was counted in a group, and how many cases took how many days."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.days: Counter[int] = Counter()

    def take(self, row: Mapping[str, Any]) -> None:
        """Count in what a query found."""
        for name in _COUNTED & row.keys():
            self.counts[name] += row[name]
        if "days" in row:
            self.days[row["days"]] += row["closed"]


@dataclass(frozen=True, slots=True)
class _Stay:
    """So many cases that were overdue at the end of days from the first, before another."""

    first: date
    before: date
    cases: int


_PLACES: Mapping[Places, tuple[str, ...]] = {
    "district": ("district",),
    "station": ("district", "station"),
}
_COUNTED = Line.__dataclass_fields__.keys() - {"key", "median_days"}


def _grouped(cells: Iterable[tuple[Key, _Tally]]) -> tuple[Line, ...]:
    groups: dict[Key, list[_Tally]] = defaultdict(list)
    for key, tally in cells:
        groups[key].append(tally)
    lines = (_added(key, groups[key]) for key in sorted(groups, key=_in_order))
    return tuple(line for line in lines if line != Line(line.key))


def _added(key: Key, tallies: Iterable[_Tally]) -> Line:
    counts: Counter[str] = Counter()
    days: Counter[int] = Counter()
    for tally in tallies:
        counts.update(tally.counts)
        days.update(tally.days)
    return Line(key, median_days=_median(days), **counts)


def _median(days: Counter[int]) -> float | None:
    """Give the middle one, or the mean of the two in the middle."""
    total, passed, middle = days.total(), 0, []
    for value in sorted(days):
        before, passed = passed, passed + days[value]
        # Counted from 0, the places in the middle are these two, or one of them twice.
        middle += [value for place in ((total - 1) // 2, total // 2) if before <= place < passed]
    return sum(middle) / 2 if middle else None


def _scope(viewer: Viewer) -> Viewer:
    """Give what is the same for all who see the same cases."""
    return replace(viewer, id=0, login="")


def _which(viewer: Viewer, asked: Asked) -> ColumnElement[bool]:
    wanted = [viewer.sees_rows()]
    if asked.district:
        wanted.append(cases.c.district == asked.district)
    if asked.kind:
        wanted.append(cases.c.kind == asked.kind)
    return and_(*wanted)


def _standing(keys: Iterable[ColumnElement[Any]]) -> Select[Any]:
    nobodys = cases.c.officer_id.is_(None)
    return select(
        *keys,
        func.count().label("open"),
        _count(_is_overdue()).label("overdue"),
        _count(cases.c.raised >= AT_SUPERVISOR).label("raised"),
        _count(nobodys).label("unassigned"),
        _count(_is_overdue() & nobodys).label("forsaken"),
    )


def _outcomes(keys: Iterable[ColumnElement[Any]]) -> Select[Any]:
    answer = events.c.details["satisfied"].as_string()
    query = select(
        *keys,
        _count(events.c.kind == "moved").label("reopened"),
        _count((events.c.kind == "rated") & (answer == "yes")).label("satisfied"),
        _count((events.c.kind == "rated") & (answer == "no")).label("unsatisfied"),
    )
    reopened = (events.c.kind == "moved") & (events.c.to_state == "reopened")
    return query.select_from(events.join(cases)).where(or_(events.c.kind == "rated", reopened))


def _tells_of_delay() -> ColumnElement[bool]:
    """Say which events the overseer writes when the time is over (casework/overseer.py)."""
    of, whom = (events.c.details[name].as_string() for name in ("of", "whom"))
    is_late = or_(of == "not_signed", and_(of == "answer", whom != "citizen"))
    return or_(events.c.kind == "raised", and_(events.c.kind == "reminded", is_late))


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _in_span(moment: Column[Any], span: Span) -> ColumnElement[bool]:
    return and_(moment >= span.since, moment < span.until)


def _is_open() -> ColumnElement[bool]:
    return cases.c.stage.in_(_OPEN_STAGES)


def _is_closed() -> ColumnElement[bool]:
    return cases.c.stage == "closed"


def _is_overdue() -> ColumnElement[bool]:
    return _is_open() & (cases.c.due_at <= now())


def _in_order(key: Key) -> tuple[str, ...]:
    return tuple(each or "" for each in key)


def _as_date(day: date | str) -> date:
    return date.fromisoformat(str(day))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), HERE)


def _periods(span: Span) -> Iterator[tuple[date, date]]:
    first = span.first
    while first <= span.last:
        last = min(_end_of(first, span.step), span.last)
        yield first, last
        first = last + timedelta(days=1)


def _end_of(day: date, step: Step) -> date:
    if step == "week":
        return day + timedelta(days=6 - day.weekday())
    next_month = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    return next_month - timedelta(days=1)
