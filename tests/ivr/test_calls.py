"""Whole calls, from dialling to the last words, behind both providers."""

import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import cast

import pytest
from werkzeug.test import TestResponse

from audio.library import Library
from audio.speech import Clip, speak
from core.cases import Move
from core.conversation import YES
from core.dialogue import Choice, Number
from core.embedded import EmbeddedRedis
from core.language import render
from core.letters import GO_ON, LETTERS, Letterhead, write_letter
from core.reference import new_reference
from core.states import STATES
from core.text import Name, Text
from ivr import entrance, visit
from ivr.prompt import _GUIDE as GUIDE
from simulator.caller import Caller
from tests.fakes import DIRECTORY, LANGUAGES
from tests.ivr.africastalking_phone import AfricasTalkingPhone
from tests.ivr.conftest import (
    CONFIRM,
    DIGITS,
    DISTRICT,
    KIND,
    MENU,
    NUMBER,
    PIN,
    PLAYBACK,
    STATION,
    STOPPED_AT,
    STORY,
    TO_DIGITS,
    TO_PLACE,
    TO_STATION,
    TO_STORY,
    VOICE,
    WHICH,
    Maker,
    Serves,
    aloud,
    asked,
    at_statement,
    beginning,
    database_away,
    gaps,
    hears,
    line_of,
    listens,
    number_heard,
    pauses,
    phone_of,
    press,
    registers_by_call,
    session_of,
    tell,
    to_confirm,
    to_story,
)
from tests.ivr.phones import Phone, Request, parsed
from tests.ivr.twilio_phone import TwilioPhone
from tests.service import Service, reference_on, registers
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

EMERGENCY = "+916122201977"
TELL = "tell"
TO_CHILD = ("4", "2", "2")  # somebody is missing, and it is a child
TO_ENGLISH = ("7", "1")  # and from there to Hindi
WHOLE_CALL = (*TO_STORY, TELL, "1", "1")
DANGER = Text("In danger? Dial 112 now.")
DANGER_KEPT = Text("In danger? Dial 112 now. What you told us is kept.")
CONNECTING = visit.PUT_THROUGH(number="112")
GOODBYE = Text("Thank you. In danger dial 112.")
HELP = Text("Help: call {helpline}. In danger: 112.")
NO_SUCH_NAME = Text("No such name.")
UNKNOWN_NUMBER = Text("No such number with us.")
WRONG_DIGIT = Text("A digit is wrong. Please look again.")
TOO_MANY = Text(
    "Many wrong numbers came from this phone. Please try again after an hour, or call {helpline}."
)(helpline="06120000000")
GO_ON_BY_SMS = render(
    write_letter(GO_ON, {}, Letterhead("06120000000", "*384*78527#", "56161")),
    LANGUAGES.get("hi"),
)
PATNA = DIRECTORY.district("PATNA")


def mod(number: int, limit: int) -> int:
    return number % limit


def acts(phone: Phone, *inputs: str) -> Phone:
    """Press keys, and tell the story where that is among them."""
    for each in inputs:
        if each == TELL:
            tell(phone)
        else:
            phone.presses(each)
    return phone


# --- A complaint, and its status


def test_a_complaint_by_call(either_service: Service, maker: Maker) -> None:
    phone = phone_of(either_service, maker)
    assert hears(phone.dials(), visit.GREETING, MENU)
    for keys, question in zip(TO_STORY, (KIND, PIN, DIGITS, STATION), strict=False):
        phone.presses(keys)
        assert beginning(question) in phone.heard
    assert hears(press(phone, "427", "1"), STORY)
    assert hears(tell(phone), PLAYBACK)
    assert hears(phone.presses("1"), Text("Theft"), CONFIRM)
    told = number_heard(phone.presses("1"))
    case = either_service.only_case()
    assert told == case.reference
    place = case.district, case.station and DIRECTORY.station(case.station)
    assert place == ("PATNA", DIRECTORY.station("5117029"))
    assert (case.kind, case.channel, case.language, case.story) == ("theft", "ivr", "hi", "")
    assert case.recording
    assert case.phone == phone.number
    [letter] = either_service.inbox(phone.number)
    assert told in letter
    assert hears(phone.stays_silent(), visit.THANKS)
    assert phone.is_over
    assert gaps(either_service) == []


def test_every_webhook_may_come_twice(service: Service, phone: Phone) -> None:
    phone.dials().repeats()
    for keys in TO_STORY:
        phone.presses(keys).repeats()
    phone.stays_silent().speaks(VOICE).repeats()
    phone.presses("1").repeats()
    reference = number_heard(phone.presses("1").repeats())
    assert service.only_case().reference == reference
    phone.presses("2").repeats()
    assert len(service.inbox()) == 1


def test_what_is_confirmed_many_times_at_once_is_one_case(
    either_service: Service, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = to_confirm(phone_of(either_service, maker))
    post = phone._posts

    def post_often(request: Request) -> TestResponse:
        others = [phone_of(either_service, maker) for _ in range(8)]
        with ThreadPoolExecutor(len(others)) as pool:
            answers = list(pool.map(lambda other: other._posts(request), others))
        assert len({answer.text for answer in answers}) == 1
        return post(request)

    with monkeypatch.context() as patch:
        patch.setattr(phone, "_posts", post_often)
        phone.presses("1")
    assert number_heard(phone) == either_service.only_case().reference


def test_the_status_by_call_with_the_number_that_was_told(
    either_service: Service, maker: Maker
) -> None:
    phone = phone_of(either_service, maker)
    reference = registers_by_call(phone)
    phone.hangs_up()
    either_service.parts.cases.move(reference, Move("sent_to_station", "tester"))
    assert hears(phone.dials().presses("2"), WHICH)
    assert aloud(STATES["sent_to_station"].label) in phone.heard
    press(phone, "2", reference)
    assert aloud(STATES["sent_to_station"].label) in phone.heard
    assert aloud(STATES["sent_to_station"].advice) in phone.heard
    assert gaps(either_service) == []


def test_another_phone_learns_the_state_and_not_where(service: Service, maker: Maker) -> None:
    reference = registers(service.caller())
    other = phone_of(service, maker, "+919800000002")
    press(other.dials(), "2", reference)
    assert aloud(STATES["received"].label) in other.heard
    assert aloud(Name("", "पटना")) not in other.heard


def test_five_wrong_numbers_are_enough(service: Service, phone: Phone) -> None:
    numbers = [new_reference(partial(mod, number)) for number in range(11, 16)]
    phone.dials().presses("2")
    for number in numbers[:4]:
        assert hears(phone.presses(number), UNKNOWN_NUMBER, NUMBER)
    assert hears(phone.presses(numbers[4]), TOO_MANY)
    assert phone.is_over
    reference = registers(service.caller("+919800000009"))
    assert hears(press(phone.dials(), "2", reference), TOO_MANY)


def test_a_mistyped_number_is_told_as_such(service: Service, phone: Phone) -> None:
    reference = registers(service.caller())
    wrong = reference[:-1] + str((int(reference[-1]) + 1) % 10)
    assert hears(press(phone.dials(), "2", "2", wrong), WRONG_DIGIT, WHICH)
    assert aloud(STATES["received"].label) in press(phone, "2", reference).heard


# --- After the last words


def test_last_words_can_be_heard_again(phone: Phone) -> None:
    reference = registers_by_call(phone)
    assert number_heard(phone.presses("1")) == reference
    assert number_heard(phone.presses("5")) == reference
    assert not phone.is_over


def test_the_status_may_be_had_by_sms(service: Service, phone: Phone) -> None:
    reference = registers(service.caller(phone.number))
    service.inbox()
    press(phone.dials(), "2", "1", "3")  # her only case, and nothing more
    assert hears(phone.presses("2"), visit.SMS_COMES)
    assert phone.is_over
    letters = service.inbox()
    assert len(letters) == 2
    assert reference in letters[0]


def test_a_registration_sends_no_second_sms(
    service: Service, phone: Phone, clock: Callable[[float], None]
) -> None:
    registers_by_call(phone)
    clock(20)
    assert hears(phone.presses("2"), visit.SMS_COMES)
    assert phone.is_over
    assert len(service.inbox()) == 1


def test_a_discarded_complaint_may_be_confirmed_by_sms(
    service: Service, phone: Phone, clock: Callable[[float], None]
) -> None:
    to_confirm(phone)
    clock(20)
    phone.presses("2")
    assert hears(phone, Text("Nothing was sent. You can tell us again at any time."))
    phone.presses("2")
    assert [each.template for each in service.parts.outbox.newest()] == ["draft_removed"]
    assert service.parts.cases.newest() == []


def test_two_is_no_emergency_after_the_number(service: Service, phone: Phone) -> None:
    """Keep it, send it, have it by SMS: 1, 1, 2, and no time between."""
    reference = registers_by_call(phone)
    assert hears(phone.presses("2"), visit.SMS_COMES)
    assert service.only_case().reference == reference


# --- What is not understood


def test_a_key_that_means_nothing_is_told_what_was_expected(phone: Phone) -> None:
    assert hears(phone.dials().presses("9"), Choice.expected, MENU)
    assert hears(press(phone, "1", "9", "7"), Choice.expected)
    assert hears(press(phone, "*", "4", "7"), Choice.expected, PIN)
    assert hears(press(phone, "3", "12#"), Number("", MENU, 6).expected, DIGITS)
    assert hears(press(phone, "800001", "999"), NO_SUCH_NAME)
    assert hears(press(phone, "427", "7"), Choice.expected)


def test_three_misses_in_a_row_bring_help(phone: Phone) -> None:
    press(phone.dials(), "9", "9", "9")
    assert hears(phone, HELP(helpline="06120000000"))
    assert hears(phone.presses("1"), MENU)


def test_star_at_help_leads_back_to_the_question(service: Service, phone: Phone) -> None:
    press(phone.dials(), "1", "4", "7", "7", "7")
    assert hears(phone, HELP(helpline="06120000000"))
    assert hears(phone.presses("*"), PIN)
    assert asked(service, phone) == "pin"
    assert hears(phone.presses("*"), KIND)


def test_a_key_pressed_alone_at_a_number_does_not_count_as_one(phone: Phone) -> None:
    press(phone.dials(), *TO_DIGITS)
    assert hears(phone.presses("#"), DIGITS)


# --- Silence


def test_silence_is_answered_again_then_slowly_with_help_then_with_goodbye(
    service: Service, phone: Phone
) -> None:
    press(phone.dials(), *TO_PLACE)
    first = pauses(phone)
    assert hears(phone.stays_silent(), PIN)
    assert not hears(phone, GUIDE)
    assert pauses(phone) == first
    assert hears(phone.stays_silent(), PIN, GUIDE)
    assert sum(pauses(phone)[: len(first)]) > 2 * sum(first)
    assert hears(phone.stays_silent(), visit.NOT_HEARD)
    assert phone.is_over
    assert service.inbox() == [GO_ON_BY_SMS]
    assert hears(phone.dials(), STOPPED_AT, PIN)


def test_silence_that_told_nothing_brings_no_sms(service: Service, phone: Phone) -> None:
    phone.dials()
    for _ in range(3):
        assert not phone.is_over
        phone.stays_silent()
    assert hears(phone, visit.NOTHING_HEARD)
    assert phone.is_over
    assert service.inbox() == []
    assert not hears(phone.dials(), STOPPED_AT)


def test_a_key_after_silence_begins_anew(phone: Phone) -> None:
    phone.dials().stays_silent().stays_silent().presses("1")
    phone.stays_silent()
    assert hears(phone, KIND)
    assert not hears(phone, GUIDE)
    assert not phone.is_over


def test_who_says_nothing_after_the_beep_is_asked_again(service: Service) -> None:
    """Only Twilio tells that nothing was said: the other one may tell of a recording later."""
    phone = to_story(phone_of(service, TwilioPhone))
    assert hears(phone.stays_silent().says_nothing(), STORY)
    assert hears(phone.stays_silent().says_nothing(), STORY, GUIDE)
    assert hears(phone.stays_silent().says_nothing(), visit.NOT_HEARD)
    assert phone.is_over
    assert "story" not in session_of(service, phone).conversation.answers


def test_a_story_of_silence_is_not_sent_unheard(service: Service, phone: Phone) -> None:
    to_story(phone).stays_silent().says_nothing()
    phone.hangs_up()
    phone.dials().presses("1")
    assert not hears(phone, CONFIRM)
    assert service.parts.cases.newest() == []


# --- Keys before the time


def test_who_knows_the_way_need_not_listen(service: Service, phone: Phone) -> None:
    phone.dials()
    for keys in TO_STORY:
        phone.presses_early(keys)
        assert not phone.lost
    tell(phone).presses_early("1").presses_early("1")
    assert number_heard(phone) == service.only_case().reference


def test_keys_into_the_beep_are_lost_and_the_story_is_told_all_the_same(phone: Phone) -> None:
    to_story(phone).stays_silent()
    phone.presses_early("1")
    assert phone.lost == "1"
    assert phone.awaits == "voice"
    assert hears(phone.speaks(VOICE), PLAYBACK)


def test_keys_amid_the_story_do_not_end_it(phone: Phone) -> None:
    to_story(phone).stays_silent().presses("5")
    assert phone.awaits == "voice"
    assert hears(phone.speaks(VOICE), PLAYBACK)


def test_more_keys_than_asked_for_change_nothing(phone: Phone) -> None:
    phone.dials().presses("14")
    assert phone.lost == "4"
    assert hears(phone, KIND)


# --- Back, again, more


def test_star_goes_back_question_by_question_to_goodbye(phone: Phone) -> None:
    to_story(phone)
    for question in (STATION, PIN, KIND, MENU):
        phone.presses("*")
        assert beginning(question) in phone.heard
    assert hears(phone.presses("*"), GOODBYE)
    assert phone.is_over


def test_star_goes_back_within_a_question_first(phone: Phone) -> None:
    press(phone.dials(), *TO_DIGITS)
    assert hears(phone.presses("*"), PIN)
    press(phone, "3", "800001", "427")
    assert beginning(STATION) in phone.presses("*").heard
    assert aloud(PATNA.name if PATNA else MENU) in phone.heard


def test_star_at_the_playback_speaks_again(service: Service, phone: Phone) -> None:
    tell(to_story(phone))
    assert hears(phone.presses("*"), STORY)
    tell(phone, b"RIFF better").presses("1")
    assert hears(phone, CONFIRM)
    phone.presses("1")
    assert service.only_case().recording == service.parts.recordings.newest()[0].id


def test_two_at_the_playback_speaks_again(phone: Phone) -> None:
    tell(to_story(phone))
    assert hears(phone.presses("2"), STORY)


def test_she_hears_what_she_has_spoken(phone: Phone) -> None:
    tell(to_story(phone))
    [name] = phone.recordings
    assert any(name in path for path in listens(phone))


def test_star_at_the_confirmation_asks_for_the_story(phone: Phone) -> None:
    assert hears(to_confirm(phone).presses("*"), STORY)


def test_star_where_she_stopped_says_it_again(service: Service, phone: Phone) -> None:
    to_confirm(phone).hangs_up()
    phone.dials()
    for _ in range(3):
        assert hears(phone.presses("*"), STOPPED_AT, CONFIRM)
    assert number_heard(press(phone, "1", "1")) == service.only_case().reference


def test_zero_says_it_again(phone: Phone) -> None:
    phone.dials()
    for keys in TO_DIGITS:
        phone.presses(keys)
        before = phone.heard
        assert phone.presses("0" if phone._awaited is not None else "").heard
        if "6" not in before:
            assert phone.heard == before


def test_nine_goes_on_through_a_list_and_star_back(phone: Phone) -> None:
    press(phone.dials(), *TO_PLACE, "1")
    assert hears(phone, DISTRICT)
    press(phone, "1#")
    first = phone.heard
    second = phone.presses("9").heard
    third = phone.presses("9").heard
    assert len({first, second, third}) == 3
    assert phone.presses("*").heard == second
    assert phone.presses("*").heard == first
    for district in DIRECTORY.districts[:8]:
        assert hears(phone, district.name)


def test_a_district_from_the_third_page_is_the_one_that_was_read(
    service: Service, phone: Phone
) -> None:
    press(phone.dials(), *TO_PLACE, "1", "1#", "9", "9", "2")
    answers = session_of(service, phone).conversation.answers
    assert answers["district"] == DIRECTORY.districts[17].code


# --- Narrowing by letters


@pytest.mark.parametrize("keys", ["427", "42#", "4#"])
def test_a_station_is_found_by_its_first_letters(service: Service, phone: Phone, keys: str) -> None:
    press(phone.dials(), *TO_STATION, keys)
    assert aloud(Name("Gardanibagh", "गर्दनीबाग")) in phone.heard or keys == "4#"
    assert line_of(service, phone).view.letters == keys.strip("#")


def test_letters_that_nothing_begins_with_are_asked_for_again(phone: Phone) -> None:
    press(phone.dials(), *TO_STATION)
    assert hears(phone.presses("999"), NO_SUCH_NAME)
    assert hears(phone.presses("427"), Name("Gardanibagh", "गर्दनीबाग"))


def test_who_knows_no_station_goes_on_without(service: Service, phone: Phone) -> None:
    press(phone.dials(), *TO_STATION)
    assert hears(phone.presses("0#"), STORY)
    press(tell(phone), "1", "1")
    case = service.only_case()
    assert (case.district, case.station) == ("PATNA", None)


@pytest.mark.parametrize("way", [("427", "8"), ("1#", "8"), ("1#", "9", "8")])
def test_without_a_station_is_within_reach_on_every_page(
    phone: Phone, way: tuple[str, ...]
) -> None:
    assert hears(press(phone.dials(), *TO_STATION, *way), STORY)


def test_who_knows_no_district_goes_on_without(service: Service, phone: Phone) -> None:
    assert hears(press(phone.dials(), *TO_PLACE, "2"), STORY)
    press(tell(phone), "1", "1")
    case = service.only_case()
    assert (case.district, case.station) == (None, None)


# --- Danger


@pytest.mark.parametrize("way", [TO_DIGITS, TO_STATION, TO_STORY])
def test_112_where_several_keys_are_asked_for(phone: Phone, way: tuple[str, ...]) -> None:
    press(phone.dials(), *way)
    assert hears(phone.presses("112#" if phone.awaits == "keys" else "112"), DANGER_KEPT)
    assert phone.is_over


@pytest.mark.parametrize("way", [TO_DIGITS, TO_STATION, TO_STORY])
def test_112_where_several_keys_are_asked_for_puts_through(
    serves: Serves, maker: Maker, way: tuple[str, ...]
) -> None:
    phone = phone_of(serves(emergency_dial=EMERGENCY), maker)
    press(phone.dials(), *way)
    assert hears(phone.presses("112#"), CONNECTING)
    assert phone.connected_to == EMERGENCY


def test_112_in_menus_asks_whether_it_is_meant(phone: Phone) -> None:
    press(phone.dials(), "1", "1", "2")
    assert hears(phone, visit.IS_IT_URGENT)
    assert hears(phone.stays_silent(), DANGER_KEPT)
    assert phone.is_over


def test_112_in_menus_puts_through(serves: Serves, maker: Maker) -> None:
    phone = phone_of(serves(emergency_dial=EMERGENCY), maker)
    press(phone.dials(), "1", "1", "2")
    assert hears(phone, visit.IS_IT_URGENT)
    assert hears(phone.stays_silent(), CONNECTING)
    assert phone.connected_to == EMERGENCY
    phone.hangs_up()
    assert hears(phone.dials(), STOPPED_AT)


@pytest.mark.parametrize("keys", ["*", "0", "3", "9"])
def test_any_key_but_those_of_112_takes_it_back(phone: Phone, keys: str) -> None:
    press(phone.dials(), "1", "1", "2")
    assert hears(phone.presses(keys), PIN)
    assert not phone.is_over


@pytest.mark.parametrize("keys", ["1", "2"])
def test_who_goes_on_with_112_means_it(serves: Serves, maker: Maker, keys: str) -> None:
    phone = phone_of(serves(emergency_dial=EMERGENCY), maker)
    press(phone.dials(), "1", "1", "2")
    assert hears(phone.presses(keys), CONNECTING)
    assert phone.connected_to == EMERGENCY


def test_112_dialled_slowly_is_three_answers(
    service: Service, phone: Phone, clock: Callable[[float], None]
) -> None:
    phone.dials()
    for keys in ("1", "1", "2"):
        phone.presses(keys)
        clock(3)
    assert not hears(phone, visit.IS_IT_URGENT)
    assert asked(service, phone) == "story"


def test_who_was_put_through_is_thanked(serves: Serves) -> None:
    """Behind Africa's Talking the call ends with the other one."""
    phone = phone_of(serves(emergency_dial=EMERGENCY), TwilioPhone)
    press(phone.dials(), "1", "1", "2").stays_silent()
    assert hears(phone.dial_ends("completed"), visit.THANKS)


def test_who_was_not_put_through_is_told_to_dial(serves: Serves, maker: Maker) -> None:
    service = serves(emergency_dial=EMERGENCY)
    phone = phone_of(service, maker)
    press(phone.dials(), "1", "4", "3", "112#")
    words = visit.NOT_CONNECTED(number="112")
    assert hears(phone.dial_ends("no-answer"), words, words)
    assert phone.is_over
    assert gaps(service) == []


def test_a_helpline_is_reached_or_its_number_told(serves: Serves, maker: Maker) -> None:
    service = serves(emergency_dial=EMERGENCY, helplines_dial="1098=+911130001098")
    phone = phone_of(service, maker)
    press(phone.dials(), *TO_CHILD)
    assert hears(phone, visit.PUT_THROUGH(number="1098"))
    assert phone.connected_to == "+911130001098"
    words = visit.NOT_CONNECTED(number="1098")
    assert hears(phone.dial_ends("busy"), words, words)
    assert phone.is_over
    assert gaps(service) == []


def test_a_helpline_that_we_cannot_dial_is_told_twice_and_by_sms(
    service: Service, phone: Phone, clock: Callable[[float], None]
) -> None:
    press(phone.dials(), *TO_CHILD)
    words = Text("Dial {number} now.")(number="1098")
    assert hears(phone, words, words)
    assert not phone.connected_to
    clock(20)
    assert hears(phone.presses("2"), visit.SMS_COMES)
    [letter] = service.inbox()
    assert "1098" in letter
    assert gaps(service) == []


# --- Languages


def test_english_is_spoken_when_chosen_and_remembered_everywhere(
    service: Service, phone: Phone
) -> None:
    press(phone.dials(), *TO_ENGLISH)
    assert hears(phone, MENU, language="en")
    assert hears(phone.presses("1"), KIND, language="en")
    phone.hangs_up()
    assert hears(phone.dials(), MENU, language="en")
    assert "Complaint" in service.caller(phone.number).dials().screen
    assert "Write one word" in Texter(service, phone.number).writes("madad").reads
    phone.hangs_up()
    assert hears(press(phone.dials(), *TO_ENGLISH), MENU)
    assert gaps(service) == []


def test_a_complaint_in_english_has_its_letter_in_english(service: Service, phone: Phone) -> None:
    press(phone.dials(), *TO_ENGLISH, *TO_STORY)
    assert hears(phone, STORY, language="en")
    press(tell(phone), "1", "1")
    assert number_heard(phone) == service.only_case().reference
    assert "received" in service.inbox()[0]


def test_hindi_in_roman_letters_is_spoken_as_hindi(service: Service, phone: Phone) -> None:
    roman = LANGUAGES.get("hi_Latn")
    service.caller(phone.number).dials().chooses("भाषा").chooses(roman.name.devanagari)
    assert hears(phone.dials(), MENU)
    press(phone, *TO_STORY)
    press(tell(phone), "1", "1")
    assert service.only_case().language == "hi_Latn"
    assert service.inbox()[0].isascii()


# --- Calls that break off


@pytest.mark.parametrize("length", range(2, len(WHOLE_CALL)))
def test_who_hangs_up_goes_on_from_there(service: Service, phone: Phone, length: int) -> None:
    done, rest = WHOLE_CALL[:length], WHOLE_CALL[length:]
    acts(phone.dials(), *done)
    question = asked(service, phone)
    phone.hangs_up()
    assert hears(phone.dials(), STOPPED_AT)
    phone.presses("1")
    if done[-1] == TELL:
        assert hears(phone, CONFIRM)
        rest = rest[1:]
    elif done[-1] == TO_STATION[2]:
        rest = ("3", *rest)
    elif done[-1] == "427":
        rest = ("427", *rest)
    assert done[-1] == TELL or asked(service, phone) == question
    acts(phone, *rest)
    assert number_heard(phone) == service.only_case().reference


def test_a_menu_is_nothing_to_go_on_from(phone: Phone) -> None:
    phone.dials().presses("1").hangs_up()
    assert not hears(phone.dials(), STOPPED_AT)
    assert hears(phone, MENU)


def test_who_starts_anew_hears_the_menu(service: Service, phone: Phone) -> None:
    to_confirm(phone).hangs_up()
    assert hears(phone.dials().presses("2"), MENU)
    acts(phone, *WHOLE_CALL)
    assert number_heard(phone) == service.only_case().reference


def test_who_hung_up_after_the_number_begins_anew(service: Service, phone: Phone) -> None:
    registers_by_call(phone)
    phone.hangs_up()
    assert hears(phone.dials(), MENU)
    acts(phone, "1", "4", "1", TELL, "1", "1")
    assert len(service.parts.cases.newest()) == 2


def test_a_number_that_did_not_reach_her_is_told_at_the_next_call(
    either_service: Service, maker: Maker
) -> None:
    phone = to_confirm(phone_of(either_service, maker))
    redis = either_service.redis
    [key] = redis.keys("pukar:session:*")
    before = cast("bytes", redis.get(key))
    reference = number_heard(phone.presses("1"))
    redis.set(key, before)
    redis.close()
    phone.hangs_up()
    assert number_heard(phone.dials()) == reference
    assert either_service.only_case().reference == reference


def broken_off(service: Service, maker: Maker) -> Phone:
    """Let a call drop after the story."""
    return tell(to_story(phone_of(service, maker))).hangs_up()


def is_one_case_with_the_recording(service: Service, reference: str) -> bool:
    case = service.only_case()
    [recording] = service.parts.recordings.newest()
    return (case.reference, case.recording) == (reference, recording.id)


def test_a_call_that_dropped_after_the_story_goes_on_by_call(
    either_service: Service, maker: Maker
) -> None:
    phone = broken_off(either_service, maker)
    assert hears(phone.dials(), STOPPED_AT, CONFIRM)
    reference = number_heard(press(phone, "1", "1"))
    assert is_one_case_with_the_recording(either_service, reference)


def test_a_call_that_dropped_after_the_story_goes_on_by_ussd(
    either_service: Service, maker: Maker
) -> None:
    phone = broken_off(either_service, maker)
    caller: Caller = either_service.caller(phone.number).dials()
    assert render(STOPPED_AT, LANGUAGES.get("hi")) in caller.screen
    caller.types("1").types("1")
    assert is_one_case_with_the_recording(either_service, reference_on(caller.screen))
    assert either_service.only_case().channel == "ussd"


def test_a_call_that_dropped_after_the_story_goes_on_by_sms(
    either_service: Service, maker: Maker
) -> None:
    phone = broken_off(either_service, maker)
    texter = Texter(either_service, phone.number).writes("पुकार")
    assert render(STOPPED_AT, LANGUAGES.get("hi")) in texter.reads
    texter.writes("1").writes(YES.devanagari)
    case = either_service.only_case()
    assert case.reference in texter.reads
    assert is_one_case_with_the_recording(either_service, case.reference)


def test_a_draft_of_ussd_goes_on_by_call(service: Service, phone: Phone) -> None:
    caller = service.caller(phone.number).dials()
    for typed in ("1", "4", "800001", "1"):
        caller.types(typed)
    caller.drops()
    assert hears(phone.dials(), STOPPED_AT, STORY)
    phone.presses("1")
    press(tell(phone), "1", "1")
    case = service.only_case()
    assert number_heard(phone) == case.reference
    assert case.recording
    assert case.channel == "ivr"


# --- What she does elsewhere meanwhile


def to_confirm_on_ussd(caller: Caller) -> Caller:
    caller.dials()
    for typed in ("1", "4", "800001", "1", "कल रात साइकिल चोरी हो गई"):
        caller.types(typed)
    assert render(CONFIRM, LANGUAGES.get("hi")) in caller.screen
    return caller


@pytest.mark.parametrize("keys", ["1", "2", "3"])
def test_a_key_is_no_answer_to_what_was_asked_on_another_channel(
    service: Service, phone: Phone, keys: str
) -> None:
    phone.dials()
    to_confirm_on_ussd(service.caller(phone.number))
    assert hears(phone.presses(keys), CONFIRM)
    assert service.parts.cases.newest() == []
    assert number_heard(phone.presses("1")) == service.only_case().reference


def test_a_key_is_no_answer_to_a_question_that_is_gone(service: Service, phone: Phone) -> None:
    to_confirm(phone)
    service.caller(phone.number).dials().types("2")
    assert hears(phone.presses("1"), MENU)
    assert service.parts.cases.newest() == []
    assert asked(service, phone) == "wish_1"


def test_a_key_is_an_answer_although_she_looked_in_elsewhere(
    service: Service, phone: Phone
) -> None:
    to_confirm(phone)
    caller = service.caller(phone.number).dials()
    assert render(STOPPED_AT, LANGUAGES.get("hi")) in caller.screen
    assert number_heard(phone.presses("1")) == service.only_case().reference


def test_112_counts_whatever_was_asked_elsewhere(service: Service, phone: Phone) -> None:
    press(phone.dials(), *TO_DIGITS)
    to_confirm_on_ussd(service.caller(phone.number).dials())
    assert hears(phone.presses("112#"), DANGER_KEPT)


@pytest.mark.parametrize("channel", ["ussd", "ussd, a status", "sms"])
def test_what_comes_on_another_channel_does_not_swallow_a_story(
    service: Service, phone: Phone, channel: str
) -> None:
    to_story(phone).stays_silent()
    if channel == "ussd":
        assert (
            render(STOPPED_AT, LANGUAGES.get("hi")) in service.caller(phone.number).dials().screen
        )
    elif channel == "sms":
        Texter(service, phone.number).writes("नमस्ते भाई कैसे हो")
    else:
        service.caller(phone.number).dials(f"2*{new_reference(partial(mod, 11))}")
    assert hears(phone.speaks(VOICE), PLAYBACK)
    assert hears(phone.presses("1"), CONFIRM)
    assert is_one_case_with_the_recording(service, number_heard(phone.presses("1")))


def test_a_story_told_elsewhere_while_she_spoke_is_not_told_twice(
    service: Service, phone: Phone
) -> None:
    to_story(phone).stays_silent()
    caller = service.caller(phone.number).dials().types("1").types("कल रात साइकिल चोरी हो गई")
    assert render(CONFIRM, LANGUAGES.get("hi")) in caller.screen
    assert hears(phone.speaks(VOICE), CONFIRM)
    phone.presses("1")
    assert service.only_case().story == "कल रात साइकिल चोरी हो गई"


# --- What nobody could play back


def unheard(service: Service) -> Phone:
    """Speak where the provider tells only at the end where that is; nobody knows whether she did.

    Then hang up.
    """
    phone = phone_of(service, AfricasTalkingPhone, late_recordings=True)
    assert hears(to_story(phone).stays_silent().speaks(VOICE), PLAYBACK)
    assert session_of(service, phone).conversation.is_unheard
    return phone.hangs_up()


def test_what_may_be_silence_is_still_to_be_kept_at_the_next_call(service: Service) -> None:
    phone = unheard(service)
    assert hears(phone.dials(), STOPPED_AT)
    assert hears(phone.presses("1"), PLAYBACK)
    assert hears(phone.presses("1"), CONFIRM)
    assert is_one_case_with_the_recording(service, number_heard(phone.presses("1")))


def test_what_may_be_silence_can_be_spoken_again_at_the_next_call(service: Service) -> None:
    phone = unheard(service)
    assert hears(phone.dials().presses("1").presses("2"), STORY)
    press(tell(phone), "1", "1")
    case = service.only_case()
    assert case.recording == service.parts.recordings.newest()[0].id
    assert len(service.parts.recordings.newest()) == 2


def test_what_may_be_silence_is_still_to_be_kept_on_ussd(service: Service) -> None:
    caller = service.caller(unheard(service).number).dials().types("1")
    assert render(PLAYBACK, LANGUAGES.get("hi")) in caller.screen
    caller.types("1").types("1")
    assert is_one_case_with_the_recording(service, reference_on(caller.screen))


def test_who_starts_anew_is_not_asked_of_what_she_spoke(service: Service) -> None:
    assert hears(unheard(service).dials().presses("2"), MENU)


# --- Two calls of one phone


def test_the_first_webhook_of_a_call_before_that_comes_late_changes_nothing(
    either_service: Service, maker: Maker
) -> None:
    first, second = phone_of(either_service, maker), phone_of(either_service, maker)
    first.dials()
    assert first._last
    beginning_of_first, _ = first._last
    first.hangs_up()
    press(second.dials(), *TO_PLACE)
    before = line_of(either_service, second)
    answer = first._posts(beginning_of_first)
    assert not {"Gather", "GetDigits"} & {each.tag for each in parsed(answer)}
    assert aloud(entrance.OVER) in " ".join(
        either_service.parts.library.transcript_of(path)
        for path in re.findall(r"/audio/[^<\"]+", answer.text)
    )
    assert line_of(either_service, second) == before
    assert hears(second.presses("3"), DIGITS)


@pytest.mark.parametrize("goes_on", [True, False], ids=["went on", "is asked whether"])
def test_a_story_of_a_call_that_another_has_followed_is_kept(
    either_service: Service, maker: Maker, *, goes_on: bool
) -> None:
    first, second = phone_of(either_service, maker), phone_of(either_service, maker)
    to_story(first).stays_silent()
    assert hears(second.dials(), STOPPED_AT, STORY)
    if goes_on:
        second.presses("1")
    first.speaks(VOICE, until="silence")
    second.presses("1")
    assert hears(second, CONFIRM)
    reference = number_heard(second.presses("1"))
    assert is_one_case_with_the_recording(either_service, reference)


def test_a_story_of_a_call_before_does_not_take_the_place_of_a_later_one(
    service: Service, maker: Maker
) -> None:
    first, second = phone_of(service, maker), phone_of(service, maker)
    to_story(first).stays_silent()
    second.dials().presses("1")
    tell(second, b"RIFF later")
    later = session_of(service, second).conversation.answers["story"]
    first.speaks(VOICE, until="silence")
    assert hears(first, entrance.OVER)
    assert session_of(service, second).conversation.answers["story"] == later


def test_the_later_of_two_calls_of_one_phone_goes_on(either_service: Service, maker: Maker) -> None:
    first, second = phone_of(either_service, maker), phone_of(either_service, maker)
    press(first.dials(), *TO_PLACE)
    assert hears(second.dials(), STOPPED_AT, PIN)
    assert hears(first.presses("3"), entrance.OVER)
    assert first.is_over
    press(second, "1", *WHOLE_CALL[2:6])
    press(tell(second), "1", "1")
    assert number_heard(second) == either_service.only_case().reference


def test_calls_of_one_phone_at_the_same_moment_are_each_answered(
    either_service: Service, maker: Maker
) -> None:
    phones = [phone_of(either_service, maker) for _ in range(6)]
    with ThreadPoolExecutor(len(phones)) as pool:
        list(pool.map(lambda phone: phone.dials(), phones))
        assert all(hears(phone, MENU) for phone in phones)
        list(pool.map(lambda phone: phone.presses("1"), phones))
    assert sum(hears(phone, KIND) for phone in phones) == 1
    assert sum(hears(phone, entrance.OVER) for phone in phones) == len(phones) - 1


# --- Stores that forget


@pytest.mark.parametrize("length", [1, 4, 7, 8])
def test_a_call_whose_record_is_lost_begins_again(
    service: Service, phone: Phone, length: int
) -> None:
    acts(phone.dials(), *WHOLE_CALL[:length])
    service.redis.flushdb()
    phone.presses("1")
    assert hears(phone, visit.GREETING, MENU)
    acts(phone, *WHOLE_CALL)
    assert number_heard(phone) == service.only_case().reference


def test_a_record_that_is_lost_after_registering_registers_nothing_again(
    service: Service, phone: Phone
) -> None:
    reference = registers_by_call(phone)
    service.redis.flushdb()
    phone.presses("1")
    phone.hangs_up()
    assert service.only_case().reference == reference


def test_a_call_whose_record_is_lost_after_registering_tells_the_number_again(
    either_service: Service, maker: Maker
) -> None:
    phone = phone_of(either_service, maker)
    reference = registers_by_call(phone)
    either_service.redis.flushdb()
    assert number_heard(phone.presses("1")) == reference
    assert number_heard(phone.presses("1")) == reference
    assert either_service.only_case().reference == reference
    assert len(either_service.inbox(phone.number)) == 1


def test_a_database_that_is_gone_is_said_politely_and_the_draft_stands(
    either_service: Service, maker: Maker
) -> None:
    phone = to_confirm(phone_of(either_service, maker))
    with database_away(either_service, "INSERT INTO cases"):
        assert hears(phone.presses("1"), entrance.TROUBLE)
    assert phone.is_over
    assert either_service.parts.cases.newest() == []
    assert hears(phone.dials(), STOPPED_AT, CONFIRM)
    assert number_heard(press(phone, "1", "1")) == either_service.only_case().reference


def test_a_session_store_that_is_down_is_said_politely_and_the_draft_survives_it(
    serves: Serves, tmp_path: Path
) -> None:
    with EmbeddedRedis(tmp_path / "store") as store:
        phone = phone_of(serves(redis_url=store.url), TwilioPhone, status_url="")
        to_confirm(phone)
        store.stop()
        assert hears(phone.presses("1"), entrance.TROUBLE)
        assert phone.is_over
        assert hears(phone.dials(), entrance.TROUBLE)
        store.start()
        assert hears(phone.dials(), STOPPED_AT, CONFIRM)
        number_heard(press(phone, "1", "1"))


def test_a_store_that_stops_right_after_registering_does_not_swallow_the_number(
    serves: Serves, tmp_path: Path
) -> None:
    with EmbeddedRedis(tmp_path / "store") as store:
        service = serves(redis_url=store.url)
        phone = to_confirm(phone_of(service, TwilioPhone, status_url=""))
        with at_statement(service, "INSERT INTO letters", store.stop):
            reference = number_heard(phone.presses("1"))
        store.start()
        phone.hangs_up()
        assert number_heard(phone.dials()) == reference
        assert service.only_case().reference == reference


# --- Clips that are missing


def test_twilio_speaks_by_itself_what_has_no_clip(serves: Serves, tmp_path: Path) -> None:
    service = serves(audio_dir=tmp_path / "nothing")
    phone = phone_of(service, TwilioPhone)
    reference = registers_by_call(phone)
    assert all("Recordings" in path for path in phone.played)
    assert service.only_case().reference == reference
    assert gaps(service)


def test_africas_talking_speaks_english_where_there_is_no_clip_at_all(
    serves: Serves, tmp_path: Path
) -> None:
    service = serves(audio_dir=tmp_path / "nothing")
    phone = phone_of(service, AfricasTalkingPhone)
    assert phone.dials().heard.startswith("Pukar, Bihar Police. In danger press 112.")
    for keys, question in zip(TO_STORY, (KIND, PIN), strict=False):
        assert question.key in phone.presses(keys).heard
    assert phone.played == []
    phone.hangs_up()
    hidden = phone_of(service, AfricasTalkingPhone, "anonymous")
    assert hidden.dials().heard == entrance.HIDDEN.key


def test_the_number_is_told_in_full_even_without_any_clip(serves: Serves, tmp_path: Path) -> None:
    service = serves(audio_dir=tmp_path / "nothing")
    phone = phone_of(service, AfricasTalkingPhone)
    press(tell(press(phone.dials(), *TO_STORY)), "1", "1")
    assert number_heard(phone) == service.only_case().reference


def test_without_any_clip_a_call_is_polite_and_the_gaps_are_counted(
    serves: Serves, maker: Maker, tmp_path: Path
) -> None:
    service = serves(audio_dir=tmp_path / "nothing")
    phone = phone_of(service, maker)
    phone.dials()
    assert any(clip.startswith("pukar-bihar-police-in-danger") for clip in gaps(service))
    assert service.parts.cases.newest() == []


def without(clips: Path, folder: Path, *missing: Clip) -> Library:
    """Copy the clips but for some."""
    library = Library(Path(shutil.copytree(clips, folder)))
    for clip in missing:
        file = library.find("hi", clip)
        assert file
        file.unlink()
    return library


def the_clip(words: Text) -> Clip:
    [clip] = speak(words, LANGUAGES.voice_of("hi"))
    assert isinstance(clip, Clip)
    return clip


def test_one_clip_that_is_missing_leaves_all_others_to_be_heard(
    serves: Serves, maker: Maker, clips: Path, tmp_path: Path
) -> None:
    library = without(clips, tmp_path / "some", the_clip(KIND))
    service = serves(audio_dir=library.folder)
    phone = phone_of(service, maker).dials().presses("1")
    assert hears(phone, KIND) == (maker is TwilioPhone)
    assert aloud(Text("Theft")) in phone.heard
    assert hears(phone.presses("4"), PIN)
    assert gaps(service) == [the_clip(KIND).name]


def test_an_older_wording_stands_in_where_the_provider_cannot_speak(
    serves: Serves, maker: Maker, clips: Path, tmp_path: Path
) -> None:
    now = the_clip(KIND)
    library = without(clips, tmp_path / "older", now)
    older = Clip(now.key, "बात क्या है?")
    some_file = library.find("hi", the_clip(MENU))
    assert some_file
    shutil.copy(some_file, library.place("hi", "espeak") / f"{older.name}.wav")
    library.enter("hi", [older])
    phone = phone_of(serves(audio_dir=library.folder), maker).dials().presses("1")
    expected = now if maker is TwilioPhone else older
    assert phone.heard.startswith(expected.text)


# --- Whom we cannot serve


@pytest.mark.parametrize("number", ["anonymous", "+266696687", ""])
def test_a_hidden_number_is_told_so(service: Service, maker: Maker, number: str) -> None:
    phone = phone_of(service, maker, number)
    assert hears(phone.dials(), entrance.HIDDEN)
    assert phone.is_over


def test_letters_of_calls_are_among_those_we_know(service: Service, phone: Phone) -> None:
    registers_by_call(phone)
    assert {each.template for each in service.parts.outbox.newest()} <= LETTERS.keys()
