"""How sessions end, as the provider tells it."""

import pytest
from sqlalchemy import select

from core.tables import session_ends
from tests.service import Service

pytestmark = pytest.mark.redis

END = {
    "date": "2026-11-24 06:30:00",
    "serviceCode": "*384*78527#",
    "networkCode": "99999",
    "status": "Incomplete",
    "cost": "KES 0.10",
    "durationInMillis": "41234",
    "hopsCount": "3",
    "hopsMetadata": "",
    "input": "1*1",
    "lastAppResponse": "CON ...",
}


def post(service: Service, **fields: str) -> int:
    return service.client.post("/ussd/africastalking/events", data=END | fields).status_code


def rows(service: Service) -> list[tuple[str, str | None, int | None, int | None]]:
    columns = session_ends.c
    query = select(columns.outcome, columns.question, columns.hops, columns.milliseconds)
    with service.parts.database.reading() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_an_end_is_kept_with_the_question_it_stood_at(service: Service) -> None:
    caller = service.caller().dials().types("1").types("4")
    assert post(service, sessionId=caller.session, phoneNumber=caller.phone) == 200
    assert rows(service) == [("dropped", "pin", 3, 41234)]


def test_a_completed_session_stands_at_no_question(service: Service) -> None:
    caller = service.caller().dials().types("0")
    post(service, sessionId=caller.session, phoneNumber=caller.phone, status="Success")
    assert rows(service) == [("completed", None, 3, 41234)]


def test_a_repeated_end_is_kept_once(service: Service) -> None:
    for status in ("Incomplete", "Success"):
        assert post(service, sessionId="S", phoneNumber="+919800000001", status=status) == 200
    assert rows(service) == [("dropped", None, 3, 41234)]


@pytest.mark.parametrize("odd", ["", "many", "-1", "9" * 40, "३"])
def test_odd_figures_are_left_out(service: Service, odd: str) -> None:
    post(service, sessionId="S", phoneNumber="+919800000001", hopsCount=odd, status=odd)
    assert rows(service) == [("failed", None, None, 41234)]


def test_an_end_without_session_or_phone_is_malformed(service: Service) -> None:
    assert post(service, phoneNumber="+919800000001") == 400
    assert post(service, sessionId="S") == 400
    assert rows(service) == []


def test_nothing_of_what_was_keyed_is_kept(service: Service) -> None:
    post(service, sessionId="S", phoneNumber="+919800000001", input="1*4*800001")
    with service.parts.database.reading() as connection:
        kept = str(connection.execute(select(session_ends)).all())
    assert "800001" not in kept
    assert "9800000001" not in kept
