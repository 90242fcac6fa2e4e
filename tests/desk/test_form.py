"""What was told field by field, at the desk: read, heard, filled in at the station, found again."""

from html import unescape

import pytest
from sqlalchemy import select, update

from casework.accesses import Wanted
from core.cases import Case, Event
from core.dialogue import Recorded, Typed
from core.police import Told
from core.service_entry import Field, Service
from core.services import SERVICES
from core.tables import events, note_words, told
from tests.desk.cases import change, found, register, spoken
from tests.desk.cases import form as sent
from tests.desk.officers import SignIn
from tests.service import Service as Running

pytestmark = pytest.mark.redis

REGISTERING = [each.key for each in SERVICES.values() if each.course]
# A value of each kind of field: as it is kept, and as officers read it.
VALUES: dict[str, tuple[str | Typed, str]] = {
    "words": (Typed("मोहन कुमार"), "मोहन कुमार"),
    "day": ("2026-11-24", "24-11-2026"),
    "number": ("34", "34"),
    "phone": ("9812345678", "+91******5678"),
    "district": ("GAYA", "Gaya"),
}
LOST: Told = {"lost": "mobile", "lost_on": "2026-11-20"}
TENANT: Told = {
    "owner_name": Typed("Shyam Sahay"),
    "subject_name": Typed("Mohan Kumar"),
    "subject_mobile": "9812345678",
    "home_district": "GAYA",
}


def page_of(case: Case) -> str:
    return f"/desk/case/{case.reference}"


def value_of(field: Field) -> tuple[str | Typed, str]:
    if field.kind == "choice":
        key, label = next(iter(field.options.items()))
        return key, label.key
    return VALUES[field.kind]


def tenant(service: Running, **changed: str | Typed | Recorded) -> Case:
    return register(service, kind="tenant_verification", told={**TENANT, **changed})


def words_told(service: Running, case: Case) -> dict[str, str]:
    return {name: each.words for name, each in service.parts.cases.told_of(case).items()}


def last_event(service: Running, case: Case) -> Event:
    return service.parts.cases.events_of(case)[-1]


# --- Read


@pytest.mark.parametrize("key", REGISTERING)
def test_the_page_has_every_field_that_was_told_and_those_still_empty(
    sqlite_service: Running, sign_in: SignIn, key: str
) -> None:
    service: Service = SERVICES[key]
    kind = next(iter(service.kinds))
    answers = {name: value_of(field) for name, field in service.fields.items()}
    case = register(
        sqlite_service, kind=kind, told={name: kept for name, (kept, _) in answers.items()}
    )
    browser = sign_in("state")
    for path in (page_of(case), f"{page_of(case)}/print"):
        page = browser.page(path)
        for name, (_, shown) in answers.items():
            assert service.fields[name].label.key in page, name
            assert f">{shown}</" in page, name
    bare = browser.page(page_of(register(sqlite_service, kind=kind, told={})))
    assert ("still empty" in bare) == bool(service.fields)
    assert service.kinds[kind].label.key in browser.page("/desk/cases?folder=all")


def test_a_form_without_a_story_shows_no_empty_box_and_a_complaint_no_form(
    sqlite_service: Running, sign_in: SignIn
) -> None:
    browser = sign_in("station")
    lost = browser.page(page_of(register(sqlite_service, kind="lost_property", told=LOST)))
    assert "What the citizen said" not in lost
    assert '<dd><span class="words">Mobile phone</span>' in lost
    complaint = browser.page(page_of(register(sqlite_service)))
    assert "What the citizen said" in complaint
    assert "Fill in at the station" not in complaint


def test_a_number_that_was_told_is_masked_until_somebody_looks_which_is_noted(
    sqlite_service: Running, sign_in: SignIn
) -> None:
    case = tenant(sqlite_service)
    browser = sign_in("station")
    for path in (page_of(case), f"{page_of(case)}/print"):
        assert "9812345678" not in browser.page(path)
    shown = browser.submit(f"{page_of(case)}/phone", sent(case)).text
    assert "+919812345678" in shown
    assert "+919800000001" in shown
    looks = sqlite_service.parts.accesses.search(Wanted(case_id=case.id))
    assert "phone" in [each.what for each in looks]


def test_what_was_told_stands_beside_that_of_a_case_to_be_joined(
    sqlite_service: Running, sign_in: SignIn
) -> None:
    one, other = tenant(sqlite_service), tenant(sqlite_service, subject_name=Recorded("no-file"))
    page = sign_in("station").page(f"{page_of(one)}/join", query_string={"other": other.reference})
    assert "Mohan Kumar" in page
    assert "It was spoken; listen to it on the page of the case." in page


# --- Filled in


def test_a_form_is_filled_in_at_the_station_by_one_save_that_is_one_event(
    sqlite_service: Running, sign_in: SignIn
) -> None:
    case = tenant(sqlite_service)
    browser = sign_in("station", login="ram.singh")
    filled = browser.submit(
        f"{page_of(case)}/fill",
        sent(
            case,
            **{
                "field-owner_name": "Shyam Sahay",  # as it is
                "field-subject_name": "Mohan Kumar Sah",
                "field-subject_father": "  दीनानाथ साह\r\nउर्फ बबलू ",
                "field-subject_mobile": "+91 98765 43210",
                "field-home_district": "another_state",
                "field-home_address": "",
            },
        ),
    )
    assert filled.status_code == 303
    assert words_told(sqlite_service, case) == {
        "owner_name": "Shyam Sahay",
        "subject_name": "Mohan Kumar Sah",
        "subject_father": "दीनानाथ साह\nउर्फ बबलू",
        "subject_mobile": "9876543210",
        "home_district": "another_state",
    }
    event = last_event(sqlite_service, case)
    assert (event.kind, event.who) == ("filled", "ram.singh")
    assert event.details == {"fields": "subject_name,subject_father,subject_mobile,home_district"}
    page = browser.page(page_of(case))
    assert "Name of the person to be verified: Mohan Kumar → Mohan Kumar Sah" in page
    assert "Home district: Gaya → Another state" in page
    assert "Mobile number of that person: +91******5678 → +91******3210" in page
    assert "9876543210" not in page
    assert "The form is filled in" in page
    assert found(sqlite_service, case.reference).version == case.version + 1
    assert len(sqlite_service.inbox()) == 1  # nothing is written to the citizen of it


@pytest.mark.parametrize(
    ("where", "typed", "trouble"),
    [
        ("tenant_verification subject_mobile", "12", "This is no telephone number."),
        ("tenant_verification home_district", "MARS", "Choose one of the list."),
        ("lost_property lost", "magic", "Choose one of the list."),
        ("lost_property lost_on", "31-02-2026", "A day looks like 24-11-2026."),
        ("lost_property lost_on", "0001-01-01", "A day looks like 24-11-2026."),
        ("senior_citizen senior_age", "old", "Write it in digits only."),
        ("senior_citizen senior_age", "²", "Write it in digits only."),
        ("senior_citizen senior_name", "न" * 1001, "A field takes at most 1000 characters."),
    ],
)
def test_what_a_field_does_not_take_is_refused_by_its_name_and_stays_in_the_form(
    sqlite_service: Running, sign_in: SignIn, where: str, typed: str, trouble: str
) -> None:
    kind, field = where.split()
    case = register(sqlite_service, kind=kind, told={})
    browser = sign_in("station")
    refused = browser.submit(f"{page_of(case)}/fill", sent(case, **{f"field-{field}": typed}))
    assert refused.status_code == 400
    service = SERVICES[case.service]
    assert f"{service.fields[field].label.key}: {trouble}" in unescape(refused.text)
    if service.fields[field].kind in ("words", "number", "phone"):
        assert typed in refused.text
    assert "<details open>" in refused.text
    assert words_told(sqlite_service, case) == {}


@pytest.mark.parametrize("typed", ["2026-11-20", "20-11-2026", "20/11/2026", "२०-११-२०२६"])
def test_a_day_is_filled_in_as_browsers_send_it_and_as_people_write_it(
    sqlite_service: Running, sign_in: SignIn, typed: str
) -> None:
    case = register(sqlite_service, kind="lost_property", told={"lost": "mobile"})
    sign_in("station").submit(f"{page_of(case)}/fill", sent(case, **{"field-lost_on": typed}))
    assert words_told(sqlite_service, case)["lost_on"] == "2026-11-20"


def test_a_form_in_which_nothing_is_new_is_no_event(
    sqlite_service: Running, sign_in: SignIn
) -> None:
    case = register(sqlite_service, kind="lost_property", told=LOST)
    browser = sign_in("station")
    for typed in ({}, {"field-lost": "mobile", "field-lost_on": "2026-11-20", "field-owner": " "}):
        refused = browser.submit(f"{page_of(case)}/fill", sent(case, **typed))
        assert refused.status_code == 400
        assert "Fill in at least one field." in refused.text
    assert found(sqlite_service, case.reference).version == case.version


def test_of_an_aadhaar_number_only_the_last_digits_are_kept_in_the_form_and_its_note(
    sqlite_service: Running, sign_in: SignIn
) -> None:
    case = register(sqlite_service, kind="lost_property", told=LOST)
    browser = sign_in("station")
    typed = {"field-owner": "राम, 2341 2341 2346"}
    browser.submit(f"{page_of(case)}/fill", sent(case, **typed))
    assert words_told(sqlite_service, case)["owner"] == "राम, XXXXXXXX2346"
    assert last_event(sqlite_service, case).note == (
        "Name and address of the owner: राम, XXXXXXXX2346"
    )


def test_a_long_or_broken_text_of_a_citizen_stands_in_the_way_of_no_other_field(
    sqlite_service: Running, sign_in: SignIn
) -> None:
    long, lines = "लाल कपड़े " * 200, "राधा\r\nकुमारी"
    case = tenant(sqlite_service, owner_name=Typed(long.strip()), subject_name=Typed(lines))
    before = words_told(sqlite_service, case)
    typed = {"field-owner_name": long, "field-subject_name": lines}
    page = f"{page_of(case)}/fill"
    browser = sign_in("station")
    filled = browser.submit(page, sent(case, **typed, **{"field-home_address": "पटना"}))
    assert filled.status_code == 303
    assert last_event(sqlite_service, case).details == {"fields": "home_address"}
    assert words_told(sqlite_service, case) == {**before, "home_address": "पटना"}


def test_what_cannot_be_seen_and_misleads_is_not_kept(
    sqlite_service: Running, sign_in: SignIn
) -> None:
    case = tenant(sqlite_service, subject_name=Typed("राम\r\n\x07प्रसाद\u202e \u2066क्\u200dष"))
    assert words_told(sqlite_service, case)["subject_name"] == "राम\nप्रसाद क्\u200dष"
    typed = {"field-home_address": "\u202eपटना\x00"}
    sign_in("station").submit(f"{page_of(case)}/fill", sent(case, **typed))
    assert words_told(sqlite_service, case)["home_address"] == "पटना"


def test_who_fills_in_what_another_officer_has_filled_in_meanwhile_is_told_and_loses_nothing(
    sqlite_service: Running, sign_in: SignIn
) -> None:
    case = register(sqlite_service, kind="lost_property", told=LOST)
    first, second = sign_in("station"), sign_in("station")
    first.submit(f"{page_of(case)}/fill", sent(case, **{"field-where_lost": "गांधी मैदान"}))
    late = second.submit(f"{page_of(case)}/fill", sent(case, **{"field-where_lost": "स्टेशन"}))
    assert late.status_code == 409
    assert "Somebody else changed this case meanwhile" in late.text
    assert "Where exactly: गांधी मैदान" in late.text
    assert ">स्टेशन</textarea>" in late.text
    assert words_told(sqlite_service, case)["where_lost"] == "गांधी मैदान"


def test_what_no_key_opens_is_not_overwritten(sqlite_service: Running, sign_in: SignIn) -> None:
    case = register(sqlite_service, kind="lost_property", told=LOST)
    with sqlite_service.parts.database.writing() as connection:
        lost = (told.c.case_id == case.id) & (told.c.field == "lost_on")
        connection.execute(update(told).where(lost).values(value_sealed=b"nonsense"))
    browser = sign_in("station")
    assert "cannot be opened: its key is missing" in browser.page(page_of(case))
    refused = browser.submit(f"{page_of(case)}/fill", sent(case, **{"field-lost_on": "2026-11-21"}))
    assert refused.status_code == 400
    assert "its key is missing. Tell the administrator." in refused.text


def test_the_note_of_a_form_is_in_the_language_of_the_officer(
    sqlite_service: Running, sign_in: SignIn
) -> None:
    case = register(sqlite_service, kind="lost_property", told=LOST)
    browser = sign_in("station", language="hi")
    browser.submit(f"{page_of(case)}/fill", sent(case, **{"field-lost": "cheque"}))
    note = last_event(sqlite_service, case).note or ""
    assert "→" in note
    assert "Mobile phone" not in note


# --- Heard


def test_what_was_spoken_is_heard_and_written_into_its_field_and_the_recording_stays(
    sqlite_service: Running, sign_in: SignIn
) -> None:
    case = tenant(sqlite_service, subject_name=spoken(sqlite_service, "name-1", b"RIFF"))
    browser = sign_in("station")
    player = f"{page_of(case)}/recording/name-1"
    assert f'<audio controls preload="none" src="{player}">' in browser.page(page_of(case))
    assert browser.get(player).data == b"RIFF"
    hear = f"{page_of(case)}/hear/name-1"
    assert browser.submit(hear, sent(case, heard=" ")).status_code == 400
    assert browser.submit(hear, sent(case, heard="मोहन कुमार")).status_code == 303
    field = sqlite_service.parts.cases.told_of(case)["subject_name"]
    assert (field.words, field.recording) == ("मोहन कुमार", "name-1")
    event = last_event(sqlite_service, case)
    assert (event.kind, event.details) == ("filled", {"fields": "subject_name"})
    assert event.note == "Name of the person to be verified: मोहन कुमार"
    page = browser.page(page_of(case))
    assert player in page
    assert hear not in page  # from now on it is corrected in the form
    assert '<span class="words">मोहन कुमार</span>' in page


def test_a_second_officer_does_not_overwrite_what_the_first_has_heard(
    sqlite_service: Running, sign_in: SignIn
) -> None:
    case = tenant(sqlite_service, subject_name=spoken(sqlite_service, "name-2", b"RIFF"))
    browser = sign_in("station")
    heard = f"{page_of(case)}/hear/name-2"
    browser.submit(heard, sent(case, heard="मोहन"))
    late = browser.submit(heard, sent(case, heard="सोहन", recording="name-2"))
    assert late.status_code == 409
    assert words_told(sqlite_service, case)["subject_name"] == "मोहन"


# --- Found again


def test_a_case_is_found_by_names_and_numbers_that_were_told_but_not_by_choices(
    sqlite_service: Running, sign_in: SignIn
) -> None:
    case = tenant(sqlite_service)
    browser = sign_in("station")
    register(sqlite_service, kind="lost_property", told=LOST)
    link = f'href="{page_of(case)}"'
    for typed in ("mohan", "Kumar Mohan", "9812345678", "+91 98123 45678"):
        assert link in browser.page("/desk/cases", query_string={"q": typed}), typed
    for typed in ("GAYA", "mobile", "sohan"):
        assert "Nothing is found" in browser.page("/desk/cases", query_string={"q": typed}), typed


def test_a_case_is_found_by_what_was_filled_in_or_heard_and_not_by_the_labels_of_its_form(
    sqlite_service: Running, sign_in: SignIn
) -> None:
    case = tenant(sqlite_service, subject_name=spoken(sqlite_service, "name-3", b"RIFF"))
    browser = sign_in("station")
    browser.submit(f"{page_of(case)}/hear/name-3", sent(case, heard="मोहन"))
    now = found(sqlite_service, case.reference)
    browser.submit(f"{page_of(case)}/fill", sent(now, **{"field-references": "Bablu Ji"}))
    for typed in ("मोहन", "bablu"):
        page = browser.page("/desk/cases", query_string={"q": typed})
        assert f'href="{page_of(case)}"' in page, typed
    assert "Nothing is found" in browser.page("/desk/cases", query_string={"q": "verified"})


def test_a_name_is_kept_in_no_column_and_no_index_as_it_was_told(
    sqlite_service: Running, sign_in: SignIn
) -> None:
    case = tenant(sqlite_service)
    browser = sign_in("station")
    browser.submit(f"{page_of(case)}/fill", sent(case, **{"field-references": "Bablu Ji"}))
    with sqlite_service.parts.database.reading() as connection:
        for table in (told, note_words, events):
            rows = str(connection.execute(select(table)).all())
            assert "Mohan" not in rows
            assert "Bablu" not in rows


def test_a_masked_case_shows_nothing_of_its_form_and_is_not_found_by_it(
    sqlite_service: Running, sign_in: SignIn
) -> None:
    case = tenant(sqlite_service)
    change(sqlite_service, case, protection="women")
    browser = sign_in("station")
    assert "Mohan" not in browser.page(page_of(case))
    assert browser.submit(f"{page_of(case)}/fill", sent(case)).status_code == 403
    assert "Nothing is found" in browser.page("/desk/cases", query_string={"q": "mohan"})
