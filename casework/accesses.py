"""The access log: who looked at a story, a number or a recording, who printed or took it along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from sqlalchemy import ColumnElement, Connection, insert, select

from core.clock import now
from core.database import Database
from core.ledger import record
from core.sealing import Seal
from core.tables import accesses, cases

What: TypeAlias = Literal["story", "recording", "phone", "print", "export"]
Channel: TypeAlias = Literal["desk", "api", "console"]

SAME_LOOK = timedelta(minutes=1)  # whoever loads a page again within it has looked once
_LONGEST_WHO = 64


@dataclass(frozen=True, slots=True)
class Access:
    """One look at what is not for everybody."""

    id: int
    at: datetime
    who: str
    reference: str
    what: What
    channel: Channel


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which looks are wanted: of whom, at which case, from when on and until when; None for all."""

    who: str | None = None
    case_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Give the conditions of a query."""
        given: list[ColumnElement[bool]] = []
        if self.who is not None:
            given.append(accesses.c.who == self.who)
        if self.case_id is not None:
            given.append(accesses.c.case_id == self.case_id)
        if self.since is not None:
            given.append(accesses.c.at >= self.since)
        if self.until is not None:
            given.append(accesses.c.at < self.until)
        return given


class Accesses:
    """Notes who looked at what, sealed into the chain, and lists it."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    def note(
        self, who: str, case_id: int, what: What, channel: Channel, *, is_again: bool = False
    ) -> None:
        """Note a look; one that `is_again` counts only if the same was not noted just before."""
        values = {"who": who[:_LONGEST_WHO], "case_id": case_id, "what": what, "channel": channel}
        if is_again and self._is_noted(values):
            return
        with self._database.writing() as connection:
            row = insert(accesses).values(at=now(), **values).returning(accesses.c.id)
            record(connection, self._seal, "access", int(connection.scalar(row) or 0))

    def search(
        self, wanted: Wanted, *, most: int = 50, older_than: int | None = None
    ) -> list[Access]:
        """List the looks that are wanted, the newest first."""
        conditions = wanted.conditions()
        if older_than is not None:
            conditions.append(accesses.c.id < older_than)
        with self._database.reading() as connection:
            return _read(connection, conditions, most)

    def _is_noted(self, values: dict[str, object]) -> bool:
        query = select(accesses.c.id).where(
            *(accesses.c[name] == value for name, value in values.items()),
            accesses.c.at > now() - SAME_LOOK,
        )
        with self._database.reading() as connection:
            return connection.scalar(query.limit(1)) is not None


def _read(connection: Connection, conditions: list[ColumnElement[bool]], most: int) -> list[Access]:
    columns = (accesses.c.id, accesses.c.at, accesses.c.who, cases.c.reference)
    query = select(*columns, accesses.c.what, accesses.c.channel).join_from(accesses, cases)
    rows = connection.execute(query.where(*conditions).order_by(accesses.c.id.desc()).limit(most))
    return [Access(*row) for row in rows]
