"""Delivery receipts: late, early, twice, in any order, of parts, of things unknown."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from core.deliveries import Deliveries
from core.outbox import LetterLine, new_token
from core.receipt import Receipt
from core.sealing import Seal
from providers.transport import Silent
from sms.gateway import Handed, Outgoing
from sms.switchboard import Route
from tests.service import Service, postman_of, registers
from tests.sms.test_postman import Unsteady

pytestmark = pytest.mark.redis


def letter(service: Service) -> LetterLine:
    [only] = service.parts.outbox.newest()
    return only


def sent(service: Service, gateway: Unsteady) -> Outgoing:
    registers(service.caller())
    postman_of(service, Route(gateway)).round()
    return gateway.sent[-1]


def seal_of(service: Service) -> Seal:
    settings = service.parts.settings
    return Seal(settings.data_keys, settings.secret_key)


@pytest.fixture
def deliveries(service: Service) -> Deliveries:
    return Deliveries(service.parts.database, seal_of(service))


class InParts(Unsteady):
    """A gateway that takes a letter in so many parts."""

    def __init__(self, parts: int) -> None:
        super().__init__()
        self.parts = parts

    def send(self, letter: Outgoing) -> Handed:
        super().send(letter)
        return Handed(None, self.parts)


@pytest.mark.parametrize("by", ["token", "id"])
def test_a_receipt_settles_its_letter(service: Service, deliveries: Deliveries, by: str) -> None:
    out = sent(service, Unsteady())
    name = out.token if by == "token" else f"id-{out.id}"
    deliveries.keep("unsteady", Receipt(name, "underway"))
    assert letter(service).status == "sent"
    deliveries.keep("unsteady", Receipt(name, "delivered"))
    assert letter(service).status == "delivered"
    assert letter(service).settled_at


@pytest.mark.parametrize("first", ["delivered", "failed"])
def test_a_final_word_stands(service: Service, deliveries: Deliveries, first: str) -> None:
    out = sent(service, Unsteady())
    for status in (first, "underway", "delivered", "failed", first):
        deliveries.keep("unsteady", Receipt(out.token, status))  # type: ignore[arg-type]
    assert letter(service).status == first


def test_a_receipt_may_come_before_our_own_mark(service: Service, deliveries: Deliveries) -> None:
    class Fast(Unsteady):
        def send(self, letter: Outgoing) -> Handed:
            deliveries.keep("unsteady", Receipt(f"id-{letter.id}", "delivered"))
            return super().send(letter)

    sent(service, Fast())
    assert letter(service).status == "delivered"


def test_a_receipt_for_something_unknown_does_no_harm(
    service: Service, deliveries: Deliveries
) -> None:
    out = sent(service, Unsteady())
    for name in ("SMunknown", "999999-abcdef", "-", "", "1-2-3", f"{out.id}x"):
        deliveries.keep("unsteady", Receipt(name, "failed"))
    deliveries.keep("another", Receipt(out.token, "failed"))
    assert letter(service).status == "sent"


def test_a_long_message_is_delivered_when_all_its_parts_are(
    service: Service, deliveries: Deliveries
) -> None:
    out = sent(service, InParts(3))
    for part in ("2", "1", "2", "1"):
        deliveries.keep("unsteady", Receipt(out.token, "delivered", part))
        assert letter(service).status == "sent"
    deliveries.keep("unsteady", Receipt(out.token, "delivered", "3"))
    assert letter(service).status == "delivered"


def test_a_long_message_has_failed_when_one_part_has(
    service: Service, deliveries: Deliveries
) -> None:
    out = sent(service, InParts(2))
    deliveries.keep("unsteady", Receipt(out.token, "delivered", "1"))
    deliveries.keep("unsteady", Receipt(out.token, "failed", "2", "out of reach"))
    assert (letter(service).status, letter(service).trouble) == ("failed", "out of reach")


def test_a_silent_gateway_that_did_send_says_so_and_nothing_goes_twice(
    service: Service, deliveries: Deliveries
) -> None:
    class SendsInSilence(Unsteady):
        def send(self, letter: Outgoing) -> Handed:
            self.sent.append(letter)
            raise Silent("no answer in time")

    gateway = SendsInSilence()
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        out = sent(service, gateway)
        assert letter(service).status == "due"
        deliveries.keep("unsteady", Receipt(out.token, "delivered"))
        clock.shift(timedelta(hours=1))
        assert postman_of(service, Route(gateway)).round() == 0
    assert letter(service).status == "delivered"
    assert len(gateway.sent) == 1


def test_a_silent_try_that_failed_is_tried_again(service: Service, deliveries: Deliveries) -> None:
    gateway = Unsteady(Silent("no answer in time"))
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        registers(service.caller())
        postman_of(service, Route(gateway)).round()
        deliveries.keep("unsteady", Receipt(new_token(1, seal_of(service)), "failed"))
        clock.shift(timedelta(minutes=10))
        assert postman_of(service, Route(gateway)).round() == 1
    assert letter(service).status == "sent"


def test_a_receipt_of_any_kind_tells_that_a_silent_gateway_took_the_letter(
    service: Service, deliveries: Deliveries
) -> None:
    class SendsInSilence(Unsteady):
        def send(self, letter: Outgoing) -> Handed:
            self.sent.append(letter)
            raise Silent("no answer in time")

    gateway = SendsInSilence()
    out = sent(service, gateway)
    deliveries.keep("unsteady", Receipt(out.token, "underway"))
    assert letter(service).status == "sent"
    deliveries.keep("unsteady", Receipt(out.token, "failed"))
    assert letter(service).status == "failed"


def test_a_receipt_with_a_token_made_up_changes_nothing(
    service: Service, deliveries: Deliveries
) -> None:
    registers(service.caller())
    for name in ("1-guess", "1-0123456789abcdef0123", f"1-{new_token(2, seal_of(service))[2:]}"):
        deliveries.keep("unsteady", Receipt(name, "delivered"))
        assert deliveries.phone_of("unsteady", name) is None
    assert letter(service).status == "due"


def test_a_failed_letter_can_be_tried_anew(service: Service, deliveries: Deliveries) -> None:
    out = sent(service, Unsteady())
    deliveries.keep("unsteady", Receipt(out.token, "failed"))
    assert "1 due again" in service.pukar("letters", "retry", str(out.id))
