"""The list of cases: folders, searches, filters, pages."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from casework import casebook
from core.case_file import Entry
from core.cases import Case, Move
from core.clock import HERE, now
from tests.desk.cases import change, form, make_overdue, register, spoken
from tests.desk.officers import PATNA, Browser, SignIn, officers_of, sign_in_at
from tests.service import Service

pytestmark = pytest.mark.redis

LIST = "/desk/cases"


def listed(browser: Browser, **query: object) -> list[str]:
    """Give the reference numbers of a page of the list, in their order."""
    return references_on(browser.page(LIST, query_string=query))


def moved(service: Service, case: Case, *states: str, **details: str) -> None:
    for state in states:
        wanted = details if state == states[-1] else {}
        service.parts.cases.move(case.reference, Move(state, "somebody", None, wanted))


def note(service: Service, case: Case, words: str) -> None:
    with service.parts.cases.files.open(case.reference) as file:
        file.write(Entry("noted", "somebody", note=words))


def test_each_folder_has_its_cases(sqlite_service: Service, sign_in: SignIn) -> None:
    browser = sign_in("station")
    assert browser.officer
    new, mine, waiting, closed = (register(sqlite_service) for _ in range(4))
    moved(sqlite_service, mine, "sent_to_station", "under_enquiry")
    change(sqlite_service, mine, officer_id=browser.officer.id)
    moved(sqlite_service, waiting, "sent_to_station", "awaiting_signature")
    moved(sqlite_service, closed, "withdrawn")
    assert listed(browser, folder="new") == [new.reference]
    assert listed(browser, folder="mine") == [mine.reference]
    assert listed(browser, folder="waiting") == [waiting.reference]
    everything = [each.reference for each in (closed, waiting, mine, new)]
    assert listed(browser, folder="all") == everything


def test_what_is_late_comes_first_where_it_is_most_late(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    browser = sign_in("station")
    a, b, closed, today, later = (register(sqlite_service) for _ in range(5))
    make_overdue(sqlite_service, a, days=2)
    make_overdue(sqlite_service, b, days=9)
    moved(sqlite_service, closed, "withdrawn")
    make_overdue(sqlite_service, closed)
    midnight = now().astimezone(HERE).replace(hour=0, minute=0, second=0, microsecond=0)
    change(sqlite_service, today, due_at=midnight + timedelta(days=1))
    change(sqlite_service, later, due_at=midnight + timedelta(days=2))
    assert listed(browser, folder="overdue") == [b.reference, a.reference]
    assert listed(browser, folder="today") == [today.reference]
    assert "overdue by 9 days" in browser.page(LIST, query_string={"folder": "overdue"})


def test_a_supervisor_has_a_folder_of_what_was_raised_to_him(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    district, state = register(sqlite_service), register(sqlite_service)
    for case, level in ((register(sqlite_service), 1), (district, 2), (state, 3)):
        make_overdue(sqlite_service, case, days=level)
        change(sqlite_service, case, raised=level)
    both = [state.reference, district.reference]
    assert listed(sign_in("district"), folder="raised") == both
    assert listed(sign_in("state"), folder="raised") == [state.reference]
    assert "Raised to me" not in sign_in("station").page(LIST)


def test_what_was_not_signed_in_time_stays_visible(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    moved(sqlite_service, case, "sent_to_station", "awaiting_signature")
    browser = sign_in("station")
    assert listed(browser, folder="unsigned") == []
    make_overdue(sqlite_service, case)
    assert listed(browser, folder="unsigned") == [case.reference]


def test_cases_without_a_place_wait_for_whoever_can_send_them_on(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    nowhere = register(sqlite_service, place=(None, None))
    in_district = register(sqlite_service, place=(PATNA, None))
    register(sqlite_service)
    assert listed(sign_in("state"), folder="unplaced") == [nowhere.reference]
    assert listed(sign_in("district"), folder="unplaced") == [in_district.reference]
    assert "Without a place" not in sign_in("station").page(LIST)


def test_a_joined_case_is_worked_where_it_was_joined_to(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    first, second = register(sqlite_service), register(sqlite_service)
    browser = sign_in("station")
    path = f"/desk/case/{second.reference}/join"
    assert browser.submit(path, form(second, other=first.reference)).status_code == 303
    assert listed(browser, folder="new") == [first.reference]
    assert listed(browser, folder="all") == [second.reference, first.reference]


def test_a_case_is_found_by_its_reference_however_it_is_typed(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    register(sqlite_service)
    number = case.reference
    in_hindi = number.translate(str.maketrans("0123456789", "०१२३४५६७८९"))
    browser = sign_in("station")
    parts = (number[:3], number[3:6], number[6:])
    for search in (number, " ".join(parts), "-".join(parts), in_hindi):
        assert listed(browser, q=search) == [number], search


def test_cases_are_found_by_the_whole_phone_number(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service, phone="+919812345678")
    other = register(sqlite_service)
    browser = sign_in("station")
    for typed in ("9812345678", "+919812345678", "098123 45678", "+91 98123-45678"):
        assert listed(browser, q=typed) == [case.reference], typed
    assert listed(browser, q="981234567") == []
    note(sqlite_service, other, "गवाह का फ़ोन 9812345678")
    assert listed(browser, q="9812345678") == [other.reference, case.reference]


def test_a_case_is_found_by_the_number_of_its_sanha(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service, kind="lost_property", told={"lost": "mobile"})
    moved(sqlite_service, case, "recorded", diary_number="77/2026")
    assert listed(sign_in("station"), q="७७/२०२६") == [case.reference]


def test_a_case_is_found_by_its_fir_number(sqlite_service: Service, sign_in: SignIn) -> None:
    case = register(sqlite_service)
    fir = {"fir_number": "123/2026", "fir_date": "01-01-2026"}
    moved(sqlite_service, case, "sent_to_station", "fir_registered", **fir)
    browser = sign_in("station")
    assert listed(browser, q="123/2026") == listed(browser, q="१२३/२०२६") == [case.reference]
    assert listed(browser, q="23/2026") == []


def test_cases_are_found_by_the_words_of_their_notes(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    note(sqlite_service, case, "गवाह मोहन साह, उम्र 25, गाड़ी BR01AB1234")
    register(sqlite_service)
    browser = sign_in("station")
    for typed in ("गवाह", "मोहन गवाह", "br01ab1234", "२५", "25", "25 मोहन"):
        assert listed(browser, q=typed) == [case.reference], typed
    for typed in ("सोहन गवाह", "BR01AB9999", "26", "...", "मो"):
        assert listed(browser, q=typed) == [], typed


def test_a_list_is_narrowed_by_filters(sqlite_service: Service, sign_in: SignIn) -> None:
    theft = register(sqlite_service)
    fraud = register(sqlite_service, kind="cyber_fraud", place=(PATNA, "5117001"))
    change(sqlite_service, theft, channel="sms", registered_at=now() - timedelta(days=9))
    moved(sqlite_service, fraud, "sent_to_station")
    browser = sign_in("district")
    week_ago = (now() - timedelta(days=7)).date().isoformat()
    for query in (
        {"kind": "theft"},
        {"channel": "sms"},
        {"state": "received"},
        {"station": theft.station},
        {"until": week_ago},
    ):
        assert listed(browser, folder="all", **query) == [theft.reference], query
    assert listed(browser, folder="all", since=week_ago) == [fraud.reference]
    assert listed(browser, folder="all", kind="theft", station="5117001") == []


def test_cases_that_nobody_has_are_found(sqlite_service: Service, sign_in: SignIn) -> None:
    browser = sign_in("district")
    nobodys, his = register(sqlite_service), register(sqlite_service)
    assert browser.officer
    change(sqlite_service, his, officer_id=browser.officer.id)
    assert listed(browser, folder="all", officer="nobody") == [nobodys.reference]


def test_an_empty_recording_is_said_to_be_empty(sqlite_service: Service, sign_in: SignIn) -> None:
    case = register(sqlite_service, story=spoken(sqlite_service, "empty", b"RIFF", seconds=0))
    page = sign_in("station").page(f"/desk/case/{case.reference}")
    assert "The recording is empty" in page


def test_a_filter_does_not_tell_what_a_masked_case_is_about(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    change(sqlite_service, case, protection="child")
    browser = sign_in("station")
    assert listed(browser, folder="all") == [case.reference]
    assert listed(browser, folder="all", kind="theft") == []


def test_a_filter_cannot_reach_beyond_what_a_viewer_sees(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    register(sqlite_service, place=(PATNA, "5117001"))
    assert listed(sign_in("station"), folder="all", station="5117001") == []


def test_an_address_that_makes_no_sense_still_gives_a_page(service: Service) -> None:
    browser = sign_in_at(service, officers_of(service))("state")
    for query in (
        {"folder": "nonsense"},
        {"folder": "all", "after": "9999999999"},
        {"folder": "overdue", "after": "9999999999999999-1"},
        {"folder": "all", "before": "1-2-3"},
        {"officer": "99999999999"},
        {"officer": "x", "since": "2026-13-99", "state": "flying", "kind": "magic"},
        {"since": "0001-01-01", "until": "9999-12-31"},
        {"station": "\0", "district": "'"},
        {"q": "\0"},
        {"q": "%" * 500},
    ):
        assert browser.get(LIST, query_string=query).status_code == 200, query


def test_pages_lead_through_all_cases_and_back_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases that are due at the same moment are neither skipped nor shown twice."""
    references = {register(service).reference for _ in range(11)}
    for reference in references:
        case = service.parts.cases.find(reference)
        assert case
        moment = now().replace(microsecond=case.id % 3) - timedelta(days=1)
        change(service, case, due_at=moment.replace(second=0, minute=0))
    monkeypatch.setattr(casebook.Casebook.page, "__kwdefaults__", {"most": 4})
    browser = sign_in_at(service, officers_of(service))("station")
    for query in ({"folder": "new"}, {"folder": "overdue"}, {"since": "2020-01-01"}):
        first = browser.page(LIST, query_string=query)
        pages = list(turned(browser, "next", first))
        there = [references_on(page) for page in pages]
        assert [len(each) for each in there] == [4, 4, 3], query
        assert {reference for page in there for reference in page} == references, query
        back = [references_on(page) for page in turned(browser, "prev", pages[-1])]
        assert back == there[::-1], query


def turned(browser: Browser, rel: str, page: str) -> Iterator[str]:
    """Give a page of the list, and those that its links lead to, one after the other."""
    yield page
    while found := re.search(rf'rel="{rel}" href="([^"]+)"', page):
        page = browser.page(found[1])
        yield page


def references_on(page: str) -> list[str]:
    return re.findall(r'class="reference" href="/desk/case/(\d+)"', page)


def test_counts_go_no_further_than_they_must(
    sqlite_service: Service, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in("station")
    for _ in range(3):
        register(sqlite_service)
    assert browser.get("/desk/new-count").json == {"new": 3, "shown": "3", "alarm": ""}
    for module in ("casework.casebook", "desk.inbox"):
        monkeypatch.setattr(f"{module}.COUNTED_UP_TO", 2)
    assert browser.get("/desk/new-count").json == {"new": 3, "shown": "2+", "alarm": ""}


def test_the_list_counts_new_cases_while_it_is_open(sign_in: SignIn) -> None:
    """The script finds the address of the count, and where to say it, on the page."""
    page = sign_in("station").page(LIST)
    assert 'id="new-count" data-url="/desk/new-count"' in page
    assert 'id="news" role="status" aria-live="polite"' in page
    assert "/desk/static/inbox.js" in page


def test_the_list_is_in_hindi_for_who_reads_hindi(sqlite_service: Service, sign_in: SignIn) -> None:
    register(sqlite_service)
    page = sign_in("station", language="hi").page(LIST)
    assert "गर्दनीबाग" in page or "गर्दनी" in page
    assert 'lang="hi"' in page
