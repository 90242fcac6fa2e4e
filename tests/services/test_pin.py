"""The PIN of a case that is sensitive: without it nobody is told more than the state."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from casework.work import Work
from core.reference import grouped
from core.tables import cases
from core.text import Text
from simulator.caller import Caller
from tests.ivr.conftest import hears
from tests.officer import STATE, asks, case, disposes, events, moves
from tests.service import Service, reference_on, registers
from tests.services import by_call
from tests.services.sensitive import (
    PIN,
    STORY,
    TO_CONFIRM,
    goes_on,
    opens,
    registers_with_pin,
)
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

OTHER = "+919800000002"
ASKED = "आपका गुप्त पिन (4 अंक)?"
QUESTION = "किस दिन, कितने बजे हुआ? लिखें"
ANSWER = "परसों रात दस बजे"


@pytest.fixture
def caller(sqlite_service: Service) -> Caller:
    return sqlite_service.caller()


@pytest.fixture
def reference(caller: Caller) -> str:
    return registers_with_pin(caller)


@pytest.fixture
def borrowed(sqlite_service: Service) -> Caller:
    """A phone that is not hers."""
    return sqlite_service.caller(OTHER)


@pytest.fixture
def calls(sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path) -> Iterator[Service]:
    """A service that can be called."""
    with by_call.called(sqlite_database_url, fresh_redis_url, tmp_path) as service:
        yield service


# --- Choosing it


def test_a_sensitive_complaint_gets_a_pin_and_is_told_what_it_is_for(
    caller: Caller, sqlite_service: Service
) -> None:
    caller.dials()
    for typed in (*TO_CONFIRM, "2"):
        caller.types(typed)
    assert caller.screen == "यह हाल पूछने में लगेगा, याद रखें।\nअपना गुप्त पिन बनाएं (4 अंक)\n0 वापस"
    assert caller.types("12").screen.startswith("4 अंक लिखें।")
    told = caller.types(PIN).screen
    reference = reference_on(told)
    assert "SMS आएगा। हाल पूछने में नंबर और पिन लगेंगे।" in goes_on(caller)
    with sqlite_service.parts.database.reading() as connection:
        kept = str(connection.execute(select(cases)).all())
    assert PIN not in kept.replace(reference, "")
    assert case(sqlite_service, reference).story == STORY


def test_what_is_not_sensitive_gets_none(caller: Caller, sqlite_service: Service) -> None:
    assert case(sqlite_service, registers(caller)).pin_hash is None


# --- Asking with it


def test_her_own_phone_is_told_the_state_only_until_the_pin_was_right(
    caller: Caller, reference: str
) -> None:
    caller.dials(f"2*{reference}")
    assert caller.screen == f"{ASKED}\n1 पिन के बिना\n2 पिन याद नहीं\n0 वापस"
    assert caller.chooses("पिन के बिना").screen == f"{grouped(reference)}: आवेदन मिला।"
    shown = goes_on(opens(caller, reference))
    assert "कोतवाली, पटना" in shown
    assert "और बताएं" in shown
    assert "वापस लें" not in shown  # somebody may force her


def test_the_pin_opens_it_on_any_phone(
    borrowed: Caller, sqlite_service: Service, reference: str
) -> None:
    assert "कोतवाली, पटना" in goes_on(opens(borrowed, reference))
    texter = Texter(sqlite_service, OTHER)
    assert texter.writes(f"HAAL {reference}").reads.startswith(ASKED)
    # What is said by SMS stays on the phone, so it names no station.
    assert f"{grouped(reference)}: आवेदन मिला" in texter.writes(PIN).reads


def test_it_opens_a_case_on_a_call(calls: Service) -> None:
    reference = registers_with_pin(calls.caller())
    phone = by_call.phone(calls, OTHER).dials().presses("2").presses(reference)
    by_call.wants(phone, Text("Only how it stands"))
    assert hears(phone, Text("{reference}: {state}.")(reference=reference, state=Text("Received")))
    phone.hangs_up()
    phone.dials().presses("2").presses(reference).presses("3").presses(PIN)
    by_call.tells(by_call.wants(phone, Text("Tell more")))
    [added] = events(calls, reference, "answered")
    assert added.recording


def test_a_pin_is_no_reference_number_of_another_case(
    caller: Caller, borrowed: Caller, reference: str
) -> None:
    other = registers_with_pin(caller)
    borrowed.dials(f"2*{other}").types("9999")
    assert borrowed.screen.startswith("पिन गलत।")
    assert grouped(reference) not in borrowed.screen


# --- Guessing it


def test_a_wrong_pin_is_said_so_and_asked_for_again(caller: Caller, reference: str) -> None:
    opens(caller, reference, "1111")
    assert caller.screen.startswith(f"पिन गलत। फिर देखें।\n{ASKED}")
    assert "कोतवाली, पटना" in goes_on(caller.types(PIN))


def test_a_repeated_wrong_pin_counts_once(caller: Caller, reference: str) -> None:
    opens(caller, reference, "1111")
    for _ in range(9):
        caller.sends_again()
    assert "कोतवाली, पटना" in goes_on(caller.types(PIN))


# --- Having forgotten it


def test_who_has_forgotten_it_is_told_where_it_is_settled(caller: Caller, reference: str) -> None:
    caller.dials(f"2*{reference}").chooses("पिन याद नहीं")
    assert caller.screen == "यह नंबर लेकर थाने जाएं। पिन के लिए मदद वहीं मिलेगी।"
    assert not caller.is_connected


def test_once_the_station_has_taken_it_away_her_own_phone_opens_the_case(
    caller: Caller, borrowed: Caller, sqlite_service: Service, reference: str
) -> None:
    stands_open = sqlite_service.caller().dials(f"2*{reference}")
    Work(sqlite_service.parts.cases.files).unlock(STATE, reference)
    assert "कोतवाली, पटना" in goes_on(stands_open.types("1111"))
    assert "कोतवाली, पटना" in goes_on(caller.dials(f"2*{reference}"))
    assert borrowed.dials(f"2*{reference}").screen == f"{grouped(reference)}: आवेदन मिला।"


# --- Answering with it


def test_with_number_and_pin_the_police_are_answered_from_another_phone(
    borrowed: Caller, sqlite_service: Service, reference: str
) -> None:
    asks(sqlite_service, reference)
    assert QUESTION in goes_on(opens(borrowed, reference))
    borrowed.types(ANSWER)
    [answer] = events(sqlite_service, reference, "answered")
    assert (answer.note, answer.details["question"]) == (ANSWER, "when")
    assert case(sqlite_service, reference).question is None


def test_with_number_and_pin_it_is_added_to_and_rated_from_another_phone(
    borrowed: Caller, sqlite_service: Service, reference: str
) -> None:
    goes_on(opens(borrowed, reference))
    borrowed.chooses("और बताएं").types(ANSWER)
    assert [each.note for each in events(sqlite_service, reference, "answered")] == [ANSWER]
    disposes(sqlite_service, reference)
    opens(borrowed, reference).chooses("नहीं").types("किसी ने पूछा ही नहीं")
    assert case(sqlite_service, reference).state == "reopened"
    assert case(sqlite_service, reference).satisfied is False


def test_without_the_pin_no_phone_answers_not_even_hers(
    caller: Caller, sqlite_service: Service, reference: str
) -> None:
    asks(sqlite_service, reference)
    texter = Texter(sqlite_service)
    assert texter.writes(ANSWER).reads.startswith("भेजें: शिकायत, हाल, थाना।")
    assert QUESTION not in caller.dials(f"2*{reference}").chooses("पिन के बिना").screen
    texter.writes(f"HAAL {reference}").writes(ANSWER)
    disposed = registers_with_pin(caller)
    disposes(sqlite_service, disposed)
    texter.writes("2")
    assert events(sqlite_service, reference, "answered") == []
    assert case(sqlite_service, disposed).satisfied is None


def test_an_sms_with_the_pin_is_answered_once_and_leaves_nothing_open_on_the_phone(
    sqlite_service: Service, reference: str
) -> None:
    texter = Texter(sqlite_service)
    told = texter.writes(reference).writes(PIN).reads
    assert told.startswith(f"{grouped(reference)}: ")
    assert told.endswith("और बताना हो तो 06120000000 पर फोन करें।")
    for text in ("7", "1", "मैंने झूठ बोला था"):
        assert grouped(reference) not in texter.writes(text).reads
    assert events(sqlite_service, reference, "answered") == []


def test_an_sms_with_the_pin_is_told_that_something_is_asked_and_is_not_asked_it(
    sqlite_service: Service, reference: str
) -> None:
    asks(sqlite_service, reference)
    texter = Texter(sqlite_service)
    told = texter.writes(reference).writes(PIN).reads
    assert told.endswith("पुलिस को कुछ पूछना है। 06120000000 पर फोन करें।")
    assert QUESTION not in told
    texter.writes(ANSWER)
    assert events(sqlite_service, reference, "answered") == []
    moves(sqlite_service, reference, "under_enquiry", "disposed")
    texter.writes(reference).writes(PIN).writes("1")
    assert case(sqlite_service, reference).satisfied is None


def test_a_case_that_was_opened_on_a_call_is_not_gone_on_with(calls: Service) -> None:
    reference = registers_with_pin(calls.caller())
    asks(calls, reference)
    by_call.phone(calls).dials().presses("2").presses(reference).presses("3").presses(
        PIN
    ).hangs_up()
    assert calls.caller().dials().screen.startswith("पुकार")
    Texter(calls).writes(ANSWER)
    assert events(calls, reference, "answered") == []


def test_a_case_that_was_opened_is_not_gone_on_with_by_who_dials_next(
    caller: Caller, sqlite_service: Service, reference: str
) -> None:
    asks(sqlite_service, reference)
    opens(caller, reference).drops()
    assert caller.dials().screen.startswith("पुकार")
    assert Texter(sqlite_service).writes("नमस्ते").reads.startswith("भेजें: शिकायत")
    disposed = registers_with_pin(caller)
    disposes(sqlite_service, disposed)
    opens(caller, disposed).chooses("नहीं").drops()
    assert caller.dials().screen.startswith("पुकार")
