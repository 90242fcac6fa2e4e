"""The web doors of the providers of SMS: who is let in, and what they hear."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import Headers, MultiDict
from werkzeug.test import TestResponse

from core.tables import inbox, receipts
from providers.twilio import Account
from sms.gateway import Call
from sms.gateways.twilio import Twilio
from tests.service import Service, registers, service_with
from tests.twilio import PUBLISHED, TOKEN, Pairs, signature

pytestmark = pytest.mark.redis


PHONE = "+919800000001"
OUR_URL = "https://pukar.example.in"


@dataclass(frozen=True)
class Door:
    """A call as a provider makes it; Twilio's is signed."""

    path: str
    fields: Mapping[str, str]
    method: str = "POST"
    query: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.path

    def call(self, service: Service) -> TestResponse:
        if self.method == "GET":
            address = address_of(self.path, {**self.query, **self.fields})
            return service.client.get(address)
        address, pairs = address_of(self.path, self.query), tuple(self.fields.items())
        signed = signature(OUR_URL + address, pairs) if self.path.startswith("twilio") else None
        return post(service, address, pairs, signed)


def address_of(path: str, query: Mapping[str, str]) -> str:
    return f"/sms/{path}?{urlencode(query)}" if query else f"/sms/{path}"


def post(
    service: Service,
    address: str,
    pairs: Pairs,
    signed: str | None,
    headers: Mapping[str, str] | None = None,
) -> TestResponse:
    """Post fields as providers do, with this signature."""
    signature_header = {} if signed is None else {"X-Twilio-Signature": signed}
    return service.client.post(
        address,
        data=urlencode(pairs),
        content_type="application/x-www-form-urlencoded",
        headers={**signature_header, **(headers or {})},
    )


MESSAGES = (
    Door("africastalking/inbound", {"id": "m1", "from": PHONE, "to": "56161", "text": "help"}),
    Door("twilio/inbound", {"MessageSid": "SM1", "From": PHONE, "To": "56161", "Body": "help"}),
    Door("kannel/inbound", {"id": "m1", "from": PHONE, "to": "56161", "text": "help"}, "GET"),
)
RECEIPTS = (
    Door("africastalking/delivery", {"id": "ATXid_1", "status": "Success", "phoneNumber": PHONE}),
    Door("twilio/status", {"MessageSid": "SM1", "MessageStatus": "delivered", "To": PHONE}),
    Door("kannel/delivery", {"token": "1-ab", "part": "1", "status": "1"}, "GET"),
)
OPT_OUT = Door("africastalking/optout", {"senderId": "56161", "phoneNumber": PHONE})
DOORS = (*MESSAGES, OPT_OUT, *RECEIPTS)
KEYED = tuple(door for door in DOORS if not door.path.startswith("twilio"))
SENDER = {"africastalking": "from", "twilio": "From", "kannel": "from"}
INBOUND = MESSAGES[1]
STATUS = RECEIPTS[1]

Run: TypeAlias = Callable[..., AbstractContextManager[Service]]


@pytest.fixture
def run(sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path) -> Run:
    """Run a service with these settings."""
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    return partial(service_with, **stores, data_dir=tmp_path, public_url=OUR_URL)


@pytest.fixture
def service(database_url: str, fresh_redis_url: str, tmp_path: Path) -> Iterator[Service]:
    """A demo that has an account with Twilio, behind a proxy: it is called at localhost."""
    stores = {"database_url": database_url, "redis_url": fresh_redis_url, "data_dir": tmp_path}
    with service_with(**stores, public_url=OUR_URL, twilio_auth_token=TOKEN) as service:
        yield service


@pytest.fixture
def sqlite_service(run: Run) -> Iterator[Service]:
    """The same, where the kind of database makes no difference."""
    with run(twilio_auth_token=TOKEN) as service:
        yield service


def changed(door: Door, **fields: str | None) -> Door:
    """Change fields of a call; None takes one away."""
    kept = {name: value for name, value in {**door.fields, **fields}.items() if value is not None}
    return replace(door, fields=kept)


def count_kept(service: Service) -> tuple[int, int]:
    """Count the SMS and the receipts that were kept."""
    with service.parts.database.reading() as connection:
        kept = [connection.scalar(select(func.count()).select_from(t)) for t in (inbox, receipts)]
    return kept[0] or 0, kept[1] or 0


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_each_door_opens_and_says_what_its_provider_wants_to_hear(
    service: Service, door: Door
) -> None:
    answer = door.call(service)
    heard = ("text/xml", "<Response/>") if door.path.startswith("twilio") else ("text/plain", "")
    assert answer.status_code == 200
    # What Kannel hears it sends to the citizen, and so does Twilio with any other words.
    assert (answer.mimetype, answer.text) == heard
    assert count_kept(service) == ((0, 1) if door in RECEIPTS else (1, 0))


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_each_door_has_one_method(sqlite_service: Service, door: Door) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
        if method == door.method:
            continue
        address = f"/sms/{door.path}"
        answer = sqlite_service.client.open(address, method=method, query_string=door.fields)
        assert answer.status_code == 405
    assert count_kept(sqlite_service) == (0, 0)


def test_there_is_no_other_door(sqlite_service: Service) -> None:
    for path in ("africastalking", "twilio/delivery", "twilio/optout", "kannel/status", "moon"):
        assert (
            sqlite_service.client.post(f"/sms/{path}", data=MESSAGES[0].fields).status_code == 404
        )


@pytest.mark.parametrize("door", KEYED, ids=str)
def test_in_production_a_door_without_signature_wants_the_key(run: Run, door: Door) -> None:
    key = "sesame & more"
    with run(env="production", webhook_key=key, sms_gateways="") as service:
        wrong: list[dict[str, str]] = [
            *({"key": each} for each in ("", "sesame", f"{key}!", "Sesame & more", "तिल")),
            {},
            {"Key": key},
        ]
        for query in wrong:
            answer = replace(door, query=query).call(service)
            assert (answer.status_code, answer.mimetype) == (403, "text/plain")
        if door.method == "POST":  # a form is no address
            assert changed(door, key=key).call(service).status_code == 403
        assert count_kept(service) == (0, 0)
        assert replace(door, query={"key": key}).call(service).status_code == 200
        assert sum(count_kept(service)) == 1


@pytest.mark.parametrize("door", [INBOUND, STATUS], ids=str)
def test_in_production_twilio_needs_no_key_but_its_signature(run: Run, door: Door) -> None:
    account = {"env": "production", "webhook_key": "sesame", "sms_gateways": ""}
    with run(**account, twilio_auth_token=TOKEN) as service:
        address, pairs = address_of(door.path, {"key": "sesame"}), tuple(door.fields.items())
        assert post(service, address, pairs, None).status_code == 403
        assert door.call(service).status_code == 200


@pytest.mark.parametrize("door", MESSAGES, ids=str)
def test_an_sms_that_is_heard_again_is_answered_once(service: Service, door: Door) -> None:
    for _ in range(3):
        assert door.call(service).status_code == 200
    assert len(service.inbox(PHONE)) == 1
    assert count_kept(service) == (1, 0)


def test_an_sms_without_an_id_is_answered_once(service: Service) -> None:
    door = changed(MESSAGES[0], id=None, date="2026-11-24 09:10:11")
    for _ in range(3):
        assert door.call(service).status_code == 200
    assert len(service.inbox(PHONE)) == 1
    other = changed(door, text="STATUS")
    assert other.call(service).status_code == 200
    assert len(service.inbox(PHONE)) == 2


def test_an_id_is_the_provider_s_own(service: Service) -> None:
    for door in (MESSAGES[0], MESSAGES[2]):
        assert door.call(service).status_code == 200
    assert count_kept(service) == (2, 0)


@pytest.mark.parametrize("door", RECEIPTS, ids=str)
def test_a_receipt_that_is_heard_again_is_kept_once(service: Service, door: Door) -> None:
    for _ in range(2):
        assert door.call(service).status_code == 200
    assert count_kept(service) == (0, 1)


@pytest.mark.parametrize("sender", ["AX-BANKIN", "56161", "121", "anonymous", "क"])
@pytest.mark.parametrize("door", MESSAGES, ids=str)
def test_who_is_no_phone_gets_no_answer(sqlite_service: Service, door: Door, sender: str) -> None:
    name = SENDER[door.path.partition("/")[0]]
    answer = changed(door, **{name: sender}).call(sqlite_service)
    assert answer.status_code == 200
    assert count_kept(sqlite_service) == (0, 0)
    assert sqlite_service.parts.outbox.counts() == {}


@pytest.mark.parametrize("sender", ["919800000001", "09800000001", "9800000001", " 919800000001"])
def test_a_phone_is_known_however_its_operator_spells_it(
    sqlite_service: Service, sender: str
) -> None:
    assert changed(MESSAGES[2], **{"from": sender}).call(sqlite_service).status_code == 200
    assert len(sqlite_service.inbox(PHONE)) == 1


@pytest.mark.parametrize(
    ("door", "missing"),
    [
        (MESSAGES[0], ("from", "text")),
        (MESSAGES[1], ("MessageSid", "From")),
        (MESSAGES[2], ("from", "id")),
        (OPT_OUT, ("phoneNumber",)),
        (RECEIPTS[0], ("id", "status")),
        (RECEIPTS[1], ("MessageSid", "MessageStatus")),
        (RECEIPTS[2], ("token", "status")),
    ],
    ids=str,
)
def test_a_malformed_call_gets_400_and_a_plain_line(
    sqlite_service: Service, door: Door, missing: Sequence[str]
) -> None:
    for name in missing:
        answer = changed(door, **{name: None}).call(sqlite_service)
        assert (answer.status_code, answer.mimetype) == (400, "text/plain")
        assert answer.text.endswith(" is missing\n")
    assert count_kept(sqlite_service) == (0, 0)


@pytest.mark.parametrize(
    "door",
    [
        changed(RECEIPTS[0], failureReason="a\0b"),
        changed(RECEIPTS[2], status="2", reason="NACK/\0\0"),
        changed(RECEIPTS[2], part="\0"),
        changed(MESSAGES[0], text="he\0lp"),
        changed(MESSAGES[0], id="m\0"),
        changed(MESSAGES[0], id="m" * 300),
        changed(MESSAGES[2], text="\ud800".encode("utf-8", "surrogatepass").decode("latin-1")),
        changed(RECEIPTS[2], token="x" * 300),
    ],
    ids=lambda door: f"{door}: {door.fields}"[:80].replace("\0", "NUL"),
)
def test_what_no_database_likes_does_no_harm(service: Service, door: Door) -> None:
    assert door.call(service).status_code == 200
    assert sum(count_kept(service)) == 1


def test_an_opt_out_at_the_provider_ends_the_news(service: Service) -> None:
    registers(service.caller(PHONE))
    case = service.only_case()
    for _ in range(2):
        assert OPT_OUT.call(service).status_code == 200
    assert not service.parts.office.citizens.wants_letters(PHONE)
    before = service.inbox(PHONE)
    service.pukar("cases", "move", case.reference, "sent_to_station", "--note", "to the SHO")
    assert service.inbox(PHONE) == before


@pytest.mark.parametrize(("url", "pairs", "published"), PUBLISHED)
def test_a_signature_that_twilio_has_published_is_right(
    url: str, pairs: Pairs, published: str
) -> None:
    assert signature(url, pairs) == published
    assert admits(url, pairs, published)
    assert admits(without_usual_port(url), pairs, published)
    assert not admits(url, [*pairs, ("More", "")], published)
    assert not admits(url.replace("foo=1", "foo=2"), pairs, published)
    assert not admits(url, pairs, published, token="12346")


def admits(url: str, pairs: Pairs, signed: str, token: str = TOKEN) -> bool:
    """Ask the gateway whether this is a call of its provider."""
    gateway = Twilio(Account("AC1", token), number="", public_url=OUR_URL, timeout=1)
    return gateway.admits(Call(url, MultiDict(pairs), Headers({"X-Twilio-Signature": signed})))


def without_usual_port(url: str) -> str:
    return url.replace(":443/", "/").replace(":80/", "/")


TEXT = "मौसम & 1+1=2 😀?"
LEAST: Pairs = (("MessageSid", "SM1"), ("From", PHONE))


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param(tuple(INBOUND.fields.items()), id="as they are"),
        pytest.param((*LEAST, ("Body", TEXT)), id="Hindi, signs and an emoji"),
        pytest.param((*LEAST, ("Body", "help"), ("FromCity", ""), ("FromZip", "")), id="empty"),
        pytest.param((*LEAST, ("Body", "help"), ("Moon", "Capricorn")), id="one we do not know"),
        pytest.param((*LEAST, ("Body", "help"), ("Body", "more")), id="one twice"),
        pytest.param((*LEAST, ("Body", "help"), ("Body", "help")), id="one twice alike"),
        pytest.param((*LEAST, ("a", "1"), ("A", "2"), ("aB", "3"), ("Zz", "4")), id="any case"),
        pytest.param((*LEAST, ("Body", "two\r\nlines  and spaces ")), id="spaces and lines"),
    ],
)
def test_twilio_signs_over_all_fields_whatever_they_are(
    sqlite_service: Service, pairs: Pairs
) -> None:
    address = "/sms/twilio/inbound"
    right = signature(OUR_URL + address, pairs)
    for missing in pairs:
        less = [pair for pair in pairs if pair != missing]
        assert post(sqlite_service, address, less, right).status_code == 403
    assert post(sqlite_service, address, [*pairs, ("Unsigned", "")], right).status_code == 403
    assert count_kept(sqlite_service) == (0, 0)
    assert post(sqlite_service, address, pairs, right).status_code == 200
    assert count_kept(sqlite_service) == (1, 0)


@pytest.mark.parametrize(
    "query",
    [
        "token=42-0123456789ab",
        "token=42-0123456789ab&note=%E0%A4%95",
        "token=42-0123456789ab&note=%e0%a4%95",
        "token=42-0123456789ab&note=a+b%20c%2Bd%26e",
        "token=42-0123456789ab&empty=&bare&&=x",
        "token=42-0123456789ab&note=~!*'();:@$,/?[]",
        "token=42-0123456789ab&half=%E0%A4&percent=100%",
    ],
)
def test_twilio_signs_over_the_query_as_it_is_on_the_wire(
    sqlite_service: Service, query: str
) -> None:
    address, pairs = f"/sms/twilio/status?{query}", tuple(STATUS.fields.items())
    assert (
        post(sqlite_service, address, pairs, signature(OUR_URL + address, pairs)).status_code == 200
    )
    elsewhere = signature(OUR_URL + address.replace("42-", "43-"), pairs)
    assert post(sqlite_service, address, pairs, elsewhere).status_code == 403
    assert count_kept(sqlite_service) == (0, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(None, id="missing"),
        pytest.param("", id="empty"),
        pytest.param("RSOYDt4T1cUTdK1PDd93/VVr8B8=", id="of another call"),
        pytest.param("\u00e9\u00e9", id="of letters that no signature has"),
        pytest.param("x" * 10_000, id="very long"),
    ],
)
@pytest.mark.parametrize("door", [INBOUND, STATUS], ids=str)
def test_a_wrong_signature_is_turned_away(
    sqlite_service: Service, door: Door, wrong: str | None
) -> None:
    answer = post(sqlite_service, f"/sms/{door.path}", tuple(door.fields.items()), wrong)
    assert (answer.status_code, answer.mimetype) == (403, "text/plain")
    assert count_kept(sqlite_service) == (0, 0)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://localhost/sms/twilio/inbound", id="as the proxy calls us"),
        pytest.param("http://pukar.example.in/sms/twilio/inbound", id="without TLS"),
        pytest.param("https://evil.example.in/sms/twilio/inbound", id="another host"),
        pytest.param(f"{OUR_URL}/sms/twilio/status", id="another door"),
        pytest.param(f"{OUR_URL}/sms/twilio/inbound?", id="with an empty query"),
        pytest.param(f"{OUR_URL}:8443/sms/twilio/inbound", id="another port"),
    ],
)
def test_a_signature_is_for_our_public_address_only(sqlite_service: Service, url: str) -> None:
    pairs = tuple(INBOUND.fields.items())
    forwarded = {"X-Forwarded-Host": "evil.example.in", "X-Forwarded-Proto": "https"}
    right, wrong = signature(f"{OUR_URL}/sms/twilio/inbound", pairs), signature(url, pairs)
    assert post(sqlite_service, "/sms/twilio/inbound", pairs, wrong, forwarded).status_code == 403
    assert post(sqlite_service, "/sms/twilio/inbound", pairs, right, forwarded).status_code == 200


def test_a_signature_may_be_made_with_the_usual_port(sqlite_service: Service) -> None:
    pairs = tuple(INBOUND.fields.items())
    right = signature(f"{OUR_URL}:443/sms/twilio/inbound", pairs)
    assert post(sqlite_service, "/sms/twilio/inbound", pairs, right).status_code == 200


@pytest.mark.parametrize("public_url", ["https://pukar.example.in:8443", "https://x.in/pukar"])
def test_the_public_address_may_have_a_port_or_a_folder(run: Run, public_url: str) -> None:
    pairs = tuple(INBOUND.fields.items())
    with run(twilio_auth_token=TOKEN, public_url=public_url) as service:
        right = signature(f"{public_url}/sms/twilio/inbound", pairs)
        assert post(service, "/sms/twilio/inbound", pairs, right).status_code == 200


def test_without_an_auth_token_nobody_is_twilio(run: Run) -> None:
    pairs = tuple(INBOUND.fields.items())
    with run(twilio_auth_token="") as service:
        for signed in (None, "", signature(f"{OUR_URL}/sms/twilio/inbound", pairs, token="")):
            assert post(service, "/sms/twilio/inbound", pairs, signed).status_code == 403
        assert count_kept(service) == (0, 0)
