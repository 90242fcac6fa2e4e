"""Cases, officers and an overseer on one database, without the rest of the service."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from casework.overseer import Overseer
from core.case_file import CaseFiles
from core.cases import Case, Cases, Event, Move, NewCase
from core.clock import HERE, as_of
from core.database import Database
from core.dialogue import Recorded, Typed
from core.gazetteer import Gazetteer
from core.limits import Limits
from core.police import Told
from core.sealing import Seal
from core.services import SERVICES
from core.tables import cases, letters, officers
from tests.service import DATA_KEY


def at(day: int, hour: int = 10, month: int = 6) -> datetime:
    """A moment of 2026, by the clock of Bihar; 1 June is a Monday."""
    return datetime(2026, month, day, hour, tzinfo=HERE)


@dataclass
class Precinct:
    """What a test works with: cases of the district PATNA, if not told otherwise."""

    database: Database

    def __post_init__(self) -> None:
        self.seal = Seal(DATA_KEY, "for tests only")
        self.limits = Limits(self.database)
        self.cases = Cases(CaseFiles(self.database, self.seal, self.limits))
        self.overseer = Overseer(self.cases.files, Gazetteer(self.database))

    def registers(  # noqa: PLR0913  # one for each thing a test may care about
        self,
        when: datetime,
        station: str | None = "PAT01",
        district: str | None = "PATNA",
        phone: str = "+919800000001",
        *,
        kind: str = "theft",
        story: str | Recorded = "साइकिल चोरी",
        told: Told | None = None,
    ) -> str:
        new = NewCase(
            conversation=secrets.token_hex(8),
            service=next(each.key for each in SERVICES.values() if kind in each.kinds),
            kind=kind,
            phone=phone,
            language="hi",
            channel="ussd",
            district=district,
            station=station,
            usual_station=None,
            story=Typed(story) if isinstance(story, str) else story,
            told=told or {},
        )
        with as_of(when):
            return self.cases.register(new)

    def moves(self, when: datetime, reference: str, to: str, **details: str) -> Case:
        with as_of(when):
            return self.cases.move(reference, Move(to, "asha", details=details))

    def looks(self, when: datetime) -> None:
        """Let the overseer look until there is nothing to look at."""
        with as_of(when):
            while self.overseer.round():
                pass

    def hires(self, login: str, role: str = "station", /, **columns: object) -> int:
        """Take on an officer: at the station PAT01, or for the district PATNA, or the state."""
        place = {"station": {"district": "PATNA", "station": "PAT01"}, "state": {}}
        values = {
            "login": login,
            "name": login,
            "role": role,
            "language": "hi",
            "password_hash": "",
            "totp_sealed": b"",
            "must_change_password": False,
            "is_active": True,
            "created_at": at(1),
            **place.get(role, {"district": "PATNA"}),
            **columns,
        }
        with self.database.writing() as connection:
            hired = insert(officers).values(values).returning(officers.c.id)
            return int(connection.scalar(hired) or 0)

    def gives(self, reference: str, officer: int) -> None:
        self.sets(reference, officer_id=officer)

    def sets(self, reference: str, /, **columns: object) -> None:
        with self.database.writing() as connection:
            this = update(cases).where(cases.c.reference == reference)
            connection.execute(this.values(columns))

    def row(self, reference: str) -> Row[Any]:
        with self.database.reading() as connection:
            return connection.execute(select(cases).where(cases.c.reference == reference)).one()

    def events(self, reference: str) -> list[Event]:
        return self.cases.events_of(self.cases.look_up(reference))

    def traces(self, reference: str) -> list[tuple[str, dict[str, str]]]:
        """What the overseer has written into a case."""
        return [(e.kind, e.details) for e in self.events(reference) if e.who == "overseer"]

    def letters(self, reference: str) -> list[str]:
        """The letters of a case that came from the overseer, by the names of their templates."""
        query = select(letters.c.template).join(cases).where(cases.c.reference == reference)
        moved = [f"state.{e.to_state}" for e in self.events(reference) if e.kind == "moved"]
        with self.database.reading() as connection:
            posted = list(connection.scalars(query.order_by(letters.c.id)))
        for each in moved:
            posted.remove(each)
        return posted


@contextmanager
def precinct(url: str) -> Iterator[Precinct]:
    database = Database(url)
    yield Precinct(database)
    database.close()
