"""My police station: by PIN code or district, with its telephone, by SMS as well."""

from pathlib import Path

import pytest

from core.scripts.station_lookup import STATION_LOOKUP
from core.text import Text
from simulator.caller import Caller
from tests.service import Service, service_with
from tests.services import by_call
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

OFFER = "अपना थाना"
HELPLINE = "06120000000"
HEAD = "ps_code,name_en,name_hi,police_district_code,kind,telephone,aliases,closed"
GARDANIBAGH = "5117029"


@pytest.fixture
def caller(sqlite_service: Service) -> Caller:
    return sqlite_service.caller()


def with_telephone(service: Service, folder: Path) -> None:
    """Let an operator bring in the telephone of a station."""
    file = folder / "stations.csv"
    row = f"{GARDANIBAGH},Gardani Bagh,गर्दनीबाग,PATNA,territorial,0612-2222222,,"
    file.write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
    service.pukar("stations", "import", str(file))


def finds(caller: Caller) -> Caller:
    """Find the station at Gardanibagh, Patna, by its PIN code."""
    return caller.dials().chooses(OFFER).types("800001").chooses("गर्दनीबाग")


def test_a_station_is_found_by_pin_with_its_telephone(
    sqlite_service: Service, caller: Caller, tmp_path: Path
) -> None:
    with_telephone(sqlite_service, tmp_path)
    assert "गर्दनीबाग, पटना। फोन:0612-2222222" in finds(caller).screen
    assert len(caller.said) <= 8


def test_where_no_telephone_is_known_our_own_is_told(caller: Caller) -> None:
    assert f"पूछें: {HELPLINE}" in finds(caller).screen


def test_the_sms_that_she_wishes_comes_once(
    sqlite_service: Service, caller: Caller, tmp_path: Path
) -> None:
    with_telephone(sqlite_service, tmp_path)
    finds(caller).types("1").sends_again()
    assert not caller.is_connected
    told = ["आपका थाना: Gardani Bagh, Patna. फोन 06122222222 -बिहार पुलिस"]
    assert sqlite_service.inbox() == told


@pytest.mark.parametrize("database", ["sqlite_database_url", "postgresql_database_url"])
def test_a_turn_that_is_taken_twice_sends_it_once(
    request: pytest.FixtureRequest, fresh_redis_url: str, tmp_path: Path, database: str
) -> None:
    """The session store fails after the letter was posted, and the provider asks again."""
    url = request.getfixturevalue(database)
    stores = {"database_url": url, "redis_url": fresh_redis_url, "data_dir": tmp_path}
    with service_with(**stores) as service:
        caller = finds(service.caller())
        [key] = service.redis.scan_iter("pukar:session:*")
        before = service.redis.dump(key)
        caller.types("1")
        service.redis.restore(key, 0, before, replace=True)  # type: ignore[arg-type]
        assert caller.sends_again().screen == "SMS भेज रहे हैं। धन्यवाद।"
        assert len(service.inbox()) == 1


def test_whoever_wants_no_sms_gets_none(sqlite_service: Service, caller: Caller) -> None:
    finds(caller).types("2")
    assert not caller.is_connected
    assert sqlite_service.inbox() == []


def test_where_no_sms_can_be_sent_it_is_said_and_told_again(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    with service_with(**stores, data_dir=tmp_path, sms_gateways="") as service:
        caller = finds(service.caller()).types("1")
        assert "अभी SMS नहीं जा सकता" in caller.screen
        assert "गर्दनीबाग" in caller.screen


def test_a_station_is_found_by_its_district(caller: Caller) -> None:
    caller.dials().chooses(OFFER).chooses("जिला चुनें").types("पट")
    caller.chooses("पटना").types("गर्द").types("1")
    assert "गर्दनीबाग, पटना" in caller.screen


def test_whoever_does_not_know_may_go_to_any_station(caller: Caller) -> None:
    caller.dials().chooses(OFFER).chooses("जिला पता नहीं")
    assert "किसी भी थाने" in caller.screen
    assert HELPLINE in caller.screen
    caller.dials().chooses(OFFER).types("800001").types("8")
    assert "जिला पटना" in caller.screen
    assert "किसी भी थाने" in caller.screen


def test_by_sms_it_is_told_without_asking(sqlite_service: Service, tmp_path: Path) -> None:
    with_telephone(sqlite_service, tmp_path)
    texter = Texter(sqlite_service)
    texter.writes("पुकार").writes(OFFER).writes("800001").writes("1")
    assert texter.reads == "गर्दनीबाग, पटना। फोन:0612-2222222."
    assert len(texter.inbox) == 4


def test_on_a_call_it_is_said_and_sent(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    with by_call.called(sqlite_database_url, fresh_redis_url, tmp_path) as service:
        with_telephone(service, tmp_path)
        phone = by_call.phone(service).dials()
        by_call.wants(phone, STATION_LOOKUP.label).presses("3").presses("800001")
        phone.presses("427").presses("1")
        assert "गर्दनीबाग" in phone.heard
        assert "0 6 1 2 2 2 2 2 2 2 2" in phone.heard
        by_call.wants(phone, Text("Yes, by SMS"))
        assert phone.is_over
        assert service.inbox() == ["आपका थाना: Gardani Bagh, Patna. फोन 06122222222 -बिहार पुलिस"]


@pytest.fixture
def long_named(sqlite_service: Service, tmp_path: Path) -> Service:
    file = tmp_path / "stations.csv"
    row = f"{GARDANIBAGH},Gardani Bagh Very Long Name Of A Station,गर्दनीबाग,PATNA,territorial,,,"
    file.write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
    sqlite_service.pukar("stations", "import", str(file))
    return sqlite_service


def test_a_long_name_is_cut_in_the_letter(long_named: Service) -> None:
    """The rules of DLT allow thirty characters."""
    finds(long_named.caller()).types("1")
    [letter] = long_named.inbox()
    assert f"आपका थाना: {'Gardani Bagh Very Long Name Of'}. फोन {HELPLINE}" in letter
