"""Signing in at the desk: who is let in, for how long, and what everybody else is told."""

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from werkzeug.test import TestResponse

from casework.credentials import Passwords, code_at, fault_of
from casework.officers import Officers, Profile
from casework.sign_in import Locked, NotSignedIn, SignIns
from casework.wrong_tries import FORGOTTEN_AFTER, pause_after
from core.clock import local_time, now
from tests.desk.officers import PASSWORD, Browser, SignIn, add, officers_of, sign_in_at
from tests.service import Service, service_with

pytestmark = pytest.mark.redis

MORNING = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)
NOT_RIGHT = "Login, password or code is not right"
TOO_MANY = "Too many wrong tries"


@dataclass
class Person:
    """Somebody with a login, a password, and a phone that shows codes."""

    secret: str
    login: str = "asha"
    password: str = PASSWORD

    def form(self, **otherwise: str) -> dict[str, str]:
        """Fill in the form, with the code of this moment."""
        right = {
            "login": self.login,
            "password": self.password,
            "code": code_at(self.secret, now()),
        }
        return {**right, **otherwise}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until it is shifted."""
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def asha(sqlite_service: Service, officers: Officers) -> Person:
    """A supervisor who has chosen her password."""
    profile = Profile("Asha Kumari", "district", district="PATNA", language="en")
    return Person(add(sqlite_service, officers, "asha", profile))


def tries(browser: Browser, form: dict[str, str]) -> TestResponse:
    """Send the form of signing in, read in English."""
    browser.submit("/desk/language", {"language": "en"})
    return browser.submit("/desk/sign-in", form)


def is_in(browser: Browser) -> bool:
    return browser.get("/desk/account").status_code == 200


# --- In


def test_login_password_and_code_let_in(browser: Browser, asha: Person) -> None:
    response = tries(browser, asha.form(login=" Asha "))
    assert response.status_code == 303
    assert "Asha Kumari" in browser.page("/desk/account")


def test_a_code_may_be_typed_in_hindi_digits_and_with_a_space(
    browser: Browser, asha: Person
) -> None:
    code = asha.form()["code"].translate(str.maketrans("0123456789", "०१२३४५६७८९"))
    assert tries(browser, asha.form(code=f"{code[:3]} {code[3:]}")).status_code == 303


def test_whatever_is_wrong_the_answer_is_the_same(sqlite_service: Service, asha: Person) -> None:
    wrongs: list[dict[str, str]] = [
        {"login": "nobody"},
        {"login": "no\0body"},
        {"login": ""},
        {"password": "nadi kinare"},
        {"code": ""},
        {"code": "abcdef"},
        {"code": "१२"},
    ]
    for wrong in wrongs:
        browser = Browser(sqlite_service.client)
        response = tries(browser, asha.form(**wrong))
        assert response.status_code == 403
        assert NOT_RIGHT in response.text
        assert not is_in(browser)


def test_a_code_opens_once(sqlite_service: Service, asha: Person) -> None:
    form = asha.form()
    assert tries(Browser(sqlite_service.client), form).status_code == 303
    assert NOT_RIGHT in tries(Browser(sqlite_service.client), form).text


@pytest.mark.usefixtures("clock")
def test_a_code_of_the_half_minute_before_opens_but_not_after_a_newer_one(
    browser: Browser, asha: Person
) -> None:
    before, two_before = (
        code_at(asha.secret, MORNING - timedelta(seconds=each)) for each in (30, 60)
    )
    assert tries(browser, asha.form(code=two_before)).status_code == 403
    assert tries(browser, asha.form()).status_code == 303
    assert tries(browser, asha.form(code=before)).status_code == 403


def test_a_password_hashed_in_an_older_way_is_hashed_anew(
    officers: Officers, browser: Browser, asha: Person
) -> None:
    officers.passwords = Passwords()
    assert tries(browser, asha.form()).status_code == 303
    with officers.database.reading() as connection:
        kept = connection.exec_driver_sql("SELECT password_hash FROM officers").scalar_one()
    assert not officers.passwords.is_outdated(kept)
    assert officers.passwords.fits(kept, PASSWORD)


# --- Locked out


def test_pauses_grow_to_an_hour() -> None:
    minutes = [pause_after(failures).seconds // 60 for failures in range(1, 14)]
    assert minutes == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize("login", ["asha", "stranger"])
def test_after_five_wrong_tries_one_waits_longer_and_longer(
    browser: Browser, asha: Person, clock: time_machine.Traveller, login: str
) -> None:
    """...also under a login that nobody has: waiting must not tell who works here."""
    wrong = asha.form(login=login, password="wrong")
    for _ in range(5):
        assert NOT_RIGHT in tries(browser, wrong).text
    for minutes in (1, 2, 4):
        refused = tries(browser, wrong).text
        assert TOO_MANY in refused
        assert local_time(now() + timedelta(minutes=minutes)) in refused
        clock.shift(timedelta(minutes=minutes, seconds=1))
        assert NOT_RIGHT in tries(browser, wrong).text


def test_all_processes_count_together_and_a_login_that_nobody_has_like_any_other(
    service: Service,
) -> None:
    officers = officers_of(service)
    add(service, officers, "asha", Profile("Asha", "state"))
    processes = [SignIns(officers), SignIns(officers)]
    for login in ("asha", "nobody", "no login at all"):
        outcomes = [_tries(processes[n % 2], login) for n in range(7)]
        assert outcomes == [NotSignedIn] * 5 + [Locked] * 2, login


def _tries(sign_ins: SignIns, login: str) -> type[Exception] | None:
    try:
        sign_ins.check(login, "wrong", "123456")
    except NotSignedIn as error:
        return type(error)
    return None


@pytest.mark.parametrize("login", ["asha", "stranger"])
def test_wrong_tries_are_forgotten_after_a_month(
    officers: Officers, asha: Person, clock: time_machine.Traveller, login: str
) -> None:
    assert asha.login == "asha"
    sign_ins = SignIns(officers)
    for _ in range(2):
        assert [_tries(sign_ins, login) for _ in range(6)] == [NotSignedIn] * 5 + [Locked]
        clock.shift(FORGOTTEN_AFTER + timedelta(seconds=1))


def test_many_tries_at_once_are_no_more_than_five(service: Service) -> None:
    officers = officers_of(service)
    add(service, officers, "asha", Profile("Asha", "state"))
    sign_ins = SignIns(officers)

    with ThreadPoolExecutor(4) as threads:
        outcomes = Counter(threads.map(lambda _: _tries(sign_ins, "asha"), range(12)))
    assert outcomes == {NotSignedIn: 5, Locked: 7}


def test_the_whole_way_on_either_database(service: Service) -> None:
    secret = add(service, officers_of(service), "asha", Profile("Asha", "state"))
    asha, browser = Person(secret), Browser(service.client)
    assert tries(browser, asha.form()).status_code == 303
    assert is_in(browser)
    assert tries(Browser(service.client), asha.form()).status_code == 403
    browser.submit("/desk/sign-out-everywhere")
    assert not is_in(browser)
    assert tries(browser, asha.form(login="a\0", password="\0")).status_code == 403


def test_even_the_right_password_waits_for_the_end_of_the_pause(
    browser: Browser, asha: Person, clock: time_machine.Traveller
) -> None:
    for _ in range(5):
        tries(browser, asha.form(password="wrong"))
    assert TOO_MANY in tries(browser, asha.form()).text
    clock.shift(timedelta(minutes=1, seconds=1))
    assert tries(browser, asha.form()).status_code == 303


def test_signing_in_forgives(browser: Browser, asha: Person, clock: time_machine.Traveller) -> None:
    for _ in range(3):
        for _ in range(4):
            assert NOT_RIGHT in tries(browser, asha.form(password="wrong")).text
        assert tries(browser, asha.form()).status_code == 303
        clock.shift(30)


def test_an_address_that_tries_many_logins_is_stopped(
    sqlite_service: Service, asha: Person
) -> None:
    browser = Browser(sqlite_service.client)
    statuses = [tries(browser, asha.form(login=f"login{n}")).status_code for n in range(31)]
    assert statuses == [403] * 30 + [429]
    assert tries(browser, asha.form()).headers["Retry-After"] == "600"
    elsewhere = Browser(sqlite_service.client)
    elsewhere.client.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    assert tries(elsewhere, asha.form()).status_code == 303


def test_behind_a_proxy_the_address_is_what_the_proxy_says(
    sqlite_database_url: str, fresh_redis_url: str
) -> None:
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    with service_with(**stores, proxies=1) as service:
        officers_of(service)
        browser = Browser(service.client)
        statuses = []
        for n in range(31):
            given = f"198.51.100.{n}, 203.0.113.7"  # whatever he wrote himself before it
            browser.client.environ_base["HTTP_X_FORWARDED_FOR"] = given
            form = {"login": f"login{n}", "password": "x", "code": "1"}
            statuses.append(tries(browser, form).status_code)
        assert statuses == [403] * 30 + [429]
        browser.client.environ_base["HTTP_X_FORWARDED_FOR"] = "203.0.113.7, 203.0.113.8"
        assert tries(browser, {"login": "login", "password": "x"}).status_code == 403


def test_without_redis_officers_still_sign_in(sqlite_database_url: str) -> None:
    stores = {"database_url": sqlite_database_url, "redis_url": "unix:///no/such/redis.sock"}
    with service_with(**stores) as service:
        officers = officers_of(service)
        asha = Person(add(service, officers, "asha", Profile("Asha", "state")))
        browser = Browser(service.client)
        assert tries(browser, asha.form()).status_code == 303
        statuses = [tries(browser, asha.form(login=f"x{n}y")).status_code for n in range(31)]
        assert statuses == [403] * 30 + [429]


# --- Out again


def test_half_an_hour_without_a_page_ends_the_session(
    sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    browser = sign_in("state")
    for _ in range(3):
        clock.shift(timedelta(minutes=29))
        assert is_in(browser)
    clock.shift(timedelta(minutes=31))
    assert not is_in(browser)


def test_a_page_left_open_that_counts_new_cases_keeps_nobody_signed_in(
    sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    browser = sign_in("state")
    for _ in range(3):
        assert browser.get("/desk/new-count").status_code == 200
        clock.shift(timedelta(minutes=12))
    assert not is_in(browser)


def test_after_twelve_hours_one_signs_in_again(
    sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    browser = sign_in("state")
    for _ in range(28):
        clock.shift(timedelta(minutes=25))
        assert is_in(browser)
    clock.shift(timedelta(minutes=25))
    assert not is_in(browser)


def test_signing_out_ends_this_session_only(sign_in: SignIn) -> None:
    here, there = sign_in("state", login="asha"), sign_in("state", login="asha")
    cookie = here.client.get_cookie("pukar_desk", path="/desk")
    assert cookie
    assert here.submit("/desk/sign-out").location == "/desk/sign-in"
    assert not is_in(here)
    here.client.set_cookie("pukar_desk", cookie.value, path="/desk")  # kept by a thief
    assert not is_in(here)
    assert is_in(there)


def test_signing_out_everywhere_ends_all_of_ones_sessions(sign_in: SignIn) -> None:
    here, there = sign_in("state", login="asha"), sign_in("state", login="asha")
    colleague = sign_in("state", login="ravi")
    assert here.page("/desk/account").count("<tr><td>") == 2
    here.submit("/desk/sign-out-everywhere")
    assert (is_in(here), is_in(there), is_in(colleague)) == (False, False, True)


def test_a_new_password_signs_out_the_other_devices(sign_in: SignIn) -> None:
    here, there = sign_in("state", login="asha"), sign_in("state", login="asha")
    chosen = {"present": PASSWORD, "chosen": "pipal ki chhaya", "again": "pipal ki chhaya"}
    assert here.submit("/desk/account/password", chosen).status_code == 303
    assert (is_in(here), is_in(there)) == (True, False)


def test_who_is_closed_is_out_at_once(sign_in: SignIn, officers: Officers) -> None:
    browser = sign_in("state")
    assert browser.officer
    officers.close(browser.officer.id)
    assert not is_in(browser)


def test_a_closed_account_lets_nobody_in(
    browser: Browser, asha: Person, officers: Officers
) -> None:
    person = officers.by_login("asha")
    assert person
    officers.close(person.id)
    assert NOT_RIGHT in tries(browser, asha.form()).text


# --- Passwords


def test_who_comes_first_chooses_a_password_before_anything_else(
    browser: Browser, officers: Officers
) -> None:
    fresh = officers.add("ravi", Profile("Ravi", "state", language="en"))
    ravi = Person(fresh.secret, "ravi", fresh.password)
    assert tries(browser, ravi.form()).status_code == 303
    for path in ("/desk/", "/desk/account", "/desk/people", "/desk/nowhere"):
        assert browser.get(path).location == "/desk/account/password"
    chosen = {"present": fresh.password, "chosen": PASSWORD, "again": PASSWORD}
    assert browser.submit("/desk/account/password", chosen).status_code == 303
    assert is_in(browser)


def test_a_password_is_changed_by_who_knows_it_and_types_the_new_one_twice(
    sign_in: SignIn,
) -> None:
    browser, new = sign_in("state", login="asha"), "pipal ki chhaya"
    for present, chosen, again, said in (
        ("wrong", new, new, "present password is not right"),
        (PASSWORD, new, "pipal ki chaya", "not typed the same twice"),
        (PASSWORD, PASSWORD, PASSWORD, "must differ"),
        (PASSWORD, "pipal", "pipal", "at least 10"),
    ):
        form = {"present": present, "chosen": chosen, "again": again}
        response = browser.submit("/desk/account/password", form)
        assert response.status_code == 422
        assert said in response.text


def test_a_present_password_is_not_guessed_either(
    sign_in: SignIn, browser: Browser, clock: time_machine.Traveller
) -> None:
    here, there = sign_in("state", login="asha"), sign_in("state", login="asha")
    new = {"chosen": "pipal ki chhaya", "again": "pipal ki chhaya"}
    guess, right = {"present": "wrong", **new}, {"present": PASSWORD, **new}
    for _ in range(4):
        assert here.submit("/desk/account/password", guess).status_code == 422
    assert here.submit("/desk/account/password", guess).status_code == 303
    assert (is_in(here), is_in(there)) == (False, False)
    assert TOO_MANY in here.page("/desk/sign-in")
    assert TOO_MANY in tries(browser, {"login": "asha"}).text  # at the door, too
    again = sign_in("state", login="asha")
    assert TOO_MANY in again.submit("/desk/account/password", right, follow=True).text
    assert is_in(again)  # who has guessed at the door drives nobody out
    clock.shift(timedelta(minutes=1, seconds=1))
    assert again.submit("/desk/account/password", right).location == "/desk/"


def test_the_right_present_password_forgives(sign_in: SignIn) -> None:
    browser, new = sign_in("state"), {"chosen": "short", "again": "short"}
    for present in ("wrong", "wrong", "wrong", "wrong", PASSWORD) * 2:
        response = browser.submit("/desk/account/password", {"present": present, **new})
        assert response.status_code == 422
    assert is_in(browser)


@pytest.mark.parametrize(
    "password",
    [
        "x" * 300,
        "meri asha 2026",
        "P@ssw0rd2026!",
        "Bihar Police 1",
        "1234567890",
        "9876543210",
        "abcabcabcabc",
        "qwertyuiop",
        "pukar@2026#",
    ],
)
def test_what_everybody_tries_first_is_no_password(password: str) -> None:
    assert fault_of(password, "asha")
    assert not fault_of(f"{password[:9]} kadamb nadi", "ravi")


# --- Doors


def test_who_has_not_signed_in_is_led_to_the_door_and_back(browser: Browser) -> None:
    for path in ("/desk/", "/desk/account", "/desk/nowhere?q=1", "/desk/people"):
        response = browser.get(path)
        assert response.status_code == 303
        assert response.location.startswith("/desk/sign-in?next=/desk/")


def test_signing_in_leads_on_to_the_page_one_wanted(browser: Browser, asha: Person) -> None:
    response = tries(browser, asha.form(next="/desk/account?x=1"))
    assert response.location == "/desk/account?x=1"


def test_signing_in_leads_nowhere_else(
    browser: Browser, asha: Person, clock: time_machine.Traveller
) -> None:
    for elsewhere in (
        "https://example.com/desk/",
        "//example.com/desk/",
        "/\\example.com/desk/",
        "/desk/\\example.com",
        "/simulator/",
        "desk/",
        "javascript:alert(1)",
        "/desk/\r\nX: y",
        "http:///desk/",
        "http://[",
    ):
        assert tries(browser, asha.form(next=elsewhere)).location == "/desk/", elsewhere
        clock.shift(30)


def test_no_form_counts_without_its_token(sign_in: SignIn) -> None:
    browser = sign_in("state")
    for path in ("/desk/sign-in", "/desk/sign-out", "/desk/language"):
        for data in ({}, {"csrf_token": ""}, {"csrf_token": "forged"}):
            response = browser.client.post(path, data=data, headers={"Accept-Language": "en"})
            assert response.status_code == 400
            assert "open for too long" in response.text
    assert is_in(browser)


def test_a_token_of_another_session_is_refused(sign_in: SignIn) -> None:
    mine, theirs = sign_in("state", login="asha"), sign_in("state", login="ravi")
    token = re.search(r'name="csrf_token" value="([^"]+)"', theirs.page("/desk/account"))
    assert token
    response = mine.client.post("/desk/sign-out", data={"csrf_token": token[1]})
    assert response.status_code == 400


def test_webhooks_and_the_simulator_need_no_token(sqlite_service: Service) -> None:
    caller = sqlite_service.caller()
    caller.dials()
    assert caller.is_connected


def test_every_answer_carries_the_strict_headers(sign_in: SignIn) -> None:
    browser = sign_in("state")
    for path in ("/desk/sign-in", "/desk/account", "/desk/nowhere", "/desk/static/desk.css"):
        with browser.get(path) as response:
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
            is_kept = "static" in path
            assert ("no-store" in response.headers["Cache-Control"]) != is_kept
            assert "Strict-Transport-Security" not in response.headers


def test_nothing_in_a_page_is_inline(sign_in: SignIn) -> None:
    browser = sign_in("admin")
    for path in ("/desk/sign-in", "/desk/account", "/desk/people", "/desk/people/new"):
        page = browser.page(path)
        assert not re.search(r"<style|<script(?![^>]* src=)| style=| on\w+=", page), path


def test_the_cookie_says_nothing_and_is_for_the_desk_only(
    sqlite_database_url: str, fresh_redis_url: str
) -> None:
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    with service_with(**stores, public_url="https://pukar.example.in") as service:
        officers = officers_of(service)
        browser = sign_in_at(service, officers)("state")
        response = browser.client.get("/desk/account", base_url="https://pukar.example.in")
        assert response.headers["Strict-Transport-Security"].startswith("max-age=")
        cookie = service.client.get("/desk/sign-in").headers["Set-Cookie"]
    for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/desk"):
        assert part in cookie


def test_tokens_and_secrets_are_not_kept_in_the_open(
    sign_in: SignIn, officers: Officers, sqlite_service: Service
) -> None:
    fresh = officers.add("ravi", Profile("Ravi", "state", phone="+919800000001"))
    browser = sign_in("state")
    with browser.client.session_transaction("/desk/") as cookie:
        token = cookie["token"]
    with sqlite_service.parts.database.reading() as connection:
        kept = str(
            [
                *connection.exec_driver_sql("SELECT * FROM officers"),
                *connection.exec_driver_sql("SELECT * FROM officer_sessions"),
            ]
        )
    for secret in (token, fresh.password, fresh.secret, "9800000001"):
        assert secret not in kept


# --- Words


def test_a_page_of_another_role_says_whose_it_is(sign_in: SignIn) -> None:
    response = sign_in("station").get("/desk/people")
    assert response.status_code == 403
    assert "Administrator" in response.text


def test_what_is_not_there_is_said_politely(sign_in: SignIn) -> None:
    browser = sign_in("state")
    assert browser.get("/desk/nowhere/at/all").status_code == 404
    assert "This is not here" in browser.get("/desk/nowhere").text
    assert browser.submit("/desk/account").status_code == 405
    assert browser.submit("/desk/nowhere").status_code == 404


def test_too_large_a_form_is_said_to_be_too_large(sign_in: SignIn) -> None:
    response = sign_in("admin").submit("/desk/people/import", {"list": "x" * 300_000})
    assert response.status_code == 413
    assert "too large" in response.text


def test_without_the_database_the_desk_asks_for_patience(fresh_redis_url: str) -> None:
    stores = {"database_url": "sqlite:////no/such/folder/pukar.db", "redis_url": fresh_redis_url}
    with service_with(**stores) as service:
        response = service.client.get("/desk/account", headers={"Accept-Language": "en"})
    assert response.status_code == 503
    assert "try again in a minute" in response.text


def test_before_signing_in_the_browser_chooses_the_language(browser: Browser) -> None:
    languages = {"en-IN,en;q=0.9": "en", "hi": "hi", "fr": "hi", "": "hi"}
    for accepted, language in languages.items():
        page = browser.page("/desk/sign-in", headers={"Accept-Language": accepted})
        assert f'<html lang="{language}">' in page


def test_an_officers_language_is_kept_with_him(sign_in: SignIn) -> None:
    browser = sign_in("state", login="asha", language="hi")
    assert '<html lang="hi">' in browser.page("/desk/account")
    response = browser.submit("/desk/language", {"language": "en", "next": "/desk/account"})
    assert response.location == "/desk/account"
    assert '<html lang="en">' in browser.page("/desk/account")
    assert '<html lang="en">' in sign_in("state", login="asha").page("/desk/account")


def test_bootstrap_comes_from_us_and_small(browser: Browser) -> None:
    response = browser.get("/desk/static/bootstrap.css")
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.data) < 40_000
    again = browser.get(
        "/desk/static/bootstrap.css", headers={"If-None-Match": response.headers["ETag"]}
    )
    assert again.status_code == 304
