"""A key is gone from DATA_KEYS: what it sealed is lost, and all else goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from core.cases import Case
from tests.desk.cases import form, register
from tests.desk.officers import officers_of, sign_in_at
from tests.officer import asks
from tests.service import Service, service_with
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

STORY = "कल रात साइकिल चोरी हो गई"
NOTE = "थाने ने फोन किया"
LOST = "its key is missing"
QUESTION = "किस दिन, कितने बजे हुआ?"


@pytest.fixture
def stores(sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path) -> dict[str, object]:
    return {
        "database_url": sqlite_database_url,
        "redis_url": fresh_redis_url,
        "data_dir": tmp_path,
    }


@pytest.fixture
def case(stores: dict[str, object]) -> Case:
    """A case with a note and a question, sealed with the key that will be gone."""
    with service_with(**stores) as service:
        registered = register(service, STORY)
        station = sign_in_at(service, officers_of(service))("station")
        station.submit(f"/desk/case/{registered.reference}/note", form(registered, note=NOTE))
        asks(service, registered.reference)
        return registered


@pytest.fixture
def service(stores: dict[str, object], case: Case) -> Iterator[Service]:
    del case
    with service_with(**stores, data_keys=Fernet.generate_key().decode()) as service:
        yield service


def test_her_status_and_her_question_are_told(service: Service, case: Case) -> None:
    caller = service.caller(case.phone).dials(f"2*{case.reference}")
    assert QUESTION in caller.screen
    assert QUESTION in Texter(service, case.phone).writes(f"HAAL {case.reference}").reads
    stranger = service.caller("+919800000002").dials(f"2*{case.reference}")
    assert not stranger.is_connected


def test_the_desk_says_what_cannot_be_opened(service: Service, case: Case) -> None:
    station = sign_in_at(service, officers_of(service))("station")
    for page in ("", "/print"):
        answer = station.get(f"/desk/case/{case.reference}{page}")
        assert answer.status_code == 200
        assert LOST in answer.text
    assert "what was written cannot be opened" in station.get(f"/desk/case/{case.reference}").text
    assert station.get("/desk/cases").status_code == 200


def test_the_console_says_what_cannot_be_opened(service: Service, case: Case) -> None:
    shown = service.pukar("cases", "show", case.reference)
    assert "UNREADABLE: no key of DATA_KEYS opens this story" in shown
    assert shown.count("UNREADABLE") == 2  # its note as well
