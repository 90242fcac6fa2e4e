"""STOP and START: however they are told, honoured, explained, taken back."""

import pytest
from sqlalchemy import select

from core.tables import letters
from sms.gateway import OptedOut
from sms.switchboard import Route
from tests.service import Service, postman_of, registers
from tests.sms.test_postman import Unsteady
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

PHONE = "+919800000001"
OFF = "अब SMS नहीं आएगा। चाहिए तो 56161 पर START भेजें। -बिहार पुलिस"
ON = "अब SMS आएगा। नहीं चाहिए तो 56161 पर STOP भेजें। -बिहार पुलिस"


def move(service: Service, reference: str) -> None:
    service.pukar("cases", "move", reference, "sent_to_station")


def statuses(service: Service) -> list[str]:
    with service.parts.database.reading() as connection:
        return list(connection.scalars(select(letters.c.status).order_by(letters.c.id)))


@pytest.mark.parametrize("stop", ["STOP", "stop.", "बंद करो", "band karo", "UNSUBSCRIBE"])
def test_who_writes_stop_gets_no_more_news_is_told_so_and_may_take_it_back(
    service: Service, stop: str
) -> None:
    reference = registers(service.caller())
    texter = Texter(service).writes(stop)
    assert texter.reads == OFF
    move(service, reference)
    assert texter.reads == OFF
    assert statuses(service) == ["sent", "sent", "stopped"]
    moved = service.pukar("cases", "move", reference, "need_information")
    assert "the citizen wants no SMS" in moved
    assert texter.writes("चालू करो").reads == ON
    service.pukar("cases", "move", reference, "under_enquiry")
    assert "जांच में है" in texter.reads


def test_news_that_wait_are_stopped_too(service: Service) -> None:
    reference = registers(service.caller())
    move(service, reference)
    Texter(service).writes("STOP")
    assert [text for text in service.inbox() if "थाने भेजा गया" in text] == []


def test_the_next_status_says_that_letters_are_off(service: Service) -> None:
    reference = registers(service.caller())
    texter = Texter(service).writes("STOP")
    off = "SMS बंद है। चाहिए तो 56161 पर START भेजें।"
    assert off in texter.writes(reference).reads
    screen = service.caller().dials(f"2*{reference}").screen
    assert "SMS" in screen or "SMS" in service.caller().dials(f"2*{reference}").types("9").screen
    texter.writes("START")
    assert off not in texter.writes(f"स्थिति {reference}").reads


def test_who_registers_with_letters_off_is_promised_none(service: Service) -> None:
    Texter(service).writes("STOP")
    caller = service.caller()
    registers(caller)
    assert "इसी से हाल पूछें" in caller.screen
    assert "SMS आएगा" not in caller.screen


def test_an_opt_out_at_the_provider_is_honoured_in_silence(service: Service) -> None:
    reference = registers(service.caller())
    for _ in range(2):
        form = {"senderId": "PUKAR", "phoneNumber": PHONE}
        assert service.client.post("/sms/africastalking/optout", data=form).status_code == 200
    move(service, reference)
    assert len(service.inbox()) == 1
    assert Texter(service).writes("START").reads == ON


def test_an_error_that_says_opted_out_ends_the_letters(service: Service) -> None:
    reference = registers(service.caller())
    postman_of(service, Route(Unsteady(OptedOut("error 21610")))).round()
    move(service, reference)
    assert statuses(service) == ["stopped", "stopped"]


def test_a_receipt_that_says_blacklisted_ends_the_letters(service: Service) -> None:
    reference = registers(service.caller())
    gateway = Unsteady(name="africastalking")
    postman_of(service, Route(gateway)).round()
    form = {
        "id": f"id-{gateway.sent[0].id}",
        "status": "Failed",
        "failureReason": "UserInBlackList",
        "phoneNumber": PHONE,
    }
    assert service.client.post("/sms/africastalking/delivery", data=form).status_code == 200
    move(service, reference)
    assert statuses(service) == ["failed", "stopped"]


def test_an_answer_is_sent_even_with_letters_off(service: Service) -> None:
    texter = Texter(service).writes("STOP").writes("112")
    assert texter.reads.startswith("खतरा है?")
