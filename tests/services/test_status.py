"""Her own cases: found in the list or by the number, and what she can do about them herself."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from casework.work import Work
from core.cases import Move
from core.dialogue import Said, play
from core.reference import grouped
from core.text import Text
from simulator.caller import Caller
from tests.fakes import the_script
from tests.officer import STATE, case, disposes, events, joins, moves
from tests.service import Service, reference_on, registers, service_with
from tests.services import by_call
from tests.services.sensitive import goes_on
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

OTHER = "+919800000002"
FIR = {"fir_number": "12/2026", "fir_date": "20-11-2026"}
MORE = "चोर पड़ोस में रहता है"
ASKED = "शिकायत/आवेदन नंबर (10 अंक)?"
THATS_ALL, ADD, WITHDRAW, OBJECT = "बस इतना", "और बताएं", "आवेदन वापस लें", "सहमत नहीं, फिर खोलें"


@pytest.fixture
def caller(sqlite_service: Service) -> Caller:
    return sqlite_service.caller()


@pytest.fixture
def texter(sqlite_service: Service) -> Texter:
    return Texter(sqlite_service)


@pytest.fixture
def reference(caller: Caller) -> str:
    return registers(caller)


@pytest.fixture
def calls(sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path) -> Iterator[Service]:
    """A service that can be called."""
    with by_call.called(sqlite_database_url, fresh_redis_url, tmp_path) as service:
        yield service


def asks_for(caller: Caller, reference: str) -> Caller:
    """Dial straight to a case, and page to what can be done about it."""
    goes_on(caller.dials(f"2*{reference}"))
    return caller


# --- Which case


def test_who_has_cases_chooses_from_a_list_that_says_nothing_of_what_they_are_about(
    caller: Caller, sqlite_service: Service
) -> None:
    with time_machine.travel(datetime(2026, 11, 20, 6, tzinfo=UTC), tick=True):
        first = registers(caller)
    with time_machine.travel(datetime(2026, 11, 24, 6, tzinfo=UTC), tick=True):
        second = registers(caller.dials(), "और एक बात हुई")
        sqlite_service.pukar("cases", "move", first, "sent_to_station")
        shown = caller.dials().types("2").screen
        assert shown == (
            "कौन सा? या नंबर दें\n1 24-11-2026: आवेदन मिला\n2 20-11-2026: थाने भेजा गया\n0 वापस"
        )
        assert grouped(first) in caller.chooses("20-11-2026: थाने भेजा गया").screen
        assert grouped(second) in caller.dials("2*1").screen


def test_a_number_still_goes_straight_however_it_comes(
    caller: Caller, texter: Texter, reference: str
) -> None:
    registers(caller.dials(), "और एक बात हुई")
    for dialled in (
        caller.dials().types("2").types(reference),
        caller.dials(f"2*{reference}"),
    ):
        assert dialled.screen.startswith(grouped(reference))
    assert texter.writes(f"HAAL {reference}").reads.startswith(grouped(reference))


def test_by_sms_the_list_comes_for_the_bare_word(texter: Texter, reference: str) -> None:
    listed = texter.writes("HAAL").reads
    assert re.search(r"\n1 \d\d-\d\d-2\d{3}: आवेदन मिला\n0 वापस$", listed)
    assert "चोरी" not in listed
    assert texter.writes("1").reads.startswith(grouped(reference))


def test_the_newest_five_are_listed_and_nobody_elses(
    caller: Caller, sqlite_service: Service
) -> None:
    for number in range(7):
        registers(caller.dials(), f"यह बात {number} है")
    listed = goes_on(caller.dials().types("2"))
    assert len(re.findall("आवेदन मिला", listed)) == 5
    assert sqlite_service.caller(OTHER).dials().types("2").screen == f"{ASKED}\n0 वापस"


# --- What is told


def test_a_thing_lost_is_told_with_its_sanha_and_without_a_word_of_an_fir(
    caller: Caller, texter: Texter, sqlite_service: Service
) -> None:
    caller.dials().chooses("खोया या लापता").chooses("खोया सामान")
    for typed in ("1", "1", "800001", "1", "1"):
        caller.types(typed)
    lost = reference_on(caller.screen)
    texter.writes(lost)
    assert sqlite_service.parts.outbox.newest(most=1)[0].template == "application_received"
    moves(sqlite_service, lost, "recorded", diary_number="123/2026")
    assert "सनहा 123/2026।" in goes_on(caller.dials(f"2*{lost}"))
    assert "सनहा 123/2026।" in texter.writes(lost).reads


def test_another_phone_is_offered_nothing(sqlite_service: Service, reference: str) -> None:
    stranger = sqlite_service.caller(OTHER).dials(f"2*{reference}")
    assert not stranger.is_connected
    assert Texter(sqlite_service, OTHER).writes(reference).reads.endswith("आवेदन मिला।")


def test_a_status_that_was_kept_before_there_was_anything_to_do_is_told_as_before() -> None:
    standing = {"outcome": "found", "reference": "4829135706", "own": True, "state": "received"}
    details = {"since": "24-11-2026", "district": None, "station": None, "news": True}
    kept = {**standing, **details, "fir_number": None, "reason": None}
    answers = {"wish_1": "status", "own_cases": [], "reference_1": "4829135706"}
    turn = play(the_script(), {"registered_before": None, **answers, "standing_1": kept})
    assert isinstance(turn, Said)
    assert turn.last
    assert turn.last.letter == "state.received"


# --- Adding


def test_what_she_adds_lands_on_the_case(
    caller: Caller, sqlite_service: Service, reference: str
) -> None:
    asks_for(caller, reference).chooses(ADD).types(MORE)
    assert not caller.is_connected
    assert f"{grouped(reference)}: आपकी नई बात पुलिस के पास है।" in caller.screen
    caller.sends_again()
    [added] = events(sqlite_service, reference, "answered")
    assert (added.who, added.note) == ("citizen", MORE)
    assert "question" not in added.details
    assert case(sqlite_service, reference).state == "received"


def test_what_she_adds_unasked_does_not_hide_that_the_station_waits_for_her(
    caller: Caller, sqlite_service: Service, reference: str
) -> None:
    moves(sqlite_service, reference, "sent_to_station", "need_information")
    asks_for(caller, reference).chooses(ADD).types(MORE)
    assert "यह नंबर लेकर थाने जाएं।" in goes_on(caller.dials(f"2*{reference}"))


def test_by_sms_she_adds_with_two_more_messages(
    texter: Texter, sqlite_service: Service, reference: str
) -> None:
    assert "1 और बताएं" in texter.writes(reference).reads
    assert texter.writes("1").reads.startswith("और क्या बताना है?")
    assert "आपकी नई बात पुलिस के पास है।" in texter.writes(MORE).reads
    texter.sends_again()
    assert [each.note for each in events(sqlite_service, reference, "answered")] == [MORE]


def test_on_a_call_she_speaks_what_she_adds(calls: Service) -> None:
    reference = registers(calls.caller())
    phone = by_call.wants(by_call.phone(calls).dials().presses("2").presses("1"), Text("Tell more"))
    by_call.tells(phone)
    [added] = events(calls, reference, "answered")
    assert added.recording
    phone.presses("2")  # and have it by SMS
    assert calls.inbox()[0] == f"आवेदन {reference}: आपकी नई बात पुलिस को मिली। -बिहार पुलिस"


def test_a_case_that_is_closed_is_not_added_to(
    caller: Caller, sqlite_service: Service, reference: str
) -> None:
    disposes(sqlite_service, reference)
    caller.dials(f"2*{reference}").chooses("अभी नहीं")
    assert ADD not in goes_on(caller)
    assert not caller.is_connected


def test_that_is_all_ends_it_and_on_a_call_offers_how_it_stands_by_sms(calls: Service) -> None:
    reference = registers(calls.caller())
    calls.inbox()
    phone = by_call.phone(calls).dials().presses("2").presses("1")
    by_call.wants(phone, Text("That is all")).presses("2")
    assert calls.inbox() == [f"आवेदन {reference} मिला। नंबर लिख लें। यह अभी FIR नहीं है। -बिहार पुलिस"] * 2
    caller = asks_for(calls.caller(), reference).chooses(THATS_ALL)
    assert caller.screen == "धन्यवाद। खतरा हो तो 112 डायल करें।"


# --- Withdrawing


def test_she_withdraws_it_after_she_was_asked_once_more(
    caller: Caller, sqlite_service: Service, reference: str
) -> None:
    asks_for(caller, reference).chooses(WITHDRAW)
    assert caller.screen.startswith(f"आवेदन {grouped(reference)} वापस लें?")
    caller.chooses("हां, वापस लें")
    assert f"{grouped(reference)} वापस लिया गया।" in caller.screen
    caller.sends_again()
    withdrawn = case(sqlite_service, reference)
    assert (withdrawn.state, withdrawn.stage) == ("withdrawn", "closed")
    [_, moved] = events(sqlite_service, reference, "moved")
    assert (moved.who, moved.to_state) == ("citizen", "withdrawn")
    assert "वापस लिया गया। आपने नहीं कहा? थाने जाएं।" in sqlite_service.inbox()[0]


def test_by_sms_and_on_a_call_she_withdraws_as_well(calls: Service) -> None:
    first, second = registers(calls.caller()), registers(calls.caller(), "और एक बात हुई")
    Texter(calls).writes(first).writes("2").writes("हां")
    assert case(calls, first).state == "withdrawn"
    phone = by_call.phone(calls).dials().presses("2").presses("1")
    by_call.wants(phone, Text("Withdraw it"), Text("Yes, withdraw it"))
    assert case(calls, second).state == "withdrawn"


def test_nothing_is_withdrawn_without_a_yes(
    caller: Caller, texter: Texter, sqlite_service: Service, reference: str
) -> None:
    asks_for(caller, reference).chooses(WITHDRAW).chooses("नहीं, रहने दें")
    assert caller.screen == f"{grouped(reference)}: कुछ नहीं बदला।"
    texter.writes(reference).writes("2").writes("नहीं")
    assert case(sqlite_service, reference).state == "received"


def test_what_cannot_be_withdrawn_any_more_is_said_so(
    caller: Caller, sqlite_service: Service, reference: str
) -> None:
    asks_for(caller, reference).chooses(WITHDRAW)
    moves(sqlite_service, reference, "sent_to_station", "fir_registered", **FIR)
    caller.chooses("हां, वापस लें")
    assert "अभी यहां नहीं हो सकता। कृपया थाने जाएं।" in caller.screen
    assert case(sqlite_service, reference).state == "fir_registered"
    assert WITHDRAW not in goes_on(caller.dials(f"2*{reference}"))


def test_what_somebody_may_be_forced_to_withdraw_is_withdrawn_at_the_station_only(
    caller: Caller, sqlite_service: Service, reference: str
) -> None:
    Work(sqlite_service.parts.cases.files).protect(STATE, reference, "women")
    shown = goes_on(caller.dials(f"2*{reference}"))
    assert ADD in shown
    assert WITHDRAW not in shown


def test_who_leads_others_does_not_withdraw_theirs(
    caller: Caller, sqlite_service: Service, reference: str
) -> None:
    follower = registers(sqlite_service.caller(OTHER), "वही साइकिल")
    joins(sqlite_service, follower, reference)
    asks_for(caller, reference).chooses(WITHDRAW).chooses("हां, वापस लें")
    assert "अभी यहां नहीं हो सकता। कृपया थाने जाएं।" in caller.screen
    assert {case(sqlite_service, each).state for each in (reference, follower)} == {"received"}
    assert WITHDRAW not in goes_on(sqlite_service.caller(OTHER).dials(f"2*{follower}"))


# --- Objecting


def test_who_does_not_agree_has_it_opened_again_and_says_why(
    caller: Caller, sqlite_service: Service, reference: str
) -> None:
    moves(sqlite_service, reference, "rejected", reason="not_police")
    asks_for(caller, reference).chooses(OBJECT)
    assert "फिर से खोला गया" in goes_on(caller)
    caller.types("किसी ने पूछा ही नहीं")
    assert not caller.is_connected
    opened = case(sqlite_service, reference)
    assert (opened.state, opened.raised) == ("reopened", 2)
    [why] = events(sqlite_service, reference, "answered")
    assert why.note == "किसी ने पूछा ही नहीं"


def test_by_sms_it_is_opened_again_as_well(
    texter: Texter, sqlite_service: Service, reference: str
) -> None:
    moves(sqlite_service, reference, "rejected", reason="not_police")
    texter.writes(reference)
    while "9 आगे" in texter.reads:
        texter.writes("9")
    texter.writes("1")
    assert case(sqlite_service, reference).state == "reopened"


def test_after_fifteen_days_the_station_is_named_instead(
    caller: Caller, sqlite_service: Service, reference: str
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=15.1)
    with time_machine.travel(long_ago, tick=True):
        moves(sqlite_service, reference, "rejected", reason="not_police")
    shown = goes_on(caller.dials(f"2*{reference}"))
    assert OBJECT not in shown
    assert "थाने या एसपी के पास जाएं" in shown


def test_who_goes_back_to_a_screen_of_a_case_that_was_closed_again_is_told_so(
    caller: Caller, sqlite_service: Service, reference: str
) -> None:
    moves(sqlite_service, reference, "rejected", reason="not_police")
    asks_for(caller, reference).chooses(OBJECT)
    moves(sqlite_service, reference, "rejected", reason="duplicate")
    caller.types("कोई बात नहीं सुनी")
    assert "अभी यहां नहीं हो सकता" in caller.screen
    assert events(sqlite_service, reference, "answered") == []


# --- Back, danger, and what comes between


def test_back_leads_from_what_she_may_do_to_the_number(caller: Caller, reference: str) -> None:
    caller.dials(f"2*{reference}")
    status = caller.screen
    caller.types("9").chooses(ADD)
    caller.types("0")
    assert caller.screen == status
    assert "कौन सा? या नंबर दें" in caller.types("0").screen


def test_112_is_heard_at_what_she_may_do(caller: Caller, reference: str) -> None:
    assert "112 डायल करें" in asks_for(caller, reference).types("112").screen


def test_a_status_that_was_left_is_not_offered_another_time(caller: Caller, reference: str) -> None:
    asks_for(caller, reference).chooses(WITHDRAW).drops()
    assert caller.dials().screen.startswith("पुकार")


def test_a_letter_that_came_after_the_status_is_told_apart_from_it(
    caller: Caller, texter: Texter, sqlite_service: Service, reference: str
) -> None:
    other = registers(caller.dials(), "और एक बात हुई")
    texter.writes(reference)
    disposes(sqlite_service, other)
    assert texter.writes("1").reads.startswith("यह किसका जवाब है?")
    texter.writes("1")
    assert case(sqlite_service, other).satisfied is True
    assert events(sqlite_service, reference, "answered") == []


def test_words_after_a_status_are_no_answer_to_what_she_may_do(
    texter: Texter, sqlite_service: Service, reference: str
) -> None:
    texter.writes(reference)
    assert texter.writes("नमस्ते").reads.startswith("भेजें: शिकायत, हाल, थाना।")
    assert texter.writes("7").reads.startswith("नंबर लिखकर भेजें।")
    texter.writes("9").writes("1").writes(MORE)
    assert [each.note for each in events(sqlite_service, reference, "answered")] == [MORE]


def test_where_only_registered_wordings_are_carried_the_status_is_a_letter(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    dlt = {"sms_gateways": "simulator:1:0:dlt", "dlt_entity_id": "1101", "dlt_header": "BRPOLC"}
    with service_with(**stores, data_dir=tmp_path, **dlt) as service:
        reference = registers(service.caller())
        for state, details in (
            ("sent_to_station", {}),
            ("fir_registered", FIR),
        ):
            service.parts.cases.move(reference, Move(state, "officer", details=details))
            Texter(service).writes(f"HAAL {reference}")
            newest = service.parts.outbox.newest(most=1)[0]
            assert (newest.template, newest.is_in_words) == (f"state.{state}", False)
        Texter(service).writes("1").writes(MORE)
        assert events(service, reference, "answered") == []
