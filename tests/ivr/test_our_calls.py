"""The calls that we make: for a missed call, for who would rather speak, for a letter."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
import time_machine

from core.calls import LEASE, MOST_ATTEMPTS, SILENCE, Wish
from core.cases import Move
from core.clock import HERE
from core.conversation import _PLEASE_CALL, _WE_CALL
from core.language import render
from core.letters import Letterhead, write_letter
from core.outbox import LetterLine
from core.pages import _SPEAK
from core.recordings import DELETED_THERE_AFTER
from core.text import Text, Words
from ivr import visit
from providers.transport import Refused
from simulator.caller import Caller
from sms.switchboard import Route
from tests.fakes import LANGUAGES
from tests.ivr.conftest import (
    CONFIRM,
    KIND,
    MENU,
    MISSED,
    OURS,
    STOPPED_AT,
    STORY,
    TO_STORY,
    Exchange,
    Maker,
    Serves,
    aloud,
    at_api,
    database_away,
    gaps,
    hears,
    name_of,
    number_heard,
    phone_at,
    press,
    session_of,
    tell,
)
from tests.ivr.phones import Phone
from tests.ivr.twilio_phone import TwilioPhone
from tests.providers import Answer, Provider
from tests.service import Service, postman_of, reference_on, registers, service_with
from tests.sms.test_postman import Unsteady
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

Clock = Callable[[float], None]
NEWS = Text("Bihar Police has news for you.")
UNDERSTOOD = Text("I have understood")
THANKS = Text("Thank you. In danger dial 112.")
SOON = 5.0  # seconds
HOUR = 3600.0
TO_USUAL_STATION = ("1", "4", "1")
TO_STORY_ON_USSD = ("1", "4", "800001", "1")


def in_writing(words: Words) -> str:
    return render(words, LANGUAGES.get("hi"))


SPEAK = in_writing(_SPEAK.label)
WE_CALL = in_writing(_WE_CALL)
PLEASE_CALL = in_writing(_PLEASE_CALL(helpline="06120000000"))


@pytest.fixture
def service(serves: Serves, api: Provider, maker: Maker) -> Service:
    return serves(**at_api(api, maker))


@pytest.fixture
def either_service(either: dict[str, object], api: Provider, maker: Maker) -> Iterator[Service]:
    """A service whose provider is ours, on either kind of database."""
    settings = {**either, **at_api(api, maker), "letters_by_call": True}
    with service_with(**settings) as service:
        yield service


@pytest.fixture
def phone(service: Service, api: Provider, maker: Maker) -> Phone:
    return phone_at(api, service, maker)


def misses(phone: Phone) -> Phone:
    """Ring us up and be turned away."""
    phone.calls = MISSED
    phone.dials()
    assert phone.rejected
    phone.calls = OURS
    return phone


def dials(service: Service) -> int:
    """Let the dialler go round."""
    dialler = service.parts.dialler
    assert dialler
    return dialler.round()


def looks(service: Service) -> None:
    dialler = service.parts.dialler
    assert dialler
    dialler.look_for_work()


def counts(service: Service) -> dict[str, int]:
    return service.parts.calls.counts()


# --- A missed call


def test_a_missed_call_is_turned_away_and_returned(
    either_service: Service, api: Provider, maker: Maker, exchange: Exchange, clock: Clock
) -> None:
    phone = misses(phone_at(api, either_service, maker))
    assert phone.heard == ""
    assert dials(either_service) == 0  # she hangs up first
    clock(SOON)
    assert dials(either_service) == 1
    assert len(exchange.asked) == 1
    assert hears(phone.answers(), visit.GREETING, MENU)
    assert counts(either_service) == {"answered": 1}
    press(phone, *TO_STORY)
    reference = number_heard(press(tell(phone), "1", "1"))
    phone.hangs_up()
    assert either_service.only_case().reference == reference
    assert counts(either_service) == {"done": 1}
    clock(HOUR)
    assert dials(either_service) == 0


def test_who_does_not_speak_on_the_call_back_is_not_called_again(
    service: Service, phone: Phone, clock: Clock
) -> None:
    misses(phone)
    clock(SOON)
    dials(service)
    phone.answers().hangs_up()
    clock(HOUR)
    assert dials(service) == 0
    assert counts(service) == {"done": 1}


@pytest.mark.parametrize("is_busy", [True, False], ids=["busy", "no answer"])
def test_who_was_not_reached_is_called_again_three_times_at_most(
    either_service: Service,
    api: Provider,
    maker: Maker,
    clock: Clock,
    *,
    is_busy: bool,
) -> None:
    phone = misses(phone_at(api, either_service, maker))
    clock(SOON)
    for _ in range(MOST_ATTEMPTS):
        assert dials(either_service) == 1
        assert dials(either_service) == 0
        if is_busy:
            phone.is_busy()
        else:
            phone.does_not_answer()
        assert dials(either_service) == 0
        clock(61)
    assert dials(either_service) == 0
    assert counts(either_service) == {"failed": 1}


def test_who_was_busy_hears_us_at_the_second_call(
    service: Service, phone: Phone, clock: Clock
) -> None:
    misses(phone)
    clock(SOON)
    dials(service)
    phone.is_busy()
    clock(61)
    dials(service)
    assert hears(phone.answers(), MENU)
    phone.hangs_up()
    assert counts(service) == {"done": 1}


def test_the_same_missed_call_told_twice_is_one_call(
    either_service: Service, api: Provider, maker: Maker, exchange: Exchange, clock: Clock
) -> None:
    phone = phone_at(api, either_service, maker)
    phone.calls = MISSED
    phone.dials()
    phone._rings()
    phone._rings()
    phone.calls = OURS
    clock(SOON)
    assert dials(either_service) == 1
    phone.answers().hangs_up()
    phone.calls, order = MISSED, phone._order
    phone._order = None
    phone._rings()
    phone.calls, phone._order = OURS, order
    clock(SOON)
    assert dials(either_service) == 0
    assert len(exchange.asked) == 1


def test_who_rings_again_while_we_call_is_called_once(
    service: Service, phone: Phone, exchange: Exchange, clock: Clock
) -> None:
    misses(misses(phone))
    clock(SOON)
    dials(service)
    misses(phone)
    clock(SOON)
    assert dials(service) == 0
    assert len(exchange.asked) == 1


def call_back(service: Service, phone: Phone, clock: Clock) -> int:
    """Give a missed call and take the call that comes, if any; give how many came."""
    misses(phone)
    clock(SOON)
    made = dials(service)
    if made:
        phone.answers().hangs_up()
    return made


def test_four_calls_an_hour_and_ten_a_day_go_to_one_phone(
    either_service: Service, api: Provider, maker: Maker, clock: Clock
) -> None:
    phone = phone_at(api, either_service, maker)
    other = phone_at(api, either_service, maker, "+919800000002")
    made = []
    for _ in range(6):
        made.append(sum(call_back(either_service, phone, clock) for _ in range(6)))
        clock(HOUR + 1)
    assert made == [4, 4, 2, 0, 0, 0]
    assert call_back(either_service, other, clock) == 1
    clock(20 * HOUR)
    assert call_back(either_service, phone, clock) == 1


def test_the_number_for_missed_calls_takes_nobody(
    service: Service, phone: Phone, clock: Clock
) -> None:
    misses(phone)
    assert phone.is_over
    assert phone.played == []
    assert service.redis.keys("pukar:session:*") == []
    clock(SOON)
    assert hears(phone.dials(), MENU)  # while our call is on its way


def test_a_hidden_missed_call_is_not_returned(
    service: Service, api: Provider, maker: Maker, clock: Clock
) -> None:
    phone = phone_at(api, service, maker, "anonymous")
    phone.calls = MISSED
    phone.dials()
    clock(SOON)
    assert dials(service) == 0


@pytest.mark.parametrize("number", ["+2473123456", "+19005551234", "+447012345678"])
def test_a_missed_call_from_abroad_is_turned_away_and_not_returned(
    service: Service, api: Provider, maker: Maker, clock: Clock, number: str
) -> None:
    misses(phone_at(api, service, maker, number))
    clock(SOON)
    assert dials(service) == 0
    assert counts(service) == {}


def test_a_missed_call_costs_nothing_even_without_a_database(
    either_service: Service, api: Provider, maker: Maker
) -> None:
    phone = phone_at(api, either_service, maker)
    with database_away(either_service, "INSERT INTO calls"):
        misses(phone)
    phone.calls = MISSED
    again_later = pytest.raises(AssertionError, match="503")  # which the end of the call meets
    with database_away(either_service, "SELECT"), again_later:
        phone.dials()
    assert phone.rejected
    assert (phone.heard, phone.played) == ("", [])
    assert counts(either_service) == {}


@pytest.mark.parametrize("number", ["anonymous", "+266696687", ""])
def test_a_hidden_missed_call_costs_nothing(
    service: Service, api: Provider, maker: Maker, number: str
) -> None:
    assert misses(phone_at(api, service, maker, number)).heard == ""
    assert counts(service) == {}


def test_made_up_numbers_do_not_have_us_call_the_whole_country(
    either_service: Service,
    api: Provider,
    maker: Maker,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.calls.MOST_CALLBACKS_AN_HOUR", 3)
    phones = [phone_at(api, either_service, maker, f"+91980000010{n}") for n in range(5)]
    for phone in phones:
        misses(phone)
    assert counts(either_service) == {"due": 3}
    would_rather_speak(either_service.caller(phones[4].number))  # who waits is called all the same
    assert counts(either_service) == {"due": 4}
    clock(HOUR + 1)
    misses(phones[3])
    assert counts(either_service) == {"due": 5}


@pytest.mark.parametrize("occasions", [1, 10], ids=["one occasion", "ten occasions"])
def test_a_phone_that_asks_many_times_at_once_is_called_once(
    either_service: Service, occasions: int
) -> None:
    calls = either_service.parts.calls
    together = Barrier(10)

    def ask(number: int) -> bool:
        together.wait()
        return calls.ask(Wish("callback", str(number % occasions), "+919800000001"))

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(ask, range(10))) == [True] * 10
    assert counts(either_service) == {"due": 1}


def test_rings_that_nobody_takes_count_towards_the_limit(
    either_service: Service, api: Provider, maker: Maker, clock: Clock
) -> None:
    phone = phone_at(api, either_service, maker)
    rings = 0
    for _ in range(40):  # within the hour
        misses(phone)
        clock(SOON)
        for _ in range(dials(either_service)):
            phone.does_not_answer()
            rings += 1
        clock(61)
    assert rings == 2 * MOST_ATTEMPTS
    clock(HOUR)
    misses(phone)
    clock(SOON)
    assert dials(either_service) == 1


def test_what_is_taken_out_counts_as_an_attempt(
    either_service: Service, api: Provider, maker: Maker, clock: Clock
) -> None:
    misses(phone_at(api, either_service, maker))
    clock(SOON)
    taken = []
    for _ in range(MOST_ATTEMPTS):
        taken += either_service.parts.calls.take_due(only=("callback",))  # its process dies here
        clock(LEASE.total_seconds() + 1)
    assert [each.attempts for each in taken] == [1, 2, 3]
    either_service.parts.calls.try_again(taken[-1], "no answer")
    assert counts(either_service) == {"failed": 1}


# --- Hours


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 24, hour, minute, tzinfo=HERE)


def test_nobody_is_woken_for_a_missed_call(serves: Serves, api: Provider, maker: Maker) -> None:
    service = serves(**at_api(api, maker), call_hours="06:00-22:00")
    phone = phone_at(api, service, maker)
    with time_machine.travel(at(23), tick=False) as moment:
        misses(phone)
        moment.shift(SOON)
        assert dials(service) == 0
        moment.move_to(at(5, 59) + timedelta(days=1))
        assert dials(service) == 0
        moment.move_to(at(6, 1) + timedelta(days=1))
        assert dials(service) == 1
        assert hears(phone.answers(), MENU)


def test_who_asks_at_night_to_speak_is_called_at_night(
    serves: Serves, api: Provider, maker: Maker
) -> None:
    service = serves(**at_api(api, maker), call_hours="06:00-22:00")
    phone = phone_at(api, service, maker)
    with time_machine.travel(at(2), tick=False) as moment:
        would_rather_speak(service.caller(phone.number))
        moment.shift(SOON)
        assert dials(service) == 1
        assert hears(phone.answers(), STORY)


def test_nobody_is_called_who_has_stopped_waiting_for_it(
    either_service: Service, api: Provider, maker: Maker, clock: Clock
) -> None:
    phone = phone_at(api, either_service, maker)
    would_rather_speak(either_service.caller(phone.number))
    clock(HOUR - 1)
    looks(either_service)
    assert counts(either_service) == {"due": 1}
    clock(2)
    assert dials(either_service) == 0
    looks(either_service)
    assert counts(either_service) == {"done": 1}
    misses(phone)
    clock(12 * HOUR - 1)
    looks(either_service)
    assert counts(either_service) == {"done": 1, "due": 1}
    clock(2)
    assert dials(either_service) == 0
    looks(either_service)
    assert counts(either_service) == {"done": 2}


# --- The provider's API


def test_an_api_in_trouble_is_asked_again_three_times_at_most(
    service: Service, phone: Phone, exchange: Exchange, clock: Clock
) -> None:
    misses(phone)
    exchange.troubles = [Answer(500), Answer(503), Answer(breaks="before the answer")]
    clock(SOON)
    for _ in range(MOST_ATTEMPTS):
        assert dials(service) == 1
        clock(61)
    assert dials(service) == 0
    assert counts(service) == {"failed": 1}
    assert "failed: 1" in service.pukar("calls")


def test_an_api_that_is_well_again_places_the_call(
    service: Service, phone: Phone, exchange: Exchange, clock: Clock
) -> None:
    misses(phone)
    exchange.troubles = [Answer(500)]
    clock(SOON)
    dials(service)
    clock(61)
    dials(service)
    assert hears(phone.answers(), MENU)


def test_a_number_that_cannot_be_called_is_given_up_at_once(
    service: Service, phone: Phone, maker: Maker, exchange: Exchange, clock: Clock
) -> None:
    invalid = (
        Answer(400, body='{"code": 21211, "message": "Invalid", "status": 400}')
        if maker is TwilioPhone
        else Answer(201, body='{"entries": [{"status": "InvalidPhoneNumber"}]}')
    )
    misses(phone)
    exchange.troubles = [invalid]
    clock(SOON)
    dials(service)
    clock(61)
    assert dials(service) == 0
    assert counts(service) == {"failed": 1}


def test_a_call_whose_order_got_no_answer_is_known_when_she_picks_up(
    service: Service, phone: Phone, exchange: Exchange, clock: Clock, api: Provider
) -> None:
    def order_and_break(asked: object) -> Answer:
        exchange(asked)  # type: ignore[arg-type]
        return Answer(breaks="before the answer")

    misses(phone)
    api.answers = order_and_break
    clock(SOON)
    dials(service)
    assert counts(service) == {"due": 1}
    assert hears(phone.answers(), MENU)
    phone.hangs_up()
    clock(HOUR)
    assert dials(service) == 0
    assert counts(service) == {"done": 1}


def test_a_call_of_which_nothing_more_is_told_is_made_again(
    service: Service, phone: Phone, clock: Clock
) -> None:
    misses(phone)
    clock(SOON)
    dials(service)
    clock(SILENCE.total_seconds() + 1)
    looks(service)
    clock(61)
    assert dials(service) == 1
    assert counts(service) == {"placed": 1}


def test_two_diallers_make_one_call(
    either_service: Service, api: Provider, maker: Maker, clock: Clock
) -> None:
    misses(phone_at(api, either_service, maker))
    clock(SOON)
    calls = either_service.parts.calls
    assert [len(calls.take_due(only=("callback",))) for _ in range(2)] == [1, 0]
    clock(LEASE.total_seconds() + 1)
    assert dials(either_service) == 1


# --- Who would rather speak


def would_rather_speak(caller: Caller) -> Caller:
    """Come to the story on USSD, and ask to be called."""
    caller.dials()
    for typed in TO_STORY_ON_USSD:
        caller.types(typed)
    assert f"1 {SPEAK}" in caller.screen
    caller.types("1")
    assert caller.screen == WE_CALL
    assert not caller.is_connected
    return caller


def would_rather_speak_by_sms(texter: Texter) -> Texter:
    """Come to the story by SMS, and ask to be called."""
    for text in ("शिकायत", "4", "800001", "1"):
        texter.writes(text)
    assert f"1 {SPEAK}" in texter.reads
    texter.writes("1")
    assert texter.reads == WE_CALL
    return texter


@pytest.mark.parametrize("channel", ["ussd", "sms"])
def test_who_would_rather_speak_is_called_and_speaks(
    either_service: Service, api: Provider, maker: Maker, clock: Clock, channel: str
) -> None:
    phone = phone_at(api, either_service, maker)
    if channel == "ussd":
        would_rather_speak(either_service.caller(phone.number)).drops()
    else:
        would_rather_speak_by_sms(Texter(either_service, phone.number))
    conversation = session_of(either_service, phone).conversation.id
    clock(SOON)
    assert dials(either_service) == 1
    assert hears(phone.answers(), visit.GREETING, STORY)
    assert hears(tell(phone).presses("1"), CONFIRM)
    assert session_of(either_service, phone).conversation.id == conversation
    told = number_heard(phone.presses("1"))
    phone.hangs_up()
    case = either_service.only_case()
    assert (case.reference, case.channel, case.story) == (told, "ivr", "")
    assert case.recording == either_service.parts.recordings.newest()[0].id
    assert counts(either_service) == {"done": 1}
    assert told in either_service.inbox(phone.number)[0]
    assert gaps(either_service) == []


def test_who_does_not_pick_up_to_speak_is_called_again_soon(
    service: Service, phone: Phone, clock: Clock
) -> None:
    would_rather_speak(service.caller(phone.number))
    clock(SOON)
    dials(service)
    phone.does_not_answer()
    clock(31)
    assert dials(service) == 1
    assert hears(phone.answers(), STORY)


def test_who_hung_up_on_the_call_may_ask_again(
    service: Service, phone: Phone, exchange: Exchange, clock: Clock
) -> None:
    caller = would_rather_speak(service.caller(phone.number))
    clock(SOON)
    dials(service)
    phone.answers().hangs_up()
    caller.dials().types("1").types("1")
    assert caller.screen == WE_CALL
    clock(SOON)
    assert dials(service) == 1
    assert len(exchange.asked) == 2
    assert hears(phone.answers(), STORY)


def test_who_asks_twice_at_once_is_called_once(
    service: Service, phone: Phone, exchange: Exchange, clock: Clock
) -> None:
    caller = would_rather_speak(service.caller(phone.number))
    caller.sends_again()
    assert caller.screen == WE_CALL
    caller.dials().types("1").types("1")
    clock(SOON)
    assert dials(service) == 1
    assert len(exchange.asked) == 1


def test_who_was_called_too_often_is_asked_to_call(
    service: Service, phone: Phone, clock: Clock
) -> None:
    for _ in range(4):
        call_back(service, phone, clock)
    caller = service.caller(phone.number).dials()
    for typed in TO_STORY_ON_USSD:
        caller.types(typed)
    assert caller.types("1").screen == PLEASE_CALL
    clock(SOON)
    assert dials(service) == 0


def test_speaking_is_not_offered_where_no_calls_are_made(serves: Serves) -> None:
    service = serves(voice_gateway="")
    assert service.parts.dialler is None
    caller = service.caller().dials()
    for typed in TO_STORY_ON_USSD:
        caller.types(typed)
    assert SPEAK not in caller.screen
    texter = Texter(service, "+919800000002")
    for text in ("शिकायत", "4", "800001", "1"):
        texter.writes(text)
    assert SPEAK not in texter.reads
    assert len(texter.inbox) == 4


def test_who_is_called_and_may_not_see_the_menu_may_still_write(
    service: Service, phone: Phone, clock: Clock
) -> None:
    caller = would_rather_speak(service.caller(phone.number))
    caller.dials().types("1").types("कल रात साइकिल चोरी हो गई").types("1")
    reference = reference_on(caller.screen)
    clock(SOON)
    dials(service)
    phone.answers()
    assert not hears(phone, STORY)
    assert service.only_case().reference == reference


def test_who_is_called_after_the_record_was_lost_gets_a_case_of_her_own(
    service: Service, api: Provider, maker: Maker, clock: Clock
) -> None:
    numbers = ("+919800000001", "+919800000002")
    phones = [phone_at(api, service, maker, number) for number in numbers]
    for phone in phones:
        would_rather_speak(service.caller(phone.number))
    service.redis.flushdb()
    clock(SOON)
    dials(service)
    told = []
    for phone in phones:
        assert hears(phone.answers(), MENU)
        press(phone, *TO_STORY)
        told.append(number_heard(press(tell(phone), "1", "1")))
        phone.hangs_up()
    assert len(service.parts.cases.newest()) == len(set(told)) == 2


def test_who_asks_for_something_else_before_the_call_is_still_asked_for_her_story(
    service: Service, phone: Phone, clock: Clock
) -> None:
    would_rather_speak(service.caller(phone.number)).drops()
    Texter(service, phone.number).writes(f"हाल {registers(service.caller('+919800000009'))}")
    clock(SOON)
    dials(service)
    assert hears(phone.answers(), STORY)


def test_begun_on_ussd_spoken_on_a_call_finished_by_sms_is_one_case(
    either_service: Service, api: Provider, maker: Maker, clock: Clock
) -> None:
    phone = phone_at(api, either_service, maker)
    would_rather_speak(either_service.caller(phone.number)).drops()
    conversation = session_of(either_service, phone).conversation.id
    clock(SOON)
    dials(either_service)
    assert hears(phone.answers(), STORY)
    tell(phone).presses("1")
    assert hears(phone, CONFIRM)
    phone.hangs_up()
    assert either_service.parts.cases.newest() == []
    texter = Texter(either_service, phone.number).writes("पुकार")
    assert in_writing(STOPPED_AT) in texter.reads
    texter.writes("1")
    assert session_of(either_service, phone).conversation.id == conversation
    texter.writes("1")
    case = either_service.only_case()
    assert case.reference in texter.reads
    clock(20)
    collector = either_service.parts.collector
    while collector.round():
        pass
    [recording] = either_service.parts.recordings.newest()
    assert (case.recording, case.channel) == (recording.id, "sms")
    assert recording.status == "copied"
    clock(DELETED_THERE_AFTER.total_seconds() + 1)
    collector.round()
    [recording] = either_service.parts.recordings.newest()
    assert recording.status == "kept"
    assert counts(either_service) == {"done": 1}


# --- Letters read out


@pytest.fixture
def reading_service(serves: Serves, api: Provider, maker: Maker) -> Service:
    """A service that calls those whom no SMS reached."""
    return serves(**at_api(api, maker), letters_by_call=True)


def undelivered_news(service: Service, number: str) -> str:
    """Have a letter that no gateway takes; give its words as they are heard."""
    reference = registers(service.caller(number))
    service.inbox(number)
    service.parts.cases.move(reference, Move("sent_to_station", "tester"))
    no_sms_goes(service)
    assert the_news(service).status == "dead"
    letterhead = Letterhead("06120000000", "*384*78527#", "56161")
    letter = write_letter("state.sent_to_station", {"reference": reference}, letterhead)
    return aloud(letter)


def no_sms_goes(service: Service) -> None:
    refusing = Unsteady(Refused("no such phone"), name="refusing")
    postman = postman_of(service, Route(refusing))
    while postman.round():
        pass


def the_news(service: Service) -> LetterLine:
    [letter] = [each for each in service.parts.outbox.newest() if each.can_wait]
    return letter


def test_a_letter_that_no_sms_brought_is_read_out_and_confirmed(
    either_service: Service, api: Provider, maker: Maker, clock: Clock
) -> None:
    phone = phone_at(api, either_service, maker)
    words = undelivered_news(either_service, phone.number)
    looks(either_service)
    looks(either_service)
    clock(1)
    assert dials(either_service) == 1
    assert hears(phone.answers(), visit.GREETING, NEWS)
    assert words in phone.heard
    assert aloud(UNDERSTOOD) in phone.heard
    assert the_news(either_service).status == "dead"
    assert hears(phone.presses("2"), THANKS)
    assert phone.is_over
    letter = the_news(either_service)
    assert (letter.status, letter.gateway) == ("delivered", f"{name_of(maker)} (call)")
    assert counts(either_service) == {"done": 1}
    looks(either_service)
    clock(3 * HOUR)
    assert dials(either_service) == 0
    assert gaps(either_service) == []


def test_a_letter_that_was_not_confirmed_is_read_again_later(
    reading_service: Service, api: Provider, maker: Maker, clock: Clock
) -> None:
    phone = phone_at(api, reading_service, maker)
    undelivered_news(reading_service, phone.number)
    looks(reading_service)
    for _ in range(MOST_ATTEMPTS):
        clock(1)
        assert dials(reading_service) == 1
        assert hears(phone.answers(), NEWS)
        phone.hangs_up()
        looks(reading_service)
        clock(1.9 * HOUR)
        assert dials(reading_service) == 0
        clock(0.1 * HOUR + 1)
    assert dials(reading_service) == 0
    assert counts(reading_service) == {"failed": 1}
    assert the_news(reading_service).status == "dead"


def test_a_letter_can_be_heard_again_before_it_is_confirmed(
    reading_service: Service, api: Provider, maker: Maker, clock: Clock
) -> None:
    phone = phone_at(api, reading_service, maker)
    words = undelivered_news(reading_service, phone.number)
    looks(reading_service)
    clock(1)
    dials(reading_service)
    assert words in phone.answers().presses("0").heard
    assert words in phone.stays_silent().heard
    for _ in range(3):
        clock(30)
        assert words in phone.presses("1").heard
        assert the_news(reading_service).status == "dead"
    assert hears(phone.presses("2"), THANKS)
    assert the_news(reading_service).status == "delivered"


def test_who_dials_112_at_a_letter_has_not_confirmed_it(
    reading_service: Service, api: Provider, maker: Maker, clock: Clock
) -> None:
    phone = phone_at(api, reading_service, maker)
    undelivered_news(reading_service, phone.number)
    looks(reading_service)
    clock(1)
    dials(reading_service)
    press(phone.answers(), "1", "1", "2")
    assert hears(phone, visit.IS_IT_URGENT)
    assert the_news(reading_service).status == "dead"


def test_a_draft_is_untouched_by_the_call_that_reads_a_letter(
    reading_service: Service, api: Provider, maker: Maker, clock: Clock
) -> None:
    phone = phone_at(api, reading_service, maker)
    undelivered_news(reading_service, phone.number)
    assert hears(press(phone.dials(), *TO_USUAL_STATION), STORY)
    phone.hangs_up()
    before = session_of(reading_service, phone).conversation
    looks(reading_service)
    clock(1)
    dials(reading_service)
    assert hears(phone.answers(), NEWS)
    phone.presses("2")
    assert hears(phone.dials(), STOPPED_AT)
    after = session_of(reading_service, phone).conversation
    assert (after.id, after.answers) == (before.id, before.answers)


def test_a_draft_is_untouched_by_a_letter_that_is_hung_up_on(
    reading_service: Service, api: Provider, maker: Maker, clock: Clock
) -> None:
    phone = phone_at(api, reading_service, maker)
    undelivered_news(reading_service, phone.number)
    assert hears(press(phone.dials(), *TO_USUAL_STATION), STORY)
    phone.hangs_up()
    looks(reading_service)
    for _ in range(2):
        clock(2 * HOUR + 1)
        dials(reading_service)
        phone.answers().hangs_up()
    assert hears(phone.dials(), STOPPED_AT, STORY)


def test_letters_are_not_read_out_where_that_is_off(
    service: Service, phone: Phone, clock: Clock
) -> None:
    undelivered_news(service, phone.number)
    looks(service)
    clock(1)
    assert dials(service) == 0


def test_who_sent_stop_has_no_letter_read_out(
    either_service: Service, api: Provider, maker: Maker, clock: Clock
) -> None:
    phone = phone_at(api, either_service, maker)
    undelivered_news(either_service, phone.number)
    seal = either_service.parts.postman.office.seal
    phone_hash = seal.fingerprint("phone", phone.number)
    either_service.parts.office.citizens.stop_letters(phone_hash, seal.close(phone.number))
    looks(either_service)
    clock(1)
    assert dials(either_service) == 0
    assert counts(either_service) == {}


def test_of_several_letters_one_is_read_out_after_the_other(
    either_service: Service, api: Provider, maker: Maker, clock: Clock
) -> None:
    phone = phone_at(api, either_service, maker)
    undelivered_news(either_service, phone.number)
    reference = either_service.only_case().reference
    for state in ("awaiting_signature", "under_enquiry"):
        either_service.parts.cases.move(reference, Move(state, "tester"))
        no_sms_goes(either_service)
    for read in range(3):
        looks(either_service)
        looks(either_service)
        assert counts(either_service) == {"due": 1} | ({"done": read} if read else {})
        clock(1)
        assert dials(either_service) == 1
        assert hears(phone.answers().presses("2"), THANKS)
    looks(either_service)
    assert counts(either_service) == {"done": 3}


def test_no_letter_wakes_anybody(serves: Serves, api: Provider, maker: Maker) -> None:
    service = serves(**at_api(api, maker), letters_by_call=True, call_hours="06:00-22:00")
    phone = phone_at(api, service, maker)
    with time_machine.travel(at(23), tick=False) as moment:
        undelivered_news(service, phone.number)
        looks(service)
        moment.shift(SOON)
        assert dials(service) == 0
        moment.move_to(at(7) + timedelta(days=1))
        assert dials(service) == 1


def test_a_letter_that_reached_her_meanwhile_is_not_read_out(
    reading_service: Service, api: Provider, maker: Maker, clock: Clock
) -> None:
    phone = phone_at(api, reading_service, maker)
    undelivered_news(reading_service, phone.number)
    looks(reading_service)
    reading_service.parts.outbox.revive()
    assert len(reading_service.inbox(phone.number)) == 2
    clock(1)
    assert dials(reading_service) == 0


def test_a_caller_who_rings_back_the_number_of_a_letter_hears_the_menu(
    reading_service: Service, api: Provider, maker: Maker, clock: Clock
) -> None:
    phone = phone_at(api, reading_service, maker)
    undelivered_news(reading_service, phone.number)
    looks(reading_service)
    clock(1)
    dials(reading_service)
    phone.does_not_answer()
    assert hears(phone.dials(), MENU)
    assert hears(phone.presses("1"), KIND)
