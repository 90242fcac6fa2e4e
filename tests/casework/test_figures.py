"""Figures of a few cases, each number of them worked out by hand."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count

import pytest
import time_machine
from sqlalchemy import insert

from casework.figures import Asked, Figures, Key, Line, Period, Span
from casework.viewer import Role, Viewer
from core.clock import HERE
from core.database import Database
from core.tables import cases, events, officers

TODAY = date(2026, 6, 15)  # a Monday
NOON = datetime(2026, 6, 15, 12, tzinfo=HERE)
LAST_30_DAYS = Asked(Span(date(2026, 5, 17), TODAY))
STATE = Viewer(1, "control", "state")
OPEN, NEW, CLOSED = ("under_enquiry", "open"), ("received", "new"), ("disposed", "closed")

numbers = count(1)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def ago(days: float) -> datetime:
    return NOON - timedelta(days=days)


def put(
    database: Database,
    registered: float,
    stage: tuple[str, str] = OPEN,
    *,
    place: tuple[str | None, str | None] = ("PATNA", "P1"),
    kind: str = "theft",
    **values: object,
) -> int:
    """Put a case there that was registered so many days ago; give its id."""
    n, (district, station), (state, of_stage) = next(numbers), place, stage
    row = {
        "reference": f"{n:010}",
        "conversation": f"conversation {n}",
        "service": "complaint",
        "kind": kind,
        "phone_hash": "hash",
        "phone_sealed": b"",
        "language": "hi",
        "channel": "sms",
        "district": district,
        "station": station,
        "story_sealed": b"",
        "state": state,
        "state_since": ago(registered),
        "registered_at": ago(registered),
        "stage": of_stage,
        **values,
    }
    with database.writing() as connection:
        return int(connection.scalar(insert(cases).values(row).returning(cases.c.id)) or 0)


def happens(database: Database, case: int, days: float, **values: object) -> None:
    """Have something happen to a case so many days ago."""
    usual = {"who": "rk", "kind": "moved", "to_state": "under_enquiry", "details": {}}
    row = {"case_id": case, "at": ago(days), **usual, **values}
    with database.writing() as connection:
        connection.execute(insert(events).values(row))


def put_officer(database: Database, role: Role, **values: object) -> int:
    row = {
        "login": f"{role}{next(numbers)}",
        "name": "R. Kumar",
        "role": role,
        "language": "hi",
        "password_hash": "",
        "totp_sealed": b"",
        "must_change_password": False,
        "is_active": True,
        "created_at": NOON,
        **values,
    }
    with database.writing() as connection:
        return int(connection.scalar(insert(officers).values(row).returning(officers.c.id)) or 0)


def total(database: Database, viewer: Viewer = STATE) -> Line:
    return Figures(database).report(viewer, LAST_30_DAYS, "station").total


def registered(lines: Iterable[Line]) -> dict[Key, int]:
    return {line.key: line.registered for line in lines}


def test_what_stands_now_counts_however_old_it_is(database: Database) -> None:
    officer = put_officer(database, "station", station="P1")
    put(database, 400, officer_id=officer, due_at=ago(-1), raised=1)  # he was reminded
    put(database, 300, officer_id=officer, due_at=ago(1), raised=2)  # his supervisor has it
    put(database, 2, NEW, due_at=ago(1), raised=3)  # the state has it
    put(database, 1, NEW)
    expected = Line(registered=2, open=4, overdue=2, raised=2, unassigned=2, forsaken=1)
    assert total(database) == expected


def test_a_case_is_overdue_from_the_moment_it_is_due(database: Database) -> None:
    put(database, 3, due_at=NOON)
    put(database, 3, due_at=NOON + timedelta(seconds=1))
    put(database, 3, CLOSED, due_at=ago(1), closed_at=ago(0))
    assert total(database).overdue == 1


def test_a_span_has_its_first_and_its_last_day_by_the_clock_of_bihar(database: Database) -> None:
    midnight = datetime(2026, 5, 17, tzinfo=HERE)
    for moment in (
        midnight - timedelta(seconds=1),
        midnight,
        datetime(2026, 6, 15, 23, 59, 59, tzinfo=HERE),
        datetime(2026, 6, 16, tzinfo=HERE),
    ):
        put(database, 0, registered_at=moment)
    assert total(database).registered == 2


def test_the_last_days_have_today_among_them() -> None:
    assert Span.of_days(30) == LAST_30_DAYS.span


@pytest.mark.parametrize(
    ("days", "median"),
    [
        ([4], 4),
        ([9, 1], 5),
        ([1, 30, 2], 2),
        ([8, 2, 3, 90], 5.5),
        ([7, 7, 0, 90], 7),
        ([0.4], 0),  # at noon, from before
        ([0.6], 1),  # from the evening before
    ],
)
def test_the_median_is_the_middle_one_or_between_the_two(
    database: Database, days: list[float], median: float
) -> None:
    for each in days:
        put(database, each + 2, CLOSED, closed_at=ago(2))
    put(database, 500, CLOSED, closed_at=ago(40))  # before the span
    line = total(database)
    assert line.closed == len(days)
    assert line.median_days == median


def test_medians_are_those_of_each_group(database: Database) -> None:
    for place, days in ((("PATNA", "P1"), 2), (("PATNA", "P1"), 4), (("GAYA", "G1"), 10)):
        put(database, days, CLOSED, place=place, closed_at=ago(0))
    report = Figures(database).report(STATE, LAST_30_DAYS, "district")
    medians = [(line.key, line.median_days) for line in report.places]
    assert medians == [(("GAYA",), 10), (("PATNA",), 3)]
    assert report.total.median_days == report.kinds[0].median_days == 4


def test_what_citizens_said_counts_when_they_said_it(database: Database) -> None:
    case = put(database, 200)
    for days, kind, to_state, details in (
        (90, "rated", "disposed", {"satisfied": "yes"}),  # before the span
        (9, "rated", "disposed", {"satisfied": "no"}),
        (9, "moved", "reopened", {}),
        (8, "noted", "reopened", {}),  # its state stayed
        (7, "moved", "under_enquiry", {}),
        (3, "rated", "disposed", {"satisfied": "yes"}),
        (2, "rated", "disposed", {"satisfied": "yes"}),
    ):
        happens(database, case, days, kind=kind, to_state=to_state, details=details)
    expected = Line(open=1, unassigned=1, reopened=1, satisfied=2, unsatisfied=1)
    assert total(database) == expected


def test_groups_are_places_and_kinds(database: Database) -> None:
    put(database, 1)
    put(database, 1, kind="women_safety")
    put(database, 1, place=("PATNA", "P2"), kind="police_conduct")
    put(database, 1, place=("PATNA", None), kind="secret_information", phone_hash="")
    put(database, 1, ("recorded", "closed"), kind="lost_property")
    put(database, 1, place=("PATNA", None))
    put(database, 1, place=(None, None))
    figures = Figures(database)
    for_everybody = figures.open_report(LAST_30_DAYS.span)
    by_station = figures.report(STATE, LAST_30_DAYS, "station")
    assert registered(for_everybody.places) == {(None,): 1, ("PATNA",): 6}
    assert registered(by_station.places) == {
        (None, None): 1,
        ("PATNA", None): 2,
        ("PATNA", "P1"): 3,
        ("PATNA", "P2"): 1,
    }
    open_to_all = {("theft",): 3, ("lost_property",): 1}
    protected = dict.fromkeys((("women_safety",), ("police_conduct",), ("secret_information",)), 1)
    assert registered(by_station.kinds) == open_to_all | protected
    assert registered(for_everybody.kinds) == open_to_all | {("protected",): 3}


def test_figures_are_narrowed_to_a_district_and_a_kind(database: Database) -> None:
    put(database, 1)
    put(database, 1, kind="missing_person")
    put(database, 1, place=("GAYA", "G1"))
    figures, asked = Figures(database), LAST_30_DAYS
    both = replace(asked, district="PATNA", kind="theft")
    for wanted, expected in (
        (replace(asked, district="PATNA"), 2),
        (replace(asked, kind="theft"), 2),
        (both, 1),
    ):
        assert figures.report(STATE, wanted, "district").total.registered == expected
    assert sum(period.registered for period in figures.over_time(STATE, both)) == 1


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [
        (STATE, 4),
        (Viewer(1, "a", "auditor"), 4),
        (Viewer(1, "d", "district", district="PATNA"), 3),
        (Viewer(1, "w", "women", district="PATNA"), 1),
        (Viewer(1, "s", "station", district="PATNA", station="P1"), 2),
        (Viewer(1, "o", "admin"), 0),
    ],
)
def test_nobody_counts_what_he_may_not_see(database: Database, viewer: Viewer, seen: int) -> None:
    for protection in (None, "women", "conduct"):
        case = put(database, 10, protection=protection)
        happens(database, case, 3, kind="rated", details={"satisfied": "yes"})
        done = put(database, 10, CLOSED, closed_at=ago(1), protection=protection)
        happens(database, done, 2, kind="raised")
        happens(database, done, 1)
    put(database, 10, place=("GAYA", "G1"))
    line = total(database, viewer)
    assert line.open == seen
    assert line.satisfied == line.closed == min(seen, 3)
    periods = Figures(database).over_time(viewer, LAST_30_DAYS)
    assert sum(period.registered for period in periods) == line.registered
    assert sum(period.closed for period in periods) == line.closed
    # Raised two days ago, on Saturday, and closed on Sunday: overdue at the end of no week.
    assert sum(period.overdue for period in periods) == 0


def test_weeks_end_on_sunday_and_with_the_span(database: Database) -> None:
    put(database, 3)  # Friday
    put(database, 0)
    put(database, 5, CLOSED, closed_at=ago(1))  # Sunday
    span = Span(date(2026, 6, 5), TODAY)
    assert Figures(database).over_time(STATE, Asked(span)) == [
        Period(date(2026, 6, 5), date(2026, 6, 7), 0, 0, 0),
        Period(date(2026, 6, 8), date(2026, 6, 14), 2, 1, 0),
        Period(date(2026, 6, 15), TODAY, 1, 0, 0),
    ]


def test_long_spans_are_divided_into_months(database: Database) -> None:
    put(database, 1)
    periods = Figures(database).over_time(STATE, Asked(Span(date(2025, 12, 20), TODAY)))
    assert [(each.first, each.last) for each in periods] == [
        (date(2025, 12, 20), date(2025, 12, 31)),
        (date(2026, 1, 1), date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 3, 1), date(2026, 3, 31)),
        (date(2026, 4, 1), date(2026, 4, 30)),
        (date(2026, 5, 1), date(2026, 5, 31)),
        (date(2026, 6, 1), TODAY),
    ]
    assert [each.registered for each in periods] == [0, 0, 0, 0, 0, 0, 1]


def test_a_case_is_overdue_at_the_end_of_each_week_until_it_moves(database: Database) -> None:
    put(database, 60, due_at=ago(10))  # Friday 5 June, and still
    case = put(database, 60, due_at=ago(-9))
    happens(database, case, 17, kind="raised")  # Friday 29 May
    happens(database, case, 12, kind="raised")  # once more: it is one case
    happens(database, case, 4)  # moved on Thursday 11 June
    happens(database, case, 3, kind="noted")
    span = Span(date(2026, 5, 25), TODAY)
    overdue = [each.overdue for each in Figures(database).over_time(STATE, Asked(span))]
    assert overdue == [1, 2, 1, 1]


@pytest.mark.parametrize(
    ("details", "overdue"),
    [
        ({"of": "not_signed", "whom": "citizen"}, [1, 0]),
        ({"of": "answer", "whom": "officer"}, [1, 0]),
        ({"of": "answer", "whom": "citizen"}, [0, 0]),  # a day before its time is over
        ({"of": "due", "whom": "officer"}, [0, 0]),  # the same
    ],
)
def test_the_overseer_tells_since_when_it_was_overdue(
    database: Database, details: dict[str, str], overdue: list[int]
) -> None:
    case = put(database, 60)
    happens(database, case, 10, kind="reminded", details=details)
    happens(database, case, 4)
    span = Span(date(2026, 6, 1), date(2026, 6, 14))
    found = Figures(database).over_time(STATE, Asked(span))
    assert [each.overdue for each in found] == overdue


def test_places_where_nobody_serves_are_named(database: Database) -> None:
    put(database, 1)
    put(database, 1, place=("PATNA", "P2"))
    put(database, 1, place=("GAYA", "G1"))
    put(database, 1, CLOSED, place=("SARAN", "S1"), closed_at=ago(0))
    put(database, 1, place=(None, None))
    put_officer(database, "station", district="PATNA", station="P1")
    put_officer(database, "station", district="PATNA", station="P2", is_active=False)
    put_officer(database, "district", district="PATNA")
    put_officer(database, "women", district="GAYA")
    unmanned = Figures(database).unmanned(STATE, LAST_30_DAYS)
    assert unmanned.stations == (("GAYA", "G1"), ("PATNA", "P2"))
    assert unmanned.districts == ("GAYA",)
