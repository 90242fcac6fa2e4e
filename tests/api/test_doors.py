"""The API as another system meets it: who it is, what it sees, and that nothing is done twice."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from time_machine import travel
from werkzeug.test import TestResponse

from casework.accesses import Wanted
from casework.exchange import Exchange, Passed
from casework.repeats import OutcomeUnknown, Repeats, Request, UnderWay
from casework.stations import Stations
from casework.viewer import Viewer
from core.cases import Cases
from core.database import DatabaseDown
from core.embedded import EmbeddedRedis
from core.settings import SettingsError, read_settings
from tests.api.conftest import GARDANIBAGH, Partner, change, complaint, partner_of
from tests.service import Service, service_with
from tests.test_faults import out_of_order

pytestmark = pytest.mark.redis

ARARIA = "5140003"
ALL = {
    "POST /cases": "cases:register",
    "GET /cases": "cases:read",
    "POST /cases/{reference}/moves": "cases:move",
    "GET /events": "events:read",
    "GET /stations": "stations:read",
    "POST /hooks": "hooks",
    "GET /hooks": "hooks",
    "DELETE /hooks/1": "hooks",
    "POST /hooks/1/replay": "hooks",
}
BODIES = {
    "POST /cases": complaint("b1"),
    "POST /cases/{reference}/moves": {"state": "sent_to_station"},
    "POST /hooks": {"url": "https://hook.example.in/"},
    "POST /hooks/1/replay": {"after": 0},
}


def said(answer: TestResponse) -> Any:  # noqa: ANN401  # JSON
    return json.loads(answer.text)


def is_problem(answer: TestResponse, status: int) -> bool:
    problem = said(answer)
    return (
        answer.status_code == problem["status"] == status
        and answer.content_type == "application/problem+json"
        and problem["request_id"] == answer.headers["X-Request-ID"]
        and all(problem[each] for each in ("type", "title", "detail"))
    )


def asks(partner: Partner, what: str, reference: str) -> TestResponse:
    method, _, path = what.partition(" ")
    body = json.dumps(BODIES[what]) if what in BODIES else None
    return partner.asks(method, path.format(reference=reference), body)


def test_a_case_is_registered_and_the_citizen_has_her_letter(partner: Partner) -> None:
    answer = partner.post("/cases", complaint())
    reference = said(answer)["reference"]
    assert answer.headers["Location"] == f"/api/v1/cases/{reference}"
    case = said(partner.get(f"/cases/{reference}"))
    assert (case["state"], case["district"], case["channel"]) == ("received", "PATNA", "api")
    assert (case["phone"], case["story"]) == ("+919800000001", "कल रात साइकिल चोरी हो गई")
    assert reference in partner.service.inbox()[0]


def test_the_same_external_id_is_the_same_case_and_never_another(partner: Partner) -> None:
    assert partner.registers() == partner.registers()
    assert is_problem(partner.post("/cases", complaint(kind="other")), 409)
    assert len(partner.service.parts.cases.newest()) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "other"},
        {"phone": "+919800000002"},
        {"story": "और"},
        {"station": ARARIA},
        {"language": "en"},
    ],
)
def test_the_same_external_id_with_anything_else_is_refused(
    partner: Partner, other: dict[str, object]
) -> None:
    reference = partner.registers(language="hi")
    refused = partner.post("/cases", complaint() | other)
    assert is_problem(refused, 409)
    assert f"as {reference}, with other words: " in said(refused)["detail"]
    transfer = {"state": "transferred", "details": {"station": ARARIA}}
    partner.post(f"/cases/{reference}/moves", transfer)
    assert partner.registers() == reference


def test_two_that_come_at_once_under_one_external_id_are_one_case(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = partner_of(service)
    both_looked, reference_of = Barrier(2), Cases.reference_of

    def looked_up(self: Cases, conversation: str) -> str | None:
        found = reference_of(self, conversation)
        if found is None:
            both_looked.wait(5)
        return found

    monkeypatch.setattr(Cases, "reference_of", looked_up)
    with ThreadPoolExecutor(2) as pool:
        bodies = (complaint(), complaint(story="और", phone="+919800000002"))
        answers = list(pool.map(lambda body: partner.post("/cases", body), bodies))
    assert sorted(each.status_code for each in answers) == [201, 409]
    assert len(service.parts.cases.newest()) == 1


@pytest.mark.parametrize("what", ALL)
def test_every_door_wants_a_token_and_its_scope(sqlite_service: Service, what: str) -> None:
    reference = partner_of(sqlite_service).registers()
    stranger = asks(Partner(sqlite_service, "pukar_guessed"), what, reference)
    assert is_problem(stranger, 401)
    assert "invalid_token" in stranger.headers["WWW-Authenticate"]
    others = tuple(set(ALL.values()) - {ALL[what]})
    refused = asks(partner_of(sqlite_service, "others", scopes=others), what, reference)
    assert is_problem(refused, 403)
    assert ALL[what] in refused.headers["WWW-Authenticate"]
    allowed = asks(partner_of(sqlite_service, "this", scopes=(ALL[what],)), what, reference)
    assert allowed.status_code in (200, 201, 404)


def test_a_revoked_token_opens_nothing(partner: Partner) -> None:
    assert partner.get("/cases").status_code == 200
    partner.service.pukar("clients", "revoke", "cctns")
    assert is_problem(partner.get("/cases"), 401)
    assert "REVOKED" in partner.service.pukar("clients", "list")


def test_no_token_is_kept_that_could_be_used(partner: Partner) -> None:
    url = partner.service.parts.settings.database_url
    kept = [each.read_bytes() for each in Path(url[10:]).parent.glob("pukar.db*")]
    assert kept
    assert not any(partner.token.encode() in each for each in kept)


def test_a_districts_client_meets_nothing_outside_it(sqlite_service: Service) -> None:
    state = partner_of(sqlite_service)
    patna = partner_of(sqlite_service, "patna", district="PATNA")
    elsewhere = state.registers("a1", station=ARARIA)
    here = patna.registers("a2", station=GARDANIBAGH)
    unplaced = patna.registers("a3", station=None)
    assert [each["reference"] for each in said(patna.get("/cases"))["cases"]] == [here, unplaced]
    assert {each["reference"] for each in said(patna.get("/events"))["events"]} == {here, unplaced}
    assert is_problem(patna.get(f"/cases/{elsewhere}"), 404)
    moved = patna.post(f"/cases/{elsewhere}/moves", {"state": "sent_to_station"})
    assert is_problem(moved, 404)
    assert is_problem(patna.post("/cases", complaint("a4", station=ARARIA)), 403)
    assert len(said(state.get("/cases"))["cases"]) == 3


def test_of_a_case_that_left_the_district_its_client_has_only_the_number(
    sqlite_service: Service,
) -> None:
    patna = partner_of(sqlite_service, "patna", district="PATNA")
    reference = patna.registers()
    only_its_number = {"reference": reference, "state": None, "version": None}
    transfer = {"state": "transferred", "details": {"station": ARARIA}}
    assert said(patna.post(f"/cases/{reference}/moves", transfer)) == only_its_number
    assert said(patna.post("/cases", complaint())) == only_its_number


def test_a_case_joined_to_one_elsewhere_does_not_name_it(sqlite_service: Service) -> None:
    state, patna = partner_of(sqlite_service), partner_of(sqlite_service, "p", district="PATNA")
    here, elsewhere = state.registers("a1"), state.registers("a2", station=ARARIA)
    work, viewer = sqlite_service.parts.api.work, Viewer(1, "asha", "state")
    work.join(viewer, here, elsewhere)
    for partner, named in ((patna, None), (state, elsewhere)):
        case = said(partner.get(f"/cases/{here}"))
        assert (case["is_joined"], case["joined_to"], case["next_states"]) == (True, named, [])
        told = [each for each in said(partner.get("/events"))["events"] if each["kind"] == "joined"]
        assert told[0]["details"] == {"as": "follows"} | ({"case": named} if named else {})


@pytest.mark.parametrize("what", ["story_sealed", "phone_sealed"])
def test_what_no_key_opens_is_left_out(partner: Partner, what: str) -> None:
    reference = partner.registers()
    change(partner.service, reference, **{what: b"broken"})
    case = said(partner.get(f"/cases/{reference}"))
    assert case[what.removesuffix("_sealed")] is None
    assert [case["phone"], case["story"]] != [None, None]
    assert partner.registers() == reference
    moved = partner.post(f"/cases/{reference}/moves", {"state": "sent_to_station"})
    assert said(moved)["version"] == 1


def test_only_who_reads_cases_sees_story_and_number_and_each_look_is_noted(
    partner: Partner,
) -> None:
    reference = partner.registers()
    mover = partner_of(partner.service, "mover", scopes=("cases:move",))
    seen = said(mover.get(f"/cases/{reference}"))
    assert (seen["story"], seen["phone"]) == (None, None)
    assert said(partner.get(f"/cases/{reference}"))["phone"] == "+919800000001"
    listed = partner.get("/cases").text + partner.get("/events").text
    assert "9800000001" not in listed
    noted = partner.service.parts.api.accesses.search(Wanted())
    assert [(each.who, each.what, each.channel) for each in noted] == [
        ("api:cctns", "story", "api")
    ]


def test_a_move_is_an_event_of_the_client_and_says_when_it_is_overtaken(partner: Partner) -> None:
    reference = partner.registers()
    moves = f"/cases/{reference}/moves"
    assert partner.post(moves, {"state": "sent_to_station", "version": 0}).status_code == 201
    details = {"fir_number": "12/2026", "fir_date": "2024-02-29"}
    fir = {"state": "fir_registered", "details": details, "note": "दर्ज"}
    overtaken = partner.post(moves, {**fir, "version": 0})
    assert is_problem(overtaken, 409)
    assert said(overtaken)["type"].endswith("overtaken")
    assert said(partner.post(moves, {**fir, "version": 1}))["version"] == 2
    last = partner.service.parts.cases.events_of(partner.service.only_case())[-1]
    assert (last.who, last.note, last.details["fir_date"]) == ("api:cctns", "दर्ज", "29-02-2024")
    told = said(partner.get("/events"))["events"][-1]
    assert told["details"] == details
    assert "note" not in told
    assert is_problem(partner.post(moves, {"state": "rejected"}), 409)


def test_a_transfer_takes_its_district_from_the_station(partner: Partner) -> None:
    moves = f"/cases/{partner.registers()}/moves"
    wrong = {"state": "transferred", "details": {"station": "NONE"}}
    assert is_problem(partner.post(moves, wrong), 409)
    partner.post(moves, {"state": "transferred", "details": {"station": ARARIA}})
    case = partner.service.only_case()
    assert (case.district, case.station) == ("ARARIA", ARARIA)


@pytest.mark.parametrize("known", ["no station", "no district", "another district"])
def test_a_place_must_be_one(partner: Partner, known: str) -> None:
    places: dict[str, dict[str, object]] = {
        "no station": {"station": "NONE"},
        "no district": {"station": None, "district": "NONE"},
        "another district": {"district": "ARARIA"},
    }
    body = complaint() | places[known]
    assert is_problem(partner.post("/cases", body), 409)


def test_a_closed_station_gets_no_more_cases(partner: Partner) -> None:
    parts = partner.service.parts
    moves = f"/cases/{partner.registers()}/moves"
    Stations(parts.database, parts.office.gazetteer).correct(ARARIA, {"closed": "yes"}, "asha")
    assert is_problem(partner.post("/cases", complaint("a2", station=ARARIA)), 409)
    transfer = {"state": "transferred", "details": {"station": ARARIA}}
    assert is_problem(partner.post(moves, transfer), 409)
    listed = said(partner.get("/stations?district=ARARIA&most=500"))["stations"]
    assert [each["code"] for each in listed if each["closed"]] == [ARARIA]


def test_pages_of_cases_follow_one_another_without_gap(partner: Partner) -> None:
    references = [partner.registers(f"a{number}") for number in range(5)]
    read: list[str] = []
    after: int | None = 0
    while after is not None:
        page = said(partner.get(f"/cases?most=2&after={after}"))
        read += [each["reference"] for each in page["cases"]]
        after = page["next"]
    assert read == references
    assert said(partner.get("/cases?state=disposed"))["cases"] == []
    assert len(said(partner.get("/cases?state=received&since=2024-01-01"))["cases"]) == 5
    assert said(partner.get("/cases?since=2099-12-31"))["cases"] == []


def test_events_come_in_order_once_each_and_the_cursor_goes_past_what_is_not_told(
    partner: Partner,
) -> None:
    reference = partner.registers()
    partner.get(f"/cases/{reference}")  # the access has a number of its own
    partner.post(f"/cases/{reference}/moves", {"state": "sent_to_station"})
    first = said(partner.get("/events?most=1"))
    assert first["more"]
    second = said(partner.get(f"/events?after={first['next']}"))
    kinds = [each["to_state"] for each in first["events"] + second["events"]]
    assert kinds == ["received", "sent_to_station"]
    assert not second["more"]
    assert said(partner.get(f"/events?after={second['next']}"))["events"] == []
    assert said(partner.get("/events?after=999"))["next"] == 999


def test_stations_are_listed_page_by_page(partner: Partner) -> None:
    directory = partner.service.parts.office.directory
    read: list[str] = []
    after: str | None = ""
    while after is not None:
        page = said(partner.get(f"/stations?most=500&after={after}"))
        read += [each["code"] for each in page["stations"]]
        after = page["next"]
    assert read == sorted(each.code for each in directory.stations)
    patna = said(partner.get("/stations?district=PATNA"))["stations"]
    assert {each["district"] for each in patna} == {"PATNA"}


# --- Once only


def test_the_same_key_gets_the_same_answer_and_does_nothing_again(partner: Partner) -> None:
    reference = partner.registers()
    moves, body = f"/cases/{reference}/moves", {"state": "sent_to_station"}
    first, again = (partner.post(moves, body, key="k1") for _ in range(2))
    assert (again.status_code, again.text) == (first.status_code, first.text) == (201, again.text)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    assert "Idempotent-Replayed" not in first.headers
    assert partner.service.only_case().version == 1
    other = partner.post(moves, {"state": "rejected"}, key="k1")
    assert is_problem(other, 422)
    assert said(other)["type"].endswith("key-used")


def test_a_refusal_is_repeated_too_and_another_clients_key_is_another(partner: Partner) -> None:
    moves = f"/cases/{partner.registers()}/moves"
    body = {"state": "disposed"}
    first, again = (partner.post(moves, body, key="k1") for _ in range(2))
    assert is_problem(first, 409)
    assert again.text == first.text
    assert again.content_type == first.content_type
    other = partner_of(partner.service, "other").post(moves, body, key="k1")
    assert "Idempotent-Replayed" not in other.headers


def test_what_failed_for_a_fault_of_ours_may_be_tried_again_with_its_key(
    partner: Partner,
) -> None:
    reader = partner_of(partner.service, "reader", scopes=("cases:read",))
    assert is_problem(reader.post("/cases", complaint(), key="k1"), 403)
    assert "Idempotent-Replayed" not in reader.post("/cases", complaint(), key="k1").headers


def test_a_key_is_forgotten_after_two_days(partner: Partner) -> None:
    repeats = partner.service.parts.api.repeats
    with travel("2026-11-24 12:00:00", tick=False):
        partner.post("/cases", complaint(), key="k1")
    with travel("2026-11-26 11:59:00", tick=False):
        repeats.tidy()
        assert "Idempotent-Replayed" in partner.post("/cases", complaint(), key="k1").headers
    with travel("2026-11-26 12:01:00", tick=False):
        repeats.tidy()
        assert "Idempotent-Replayed" not in partner.post("/cases", complaint(), key="k1").headers


def test_a_request_whose_process_died_is_done_again_only_if_twice_is_as_once(
    partner: Partner,
) -> None:
    repeats = partner.service.parts.api.repeats
    with travel("2026-11-24 12:00:00", tick=False) as clock:
        once, twice = (Request(1, key, "POST", key == "twice") for key in ("once", "twice"))
        for request in (once, twice):
            assert repeats.begin(request) is None
            with pytest.raises(UnderWay):
                repeats.begin(request)
        clock.shift(timedelta(minutes=1))
        with pytest.raises(OutcomeUnknown):
            repeats.begin(once)
        assert repeats.begin(twice) is None
        with pytest.raises(UnderWay):
            repeats.begin(twice)


def test_what_was_done_is_not_done_again_because_its_answer_was_lost(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise DatabaseDown("away")

    with travel("2026-11-24 12:00:00", tick=False) as clock:
        with monkeypatch.context() as patched:
            patched.setattr(Repeats, "finish", away)
            reference = said(partner.post("/cases", complaint(), key="k1"))["reference"]
            moves, move = f"/cases/{reference}/moves", {"state": "sent_to_station"}
            assert partner.post(moves, move, key="k2").status_code == 201
        clock.shift(timedelta(seconds=61))
        assert said(partner.post("/cases", complaint(), key="k1"))["reference"] == reference
        again = partner.post(moves, move, key="k2")
    assert is_problem(again, 409)
    assert said(again)["type"].endswith("outcome-unknown")
    assert partner.service.only_case().version == 1


def test_a_fault_behind_the_work_does_not_have_it_done_again(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference, find, looks = partner.registers(), Exchange.find, iter((1, 2))
    moves, move = f"/cases/{reference}/moves", {"state": "sent_to_station"}

    def fails_behind(self: Exchange, viewer: Viewer, reference: str) -> Passed | None:
        if next(looks) == 2:
            raise ValueError("a fault")
        return find(self, viewer, reference)

    with monkeypatch.context() as patched:
        patched.setattr(Exchange, "find", fails_behind)
        assert is_problem(partner.post(moves, move, key="k1"), 500)
    assert said(partner.post(moves, move, key="k1"))["type"].endswith("outcome-unknown")
    assert partner.service.only_case().version == 1


def test_many_at_once_with_one_key_do_it_once(service: Service) -> None:
    partner = partner_of(service)
    moves = f"/cases/{partner.registers()}/moves"
    with ThreadPoolExecutor(6) as pool:
        asked = [
            pool.submit(partner.post, moves, {"state": "sent_to_station"}, key="k1")
            for _ in range(6)
        ]
        answers = [each.result() for each in asked]
    assert {each.status_code for each in answers} <= {201, 409}
    assert sum(each.status_code == 201 for each in answers) >= 1
    assert all(
        said(each)["type"].endswith("under-way") for each in answers if each.status_code > 201
    )
    assert service.only_case().version == 1


# --- What goes wrong


def test_every_error_is_a_problem(partner: Partner) -> None:
    text = {"Content-Type": "text/plain"}
    large = json.dumps(complaint(story="x" * 300_000))
    assert is_problem(partner.get("/nowhere"), 404)
    assert is_problem(partner.get("/cases/12345"), 404)
    assert is_problem(partner.asks("PUT", "/cases"), 405)
    assert "POST" in partner.asks("PUT", "/cases").headers["Allow"]
    assert is_problem(partner.asks("POST", "/cases", "{", {}), 400)
    assert is_problem(partner.asks("POST", "/cases", "[" * 5000, {}), 400)
    assert is_problem(partner.asks("POST", "/cases", "[]", {}), 422)
    assert is_problem(partner.asks("POST", "/cases", "{}", text), 415)
    assert is_problem(partner.asks("POST", "/cases", large, {}), 413)
    assert is_problem(partner.get("/cases?after=x"), 422)
    assert is_problem(partner.get("/cases?aftr=1"), 422)
    assert is_problem(partner.post("/cases", complaint(), key="a b"), 422)
    invalid = partner.post("/cases", complaint(phone="12", story=" "))
    assert is_problem(invalid, 422)
    assert {each["where"] for each in said(invalid)["errors"]} == {"phone", "story"}
    assert is_problem(partner.service.client.get("/api/v1/cases"), 401)


def test_a_number_that_can_be_of_no_case_is_not_found(service: Service) -> None:
    partner = partner_of(service)
    for number in ("%00", "9" * 5000, "482913570%00", "\u0967" * 10, "4829135707"):
        assert is_problem(partner.get(f"/cases/{number}"), 404)
        moved = partner.post(f"/cases/{number}/moves", {"state": "sent_to_station"})
        assert is_problem(moved, 404)


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31"])
def test_a_day_of_another_age_is_refused(partner: Partner, day: str) -> None:
    assert is_problem(partner.get(f"/cases?since={day}"), 422)


def test_a_fault_of_ours_says_nothing_but_where_to_find_it(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(partner.service.parts.api.exchange), "page", None)
    answer = partner.asks("GET", "/cases", headers={"X-Request-ID": "mine-1"})
    assert is_problem(answer, 500)
    assert said(answer)["request_id"] == "mine-1"
    assert "NoneType" not in answer.text


def test_a_database_that_is_locked_is_said_with_when_to_come_again(service: Service) -> None:
    partner = partner_of(service)
    partner.registers()
    with out_of_order(service):
        answer = partner.post("/cases", complaint("a2"), key="k1")
        assert is_problem(answer, 503)
        assert int(answer.headers["Retry-After"]) > 0
    assert partner.post("/cases", complaint("a2"), key="k2").status_code == 201


def test_who_asks_too_often_is_told_when_to_come_again(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    with EmbeddedRedis(tmp_path / "store") as redis:
        stores = {"database_url": sqlite_database_url, "redis_url": redis.url}
        with service_with(**stores, data_dir=tmp_path, api_rate="2/day") as service:
            partner, other = partner_of(service), partner_of(service, "other")
            asked = [partner.get("/hooks") for _ in range(3)]
            assert [each.status_code for each in asked] == [200, 200, 429]
            assert is_problem(asked[-1], 429)
            assert 0 < int(asked[-1].headers["Retry-After"]) <= 86400
            assert other.get("/hooks").status_code == 200
            redis.stop()
            # Without the store each process counts for itself, from the beginning.
            asked = [partner.get("/hooks") for _ in range(3)]
            assert [each.status_code for each in asked] == [200, 200, 429]


def test_an_address_that_guesses_tokens_is_stopped_and_a_client_beside_it_is_not(
    sqlite_service: Service,
) -> None:
    partner, newcomer = partner_of(sqlite_service), partner_of(sqlite_service, "newcomer")
    assert partner.get("/cases").status_code == 200
    guesses = [Partner(sqlite_service, f"guess-{each}").get("/cases") for each in range(61)]
    assert {each.status_code for each in guesses[:60]} == {401}
    assert is_problem(guesses[60], 429)
    assert 0 < int(guesses[60].headers["Retry-After"]) <= 60
    assert is_problem(newcomer.get("/cases"), 429)
    assert partner.get("/cases").status_code == 200
    sqlite_service.pukar("clients", "revoke", "cctns")
    assert [partner.get("/cases").status_code for _ in range(2)] == [401, 429]


def test_an_address_is_the_one_that_the_outermost_proxy_saw(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.rates.FAILURES_OF_AN_ADDRESS", "1/minute")
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    with service_with(**stores, data_dir=tmp_path, proxies=1) as service:
        stranger = Partner(service, "guess")
        asked = [
            stranger.asks("GET", "/cases", headers={"X-Forwarded-For": route})
            for route in ("8.8.8.8", "9.9.9.9, 8.8.8.8", "9.9.9.9")
        ]
    assert [each.status_code for each in asked] == [401, 429, 401]


def test_a_rate_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("API_RATE", "often")
    with pytest.raises(SettingsError, match="API_RATE looks like 600/minute"):
        read_settings()


def test_other_sites_get_no_leave_to_read(partner: Partner) -> None:
    answer = partner.asks("GET", "/cases", headers={"Origin": "https://elsewhere.example"})
    assert not [name for name in dict(answer.headers) if name.startswith("Access-Control")]
    assert answer.headers["Cache-Control"] == "no-store"


def test_clients_are_added_by_the_operator(sqlite_service: Service) -> None:
    said_so = sqlite_service.pukar(
        "clients", "add", "patna", "--scope", "cases:read", "--district", "PATNA"
    )
    partner = Partner(sqlite_service, said_so.split()[-1])
    assert partner.get("/cases").status_code == 200
    listed = sqlite_service.pukar("clients", "list")
    assert "patna" in listed
    assert "PATNA" in listed
    assert "never used" not in listed


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("a b", "--scope", "hooks"), "A name has letters"),
        (("cctns", "--scope", "hooks"), "There is a client cctns already"),
        (("new", "--scope", "hooks", "--district", "X"), "There is no police district X"),
    ],
)
def test_a_client_that_cannot_be_is_said(
    partner: Partner, arguments: tuple[str, ...], why: str
) -> None:
    runner = partner.service.app.test_cli_runner()
    result = runner.invoke(args=["clients", "add", *arguments])
    assert result.exit_code == 1
    assert why in result.output
