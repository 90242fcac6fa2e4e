"""Stations and the access log at the desk, through the pages."""

import io

import pytest

from casework.accesses import Accesses
from tests.desk.officers import GARDANIBAGH, Browser, SignIn
from tests.service import Service, registers

pytestmark = pytest.mark.redis

FILE = (
    "ps_code,name_en,name_hi,police_district_code,telephone\n"
    "N-1,Naya Tola,नया टोला,PATNA,0612-2222222\n"
    "N-2,,,PATNA,\n"
)


def test_stations_are_found_by_name_in_either_script_and_by_code(sign_in: SignIn) -> None:
    auditor = sign_in("auditor")
    for search in ("gardani", "गर्दनी", GARDANIBAGH):
        found = auditor.page("/desk/stations", query_string={"q": search})
        assert f"/desk/stations/{GARDANIBAGH}" in found
        assert "Found: 1" in found
    assert "No station is called so" in auditor.page("/desk/stations?q=qqqqqq")
    assert "Page 20 of 20" in auditor.page("/desk/stations?page=99")
    assert "Araria" in auditor.page("/desk/stations?district=ARARIA")


@pytest.mark.parametrize("role", ["station", "women", "district"])
def test_the_list_is_not_for_stations(sign_in: SignIn, role: str) -> None:
    assert sign_in(role).get("/desk/stations").status_code == 403  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ["state", "auditor"])
def test_only_the_administrator_changes_stations(sign_in: SignIn, role: str) -> None:
    browser = sign_in(role)  # type: ignore[arg-type]
    assert 'name="name_hi"' not in browser.page(f"/desk/stations/{GARDANIBAGH}")
    for path in ("", "/close", "/reopen"):
        assert browser.submit(f"/desk/stations/{GARDANIBAGH}{path}").status_code == 403
    assert browser.get("/desk/stations/import").status_code == 403
    assert browser.submit("/desk/stations/import").status_code == 403


def test_a_correction_is_what_callers_meet(sqlite_service: Service, sign_in: SignIn) -> None:
    admin = sign_in("admin")
    typed = {
        "name_en": "Gardanibagh",
        "name_hi": "गर्दनीबाग़",
        "telephone": "0612-2222222",
        "aliases": "Zafarganj",
    }
    done = admin.submit(f"/desk/stations/{GARDANIBAGH}", typed, follow=True).text
    assert "Saved" in done
    assert "pukar audio build" in done
    station = sqlite_service.parts.office.directory.station(GARDANIBAGH)
    assert station
    assert station.name.devanagari == "गर्दनीबाग़"
    assert station.telephone == "0612-2222222"
    caller = sqlite_service.caller()
    caller.dials()
    for key in ("1", "4", "800001", "zafar"):
        caller.types(key)
    assert "गर्दनीबाग़" in caller.screen


def test_a_correction_that_cannot_be_keeps_what_was_typed(sign_in: SignIn) -> None:
    typed = {"name_en": "Kotwali", "name_hi": "गर्दनीबाग", "telephone": "112"}
    refused = sign_in("admin").submit(f"/desk/stations/{GARDANIBAGH}", typed)
    assert refused.status_code == 422
    assert "Another station of the district is called Kotwali, too." in refused.text
    assert 'value="Kotwali"' in refused.text


def test_nothing_is_said_of_clips_where_the_name_stays(sign_in: SignIn) -> None:
    done = sign_in("admin").submit(
        f"/desk/stations/{GARDANIBAGH}", {"telephone": "112-112"}, follow=True
    )
    assert "Saved" in done.text
    assert "audio build" not in done.text


def test_a_closed_station_is_marked_and_can_be_opened_again(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    reference = registers(sqlite_service.caller())
    admin, state = sign_in("admin"), sign_in("state")
    admin.submit(f"/desk/stations/{GARDANIBAGH}/close")
    assert "(closed)" in admin.page("/desk/stations?q=gardani")
    assert "Gardani Bagh, Patna (closed)" in state.page(f"/desk/case/{reference}")
    admin.submit(f"/desk/stations/{GARDANIBAGH}/reopen")
    assert "(closed)" not in admin.page("/desk/stations?q=gardani")


def test_a_station_that_is_not_there_is_not_found(sign_in: SignIn) -> None:
    assert sign_in("admin").get("/desk/stations/none").status_code == 404


def upload(browser: Browser, content: bytes, **values: str) -> str:
    data = {"file": (io.BytesIO(content), "stations.csv"), **values}
    return browser.submit("/desk/stations/import", data).text


def test_an_import_is_shown_before_it_is_done(sqlite_service: Service, sign_in: SignIn) -> None:
    admin = sign_in("admin")
    assert "ps_code" in admin.page("/desk/stations/import")
    plan = upload(admin, FILE.encode("utf-8-sig"))
    assert "Nothing has been changed yet" in plan
    assert "The English name is missing" in plan
    directory = sqlite_service.parts.office.directory
    assert directory.station("N-1") is None
    seen = plan.split('name="seen" value="')[1].split('"')[0]
    done = admin.submit("/desk/stations/import", {"content": FILE, "seen": seen}, follow=True)
    assert "Saved" in done.text
    assert sqlite_service.parts.office.directory.station("N-1")
    assert sqlite_service.parts.office.directory.station("N-2") is None


def test_a_plan_that_is_another_meanwhile_is_shown_again(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    again = admin.submit("/desk/stations/import", {"content": FILE, "seen": "of another"})
    assert "Nothing has been changed yet" in again.text
    assert sqlite_service.parts.office.directory.station("N-1") is None


def test_an_import_may_close_what_the_list_lacks(sign_in: SignIn) -> None:
    plan = upload(sign_in("admin"), FILE.encode(), close_missing="yes")
    assert "Closed: – → yes" in plan


@pytest.mark.parametrize(
    ("content", "said"),
    [("नाम".encode("utf-16"), "UTF-8"), (b"name\nx\n", "no column ps_code"), (b"", "no column")],
    ids=["utf-16", "no codes", "empty"],
)
def test_what_is_no_such_file_is_said(sign_in: SignIn, content: bytes, said: str) -> None:
    assert said in upload(sign_in("admin"), content)


# --- Who looked


def test_the_auditor_sees_who_looked_at_what(sqlite_service: Service, sign_in: SignIn) -> None:
    reference = registers(sqlite_service.caller())
    registers(sqlite_service.caller("+919800000002"))
    case = sqlite_service.parts.cases.look_up(reference)
    looks = Accesses(sqlite_service.parts.database, sqlite_service.parts.cases.files.seal)
    looks.note("asha", case.id, "recording", "desk")
    looks.note("ravi", case.id, "print", "desk")
    auditor = sign_in("auditor")
    everybody = auditor.page("/desk/accesses")
    assert "listened to a recording" in everybody
    assert "ravi" in everybody
    assert "ravi" not in auditor.page("/desk/accesses?who=asha")
    assert "ravi" in auditor.page(f"/desk/accesses?case={reference[:3]} {reference[3:]}")
    assert "There is no case" in auditor.page("/desk/accesses?case=123")
    assert "Nobody looked" in auditor.page("/desk/accesses?to=2020-01-01")
    assert "Nobody looked" in auditor.page(f"/desk/accesses?older=-{'9' * 20}")
    assert "ravi" in auditor.page("/desk/accesses?from=2020-01-01&to=9999-12-31")
    assert "ravi" in auditor.page("/desk/accesses?from=nonsense")


def test_the_access_log_pages(sqlite_service: Service, sign_in: SignIn) -> None:
    registers(sqlite_service.caller())
    case = sqlite_service.only_case()
    looks = Accesses(sqlite_service.parts.database, sqlite_service.parts.cases.files.seal)
    for number in range(51):
        looks.note(f"officer-{number}", case.id, "story", "desk")
    state = sign_in("state")
    first = state.page("/desk/accesses?from=2020-01-01")
    assert "officer-50" in first
    assert ">officer-0<" not in first
    assert "/desk/accesses?older=2&from=2020-01-01" in first
    assert ">officer-0<" in state.page("/desk/accesses?older=2&from=2020-01-01")


@pytest.mark.parametrize("role", ["station", "women", "district", "admin"])
def test_the_access_log_is_for_the_auditor_and_the_state(sign_in: SignIn, role: str) -> None:
    assert sign_in(role).get("/desk/accesses").status_code == 403  # type: ignore[arg-type]
