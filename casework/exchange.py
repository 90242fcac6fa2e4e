"""Cases and events as other systems read them: within what a viewer sees, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from casework.viewer import Viewer
from core.database import Database
from core.reference import is_well_formed
from core.sealing import Seal, Unreadable
from core.tables import cases, events, ledger, ledger_head, told

# What may leave of an event's details: nothing that names an officer, or is a way to a recording.
TOLD_DETAILS = frozenset(
    {
        "as",
        "case",
        "diary_number",
        "district",
        "fields",
        "fir_date",
        "fir_number",
        "held",
        "of",
        "protection",
        "question",
        "reason",
        "satisfied",
        "station",
        "to",
        "whom",
        "without",
    }
)
_LOOKED_THROUGH = 5000  # links of the chain for one page: a district's events may be few

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Passed:
    """A case as it is passed on, without its story and the citizen's number.

    `cursor` goes up in the order of registration; `joined_to` is the reference number of the case
    that it follows if it `is_joined`, and None where that one is not seen.
    """

    cursor: int
    reference: str
    service: str
    kind: str
    language: str
    channel: str
    district: str | None
    station: str | None
    state: str
    stage: str
    state_since: datetime
    registered_at: datetime
    version: int
    protection: str | None
    fir_number: str | None
    diary_number: str | None
    question: str | None
    due_at: datetime | None
    closed_at: datetime | None
    reopened: int
    satisfied: bool | None
    is_joined: bool
    joined_to: str | None
    is_urgent: bool
    is_silent: bool
    is_demo: bool
    is_spoken: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """What is personal in a case; None is what no key of the ring opens.

    The story, and a field of what was told, is empty where it was spoken and not written down; the
    phone where an informant keeps hers to herself.
    """

    phone: str | None
    story: str | None
    told: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it is passed on; `n` is its number in the chain."""

    n: int
    at: datetime
    reference: str
    kind: str
    from_state: str | None
    to_state: str
    details: dict[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases are wanted."""

    state: str | None = None
    district: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventsTold:
    """Events in the order of commits; `next` is how far was looked, and `more` may be there."""

    events: list[Told]
    next: int
    more: bool


class Exchange:
    """Reads cases and events for those outside."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    def find(self, viewer: Viewer, reference: str) -> Passed | None:
        """Find a case among those a viewer sees; what is no reference number is of none."""
        if not is_well_formed(reference):
            return None
        query = _passed(viewer).where(cases.c.reference == reference)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return _as_passed(row) if row else None

    def open(self, case: Passed) -> Opened:
        """Open what is personal in a case; the caller notes the access before."""
        heard = select(events.c.details, events.c.note_sealed).where(
            events.c.case_id == case.cursor, events.c.kind == "heard"
        )
        personal = select(cases.c.phone_sealed, cases.c.story_sealed, cases.c.recording)
        fields = select(told).where(told.c.case_id == case.cursor).order_by(told.c.field)
        with self._database.reading() as connection:
            row = connection.execute(personal.where(cases.c.id == case.cursor)).one()
            notes = connection.execute(heard.order_by(events.c.id)).all()
            values = connection.execute(fields).all()
        spoken = {details.get("recording"): sealed for details, sealed in notes}
        return Opened(
            phone=self._opened(case, row.phone_sealed) if row.phone_sealed else "",
            story=self._words(case, row.story_sealed, spoken.get(row.recording)),
            told={
                each.field: self._words(case, each.value_sealed, spoken.get(each.recording))
                for each in values
            },
        )

    def _words(self, case: Passed, sealed: bytes, heard: bytes | None) -> str | None:
        """Open what was told, or else what an officer heard in its recording."""
        words = self._opened(case, sealed)
        return self._opened(case, heard) if words == "" and heard else words

    def _opened(self, case: Passed, sealed: bytes) -> str | None:
        try:
            return self._seal.open(sealed)
        except Unreadable as trouble:
            log.error("case_unreadable", case=case.cursor, why=str(trouble))
            return None

    def page(self, viewer: Viewer, wanted: Wanted, after: int, most: int) -> list[Passed]:
        """List cases in the order of their registration, those behind a cursor."""
        query = _passed(viewer).where(cases.c.id > after, *_conditions(wanted))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(cases.c.id).limit(most))
            return [_as_passed(row) for row in rows]

    def all(self, viewer: Viewer, wanted: Wanted, after: int, most: int) -> Iterator[list[Passed]]:
        """Give all cases behind a cursor, in pages."""
        while page := self.page(viewer, wanted, after, most):
            yield page
            after = page[-1].cursor

    def count(self, viewer: Viewer, wanted: Wanted, after: int) -> int:
        """Count the cases behind a cursor."""
        query = select(func.count()).select_from(cases).where(viewer.sees_rows())
        counted = query.where(cases.c.id > after, *_conditions(wanted))
        with self._database.reading() as connection:
            return connection.scalar(counted) or 0

    def head(self) -> int:
        """Give the number of the newest link of the chain."""
        with self._database.reading() as connection:
            return connection.scalar(select(ledger_head.c.n)) or 0

    def events(self, viewer: Viewer, after: int, most: int) -> EventsTold:
        """List the events of cases a viewer sees, in the order of commits, behind a number."""
        query = (
            select(ledger.c.n, events, cases.c.reference)
            .join(events, events.c.id == ledger.c.row_id)
            .join(cases, cases.c.id == events.c.case_id)
            .where(ledger.c.source == "event", ledger.c.n > after, viewer.sees_rows())
            .order_by(ledger.c.n)
            .limit(most)
        )
        with self._database.reading() as connection:
            # The head first: a link behind it may come between the two questions.
            head = connection.scalar(select(ledger_head.c.n)) or 0
            end = min(head, after + _LOOKED_THROUGH)
            rows = connection.execute(query.where(ledger.c.n <= end)).all()
            seen = _seen(connection, viewer, {row.details.get("case") for row in rows})
        if len(rows) == most:
            end = rows[-1].n
        return EventsTold([_as_told(row, seen) for row in rows], max(end, after), end < head)


def _passed(viewer: Viewer) -> Select[Any]:
    """Begin a query of what is passed on of cases."""
    seen = select(cases.c.id, cases.c.reference).where(viewer.sees_rows()).subquery("seen")
    query = select(cases, seen.c.reference.label("leading"))
    joined = query.outerjoin(seen, seen.c.id == cases.c.joined_to)
    return joined.where(viewer.sees_rows())


def _seen(connection: Connection, viewer: Viewer, references: set[str | None]) -> set[str]:
    """Give those of these reference numbers whose cases a viewer sees."""
    named = references - {None}
    if not named:
        return set()
    query = select(cases.c.reference).where(cases.c.reference.in_(named), viewer.sees_rows())
    return set(connection.scalars(query))


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.state:
        yield cases.c.state == wanted.state
    if wanted.district:
        yield cases.c.district == wanted.district
    if wanted.since:
        yield cases.c.registered_at >= wanted.since


def _as_passed(row: Row[Any]) -> Passed:
    given = row._mapping  # noqa: SLF001  # SQLAlchemy's public name for it
    made = {
        "cursor": row.id,
        "is_joined": given[cases.c.joined_to] is not None,
        "joined_to": row.leading,
        "is_spoken": given[cases.c.recording] is not None,
    }
    names = Passed.__dataclass_fields__.keys() - made.keys()
    return Passed(**made, **{name: _in_utc(given[cases.c[name]]) for name in names})


def _in_utc(value: Any) -> Any:  # noqa: ANN401  # a column's value, whatever it is
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _as_told(row: Row[Any], seen: set[str]) -> Told:
    details = told_details(row.details)
    if details.get("case") not in seen:
        details.pop("case", None)
    return Told(
        n=row.n,
        at=row.at.astimezone(UTC),
        reference=row.reference,
        kind=row.kind,
        from_state=row.from_state,
        to_state=row.to_state,
        details=details,
    )


def told_details(details: dict[str, str]) -> dict[str, str]:
    """Give what may leave of an event's details, dates written as ISO 8601 wants them."""
    told = {name: str(value) for name, value in details.items() if name in TOLD_DETAILS}
    if "fir_date" in told:
        day, month, year = told["fir_date"].split("-")
        told["fir_date"] = f"{year}-{month}-{day}"
    return told
