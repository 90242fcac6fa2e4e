"""Something urgent: who can act on it gets an SMS at once, and later who is above them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select
from time_machine import travel

from casework.casebook import Casebook
from casework.officers import Profile
from casework.overseer import Overseer
from casework.viewer import Viewer
from casework.work import Work
from core.clock import as_of
from core.tables import letters
from tests.casework.precinct import Precinct, at, precinct
from tests.desk.cases import register
from tests.desk.officers import GARDANIBAGH, PATNA, officers_of
from tests.service import service_with

MAHILA = "5117089"  # the women's station of Patna
SOON = timedelta(seconds=20)
HALF_AN_HOUR = timedelta(minutes=30)
Traces = list[tuple[str, dict[str, str]]]


@pytest.fixture
def patna(sqlite_database_url: str) -> Iterator[Precinct]:
    with precinct(sqlite_database_url) as patna:
        yield patna


@pytest.fixture
def either(database_url: str) -> Iterator[Precinct]:
    """The same on either kind of database."""
    with precinct(database_url) as either:
        yield either


def hires(patna: Precinct, login: str, role: str = "station", /, **columns: object) -> int:
    """Take on an officer who has told his phone: its last digits are those of his login."""
    phone = patna.seal.close(f"+9198000000{login[-2:]}")
    return patna.hires(login, role, **{"phone_sealed": phone, **columns})


def staff(patna: Precinct) -> None:
    hires(patna, "si.11")
    hires(patna, "women.12", "women")
    hires(patna, "sp.13", "district")
    hires(patna, "control.14", "state")


def alerted(patna: Precinct) -> list[str]:
    """Give the last digits of the phones that got the alert, in the order in which they did."""
    query = select(letters).where(letters.c.template == "alert").order_by(letters.c.id)
    with patna.database.reading() as connection:
        posted = connection.execute(query).all()
    assert not any(each.can_wait or each.case_id for each in posted)
    return [patna.seal.open(each.phone_sealed)[-2:] for each in posted]


def alert(whom: str, without: str = "", station: str = "PAT01") -> tuple[str, dict[str, str]]:
    missing = {"without": without} if without else {}
    return "alerted", {"whom": whom, "station": station, **missing}


def held(whom: str) -> tuple[str, dict[str, str]]:
    kind, details = alert(whom)
    return kind, {**details, "held": "yes"}


def phone(number: int) -> str:
    return f"+9198000001{number:02}"


def test_the_station_is_alerted_at_once_and_the_supervisor_half_an_hour_later(
    patna: Precinct,
) -> None:
    staff(patna)
    reference = patna.registers(at(1), kind="violence")

    patna.looks(at(1) + SOON)
    assert (patna.traces(reference), alerted(patna)) == ([alert("station")], ["11"])
    patna.looks(at(1) + HALF_AN_HOUR - SOON)
    assert len(patna.traces(reference)) == 1

    patna.looks(at(1) + SOON + HALF_AN_HOUR)
    patna.looks(at(1, 23))
    assert patna.traces(reference) == [alert("station"), alert("supervisor")]
    assert alerted(patna) == ["11", "13"]
    assert patna.letters(reference) == []


def test_then_it_is_late_as_any_other_case(patna: Precinct) -> None:
    staff(patna)
    reference = patna.registers(at(1), kind="violence")

    patna.looks(at(1))
    patna.looks(at(2))
    patna.looks(at(3))

    steps: Traces = [
        alert("station"),
        alert("supervisor"),
        ("reminded", {"of": "due", "whom": "district", "without": "officer"}),
        ("raised", {"to": "district", "without": "officer"}),
    ]
    assert patna.traces(reference) == steps


def test_who_was_away_for_days_alerts_first_and_raises_then(patna: Precinct) -> None:
    staff(patna)
    late, urgent = patna.registers(at(1)), patna.registers(at(3), kind="violence")

    with as_of(at(5)):
        assert patna.overseer._take()[0].reference == urgent
    patna.looks(at(5, 11))
    patna.looks(at(5, 12))

    assert [kind for kind, _ in patna.traces(urgent)] == ["alerted", "alerted", "raised"]
    assert [kind for kind, _ in patna.traces(late)] == ["raised"]


@pytest.mark.parametrize("act", ["moved", "taken"])
def test_what_somebody_has_begun_with_is_not_alerted_of_again(patna: Precinct, act: str) -> None:
    staff(patna)
    reference = patna.registers(at(1), kind="violence")
    patna.looks(at(1))

    if act == "moved":
        patna.moves(at(1), reference, "sent_to_station")
    else:
        patna.gives(reference, 1)
    patna.looks(at(1, 11))

    assert patna.traces(reference) == [alert("station")]
    due_at = patna.row(reference).due_at
    assert patna.row(reference).look_at == due_at - timedelta(days=1)


def test_what_is_not_urgent_or_was_moved_at_once_alerts_nobody(patna: Precinct) -> None:
    staff(patna)
    theft, moved = patna.registers(at(1)), patna.registers(at(1), kind="violence")
    patna.moves(at(1), moved, "sent_to_station")

    patna.looks(at(1, 12))

    assert patna.traces(theft) == patna.traces(moved) == []
    assert alerted(patna) == []


def test_of_women_and_children_the_womens_desk_is_alerted_and_no_other_station(
    patna: Precinct,
) -> None:
    staff(patna)
    for kind in ("women_safety", "child_safety"):
        reference = patna.registers(at(1), kind=kind)
        patna.looks(at(1))
        assert patna.traces(reference) == [alert("station")]
    assert alerted(patna) == ["12", "12"]


def test_at_a_womens_station_its_officers_are_alerted_too(patna: Precinct) -> None:
    staff(patna)
    hires(patna, "mahila.15", station=MAHILA)
    patna.registers(at(1), MAHILA, kind="women_safety")

    patna.looks(at(1))

    assert alerted(patna) == ["12", "15"]


def test_what_no_station_sees_is_the_supervisors(patna: Precinct) -> None:
    staff(patna)
    reference = patna.registers(at(1), kind="violence")
    patna.sets(reference, protection="conduct")

    patna.looks(at(1))
    patna.looks(at(1, 11))

    assert patna.traces(reference) == [alert("supervisor", "station"), alert("state")]
    assert alerted(patna) == ["13", "14"]


@pytest.mark.parametrize(
    "columns",
    [{"is_active": False}, {"station": "PAT02"}, {"phone_sealed": None}, {"phone_sealed": b"?"}],
    ids=["left", "is elsewhere", "told no phone", "no key opens his phone"],
)
def test_who_cannot_be_reached_is_passed_over(patna: Precinct, columns: dict[str, object]) -> None:
    hires(patna, "si.11", **columns)
    hires(patna, "control.14", "state")
    reference = patna.registers(at(1), kind="violence")

    patna.looks(at(1))
    patna.looks(at(1, 11))

    assert patna.traces(reference) == [alert("state", "station,supervisor")]
    assert alerted(patna) == ["14"]


def test_a_case_without_a_place_is_the_states(patna: Precinct) -> None:
    staff(patna)
    patna.registers(at(1), None, None, kind="missing_person")

    patna.looks(at(1))

    assert alerted(patna) == ["14"]


def test_where_nobody_can_be_reached_that_is_marked(patna: Precinct) -> None:
    reference = patna.registers(at(1), kind="violence")

    patna.looks(at(1))
    patna.looks(at(1, 11))

    assert patna.traces(reference) == [alert("nobody", "station,supervisor,state")]


def test_where_nobody_is_above_that_is_marked(patna: Precinct) -> None:
    hires(patna, "si.11")
    reference = patna.registers(at(1), kind="violence")

    patna.looks(at(1))
    patna.looks(at(1, 11))

    assert patna.traces(reference) == [alert("station"), alert("nobody", "supervisor,state")]


def test_a_phone_that_several_share_is_alerted_once(patna: Precinct) -> None:
    hires(patna, "si.11")
    hires(patna, "asi.11")
    patna.registers(at(1), kind="violence")

    patna.looks(at(1))

    assert alerted(patna) == ["11"]


def test_a_joined_case_is_alerted_of_once_with_the_one_it_follows(patna: Precinct) -> None:
    staff(patna)
    leading = patna.registers(at(1), kind="violence")
    following = patna.registers(at(1), kind="violence", phone="+919800000002")
    work, sp = Work(patna.cases.files), Viewer(3, "sp.13", "district", "PATNA")
    with as_of(at(1)):
        work.join(sp, following, leading)

    patna.looks(at(1))
    with as_of(at(1)):
        work.set_apart(sp, following, leading)
    patna.looks(at(1))

    assert patna.traces(leading) == patna.traces(following) == [alert("station")]
    assert alerted(patna) == ["11"]


def test_of_many_cases_of_one_phone_some_alert_and_all_are_urgent(patna: Precinct) -> None:
    staff(patna)
    references = [patna.registers(at(1), kind="violence") for _ in range(6)]
    other = patna.registers(at(1), kind="violence", phone=phone(1))

    patna.looks(at(1) + SOON)
    patna.looks(at(1) + SOON + HALF_AN_HOUR)

    both = [alert("station"), alert("supervisor")]
    neither = [held("station"), held("supervisor")]
    assert [patna.traces(each) for each in references] == [both] * 3 + [neither] * 3
    assert patna.traces(other) == both
    assert alerted(patna) == ["11"] * 4 + ["13"] * 4
    viewer = Viewer(1, "si.11", "station", "PATNA", "PAT01")
    urgent = Casebook(patna.database, patna.seal).page(viewer, "urgent")
    assert len(urgent.lines) == 7

    later = patna.registers(at(1, 12), kind="violence")
    patna.looks(at(1, 12))
    assert patna.traces(later) == [alert("station")]


def test_an_officers_phone_gets_twenty_alerts_an_hour_and_then_those_above(
    patna: Precinct,
) -> None:
    staff(patna)
    references = [
        patna.registers(at(1), kind="violence", phone=phone(number)) for number in range(21)
    ]

    patna.looks(at(1))
    assert [patna.traces(each) for each in references[19:]] == [
        [alert("station")],
        [held("station")],
    ]
    assert alerted(patna) == ["11"] * 20

    patna.looks(at(1) + HALF_AN_HOUR)
    assert alerted(patna) == ["11"] * 20 + ["13"] * 20


def test_where_it_is_sent_while_it_is_new_is_alerted_once(patna: Precinct) -> None:
    staff(patna)
    hires(patna, "si.16", station="PAT02")
    reference = patna.registers(at(1), kind="violence")
    there = {"district": "PATNA", "station": "PAT02"}
    here = {"district": "PATNA", "station": "PAT01"}

    patna.looks(at(1))
    for place in (there, here, there):
        patna.moves(at(1), reference, "sent_to_station")
        patna.moves(at(1), reference, "transferred", **place)
        patna.looks(at(1) + SOON)

    assert patna.traces(reference) == [alert("station"), alert("station", station="PAT02")]
    assert alerted(patna) == ["11", "16"]
    patna.looks(at(1, 11))
    assert alerted(patna) == ["11", "16", "13"]


def test_what_somebody_had_begun_with_alerts_nobody_where_it_is_sent(patna: Precinct) -> None:
    staff(patna)
    hires(patna, "si.16", station="PAT02")
    reference = patna.registers(at(1), kind="violence")
    for state in ("sent_to_station", "under_enquiry"):
        patna.moves(at(1), reference, state)

    patna.moves(at(1), reference, "transferred", district="PATNA", station="PAT02")
    patna.looks(at(1, 12))

    assert alerted(patna) == []


def test_many_overseers_alert_once(either: Precinct) -> None:
    staff(either)
    references = [
        either.registers(at(1), kind="violence", phone=phone(number)) for number in range(20)
    ]
    start = Barrier(3)

    def oversee(_: int) -> None:
        start.wait()
        overseer = Overseer(either.cases.files, either.overseer.gazetteer)
        with as_of(at(1)):
            while overseer.round():
                pass

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(oversee, range(3)))

    assert {str(either.traces(each)) for each in references} == {str([alert("station")])}
    assert alerted(either) == ["11"] * 20


def test_an_overseer_that_broke_down_in_the_middle_leaves_nothing_half_done(
    patna: Precinct, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError

    staff(patna)
    reference = patna.registers(at(1), kind="violence")
    with monkeypatch.context() as patched:
        patched.setattr("core.case_file.record", breaks)
        patna.looks(at(1))
    assert (patna.traces(reference), alerted(patna)) == ([], [])

    patna.looks(at(1, 12))
    assert (patna.traces(reference), alerted(patna)) == ([alert("station")], ["11"])


@pytest.mark.redis
def test_quiet_hours_do_not_hold_it(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    with service_with(**stores, data_dir=tmp_path, quiet_hours="21:00-07:00") as service:
        profile = Profile("आशा", "station", PATNA, GARDANIBAGH, "+919800000099")
        officers_of(service).add("asha", profile)
        with travel("2026-11-24T23:30:00+05:30", tick=False):
            case = register(service, kind="violence")
            service.parts.overseer.round()
            [letter] = service.inbox("+919800000099")
    assert case.reference in letter
