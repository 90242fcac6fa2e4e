"""What the state has told us of vehicles, cases (FIRs) and wanted persons: looked up, never changed."""

from __future__ import annotations

import time
from datetime import date

from sqlalchemy import Row, or_, select

from core.database import Database, DatabaseDown
from core.days import shown
from core.plates import keys_of_plate
from core.police import FirFound, VehicleFound, WantedList, WantedPerson
from core.tables import firs, record_sets, vehicles, wanted

_KNOWN_FOR_SECONDS = 60  # what another process has imported is offered after so long
_MOST_VEHICLES = 5
_MOST_WANTED = 20


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
            try:
                with self._database.reading() as connection:
                    query = select(record_sets.c.kind).where(record_sets.c.rows > 0)
                    self._kinds = frozenset(connection.scalars(query))
            except DatabaseDown:
                pass  # what was known a while ago is better than no menu
            self._known_until = time.monotonic() + _KNOWN_FOR_SECONDS
        return self._kinds

    def forget(self) -> None:
        """Have the kinds read again."""
        self._known_until = 0.0

    def vehicles(self, plate: str) -> list[VehicleFound]:
        """Look for a vehicle by its plate, or by the keys it stands on."""
        keyed = keys_of_plate(plate)
        is_it = vehicles.c.plate == plate
        if plate.isdigit():
            is_it = or_(is_it, vehicles.c.keyed == keyed)
        query = select(vehicles).where(is_it).order_by(vehicles.c.plate).limit(_MOST_VEHICLES)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        as_of = self.as_of("vehicles")
        return [_vehicle(row, as_of) for row in rows]

    def fir(self, station: str, number: int, year: int) -> FirFound:
        """Look how a case (FIR) stands."""
        query = select(firs).where(
            firs.c.station == station, firs.c.number == number, firs.c.year == year
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        date_of = self.as_of("firs")
        if row is None or row.is_closed or not row.state:
            return FirFound(outcome="closed", state="", date=date_of)
        return FirFound(outcome="found", state=row.state, date=date_of)

    def wanted(self, district: str) -> WantedList:
        """List who is wanted in a district."""
        query = select(wanted).where(wanted.c.district == district)
        query = query.order_by(wanted.c.reward.desc(), wanted.c.id).limit(_MOST_WANTED)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        persons = [
            WantedPerson(latin=row.name_en, devanagari=row.name_hi, reward=str(row.reward or ""))
            for row in rows
        ]
        return WantedList(date=self.as_of("wanted"), persons=persons)

    def as_of(self, kind: str) -> str:
        """Give the day as of which records of a kind are (24-11-2026); empty where none are."""
        with self._database.reading() as connection:
            day: date | None = connection.scalar(
                select(record_sets.c.as_of).where(record_sets.c.kind == kind)
            )
        return shown(day.isoformat()) if day else ""


def _vehicle(row: Row[tuple[object, ...]], as_of: str) -> VehicleFound:
    return VehicleFound(
        plate=row.plate,
        status="recovered" if row.status == "recovered" else "stolen",
        district=row.district,
        station=row.station,
        date=as_of,
    )
