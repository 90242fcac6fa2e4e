"""Letters: posted with the change they tell of, carried by the postman."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
import time_machine
from sqlalchemy import select, update

from core.alphabet import split
from core.language import Language, render
from core.letters import LETTERS, SAMPLES, Letterhead, check_letter, write_letter
from core.outbox import Outbox
from core.tables import letters
from providers.transport import Refused, TryLater
from sms.gateway import Gateway, Handed, Outgoing
from sms.gateways.simulator import Simulator
from sms.postman import Postman
from sms.switchboard import Route
from tests.fakes import LANGUAGES
from tests.service import Service, postman_of, registers

LETTERHEAD = Letterhead("06120000000", "*384*78527#", "9800000000")
OFFENCES = ("चोरी", "chori", "theft", "धमकी", "महिला", "violence")


@pytest.mark.parametrize("language", LANGUAGES.all, ids=lambda language: language.code)
@pytest.mark.parametrize("template", LETTERS)
def test_every_letter_fits_one_sms_and_gives_nothing_away(
    template: str, language: Language
) -> None:
    text = render(write_letter(template, SAMPLES, LETTERHEAD), language)
    assert len(split(text)) == 1, text
    assert all(SAMPLES[name] in text for name in LETTERS[template].variables)
    # What the records say of a vehicle tells of no case of hers.
    is_of_records = template.startswith("vehicle.")
    assert is_of_records or not [word for word in OFFENCES if word in text.lower()]


@pytest.mark.parametrize("value", ["ज", "x" * 31, "x" * 10])
def test_a_variable_is_short_and_ascii_and_what_it_is_registered_as(value: str) -> None:
    with pytest.raises(ValueError, match="reference must be"):
        check_letter("state.received", {"reference": value})


class Unsteady(Simulator):
    """A gateway that fails as often as told, then sends."""

    def __init__(self, *failures: Exception, name: str = "unsteady") -> None:
        self.name = name
        self.failures = list(failures)
        self.sent: list[Outgoing] = []

    def send(self, letter: Outgoing) -> Handed:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(letter)
        return Handed(f"id-{letter.id}")


@pytest.fixture
def outbox(service: Service) -> Outbox:
    return Outbox(service.parts.database)


def postman_with(service: Service, *gateways: Gateway) -> Postman:
    return postman_of(service, *map(Route, gateways))


def wait_until(came: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not came():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def status(service: Service) -> tuple[str, int, str | None]:
    query = select(letters.c.status, letters.c.attempts, letters.c.trouble)
    with service.parts.database.reading() as connection:
        return tuple(connection.execute(query).one())


@pytest.mark.redis
def test_a_letter_is_tried_again_until_the_gateway_takes_it(service: Service) -> None:
    registers(service.caller())
    gateway = Unsteady(TryLater("busy"), TryLater("busy"))
    postman = postman_with(service, gateway)
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        assert postman.round() == 1
        assert postman.round() == 0
        for _ in range(2):
            clock.shift(timedelta(minutes=2))
            assert postman.round() == 1
    assert len(gateway.sent) == 1
    assert gateway.sent[0].phone == "+919800000001"
    assert status(service) == ("sent", 3, None)


@pytest.mark.redis
def test_a_refused_letter_is_dead_with_its_reason(service: Service) -> None:
    registers(service.caller())
    assert postman_with(service, Unsteady(Refused("no such number"))).round() == 1
    assert status(service) == ("dead", 1, "unsteady: no such number")


@pytest.mark.redis
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param({"template": "state.gone"}, id="template that is no more"),
        pytest.param({"variables": {}}, id="variable missing"),
        pytest.param({"phone_sealed": b"no key opens this"}, id="sealed with a lost key"),
    ],
)
def test_a_letter_that_cannot_be_written_is_dead_and_holds_up_no_other(
    service: Service, damage: dict[str, object]
) -> None:
    registers(service.caller())
    with service.parts.database.writing() as connection:
        connection.execute(update(letters).values(**damage))
    registers(service.caller("+919800000002"))
    gateway = Unsteady()
    assert postman_with(service, gateway).round() == 2
    assert [letter.phone for letter in gateway.sent] == ["+919800000002"]


@pytest.mark.redis
def test_a_postman_who_stumbles_gets_up_again(service: Service) -> None:
    registers(service.caller())
    gateway = Unsteady(RuntimeError("a fault of ours"))
    postman = postman_with(service, gateway)
    stop = Event()
    thread = Thread(target=postman.run, args=(stop,))
    with time_machine.travel(datetime.now(UTC)) as clock:
        thread.start()
        wait_until(lambda: gateway.failures == [])
        wait_until(lambda: status(service)[1:] == (1, "RuntimeError('a fault of ours')"))
        clock.shift(timedelta(minutes=7))
        wait_until(lambda: len(gateway.sent) == 1)
        stop.set()
        thread.join()
    assert status(service)[0] == "sent"


@pytest.mark.redis
def test_a_letter_tried_very_often_is_still_postponed(service: Service) -> None:
    registers(service.caller())
    with service.parts.database.writing() as connection:
        connection.execute(update(letters).values(attempts=60))
    assert postman_with(service, Unsteady(TryLater("down"))).round() == 1
    assert status(service)[0] == "due"


@pytest.mark.redis
def test_a_letter_nobody_takes_for_two_days_is_dead(service: Service) -> None:
    registers(service.caller())
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=49)):
        postman_with(service, Unsteady(TryLater("down"))).round()
        assert status(service)[0] == "due"  # nobody was there to try it
        with service.parts.database.writing() as connection:
            connection.execute(update(letters).values(attempts=20, due_at=letters.c.posted_at))
        postman_with(service, Unsteady(TryLater("down"))).round()
    assert status(service)[0] == "dead"


@pytest.mark.redis
def test_a_letter_in_the_hands_of_one_postman_is_not_taken_by_another(
    service: Service, outbox: Outbox
) -> None:
    registers(service.caller())
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        assert len(outbox.take_due()) == 1
        assert outbox.take_due() == []
        clock.shift(timedelta(minutes=5))
        assert len(outbox.take_due()) == 1


@pytest.mark.redis
def test_a_letter_comes_in_the_language_of_the_phone(service: Service) -> None:
    caller = service.caller().dials().chooses("भाषा").chooses("English")
    for typed in ("1", "4", "800001", "1", "My bicycle was stolen", "1"):
        caller.types(typed)
    [text] = service.inbox()
    assert text.endswith(": received. Keep this number. Not yet an FIR. -Bihar Police")
