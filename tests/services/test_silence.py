"""A complaint of which no SMS is to come: none does, and no other trace is on the phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.work import Work
from core.reference import grouped
from core.text import Text
from ivr.visit import NOT_HEARD
from simulator.caller import Caller
from tests.ivr.conftest import hears
from tests.officer import STATE, asks, case, events, moves
from tests.service import Service, reference_on, service_with
from tests.services import by_call
from tests.services.sensitive import (
    PIN,
    TO_CONFIRM,
    goes_on,
    opens,
    registers_silently,
    registers_with_pin,
)
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

SILENT = "इस नंबर का हाल SMS पर नहीं बताते। 06120000000 पर फोन करें।"
BY_SMS = ("शिकायत", "2", "800001", "कोत", "1", "कल रात मुझे मारा")


@pytest.fixture
def caller(sqlite_service: Service) -> Caller:
    return sqlite_service.caller()


@pytest.fixture
def reference(caller: Caller) -> str:
    return registers_silently(caller)


@pytest.fixture
def calls(sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path) -> Iterator[Service]:
    """A service that can be called, and calls whom no SMS reaches."""
    more = {"letters_by_call": True}
    with by_call.called(sqlite_database_url, fresh_redis_url, tmp_path, **more) as service:
        yield service


# --- Choosing it


def test_who_complains_of_violence_is_asked_whether_sms_may_come_and_no_comes_first(
    caller: Caller,
) -> None:
    caller.dials()
    for typed in TO_CONFIRM:
        caller.types(typed)
    assert caller.screen == (
        "मारपीट, धमकी। कोतवाली, पटना।\nभेजें?\n1 SMS न आए\n2 SMS आए\n3 न भेजें\n0 वापस"
    )


def test_a_yes_means_without_sms(caller: Caller, sqlite_service: Service) -> None:
    caller.dials()
    for typed in (*TO_CONFIRM, "haan", PIN):
        caller.types(typed)
    assert case(sqlite_service, reference_on(caller.screen)).is_silent


def test_she_is_told_that_none_comes_and_what_she_needs_to_ask(
    caller: Caller, sqlite_service: Service
) -> None:
    reference = registers_silently(caller)
    assert grouped(reference) in caller.screen
    told = goes_on(caller)
    assert "SMS नहीं आएगा। हाल पूछने में नंबर और पिन लगेंगे।" in told
    assert "SMS आएगा" not in told
    assert sqlite_service.inbox() == []


def test_who_lets_sms_come_gets_them(caller: Caller, sqlite_service: Service) -> None:
    reference = registers_with_pin(caller)
    moves(sqlite_service, reference, "sent_to_station")
    assert len(sqlite_service.inbox()) == 2


def test_what_is_not_sensitive_is_sent_with_sms_as_ever(caller: Caller) -> None:
    caller.dials().types("1").types("4").types("2").types("साइकिल चोरी हुई")
    assert caller.screen.endswith("1 भेजें\n2 रद्द करें\n0 वापस")


# --- No letters


def test_no_letter_is_written_whatever_happens_to_it(
    caller: Caller, sqlite_service: Service, reference: str
) -> None:
    asks(sqlite_service, reference)
    moves(sqlite_service, reference, "under_enquiry", "disposed")
    opens(caller, reference).chooses("नहीं").chooses("कुछ नहीं कहना")
    assert case(sqlite_service, reference).state == "reopened"
    assert sqlite_service.inbox() == []
    assert sqlite_service.parts.outbox.newest() == []


def test_nobody_is_called_to_be_told_of_it(calls: Service) -> None:
    reference = registers_silently(calls.caller())
    asks(calls, reference)
    dialler = calls.parts.dialler
    assert dialler
    dialler.look_for_work()
    assert calls.parts.calls.newest() == []


def test_its_status_promises_no_sms(caller: Caller, reference: str) -> None:
    shown = goes_on(opens(caller, reference))
    assert "इसी से हाल पूछें।" in shown
    assert "SMS" not in shown


# --- No trace on the phone


def test_it_is_not_in_the_list_of_the_phones_cases(caller: Caller, reference: str) -> None:
    assert caller.dials().types("2").screen == "शिकायत/आवेदन नंबर (10 अंक)?\n0 वापस"
    other = registers_with_pin(caller)
    caller.dials().types("2")
    assert "1 " in caller.screen
    assert grouped(other) in goes_on(caller.types("1").chooses("पिन के बिना"))
    assert reference not in caller.screen


@pytest.mark.parametrize("text", ["{}", "HAAL {}", "स्थिति {}"])
def test_nothing_is_told_of_it_by_sms(sqlite_service: Service, reference: str, text: str) -> None:
    texter = Texter(sqlite_service)
    assert texter.writes(text.format(reference)).reads == SILENT
    texter.writes(PIN)
    assert not [each for each in texter.inbox if grouped(reference) in each]


def test_another_phone_learns_by_sms_no_more_of_it_than_of_any_case_with_a_pin(
    caller: Caller, sqlite_service: Service, reference: str
) -> None:
    other = registers_with_pin(caller)
    texter = Texter(sqlite_service, "+919800000002")

    def told(about: str) -> list[str]:
        texts = (f"HAAL {about}", "1", about, "1111")
        return [texter.writes(text).reads.replace(grouped(about), "") for text in texts]

    assert told(reference) == told(other)
    assert texter.writes(f"स्थिति {reference}").writes(PIN).reads.startswith("Is number ka haal SMS")


def test_an_sms_answers_nothing_that_the_police_ask_about_it(
    caller: Caller, sqlite_service: Service, reference: str
) -> None:
    Work(sqlite_service.parts.cases.files).unlock(STATE, reference)
    asks(sqlite_service, reference)
    Texter(sqlite_service).writes("परसों रात दस बजे")
    assert events(sqlite_service, reference, "answered") == []
    goes_on(caller.dials(f"2*{reference}"))
    caller.types("परसों रात दस बजे")
    assert len(events(sqlite_service, reference, "answered")) == 1
    assert len(sqlite_service.inbox()) == 1  # the help to what she wrote


def test_who_redials_after_it_was_sent_is_not_told_its_number(
    caller: Caller, reference: str
) -> None:
    assert caller.dials().screen.startswith("पुकार")
    assert reference not in caller.screen


def test_on_a_call_no_sms_is_offered_and_none_comes_by_hanging_up(calls: Service) -> None:
    reference = registers_silently(calls.caller())
    asks(calls, reference)
    phone = by_call.phone(calls).dials().presses("2").presses(reference).presses("3").presses(PIN)
    phone.stays_silent().speaks(b"RIFF what she said").hangs_up()
    assert len(events(calls, reference, "answered")) == 1
    moves(calls, reference, "under_enquiry")
    phone.dials().presses("2").presses(reference).presses("3").presses(PIN)
    by_call.wants(phone, Text("That is all")).presses("2")
    assert calls.inbox() == []
    assert calls.parts.outbox.newest() == []


def test_a_call_that_registers_it_says_the_number_again_and_sends_none(calls: Service) -> None:
    phone = by_call.phone(calls).dials()
    by_call.wants(phone, Text("Complaint"), Text("Violence, threat"))
    by_call.wants(phone, Text("I do not know the district"))
    by_call.tells(phone)
    by_call.wants(phone, Text("Send, no SMS to me")).presses(PIN)
    registered = calls.only_case()
    spoken = " ".join(registered.reference)
    assert phone.heard.count(spoken) == 2
    assert phone.presses("1").heard.count(spoken) >= 2
    phone.presses("2")
    assert calls.parts.outbox.newest() == []


def test_a_call_that_falls_silent_sends_no_sms_once_she_has_said_what_it_is_about(
    calls: Service,
) -> None:
    phone = by_call.phone(calls).dials()
    by_call.wants(phone, Text("Complaint"), Text("Violence, threat"))
    by_call.wants(phone, Text("I do not know the district"))
    by_call.tells(phone)
    by_call.wants(phone, Text("Send, no SMS to me"))
    for _ in range(3):
        phone.stays_silent()
    assert hears(phone, NOT_HEARD)
    assert phone.is_over
    assert calls.parts.outbox.newest() == []


# --- Written by SMS


def test_who_registers_it_by_sms_is_answered_with_the_number_and_nothing_after_that(
    sqlite_service: Service,
) -> None:
    texter = Texter(sqlite_service)
    for text in (*BY_SMS, "1", PIN):
        texter.writes(text)
    registered = sqlite_service.only_case()
    assert registered.is_silent
    assert grouped(registered.reference) in texter.reads
    assert "SMS नहीं आएगा। हाल पूछने में नंबर और पिन लगेंगे।" in texter.reads
    before = len(texter.inbox)
    moves(sqlite_service, registered.reference, "sent_to_station", "under_enquiry")
    assert len(texter.inbox) == before


def test_who_lets_sms_come_is_answered_by_the_letter_alone(sqlite_service: Service) -> None:
    texter = Texter(sqlite_service)
    for text in (*BY_SMS, "2", PIN):
        texter.writes(text)
    reference = sqlite_service.only_case().reference
    told = [each for each in texter.inbox if reference in each or grouped(reference) in each]
    assert told == [f"आवेदन {reference} मिला। नंबर लिख लें। यह अभी FIR नहीं है। -बिहार पुलिस"]


def test_where_only_registered_wordings_are_carried_its_status_is_the_letter_that_says_so(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    dlt = {"sms_gateways": "simulator:1:0:dlt", "dlt_entity_id": "1101", "dlt_header": "BRPOLC"}
    with service_with(**stores, data_dir=tmp_path, **dlt) as service:
        reference = registers_silently(service.caller())
        Texter(service).writes(f"HAAL {reference}")
        [letter] = service.parts.outbox.newest()
        assert (letter.template, letter.is_in_words) == ("silent", False)
