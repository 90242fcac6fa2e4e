"""What a citizen keeps from others: silence, a PIN, her name; and what is urgent, at the desk."""

import pytest

from core.case_file import Entry
from core.cases import Case
from core.services import SERVICES
from tests.desk.cases import change, form, found, register
from tests.desk.officers import PATNA, SignIn
from tests.service import Service

pytestmark = pytest.mark.redis

PIN = "4711"
LIST = "/desk/cases"


def page_of(case: Case) -> str:
    return f"/desk/case/{case.reference}"


def violence(service: Service, *, pin: str | None = None, is_silent: bool = False) -> Case:
    return register(service, "उसने मुझे मारा", kind="violence", pin=pin, is_silent=is_silent)


def informed(service: Service) -> Case:
    """Register secret information, as a conversation without a phone does."""
    kind = next(iter(SERVICES["secret_information"].kinds))
    return register(service, "गांव में भट्ठी", kind=kind)


# --- Silence


def test_about_a_silent_case_no_sms_is_sent_and_the_officer_knows_before(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = violence(sqlite_service, is_silent=True)
    browser = sign_in("station")
    page = browser.page(page_of(case))
    assert "no SMS: ask the citizen only by call" in page
    assert "No SMS is sent about this case." in page
    look = browser.page(f"{page_of(case)}/move/sent_to_station")
    assert "The citizen wants no SMS about this case" in look
    assert '<blockquote class="sms"' not in look
    done = browser.submit(
        f"{page_of(case)}/move/sent_to_station", form(case, step="do"), follow=True
    )
    assert "Done. No SMS is sent." in done.text
    assert sqlite_service.inbox() == []


# --- The PIN


def test_a_forgotten_pin_is_taken_away_by_who_works_the_case_and_that_is_an_event(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = violence(sqlite_service, pin=PIN)
    browser = sign_in("station", login="ram.singh")
    assert "has a PIN" in browser.page(page_of(case))
    assert browser.submit(f"{page_of(case)}/unlock", form(case)).status_code == 303
    assert found(sqlite_service, case.reference).pin_hash is None
    event = sqlite_service.parts.cases.events_of(case)[-1]
    assert (event.kind, event.who) == ("unlocked", "ram.singh")
    page = browser.page(page_of(case))
    assert "The PIN is taken away" in page
    assert "has a PIN" not in page
    again = browser.submit(f"{page_of(case)}/unlock", form(found(sqlite_service, case.reference)))
    assert again.status_code == 400
    assert "This case has no PIN." in again.text


def test_a_pin_is_not_taken_away_by_who_has_an_older_page_or_does_not_work_the_case(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = violence(sqlite_service, pin=PIN)
    auditor = sign_in("auditor")
    assert "has a PIN" in auditor.page(page_of(case))
    assert "/unlock" not in auditor.page(page_of(case))
    assert auditor.submit(f"{page_of(case)}/unlock", form(case)).status_code == 403
    elsewhere = sign_in("station", station="5117001")
    assert elsewhere.submit(f"{page_of(case)}/unlock", form(case)).status_code == 404
    with sqlite_service.parts.cases.files.open(case.reference) as file:
        file.write(Entry("noted", "somebody", note="मिला"))
    assert sign_in("station").submit(f"{page_of(case)}/unlock", form(case)).status_code == 409
    assert found(sqlite_service, case.reference).pin_hash


# --- Secret information


def test_secret_information_has_no_phone_and_nobody_is_sent_an_sms(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = informed(sqlite_service)
    browser = sign_in("district")
    page = browser.page(page_of(case))
    assert "गांव में भट्ठी" in page
    assert "no name and no number is kept" in page
    for sign in ("Show the number", "<dt>Phone</dt>", "****", "cannot be opened"):
        assert sign not in page
    printed = browser.page(f"{page_of(case)}/print")
    assert "Phone" not in printed
    assert "Signature of the informant" not in printed
    assert browser.submit(f"{page_of(case)}/phone", form(case)).status_code == 404
    look = browser.page(f"{page_of(case)}/move/under_enquiry")
    assert "The informant is not known: no SMS is sent." in look
    browser.submit(f"{page_of(case)}/move/under_enquiry", form(case, step="do"))
    assert found(sqlite_service, case.reference).state == "under_enquiry"
    assert sqlite_service.parts.outbox.newest(case_id=case.id) == []


def test_secret_information_is_seen_by_no_station_and_no_desk_for_women(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = informed(sqlite_service)
    assert case.protection == "secret"
    for role in ("station", "women"):
        browser = sign_in(role)
        assert browser.get(page_of(case)).status_code == 404
        assert page_of(case) not in browser.page(LIST, query_string={"folder": "all"})
        for act in ("fill", "unlock", "phone"):
            assert browser.submit(f"{page_of(case)}/{act}", form(case)).status_code == 404
    masked = sign_in("auditor")
    assert "गांव में भट्ठी" not in masked.page(page_of(case))
    assert masked.submit(f"{page_of(case)}/phone", form(case)).status_code == 403


# --- What is urgent


def test_an_alarm_stands_over_every_list_until_somebody_has_taken_it_up(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    browser = sign_in("station")
    calm = browser.page(LIST)
    assert 'class="alert alert-danger py-2" hidden>' in calm
    first, second = (
        register(sqlite_service, kind="missing_person", told={"missing_age": "7"}) for _ in range(2)
    )
    register(sqlite_service)
    register(sqlite_service, kind="missing_person", told={}, place=(PATNA, "5117001"))
    for query in ({}, {"folder": "overdue"}, {"q": "nothing"}, {"kind": "theft"}):
        page = browser.page(LIST, query_string=query)
        assert ">2 urgent cases that nobody has taken up</a>" in page, query
        assert 'class="alert alert-danger py-2" hidden>' not in page, query
    urgent = browser.page(LIST, query_string={"folder": "urgent"})
    assert [page_of(each) in urgent for each in (first, second)] == [True, True]
    assert browser.get("/desk/new-count").json == {
        "new": 3,
        "shown": "3",
        "alarm": "2 urgent cases that nobody has taken up",
    }
    browser.submit(f"{page_of(first)}/move/sent_to_station", form(first, step="do"))
    page = browser.page(LIST, query_string={"folder": "all"})
    assert ">1 urgent case that nobody has taken up</a>" in page
    line = page.partition(page_of(first))[2].partition("</tr>")[0]
    assert '<span class="badge text-bg-danger">Urgent</span>' in line


def test_an_urgent_case_that_is_closed_is_urgent_no_more(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service, kind="missing_person", told={})
    browser = sign_in("station")
    browser.submit(f"{page_of(case)}/move/withdrawn", form(case, step="do"))
    assert 'text-bg-danger">Urgent' not in browser.page(page_of(case))
    assert "hidden" in browser.page(LIST).partition('id="alarm"')[2][:80]


def test_a_list_is_narrowed_to_a_service_which_does_not_tell_what_is_masked(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    lost = register(sqlite_service, kind="lost_property", told={"lost": "mobile"})
    theft = register(sqlite_service)
    browser = sign_in("station")
    page = browser.page(LIST, query_string={"folder": "all", "service": "lost_property"})
    assert page_of(lost) in page
    assert page_of(theft) not in page
    change(sqlite_service, lost, protection="child")
    page = browser.page(LIST, query_string={"folder": "all", "service": "lost_property"})
    assert page_of(lost) not in page


def test_the_list_says_what_a_case_is_about_with_its_service_where_that_is_needed(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = informed(sqlite_service)
    service = SERVICES[case.service]
    page = sign_in("district").page(LIST)
    kind = service.kinds[case.kind].label.key
    expected = kind if len(service.kinds) == 1 else f"{service.label.key}: {kind}"
    assert expected in page
