"""A year of a thousand cases of all services: none goes late, and none urgent, without a trace.

Some of them are where nobody is.
"""

import random
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select

from core.cases import Case, next_states
from core.protection import KEPT_FROM_STATIONS
from core.services import KINDS, SERVICES
from core.states import STATES
from core.tables import cases, events, letters
from tests.casework.precinct import Precinct, at, precinct

CASES = 1000
DAYS = 365
DAY = timedelta(days=1)
SOON = timedelta(seconds=20)
# Of every station: how likely somebody does something on a case on a day.
DILIGENCE = {
    ("PATNA", "PAT01"): 0.25,
    ("PATNA", "PAT02"): 0.04,
    ("PATNA", "PAT03"): 0.0,  # nobody works there
    ("GAYA", "GAY01"): 0.12,
    ("GAYA", "GAY02"): 0.02,
    ("ARWAL", "ARW01"): 0.08,  # no supervisor
    ("ARWAL", "ARW02"): 0.0,  # and nobody at the station
    (None, None): 0.05,  # no place at all: the state's
}
# Who has what stations do not see.
AT_THE_DISTRICT = {("PATNA", None): 0.1, ("ARWAL", None): 0.03}
DETAILS = {
    "fir_registered": {"fir_number": "1/2026", "fir_date": "01-01-2026"},
    "recorded": {"diary_number": "1/2026"},
    "transferred": {"district": "GAYA", "station": "GAY01"},
    "rejected": {"reason": "not_police"},
}


@dataclass
class Stay:
    """A case in a state, until it left it."""

    case: Case
    left_at: datetime

    @property
    def is_late(self) -> bool:
        """Whether a day went by after its time was over."""
        return self.case.due_at is not None and self.left_at >= self.case.due_at + DAY


@dataclass
class Year:
    """What happens in it; `stays` is the test's own record, beside what the service keeps."""

    precinct: Precinct
    chance: random.Random
    officers: dict[str, int] = field(default_factory=dict)
    open: list[Case] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)

    def staff(self) -> None:
        phone = self.precinct.seal.close("+919800000099")
        for (district, station), diligence in DILIGENCE.items():
            if station and diligence:
                place = {"district": district, "station": station, "phone_sealed": phone}
                self.officers[station] = self.precinct.hires(f"si.{station}", **place)
        self.precinct.hires("sp.patna", "district", phone_sealed=phone)
        self.precinct.hires("sp.gaya", "district", district="GAYA")
        self.precinct.hires("control", "state")

    def pass_by(self) -> None:
        arrivals = Counter(self.chance.randrange(DAYS) for _ in range(CASES))
        noon = at(1, 12, month=1)
        for day in range(DAYS):
            self.precinct.looks(noon - timedelta(hours=9))
            self.open += [self.arrival(noon) for _ in range(arrivals[day])]
            self.precinct.looks(noon + SOON)
            worked_on = [self.work(noon, case) for case in self.open]
            self.open = [case for case in worked_on if case.stage != "closed"]
            noon += DAY
        self.precinct.looks(noon)
        self.stays += [Stay(case, noon) for case in self.open]

    def arrival(self, when: datetime) -> Case:
        service = self.chance.choice([each for each in SERVICES.values() if each.course])
        kind = self.chance.choice(list(service.kinds))
        is_kept = KINDS[kind].protection in KEPT_FROM_STATIONS
        places = AT_THE_DISTRICT if is_kept else DILIGENCE
        district, station = self.chance.choice(list(places))
        phone = "" if service.is_nameless else f"+9198{self.chance.randrange(10**8):08}"
        reference = self.precinct.registers(when, station, district, phone, kind=kind)
        return self.precinct.cases.look_up(reference)

    def work(self, when: datetime, case: Case) -> Case:
        diligence = DILIGENCE | AT_THE_DISTRICT
        if self.chance.random() >= diligence[case.district, case.station]:
            return case
        to = self.chance.choice(sorted(next_states(case)))
        moved = self.precinct.moves(when, case.reference, to, **DETAILS.get(to, {}))
        if case.station in self.officers and to != "transferred" and self.chance.random() < 0.7:
            self.precinct.gives(case.reference, self.officers[case.station])
        self.stays.append(Stay(case, when))
        if "reopened" in next_states(moved) and self.chance.random() < 0.2:
            return self.precinct.moves(when, case.reference, "reopened")
        return moved


@pytest.fixture
def year(sqlite_database_url: str) -> Iterator[Year]:
    with precinct(sqlite_database_url) as patna:
        # A year of transactions: none of them needs to outlive a loss of power.
        @event.listens_for(patna.database.engine, "connect")
        def hurry(connection: sqlite3.Connection, _: object) -> None:
            connection.execute("PRAGMA synchronous=OFF")

        patna.database.engine.dispose()
        year = Year(patna, random.Random(2026))  # noqa: S311  # no secret
        year.staff()
        yield year


def test_no_case_of_a_year_goes_late_without_a_trace(year: Year) -> None:
    year.pass_by()

    columns = (cases.c.reference, events.c.at, events.c.kind, events.c.details)
    query = select(*columns).join_from(events, cases).where(events.c.who == "overseer")
    with year.precinct.database.reading() as connection:
        found = connection.execute(query).all()
        hearings = select(cases.c.reference).join_from(letters, cases)
        told = connection.scalars(hearings.where(letters.c.template == "raised")).all()
    traces: dict[str, list[datetime]] = defaultdict(list)
    for each in found:
        traces[each.reference].append(each.at)
    late = [stay.case for stay in year.stays if stay.is_late]
    silent = [
        (case.reference, case.service, case.state, case.due_at, case.state_since)
        for case in late
        if not any(timedelta() <= when - late_from(case) <= DAY for when in traces[case.reference])
    ]
    assert silent == []

    raised = Counter(each.reference for each in found if each.kind == "raised")
    informants = {stay.case.reference for stay in year.stays if not stay.case.phone}
    assert informants & raised.keys()
    assert Counter(told) == Counter(raised.keys() - informants)  # each of those citizens once

    new = [stay.case for stay in year.stays if stay.case.state == "received"]
    alerted = Counter(
        (each.reference, each.details["station"]) for each in found if each.kind == "alerted"
    )
    urgent = {(case.reference, case.station or "") for case in new if case.is_urgent}
    assert urgent <= alerted.keys()  # and where they were sent
    assert {reference for reference, _ in urgent} == {reference for reference, _ in alerted}
    assert {*alerted.values()} == {1, 2}  # and who was above, where nobody took it

    assert {case.service for case in late} == {key for key, each in SERVICES.items() if each.course}
    still_open = {name for name, state in STATES.items() if state.stage != "closed"}
    assert still_open <= {stay.case.state for stay in year.stays}

    to = Counter(each.details["to"] for each in found if each.kind == "raised")
    without = Counter(each.details.get("without") for each in found if each.kind == "raised")
    assert len(year.stays) > 2 * CASES
    assert len(late) > CASES / 2
    assert min(to["district"], to["state"]) > CASES / 10
    assert all(without[who] for who in (None, "officer", "supervisor", "officer,supervisor"))


def late_from(case: Case) -> datetime:
    """Say since when a case is late in its state; the time of the whole may be over before."""
    assert case.due_at
    return max(case.due_at, case.state_since)
