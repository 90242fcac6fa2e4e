"""Certificates, verifications, permissions and the list of senior citizens, on every phone."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.cases import Move
from core.clock import HERE
from core.dialogue import shown
from core.language import render
from core.letters import APPLICATION_RECEIVED, LETTERS
from core.scripts.main_menu import BELOW
from core.services import SERVICES
from core.states import STATES
from core.text import Text, Words
from simulator.caller import Caller
from tests.fakes import LANGUAGES
from tests.ivr.conftest import SETTINGS, gaps, hears, listens, number_heard, phone_of, tell
from tests.ivr.phones import Phone
from tests.ivr.twilio_phone import TwilioPhone
from tests.service import Service, reference_on, service_with
from tests.services.by_ussd import opens, reads_on, types
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

MOST_REQUESTS = 12
STATION = "5117029"  # Gardanibagh, Patna
PLACE = ("800001", "1")
YES = ("1",)
TOMORROW = datetime.now(HERE).date() + timedelta(days=1)
PERSON = ("Suresh Singh", "Mohan Kumar", "Shyam Kumar", "9812345678")
VERIFIED = {
    "owner_name": "Suresh Singh",
    "subject_name": "Mohan Kumar",
    "subject_father": "Shyam Kumar",
    "subject_mobile": "9812345678",
}
IN_ARARIA = {**VERIFIED, "home_district": "ARARIA"}
# What is typed after the service was chosen, up to where the police station is asked for.
TYPED: dict[str, tuple[str, ...]] = {
    "character_certificate": ("Sita Devi", "Ram Prasad", "1985", "1"),
    "tenant_verification": (*PERSON, "1"),
    "help_verification": (*PERSON, "1"),
    "driver_verification": (*PERSON, "1"),
    "employee_verification": (*PERSON, "8"),
    "event_permission": ("Puja Samiti", "1", f"{TOMORROW:%d%m}", "1014", "Gandhi Maidan", "500"),
    "senior_citizen": ("Kamla Devi", "72", "1"),
}
TOLD: dict[str, dict[str, str]] = {
    "character_certificate": {
        "applicant_name": "Sita Devi",
        "father_name": "Ram Prasad",
        "birth_year": "1985",
        "purpose": "job",
    },
    "tenant_verification": IN_ARARIA,
    "help_verification": IN_ARARIA,
    "driver_verification": IN_ARARIA,
    "employee_verification": {**VERIFIED, "home_district": "another_state"},
    "event_permission": {
        "organiser": "Puja Samiti",
        "event_kind": "procession",
        "event_date": TOMORROW.isoformat(),
        "event_hours": "10:00-14:00",
        "event_place": "Gandhi Maidan",
        "event_people": "500",
    },
    "senior_citizen": {"senior_name": "Kamla Devi", "senior_age": "72", "senior_lives": "alone"},
}
every_service = pytest.mark.parametrize("key", TYPED)


def hi(words: Words | None) -> str:
    assert words
    return render(words, LANGUAGES.get("hi"))


def confirms(caller: Caller) -> Caller:
    """Find the question whether to send, and say yes."""
    return caller.chooses(hi(Text("Yes, send")))


def applies(caller: Caller, key: str) -> str:
    """Apply for something, and give the reference number."""
    types(opens(caller, key), *TYPED[key], *PLACE)
    return reference_on(confirms(caller).screen)


def told_in(service: Service) -> dict[str, str]:
    """Give what was told of the one case there is."""
    told = service.parts.cases.told_of(service.only_case())
    return {name: each.words for name, each in told.items()}


# --- On USSD


@every_service
def test_it_is_applied_for_by_dialling(sqlite_service: Service, key: str) -> None:
    caller = sqlite_service.caller()
    reference = applies(caller, key)
    assert hi(SERVICES[key].then) in reads_on(caller)
    case = sqlite_service.only_case()
    assert (case.reference, case.service, case.kind) == (reference, key, key)
    assert (case.district, case.station, case.state) == ("PATNA", STATION, "received")
    assert told_in(sqlite_service) == TOLD[key]
    [letter] = sqlite_service.inbox()
    assert letter == hi(LETTERS[APPLICATION_RECEIVED].text(reference=reference))


@every_service
def test_from_dial_to_number_it_takes_few_requests(sqlite_service: Service, key: str) -> None:
    caller = sqlite_service.caller()
    types(opens(caller, key), *TYPED[key], "2")  # the district is not known
    assert reference_on(confirms(caller).screen)
    assert len(caller.said) <= MOST_REQUESTS


@every_service
def test_all_fields_that_are_told_are_known_to_officers(key: str) -> None:
    asked_now = {name for name, field in SERVICES[key].fields.items() if not field.later}
    assert asked_now == TOLD[key].keys()


def test_a_home_district_is_found_by_its_first_letters(sqlite_service: Service) -> None:
    caller = opens(sqlite_service.caller(), "tenant_verification")
    types(caller, *PERSON, "madhub", "1", *PLACE)
    confirms(caller)
    assert told_in(sqlite_service)["home_district"] == "MADHUBANI"


def test_a_railway_district_is_nobodys_home(sqlite_service: Service) -> None:
    caller = opens(sqlite_service.caller(), "tenant_verification")
    types(caller, *PERSON, "rail")
    assert "रेल" not in reads_on(caller)


def test_what_is_discarded_is_not_registered(sqlite_service: Service) -> None:
    caller = opens(sqlite_service.caller(), "character_certificate")
    types(caller, *TYPED["character_certificate"], *PLACE).chooses(hi(Text("No")))
    assert not caller.is_connected
    assert sqlite_service.parts.cases.newest() == []


def test_a_form_begun_by_dialling_is_finished_by_sms(sqlite_service: Service) -> None:
    caller = opens(sqlite_service.caller(), "driver_verification")
    types(caller, *PERSON[:2]).drops()
    texter = Texter(sqlite_service)
    for text in ("पुकार", "1", *PERSON[2:], "अररिया", "1", "800001", "Gardani Bagh", "1", "1"):
        texter.writes(text)
    assert told_in(sqlite_service) == IN_ARARIA
    assert sqlite_service.only_case().channel == "sms"


# --- What is no answer


CERTIFICATE, EVENT = TYPED["character_certificate"], TYPED["event_permission"]
YEAR = Text("Please type the right year of birth, such as 1985.")
HOURS = Text("Please type 4 digits, such as 1014 for 10 to 14 o'clock.")
DAY = Text("Please type day and month, such as 2411 for 24 November.")
AGE = Text("Please type a number from {least} to {most}.")(least=60, most=120)
PEOPLE = Text("Please type a number from {least} to {most}.")(least=1, most=999999)
MOBILE = Text("Please type the {digits} digits of a mobile number.")(digits=10)
NEXT_YEAR = str(TOMORROW.year + 1)
LAST_WEEK = shown((TOMORROW - timedelta(days=8)).isoformat())
WRONG: Mapping[str, tuple[str, tuple[str, ...], str, Text]] = {
    "a birth in the future": ("character_certificate", CERTIFICATE[:2], NEXT_YEAR, YEAR),
    "a birth long ago": ("character_certificate", CERTIFICATE[:2], "1850", YEAR),
    "a year of two digits": ("character_certificate", CERTIFICATE[:2], "85", YEAR),
    "a year in words": ("character_certificate", CERTIFICATE[:2], "pata nahin", YEAR),
    "a landline": ("tenant_verification", PERSON[:3], "0612221981", MOBILE),
    "too short a number": ("tenant_verification", PERSON[:3], "98123", MOBILE),
    "a day gone by": ("event_permission", EVENT[:2], LAST_WEEK, DAY),
    "a day that is none": ("event_permission", EVENT[:2], "3113", DAY),
    "an hour that is none": ("event_permission", EVENT[:3], "1030", HOURS),
    "one hour only": ("event_permission", EVENT[:3], "10", HOURS),
    "the same hour twice": ("event_permission", EVENT[:3], "1010", HOURS),
    "no time at all": ("event_permission", EVENT[:3], "2400", HOURS),
    "several crowds": ("event_permission", EVENT[:5], "100-150", PEOPLE),
    "more digits than any number": ("event_permission", EVENT[:5], "9" * 5000, PEOPLE),
    "too many to be true": ("event_permission", EVENT[:5], "1000000", PEOPLE),
    "a crowd in words": ("event_permission", EVENT[:5], "bahut log", PEOPLE),
    "too young": ("senior_citizen", TYPED["senior_citizen"][:1], "45", AGE),
    "too old": ("senior_citizen", TYPED["senior_citizen"][:1], "121", AGE),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_answer_is_asked_again(sqlite_service: Service, what: str) -> None:
    key, before, typed, expected = WRONG[what]
    caller = types(opens(sqlite_service.caller(), key), *before)
    question = caller.screen.split("\n")[0].partition(" (")[0]  # without the example of a day
    caller.types(typed)
    assert hi(expected) in caller.screen
    assert question in caller.screen
    types(caller, *TYPED[key][len(before) :], *PLACE)
    assert reference_on(confirms(caller).screen)
    assert told_in(sqlite_service) == TOLD[key]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2002", "20:00-02:00"),
        ("10-14", "10:00-14:00"),
        ("१०१४", "10:00-14:00"),
        ("0024", "00:00-24:00"),
    ],
)
def test_hours_are_read_as_people_write_them(
    sqlite_service: Service, typed: str, kept: str
) -> None:
    caller = types(opens(sqlite_service.caller(), "event_permission"), *EVENT[:3], typed)
    confirms(types(caller, *EVENT[4:], *PLACE))
    assert told_in(sqlite_service)["event_hours"] == kept


@pytest.mark.parametrize(
    ("typed", "kept"), [("1,000", "1000"), ("1,00,000", "100000"), ("करीब 500 लोग", "500")]
)
def test_a_crowd_is_read_as_people_write_it(sqlite_service: Service, typed: str, kept: str) -> None:
    caller = types(opens(sqlite_service.caller(), "event_permission"), *EVENT[:5], typed)
    confirms(types(caller, *PLACE))
    assert told_in(sqlite_service)["event_people"] == kept


@pytest.mark.parametrize("typed", ["+91 98123 45678", "09812345678", "९८१२३४५६७८"])
def test_a_mobile_number_is_read_as_people_write_it(sqlite_service: Service, typed: str) -> None:
    caller = types(opens(sqlite_service.caller(), "tenant_verification"), *PERSON[:3], typed)
    confirms(types(caller, "1", *PLACE))
    assert told_in(sqlite_service)["subject_mobile"] == PERSON[3]


# --- Fee and time


def test_time_is_told_before_it_is_sent(sqlite_service: Service) -> None:
    caller = opens(sqlite_service.caller(), "character_certificate")
    summary = reads_on(types(caller, *CERTIFICATE, *PLACE))
    assert hi(Text("Time: up to {days} working days.")(days=14)) in summary
    assert hi(Text("Fee: {fee} rupees.")(fee="")).partition(":")[0] not in summary


def test_the_fee_is_told_before_it_is_sent_where_it_is_set(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    with service_with(**stores, data_dir=tmp_path, fees="character_certificate=50") as service:
        certificate = opens(service.caller(), "character_certificate")
        summary = reads_on(types(certificate, *CERTIFICATE, *PLACE))
        assert hi(Text("Fee: {fee} rupees.")(fee="50")) in summary
        tenant = opens(service.caller("+919800000002"), "tenant_verification")
        summary = reads_on(types(tenant, *TYPED["tenant_verification"], *PLACE))
        assert "50" not in summary


def test_a_certificate_is_due_after_fourteen_working_days(sqlite_service: Service) -> None:
    applies(sqlite_service.caller(), "character_certificate")
    [line] = [
        each
        for each in sqlite_service.parts.cases.files.limits.lines()
        if (each.service, each.state) == ("character_certificate", "*")
    ]
    assert str(line.limit) == "14 working days"
    assert "Right to Public Services" in line.source


# --- By SMS


@every_service
def test_it_is_applied_for_by_sms(sqlite_service: Service, key: str) -> None:
    texter = Texter(sqlite_service)
    service = SERVICES[key]
    way = ("पुकार", hi(BELOW[service.menu]), hi(service.label))
    typed = [*TYPED[key]]
    for text in (*way, *typed, "800001", "Gardani Bagh", "1", *YES):
        texter.writes(text)
    case = sqlite_service.only_case()
    assert (case.service, case.station, case.channel) == (key, STATION, "sms")
    assert told_in(sqlite_service) == TOLD[key]
    assert texter.reads == hi(LETTERS[APPLICATION_RECEIVED].text(reference=case.reference))


@pytest.mark.parametrize(
    ("word", "question"),
    [
        ("PRAMAN", "Your name?"),
        ("आचरण प्रमाण-पत्र", "Your name?"),
        ("kirayedar", "Name of the owner of the house?"),
        ("घरेलू सहायक", "Name of the employer?"),
        ("driver satyapan", "Name of the owner of the vehicle?"),
        ("कर्मचारी", "Name of the employer?"),
        ("julus", "Name of the organiser?"),
        ("वरिष्ठ नागरिक", "Name of the senior citizen?"),
    ],
)
def test_a_word_begins_it_by_sms(sqlite_service: Service, word: str, question: str) -> None:
    language = LANGUAGES.get("hi_Latn" if word.isascii() else "hi")
    texter = Texter(sqlite_service).writes(word)
    assert render(Text(question), language) in texter.reads


@pytest.mark.parametrize("text", ["प्रणाम", "घरेलू हिंसा हो रही है", "नौकरी के नाम पर ठगी"])
def test_what_only_sounds_so_begins_nothing_of_it(sqlite_service: Service, text: str) -> None:
    texter = Texter(sqlite_service).writes(text)
    first_words = ("Your name?", "Name of the employer?")
    assert not texter.reads.startswith(tuple(hi(Text(each)) for each in first_words))


# --- By a call


@pytest.fixture
def speaking_service(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path, clips: Path
) -> Iterator[Service]:
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    with service_with(**SETTINGS, **stores, data_dir=tmp_path, audio_dir=clips) as service:
        yield service


def calls(service: Service, key: str) -> Phone:
    """Call, and choose a service."""
    phone = phone_of(service, TwilioPhone).dials()
    wanted = SERVICES[key]
    presses_for(phone, BELOW[wanted.menu])
    return presses_for(phone, wanted.label)


def presses_for(phone: Phone, label: Text) -> Phone:
    """Press the key that was read out for something."""
    words = LANGUAGES.voice_of("hi").aloud(label.key)
    after = phone.heard.partition(words)[2]
    key = next(each for each in after if each.isdigit())
    return phone.presses(key)


def finishes(phone: Phone) -> str:
    """Find the station, send it, and give the number heard."""
    for keys in ("3", "800001", "427", "1", "1"):
        phone.presses(keys)
    return number_heard(phone)


def test_a_character_certificate_is_applied_for_by_a_call(speaking_service: Service) -> None:
    phone = calls(speaking_service, "character_certificate")
    assert hears(phone, Text("Your name?"))
    assert hears(tell(phone, b"RIFF Sita"), Text("Your father's name?"))
    assert hears(tell(phone, b"RIFF Ram"), Text("Year of birth (4 digits)?"))
    assert hears(phone.presses("2090"), YEAR)
    assert hears(phone.presses("1985"), Text("What is it for?"))
    phone.presses("2")
    reference = finishes(phone)
    then = SERVICES["character_certificate"].then
    assert then
    assert hears(phone, then)
    listens(phone)
    case = speaking_service.only_case()
    told = speaking_service.parts.cases.told_of(case)
    assert (case.reference, case.channel) == (reference, "ivr")
    assert (told["birth_year"].words, told["purpose"].words) == ("1985", "studies")
    assert told["applicant_name"].recording
    assert told["father_name"].recording
    assert told["applicant_name"].recording != told["father_name"].recording
    assert gaps(speaking_service) == []


def test_a_tenant_is_verified_by_a_call(speaking_service: Service) -> None:
    phone = calls(speaking_service, "tenant_verification")
    for _ in range(3):
        tell(phone)
    assert hears(phone.presses("1234567890"), MOBILE)
    phone.presses("9812345678")
    phone.presses("272").presses("1")  # Araria
    reference = finishes(phone)
    case = speaking_service.only_case()
    told = speaking_service.parts.cases.told_of(case)
    assert (case.reference, case.service) == (reference, "tenant_verification")
    assert told["subject_mobile"].words == "9812345678"
    assert told["home_district"].words == "ARARIA"
    names = [told[name].recording for name in ("owner_name", "subject_name", "subject_father")]
    assert len({*names} - {None}) == 3
    assert gaps(speaking_service) == []


def test_an_event_is_asked_for_by_a_call(speaking_service: Service) -> None:
    phone = calls(speaking_service, "event_permission")
    tell(phone).presses("2").presses("2")  # religious, tomorrow
    assert hears(phone.presses("1030"), HOURS)
    tell(phone.presses("1014")).presses("500#")
    reference = finishes(phone)
    told = told_in(speaking_service)
    assert speaking_service.only_case().reference == reference
    spoken = {"organiser": "", "event_place": "", "event_kind": "religious"}
    assert told == {**TOLD["event_permission"], **spoken}
    assert gaps(speaking_service) == []


# --- What the police make of it


ENDS = {
    "character_certificate": "issued",
    "tenant_verification": "issued",
    "event_permission": "permitted",
    "senior_citizen": "enrolled",
}


@pytest.mark.parametrize("key", ENDS)
def test_the_police_verify_it_and_she_is_told_each_step(sqlite_service: Service, key: str) -> None:
    reference = applies(sqlite_service.caller(), key)
    steps = ("at_station", "verified", ENDS[key])
    for state in steps:
        sqlite_service.parts.cases.move(reference, Move(state, "officer"))
        newest = sqlite_service.inbox()[0]
        assert newest == hi(STATES[state].letter(reference=reference))
    status = reads_on(sqlite_service.caller().dials(f"2*{reference}"))
    assert hi(STATES[ENDS[key]].label) in status
    assert hi(STATES[ENDS[key]].advice) in status


def test_a_certificate_is_not_issued_before_it_was_verified(sqlite_service: Service) -> None:
    reference = applies(sqlite_service.caller(), "character_certificate")
    pukar = sqlite_service.app.test_cli_runner()
    result = pukar.invoke(args=["cases", "move", reference, "issued"])
    assert result.exit_code != 0
    assert "at_station" in result.output
    assert sqlite_service.only_case().state == "received"
