"""What only calls have: names that are spoken, days and numbers on keys, cases in a list."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from core.cases import Case, ToldField
from core.clock import HERE, now
from core.recordings import DELETED_THERE_AFTER, KEPT_WITHOUT_CASE
from core.states import STATES
from core.text import Name, Text
from ivr import visit
from tests.ivr.africastalking_phone import AfricasTalkingPhone
from tests.ivr.conftest import (
    PLAYBACK,
    VOICE,
    WHICH,
    Maker,
    Serves,
    all_cases,
    aloud,
    asked,
    at_api,
    beginning,
    gaps,
    hears,
    number_heard,
    phone_at,
    phone_of,
    press,
    tell,
)
from tests.ivr.phones import Phone
from tests.providers import Provider
from tests.service import Service, registers

pytestmark = pytest.mark.redis

# The keys of each service, up to its first question.
LOST, MISSING, EVENT = ("4", "1"), ("4", "2", "3"), ("8", "1")
WITHOUT_PLACE = "2"
TO_HER_STORY = ("1", "1", "3", "800001", "427", "1")  # a complaint about a woman's safety
NAME = Text("Name of the missing person?")
SEX = Text("Female or male?")
AGE = Text("About how old?")
SINCE = Text("Last seen on which day?")
SEEN = Text("Last seen where, in which clothes?")
PEOPLE = Text("About how many people?")
NO_SUCH_DAY = Text("Please type day and month, such as 2411 for 24 November.")
AGES = Text("Please type a number from {least} to {most}.")(least=0, most=120)
PATNA = Name("", "पटना")
SECRET_PIN = Text("Your secret PIN ({digits} digits)?")(digits=4)


def told(service: Service, case: Case) -> dict[str, ToldField]:
    return service.parts.cases.told_of(case)


def keyed(days_ago: int) -> str:
    """Give a day as it is keyed in."""
    return f"{now().astimezone(HERE) - timedelta(days=days_ago):%d%m}"


def to_the_place(phone: Phone) -> Phone:
    """Report a missing person, up to the question for the place."""
    tell(press(phone.dials(), *MISSING))
    press(phone, "2", "45#", "2")
    return tell(phone)


def test_what_is_lost_is_reported_by_call(service: Service, phone: Phone) -> None:
    press(phone.dials(), *LOST, "3", "3", keyed(40), WITHOUT_PLACE, "1")
    case = service.only_case()
    assert number_heard(phone) == case.reference
    day = f"{now().astimezone(HERE) - timedelta(days=40):%Y-%m-%d}"
    words = {name: field.words for name, field in told(service, case).items()}
    assert words == {"lost": "voter_card", "lost_on": day}
    assert gaps(service) == []


def test_names_are_spoken_kept_and_fetched(
    serves: Serves, api: Provider, maker: Maker, clock: Callable[[float], None]
) -> None:
    service = serves(**at_api(api, maker))
    phone = phone_at(api, service, maker)
    press(phone.dials(), *MISSING)
    assert hears(phone, NAME)
    assert hears(tell(phone), SEX)  # it is not played back
    press(phone, "1", "45#", "1")
    assert hears(phone, SEEN)
    press(tell(phone), WITHOUT_PLACE, "1").hangs_up()
    case = service.only_case()
    spoken = {name: each.recording for name, each in told(service, case).items() if each.recording}
    assert spoken.keys() == {"missing_name", "last_seen"}
    clock(10)
    service.parts.collector.round()
    for seconds in (DELETED_THERE_AFTER.total_seconds() + 1, KEPT_WITHOUT_CASE.total_seconds()):
        clock(seconds)
        service.parts.collector.round()
    service.parts.collector.tidy_up()
    kept = service.parts.recordings.newest()
    assert {(each.id, each.status) for each in kept} == {(each, "kept") for each in spoken.values()}
    assert service.pukar("recordings").count(case.reference) == len(spoken)
    assert gaps(service) == []


def test_star_leads_back_to_a_name_which_is_spoken_again(service: Service, phone: Phone) -> None:
    tell(press(phone.dials(), *MISSING))
    assert hears(phone.presses("*"), NAME)
    press(tell(phone, b"RIFF better"), "1", "45#", "1")
    press(tell(phone), WITHOUT_PLACE, "1")
    name = told(service, service.only_case())["missing_name"].recording
    spoken = [each.id for each in service.parts.recordings.newest()]
    assert len(spoken) == 3
    assert name == spoken[1]


def test_a_name_that_may_be_silence_is_asked_about(service: Service) -> None:
    """Where the provider tells later where it is, nobody knows whether she has spoken."""
    phone = phone_of(service, AfricasTalkingPhone, late_recordings=True)
    tell(press(phone.dials(), *MISSING))
    assert hears(phone, PLAYBACK)
    assert hears(phone.presses("2"), NAME)
    assert hears(tell(phone).presses("1"), SEX)


def test_a_name_is_kept_by_who_hangs_up_amid_it(service: Service, phone: Phone) -> None:
    press(phone.dials(), *MISSING).stays_silent().speaks(VOICE, until="hangup")
    phone.dials()
    while asked(service, phone) in {"resume", "playback"}:
        phone.presses("1")
    assert hears(phone, SEX)


def test_who_hangs_up_after_the_name_goes_on_from_there(service: Service, phone: Phone) -> None:
    to_the_place(phone).hangs_up()
    press(phone.dials(), "1", WITHOUT_PLACE, "1")
    assert number_heard(phone) == service.only_case().reference


@pytest.mark.parametrize("day", ["3111", "0013", "9#"])
def test_a_day_that_cannot_be_is_asked_for_again(phone: Phone, day: str) -> None:
    press(phone.dials(), *LOST, "1", "3", day)
    assert hears(phone, NO_SUCH_DAY)
    assert not hears(phone.presses(keyed(3)), NO_SUCH_DAY)


def test_star_at_a_day_leads_to_those_that_have_names(phone: Phone) -> None:
    press(phone.dials(), *LOST, "1", "3")
    assert hears(phone.presses("*"), Text("On which day?"), Text("Today"))


def test_an_age_that_nobody_reaches_is_asked_for_again(phone: Phone) -> None:
    tell(press(phone.dials(), *MISSING)).presses("1")
    assert hears(phone.presses("121"), AGES, AGE)
    assert hears(phone.presses("9#"), SINCE)


# --- 112 where it may be the answer


def to_people(phone: Phone) -> Phone:
    """Ask permission for an event, up to the question how many people."""
    tell(press(phone.dials(), *EVENT))
    press(phone, "1", "1", "1014")
    assert hears(tell(phone), PEOPLE)
    return phone


def test_112_may_be_a_number_of_people(
    service: Service, phone: Phone, clock: Callable[[float], None]
) -> None:
    to_people(phone)
    clock(20)
    assert hears(phone.presses("112#"), visit.IS_IT_URGENT)
    assert not phone.is_over
    press(phone, "*", WITHOUT_PLACE, "1")
    case = service.only_case()
    assert told(service, case)["event_people"].words == "112"
    assert gaps(service) == []


@pytest.mark.parametrize("keys", ["", "1", "2"])
def test_112_means_danger_there_as_well(serves: Serves, maker: Maker, keys: str) -> None:
    phone = phone_of(serves(emergency_dial="+916122201977"), maker)
    to_people(phone).presses("112#")
    phone.presses(keys) if keys else phone.stays_silent()
    assert phone.connected_to == "+916122201977"


# --- A complaint that others in the house are not to know of


def complains_silently(phone: Phone, pin: str = "2580") -> str:
    """Complain without SMS, and give the number."""
    press(phone.dials(), *TO_HER_STORY)
    tell(phone).presses("1")
    return number_heard(press(phone, "1", pin))


def test_a_silent_complaint_is_told_no_sms_and_offered_none(
    service: Service, phone: Phone, clock: Callable[[float], None]
) -> None:
    press(phone.dials(), *TO_HER_STORY)
    tell(phone).presses("1")
    assert hears(phone, Text("Send, no SMS to me"), Text("Send, SMS may come"))
    press(phone, "1", "2580")
    reference = number_heard(phone)
    assert "एस एम एस के लिए" not in phone.heard
    clock(20)
    assert number_heard(phone.presses("2")) == reference  # a key that means nothing here
    phone.hangs_up()
    assert service.inbox() == []
    assert service.only_case().is_silent
    assert gaps(service) == []


def test_its_pin_opens_it_on_any_phone(service: Service, maker: Maker) -> None:
    reference = complains_silently(phone_of(service, maker))
    other = phone_of(service, maker, "+919800000002")
    assert hears(press(other.dials(), "2", reference), SECRET_PIN)
    assert hears(press(other, "3", "1111"), Text("The PIN is wrong. Please look again."))
    press(other, "3", "2580")
    assert aloud(STATES["received"].label) in other.heard
    assert aloud(PATNA) in other.heard
    assert service.inbox(other.number) == []
    assert gaps(service) == []


def test_without_its_pin_only_the_state_is_told(service: Service, maker: Maker) -> None:
    reference = complains_silently(phone_of(service, maker))
    other = phone_of(service, maker, "+919800000002")
    press(other.dials(), "2", reference, "1")
    assert aloud(STATES["received"].label) in other.heard
    assert aloud(PATNA) not in other.heard


def test_it_stands_in_no_list_of_cases(phone: Phone) -> None:
    complains_silently(phone)
    phone.hangs_up()
    assert not hears(phone.dials().presses("2"), WHICH)


# --- Her own cases


def test_her_cases_are_read_out_with_day_and_state(service: Service, phone: Phone) -> None:
    first = registers(service.caller(phone.number))
    second = registers(service.caller(phone.number), "कल रात घड़ी चोरी हो गई")
    assert hears(phone.dials().presses("2"), WHICH)
    state = aloud(STATES["received"].label)
    assert phone.heard.count(f"का आवेदन: {state}") == 2
    press(phone, "2")
    assert state in phone.heard
    assert {each.reference for each in all_cases(service)} == {first, second}
    assert gaps(service) == []


def test_another_number_can_be_keyed_in(service: Service, phone: Phone) -> None:
    registers(service.caller(phone.number))
    reference = registers(service.caller("+919800000002"))
    press(phone.dials(), "2", "2", reference)
    assert aloud(STATES["received"].label) in phone.heard
    assert beginning(WHICH) not in phone.heard
