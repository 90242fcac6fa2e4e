"""Limits of time: as shipped, as an operator sets them, in days that count."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from console.serve import _other_work
from core.clock import HERE
from core.database import Database, DatabaseDown
from core.limits import Limit, Limits, Times
from core.services import SERVICES, course_of
from core.states import STATES
from tests.casework.precinct import Precinct, at, precinct
from tests.service import Service, registers

MIDNIGHT = timedelta(hours=24)


@pytest.fixture
def patna(sqlite_database_url: str) -> Iterator[Precinct]:
    with precinct(sqlite_database_url) as patna:
        yield patna


@pytest.fixture
def limits(patna: Precinct) -> Limits:
    return patna.limits


# --- As shipped


def test_days_begin_with_the_next_one_and_end_at_midnight(limits: Limits) -> None:
    times = limits.times("complaint", "under_enquiry", "PATNA", at(1, 15))

    assert times == Times(due_at=at(16, 0), look_at=at(15, 0))


def test_a_day_begins_in_bihar(limits: Limits) -> None:
    late_in_the_evening_by_utc = datetime(2026, 6, 1, 20, tzinfo=UTC)  # in Patna it is the 2nd

    times = limits.times("complaint", "under_enquiry", "PATNA", late_in_the_evening_by_utc)

    assert times.due_at == at(17, 0)


def test_sundays_and_holidays_do_not_count_as_working_days(limits: Limits) -> None:
    one = Limit(1, "working")

    assert limits.end_of(one, at(5)) == at(6, 0) + MIDNIGHT  # a Saturday counts
    assert limits.end_of(one, at(6)) == at(8, 0) + MIDNIGHT  # Sunday does not
    # Id-ul-Fitr on Saturday the 21st, Sunday, which is Bihar Day
    assert limits.end_of(one, at(20, month=3)) == at(23, 0, month=3) + MIDNIGHT


def test_who_is_to_sign_is_reminded_the_next_day(limits: Limits) -> None:
    times = limits.times("complaint", "awaiting_signature", None, at(1, 15))

    assert times == Times(due_at=at(5, 0), look_at=at(2, 15))


def test_a_short_limit_is_looked_at_at_once(limits: Limits) -> None:
    assert limits.times("complaint", "received", None, at(1, 15)).look_at == at(2, 0)
    assert limits.times("complaint", "received", None, at(6, 15)).look_at == at(8, 0)


def test_a_certificate_has_its_days_from_registration(limits: Limits) -> None:
    def due(since: datetime, registered_at: datetime | None) -> datetime | None:
        args = ("character_certificate", "at_station", None)
        return limits.times(*args, since, registered_at).due_at

    assert limits.end_of(Limit(14, "working"), at(1)) == at(18, 0)  # the 17th is the last day
    assert due(at(1), at(1)) == at(13, 0)  # ten working days at the station
    assert due(at(10), at(1)) == at(18, 0)
    assert due(at(10), None) == limits.end_of(Limit(10, "working"), at(10))  # opened again


@pytest.mark.parametrize("state", ["disposed", "rejected", "withdrawn"])
def test_what_is_closed_has_no_limit(limits: Limits, state: str) -> None:
    assert limits.times("character_certificate", state, None, at(1), at(1)) == Times(None, None)


def test_a_state_that_nothing_is_said_of_has_none(limits: Limits) -> None:
    assert limits.times("complaint", "found", None, at(1), at(1)) == Times(None, None)


def test_a_services_own_limit_goes_before_that_of_all(limits: Limits) -> None:
    assert limits.of("lost_property", "received", "PATNA") == Limit(3, "calendar")
    assert limits.of("missing_person", "sent_to_station", None) == Limit(1, "calendar")
    assert limits.of("missing_person", "under_enquiry", None) == Limit(14, "calendar")


@pytest.mark.parametrize("service", [key for key, each in SERVICES.items() if each.course])
def test_whatever_is_open_has_a_limit_and_says_by_whom(limits: Limits, service: str) -> None:
    still_open = [name for name in course_of(service) if STATES[name].stage != "closed"]
    # Also one that was opened again, for which that of the whole case counts no more.
    without = [
        name for name in still_open if limits.times(service, name, None, at(1)).due_at is None
    ]
    assert without == []
    assert all(each.source for each in limits.lines())


def test_the_holidays_of_both_years_are_there(limits: Limits) -> None:
    for year in (2026, 2027):
        days = {each.day for each in limits.holidays(year)}
        assert {date(year, 1, 26), date(year, 3, 22), date(year, 12, 25)} <= days
        assert all(each.name and each.source for each in limits.holidays(year))
    assert limits.holidays(2028) == []


def test_without_the_database_what_was_known_counts(
    limits: Limits, patna: Precinct, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: Database) -> None:
        raise DatabaseDown

    limits.of("complaint", "received", None)
    monkeypatch.setattr(Database, "reading", away)
    monkeypatch.setattr("core.limits.time.monotonic", lambda: 1e12)

    assert limits.of("complaint", "received", None) == Limit(1, "working")
    with pytest.raises(DatabaseDown):  # nothing is known at the start
        Limits(patna.database).of("complaint", "received", None)


# --- As an operator sets them


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    return tmp_path / "from the office.csv"


OF_PATNA = """\
service,state,district,days,counted
*,under_enquiry,*,10,calendar
*,under_enquiry,PATNA,7,working
complaint,under_enquiry,PATNA,5,calendar
"""
HOLIDAYS = "day;name\n26-01-2026;गणतंत्र दिवस\n2026-06-02;Local holiday\n"


def fails(service: Service, *command: str) -> str:
    result = service.app.test_cli_runner().invoke(args=[*command])
    assert result.exit_code == 1, result.output
    return result.output


@pytest.mark.redis
def test_the_most_exact_limit_counts(service: Service, csv: Path) -> None:
    csv.write_text(OF_PATNA)
    limits = service.parts.calendar.limits

    output = service.pukar("limits", "import", str(csv))

    assert "* under_enquiry *: 14 calendar days -> 10 calendar days" in output
    assert "* under_enquiry PATNA: nothing -> 7 working days" in output
    assert "3 changed." in output
    assert limits.of("complaint", "under_enquiry", "PATNA") == Limit(5, "calendar")
    assert limits.of("character_certificate", "under_enquiry", "PATNA") == Limit(7, "working")
    assert limits.of("complaint", "under_enquiry", "GAYA") == Limit(10, "calendar")
    assert limits.of("complaint", "under_enquiry", None) == Limit(10, "calendar")


@pytest.mark.redis
def test_a_dry_run_changes_nothing(sqlite_service: Service, csv: Path) -> None:
    limits = sqlite_service.parts.calendar.limits
    before, holidays = limits.lines(), limits.holidays(2026)

    csv.write_text(OF_PATNA)
    output = sqlite_service.pukar("limits", "import", str(csv), "--dry-run")
    assert "3 would change; nothing was written." in output
    csv.write_text(HOLIDAYS)
    sqlite_service.pukar("holidays", "import", str(csv), "--dry-run")

    limits.forget()
    assert (limits.lines(), limits.holidays(2026)) == (before, holidays)


@pytest.mark.redis
def test_a_limit_without_days_goes_back_to_the_shipped_one(
    sqlite_service: Service, csv: Path
) -> None:
    csv.write_text(OF_PATNA)
    sqlite_service.pukar("limits", "import", str(csv))
    header = OF_PATNA.splitlines()[0]
    csv.write_text(f"{header}\n*,under_enquiry,*,,\ncomplaint,under_enquiry,PATNA,,\n")

    output = sqlite_service.pukar("limits", "import", str(csv))

    assert "* under_enquiry *: 10 calendar days -> 14 calendar days" in output
    assert "complaint under_enquiry PATNA: 5 calendar days -> nothing" in output


@pytest.mark.redis
def test_a_services_own_limits_are_listed_set_and_set_back(
    sqlite_service: Service, csv: Path
) -> None:
    def listed() -> list[str]:
        lines = sqlite_service.pukar("limits", "list").splitlines()
        return [" ".join(line.split()) for line in lines if line.startswith("lost_property")]

    [shipped] = listed()
    assert shipped.startswith("lost_property received * 3 calendar days house rule")
    header = OF_PATNA.splitlines()[0]
    csv.write_text(f"{header}\nlost_property,received,*,2,working\n")
    output = sqlite_service.pukar("limits", "import", str(csv))
    assert "lost_property received *: 3 calendar days -> 2 working days" in output
    assert listed() == ["lost_property received * 2 working days set here"]
    csv.write_text(f"{header}\nlost_property,received,*,,\n")
    sqlite_service.pukar("limits", "import", str(csv))
    assert listed() == [shipped]


@pytest.mark.redis
def test_the_list_says_what_counts_in_a_district(sqlite_service: Service, csv: Path) -> None:
    csv.write_text(OF_PATNA)
    sqlite_service.pukar("limits", "import", str(csv))

    state = "under_enquiry"

    def listed(*district: str) -> list[list[str]]:
        lines = sqlite_service.pukar("limits", "list", *district).splitlines()
        found = [line.split()[:4] for line in lines]
        return [each for each in found if each[:2] in (["*", state], ["complaint", state])]

    everywhere, here = ["*", "under_enquiry", "*", "10"], ["*", "under_enquiry", "PATNA", "7"]
    assert everywhere in listed()
    assert here in listed()
    assert listed("--district", "GAYA") == [everywhere]
    assert listed("--district", "PATNA") == [here, ["complaint", "under_enquiry", "PATNA", "5"]]
    assert "PATNA" in fails(sqlite_service, "limits", "list", "--district", "Patna")


@pytest.mark.redis
def test_every_fault_of_a_file_is_said_and_nothing_is_imported(
    sqlite_service: Service, csv: Path
) -> None:
    csv.write_text(
        "service,state,district,days,counted\n"
        "passport,received,*,1,calendar\n"
        "*,disposed,*,1,calendar\n"
        "*,received,Nowhere,1,calendar\n"
        "*,received,*,soon,calendar\n"
        "*,received,*,1001,calendar\n"
        "*,received,*,1,lunar\n"
        "status,received,*,1,calendar\n"
        "lost_property,under_enquiry,*,1,calendar\n"
        "*,received,*,2,working\n"
        "*,received,*,3,working\n"
    )

    output = fails(sqlite_service, "limits", "import", str(csv))

    said = [line.partition(",")[0] for line in output.splitlines() if line.startswith("Line")]
    assert said[:8] == [f"Line {number}" for number in range(2, 10)]
    assert "Line 9, state: under_enquiry is none of received, need_information" in output
    assert "Line 11 says again what stands above." in output
    received = sqlite_service.parts.calendar.limits.of("complaint", "received", None)
    assert received == Limit(1, "working")


@pytest.mark.redis
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"service,state\n*,received\n", "Columns missing: counted, days, district."),
        (b"service,state,district,days,counted\n", "The file has no lines."),
        ("service,state,district,days,counted\nथाना,*,*,1,working\n".encode("utf-16"), "UTF-8"),
        (b'service,state,district,days,counted\n"' + b"x" * 200_000, "This is no CSV"),
    ],
    ids=["other columns", "empty", "another encoding", "no CSV"],
)
def test_a_file_that_is_no_table_of_limits_is_refused(
    sqlite_service: Service, csv: Path, content: bytes, why: str
) -> None:
    csv.write_bytes(content)

    output = fails(sqlite_service, "limits", "import", str(csv))

    assert "Nothing was imported." in output
    assert why in output


@pytest.mark.redis
def test_the_holidays_of_a_year_replace_those_known(service: Service, csv: Path) -> None:
    csv.write_text(HOLIDAYS, encoding="utf-8-sig")
    limits = service.parts.calendar.limits

    output = service.pukar("holidays", "import", str(csv))

    assert "Tue 02-06-2026: nothing -> Local holiday" in output
    assert "Fri 25-12-2026: Christmas · क्रिसमस -> nothing" in output
    assert [each.day for each in limits.holidays(2026)] == [date(2026, 1, 26), date(2026, 6, 2)]
    assert not limits.is_working(date(2026, 6, 2))
    assert limits.is_working(date(2026, 12, 25))
    assert not limits.is_working(date(2027, 12, 25))  # another year is as it was
    assert "0 changed." in service.pukar("holidays", "import", str(csv))


@pytest.mark.redis
def test_the_list_of_holidays_says_where_each_is_from(sqlite_service: Service, csv: Path) -> None:
    assert "depends on the moon" in sqlite_service.pukar("holidays", "list", "2026")
    assert "None known" in sqlite_service.pukar("holidays", "list", "2031")
    csv.write_text(HOLIDAYS)
    sqlite_service.pukar("holidays", "import", str(csv))
    assert "Mon 26-01-2026  गणतंत्र दिवस  (set here)" in sqlite_service.pukar(
        "holidays", "list", "2026"
    )


@pytest.mark.redis
def test_holidays_need_a_day_and_a_name(sqlite_service: Service, csv: Path) -> None:
    csv.write_text("day,name\n31-02-2026,Holi\n2026-03-04,\n,Holi\n")

    output = fails(sqlite_service, "holidays", "import", str(csv))

    assert "Line 2, day: 31-02-2026 does not look like" in output
    assert "Line 3, name:" in output
    assert "Line 4, day: nothing" in output


@pytest.mark.redis
def test_a_case_keeps_the_deadline_it_has_and_the_next_one_gets_the_new(
    sqlite_service: Service, csv: Path
) -> None:
    registers(sqlite_service.caller())
    before = sqlite_service.only_case()
    csv.write_text("service,state,district,days,counted\n*,received,*,30,calendar\n")

    sqlite_service.pukar("limits", "import", str(csv))

    assert sqlite_service.only_case().due_at == before.due_at
    reference = registers(sqlite_service.caller("+919800000002"))
    due_at = sqlite_service.parts.cases.look_up(reference).due_at
    assert due_at
    day = before.registered_at.astimezone(HERE).date()
    assert due_at.astimezone(HERE).date() == day + timedelta(days=31)


@pytest.mark.redis
def test_the_background_work_looks_at_deadlines(sqlite_service: Service) -> None:
    assert sqlite_service.parts.overseer.run in _other_work(sqlite_service.parts)
