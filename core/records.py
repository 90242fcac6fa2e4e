"""What the state has told us of vehicles, cases (FIRs) and wanted persons: to be looked up.

It comes in sets (`casework/records.py` brings them): the newest one that is whole is looked up.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, ScalarSelect, Select, Table, func, select

from core.database import Database, DatabaseDown
from core.dialogue import shown
from core.police import (
    MOST_WANTED_NAMED,
    FirFound,
    VehicleFound,
    VehicleList,
    WantedList,
    WantedPerson,
)
from core.service_entry import Records
from core.tables import firs, record_sets, vehicles, wanted

_KNOWN_FOR_SECONDS = 60  # what another process has imported is offered after so long
_MOST_VEHICLES = 5
_DIGITS_OF_STATE, _DIGITS_OF_NUMBER = 2, 4  # BR, 1234


class RecordBooks:
    """The records there are."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kinds: frozenset[str] = frozenset()
        self._known_until = 0.0

    @property
    def kinds(self) -> frozenset[str]:
        """Name the kinds of records that have been imported."""
        if time.monotonic() >= self._known_until:
            query = select(record_sets.c.kind).where(record_sets.c.is_whole, record_sets.c.rows > 0)
            try:
                with self._database.reading() as connection:
                    self._kinds = frozenset(connection.scalars(query))
            except DatabaseDown:
                pass  # what was known a while ago is better than no menu
            self._known_until = time.monotonic() + _KNOWN_FOR_SECONDS
        return self._kinds

    def forget(self) -> None:
        """Have the kinds read again."""
        self._known_until = 0.0

    def vehicles(self, plate: str) -> VehicleList:
        """Look for a vehicle by its plate, or for those that stand on the keys that were keyed."""
        is_it = vehicles.c.plate == plate
        if plate.isdigit():
            is_it = vehicles.c.keyed.in_(_as_keyed(plate))
        query = _current(vehicles, "vehicles").where(is_it).order_by(vehicles.c.plate)
        with self._database.reading() as connection:
            found = connection.execute(query.limit(_MOST_VEHICLES)).all()
            return VehicleList(
                date=_date(connection, "vehicles"), vehicles=[_vehicle(row) for row in found]
            )

    def fir(self, station: str, number: int, year: int) -> FirFound:
        """Look how a case (FIR) stands; one that is closed looks like one that is not there."""
        it = (firs.c.station == station, firs.c.number == number, firs.c.year == year)
        with self._database.reading() as connection:
            row = connection.execute(_current(firs, "firs").where(*it)).first()
            date = _date(connection, "firs")
        if row is None or row.is_closed or not row.state:
            return FirFound(outcome="closed", state="", date=date)
        return FirFound(outcome="found", state=row.state, date=date)

    def wanted(self, district: str) -> WantedList:
        """List who is wanted in a district, the highest reward first."""
        query = _current(wanted, "wanted").where(wanted.c.district == district)
        in_order = query.order_by(func.coalesce(wanted.c.reward, 0).desc(), wanted.c.name_en)
        with self._database.reading() as connection:
            rows = connection.execute(in_order.limit(MOST_WANTED_NAMED)).all()
            count = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
            date = _date(connection, "wanted")
        persons = [
            WantedPerson(latin=row.name_en, devanagari=row.name_hi, reward=str(row.reward or ""))
            for row in rows
        ]
        return WantedList(date=date, persons=persons, others=count - len(persons))


def current_set(kind: Records) -> ScalarSelect[int]:
    """Give the number of the set that is looked up, for a query."""
    newest = select(func.max(record_sets.c.number))
    return newest.where(record_sets.c.kind == kind, record_sets.c.is_whole).scalar_subquery()


def _current(table: Table, kind: Records) -> Select[Any]:
    return select(table).where(table.c.part_of == current_set(kind))


def _date(connection: Connection, kind: Records) -> str:
    """Give the day as of which records of a kind are (24-11-2026); empty where none are."""
    its = (record_sets.c.kind == kind, record_sets.c.number == current_set(kind))
    day = connection.scalar(select(record_sets.c.as_of).where(*its))
    return shown(day.isoformat()) if day else ""


def _vehicle(row: Row[Any]) -> VehicleFound:
    return VehicleFound(
        plate=row.plate,
        status="recovered" if row.status == "recovered" else "stolen",
        district=row.district,
        station=row.station,
    )


def _as_keyed(keys: str) -> set[str]:
    """Give all that keys may stand for: zeros of a plate (BR01, 0123) are often left out."""
    return {
        whole for beginning in _with_whole_district(keys) for whole in _with_whole_number(beginning)
    }


def _with_whole_district(keys: str) -> Iterator[str]:
    yield keys
    yield f"{keys[:_DIGITS_OF_STATE]}0{keys[_DIGITS_OF_STATE:]}"


def _with_whole_number(keys: str) -> Iterator[str]:
    for digits in range(1, _DIGITS_OF_NUMBER + 1):
        yield keys[:-digits] + keys[-digits:].zfill(_DIGITS_OF_NUMBER)
