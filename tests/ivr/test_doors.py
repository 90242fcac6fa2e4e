"""The web doors of the providers of calls: who is let in, and what they hear."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote, urlencode
from xml.etree.ElementTree import Element, fromstring

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import Headers, MultiDict
from werkzeug.test import TestResponse

from audio.speech import speak
from core.calls import Call, Wish
from core.embedded import EmbeddedRedis
from core.tables import calls, cases, letters, recordings, session_ends
from core.text import Text, Words
from ivr.entrance import HIDDEN, OVER, TROUBLE
from ivr.gateway import Request
from ivr.gateways.twilio import Twilio
from ivr.visit import GREETING, NOTHING_HEARD
from providers.twilio import Account
from tests.fakes import LANGUAGES
from tests.service import Service, service_with
from tests.test_faults import out_of_order
from tests.twilio import PUBLISHED, TOKEN, Pairs, signature

pytestmark = pytest.mark.redis

Run: TypeAlias = Callable[..., AbstractContextManager[Service]]

PHONE, OTHER_PHONE, OURS = "+919800000001", "+919800000002", "+916120000000"
ACCOUNT = "AC0123456789abcdef0123456789abcdef"
OUR_URL = "https://pukar.example.in"
FORM = "application/x-www-form-urlencoded"
RECORDING = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE1"
MENU = Text("Pukar: Bihar Police")
STOPPED_AT = Text("You stopped at:")
STORY = Text("What happened, when and where? Write it briefly.")
REGISTERED = Text("Complaint registered: {reference}.")
# The keys of a theft at Gardanibagh, Patna, up to the story.
TO_STORY = ("1", "4", "3", "800001", "427", "1")


@dataclass(frozen=True)
class Door:
    """A call as a provider makes it; Twilio's is signed."""

    path: str
    fields: Mapping[str, str]
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.path

    @property
    def address(self) -> str:
        return f"/ivr/{self.path}{'?' if self.query else ''}{self.query}"

    @property
    def pairs(self) -> Pairs:
        return tuple(self.fields.items())

    @property
    def signed(self) -> str | None:
        is_signed = self.path.startswith("twilio")
        return signature(OUR_URL + self.address, self.pairs) if is_signed else None

    def call(self, service: Service) -> TestResponse:
        return post(service, self.address, self.pairs, self.signed, self.headers)

    def hears(self, service: Service) -> str:
        """Call, and give the document; it is one whatever the caller has sent."""
        answer = self.call(service)
        assert answer.status_code == 200
        assert answer.content_type == "text/xml; charset=utf-8"
        assert parsed(answer.text).tag == "Response"
        return answer.text


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
        content_type=FORM,
        headers={**signature_header, **(headers or {})},
    )


def parsed(document: str) -> Element:
    return fromstring(document.encode("utf-8"))  # noqa: S314  # our own


def changed(door: Door, **fields: str | None) -> Door:
    """Change fields of a call; None takes one away."""
    kept = {name: value for name, value in {**door.fields, **fields}.items() if value is not None}
    return replace(door, fields=kept)


TWILIO = {"CallSid": "CA1", "From": PHONE, "To": OURS, "Direction": "inbound"}
AFRICASTALKING = {
    "sessionId": "ATVId_1",
    "isActive": "1",
    "callerNumber": PHONE,
    "destinationNumber": OURS,
}
BEGINS = Door("twilio", TWILIO)
STEPS = Door("twilio/step", {**TWILIO, "Digits": ""}, "step=1")
FALLS_BACK = Door("twilio/fallback", TWILIO)
ARRIVES = Door("twilio/recording", {"CallSid": "CA1", "RecordingUrl": RECORDING}, "recording=9f8e")
ENDS = Door("twilio/status", {**TWILIO, "CallStatus": "completed", "CallDuration": "42"})
GOES_ON = Door("twilio/status", {**TWILIO, "CallStatus": "ringing"})
AT_BEGINS = Door("africastalking", AFRICASTALKING)
AT_STEPS = Door("africastalking/step", AFRICASTALKING, "step=1")
AT_ENDS = Door("africastalking", {**AFRICASTALKING, "isActive": "0", "durationInSeconds": "42"})
SIGNED = (BEGINS, STEPS, FALLS_BACK, ARRIVES, ENDS)
KEYED = (AT_BEGINS, AT_STEPS)
TALKS = (BEGINS, STEPS, FALLS_BACK, *KEYED)
TELLS = (ARRIVES, ENDS, GOES_ON, AT_ENDS)
DOORS = (*TALKS, *TELLS)
BEGINNINGS = (BEGINS, AT_BEGINS)


def names(doors: Sequence[Door]) -> list[str]:
    """Tell doors apart that have the same path."""
    return [f"{number} {door}" for number, door in enumerate(doors)]


@pytest.fixture
def run(sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path) -> Run:
    """Run a service with these settings."""
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    return partial(service_with, **stores, data_dir=tmp_path, **SETTINGS)


SETTINGS: Mapping[str, object] = {
    "public_url": OUR_URL,
    "voice_gateway": "twilio",
    "twilio_account_sid": ACCOUNT,
    "twilio_auth_token": TOKEN,
    "missed_call_number": "06120000001",
}


@pytest.fixture
def service(run: Run) -> Iterator[Service]:
    """A service without clips, called through a proxy: Twilio speaks all words by itself."""
    with run() as service:
        yield service


@pytest.fixture
def speaking_service(run: Run, clips: Path) -> Iterator[Service]:
    """The same with clips, for a provider that says nothing by itself."""
    with run(audio_dir=clips) as service:
        yield service


@pytest.fixture
def either_service(database_url: str, fresh_redis_url: str, tmp_path: Path) -> Iterator[Service]:
    """The same as `service`, on either kind of database."""
    stores = {"database_url": database_url, "redis_url": fresh_redis_url}
    with service_with(**stores, data_dir=tmp_path, **SETTINGS) as service:
        yield service


def count_kept(service: Service) -> int:
    """Count what was written down of calls."""
    kept = (calls, cases, letters, recordings, session_ends)
    with service.parts.database.reading() as connection:
        counts = [connection.scalar(select(func.count()).select_from(table)) for table in kept]
    return sum(count or 0 for count in counts)


def is_untouched(service: Service) -> bool:
    """Say whether nothing was kept anywhere."""
    return count_kept(service) == 0 and not service.redis.keys("pukar:session:*")


def aloud(words: Words) -> str:
    """Write words as they are said in Hindi."""
    said = speak(words, LANGUAGES.voice_of("hi"))
    return " ".join(each.text for each in said if hasattr(each, "text"))


def heard(service: Service, document: str) -> str:
    """Write what a document says, be it by the provider or by clips."""
    transcript_of = service.parts.library.transcript_of
    said = []
    for element in parsed(document).iter():
        if element.tag == "Say":
            said.append(element.text or "")
        if element.tag == "Play":
            address = element.get("url") or element.text or ""
            said.append(transcript_of(address.removeprefix(OUR_URL)))
    return " ".join(said)


def says(service: Service, document: str, words: Words) -> bool:
    return aloud(words) in heard(service, document)


def hangs_up(document: str) -> bool:
    """Say whether nothing is awaited."""
    return {each.tag for each in parsed(document)} <= {"Say", "Play", "Hangup"}


# --- Each door


@pytest.mark.parametrize("door", TALKS, ids=names(TALKS))
def test_each_door_at_which_a_call_is_told_something_gives_a_document(
    service: Service, door: Door
) -> None:
    door.hears(service)


@pytest.mark.parametrize("door", TELLS, ids=names(TELLS))
def test_each_door_at_which_news_come_says_nothing(either_service: Service, door: Door) -> None:
    answer = door.call(either_service)
    assert (answer.status_code, answer.mimetype, answer.text) == (200, "text/plain", "")
    assert count_kept(either_service) == (door is not GOES_ON)


@pytest.mark.parametrize("door", DOORS, ids=names(DOORS))
def test_each_door_has_one_method(service: Service, door: Door) -> None:
    signed = {"X-Twilio-Signature": signature(OUR_URL + door.address, ())}
    for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
        answer = service.client.open(door.address, method=method, headers=signed)
        assert answer.status_code == 405
    assert is_untouched(service)


def test_there_is_no_other_door(service: Service) -> None:
    for path in ("moon", "twilio/moon", "twilio/step/1", "africastalking/status", "twilio/"):
        door = Door(path, TWILIO)
        assert door.call(service).status_code == 404
    assert is_untouched(service)


# --- Who is let in: Twilio signs


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
    assert not admits(url, pairs, None)


def admits(url: str, pairs: Pairs, signed: str | None, token: str = TOKEN) -> bool:
    """Ask the gateway whether this is a call of its provider."""
    account = Account("AC1", token)
    headers = Headers() if signed is None else Headers({"X-Twilio-Signature": signed})
    request = Request(url, "", MultiDict(), MultiDict(pairs), headers)
    by_gateway = Twilio(account, number="", public_url=OUR_URL).admits(request)
    assert by_gateway == account.admits(url, MultiDict(pairs), headers)
    return by_gateway


def without_usual_port(url: str) -> str:
    return url.replace(":443/", "/").replace(":80/", "/")


@pytest.mark.parametrize("door", SIGNED, ids=str)
def test_what_twilio_has_not_signed_is_turned_away(service: Service, door: Door) -> None:
    url, pairs = OUR_URL + door.address, door.pairs
    wrong = [
        None,
        "",
        "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        "\u00e9\u00e9",
        "x" * 10_000,
        signature(url, pairs, token="12346"),
        signature(url, pairs, token=""),
        signature(url, pairs[1:]),
        signature(url, [*pairs, ("More", "")]),
        signature(f"{url}{'&' if door.query else '?'}more=1", pairs),
        signature(f"http://localhost{door.address}", pairs),
        signature(url.replace("https", "http"), pairs),
        signature(url.replace("pukar", "evil"), pairs),
        signature(f"{OUR_URL}/ivr/twilio/moon", pairs),
        signature(f"{OUR_URL}:8443{door.address}", pairs),
    ]
    forwarded = {"X-Forwarded-Host": "evil.example.in", "X-Forwarded-Proto": "http"}
    for signed in wrong:
        for headers in ({}, forwarded):
            answer = post(service, door.address, pairs, signed, headers)
            assert (answer.status_code, answer.mimetype) == (403, "text/plain")
    assert is_untouched(service)


@pytest.mark.parametrize("door", SIGNED, ids=str)
def test_what_twilio_has_signed_is_let_in(service: Service, door: Door) -> None:
    assert door.call(service).status_code == 200
    forwarded = {"X-Forwarded-Host": "evil.example.in", "X-Forwarded-Proto": "http"}
    assert replace(door, headers=forwarded).call(service).status_code == 200
    with_port = signature(f"{OUR_URL}:443{door.address}", door.pairs)
    assert post(service, door.address, door.pairs, with_port).status_code == 200


@pytest.mark.parametrize("door", SIGNED, ids=str)
@pytest.mark.parametrize(
    "more",
    [
        {"Moon": "Capricorn"},
        {"FromCity": "", "ToZip": ""},
        {"StirVerstat": "TN-Validation-Passed-A", "CallToken": '{"parentCallInfoToken":"eyJ"}'},
        {"FieldOfTomorrow": "नया & 1+1=2 😀\r\n two  spaces "},
        {"a": "1", "A": "2", "aB": "3", "Zz": "4"},
    ],
)
def test_twilio_signs_over_fields_that_we_do_not_know(
    service: Service, door: Door, more: dict[str, str]
) -> None:
    more_of_it = changed(door, **more)
    assert post(service, door.address, more_of_it.pairs, door.signed).status_code == 403
    assert is_untouched(service)
    assert more_of_it.call(service).status_code == 200


@pytest.mark.parametrize("door", SIGNED, ids=str)
@pytest.mark.parametrize(
    "more",
    [
        "note=%E0%A4%95",
        "note=%e0%a4%95",
        "note=a+b%20c%2Bd%26e",
        "empty=&bare&&=x",
        "note=~!*'();:@$,/?[]",
        "half=%E0%A4&percent=100%",
    ],
)
def test_twilio_signs_over_the_query_as_it_is_on_the_wire(
    service: Service, door: Door, more: str
) -> None:
    query = f"{door.query}{'&' if door.query else ''}{more}"
    asked = replace(door, query=query)
    assert post(service, asked.address, asked.pairs, door.signed).status_code == 403
    assert is_untouched(service)
    assert asked.call(service).status_code == 200


def test_a_step_cannot_be_moved_to_another_number(service: Service) -> None:
    first = BEGINS.hears(service)
    silence, other = STEPS, replace(STEPS, query="step=2")
    assert post(service, other.address, other.pairs, silence.signed).status_code == 403
    assert BEGINS.hears(service) == first


def test_fields_that_come_twice_are_signed_once(service: Service) -> None:
    for more in ((("Digits", "5"),), (("Digits", "4"), ("Digits", "5"))):
        pairs = [*BEGINS.pairs, *more]
        signed = signature(OUR_URL + BEGINS.address, pairs)
        assert post(service, BEGINS.address, pairs, signed).status_code == 200
        assert post(service, BEGINS.address, [*pairs, *more], signed).status_code == 200


@pytest.mark.parametrize("public_url", ["https://pukar.example.in:8443", "https://x.in/pukar"])
def test_the_public_address_may_have_a_port_or_a_folder(run: Run, public_url: str) -> None:
    with run(public_url=public_url) as service:
        right = signature(f"{public_url}{BEGINS.address}", BEGINS.pairs)
        answer = post(service, BEGINS.address, BEGINS.pairs, right)
        assert answer.status_code == 200
        assert f'action="{public_url}/ivr/twilio/step?step=1"' in answer.text


def test_without_an_auth_token_nobody_is_twilio(run: Run) -> None:
    with run(twilio_auth_token="") as service:
        for door in SIGNED:
            empty = signature(OUR_URL + door.address, door.pairs, token="")
            for signed in (None, "", empty):
                answer = post(service, door.address, door.pairs, signed)
                assert answer.status_code == 403
        assert is_untouched(service)


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data"])
def test_what_is_no_form_has_no_fields(service: Service, kind: str) -> None:
    for door in SIGNED:
        signed = {"X-Twilio-Signature": door.signed or ""}
        body = '{"CallSid":"CA1"}'
        answer = service.client.post(door.address, data=body, content_type=kind, headers=signed)
        assert answer.status_code == 403
    assert is_untouched(service)


def test_a_request_that_is_far_too_long_is_not_read(service: Service) -> None:
    for door in (BEGINS, AT_BEGINS):
        assert changed(door, More="x" * 300_000).call(service).status_code == 413
    assert is_untouched(service)


# --- Who is let in: Africa's Talking knows the key


@pytest.mark.parametrize("door", [*KEYED, AT_ENDS], ids=["begins", "steps", "ends"])
def test_in_production_africas_talking_brings_the_key(run: Run, door: Door) -> None:
    key = "sesame & more"
    with run(env="production", webhook_key=key, sms_gateways="") as service:
        for query in (
            "",
            "key=",
            "key=sesame",
            "key=sesame+%26+more!",
            "key=Sesame+%26+more",
            "key=%E0%A4%A4%E0%A4%BF%E0%A4%B2",
            "Key=sesame+%26+more",
            "key=x&key=sesame+%26+more",
        ):
            wrong = replace(door, query="&".join(filter(None, (door.query, query))))
            answer = wrong.call(service)
            assert (answer.status_code, answer.mimetype) == (403, "text/plain")
        assert changed(door, key=key).call(service).status_code == 403  # a form is no address
        assert is_untouched(service)
        right = replace(door, query="&".join(filter(None, (door.query, urlencode({"key": key})))))
        assert right.call(service).status_code == 200


def test_in_production_every_address_that_africas_talking_is_told_has_the_key(
    run: Run, clips: Path
) -> None:
    key = 'sesame & "more" %'
    told, asked = set(), urlencode({"key": key})
    with run(
        env="production", webhook_key=key, sms_gateways="", audio_dir=clips, emergency_dial="112"
    ) as service:
        begins = replace(AT_BEGINS, query=asked)
        document = begins.hears(service)
        for step, keys in enumerate((*TO_STORY, "112"), start=1):
            addresses = addresses_in(document)
            assert addresses or "Dial" in document
            told |= addresses
            pressed = changed(replace(AT_STEPS, query=f"step={step}&{asked}"), dtmfDigits=keys)
            document = pressed.hears(service)
        assert "<Dial" in document
    here = f"{OUR_URL}/ivr/africastalking/step?step="
    assert len(told) == len(TO_STORY) + 2  # and that of the recording
    for address in told:
        assert re.fullmatch(rf"{re.escape(here)}\d+(&spoken=1)?&key={quote(key, safe='')}", address)
        assert not re.search(r"""["<> ]""", address)


def addresses_in(document: str) -> set[str]:
    """Give the addresses that a document has the provider call."""
    found: set[str] = set()
    for element in parsed(document).iter():
        found |= {element.get("callbackUrl", ""), element.get("action", "")}
        found |= {element.get("recordingStatusCallback", "")}
        if element.tag == "Redirect":
            found.add(element.text or "")
    return found - {""}


@pytest.mark.parametrize("door", SIGNED, ids=str)
def test_in_production_twilio_needs_no_key_but_its_signature(run: Run, door: Door) -> None:
    with run(env="production", webhook_key="sesame", sms_gateways="") as service:
        query = "&".join(filter(None, (door.query, "key=sesame")))
        keyed = replace(door, query=query)
        assert post(service, keyed.address, keyed.pairs, None).status_code == 403
        answer = door.call(service)
        assert answer.status_code == 200
        assert "sesame" not in answer.text


# --- What no provider sends


@pytest.mark.parametrize("door", SIGNED, ids=str)
def test_a_call_of_twilio_without_an_id_is_malformed(service: Service, door: Door) -> None:
    for wrong in (None, ""):
        answer = changed(door, CallSid=wrong).call(service)
        told = (answer.status_code, answer.mimetype, answer.text)
        assert told == (400, "text/plain", "CallSid is missing\n")
    assert is_untouched(service)


@pytest.mark.parametrize("door", [*KEYED, AT_ENDS], ids=["begins", "steps", "ends"])
@pytest.mark.parametrize("missing", ["sessionId", "isActive"])
def test_a_call_of_africas_talking_that_lacks_something_is_malformed(
    service: Service, door: Door, missing: str
) -> None:
    for wrong in (None, "None"):
        answer = changed(door, **{missing: wrong}).call(service)
        told = (answer.status_code, answer.mimetype, answer.text)
        assert told == (400, "text/plain", "sessionId or isActive is missing\n")
    assert is_untouched(service)


def test_a_recording_without_name_or_address_is_malformed(service: Service) -> None:
    for wrong in (replace(ARRIVES, query=""), changed(ARRIVES, RecordingUrl=None)):
        answer = wrong.call(service)
        told = (answer.status_code, answer.text)
        assert told == (400, "recording or RecordingUrl is missing\n")
    assert is_untouched(service)


ODD = {
    "NUL in the id": changed(BEGINS, CallSid="CA\x001"),
    "an id of 10000 letters": changed(BEGINS, CallSid="C" * 10_000),
    "an id with signs": changed(BEGINS, CallSid="\"'><&;--\r\n\u2028"),
    "NUL in the number called": changed(BEGINS, To="+91\x00"),
    "NUL in our token": replace(BEGINS, query="call=%00"),
    "a token of 10000 letters": replace(BEGINS, query=f"call={'x' * 10_000}"),
    "half a letter": replace(BEGINS, query="call=%E0%A4"),
    "NUL among the keys": changed(STEPS, Digits="1\x00"),
    "10000 keys": changed(STEPS, Digits="1" * 10_000),
    "Hindi digits": changed(STEPS, Digits="१"),
    "a word for keys": changed(STEPS, Digits="hangup"),
    "hash for keys": changed(STEPS, Digits="#"),
    "tags for keys": changed(STEPS, Digits="<Say>"),
    "no step": replace(STEPS, query=""),
    "step 0": replace(STEPS, query="step=0"),
    "a step below": replace(STEPS, query="step=-1"),
    "a step far ahead": replace(STEPS, query="step=99"),
    "a step of 5000 digits": replace(STEPS, query=f"step={'9' * 5000}"),
    "a step with NUL": replace(STEPS, query="step=1%00"),
    "a step in Hindi": replace(STEPS, query="step=%E0%A5%A7"),
    "NUL in the mark of a repeat": replace(STEPS, headers={"I-Twilio-Idempotency-Token": "\x01"}),
    "a recording with NUL": changed(
        replace(STEPS, query="step=1&spoken=1"), RecordingUrl=f"{RECORDING}\x00"
    ),
    "a recording as long as an age": changed(
        replace(STEPS, query="step=1&spoken=1"),
        RecordingUrl=RECORDING,
        RecordingDuration="9" * 30,
    ),
    "a story where none was asked for": replace(STEPS, query="step=1&spoken=1"),
    "a dial where nobody was dialled": replace(STEPS, query="step=1&dialled=1"),
    "a fallback with NUL": changed(FALLS_BACK, CallSid="\x00"),
    "a fallback from nobody": changed(FALLS_BACK, From=None),
    "a session with NUL": changed(AT_BEGINS, sessionId="ATVId\x00"),
    "a session of 10000 letters": changed(AT_BEGINS, sessionId="A" * 10_000),
    "a request id with NUL": changed(AT_BEGINS, clientRequestId="\x00"),
    "keys with NUL": changed(AT_STEPS, dtmfDigits="\x00"),
    "10000 keys of theirs": changed(AT_STEPS, dtmfDigits="9" * 10_000),
}


@pytest.mark.parametrize("door", ODD.values(), ids=ODD)
def test_whatever_comes_the_caller_hears_something(either_service: Service, door: Door) -> None:
    begins = AT_BEGINS if door.path.startswith("africastalking") else BEGINS
    begins.hears(either_service)
    document = door.hears(either_service)
    assert document == door.hears(either_service)
    if begins is BEGINS:
        assert heard(either_service, document)


ODD_NEWS = {
    "NUL in the id": changed(ENDS, CallSid="CA\x001"),
    "an id of 10000 letters": changed(ENDS, CallSid="C" * 10_000),
    "a call as long as an age": changed(ENDS, CallDuration="9" * 30),
    "a call a little longer than our columns": changed(ENDS, CallDuration="2147484"),
    "a call below nothing": changed(ENDS, CallDuration="-5"),
    "a number of 5000 digits": changed(ENDS, CallDuration="9" * 5000),
    "nobody's call": changed(ENDS, From=""),
    "a recording's name with NUL": replace(ARRIVES, query="recording=%00"),
    "a recording's name of 10000 letters": replace(ARRIVES, query=f"recording={'9' * 10_000}"),
    "a recording as long as an age": changed(ARRIVES, RecordingDuration="9" * 30),
    "an address with NUL": changed(ARRIVES, RecordingUrl="https://\x00"),
    "a session with NUL": changed(AT_ENDS, sessionId="\x00"),
    "a session as long as an age": changed(AT_ENDS, durationInSeconds="9" * 30),
    "a number of theirs with 5000 digits": changed(AT_ENDS, durationInSeconds="9" * 5000),
    "a cause with NUL": changed(AT_ENDS, hangupCause="\x00"),
}


@pytest.mark.parametrize("door", ODD_NEWS.values(), ids=ODD_NEWS)
def test_whatever_news_come_nobody_is_told_words(either_service: Service, door: Door) -> None:
    """No caller hears what is answered to news; an apology would say that they were taken."""
    for _ in range(2):
        answer = door.call(either_service)
        assert answer.mimetype == "text/plain"
        assert (answer.status_code == 200) == (answer.text == "")


# --- Repeats, and steps that are none


def stepped(step: int, keys: str = "", *, mark: str = "", query: str = "") -> Door:
    """Press keys at the document with this number."""
    headers = {"I-Twilio-Idempotency-Token": mark} if mark else {}
    door = replace(STEPS, query=f"step={step}{query}", headers=headers)
    return changed(door, Digits=keys)


def told_story(step: int) -> Door:
    return changed(
        stepped(step, "#", query="&spoken=1"), RecordingUrl=RECORDING, RecordingDuration="7"
    )


def whole_call() -> Iterator[Door]:
    """Give every request of a complaint by call, with a repeat of every one to be made."""
    yield BEGINS
    for step, keys in enumerate(TO_STORY, start=1):
        yield stepped(step, keys, mark=f"mark {step}")
    story = len(TO_STORY) + 1
    yield told_story(story)
    yield stepped(story + 1, "1", mark="plays back")
    yield stepped(story + 2, "1", mark="confirms")


def test_a_repeat_of_every_request_gives_the_same_document_byte_for_byte(
    either_service: Service,
) -> None:
    requests = list(whole_call())
    documents = []
    for request in requests:
        document = request.hears(either_service)
        assert [request.hears(either_service) for _ in range(2)] == [document] * 2
        documents.append(document)
    assert len(set(documents)) == len(requests)
    reference = either_service.only_case().reference
    assert " ".join(reference) in heard(either_service, documents[-1])
    assert len(either_service.inbox()) == 1


def test_a_repeat_gives_the_same_where_it_has_no_mark(service: Service) -> None:
    BEGINS.hears(service)
    document = stepped(1, "1").hears(service)
    assert stepped(1, "1").hears(service) == document
    assert stepped(1, "1", mark="new").hears(service) == document


def test_a_late_repeat_of_an_older_step_gives_the_current_document(
    either_service: Service,
) -> None:
    requests = list(whole_call())
    for number, request in enumerate(requests):
        document = request.hears(either_service)
        for older in requests[:number]:
            assert older.hears(either_service) == document
    assert len(either_service.parts.cases.newest()) == 1


def test_a_step_that_is_none_changes_nothing(service: Service) -> None:
    BEGINS.hears(service)
    document = stepped(1, "1").hears(service)
    for odd in (stepped(0, "4"), stepped(3, "4"), stepped(99, "4"), stepped(-1, "4")):
        assert odd.hears(service) == document
    after = stepped(2, "4").hears(service)
    assert after != document


def test_the_mark_of_a_repeat_counts_more_than_the_step(service: Service) -> None:
    """What Twilio marks as one request is one, whatever it says."""
    BEGINS.hears(service)
    document = stepped(1, "1", mark="6b12").hears(service)
    assert stepped(2, "4", mark="6b12").hears(service) == document
    assert stepped(2, "4", mark="6b13").hears(service) != document


def test_a_call_that_we_do_not_know_begins_anew(service: Service) -> None:
    first = BEGINS.hears(service)
    stepped(1, "1").hears(service)
    unknown = changed(stepped(5, "1"), CallSid="CA2")
    document = unknown.hears(service)
    assert document == first
    assert says(service, document, GREETING)


def test_a_step_of_a_call_before_is_told_that_it_is_over(service: Service) -> None:
    BEGINS.hears(service)
    stepped(1, "1").hears(service)
    document = changed(BEGINS, CallSid="CA2").hears(service)
    late = stepped(2, "4").hears(service)
    assert hangs_up(late)
    assert says(service, late, OVER)
    assert changed(BEGINS, CallSid="CA2").hears(service) == document


def test_a_step_from_another_phone_is_not_a_step_of_this_call(service: Service) -> None:
    BEGINS.hears(service)
    document = stepped(1, "1").hears(service)
    stranger = changed(stepped(2, "4"), From=OTHER_PHONE).hears(service)
    assert says(service, stranger, GREETING)
    assert stepped(1, "1").hears(service) == document


@pytest.mark.parametrize("begins", BEGINNINGS, ids=str)
def test_the_beginning_that_comes_again_late_gives_the_current_document(
    speaking_service: Service, begins: Door
) -> None:
    first = begins.hears(speaking_service)
    is_twilio = begins is BEGINS
    pressed = stepped(1, "1") if is_twilio else changed(AT_STEPS, dtmfDigits="1")
    document = pressed.hears(speaking_service)
    assert document != first
    assert begins.hears(speaking_service) == document


def test_the_repeats_of_africas_talking_give_the_same_document(
    speaking_service: Service,
) -> None:
    document = AT_BEGINS.hears(speaking_service)
    assert AT_BEGINS.hears(speaking_service) == document
    for step, keys in enumerate(TO_STORY, start=1):
        pressed = changed(replace(AT_STEPS, query=f"step={step}"), dtmfDigits=keys)
        document = pressed.hears(speaking_service)
        assert pressed.hears(speaking_service) == document
    assert "<Record " in document
    story = len(TO_STORY) + 1
    spoken = replace(AT_STEPS, query=f"step={story}&spoken=1")
    spoken = changed(spoken, recordingUrl="https://voice.africastalking.com/1.mp3")
    document = spoken.hears(speaking_service)
    assert spoken.hears(speaking_service) == document
    for step in (story + 1, story + 2):
        pressed = changed(replace(AT_STEPS, query=f"step={step}"), dtmfDigits="1")
        document = pressed.hears(speaking_service)
        assert pressed.hears(speaking_service) == document
    reference = speaking_service.only_case().reference
    assert " ".join(reference) in heard(speaking_service, document)


def test_the_fallback_gives_the_last_document_again(service: Service) -> None:
    for request in whole_call():
        document = request.hears(service)
        assert FALLS_BACK.hears(service) == document
        assert FALLS_BACK.hears(service) == document
        assert request.hears(service) == document


def test_the_fallback_knows_the_call_only(service: Service) -> None:
    document = stepped(1).hears(service)
    strange = [
        changed(FALLS_BACK, CallSid="CA2"),
        changed(FALLS_BACK, From=OTHER_PHONE),
        changed(FALLS_BACK, From="anonymous"),
        changed(FALLS_BACK, From=None),
    ]
    for odd in strange:
        apology = odd.hears(service)
        assert hangs_up(apology)
        assert says(service, apology, TROUBLE)
    assert FALLS_BACK.hears(service) == document


def test_the_fallback_of_a_call_of_ours_gives_the_last_document_again(service: Service) -> None:
    ours = {"CallSid": "CA9", "From": OURS, "To": PHONE, "Direction": "outbound-api"}
    document = replace(BEGINS, fields=ours).hears(service)
    assert replace(FALLS_BACK, fields=ours).hears(service) == document


@pytest.mark.parametrize("door", [ENDS, AT_ENDS], ids=["twilio", "africastalking"])
def test_the_end_of_a_call_is_kept_once(either_service: Service, door: Door) -> None:
    for _ in range(3):
        assert door.call(either_service).status_code == 200
    with either_service.parts.database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(session_ends)) == 1


def test_the_end_that_is_told_before_all_else_is_the_end(either_service: Service) -> None:
    """Status callbacks come in any order."""
    BEGINS.hears(either_service)
    for status in ("completed", "in-progress", "ringing", "initiated", "queued"):
        assert changed(ENDS, CallStatus=status).call(either_service).status_code == 200
    with either_service.parts.database.reading() as connection:
        assert connection.execute(select(session_ends.c.outcome)).scalars().all() == ["completed"]


def test_a_busy_phone_that_is_told_of_three_times_was_called_once(service: Service) -> None:
    service.parts.calls.ask(Wish("callback", "for a test", PHONE))
    [call] = take_due(service)
    service.parts.calls.mark_placed(call, "twilio", "CA9")
    ours = {"CallSid": "CA9", "From": OURS, "To": PHONE, "Direction": "outbound-api"}
    busy = {**ours, "CallStatus": "busy", "SequenceNumber": "2", "SipResponseCode": "486"}
    for _ in range(3):
        assert replace(ENDS, fields=busy).call(service).status_code == 200
    found = service.parts.calls.find(token=call.token)
    assert found
    assert (found.status, found.attempts) == ("due", 1)


def take_due(service: Service) -> list[Call]:
    with service.parts.database.writing() as connection:
        connection.execute(calls.update().values(due_at=calls.c.asked_at))
    return service.parts.calls.take_due(only=("callback",))


# --- Who hides


HIDDEN_NUMBERS = (
    "anonymous",
    "Anonymous",
    "+266696687",
    "+7378742883",
    "+2562533",
    "+8656696",
    "Restricted",
    "unknown",
    "",
    "56161",
    "+0",
    "sip:asha@example.in",
    "client:asha",
    "\x00",
    "+" + "9" * 5000,
)


@pytest.mark.parametrize("number", HIDDEN_NUMBERS, ids=lambda number: repr(number)[:20])
@pytest.mark.parametrize("begins", BEGINNINGS, ids=str)
def test_who_hides_her_number_is_told_so_politely(
    speaking_service: Service, begins: Door, number: str
) -> None:
    name = "From" if begins is BEGINS else "callerNumber"
    steps = STEPS if begins is BEGINS else AT_STEPS
    for door in (begins, steps):
        document = changed(door, **{name: number}).hears(speaking_service)
        assert hangs_up(document)
        assert heard(speaking_service, document) == aloud(HIDDEN)
    assert is_untouched(speaking_service)


def test_the_numbers_that_twilio_puts_for_hidden_ones_are_nobody_s_phone(
    service: Service,
) -> None:
    """All who hide behind one of them would share a draft, and hear each other's story."""
    for number in ("+266696687", "+7378742883", "+2562533", "+8656696", "+86282452253"):
        for door in (BEGINS, STEPS):
            assert heard(service, changed(door, From=number).hears(service)) == aloud(HIDDEN)
    assert is_untouched(service)


@pytest.mark.parametrize("begins", BEGINNINGS, ids=str)
def test_who_sends_no_number_at_all_is_told_so_politely(
    speaking_service: Service, begins: Door
) -> None:
    name = "From" if begins is BEGINS else "callerNumber"
    document = changed(begins, **{name: None}).hears(speaking_service)
    assert heard(speaking_service, document) == aloud(HIDDEN)
    assert is_untouched(speaking_service)


@pytest.mark.parametrize("door", [ENDS, AT_ENDS], ids=["twilio", "africastalking"])
def test_the_end_of_a_hidden_call_is_no_trouble(service: Service, door: Door) -> None:
    name = "From" if door is ENDS else "callerNumber"
    for number in HIDDEN_NUMBERS:
        assert changed(door, **{name: number}).call(service).status_code == 200


@pytest.mark.parametrize("number", ["9800000001", "09800000001", "919800000001", " 919800000001 "])
def test_a_phone_is_known_however_its_operator_spells_it(service: Service, number: str) -> None:
    document = BEGINS.hears(service)
    assert changed(BEGINS, From=number).hears(service) == document


@pytest.mark.parametrize("begins", BEGINNINGS, ids=str)
def test_a_missed_call_is_declined_and_returned_once(service: Service, begins: Door) -> None:
    name = "To" if begins is BEGINS else "destinationNumber"
    missed = changed(begins, **{name: "+916120000001"})
    for _ in range(2):
        [verb] = parsed(missed.hears(service))
        assert verb.tag == "Reject"
    assert service.parts.calls.counts() == {"due": 1}


# --- Bad days


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    """A session store of this test's own, to be stopped and started."""
    with EmbeddedRedis(tmp_path / "store") as redis:
        yield redis


@pytest.fixture
def on_bad_days(
    database_url: str, store: EmbeddedRedis, tmp_path: Path, clips: Path
) -> Iterator[Service]:
    """A service whose stores can be taken away."""
    stores = {"database_url": database_url, "redis_url": store.url, "data_dir": tmp_path}
    with service_with(**stores, **SETTINGS, audio_dir=clips) as service:
        yield service


@pytest.fixture
def impatient_service(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Service]:
    """A service that does not wait long for a database that is locked."""
    monkeypatch.setattr("core.database._PATIENCE_SECONDS", 0.1)
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    with service_with(**stores, data_dir=tmp_path, **SETTINGS) as service:
        yield service


def apologises(service: Service, door: Door) -> bool:
    document = door.hears(service)
    return hangs_up(document) and heard(service, document) == aloud(TROUBLE)


def test_a_session_store_that_stops_is_said_politely_and_the_call_goes_on_afterwards(
    on_bad_days: Service, store: EmbeddedRedis
) -> None:
    service = on_bad_days
    requests = list(whole_call())
    *_, document = [request.hears(service) for request in requests[:-2]]
    store.stop()
    for door in (*TALKS, requests[-2]):
        assert apologises(service, door)
    store.start()
    assert FALLS_BACK.hears(service) == document
    requests[-2].hears(service)
    document = requests[-1].hears(service)
    assert " ".join(service.only_case().reference) in heard(service, document)


def test_who_was_apologised_to_calls_again_and_goes_on_from_there(
    on_bad_days: Service, store: EmbeddedRedis
) -> None:
    service = on_bad_days
    requests = list(whole_call())
    for request in requests[:-1]:
        request.hears(service)
    store.stop()
    assert apologises(service, requests[-1])
    assert service.parts.cases.newest() == []
    store.start()
    document = changed(BEGINS, CallSid="CA2").hears(service)
    assert says(service, document, STOPPED_AT)


def test_news_that_come_while_a_store_is_down_are_asked_for_again(
    on_bad_days: Service, store: EmbeddedRedis
) -> None:
    service = on_bad_days
    store.stop()
    for door in (ENDS, AT_ENDS):
        answer = door.call(service)
        assert (answer.status_code, answer.mimetype) == (503, "text/plain")
    store.start()
    for door in (ENDS, AT_ENDS):
        assert door.call(service).status_code == 200
    assert count_kept(service) == 2


def test_a_database_that_is_locked_is_said_politely_and_nothing_is_half_done(
    on_bad_days: Service,
) -> None:
    service = on_bad_days
    requests = list(whole_call())
    *_, before = [request.hears(service) for request in requests[:-1]]
    with out_of_order(service, "calls", "recordings", "session_ends"):
        assert apologises(service, requests[-1])
        assert FALLS_BACK.hears(service) == before
    assert service.parts.cases.newest() == []
    document = requests[-1].hears(service)
    assert " ".join(service.only_case().reference) in heard(service, document)
    assert len(service.inbox()) == 1


def test_a_story_told_while_the_database_is_locked_is_not_lost(
    impatient_service: Service,
) -> None:
    service = impatient_service
    *before, told, _, _ = whole_call()
    *_, asked = [request.hears(service) for request in before]
    with out_of_order(service, "recordings", "calls"):
        assert apologises(service, told)
        arrives = ARRIVES.call(service)
        assert (arrives.status_code, arrives.mimetype) == (503, "text/plain")
    assert FALLS_BACK.hears(service) == asked
    document = told.hears(service)
    assert document != asked
    assert ARRIVES.call(service).status_code == 200
    assert sum(service.parts.recordings.counts().values()) == 2


def test_news_that_come_while_the_database_is_locked_are_asked_for_again(
    impatient_service: Service,
) -> None:
    service = impatient_service
    news = (ENDS, AT_ENDS, ARRIVES)
    with out_of_order(service, "calls", "recordings", "session_ends"):
        for door in news:
            answer = door.call(service)
            assert (answer.status_code, answer.mimetype) == (503, "text/plain")
    for door in news:
        assert door.call(service).status_code == 200
    assert count_kept(service) == len(news)


def test_a_fault_of_our_own_is_said_politely(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = BEGINS.hears(service)

    def stumbles(*_: object, **__: object) -> None:
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as patch:
        patch.setattr("ivr.visit.Visit.hear", stumbles)
        assert apologises(service, stepped(1, "1"))
    assert BEGINS.hears(service) == first
    assert stepped(1, "1").hears(service) != first


def test_silence_to_the_end_is_polite(service: Service) -> None:
    BEGINS.hears(service)
    for step in range(1, 3):
        assert not hangs_up(stepped(step).hears(service))
    document = stepped(3).hears(service)
    assert hangs_up(document)
    assert says(service, document, NOTHING_HEARD)
