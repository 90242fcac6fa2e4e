"""Something lost: reported on any channel, written into the Sanha, perhaps recovered."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.case_file import CaseError
from core.cases import Case, Move
from core.clock import HERE
from core.scripts.lost_property import LOST_PROPERTY, THINGS
from core.scripts.main_menu import BELOW
from core.text import Text
from simulator.caller import Caller
from tests.ivr.conftest import hears, number_heard
from tests.officer import moves
from tests.service import Service, reference_on
from tests.services import by_call
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

GARDANIBAGH = "5117029"


@pytest.fixture
def caller(sqlite_service: Service) -> Caller:
    return sqlite_service.caller()


def day(days_ago: int) -> str:
    return (datetime.now(UTC).astimezone(HERE) - timedelta(days=days_ago)).date().isoformat()


def told(service: Service, case: Case) -> dict[str, str]:
    return {name: each.words for name, each in service.parts.cases.told_of(case).items()}


def reports(caller: Caller, what: str = "मोबाइल") -> str:
    """Report something lost yesterday at Gardanibagh, and give its number."""
    caller.dials().chooses("खोया या लापता").chooses("खोया सामान").chooses(what).types("2")
    caller.types("800001").chooses("गर्दनीबाग")
    return reference_on(caller.chooses("भेजें").screen)


def test_on_ussd_it_is_registered_with_what_was_told(
    sqlite_service: Service, caller: Caller
) -> None:
    reference = reports(caller)
    case = sqlite_service.only_case()
    assert case.reference == reference
    assert (case.service, case.kind, case.station) == ("lost_property",) * 2 + (GARDANIBAGH,)
    assert told(sqlite_service, case) == {"lost": "mobile", "lost_on": day(1)}
    assert not case.is_urgent


def test_its_letter_does_not_speak_of_an_fir(sqlite_service: Service, caller: Caller) -> None:
    reference = reports(caller)
    [letter] = sqlite_service.inbox()
    assert reference in letter
    assert "FIR" not in letter + caller.screen


def test_a_day_further_back_is_typed(sqlite_service: Service, caller: Caller) -> None:
    caller.dials().chooses("खोया या लापता").chooses("खोया सामान").chooses("मोबाइल")
    moment = datetime.fromisoformat(day(40))
    caller.types(moment.strftime("%d%m")).types("800001").chooses("गर्दनीबाग").chooses("भेजें")
    assert told(sqlite_service, sqlite_service.only_case())["lost_on"] == day(40)


@pytest.mark.parametrize("typed", ["5²", "5 ²", "²", "5①", "3113", "9" * 5000])
def test_a_day_that_is_none_is_asked_for_again(caller: Caller, typed: str) -> None:
    caller.dials().chooses("खोया या लापता").chooses("खोया सामान").chooses("मोबाइल").types(typed)
    assert "किस दिन" in caller.screen


def test_whoever_lost_a_bank_card_is_told_to_have_it_blocked(caller: Caller) -> None:
    caller.dials().chooses("खोया या लापता").chooses("खोया सामान")
    assert "बैंक से कार्ड अभी बंद कराएं" in caller.chooses("एटीएम या बैंक कार्ड").types("1").screen


def test_the_number_of_the_sanha_comes_by_sms(sqlite_service: Service, caller: Caller) -> None:
    reference = reports(caller)
    moves(sqlite_service, reference, "recorded", diary_number="123/2026")
    letter = sqlite_service.inbox()[0]
    assert reference in letter
    assert "सनहा 123/2026" in letter
    assert "मोबाइल" not in letter
    assert sqlite_service.only_case().diary_number == "123/2026"


def test_a_sanha_without_a_number_is_none(sqlite_service: Service, caller: Caller) -> None:
    reference = reports(caller)
    for details in ({}, {"diary_number": "no number"}):
        with pytest.raises(CaseError):
            sqlite_service.parts.cases.move(reference, Move("recorded", "officer", details=details))


def test_what_is_recovered_is_told(sqlite_service: Service, caller: Caller) -> None:
    reference = reports(caller)
    moves(sqlite_service, reference, "recorded", diary_number="123/2026")
    moves(sqlite_service, reference, "recovered")
    assert "थाने जाएं" in sqlite_service.inbox()[0]
    assert sqlite_service.only_case().state == "recovered"


def test_without_a_station_nobody_can_write_a_sanha(
    sqlite_service: Service, caller: Caller
) -> None:
    caller.dials().chooses("खोया या लापता").chooses("खोया सामान").chooses("मोबाइल").types("1")
    reference = reference_on(caller.chooses("जिला पता नहीं").chooses("भेजें").screen)
    move = Move("recorded", "officer", details={"diary_number": "123/2026"})
    with pytest.raises(CaseError):
        sqlite_service.parts.cases.move(reference, move)


def test_by_sms_it_is_registered_and_told_once(sqlite_service: Service) -> None:
    texter = Texter(sqlite_service)
    texter.writes("पुकार").writes("खोया या लापता").writes("1").writes("वोटर कार्ड").writes("आज")
    texter.writes("800001").writes("1").writes("1")
    case = sqlite_service.only_case()
    assert told(sqlite_service, case) == {"lost": "voter_card", "lost_on": day(0)}
    assert sum(case.reference in letter for letter in texter.inbox) == 1


def test_on_a_call_it_is_registered(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    with by_call.called(sqlite_database_url, fresh_redis_url, tmp_path) as service:
        phone = by_call.phone(service).dials()
        by_call.wants(phone, BELOW["lost"], LOST_PROPERTY.label, THINGS["bank_card"], Text("Today"))
        assert hears(phone, Text("Have the card blocked by the bank now."))
        phone.presses("3").presses("800001").presses("427").presses("1")
        phone.presses("1")
        case = service.only_case()
        assert number_heard(phone) == case.reference
        assert told(service, case) == {"lost": "bank_card", "lost_on": day(0)}
        assert (case.station, case.channel) == (GARDANIBAGH, "ivr")
