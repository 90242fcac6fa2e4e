"""Guessing: how many wrong PINs, numbers and codes are borne, from whom, and from many at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import time_machine

from core.duty_officer import FIRS_PER_HOUR, WRONG_NUMBERS_PER_HOUR, WRONG_PINS_PER_DAY
from core.sessions import Tries
from simulator.caller import Caller
from tests.service import Service, registers
from tests.services.sensitive import PIN, goes_on, opens, registers_with_pin, wrong_pins

pytestmark = pytest.mark.redis

PHONE, OTHER = "+919800000001", "+919811111111"
AN_HOUR, A_DAY = "1 घंटे बाद", "अगले दिन कोशिश करें"
OPENED, WRONG = "कोतवाली, पटना", "पिन गलत"


@pytest.fixture
def caller(sqlite_service: Service) -> Caller:
    return sqlite_service.caller(PHONE)


@pytest.fixture
def reference(caller: Caller) -> str:
    return registers_with_pin(caller)


@contextmanager
def later(**span: float) -> Iterator[None]:
    with time_machine.travel(datetime.now(UTC) + timedelta(**span), tick=True):
        yield


def many_guess(service: Service, reference: str) -> Caller:
    """Let as many phones guess as may; give one more that has not."""
    for number in range(WRONG_PINS_PER_DAY // 5):
        wrong_pins(service, reference, 5, f"+91980000001{number}")
    return service.caller(OTHER)


def at_once(most: int, does: Callable[[int], str]) -> list[str]:
    """Do something many times at the same moment."""
    barrier = Barrier(most)

    def starts(number: int) -> str:
        barrier.wait()
        return does(number)

    with ThreadPoolExecutor(most) as pool:
        return list(pool.map(starts, range(most)))


# --- PINs


def test_after_five_wrong_pins_in_an_hour_that_phone_waits_and_hers_does_not(
    caller: Caller, sqlite_service: Service, reference: str
) -> None:
    guesser = wrong_pins(sqlite_service, reference, 5, OTHER)
    assert AN_HOUR in guesser.screen
    assert not guesser.is_connected
    assert AN_HOUR in opens(guesser, reference).screen
    assert OPENED in goes_on(opens(caller, reference))
    assert OPENED in goes_on(opens(sqlite_service.caller("+919800000002"), reference))
    with later(minutes=61):
        assert OPENED in goes_on(opens(guesser, reference))


def test_her_own_phone_has_five_as_well(
    caller: Caller, sqlite_service: Service, reference: str
) -> None:
    other = registers_with_pin(caller)
    assert AN_HOUR in wrong_pins(sqlite_service, reference, 5, caller.phone).screen
    assert AN_HOUR in opens(caller, reference).screen
    assert OPENED in goes_on(opens(caller, other))


def test_many_phones_guess_no_more_than_a_few_a_day_and_she_is_not_kept_out(
    caller: Caller, sqlite_service: Service, reference: str
) -> None:
    guesser = many_guess(sqlite_service, reference)
    assert A_DAY in opens(guesser, reference).screen
    assert OPENED in goes_on(opens(caller, reference))
    with later(hours=2):
        assert A_DAY in opens(guesser, reference).screen
    with later(hours=25):
        assert OPENED in goes_on(opens(guesser, reference))


def test_going_on_guessing_makes_the_wait_no_longer(
    sqlite_service: Service, reference: str
) -> None:
    guesser = wrong_pins(sqlite_service, reference, 5, OTHER)
    with later(minutes=40):
        assert AN_HOUR in opens(guesser, reference, "7777").screen
    with later(minutes=61):
        assert OPENED in goes_on(opens(guesser, reference))


def test_right_pins_do_not_count(sqlite_service: Service, reference: str) -> None:
    wrong_pins(sqlite_service, reference, 4, OTHER)
    for _ in range(3):
        assert OPENED in goes_on(opens(sqlite_service.caller(OTHER), reference))


def test_pins_that_come_at_once_are_not_all_looked_at(
    sqlite_service: Service, reference: str
) -> None:
    most = WRONG_PINS_PER_DAY + 20
    callers = [
        sqlite_service.caller(f"+9198100000{number:02}").dials(f"2*{reference}")
        for number in range(most)
    ]
    screens = at_once(most, lambda number: callers[number].types(f"{5000 + number}").screen)
    assert sum(each.startswith(WRONG) for each in screens) == WRONG_PINS_PER_DAY - 1
    assert sum(A_DAY in each for each in screens) == most - WRONG_PINS_PER_DAY + 1


# --- Whatever is guessed


@pytest.mark.parametrize("most", [WRONG_NUMBERS_PER_HOUR, FIRS_PER_HOUR])
def test_of_tries_at_once_each_counts_before_it_is_looked_at(
    sqlite_service: Service, most: int
) -> None:
    sessions, tries = sqlite_service.parts.office.sessions, Tries("a phone", most)
    left = at_once(20, lambda number: str(sessions.count_try(tries, f"guess {number}")))
    assert sorted(map(int, left)) == [-1] * (20 - most) + [*range(most)]


def test_numbers_and_codes_that_are_right_do_not_count(caller: Caller) -> None:
    reference = registers(caller)
    for _ in range(WRONG_NUMBERS_PER_HOUR + 1):
        assert "गर्दनीबाग" in caller.dials(f"2*{reference}").screen


# --- What is kept of a PIN


def answers_of(service: Service, reference: str) -> str:
    session = service.parts.office.sessions.open(PHONE).session
    assert session
    return str(session.conversation.answers).replace(reference, "")


def test_no_pin_stays_in_the_conversation(
    caller: Caller, sqlite_service: Service, reference: str
) -> None:
    assert PIN not in answers_of(sqlite_service, reference)
    opens(caller, reference, "8264")
    assert "8264" not in answers_of(sqlite_service, reference)
    caller.types(PIN)
    assert PIN not in answers_of(sqlite_service, reference)
    assert OPENED in goes_on(caller.sends_again())


def test_one_may_go_back_to_a_pin_that_is_forgotten(caller: Caller, reference: str) -> None:
    opens(caller, reference).types("0")
    assert caller.screen.startswith("आपका गुप्त पिन")
    assert WRONG in caller.types("1111").screen
    assert OPENED in goes_on(caller.types(PIN))
