"""A missing person: whoever may be in danger first, then what the police must know, at once."""

from pathlib import Path

import pytest

from core.cases import Case
from core.scripts.main_menu import BELOW
from core.scripts.missing_person import MISSING_PERSON, SEXES
from core.text import Text
from simulator.caller import Caller
from tests.ivr.conftest import VOICE, number_heard
from tests.officer import moves
from tests.service import Service, reference_on
from tests.services import by_call
from tests.services.test_lost import GARDANIBAGH, day
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

NAME, SEEN = "राम कुमार", "मेले में, लाल कमीज"
REPORT = "रिपोर्ट लिखाएं"


@pytest.fixture
def caller(sqlite_service: Service) -> Caller:
    return sqlite_service.caller()


def told(service: Service, case: Case) -> dict[str, str]:
    return {name: each.words for name, each in service.parts.cases.told_of(case).items()}


def begins(caller: Caller) -> Caller:
    return caller.dials().chooses("खोया या लापता").chooses("लापता")


def tells(caller: Caller) -> Caller:
    """Tell all that is asked but whether to send it."""
    begins(caller).chooses(REPORT).types(NAME).chooses("पुरुष").types("9").types("1").types(SEEN)
    return caller.types("800001").chooses("गर्दनीबाग")


def test_danger_is_asked_for_first(caller: Caller) -> None:
    assert begins(caller).screen.startswith("किसी को खतरा है?")
    assert "112" in caller.screen
    assert "1098" in caller.screen


@pytest.mark.parametrize(("label", "number"), [("112 को कॉल", "112"), ("बच्चा: 1098", "1098")])
def test_whoever_needs_help_now_is_told_the_number(
    sqlite_service: Service, caller: Caller, label: str, number: str
) -> None:
    assert begins(caller).chooses(label).screen == f"अभी {number} डायल करें।"
    assert sqlite_service.parts.cases.newest() == []


def test_on_ussd_it_is_registered_with_what_was_told(
    sqlite_service: Service, caller: Caller
) -> None:
    tells(caller).chooses("भेजें")
    while "\n9 " in caller.screen:
        caller.types("9")
    case = sqlite_service.only_case()
    assert (case.service, case.station, case.is_urgent) == ("missing_person", GARDANIBAGH, True)
    assert told(sqlite_service, case) == {
        "missing_name": NAME,
        "missing_sex": "male",
        "missing_age": "9",
        "missing_since": day(0),
        "last_seen": SEEN,
    }


def test_it_takes_twelve_requests_at_most(caller: Caller) -> None:
    """The complaint leads there a request sooner, since it stands on the first screen."""
    caller.dials().chooses("शिकायत").chooses("लापता").chooses(REPORT).types(NAME).chooses("पुरुष")
    caller.types("9").types("1").types(SEEN).types("800001").chooses("गर्दनीबाग").chooses("भेजें")
    reference_on(caller.screen)
    assert len(caller.said) <= 12


def test_the_complaint_leads_to_it_as_well(sqlite_service: Service, caller: Caller) -> None:
    caller.dials().chooses("शिकायत").chooses("लापता")
    assert caller.screen.startswith("किसी को खतरा है?")
    caller.chooses(REPORT).types(NAME).chooses("महिला").types("12").types("2").types(SEEN)
    caller.types("800001").chooses("गर्दनीबाग").chooses("भेजें")
    assert sqlite_service.only_case().service == "missing_person"


def test_nobody_is_older_than_people_grow(caller: Caller) -> None:
    begins(caller).chooses(REPORT).types(NAME).chooses("पुरुष").types("121")
    assert "120" in caller.screen


def age_told(service: Service, caller: Caller, typed: str) -> str:
    begins(caller).chooses(REPORT).types(NAME).chooses("पुरुष").types(typed)
    caller.types("1").types(SEEN).types("800001").chooses("गर्दनीबाग").chooses("भेजें")
    return told(service, service.only_case())["missing_age"]


@pytest.mark.parametrize(
    ("typed", "age"), [("5 saal", "5"), ("करीब 45", "45"), ("१२ साल", "12"), ("007", "007")]
)
def test_an_age_is_read_among_words(
    sqlite_service: Service, caller: Caller, typed: str, age: str
) -> None:
    assert age_told(sqlite_service, caller, typed) == age


@pytest.mark.parametrize(
    "typed", ["5-6 saal", "1.5 saal", "5 saal 6 mahine", "2,3", "1e2", "9" * 5000]
)
def test_of_several_numbers_no_age_is_made(caller: Caller, typed: str) -> None:
    begins(caller).chooses(REPORT).types(NAME).chooses("पुरुष").types(typed)
    assert "120" in caller.screen


def test_the_letters_name_neither_person_nor_matter(
    sqlite_service: Service, caller: Caller
) -> None:
    reference = reference_on(tells(caller).chooses("भेजें").screen)
    moves(sqlite_service, reference, "sent_to_station", "under_enquiry", "found")
    letters = sqlite_service.inbox()
    assert len(letters) == 4
    assert all(reference in letter for letter in letters)
    assert not any(word in letter for letter in letters for word in ("राम", "लापता", "मिल गया"))


def test_by_sms_it_is_registered(sqlite_service: Service) -> None:
    texter = Texter(sqlite_service)
    for text in ("पुकार", "खोया या लापता", "लापता", "3", NAME, "महिला", "35", "2", SEEN):
        texter.writes(text)
    texter.writes("800001").writes("1").writes("1")
    case = sqlite_service.only_case()
    assert told(sqlite_service, case)["missing_sex"] == "female"
    assert told(sqlite_service, case)["missing_since"] == day(1)
    assert case.is_urgent
    assert sum(case.reference in letter for letter in texter.inbox) == 1


@pytest.mark.parametrize(
    ("label", "reached"),
    [(Text("Call 112 now"), "+916122201977"), (Text("A child: call 1098"), "+911130001098")],
)
def test_on_a_call_she_is_put_through_first(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path, label: Text, reached: str
) -> None:
    stores = (sqlite_database_url, fresh_redis_url, tmp_path)
    dials = {"helplines_dial": "1098=+911130001098", "emergency_dial": "+916122201977"}
    with by_call.called(*stores, **dials) as service:  # type: ignore[arg-type]
        phone = by_call.phone(service).dials()
        by_call.wants(phone, BELOW["lost"], MISSING_PERSON.label, label)
        assert phone.connected_to == reached


def test_on_a_call_it_is_spoken_and_registered(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    with by_call.called(sqlite_database_url, fresh_redis_url, tmp_path) as service:
        phone = by_call.phone(service).dials()
        by_call.wants(phone, BELOW["lost"], MISSING_PERSON.label, Text("Make a report"))
        phone.stays_silent().speaks(VOICE)
        by_call.wants(phone, SEXES["female"]).presses("8")
        by_call.wants(phone, Text("Yesterday")).stays_silent().speaks(VOICE)
        phone.presses("3").presses("800001").presses("427").presses("1")
        phone.presses("1")
        case = service.only_case()
        assert number_heard(phone) == case.reference
        fields = service.parts.cases.told_of(case)
        assert {name: each.words for name, each in fields.items() if each.words} == {
            "missing_sex": "female",
            "missing_age": "8",
            "missing_since": day(1),
        }
        assert fields["missing_name"].recording
        assert fields["last_seen"].recording
        assert case.is_urgent
