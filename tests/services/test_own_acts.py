"""What citizens do by themselves: somebody sees it, and it does not go round for ever."""

import pytest

from simulator.caller import Caller
from tests.officer import case, disposes, events, moves
from tests.service import Service, registers
from tests.services.sensitive import goes_on
from tests.services.test_missing import tells as tells_of_missing
from tests.services.test_secret import MORE as ADDED
from tests.services.test_secret import added_to, adds
from tests.services.test_secret import tells as tells_secret
from tests.services.test_status import ADD, MORE, OBJECT, OTHER, WITHDRAW, asks_for
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis


@pytest.fixture
def caller(sqlite_service: Service) -> Caller:
    return sqlite_service.caller()


# --- Added to a closed case


@pytest.mark.parametrize("end", ["disposed", "rejected"])
def test_what_an_informant_adds_to_a_closed_case_opens_it_for_the_supervisor(
    sqlite_service: Service, caller: Caller, end: str
) -> None:
    code = tells_secret(caller)
    reference = sqlite_service.only_case().reference
    details = {"reason": "not_found_true"} if end == "rejected" else {}
    moves(sqlite_service, reference, "under_enquiry", end, **details)

    adds(sqlite_service.caller(OTHER), code).sends_again()

    opened = case(sqlite_service, reference)
    assert (opened.state, opened.stage, opened.raised) == ("reopened", "new", 2)
    assert opened.reopened == 1
    assert added_to(sqlite_service, opened) == [ADDED]


def test_what_an_informant_adds_to_an_open_case_moves_nothing(
    sqlite_service: Service, caller: Caller
) -> None:
    code = tells_secret(caller)
    adds(caller, code)
    assert sqlite_service.only_case().state == "received"


def test_what_she_adds_to_a_case_that_was_closed_meanwhile_opens_it_again(
    sqlite_service: Service, caller: Caller
) -> None:
    """...so that what she is told, that the police have it, is true."""
    reference = registers(caller)
    asks_for(caller, reference).chooses(ADD)
    disposes(sqlite_service, reference)

    caller.types(MORE).sends_again()

    assert "आपकी नई बात पुलिस के पास है।" in caller.screen
    opened = case(sqlite_service, reference)
    assert (opened.state, opened.raised, opened.reopened) == ("reopened", 2, 1)
    assert [each.note for each in events(sqlite_service, reference, "answered")] == [MORE]


def test_an_answer_to_a_case_that_was_closed_meanwhile_opens_it_again(
    sqlite_service: Service, caller: Caller
) -> None:
    reference = registers(caller)
    moves(sqlite_service, reference, "sent_to_station", "need_information", question="when")
    texter = Texter(sqlite_service).writes(reference)
    moves(sqlite_service, reference, "rejected", reason="incomplete")

    texter.writes("कल शाम सात बजे")

    assert case(sqlite_service, reference).state == "reopened"


# --- Withdrawn, and objected to


def test_her_own_withdrawal_is_objected_to_once_and_then_the_station_is_named(
    sqlite_service: Service, caller: Caller
) -> None:
    reference = registers(caller)
    asks_for(caller, reference).chooses(WITHDRAW).chooses("हां, वापस लें")
    asks_for(caller, reference).chooses(OBJECT)
    assert case(sqlite_service, reference).state == "reopened"

    shown = goes_on(caller.dials(f"2*{reference}"))

    assert ADD in shown
    assert WITHDRAW not in shown


def test_what_the_station_withdrew_after_that_she_may_still_object_to(
    sqlite_service: Service, caller: Caller
) -> None:
    reference = registers(caller)
    for _ in range(2):
        moves(sqlite_service, reference, "withdrawn")
        asks_for(caller, reference).chooses(OBJECT)
        assert case(sqlite_service, reference).state == "reopened"


def test_whoever_holds_the_phone_does_not_withdraw_what_is_urgent(
    sqlite_service: Service, caller: Caller
) -> None:
    tells_of_missing(caller).chooses("भेजें")
    reference = sqlite_service.only_case().reference
    shown = goes_on(caller.dials(f"2*{reference}"))
    assert ADD in shown
    assert WITHDRAW not in shown
