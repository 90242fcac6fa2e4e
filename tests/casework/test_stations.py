"""Stations from files and corrections: what is taken, what is refused, and who meets it when."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from casework.stations import COLUMNS, StationError, Stations
from core.database import Database
from core.gazetteer import Gazetteer
from core.language import read_languages, render
from simulator.caller import Caller
from tests.service import Service, registers, service_with

ENGLISH = read_languages().get("en")
GARDANIBAGH, KOTWALI = "5117029", "Kotwali"


def sheet(*rows: dict[str, str]) -> str:
    """Write a file with the columns of its first row."""
    written = io.StringIO()
    writer = csv.DictWriter(written, list(rows[0]), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def new(code: str = "N-1", **values: str) -> dict[str, str]:
    given = {"name_en": "Naya Tola", "name_hi": "नया टोला", "police_district_code": "PATNA"}
    return {**dict.fromkeys(COLUMNS, ""), "ps_code": code, **given, **values}


class Office:
    """The list of stations, with what this process knows of it."""

    def __init__(self, database: Database) -> None:
        self.gazetteer = Gazetteer(database)
        self.stations = Stations(database, self.gazetteer)

    def takes(self, *rows: dict[str, str], close_missing: bool = False) -> None:
        plan = self.stations.plan(sheet(*rows), close_missing=close_missing)
        assert not plan.refused
        self.stations.apply(plan, "asha")

    def refusals(self, *rows: dict[str, str]) -> list[str]:
        plan = self.stations.plan(sheet(*rows))
        return [render(each.why, ENGLISH) for each in plan.refused]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


# --- Planning


def test_what_was_exported_changes_nothing(sqlite_service: Service) -> None:
    stations = sqlite_service.parts.office.directory.stations
    plan = Stations(sqlite_service.parts.database, sqlite_service.parts.office.gazetteer).plan(
        sqlite_service.pukar("stations", "export")
    )
    assert not plan.changes
    assert not plan.refused
    assert plan.unchanged == len(stations)


def test_the_file_that_we_ship_is_taken_as_it_is(office: Office) -> None:
    shipped = Path(__file__).parents[2] / "data" / "stations.csv"
    plan = office.stations.plan(shipped.read_text(encoding="utf-8"))
    assert (plan.changes, plan.refused, plan.absent) == ([], [], 0)


def test_a_plan_says_field_by_field_what_changes(office: Office) -> None:
    plan = office.stations.plan(
        sheet({"ps_code": GARDANIBAGH, "telephone": "0612-2222222", "aliases": "Gardnibag; गर्दनी"})
    )
    [change] = plan.changed
    assert change.fields() == [
        ("telephone", "", "0612-2222222"),
        ("aliases", "", "Gardnibag; गर्दनी"),
    ]
    assert office.gazetteer.directory.station(GARDANIBAGH) == change.before


def test_an_import_adds_and_changes_and_keeps_what_the_file_has_no_column_for(
    office: Office,
) -> None:
    office.takes(new(telephone="0612-2222222", aliases="Nayatola"))
    office.takes({"ps_code": "N-1", "name_hi": "नई टोली"})
    station = office.gazetteer.directory.station("N-1")
    assert station
    assert station.name.devanagari == "नई टोली"
    assert station.telephone == "0612-2222222"
    assert [each.latin for each in station.aliases] == ["Nayatola"]
    assert station.district.code == "PATNA"


def test_files_are_read_as_spreadsheets_write_them(office: Office) -> None:
    written = "\ufeff" + sheet(new()).replace(",", ";").replace("\n", "\r\n")
    assert len(office.stations.plan(written).added) == 1


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"code": "N 1"}, "A code has"),
        ({"code": ""}, "A code has"),
        ({"police_district_code": "LONDON"}, "There is no police district LONDON"),
        ({"police_district_code": ""}, "There is no police district -"),
        ({"name_en": ""}, "The English name is missing"),
        ({"name_en": "नया"}, "The English name is missing"),
        ({"name_hi": ""}, "The Hindi name is missing"),
        ({"name_hi": "Naya"}, "The Hindi name is missing"),
        ({"name_en": "N" * 41}, "up to 40"),
        ({"name_en": "Gardani Bagh"}, "is called Gardani Bagh, too"),
        ({"kind": "palace"}, "Kinds are"),
        ({"kind": "mahila"}, "is called Mahila Thana, too"),
        ({"telephone": "call me"}, "A telephone number looks like"),
        ({"aliases": "x" * 41}, "is no other name"),
        ({"aliases": ";".join(f"Tola {letter}" for letter in "abcdefghijk")}, "up to 10"),
        ({"closed": "perhaps"}, "Closed is yes or no"),
    ],
    ids=str,
)
def test_a_row_that_cannot_be_is_refused_with_a_reason(
    office: Office, values: dict[str, str], why: str
) -> None:
    [said] = office.refusals(new(**values))
    assert why in said


def test_names_and_codes_that_repeat_in_the_file_are_refused(office: Office) -> None:
    assert len(office.refusals(new("N-1"), new("N-2"))) == 2
    again = office.refusals(new("N-1"), new("N-1", name_en="Other", name_hi="और"))
    assert again == ["This code stands in the file more than once."] * 2
    assert office.refusals(new("N-1"), new("N-2", closed="yes")) == []
    assert office.refusals(new("N-1"), new("N-2", police_district_code="ARARIA")) == []


def test_a_station_does_not_go_to_another_district(office: Office) -> None:
    moved = {"ps_code": GARDANIBAGH, "police_district_code": "ARARIA"}
    assert office.refusals(moved) == [
        "It is in PATNA. Close it there, and add one with a new code."
    ]


def test_a_file_without_codes_is_refused(office: Office) -> None:
    with pytest.raises(StationError):
        office.stations.plan("name\nx\n")


def test_stations_that_the_file_lacks_stay_unless_they_are_to_be_closed(office: Office) -> None:
    row = {"ps_code": GARDANIBAGH, "telephone": "0612-2222222"}
    open_before = office.gazetteer.directory.open_stations
    of_patna = [each for each in open_before if each.district.code == "PATNA"]
    assert office.stations.plan(sheet(row)).absent == len(of_patna) - 1
    office.takes(row)
    assert len(office.gazetteer.directory.open_stations) == len(open_before)
    office.takes(row, close_missing=True)
    left = office.gazetteer.directory.open_stations
    assert [each.code for each in left if each.district.code == "PATNA"] == [GARDANIBAGH]
    assert len(left) == len(open_before) - len(of_patna) + 1


def test_a_corrected_name_may_be_one_that_a_closed_station_had(office: Office) -> None:
    office.stations.correct(GARDANIBAGH, {"closed": "yes"}, "asha")
    office.takes(new(name_en="Gardani Bagh"))
    with pytest.raises(StationError):
        office.stations.correct(GARDANIBAGH, {"closed": ""}, "asha")


# --- Who meets it when


def test_another_process_knows_within_15_seconds(database: Database, office: Office) -> None:
    with time_machine.travel("2026-11-24T10:00:00Z", tick=False) as clock:
        other = Gazetteer(database)
        assert other.directory.station("N-1") is None
        office.takes(new())
        assert other.directory.station("N-1") is None
        clock.shift(15)
        assert other.directory.station("N-1")
        office.stations.correct("N-1", {"telephone": "112"}, "asha")
        office.stations.correct("N-1", {"telephone": "0612-2222222"}, "asha")
        clock.shift(15)
        known = other.directory.station("N-1")
        assert known
        assert known.telephone == "0612-2222222"


def test_what_was_known_stays_while_the_database_is_away(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    database = Database(sqlite_database_url)
    office = Office(database)
    office.takes(new())
    database.close()
    (tmp_path / "pukar.db").unlink()
    with time_machine.travel("2100-01-01T00:00:00Z"):
        assert office.gazetteer.directory.station("N-1")
    database.close()


# --- Callers


def asked_for_station(caller: Caller, letters: str) -> str:
    """Dial, and look for a station of Patna by letters."""
    caller.dials()
    for typed in ("1", "4", "800001", letters):
        caller.types(typed)
    return caller.screen


@pytest.mark.redis
def test_a_caller_finds_a_new_station_by_its_name_and_by_another(
    sqlite_service: Service, tmp_path: Path
) -> None:
    file = tmp_path / "stations.csv"
    file.write_text(sheet(new(aliases="Zafarganj; ज़फ़रगंज")), encoding="utf-8")
    assert "1 new" in sqlite_service.pukar("stations", "import", str(file))
    for number, letters in enumerate(("naya tol", "नया टोला", "zafar", "ज़फ़र")):
        screen = asked_for_station(sqlite_service.caller(f"+91980000000{number}"), letters)
        assert "नया टोला" in screen, letters


@pytest.mark.redis
def test_a_closed_station_is_offered_to_nobody_but_keeps_its_cases(
    sqlite_service: Service,
) -> None:
    caller = sqlite_service.caller()
    reference = registers(caller)
    assert "गर्दनीबाग" in asked_for_station(sqlite_service.caller("+919800000002"), "gardani")
    office = sqlite_service.parts.office
    kept = Stations(sqlite_service.parts.database, office.gazetteer)
    kept.correct(GARDANIBAGH, {"closed": "yes"}, "asha")
    assert "गर्दनीबाग" not in asked_for_station(sqlite_service.caller("+919800000003"), "gardani")
    caller.dials()
    caller.types("1")
    caller.types("4")
    assert "गर्दनीबाग" not in caller.screen  # it is the one this phone wrote to
    assert "Gardani Bagh, Patna" in sqlite_service.pukar("cases", "show", reference)


@pytest.mark.redis
def test_two_services_on_one_database_offer_the_same(
    database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    stores = {"database_url": database_url, "redis_url": fresh_redis_url, "data_dir": tmp_path}
    with (
        time_machine.travel("2026-11-24T10:00:00Z") as clock,
        service_with(**stores) as one,
        service_with(**stores) as other,
    ):
        assert "नया टोला" not in asked_for_station(other.caller(), "naya tol")
        plan = Stations(one.parts.database, one.parts.office.gazetteer)
        plan.apply(plan.plan(sheet(new())), "asha")
        clock.shift(16)
        assert "नया टोला" in asked_for_station(other.caller("+919800000002"), "naya tol")


# --- Commands


@pytest.mark.redis
def test_a_dry_run_shows_and_writes_nothing(sqlite_service: Service, tmp_path: Path) -> None:
    file = tmp_path / "stations.csv"
    file.write_text(sheet(new(), new(GARDANIBAGH, name_en="Gardanibagh", name_hi="गर्दनीबाग")))
    shown = sqlite_service.pukar("stations", "import", str(file), "--dry-run", "--close-missing")
    assert "new      N-1              Naya Tola, Patna" in shown
    assert "name_en: Gardani Bagh -> Gardanibagh" in shown
    assert "closed: - -> yes" in shown
    assert "Nothing was written yet" in shown
    assert "N-1" not in sqlite_service.pukar("stations", "list", "--district", "PATNA")


@pytest.mark.redis
def test_refused_rows_are_listed_and_the_others_taken(
    sqlite_service: Service, tmp_path: Path
) -> None:
    file = tmp_path / "stations.csv"
    file.write_text(sheet(new(), new("N-2", name_hi="", name_en="Other")))
    result = sqlite_service.app.test_cli_runner().invoke(args=["stations", "import", str(file)])
    assert result.exit_code == 1
    assert "REFUSED  N-2              line 3: The Hindi name is missing" in result.output
    assert "1 rows were refused" in result.output
    assert "stay open" in result.output
    assert "pukar audio build" in result.output
    listed = sqlite_service.pukar("stations", "list", "--district", "PATNA")
    assert "N-1" in listed
    assert "N-2" not in listed


@pytest.mark.redis
def test_export_writes_what_import_reads(sqlite_service: Service, tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    assert "984 stations" in sqlite_service.pukar("stations", "export", "--out", str(file))
    assert "984 as they were" in sqlite_service.pukar("stations", "import", str(file))


@pytest.mark.redis
def test_what_is_no_such_file_is_said_in_a_line(sqlite_service: Service, tmp_path: Path) -> None:
    file = tmp_path / "stations.csv"
    runner = sqlite_service.app.test_cli_runner()
    file.write_bytes("नाम".encode("utf-16"))
    assert "UTF-8" in runner.invoke(args=["stations", "import", str(file)]).output
    file.write_text("name\n")
    said = runner.invoke(args=["stations", "import", str(file)]).output
    assert "The file has no column ps_code." in said
    assert (
        "no police district X" in runner.invoke(args=["stations", "list", "--district", "X"]).output
    )
