"""The page of a case: what it shows, what may be done, and what the citizen is told first."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import update

from casework.accesses import SAME_LOOK, Wanted
from core.case_file import CaseError, Entry
from core.cases import Move
from core.tables import letters
from tests.desk.cases import change, form, found, make_overdue, register, spoken
from tests.desk.officers import GARDANIBAGH, PATNA, Browser, SignIn
from tests.service import Service

pytestmark = pytest.mark.redis

STORY = "कल रात साइकिल चोरी हो गई"
PHONE = "+919800000001"
SMS = re.compile(r'<blockquote class="sms"[^>]*>([^<]+)</blockquote>')


def page_of(case: object) -> str:
    return f"/desk/case/{getattr(case, 'reference', case)}"


def looks(service: Service, case_id: int) -> Sequence[tuple[str, str]]:
    """Give who looked at what, the first look first."""
    return [
        (each.who, each.what) for each in service.parts.accesses.search(Wanted(case_id=case_id))
    ][::-1]


def move_on(service: Service, case_reference: str, *states: str) -> None:
    for state in states:
        service.parts.cases.move(case_reference, Move(state, "somebody"))


# --- What it shows


def test_the_page_shows_the_story_and_who_looked_is_noted(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service, STORY)
    browser = sign_in("station", login="ram.singh")
    page = browser.page(page_of(case))
    assert STORY in page
    assert "Gardani Bagh, Patna" in page
    assert "+91******0001" in page
    assert "SMS to the citizen: Received" in page
    assert "waits to be sent" in page
    assert looks(sqlite_service, case.id) == [("ram.singh", "story")]


def test_a_page_loaded_again_at_once_is_one_look_and_later_another(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    start = datetime(2026, 11, 24, 9, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        browser = sign_in("station")
        browser.page(page_of(case))
        browser.page(page_of(case))
        assert len(looks(sqlite_service, case.id)) == 1
        clock.shift(SAME_LOOK + timedelta(seconds=1))
        browser.page(page_of(case))
    assert len(looks(sqlite_service, case.id)) == 2


def test_the_number_in_full_is_shown_on_demand_and_noted(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    browser = sign_in("auditor")
    assert PHONE not in browser.page(page_of(case))
    assert PHONE in browser.submit(f"{page_of(case)}/phone", form(case)).text
    assert looks(sqlite_service, case.id)[1:] == [("auditor-1", "phone")]


def test_an_overdue_case_says_by_how_much(sqlite_service: Service, sign_in: SignIn) -> None:
    case = register(sqlite_service)
    make_overdue(sqlite_service, case, days=4)
    change(sqlite_service, case, raised=2)
    page = sign_in("station").page(page_of(case))
    assert "overdue by 4 days" in page
    assert "Raised to the supervisor" in page


def test_a_letter_that_did_not_arrive_says_why(sqlite_service: Service, sign_in: SignIn) -> None:
    case = register(sqlite_service)
    with sqlite_service.parts.database.writing() as connection:
        failed = {"status": "failed", "gateway": "kannel", "trouble": "absent subscriber"}
        connection.execute(update(letters).values(**failed))
    page = sign_in("station").page(page_of(case))
    assert "not delivered · through kannel · why: absent subscriber" in page


def test_an_answer_of_the_citizen_stands_in_the_line_of_time(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    recording = spoken(sqlite_service, "answer-1", b"RIFF").recording
    with sqlite_service.parts.cases.files.open(case.reference) as file:
        asked = {"question": "when"}
        answer = Entry("answered", "citizen", None, "सोमवार को", asked, recording)
        file.write(answer)
        file.write(Entry("answered", "citizen", note="और एक बात"))
        file.write(Entry("rated", "citizen", details={"satisfied": "no"}))
    page = sign_in("station").page(page_of(case))
    assert "The citizen answered" in page
    assert "The citizen added something" in page
    assert "सोमवार को" in page
    assert f"{page_of(case)}/recording/answer-1" in page
    assert "not satisfied" in page


def test_what_the_overseer_did_is_said_in_plain_words(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    with sqlite_service.parts.cases.files.open(case.reference) as file:
        reminder = {"of": "due", "whom": "state", "without": "officer,supervisor"}
        file.write(Entry("reminded", "overseer", details=reminder))
        file.write(Entry("raised", "overseer", details={"to": "state", "again": "yes"}))
        alarm = {"whom": "nobody", "without": "station,supervisor,state"}
        file.write(Entry("alerted", "overseer", details=alarm))
        file.write(Entry("moved", "citizen", to="withdrawn"))
    page = sign_in("state").page(page_of(case))
    assert "the service, by itself" in page
    assert (
        "the next step is due · to: the state control room"
        " · is missing: the officer, the district supervisor" in page
    )
    assert "to: the state control room · once more" in page
    line = page.partition("Alarm: it is urgent</strong>")[2].partition("</li>")[0]
    assert "Look at this" in line
    assert (
        "to: nobody · is missing: the station, the district supervisor, the state control room"
        in line
    )
    withdrawn = page.rpartition("<strong>Withdrawn</strong>")[2].partition("</li>")[0]
    assert "the citizen" in withdrawn


def test_words_of_a_citizen_are_words_and_no_page(sqlite_service: Service, sign_in: SignIn) -> None:
    case = register(sqlite_service, "<script>alert(1)</script>")
    response = sign_in("station").get(page_of(case))
    assert "<script>alert" not in response.text
    assert "&lt;script&gt;alert(1)" in response.text


# --- Listening


def test_a_recording_is_played_piece_by_piece_and_noted(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service, spoken(sqlite_service, "story-1", b"0123456789"))
    browser = sign_in("station")
    assert "<audio" in browser.page(page_of(case))
    path = f"{page_of(case)}/recording/story-1"
    whole = browser.get(path)
    assert (whole.status_code, whole.data, whole.mimetype) == (200, b"0123456789", "audio/wav")
    first = browser.get(path, headers={"Range": "bytes=0-3"})
    assert (first.status_code, first.data) == (206, b"0123")
    assert first.headers["Content-Range"] == "bytes 0-3/10"
    rest = browser.get(path, headers={"Range": "bytes=4-"})
    assert rest.data == b"456789"
    heard = [what for _, what in looks(sqlite_service, case.id) if what == "recording"]
    assert len(heard) == 2  # the rest belongs to the same listening


def test_what_an_officer_hears_is_written_down_and_found(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service, spoken(sqlite_service, "story-2", b"RIFF"))
    browser = sign_in("station")
    sent = browser.submit(f"{page_of(case)}/hear/story-2", form(case, heard="लाल साइकिल"))
    assert sent.status_code == 303
    assert "लाल साइकिल" in browser.page(page_of(case))
    assert case.reference in browser.page("/desk/cases", query_string={"q": "साइकिल"})


def test_a_recording_of_another_case_is_not_played_by_this_one(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    register(sqlite_service, spoken(sqlite_service, "story-3", b"RIFF"), place=(PATNA, "5117001"))
    browser = sign_in("station")
    assert browser.get(f"{page_of(case)}/recording/story-3").status_code == 404
    refused = browser.submit(f"{page_of(case)}/hear/story-3", form(case, heard="x"))
    assert refused.status_code == 400


def test_a_recording_that_is_not_here_says_so(sqlite_service: Service, sign_in: SignIn) -> None:
    recordings = sqlite_service.parts.recordings
    story = spoken(sqlite_service, "story-4", b"RIFF")
    case = register(sqlite_service, story)
    recording = recordings.find("story-4")
    assert recording
    recordings.mark_lost(recording, "the provider has deleted it")
    browser = sign_in("station")
    page = browser.page(page_of(case))
    assert "The recording is lost. the provider has deleted it" in page
    assert "<audio" not in page
    assert browser.get(f"{page_of(case)}/recording/story-4").status_code == 404
    recordings.announce("story-5", "twilio", "call")
    with sqlite_service.parts.cases.files.open(case.reference) as file:
        file.write(Entry("answered", "citizen", recording="story-5"))
    assert "The recording is on its way." in browser.page(page_of(case))


def test_a_store_that_is_away_is_said_and_not_guessed_at(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service, spoken(sqlite_service, "story-6", b"RIFF"))
    sqlite_service.parts.vault.remove("story-6")
    assert sign_in("station").get(f"{page_of(case)}/recording/story-6").status_code == 503


# --- Moves


def test_what_the_citizen_will_be_told_is_shown_to_the_letter_before_it_is_sent(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    browser = sign_in("station")
    assert "Take it up at the station" in browser.page(page_of(case))
    shown = SMS.search(browser.page(f"{page_of(case)}/move/sent_to_station"))
    assert shown
    assert found(sqlite_service, case.reference).state == "received"
    sent = browser.submit(f"{page_of(case)}/move/sent_to_station", form(case, step="do"))
    assert sent.status_code == 303
    assert (
        sqlite_service.inbox()[0] == shown[1] == f"आवेदन {case.reference}: थाने भेजा गया। -बिहार पुलिस"
    )
    moved = found(sqlite_service, case.reference)
    assert moved.state == "sent_to_station"
    assert browser.officer
    assert moved.officer_id == browser.officer.id  # who begins with it, has it


def test_she_is_told_in_the_language_that_she_chose_last(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    sqlite_service.parts.office.citizens.choose_language(PHONE, "en")
    page = sign_in("station", language="hi").page(f"{page_of(case)}/move/sent_to_station")
    assert f"Reference {case.reference}: sent to the police station. -Bihar Police" in page


def test_who_wants_no_sms_is_sent_none_and_the_officer_knows(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    seal = sqlite_service.parts.cases.files.seal
    citizens = sqlite_service.parts.office.citizens
    citizens.stop_letters(seal.fingerprint("phone", PHONE), seal.close(PHONE))
    browser = sign_in("station")
    page = browser.page(f"{page_of(case)}/move/sent_to_station")
    assert "wants no SMS" in page
    assert not SMS.search(page)


def test_an_fir_needs_its_number_and_date_and_the_sms_bears_it(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    move_on(sqlite_service, case.reference, "sent_to_station")
    case = found(sqlite_service, case.reference)
    browser = sign_in("station")
    path = f"{page_of(case)}/move/fir_registered"
    assert 'name="fir_number"' in browser.page(path)
    wrong = browser.submit(path, form(case, step="look", fir_number="12", fir_date="2026-01-05"))
    assert wrong.status_code == 400
    assert "An FIR number looks like 123/2026." in wrong.text
    assert 'value="12"' in wrong.text
    fir = {"fir_number": "123/2026", "fir_date": "2026-01-05", "note": "सुना"}
    look = browser.submit(path, form(case, step="look", **fir)).text
    assert "FIR 123/2026" in (SMS.search(look) or [""])[0]
    assert 'value="05-01-2026"' in look
    assert "सुना" in look
    back = browser.submit(path, form(case, step="back", **fir)).text
    assert 'value="123/2026"' in back
    assert 'value="2026-01-05"' in back
    done = browser.submit(path, form(case, step="do", **{**fir, "fir_date": "05-01-2026"}))
    assert done.status_code == 303
    assert found(sqlite_service, case.reference).fir_number == "123/2026"
    assert "FIR 123/2026 of 05-01-2026" in browser.page(page_of(case))


def test_a_question_is_chosen_from_the_list_and_announced_by_its_own_sms(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    move_on(sqlite_service, case.reference, "sent_to_station")
    case = found(sqlite_service, case.reference)
    browser = sign_in("station")
    path = f"{page_of(case)}/move/need_information"
    with_question = browser.submit(path, form(case, step="look", question="when")).text
    without = browser.submit(path, form(case, step="look", question="")).text
    told, plain = SMS.search(with_question), SMS.search(without)
    assert told
    assert plain
    assert told[1] != plain[1]
    browser.submit(path, form(case, step="do", question="when"))
    assert found(sqlite_service, case.reference).question == "when"
    assert sqlite_service.inbox()[0] == told[1]


def test_a_case_is_not_refused_without_a_reason(sqlite_service: Service, sign_in: SignIn) -> None:
    case = register(sqlite_service)
    browser = sign_in("station")
    path = f"{page_of(case)}/move/rejected"
    missing = browser.submit(path, form(case, step="look", note="मेरी बात"))
    assert missing.status_code == 400
    assert "Something is missing" in missing.text
    assert "मेरी बात" in missing.text
    assert browser.submit(path, form(case, step="do", reason="magic")).status_code == 400
    assert browser.submit(path, form(case, step="do", reason="not_police")).status_code == 303
    assert "This is not a matter for the police." in browser.page(page_of(case))


def test_a_transfer_finds_the_station_keeps_the_number_and_leaves_the_list(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    browser = sign_in("station")
    path = f"{page_of(case)}/move/transferred"
    assert "Alamganj, Patna" in browser.page(path)
    results = browser.submit(path, form(case, step="search", search="bodhg", note="वहाँ का")).text
    assert "Bodhgaya, Gaya" in results
    assert "वहाँ का" in results
    station = re.search(r'name="station" id="station-(\d+)"', results)
    assert station
    look = browser.submit(path, form(case, step="look", station=station[1])).text
    assert SMS.search(look)
    done = browser.submit(path, form(case, step="do", station=station[1]))
    assert done.location == "/desk/cases"
    moved = found(sqlite_service, case.reference)
    assert (moved.district, moved.station) == ("GAYA", station[1])
    assert browser.get(page_of(case)).status_code == 404
    there = sign_in("station", station=station[1])
    assert STORY in there.page(page_of(case))


def test_a_move_that_is_not_offered_leads_back_with_a_word(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    browser = sign_in("station")
    response = browser.get(f"{page_of(case)}/move/disposed", follow_redirects=True)
    assert "cannot go there" in response.text
    assert browser.get(f"{page_of(case)}/move/flying").status_code == 404
    refused = browser.submit(f"{page_of(case)}/move/disposed", form(case, step="do"))
    assert refused.status_code == 400
    assert found(sqlite_service, case.reference).state == "received"


@pytest.mark.parametrize("place", [(None, None), (PATNA, None)])
def test_a_case_without_a_station_is_transferred_to_one_and_sent_to_none(
    sqlite_service: Service, sign_in: SignIn, place: tuple[str | None, str | None]
) -> None:
    case = register(sqlite_service, place=place)
    browser = sign_in("state")
    page = browser.page(page_of(case))
    assert f"{page_of(case)}/move/sent_to_station" not in page
    assert f"{page_of(case)}/move/transferred" in page
    path = f"{page_of(case)}/move/sent_to_station"
    assert browser.submit(path, form(case, step="do")).status_code == 400
    with pytest.raises(CaseError, match="transfer it to one"):
        move_on(sqlite_service, case.reference, "sent_to_station")
    transfer = {"step": "do", "station": GARDANIBAGH}
    browser.submit(f"{page_of(case)}/move/transferred", form(case, **transfer))
    move_on(sqlite_service, case.reference, "sent_to_station")


def test_a_complaint_about_the_police_is_taken_up_without_a_station(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service, kind="police_conduct", place=(PATNA, None))
    browser = sign_in("district")
    path = f"{page_of(case)}/move/sent_to_station"
    assert path in browser.page(page_of(case))
    assert browser.submit(path, form(case, step="do")).status_code == 303


# --- Two officers


def test_the_second_officer_is_told_what_the_first_did_and_loses_nothing(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    first, second = sign_in("station", login="first"), sign_in("station", login="second")
    first.submit(f"{page_of(case)}/move/sent_to_station", form(case, step="do"))
    path = f"{page_of(case)}/move/rejected"
    typed = {"step": "do", "reason": "not_police", "note": "मेरी बात"}
    assert second.submit(path, form(case, **{**typed, "step": "look"})).status_code == 409
    late = second.submit(path, form(case, **typed))
    assert late.status_code == 409
    assert "Somebody else changed this case meanwhile" in late.text
    assert "Sent to the station" in late.text
    assert "first" in late.text
    assert "मेरी बात" in late.text
    assert found(sqlite_service, case.reference).state == "sent_to_station"
    now_seen = form(found(sqlite_service, case.reference), **typed)
    assert second.submit(path, now_seen).status_code == 303
    assert found(sqlite_service, case.reference).state == "rejected"


def test_a_form_beside_the_moves_is_overtaken_in_the_same_way(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    browser = sign_in("station")
    move_on(sqlite_service, case.reference, "sent_to_station")
    fir = {"fir_number": "7/2026", "fir_date": "2026-02-03"}
    late = browser.submit(f"{page_of(case)}/link", form(case, **fir))
    assert late.status_code == 409
    assert "Sent to the station" in late.text
    assert 'value="7/2026"' in late.text
    assert found(sqlite_service, case.reference).fir_number is None


def test_a_form_without_a_version_changes_nothing(sqlite_service: Service, sign_in: SignIn) -> None:
    case = register(sqlite_service)
    browser = sign_in("station")
    for seen in ({}, {"seen": "x"}, {"seen": "-1"}, {"seen": "9" * 30}):
        path = f"{page_of(case)}/move/sent_to_station"
        assert browser.submit(path, {"step": "do", **seen}).status_code == 409
    assert found(sqlite_service, case.reference).version == case.version


def test_who_works_on_a_case_that_was_given_away_meanwhile_is_told(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    browser = sign_in("station")
    change(sqlite_service, case, station="5117001")
    gone = browser.submit(f"{page_of(case)}/note", form(case, note="zu spät"))
    assert gone.status_code == 404
    assert "somebody may have given it away" in gone.text


# --- Beside the moves


def test_an_internal_note_stays_internal(sqlite_service: Service, sign_in: SignIn) -> None:
    case = register(sqlite_service)
    browser = sign_in("station")
    assert browser.submit(f"{page_of(case)}/note", form(case, note="  ")).status_code == 400
    assert (
        browser.submit(f"{page_of(case)}/note", form(case, note="गवाह से मिला")).status_code == 303
    )
    assert "गवाह से मिला" in browser.page(page_of(case))
    assert "गवाह से मिला" not in browser.page(f"{page_of(case)}/print")
    assert len(sqlite_service.inbox()) == 1


def test_a_note_that_is_too_long_is_not_lost(sqlite_service: Service, sign_in: SignIn) -> None:
    case = register(sqlite_service)
    note = "शब्द " * 900
    refused = sign_in("station").submit(f"{page_of(case)}/note", form(case, note=note))
    assert refused.status_code == 400
    assert "at most 4000 characters" in refused.text
    assert note in refused.text


def test_a_case_is_given_to_a_colleague_of_the_station_only(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    browser = sign_in("station")
    colleague = sign_in("station").officer
    stranger = sign_in("station", station="5117001").officer
    assert colleague
    assert stranger
    page = browser.page(page_of(case))
    assert colleague.name in page
    assert stranger.name not in page
    path = f"{page_of(case)}/assign"
    assert browser.submit(path, form(case, officer=stranger.id)).status_code == 400
    assert browser.submit(path, form(case, officer=colleague.id)).status_code == 303
    assert found(sqlite_service, case.reference).officer_id == colleague.id
    assert f"to: {colleague.name}" in browser.page(page_of(case))


def test_a_supervisor_gives_a_case_to_whoever_could_work_it(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    people = {role: sign_in(role) for role in ("station", "women", "district", "state")}
    browser = people["district"]
    offered = {
        "theft": {"station", "district"},
        "women_safety": {"station", "women", "district"},
        "police_conduct": {"district"},
    }
    for kind, roles in offered.items():
        page = browser.page(page_of(register(sqlite_service, kind=kind)))
        names = {role: each.officer.name for role, each in people.items() if each.officer}
        assert {role for role, name in names.items() if f">{name}" in options_of(page)} == roles


def options_of(page: str) -> str:
    found = re.search(r'name="officer">(.+?)</select>', page, re.DOTALL)
    return found[1] if found else ""


def test_protection_is_given_by_anybody_and_ended_by_a_supervisor_only(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    browser = sign_in("station")
    path = f"{page_of(case)}/protect"
    assert browser.submit(path, form(case, protection="magic")).status_code == 400
    assert browser.submit(path, form(case, protection="secret")).location == "/desk/cases"
    assert browser.get(page_of(case)).status_code == 404
    case = found(sqlite_service, case.reference)
    supervisor = sign_in("district")
    assert supervisor.submit(path, form(case, protection="")).status_code == 303
    assert found(sqlite_service, case.reference).protection is None
    assert STORY in browser.page(page_of(case))


def test_a_case_is_linked_to_an_fir_that_there_is_already(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    browser = sign_in("station")
    fir = {"fir_number": "7/2026", "fir_date": "2026-02-03"}
    assert browser.submit(f"{page_of(case)}/link", form(case, **fir)).status_code == 303
    assert found(sqlite_service, case.reference).fir_number == "7/2026"
    assert "FIR 7/2026 of 03-02-2026" in browser.page(page_of(case))


@pytest.mark.parametrize(
    "date",
    [
        "24-11-२०२५",
        "1-1-2026",
        "01-01-0001",
        "0001-01-01",
        "31-12-1999",
        "30-02-2026",
        "24-11-2099",
    ],
)
def test_the_date_of_an_fir_is_a_date(sqlite_service: Service, sign_in: SignIn, date: str) -> None:
    case = register(sqlite_service)
    fir = {"fir_number": "7/2026", "fir_date": date}
    refused = sign_in("station").submit(f"{page_of(case)}/link", form(case, **fir))
    assert refused.status_code == 400
    assert "The date of an FIR looks like 24-11-2026" in refused.text
    assert found(sqlite_service, case.reference).fir_number is None


# --- Paper, and who looked


def test_the_print_is_clean_has_a_qr_code_and_is_noted(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    browser = sign_in("station")
    page = browser.page(f"{page_of(case)}/print")
    assert STORY in page
    assert "<svg" in page
    assert "<nav" not in page
    assert "<script" not in page
    assert " style=" not in page
    assert looks(sqlite_service, case.id) == [("station-1", "print")]


def test_a_supervisor_sees_who_looked_page_by_page(
    sqlite_service: Service, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.case._ACCESSES", 2)
    case = register(sqlite_service)
    for number in range(3):
        sqlite_service.parts.accesses.note(f"reader-{number}", case.id, "story", "desk")
    browser = sign_in("district")
    first = browser.page(f"{page_of(case)}/accesses")
    assert "reader-2" in first
    assert "reader-0" not in first
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    assert "reader-0" in browser.page(older[1])


def test_the_console_notes_its_looks_too(sqlite_service: Service, tmp_path: Path) -> None:
    case = register(sqlite_service, spoken(sqlite_service, "story-8", b"RIFF"))
    sqlite_service.pukar("cases", "show", case.reference, "--who", "root")
    file = tmp_path / "story.wav"
    sqlite_service.pukar("cases", "listen", case.reference, "--who", "root", "--out", str(file))
    assert file.read_bytes() == b"RIFF"
    assert looks(sqlite_service, case.id) == [("root", "story"), ("root", "recording")]


def test_an_auditor_reads_and_is_offered_nothing_to_do(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    page = sign_in("auditor").page(page_of(case))
    assert STORY in page
    for path in ("/note", "/assign", "/move/", "/protect", "/link", "/join"):
        assert f"{page_of(case)}{path}" not in page


def test_the_answers_are_kept_by_no_browser(sqlite_service: Service, sign_in: SignIn) -> None:
    case = register(sqlite_service, spoken(sqlite_service, "story-7", b"RIFF"))
    browser: Browser = sign_in("station")
    for path in (page_of(case), f"{page_of(case)}/recording/story-7", f"{page_of(case)}/print"):
        assert browser.get(path).headers["Cache-Control"] == "no-store"
