"""Every service through the API: its own form is checked, kept, read and moved along its course."""

import json
import re
from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from core.case_file import Entry
from core.service_entry import Field, Service
from core.services import SERVICES
from core.tables import told
from tests.api.conftest import GARDANIBAGH, Partner, complaint, lost_phone, partner_of
from tests.service import Service as Running

pytestmark = pytest.mark.redis

REGISTERING = [each for each in SERVICES.values() if each.course]
AADHAAR = "2000 0000 0009"  # its last digit is right


def said(answer: TestResponse) -> Any:  # noqa: ANN401  # JSON
    return json.loads(answer.text)


def value_of(field: Field) -> str:
    if field.options:
        return next(iter(field.options))
    values = {"day": "2026-11-20", "number": "34", "phone": "9800000009", "district": "GAYA"}
    return values.get(field.kind, "रामू राम, पिता श्यामू राम")


def body_of(service: Service) -> dict[str, object]:
    """Give what there is to be told of a service."""
    fields = {name: value_of(each) for name, each in service.fields.items() if not each.later}
    body: dict[str, object] = {"external_id": "s1", "service": service.key, "station": GARDANIBAGH}
    if fields:
        body["told"] = fields
    if not fields or service.is_nameless:
        body["story"] = "गली में रात को लोग जमा होते हैं"
    if not service.is_nameless:
        body["phone"] = "+919800000001"
    if len(service.kinds) > 1:
        body["kind"] = next(iter(service.kinds))
    return body


@pytest.mark.parametrize("service", REGISTERING, ids=[each.key for each in REGISTERING])
def test_a_matter_of_every_service_is_registered_and_read(
    partner: Partner, service: Service
) -> None:
    body = body_of(service)
    answer = partner.post("/cases", body)
    assert answer.status_code == 201, answer.text
    reference = said(answer)["reference"]

    case = said(partner.get(f"/cases/{reference}"))
    assert (case["service"], case["state"]) == (service.key, "received")
    assert case["kind"] in service.kinds
    assert case["told"] == body.get("told", {})
    assert (case["story"], case["phone"]) == (body.get("story"), body.get("phone"))
    assert case["next_states"] == sorted((service.course or {})["received"])
    letters = partner.service.inbox()
    assert [reference in each for each in letters] == ([] if service.is_nameless else [True])

    assert said(partner.post("/cases", body))["reference"] == reference
    other = {name: f"{value}9" for name, value in body.items() if name in ("phone", "story")}
    assert partner.post("/cases", body | {"story": "और बात"} | other).status_code in (409, 422)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"lost": "moon"}, "told.lost"),
        ({"lost_on": "20-11-2026"}, "told.lost_on"),
        ({"lost_on": "2026-02-30"}, "told.lost_on"),
        ({"description": " "}, "told.description"),
        ({"description": "x" * 1001}, "told.description"),
        ({"colour": "red"}, "told.colour"),
        ({"lost": None}, "told.lost"),
    ],
)
def test_what_does_not_fit_the_form_is_refused_with_its_place(
    partner: Partner, change: dict[str, object], where: str
) -> None:
    form = {"lost": "mobile", "lost_on": "2026-11-20", **change}
    answer = partner.post("/cases", lost_phone(told=form))
    assert answer.status_code == 422
    assert [each["where"] for each in said(answer)["errors"]] == [where]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"service": "passport"}, "service"),
        ({"service": "status"}, "service"),
        ({"service": 7}, "service"),
        ({"kind": "theft"}, "kind"),
        ({"told": {}}, "told.lost"),
        ({"silent": "yes"}, "silent"),
        ({"phone": "+9198000"}, "phone"),
    ],
)
def test_what_is_not_of_the_service_is_refused(
    partner: Partner, change: dict[str, object], where: str
) -> None:
    answer = partner.post("/cases", lost_phone() | change)
    assert answer.status_code == 422
    assert where in [each["where"] for each in said(answer)["errors"]]


def test_a_phone_and_a_district_are_looked_at_too(partner: Partner) -> None:
    body = body_of(SERVICES["tenant_verification"])
    form = dict(body["told"])  # type: ignore[call-overload]
    wrong = partner.post("/cases", body | {"told": form | {"subject_mobile": "12345"}})
    assert [each["where"] for each in said(wrong)["errors"]] == ["told.subject_mobile"]
    nowhere = partner.post("/cases", body | {"told": form | {"home_district": "NOWHERE"}})
    assert nowhere.status_code == 409
    assert "There is no police district NOWHERE." in said(nowhere)["detail"]
    for home in ("GAYA", "another_state"):
        again = body | {"external_id": home, "told": form | {"home_district": home}}
        assert partner.post("/cases", again).status_code == 201


def test_a_complaint_has_no_form_and_needs_its_story(partner: Partner) -> None:
    assert partner.post("/cases", complaint(told={"lost": "mobile"})).status_code == 422
    assert partner.post("/cases", complaint(story=None)).status_code == 422
    with_more = lost_phone(story="काले रंग का, टूटा शीशा")
    assert partner.post("/cases", with_more).status_code == 201


def test_informants_are_registered_without_a_phone_only(partner: Partner) -> None:
    for service in (each for each in REGISTERING if each.is_nameless):
        body = body_of(service)
        for named in ({"phone": "+919800000001"}, {"language": "hi"}, {"silent": True}):
            assert partner.post("/cases", body | named).status_code == 422
        assert partner.post("/cases", body).status_code == 201
    assert all(case.is_silent for case in _informants(partner.service))
    assert partner.service.inbox() == []


def _informants(service: Running) -> list[Any]:
    return [service.parts.cases.look_up(line.reference) for line in service.parts.cases.newest()]


def test_who_wants_no_sms_gets_none(partner: Partner) -> None:
    reference = said(partner.post("/cases", lost_phone(silent=True)))["reference"]
    assert said(partner.get(f"/cases/{reference}"))["is_silent"]
    record = {"state": "recorded", "details": {"diary_number": "12/2026"}}
    assert partner.post(f"/cases/{reference}/moves", record).status_code == 201
    assert partner.service.inbox() == []
    assert "silent" in said(partner.post("/cases", lost_phone()))["detail"]


def test_what_was_told_is_for_those_who_read_cases(partner: Partner) -> None:
    reference = said(partner.post("/cases", lost_phone()))["reference"]
    mover = partner_of(partner.service, "mover", scopes=("cases:move",))
    assert said(mover.get(f"/cases/{reference}"))["told"] is None
    assert "mobile" not in partner.get("/cases").text + partner.get("/events").text


@pytest.mark.parametrize("other", [{"lost": "licence"}, {"description": "काला"}])
def test_the_same_external_id_with_another_form_is_refused(
    partner: Partner, other: dict[str, str]
) -> None:
    partner.post("/cases", lost_phone())
    form = {"lost": "mobile", "lost_on": "2026-11-20", **other}
    refused = partner.post("/cases", lost_phone(told=form))
    assert refused.status_code == 409
    assert re.search("with other words: told.$", said(refused)["detail"])


def test_what_an_officer_filled_in_meanwhile_is_no_other_form(partner: Partner) -> None:
    reference = said(partner.post("/cases", lost_phone()))["reference"]
    files = partner.service.parts.cases.files
    with files.open(reference) as file:
        file.write(Entry("filled", "asha", details={"fields": "lost,owner"}))
        lost = update(told).where(told.c.case_id == file.row.id, told.c.field == "lost")
        file.connection.execute(lost.values(value_sealed=files.seal.close("licence")))
    assert said(partner.post("/cases", lost_phone()))["reference"] == reference
    assert said(partner.get("/events"))["events"][-1]["details"] == {"fields": "lost,owner"}


def test_numbers_that_nobody_needs_are_masked_and_are_no_other_words(partner: Partner) -> None:
    told_so = lost_phone(story=f"आधार {AADHAAR}")
    told_so["told"] = {"lost": "other", "lost_on": "2026-11-20", "description": AADHAAR}
    reference = said(partner.post("/cases", told_so))["reference"]
    case = said(partner.get(f"/cases/{reference}"))
    assert AADHAAR not in f"{case['story']} {case['told']}"
    assert said(partner.post("/cases", told_so))["reference"] == reference


def test_a_matter_goes_the_course_of_its_service(partner: Partner) -> None:
    reference = said(partner.post("/cases", lost_phone()))["reference"]
    moves = f"/cases/{reference}/moves"
    assert partner.post(moves, {"state": "sent_to_station"}).status_code == 409
    lacking = partner.post(moves, {"state": "recorded"})
    assert "recorded needs diary_number" in said(lacking)["detail"]
    misspelt = {"state": "recorded", "details": {"diary_number": "twelve"}}
    assert partner.post(moves, misspelt).status_code == 422

    record = {"state": "recorded", "details": {"diary_number": "12/2026"}}
    assert partner.post(moves, record).status_code == 201

    case = said(partner.get(f"/cases/{reference}"))
    assert (case["diary_number"], case["stage"]) == ("12/2026", "closed")
    assert case["next_states"] == ["recovered", "reopened"]
    assert said(partner.get("/events"))["events"][-1]["details"] == {"diary_number": "12/2026"}
    assert "12/2026" in partner.service.inbox()[0]


def test_without_a_station_a_matter_can_only_go_to_one(partner: Partner) -> None:
    reference = said(partner.post("/cases", complaint(station=None)))["reference"]
    case = said(partner.get(f"/cases/{reference}"))
    assert "sent_to_station" not in case["next_states"]
    assert "transferred" in case["next_states"]


def test_what_is_urgent_is_told_to_be_and_so_is_the_alert(partner: Partner) -> None:
    reference = partner.registers(kind="violence")
    assert said(partner.get(f"/cases/{reference}"))["is_urgent"]
    partner.service.parts.overseer.round()
    last = said(partner.get("/events"))["events"][-1]
    assert (last["kind"], last["details"]["whom"]) == ("alerted", "nobody")
