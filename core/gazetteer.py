"""The directory as it is now: as shipped, with the stations that operators added and corrected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.exc import DBAPIError

from core.clock import now
from core.database import Database, DatabaseDown
from core.directory import Directory, Station, alias, name_of, read_directory
from core.tables import stations

_KNOWN_FOR = timedelta(seconds=15)


class Gazetteer:
    """Gives the directory; what another process changed is known within 15 seconds.

    `shipped` is what the data files have: the districts and PIN codes in it never change. While the
    database is away, what was known last stands.
    """

    def __init__(self, database: Database) -> None:
        self.shipped = read_directory()
        self._database = database
        self._now = self.shipped
        self._version: tuple[object, ...] = (0, None)
        self._looked_at: datetime | None = None
        self._looking = Lock()

    @property
    def directory(self) -> Directory:
        """Give the directory as it is now."""
        # Only the first look is worth waiting for: until then nothing is known of changes.
        if not self._is_fresh and self._looking.acquire(blocking=self._looked_at is None):
            try:
                if not self._is_fresh:
                    self._look()
            finally:
                self._looking.release()
        return self._now

    def look_again(self) -> None:
        """Know at once what this process has changed."""
        with self._looking:
            self._look()

    @property
    def _is_fresh(self) -> bool:
        looked_at = self._looked_at
        # A clock that was put back makes nothing fresh for ever.
        return looked_at is not None and timedelta() <= now() - looked_at < _KNOWN_FOR

    def _look(self) -> None:
        try:
            with self._database.reading() as connection:
                version = _version(connection)
                if version != self._version:
                    self._now = self._with(connection.execute(select(stations)).all())
                    self._version = version
        except (DatabaseDown, DBAPIError):
            pass  # whoever needs the database says that it is away
        self._looked_at = now()

    def _with(self, rows: Sequence[Row[Any]]) -> Directory:
        found = (_station(row, self.shipped) for row in rows)
        return self.shipped.with_stations([each for each in found if each])


def _version(connection: Connection) -> tuple[object, ...]:
    query = select(func.count(), func.max(stations.c.changed_at)).select_from(stations)
    return tuple(connection.execute(query).one())


def _station(row: Row[Any], shipped: Directory) -> Station | None:
    district = shipped.district(row.district)
    if district is None:
        return None
    return Station(
        code=row.code,
        name=name_of(row.kind, row.name_en, row.name_hi),
        district=district,
        kind=row.kind,
        telephone=row.telephone,
        aliases=tuple(alias(each) for each in row.aliases),
        closed=row.closed,
    )
