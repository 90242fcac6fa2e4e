"""Help at once: the number is on the screen, and on a call she is put through."""

import csv
from pathlib import Path

import pytest

from core.directory import DATA
from core.scripts.emergency import EMERGENCY_HELP
from core.scripts.helplines import HELPLINES
from core.scripts.register_complaint import COMPLAINTS, KINDS
from core.text import Text
from tests.ivr.conftest import aloud
from tests.service import Service
from tests.services import by_call
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

OFFER = "तुरंत मदद के नंबर"


def test_the_numbers_stand_on_the_screen_at_once(sqlite_service: Service) -> None:
    caller = sqlite_service.caller().dials().chooses(OFFER)
    assert "112 पुलिस, दमकल, एंबुलेंस" in caller.screen
    first = caller.screen
    shown = first + caller.types("9").screen
    assert "\n9 " not in caller.screen
    assert [number for number in HELPLINES if number not in shown] == []


@pytest.mark.parametrize(("label", "number"), [("1930 साइबर ठगी", "1930"), ("181 महिला", "181")])
def test_who_chooses_one_is_told_to_dial_it(
    sqlite_service: Service, label: str, number: str
) -> None:
    caller = sqlite_service.caller().dials().chooses(OFFER).chooses(label)
    assert caller.screen == f"अभी {number} डायल करें।"
    assert not caller.is_connected


def test_by_sms_the_number_comes_as_well(sqlite_service: Service) -> None:
    texter = Texter(sqlite_service)
    texter.writes("पुकार").writes(OFFER).writes("3")
    assert texter.reads == "अभी 1098 डायल करें।"


def test_on_a_call_she_is_put_through(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    stores = (sqlite_database_url, fresh_redis_url, tmp_path)
    dials = {"112": "+916122201977", "1098": "+911130001098", "1930": "+911130001930"}
    helplines = f"1098={dials['1098']}, 1930={dials['1930']}"
    with by_call.called(*stores, helplines_dial=helplines, emergency_dial=dials["112"]) as service:
        for number, reached in dials.items():
            phone = by_call.phone(service).dials()
            by_call.wants(phone, EMERGENCY_HELP.label, HELPLINES[number])
            assert phone.connected_to == reached
            phone.hangs_up()


def test_a_number_that_our_line_does_not_reach_is_told(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    stores = (sqlite_database_url, fresh_redis_url, tmp_path)
    with by_call.called(*stores, helplines_dial="1098=+911130001098") as service:
        phone = by_call.phone(service).dials()
        by_call.wants(phone, EMERGENCY_HELP.label, HELPLINES["181"])
        assert not phone.connected_to
        assert "1 8 1" in phone.heard


@pytest.mark.parametrize(("kind", "number"), [("child_safety", "1098"), ("cyber_fraud", "1930")])
def test_who_complains_of_what_cannot_wait_is_put_through_from_there(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path, kind: str, number: str
) -> None:
    stores = (sqlite_database_url, fresh_redis_url, tmp_path)
    with by_call.called(*stores, helplines_dial=f"{number}=+911130001098") as service:
        phone = by_call.phone(service).dials()
        by_call.wants(phone, COMPLAINTS.label, KINDS[kind].label)
        by_call.wants(phone, Text("Talk to {number}")(number=number))
        assert phone.connected_to == "+911130001098"


def test_a_helpline_that_our_line_does_not_reach_is_said_twice(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    with by_call.called(sqlite_database_url, fresh_redis_url, tmp_path) as service:
        phone = by_call.phone(service).dials()
        by_call.wants(phone, COMPLAINTS.label, KINDS["child_safety"].label)
        by_call.wants(phone, Text("Talk to {number}")(number="1098"))
        assert phone.heard.count("1 0 9 8") == 2
        assert phone.is_over


def test_every_helpline_offered_has_its_source() -> None:
    with (DATA / "helplines.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["number"]: row for row in csv.DictReader(file)}
    assert all(rows[number]["source"] for number in HELPLINES)
    assert all(rows[number]["confidence"].startswith("verified") for number in HELPLINES)


def test_the_ear_hears_each_number_before_what_it_is_for() -> None:
    for number, label in HELPLINES.items():
        assert len(aloud(label).split(",")[0].split()) == len(number)
