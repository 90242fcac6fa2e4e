"""What the police's records say: vehicles, cases (FIRs), wanted persons; asked, and brought in."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import Table, select

from app import create_app
from casework.closed_firs import NoSections, why_closed
from console.made_up_records import bring_records
from core.duty_officer import FIRS_PER_HOUR
from core.language import render
from core.letters import LETTERS
from core.scripts.main_menu import BELOW
from core.services import SERVICES
from core.states import FIR_STATES, STATES
from core.tables import firs, record_sets, vehicles, wanted
from core.text import Text, Words
from tests.api.conftest import Partner, partner_of
from tests.fakes import LANGUAGES
from tests.ivr.conftest import SETTINGS, aloud, gaps, hears, phone_of
from tests.ivr.phones import Phone
from tests.ivr.twilio_phone import TwilioPhone
from tests.service import Service, service_with
from tests.services.by_ussd import opens, reads_on, types
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

GARDANIBAGH = "5117029"
PLACE = ("800001", "1")  # PIN code and station, as they are keyed
KEYS = "2701221234"  # of BR01AB1234, and of BR01BA1234
VEHICLES = f"""\
plate,status,station
BR01AB1234,stolen,{GARDANIBAGH}
br 1 z 77,Recovered,{GARDANIBAGH}
22 BH 1234 AA,stolen,
"""
FIRS = f"""\
station,number,year,state,sections,is_closed
{GARDANIBAGH},112,2026,under_investigation,"BNS 303(2), 317(2)",
{GARDANIBAGH},113,2026,chargesheet_filed,"BNS 64; POCSO 6",no
{GARDANIBAGH},114,2026,disposed,,yes
{GARDANIBAGH},115,2025,disposed,,no
"""
WANTED = """\
district,name_en,name_hi,reward
PATNA,Made Up One,बनावटी एक,
PATNA,Made Up Two,बनावटी दो,50000
GAYA,Made Up Three,बनावटी तीन,
"""
TABLES = {"vehicles": VEHICLES, "firs": FIRS, "wanted": WANTED}
SERVICE_OF = {"vehicles": "vehicle_lookup", "firs": "fir_status", "wanted": "wanted"}
every_kind = pytest.mark.parametrize("kind", TABLES)


def hi(words: Words) -> str:
    return render(words, LANGUAGES.get("hi"))


def written(folder: Path, content: str) -> str:
    file = folder / "records.csv"
    file.write_text(content, encoding="utf-8")
    return str(file)


def imports(service: Service, folder: Path, kind: str, content: str = "") -> str:
    """Import a table, and give what the command says."""
    file = written(folder, content or TABLES[kind])
    return service.pukar("import", kind, file, "--as-of", "24-11-2026")


def tries(service: Service, kind: str, *more: str) -> Result:
    """Run an import that is to fail."""
    result = service.app.test_cli_runner().invoke(args=["import", kind, *more])
    assert result.exit_code == 1, result.output
    assert "Nothing was imported" in result.output
    return result


def menu_of(service: Service, kind: str) -> str:
    """Give all that the menu shows on which a service stands."""
    caller = service.caller("+919800000077").dials()
    try:
        caller.chooses(hi(BELOW[SERVICES[SERVICE_OF[kind]].menu]))
    except LookupError:
        return ""
    return reads_on(caller)


def asks_vehicle(service: Service, plate: str) -> str:
    return reads_on(opens(service.caller(), "vehicle_lookup").types(plate))


def asks_fir(service: Service, number: str, year: str, phone: str = "+919800000001") -> str:
    caller = opens(service.caller(phone), "fir_status")
    return reads_on(types(caller, *PLACE, number, year))


def rows_of(service: Service, table: Table) -> list[dict[str, object]]:
    with service.parts.database.reading() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


# --- Offered where there are records


@every_kind
def test_it_is_offered_as_soon_as_there_are_records(
    sqlite_service: Service, tmp_path: Path, kind: str
) -> None:
    """...though it was looked a moment ago, and there were none."""
    label = hi(SERVICES[SERVICE_OF[kind]].label)
    assert label not in menu_of(sqlite_service, kind)
    imports(sqlite_service, tmp_path, kind)
    assert label in menu_of(sqlite_service, kind)


def test_another_process_offers_it_within_a_minute(sqlite_service: Service, tmp_path: Path) -> None:
    other = Service(create_app(sqlite_service.parts.settings))
    label = hi(SERVICES["vehicle_lookup"].label)
    assert label not in menu_of(other, "vehicles")
    imports(sqlite_service, tmp_path, "vehicles")
    assert label not in menu_of(other, "vehicles")
    other.parts.office.records._known_until -= 60
    assert label in menu_of(other, "vehicles")
    other.parts.database.close()
    other.parts.office.sessions.close()


# --- Vehicles


@pytest.mark.parametrize("typed", ["BR01AB1234", "br 1 ab 1234", "BR-01-AB-1234"])
def test_a_stolen_vehicle_is_told_with_source_and_day(
    sqlite_service: Service, tmp_path: Path, typed: str
) -> None:
    imports(sqlite_service, tmp_path, "vehicles")
    said = asks_vehicle(sqlite_service, typed)
    told = Text("{plate}: stolen, by the police records of {date}.")
    assert hi(told(plate="BR 01 AB 1234", date="24-11-2026")) in said
    assert "गर्दनीबाग, पटना" in said


def test_a_recovered_vehicle_is_told_with_its_station(
    sqlite_service: Service, tmp_path: Path
) -> None:
    imports(sqlite_service, tmp_path, "vehicles")
    said = asks_vehicle(sqlite_service, "BR01Z0077")
    told = Text("{plate}: recovered, by the police records of {date}.")
    assert hi(told(plate="BR 01 Z 0077", date="24-11-2026")) in said
    assert "गर्दनीबाग, पटना" in said


def test_a_vehicle_that_is_not_in_the_list_proves_nothing(
    sqlite_service: Service, tmp_path: Path
) -> None:
    imports(sqlite_service, tmp_path, "vehicles")
    said = asks_vehicle(sqlite_service, "BR01BA1234")
    told = Text(
        "{plate} is not in the police's list of {date}. That is no proof that it was not stolen."
    )
    assert said == hi(told(plate="BR 01 BA 1234", date="24-11-2026"))


def test_what_is_no_plate_is_asked_again(sqlite_service: Service, tmp_path: Path) -> None:
    imports(sqlite_service, tmp_path, "vehicles")
    caller = opens(sqlite_service.caller(), "vehicle_lookup").types("meri gaadi")
    assert hi(Text("Please type the whole number, such as BR01AB1234.")) in caller.screen
    assert "BR 01 AB 1234" in reads_on(caller.types("BR01AB1234"))


def test_a_vehicle_is_looked_up_by_sms(sqlite_service: Service, tmp_path: Path) -> None:
    imports(sqlite_service, tmp_path, "vehicles")
    texter = Texter(sqlite_service)
    service = SERVICES["vehicle_lookup"]
    for text in ("पुकार", hi(BELOW["lost"]), hi(service.label), "br01 ab 1234"):
        texter.writes(text)
    assert "BR 01 AB 1234" in texter.reads
    assert "24-11-2026" in texter.reads


def test_a_vehicle_is_looked_up_by_a_word_of_its_own(
    sqlite_service: Service, tmp_path: Path
) -> None:
    texter = Texter(sqlite_service)
    texter.writes("VEHICLE")
    assert hi(SERVICES["vehicle_lookup"].label) not in texter.reads  # there are no records yet
    imports(sqlite_service, tmp_path, "vehicles")
    texter.writes("गाड़ी नंबर").writes("br01 ab 1234")
    assert "BR 01 AB 1234" in texter.reads


# --- On a call


@pytest.fixture
def speaking_service(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path, clips: Path
) -> Iterator[Service]:
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    with service_with(**SETTINGS, **stores, data_dir=tmp_path, audio_dir=clips) as service:
        yield service


def calls(service: Service, key: str) -> Phone:
    """Call, and choose a service."""
    phone = phone_of(service, TwilioPhone).dials()
    presses_for(phone, BELOW[SERVICES[key].menu])
    return presses_for(phone, SERVICES[key].label)


def presses_for(phone: Phone, label: Text) -> Phone:
    """Press the key that is read out for something, on whichever page."""
    words = LANGUAGES.voice_of("hi").aloud(label.key)
    while words not in phone.heard:
        phone.presses("9")
    after = phone.heard.partition(words)[2]
    return phone.presses(next(each for each in after if each.isdigit()))


def test_on_keys_that_stand_for_several_plates_she_says_which(
    speaking_service: Service, tmp_path: Path
) -> None:
    content = f"{VEHICLES}BR01BA1234,recovered,{GARDANIBAGH}\n"
    imports(speaking_service, tmp_path, "vehicles", content)
    phone = calls(speaking_service, "vehicle_lookup").presses(f"{KEYS}#")
    assert hears(phone, Text("Which number is it?"))
    assert "बी आर 0 1 ए बी 1 2 3 4" in phone.heard
    assert "बी आर 0 1 बी ए 1 2 3 4" in phone.heard
    phone.presses("2")
    assert "बी आर 0 1 बी ए 1 2 3 4" in phone.heard
    assert "बरामद" in phone.heard
    phone.presses("2")  # by SMS as well
    letter = LETTERS["vehicle.recovered"].text(plate="BR01BA1234", date="24-11-2026")
    assert speaking_service.inbox() == [hi(letter)]
    assert gaps(speaking_service) == []


@pytest.mark.parametrize("keys", [KEYS, "271221234", "2219966"])
def test_zeros_may_be_left_out_on_the_keys(
    speaking_service: Service, tmp_path: Path, keys: str
) -> None:
    content = f"plate,status,station\nBR01AB1234,stolen,{GARDANIBAGH}\nAB01ZY0066,stolen,\n"
    imports(speaking_service, tmp_path, "vehicles", content)
    phone = calls(speaking_service, "vehicle_lookup").presses(f"{keys}#")
    assert hears(phone, Text("Which number is it?"))
    phone.presses("1")
    assert "24 नवंबर 2026" in phone.heard
    assert gaps(speaking_service) == []


@pytest.mark.parametrize("keys", [("2702222222#",), (f"{KEYS}#", "8")])
def test_keys_that_are_of_no_vehicle_or_of_anothers_prove_nothing(
    speaking_service: Service, tmp_path: Path, keys: tuple[str, ...]
) -> None:
    imports(speaking_service, tmp_path, "vehicles")
    phone = calls(speaking_service, "vehicle_lookup")
    for each in keys:
        phone.presses(each)
    assert "पुलिस की 24 नवंबर 2026 की सूची में नहीं है" in phone.heard
    assert gaps(speaking_service) == []


def test_a_case_is_looked_up_by_a_call(speaking_service: Service, tmp_path: Path) -> None:
    imports(speaking_service, tmp_path, "firs")
    phone = calls(speaking_service, "fir_status")
    for keys in ("3", "800001", "427", "1"):
        phone.presses(keys)
    assert hears(phone, Text("FIR number, without the year?"))
    phone.presses("0112#").presses("1")  # this year
    assert "1 1 2" in phone.heard
    assert aloud(STATES["under_investigation"].label) in phone.heard
    assert "24 नवंबर 2026" in phone.heard
    assert gaps(speaking_service) == []


def test_on_a_call_no_person_is_named_but_where_to_read_it(
    speaking_service: Service, tmp_path: Path
) -> None:
    imports(speaking_service, tmp_path, "wanted")
    phone = calls(speaking_service, "wanted")
    for keys in ("3", "800001"):
        phone.presses(keys)
    assert "बनावटी" not in phone.heard
    assert "24 नवंबर 2026" in phone.heard
    assert "1 4 4 3 2" in phone.heard
    assert gaps(speaking_service) == []


# --- Cases, by their FIR


@pytest.mark.parametrize("state", FIR_STATES)
def test_how_a_case_stands_is_told_with_source_and_day(
    sqlite_service: Service, tmp_path: Path, state: str
) -> None:
    imports(sqlite_service, tmp_path, "firs", FIRS.replace("under_investigation", state))
    said = asks_fir(sqlite_service, "0112", "2026")  # 112 alone is the emergency number
    told = Text("FIR {fir_number}, {place}: {state}. By the police records of {date}.")
    words = told(
        fir_number="112/2026",
        place=Text("{station}, {district}")(station="गर्दनीबाग", district="पटना"),
        state=STATES[state].label,
        date="24-11-2026",
    )
    assert said == hi(words)


def test_what_is_closed_and_what_is_not_there_get_the_same_words(
    sqlite_service: Service, tmp_path: Path
) -> None:
    imports(sqlite_service, tmp_path, "firs")
    closed, said_closed, missing = (
        asks_fir(sqlite_service, number, "2026") for number in ("113", "114", "999")
    )
    told = Text("FIR {fir_number}, {place}: nothing can be said here. Ask at the station.")
    assert closed == hi(told(fir_number="113/2026", place="गर्दनीबाग, पटना"))
    assert closed.replace("113", "999") == said_closed.replace("114", "999") == missing


def test_of_a_case_that_is_closed_nothing_is_kept(sqlite_service: Service, tmp_path: Path) -> None:
    imports(sqlite_service, tmp_path, "firs")
    kept = {row["number"]: row for row in rows_of(sqlite_service, firs)}
    states = {number: (row["state"], row["is_closed"]) for number, row in kept.items()}
    assert states[113] == states[114] == (None, True)
    assert states[112] == ("under_investigation", False)
    for file in tmp_path.glob("pukar.db*"):
        assert b"POCSO" not in file.read_bytes()


def test_a_case_of_another_year_or_station_is_another(
    sqlite_service: Service, tmp_path: Path
) -> None:
    imports(sqlite_service, tmp_path, "firs")
    assert hi(STATES["disposed"].label) in asks_fir(sqlite_service, "115", "2025")
    assert hi(STATES["disposed"].label) not in asks_fir(sqlite_service, "115", "2026")


@pytest.mark.parametrize("year", ["1949", "2999", "26"])
def test_a_year_that_is_none_is_asked_again(
    sqlite_service: Service, tmp_path: Path, year: str
) -> None:
    imports(sqlite_service, tmp_path, "firs")
    caller = types(opens(sqlite_service.caller(), "fir_status"), *PLACE, "0112", year)
    assert hi(Text("Year of the FIR (4 digits)?")) in caller.screen
    assert hi(STATES["under_investigation"].label) in reads_on(caller.types("2026"))


@pytest.mark.parametrize("written", ["112/26", "112/2026", "FIR 0112 / 2026", "११२/२६"])
def test_the_year_behind_the_number_is_not_asked_again(
    sqlite_service: Service, tmp_path: Path, written: str
) -> None:
    imports(sqlite_service, tmp_path, "firs")
    caller = types(opens(sqlite_service.caller(), "fir_status"), *PLACE, written)
    assert "112/2026" in caller.screen


@pytest.mark.parametrize("written", ["112/2999", "112/1949"])
def test_a_year_behind_the_number_that_cannot_be_is_asked_for(
    sqlite_service: Service, tmp_path: Path, written: str
) -> None:
    imports(sqlite_service, tmp_path, "firs")
    caller = types(opens(sqlite_service.caller(), "fir_status"), *PLACE, written)
    assert hi(Text("Year of the FIR (4 digits)?")) in caller.screen


@pytest.mark.parametrize("written", ["112 113", "112, 113", "112/26/7", "112/123"])
def test_of_several_numbers_no_case_is_made(
    sqlite_service: Service, tmp_path: Path, written: str
) -> None:
    imports(sqlite_service, tmp_path, "firs")
    caller = types(opens(sqlite_service.caller(), "fir_status"), *PLACE, written)
    assert hi(Text("FIR number, without the year?")) in caller.screen


def test_who_does_not_know_the_station_is_told_where_it_stands(
    sqlite_service: Service, tmp_path: Path
) -> None:
    imports(sqlite_service, tmp_path, "firs")
    caller = opens(sqlite_service.caller(), "fir_status").chooses(
        hi(Text("I do not know the district"))
    )
    assert "06120000000" in reads_on(caller)
    assert not caller.is_connected


def test_nobody_reads_case_after_case(sqlite_service: Service, tmp_path: Path) -> None:
    """The limit is of a phone; another one may ask."""
    imports(sqlite_service, tmp_path, "firs")
    for number in range(FIRS_PER_HOUR):
        assert f"{200 + number}/2026" in asks_fir(sqlite_service, f"{200 + number}", "2026")
    assert "112/2026" not in asks_fir(sqlite_service, "0112", "2026")
    assert "112/2026" in asks_fir(sqlite_service, "0112", "2026", "+919800000002")


def test_the_way_to_a_case_is_short(sqlite_service: Service, tmp_path: Path) -> None:
    imports(sqlite_service, tmp_path, "firs")
    caller = opens(sqlite_service.caller(), "fir_status")
    types(caller, *PLACE, "0112", "1")
    assert "112/2026" in caller.screen
    assert len(caller.said) <= 12


# --- Wanted persons


def test_wanted_persons_of_a_district_are_named_with_reward_source_and_day(
    sqlite_service: Service, tmp_path: Path
) -> None:
    imports(sqlite_service, tmp_path, "wanted")
    said = reads_on(opens(sqlite_service.caller(), "wanted").types("800001"))
    assert "बनावटी दो (इनाम 50000 रु.); बनावटी एक" in said
    assert "बनावटी तीन" not in said
    assert "24-11-2026" in said
    assert "14432" in said


def test_a_district_where_nobody_is_wanted_is_told_so(
    sqlite_service: Service, tmp_path: Path
) -> None:
    imports(sqlite_service, tmp_path, "wanted", WANTED.replace("PATNA", "GAYA"))
    said = reads_on(opens(sqlite_service.caller(), "wanted").types("800001"))
    nobody = Text("{district}: nobody is in the list of wanted persons of {date}.")
    assert hi(nobody(district="पटना", date="24-11-2026")) in said


def test_of_many_wanted_some_are_named_and_the_others_counted(
    sqlite_service: Service, tmp_path: Path
) -> None:
    rows = [f"PATNA,Made Up {letter},बनावटी,\n" for letter in "ABCDEFGHIJKLM"]
    imports(
        sqlite_service, tmp_path, "wanted", "".join(["district,name_en,name_hi,reward\n", *rows])
    )
    said = reads_on(opens(sqlite_service.caller(), "wanted").types("800001"))
    assert said.count("बनावटी") == 3
    assert hi(Text("and {others} others")(others=10)) in said


# --- Imported


def test_a_new_table_leaves_nothing_of_the_old_one(service: Service, tmp_path: Path) -> None:
    """On either kind of database."""
    for kind in TABLES:
        imports(service, tmp_path, kind)
    old = [row for table in (vehicles, firs, wanted) for row in rows_of(service, table)]
    said = imports(service, tmp_path, "vehicles", f"plate,status\n{'BR05A0001'},stolen\n")
    imports(
        service,
        tmp_path,
        "firs",
        f"station,number,year,state,is_closed\n{GARDANIBAGH},7,2026,disposed,no\n",
    )
    imports(service, tmp_path, "wanted", "district;name_en;name_hi\nPATNA;Made Up;बनावटी\n")
    assert len(old) == 10
    assert "the 3 before are gone" in said
    assert [row["plate"] for row in rows_of(service, vehicles)] == ["BR05A0001"]
    assert [row["number"] for row in rows_of(service, firs)] == [7]
    assert [row["name_en"] for row in rows_of(service, wanted)] == ["Made Up"]
    assert [(row["number"], row["rows"]) for row in rows_of(service, record_sets)] == [(2, 1)] * 3
    assert "यह प्रमाण नहीं" in asks_vehicle(service, "BR01AB1234")


@every_kind
def test_a_dry_run_changes_nothing(sqlite_service: Service, tmp_path: Path, kind: str) -> None:
    file = written(tmp_path, TABLES[kind])
    said = sqlite_service.pukar("import", kind, file, "--as-of", "2026-11-24", "--dry-run")
    assert "could be imported. Nothing was changed." in said
    assert rows_of(sqlite_service, record_sets) == []


FAULTS = {
    "a plate that is none": ("vehicles", "BR01AB1234", "Hero Honda", "plate: 'Hero Honda' is no"),
    "a status that is none": ("vehicles", "stolen", "lost", "status: stolen or recovered"),
    "a station that is none": ("vehicles", GARDANIBAGH, "999", "no station with the code '999'"),
    "a plate twice": ("vehicles", "br 1 z 77", "BR01AB1234", "plate: it stands in row 2"),
    "a state that is none": ("firs", "under_investigation", "received", "state: one of"),
    "no sections": ("firs", '"BNS 303(2), 317(2)"', "", "sections: they are wanted"),
    "no act": ("firs", '"BNS 303(2), 317(2)"', "theft", "sections: no act and section in"),
    "a number that is none": ("firs", ",112,", ",112/26,", "number: a number from 1"),
    "a year to come": ("firs", "113,2026", "113,2999", "year: a number from 1950"),
    "neither yes nor no": ("firs", ",,yes", ",,perhaps", "is_closed: yes or no"),
    "a case twice": ("firs", "113,2026", "112,2026", "number: it stands in row 2"),
    "a district that is none": ("wanted", "GAYA", "NOWHERE", "no police district with the code"),
    "a formula for a name": ("wanted", "Made Up Three", "=1+1", "name_en: a name in Latin letters"),
    "a name in Latin letters": ("wanted", "बनावटी तीन", "Teen", "name_hi: a name in Devanagari"),
    "a reward that is none": ("wanted", "50000", "much", "reward: a number from 1"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_each_fault_is_a_line_and_nothing_is_imported(
    sqlite_service: Service, tmp_path: Path, what: str
) -> None:
    kind, good, bad, why = FAULTS[what]
    content = TABLES[kind].replace(good, bad)
    assert content != TABLES[kind]
    result = tries(sqlite_service, kind, written(tmp_path, content), "--as-of", "2026-11-24")
    [line, *_] = [line for line in result.output.split("\n") if line.startswith("row ")]
    assert why in line
    assert rows_of(sqlite_service, record_sets) == []


TROUBLES = {
    "no day": (VEHICLES, (), "--as-of"),
    "a day to come": (VEHICLES, ("--as-of", "2999-01-01"), "still to come"),
    "two days": (
        "plate,status,as_of\nBR01A1,stolen,2026-11-01\nBR01A2,stolen,2026-11-02\n",
        (),
        "S",
    ),
    "a day that is none": ("plate,status,as_of\nBR01A1,stolen,soon\n", (), "not 'soon'"),
    "no rows": ("plate,status\n", ("--as-of", "2026-11-24"), "no rows"),
    "no such columns": ("plate,colour\n", (), "missing: status"),
    "columns too many": ("plate,status,colour\n", (), "unknown: 'colour'"),
    "cells too many": ("plate,status\nBR01A1,stolen,1,2\n", (), "more cells"),
    "a column twice": ("plate,status,status\n", (), "twice"),
    "no CSV": ('plate,status\n"BR01A1"x,stolen\n', (), "not CSV"),
}


@pytest.mark.parametrize("what", TROUBLES)
def test_what_is_no_such_table_is_said(sqlite_service: Service, tmp_path: Path, what: str) -> None:
    content, more, why = TROUBLES[what]
    assert why in tries(sqlite_service, "vehicles", written(tmp_path, content), *more).output


def test_a_table_in_another_alphabet_is_not_guessed_at(
    sqlite_service: Service, tmp_path: Path
) -> None:
    file = tmp_path / "records.csv"
    file.write_bytes(VEHICLES.encode("utf-16"))
    assert "UTF-8" in tries(sqlite_service, "vehicles", str(file)).output


def test_the_day_may_stand_in_the_table(sqlite_service: Service, tmp_path: Path) -> None:
    file = written(tmp_path, "\ufeffPlate;Status;as_of\nBR01AB1234;stolen;23-11-2026\n\n")
    assert "1 rows of 23-11-2026" in sqlite_service.pukar("import", "vehicles", file)
    assert "23-11-2026" in asks_vehicle(sqlite_service, "BR01AB1234")


def test_faults_are_written_for_a_spreadsheet_and_shown_on_a_terminal_without_harm(
    sqlite_service: Service, tmp_path: Path
) -> None:
    content = "plate,status\n=cmd()|x,stolen\n\x1b[31mred,stolen\n@a,stolen\n"
    target = tmp_path / "faults.csv"
    more = ("--as-of", "2026-11-24", "--errors", str(target))
    result = tries(sqlite_service, "vehicles", written(tmp_path, content), *more)
    assert "\x1b" not in result.output
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["row"] for row in rows] == ["2", "3", "4"]
    assert [row["plate"] for row in rows] == ["'=cmd()|x", "\x1b[31mred", "'@a"]


def test_of_very_many_faults_some_are_shown(sqlite_service: Service, tmp_path: Path) -> None:
    content = "plate,status\n" + "x,stolen\n" * 60
    result = tries(sqlite_service, "vehicles", written(tmp_path, content), "--as-of", "2026-11-24")
    assert result.output.count("\nrow ") <= 50
    assert "and 10 more" in result.output


CLOSED = [
    *(
        "BNS 64",
        "BNS 303(2), 75(2)",
        "Bharatiya Nyaya Sanhita (BNS), 2023 - 74",
        "BNS 113",
        "BNS 95",
    ),
    *("भा.न्या.सं. 70(1)", "376D/34 IPC", "IPC 354", "I.P.C. 354-A", "IPC376", "IPC 1860 - 509"),
    *("भा.द.वि. 376", "भा०द०वि०३७६", "354क भादवि", "377 भादवि", "POCSO Act 4/6", "पॉक्सो 6"),
    *("JJ Act 75", "किशोर न्याय अधिनियम 75", "UAPA 16", "UA(P) Act 13", "NIA Act 6", "IT Act 67A"),
    *("आईटी एक्ट 66ङ", "64", "376", "BNS 318(4), 66C IT Act"),
    # Marks and zeros within an abbreviation, letters in brackets or in Hindi, other digits
    *("376/34 भा0द0वि0", "भा.दं.सं. 376", "भा०द०स० 376", "भादंसं 376", "भा॰द॰वि॰ 376", "भाoदoविo 376"),
    *("भा0द0वि0376", "भा० द० वि० की धारा ३७६", "I. P. C. 376", "B.N.S. 64(1)", "BNS-64", "BNS 064"),
    *("ＢＮＳ 64", "366(A)/34 IPC", "67(B) IT Act", "67B IT", "67 B IT Act", "आईटी एक्ट 67बी"),
    *("366ए भादवि", "376(घख) भादवि", "376 DB", "IPC-376AB"),
    # Ranges
    *("BNS 60-80", "BNS 60–64", "60 से 80 BNS", "66-67 IT Act"),
    # An act that is not known, or not told
    *("PACSO 6", "PITA 3", "SC/ST Act 3(1)(w)", "XYZ Act 12", "P C S O 6", "BNS 303 (theft)"),
    *(
        "MV Act 66; 376",
        "25 Arms Act, 376",
        "Arms Act 25, 376",
        "Excise 30(a), 376 IPC",
        "CrPC 156, 64",
    ),
]
OPEN = [
    *("BNS 303(2), 317(2)", "BNS 318(4), 319(2); IT Act 66C, 66D", "u/s 341/323/504/34 IPC"),
    *("धारा 379 भा०द०वि०", "303(2) BNS & 25 Arms Act", "BNS 109; Arms Act 27", "BNS 85", "303"),
    *("30(a) Bihar Prohibition and Excise Act 2016", "BNSS 173; BNS 115(2)", "IPC 498A"),
    *("MV Act 66/192 BNS 281", "आईटी एक्ट 66ग", "34ipc"),
    *("BNS 115(2)", "IPC 379", "323/34", "Excise 30(a)", "Arms 25", "25(1-B)a/26/35 Arms Act"),
    *(
        "भा0द0वि0 379",
        "भा० द० वि० 379",
        "बिहार मद्यनिषेध एवं उत्पाद अधिनियम 30(a)",
        "BNS 303(2); 317(2)",
    ),
    *("NDPS 20(b)(ii)(C)", "498A/34 IPC, 3/4 Dowry Prohibition Act", "BNS 126(2)/115(2)/3(5)"),
]


@pytest.mark.parametrize("sections", CLOSED)
def test_sections_that_close_a_case_are_read_as_stations_write_them(sections: str) -> None:
    assert why_closed(sections)


@pytest.mark.parametrize("sections", OPEN)
def test_other_sections_do_not(sections: str) -> None:
    assert why_closed(sections) is None


@pytest.mark.parametrize("sections", ["", "theft", "IPC", "—"])
def test_what_names_no_section_is_not_guessed_at(sections: str) -> None:
    with pytest.raises(NoSections):
        why_closed(sections)


def test_the_import_says_how_many_cases_are_closed_and_why(
    sqlite_service: Service, tmp_path: Path
) -> None:
    """...so that whoever brings them sees where an act is spelt so that nobody knows it."""
    rows = ["BNS 64; POCSO 6", "376", "XYZ Act 12", "XYZ 3", "BNS 303(2)"]
    content = "station,number,year,state,sections,is_closed\n" + "".join(
        f'{GARDANIBAGH},{number},2026,disposed,"{sections}",\n'
        for number, sections in enumerate(rows, start=1)
    )
    said = imports(sqlite_service, tmp_path, "firs", f"{content}{GARDANIBAGH},9,2026,,,yes\n")
    assert "5 of 6 are closed to the public" in said
    assert "1 by a section that is closed: POCSO 1" in said
    assert "1 by a section without an act that is closed in one of them: IPC 376 1" in said
    assert "2 because an act is not known (docs/records.md): xyz 2" in said
    assert "1 because is_closed says so" in said


# --- Brought by another system


AS_OF = "2026-11-24"
CAR = {"plate": "BR01AB1234", "status": "stolen", "station": GARDANIBAGH}


def puts(
    partner: Partner, kind: str, rows: object, key: str = "", **more: object
) -> dict[str, object]:
    """Put records, and give the answer."""
    body = json.dumps({"as_of": AS_OF, "rows": rows, **more})
    headers = {"Idempotency-Key": key} if key else {}
    answer = partner.asks("PUT", f"/records/{kind}", body, headers)
    return {"status": answer.status_code, **json.loads(answer.text)}


@pytest.fixture
def partner(sqlite_service: Service) -> Partner:
    return partner_of(sqlite_service)


def test_a_partner_replaces_a_list(partner: Partner, tmp_path: Path) -> None:
    imports(partner.service, tmp_path, "vehicles")
    answer = puts(partner, "vehicles", [{**CAR, "plate": "BR 5 A 1"}])
    assert answer == {"status": 200, "kind": "vehicles", "part_of": 2, "taken": 1, "is_whole": True}
    assert [row["plate"] for row in rows_of(partner.service, vehicles)] == ["BR05A0001"]
    assert "चोरी की" in asks_vehicle(partner.service, "BR05A0001")


def test_a_list_of_several_pages_is_met_when_it_is_whole(partner: Partner) -> None:
    puts(partner, "vehicles", [CAR])
    page = puts(partner, "vehicles", [{**CAR, "plate": "BR05A0001"}], more=True)
    assert (page["part_of"], page["is_whole"]) == (2, False)
    assert "यह प्रमाण नहीं" in asks_vehicle(partner.service, "BR05A0001")
    assert "चोरी की" in asks_vehicle(partner.service, "BR01AB1234")
    last = puts(partner, "vehicles", [{**CAR, "plate": "BR05A0002"}], part_of=2)
    assert last["is_whole"] is True
    for plate in ("BR05A0001", "BR05A0002"):
        assert "चोरी की" in asks_vehicle(partner.service, plate)
    assert "यह प्रमाण नहीं" in asks_vehicle(partner.service, "BR01AB1234")


def test_rows_are_added_to_the_list_that_is_looked_up(partner: Partner) -> None:
    puts(partner, "vehicles", [CAR], as_of="2026-11-20")
    recovered = {**CAR, "status": "recovered"}
    puts(partner, "vehicles", [recovered, {**CAR, "plate": "BR05A0001"}], part_of=1)
    assert "बरामद" in asks_vehicle(partner.service, "BR01AB1234")
    assert "24-11-2026" in asks_vehicle(partner.service, "BR05A0001")
    assert [row["rows"] for row in rows_of(partner.service, record_sets)] == [2]


def test_a_list_that_was_overtaken_takes_no_more(partner: Partner) -> None:
    puts(partner, "vehicles", [CAR], more=True)
    puts(partner, "vehicles", [CAR])
    for number in (1, 7):
        assert puts(partner, "vehicles", [CAR], part_of=number)["status"] == 409


def test_an_empty_list_takes_the_place_of_none(partner: Partner) -> None:
    puts(partner, "vehicles", [CAR])
    refused = puts(partner, "vehicles", [])
    assert refused["status"] == 409
    assert "The set has no rows" in str(refused)
    page = puts(partner, "vehicles", [], more=True)
    assert puts(partner, "vehicles", [], part_of=page["part_of"])["status"] == 409
    assert "चोरी की" in asks_vehicle(partner.service, "BR01AB1234")


def test_a_partner_brings_cases_and_those_to_be_closed_are(partner: Partner) -> None:
    case = {"station": GARDANIBAGH, "year": 2026, "state": "disposed"}
    open_one = {**case, "number": 1, "sections": "BNS 303(2)"}
    puts(
        partner, "firs", [open_one, {**case, "number": 2, "sections": "BNS 64", "is_closed": False}]
    )
    assert hi(STATES["disposed"].label) in asks_fir(partner.service, "1", "2026")
    assert hi(STATES["disposed"].label) not in asks_fir(partner.service, "2", "2026")


def test_what_is_wrong_is_said_row_by_row_and_nothing_is_taken(partner: Partner) -> None:
    rows = [CAR, {**CAR, "plate": "no plate"}, {**CAR, "plate": "BR05A0001", "station": "999"}]
    answer = puts(partner, "vehicles", rows)
    assert answer["status"] == 409
    assert isinstance(answer["errors"], list)
    assert [each["where"] for each in answer["errors"]] == ["rows.1.plate", "rows.2.station"]
    assert puts(partner, "vehicles", [CAR], as_of="2099-01-01")["status"] == 409
    assert puts(partner, "vehicles", [{**CAR, "colour": "red"}])["status"] == 422
    assert rows_of(partner.service, record_sets) == []


def test_the_same_key_gets_the_same_answer(partner: Partner) -> None:
    first, again = (puts(partner, "vehicles", [CAR], key="k1") for _ in range(2))
    assert first == again
    assert [row["number"] for row in rows_of(partner.service, record_sets)] == [1]
    assert puts(partner, "vehicles", [], key="k1")["status"] == 422


def test_only_who_may_brings_records(sqlite_service: Service) -> None:
    reader = partner_of(sqlite_service, "reader", scopes=("cases:read",))
    of_patna = partner_of(sqlite_service, "patna", district="PATNA")
    for each in (reader, of_patna):
        assert puts(each, "vehicles", [CAR])["status"] == 403
    assert rows_of(sqlite_service, record_sets) == []


# --- The demo


def test_the_demo_has_made_up_records_once(sqlite_service: Service) -> None:
    for _ in range(2):
        bring_records(sqlite_service.parts)
    assert [row["number"] for row in rows_of(sqlite_service, record_sets)] == [1, 1, 1]
    assert "चोरी की" in asks_vehicle(sqlite_service, "BR01ZZ0001")
    caller = opens(sqlite_service.caller(), "fir_status")
    types(caller, "800001", "कोत", "1", "7", "1")
    assert hi(STATES["under_investigation"].label) in reads_on(caller)
    wanted_here = reads_on(opens(sqlite_service.caller(), "wanted").types("800001"))
    assert "बनावटी नाम एक" in wanted_here
