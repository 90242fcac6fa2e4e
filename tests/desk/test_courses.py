"""The course of a case of each service at the desk, to its end and, if need be, back again."""

import re
from collections.abc import Mapping
from typing import get_args

import pytest

from core.case_file import EventKind
from core.cases import Case
from core.courses import CERTIFICATE, COMPLAINT, LOST, MISSING, PERMISSION, REGISTRATION, SECRET
from core.letters import LETTERS as ALL_LETTERS
from core.service_entry import Course
from core.services import SERVICES
from desk.labels import EVENTS, LETTERS, MOVES
from tests.desk.cases import form, found, register
from tests.desk.officers import Browser, SignIn
from tests.service import Service

pytestmark = pytest.mark.redis

FIR = {"fir_number": "123/2026", "fir_date": "2026-01-05"}
SANHA = {"diary_number": "77/2026"}
# What an officer does with a case of each course, one thing after the other, and what it needs.
TO_THE_END: list[tuple[Course, Mapping[str, Mapping[str, str]]]] = [
    (
        COMPLAINT,
        {
            "sent_to_station": {},
            "awaiting_signature": {},
            "fir_registered": FIR,
            "under_investigation": {},
            "chargesheet_filed": {},
            "disposed": {},
            "reopened": {},
        },
    ),
    (MISSING, {"sent_to_station": {}, "under_enquiry": {}, "found": {}, "disposed": {}}),
    (LOST, {"recorded": SANHA, "recovered": {}, "reopened": {}}),
    (CERTIFICATE, {"at_station": {}, "verified": {}, "issued": {}, "reopened": {}}),
    (PERMISSION, {"at_station": {}, "verified": {}, "permitted": {}}),
    (REGISTRATION, {"at_station": {}, "verified": {}, "enrolled": {}}),
    (SECRET, {"under_enquiry": {}, "action_taken": {}, "disposed": {}, "reopened": {}}),
]
COURSES = {
    each.key: next(path for course, path in TO_THE_END if course is each.course)
    for each in SERVICES.values()
    if each.course
}


def path_to(case: Case, state: str) -> str:
    return f"/desk/case/{case.reference}/move/{state}"


def case_of(service: Service, key: str) -> Case:
    return register(service, kind=next(iter(SERVICES[key].kinds)), told={})


@pytest.mark.parametrize("key", COURSES)
def test_a_case_of_each_service_goes_its_course_to_the_end(
    sqlite_service: Service, sign_in: SignIn, key: str
) -> None:
    case = case_of(sqlite_service, key)
    browser = sign_in("district")
    for state, details in COURSES[key].items():
        moves_by_two_steps(browser, case, state, details)
        case = found(sqlite_service, case.reference)
        assert case.state == state
    page = browser.page(f"/desk/case/{case.reference}")
    assert ("Sanha</dt><dd>77/2026" in page) == ("recorded" in COURSES[key])


def moves_by_two_steps(
    browser: Browser, case: Case, state: str, details: Mapping[str, str]
) -> None:
    assert path_to(case, state) in browser.page(f"/desk/case/{case.reference}")
    asked = browser.page(path_to(case, state))
    assert all(f'name="{name}"' in asked for name in details)
    look = browser.submit(path_to(case, state), form(case, step="look", **details))
    assert look.status_code == 200
    kept = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', look.text))
    assert kept.keys() >= details.keys()
    done = browser.submit(path_to(case, state), {**kept, "step": "do"})
    assert done.status_code == 303


@pytest.mark.parametrize("course", [course for course, _ in TO_THE_END])
def test_every_move_of_every_course_has_a_name_of_its_own(course: Course) -> None:
    assert {state for following in course.values() for state in following} <= MOVES.keys()


def test_everything_that_may_happen_to_a_case_and_every_letter_about_one_has_words() -> None:
    assert EVENTS.keys() == set(get_args(EventKind))
    about_a_case = {name for name, each in ALL_LETTERS.items() if "reference" in each.variables}
    assert {name for name in about_a_case if not name.startswith("state.")} <= LETTERS.keys()


def test_a_certificate_is_taken_up_at_the_station_and_goes_on_after_an_answer(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = case_of(sqlite_service, "character_certificate")
    browser = sign_in("station")
    link = re.compile(rf'href="{path_to(case, "at_station")}">([^<]+)</a>')
    new = link.search(browser.page(f"/desk/case/{case.reference}"))
    assert new
    assert new[1] == "Take it up at the station"
    browser.submit(path_to(case, "at_station"), form(case, step="do"))
    case = found(sqlite_service, case.reference)
    browser.submit(path_to(case, "need_information"), form(case, step="do", question=""))
    later = link.search(browser.page(f"/desk/case/{case.reference}"))
    assert later
    assert later[1] == "Go on with the verification"


def test_a_sanha_needs_its_number_and_the_sms_bears_it(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = case_of(sqlite_service, "lost_property")
    browser = sign_in("station")
    path = path_to(case, "recorded")
    assert "Sanha number, such as 123/2026" in browser.page(path)
    assert browser.submit(path, form(case, step="look")).status_code == 400
    wrong = browser.submit(path, form(case, step="look", diary_number="77"))
    assert wrong.status_code == 400
    assert "A Sanha number looks like 123/2026." in wrong.text
    assert 'value="77"' in wrong.text
    look = browser.submit(path, form(case, step="look", **SANHA)).text
    assert "77/2026" in look
    assert browser.submit(path, form(case, step="do", **SANHA)).status_code == 303
    assert "77/2026" in sqlite_service.inbox()[0]
    page = browser.page(f"/desk/case/{case.reference}")
    assert "Sanha 77/2026" in page
    assert "77/2026" in browser.page(f"/desk/case/{case.reference}/print")
