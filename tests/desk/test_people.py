"""Officers, as the administrator and the console keep them."""

import csv
import io
import re
from pathlib import Path

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from casework.credentials import code_at
from casework.officers import Officers, Profile
from core import tables
from core.clock import now
from tests.desk.officers import GARDANIBAGH, PASSWORD, Browser, SignIn, officers_of, sign_in_at
from tests.service import Service

pytestmark = pytest.mark.redis

HEADER = "login,name,role,district,station,phone,language\n"
LIST = (
    HEADER
    + "asha,Asha Kumari,district,Patna,,9800000001,hi\n"
    + f"ravi,रवि कुमार,station,,{GARDANIBAGH},,\n"
    + "old,Old Name,state,,,,en\n"
    + "lost,Lost,station,,Nowhere Thana,,\n"
    + "asha,Asha Again,state,,,,\n"
    + "x,Too Short,state,,,,\n"
    + "boss,Boss,boss,,,,\n"
)


def form_of(**otherwise: str) -> dict[str, str]:
    right = {"login": "asha", "name": "Asha Kumari", "role": "district", "district": "PATNA"}
    return {**right, "station": "", "phone": "", "language": "hi", **otherwise}


def once(page: str) -> tuple[str, str]:
    """Read the password and the secret that are shown once."""
    shown = re.findall(r'<dd class="once">([^<]+)</dd>', page)
    return shown[1], shown[2]


def uploads(browser: Browser, content: str | bytes) -> TestResponse:
    raw = content.encode() if isinstance(content, str) else content
    return browser.submit("/desk/people/import", {"file": (io.BytesIO(raw), "officers.csv")})


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"(?: value="([^"]*)"| hidden>\n([^<]*)<)', page)
    assert found
    return found[1] or found[2]


# --- Pages


def test_an_officer_is_added_and_signs_in_with_what_is_shown_once(
    sign_in: SignIn, sqlite_service: Service
) -> None:
    page = sign_in("admin").submit("/desk/people/new", form_of()).text
    assert 'src="data:image/svg+xml' in page
    password, secret = once(page)
    browser = Browser(sqlite_service.client)
    form = {"login": "asha", "password": password, "code": code_at(secret, now())}
    assert browser.submit("/desk/sign-in", form).status_code == 303
    assert browser.get("/desk/").location == "/desk/account/password"


def test_what_is_wrong_with_a_new_officer_is_said(sign_in: SignIn, officers: Officers) -> None:
    browser = sign_in("admin", login="boss")
    for wrong, said in (
        ({"login": "boss"}, "already"),
        ({"login": "Ä"}, "A login has"),
        ({"login": "citizen"}, "stands for somebody else"),
        ({"name": " "}, "A name is needed"),
        ({"name": "x" * 101}, "A name is needed"),
        ({"role": "king"}, "no role king"),
        ({"role": "women", "district": ""}, "needs a police district"),
        ({"role": "district", "district": "ATLANTIS"}, "no police district ATLANTIS"),
        ({"role": "station", "station": ""}, "needs a station"),
        ({"role": "station", "station": "Atlantis"}, "no police station Atlantis"),
        ({"role": "station", "district": "", "station": "Mahila Thana"}, "several"),
        ({"phone": "12"}, "no phone number: 12"),
        ({"language": "fr"}, "hi or en"),
    ):
        response = browser.submit("/desk/people/new", form_of(**wrong))
        assert response.status_code == 422
        assert said in response.text, wrong
    assert officers.count() == 1


def test_a_station_is_found_by_its_name_in_a_district(sign_in: SignIn, officers: Officers) -> None:
    form = form_of(role="station", station="महिला थाना")
    assert sign_in("admin").submit("/desk/people/new", form).status_code == 200
    person = officers.by_login("asha")
    assert person
    assert person.district == "PATNA"
    assert person.station


def test_changing_an_officer(sign_in: SignIn, officers: Officers) -> None:
    admin, asha = sign_in("admin"), sign_in("state", login="asha")
    assert asha.officer
    path = f"/desk/people/{asha.officer.id}"
    assert 'value="Officer asha"' in admin.page(path)
    form = form_of(role="women", phone="98000 00001", language="en")
    response = admin.submit(path, form, follow=True)
    assert "Asha Kumari is changed." in response.text
    person = officers.by_login("asha")
    assert person
    assert (person.role, person.district, person.phone) == ("women", "PATNA", "+919800000001")
    assert "Women's desk" in asha.page("/desk/account")  # from the next page on


def test_closing_an_officer_and_opening_again(sign_in: SignIn, officers: Officers) -> None:
    admin, asha = sign_in("admin"), sign_in("state", login="asha")
    assert asha.officer
    path = f"/desk/people/{asha.officer.id}"
    assert admin.submit(f"{path}/close").status_code == 303
    assert asha.get("/desk/account").status_code == 303
    assert "closed" in admin.page(path)
    password, _ = once(admin.submit(f"{path}/reset").text)
    person = officers.by_login("asha")
    assert person
    assert person.is_active
    assert person.must_change_password
    officers.choose_password(person, password, "pipal ki chhaya")


def test_what_no_key_opens_any_more_closes_no_page_and_can_be_made_anew(
    sign_in: SignIn, sqlite_service: Service
) -> None:
    admin, asha = sign_in("admin"), sign_in("state", login="asha")
    assert asha.officer
    with sqlite_service.parts.database.writing() as connection:
        this = update(tables.officers).where(tables.officers.c.login == "asha")
        connection.execute(this.values(phone_sealed=b"lost", totp_sealed=b"lost"))
    assert asha.get("/desk/account").status_code == 200
    assert "Officer asha" in admin.page("/desk/people")
    form = {"login": "asha", "password": PASSWORD, "code": "123456"}
    assert Browser(sqlite_service.client).submit("/desk/sign-in", form).status_code == 403
    password, secret = once(admin.submit(f"/desk/people/{asha.officer.id}/reset").text)
    form |= {"password": password, "code": code_at(secret, now())}
    assert Browser(sqlite_service.client).submit("/desk/sign-in", form).status_code == 303


def test_a_reset_ends_a_lock(sign_in: SignIn, sqlite_service: Service) -> None:
    admin, asha = sign_in("admin"), sign_in("state", login="asha")
    assert asha.officer
    browser, wrong = Browser(sqlite_service.client), {"login": "asha", "password": "wrong"}
    for _ in range(6):
        assert browser.submit("/desk/sign-in", wrong).status_code == 403
    password, secret = once(admin.submit(f"/desk/people/{asha.officer.id}/reset").text)
    right = {"login": "asha", "password": password, "code": code_at(secret, now())}
    assert browser.submit("/desk/sign-in", right).status_code == 303


def test_the_administrator_cannot_lock_himself_out(sign_in: SignIn, officers: Officers) -> None:
    browser = sign_in("admin", login="boss")
    assert browser.officer
    path = f"/desk/people/{browser.officer.id}"
    assert "Nobody closes his own" in browser.submit(f"{path}/close").text
    assert "Nobody changes his own role" in browser.submit(path, form_of(role="state")).text
    boss = officers.by_login("boss")
    assert boss
    assert (boss.role, boss.is_active) == ("admin", True)


def test_the_list_is_searched_and_paged(sign_in: SignIn, officers: Officers) -> None:
    browser = sign_in("admin", login="zzz")
    for n in range(60):
        officers.add(f"sho{n:02}", Profile(f"अधिकारी {n}", "state"))
    first, second = browser.page("/desk/people"), browser.page("/desk/people?page=2")
    assert "sho49" in first
    assert "sho50" not in first
    assert "sho50" in second
    assert "sho50" in browser.page("/desk/people?page=99999999999999999999")
    assert "Found: 1<" in browser.page("/desk/people", query_string={"q": "अधिकारी 42"})
    assert "Found: 1<" in browser.page("/desk/people", query_string={"q": "SHO4\x002"})
    assert "Found: 0<" in browser.page("/desk/people", query_string={"q": "%"})


def test_only_the_administrator_has_these_pages(sign_in: SignIn, officers: Officers) -> None:
    person = sign_in("state", login="asha").officer
    assert person
    for role in ("station", "women", "district", "state", "auditor"):
        browser = sign_in(role)
        for path in ("", "/new", "/import", f"/{person.id}"):
            assert browser.get(f"/desk/people{path}").status_code == 403
        for path in ("/new", "/import", f"/{person.id}", f"/{person.id}/close"):
            assert browser.submit(f"/desk/people{path}", form_of()).status_code == 403
        assert browser.submit(f"/desk/people/{person.id}/reset").status_code == 403
    assert officers.by_login("asha") == person


def test_nobody_is_not_found(sign_in: SignIn) -> None:
    browser = sign_in("admin")
    for path in ("/desk/people/99", "/desk/people/99999999999999999999", "/desk/people/0"):
        assert browser.get(path).status_code == 404


# --- Lists


def test_a_list_is_shown_before_anything_happens(sign_in: SignIn, officers: Officers) -> None:
    browser = sign_in("admin", login="boss")
    officers.add("old", Profile("Before", "state", language="en"))
    page = uploads(browser, LIST).text
    assert "Nothing has been changed yet." in page
    assert "Before → Old Name" in page
    assert page.count("refused") == 4
    for said in ("no police station Nowhere", "twice", "A login has", "no role boss"):
        assert said in page
    assert officers.count() == 2


def test_a_confirmed_list_is_carried_out(sign_in: SignIn, officers: Officers) -> None:
    browser = sign_in("admin", login="boss")
    officers.add("old", Profile("Before", "state", language="en"))
    plan = uploads(browser, "\ufeff" + LIST).text
    form = {"list": hidden(plan, "list"), "seen": hidden(plan, "seen")}
    done = browser.submit("/desk/people/import", form).text
    assert "Added: 2. Changed: 1. Refused: 4." in done
    assert done.count('class="slip') == 2
    ravi, old = officers.by_login("ravi"), officers.by_login("old")
    assert ravi
    assert old
    assert (ravi.name, ravi.station, ravi.district) == ("रवि कुमार", GARDANIBAGH, "PATNA")
    assert old.name == "Old Name"
    again = uploads(browser, LIST).text
    assert again.count("stays as it is") == 3


def test_a_list_that_would_do_something_else_by_now_is_shown_again(
    sign_in: SignIn, officers: Officers
) -> None:
    browser = sign_in("admin", login="boss")
    plan = uploads(browser, HEADER + "asha,Asha,state,,,,\n").text
    officers.add("asha", Profile("Somebody else", "auditor"))
    form = {"list": hidden(plan, "list"), "seen": hidden(plan, "seen")}
    page = browser.submit("/desk/people/import", form).text
    assert "Somebody else → Asha" in page
    asha = officers.by_login("asha")
    assert asha
    assert asha.name == "Somebody else"


def test_what_is_no_list_is_refused(sign_in: SignIn) -> None:
    browser = sign_in("admin")
    for content, said in (
        (b"\xff\xfe", "no UTF-8"),
        (b"", "lacks: login, name, role"),
        (b"login;name;role\n", "lacks"),
        (HEADER.encode() + b"x\n" * 201, "At most 200"),
    ):
        response = uploads(browser, content)
        assert response.status_code == 422
        assert said in response.text


# --- The console


def test_the_first_administrator_comes_from_the_console(sqlite_service: Service) -> None:
    officers = officers_of(sqlite_service)
    command = ("officers", "add", "Boss", "--name", "The Boss", "--role", "admin")
    output = sqlite_service.pukar(*command)
    shown = dict(line.split(maxsplit=1) for line in output.splitlines()[:4])
    assert shown["login"] == "boss"
    assert shown["address"].startswith("otpauth://totp/Pukar:boss?secret=" + shown["secret"])
    form = {**shown, "code": code_at(shown["secret"], now())}
    browser = Browser(sqlite_service.client)
    assert browser.submit("/desk/sign-in", form).status_code == 303
    assert "boss" in sqlite_service.pukar("officers", "list")
    assert officers.count() == 1


def test_the_console_resets_and_closes(sqlite_service: Service) -> None:
    officers = officers_of(sqlite_service)
    browser = sign_in_at(sqlite_service, officers)("state", login="asha")
    assert "password" in sqlite_service.pukar("officers", "reset", "asha")
    assert browser.get("/desk/account").status_code == 303
    assert "no more" in sqlite_service.pukar("officers", "close", "asha")
    assert "closed" in sqlite_service.pukar("officers", "list", "--search", "ASHA")


def test_the_console_says_what_is_wrong(sqlite_service: Service) -> None:
    runner = sqlite_service.app.test_cli_runner()
    for command, said in (
        (("add", "asha", "--name", "A", "--role", "station"), "needs a station"),
        (("add", "a", "--name", "A", "--role", "admin"), "A login has"),
        (("reset", "nobody"), "no officer nobody"),
        (("close", "nobody"), "no officer nobody"),
    ):
        result = runner.invoke(args=["officers", *command])
        assert result.exit_code == 1
        assert said in result.output
    assert "The first: pukar officers add" in sqlite_service.pukar("officers", "list")


def test_a_list_by_the_console(sqlite_service: Service, tmp_path: Path) -> None:
    officers = officers_of(sqlite_service)
    file, out = tmp_path / "list.csv", tmp_path / "fresh.csv"
    file.write_text(LIST, encoding="utf-8")
    dry = sqlite_service.pukar("officers", "import", str(file), "--dry-run")
    assert "Nothing was changed." in dry
    assert "refuse  lost" in dry
    runner = sqlite_service.app.test_cli_runner()
    assert "--out FILE" in runner.invoke(args=["officers", "import", str(file)]).output
    assert officers.count() == 0
    done = sqlite_service.pukar("officers", "import", str(file), "--out", str(out))
    assert "Added: 3. Changed: 0. Refused: 4." in done
    assert out.stat().st_mode & 0o077 == 0
    with out.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["login"] for row in rows] == ["asha", "ravi", "old"]
    ravi = officers.by_login("ravi")
    assert ravi
    officers.choose_password(ravi, rows[1]["password"], "pipal ki chhaya")
    again = runner.invoke(args=["officers", "import", str(file), "--out", str(out)])
    assert "cannot be written" in again.output  # nothing of what it holds is lost
