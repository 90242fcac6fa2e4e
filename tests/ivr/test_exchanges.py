"""Each provider of calls in exact exchanges: bytes in and facts understood, facts out and bytes.

An exchange is a file of `exchanges/PROVIDER/`; the sheets below say what can stand in it. Where
one differs from the next by a few words only, `[[each]]` lists them, and `<word>` stands for them.
"""

import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args
from urllib.parse import urlsplit
from xml.etree.ElementTree import fromstring

import pytest
from _pytest.mark import ParameterSet
from flask import Flask
from pydantic import BaseModel, ConfigDict

import ivr.download
from ivr.blueprint import _request as request_of
from ivr.gateway import (
    Connect,
    Decline,
    Event,
    Gateway,
    Keys,
    Malformed,
    Piece,
    Play,
    Reply,
    Request,
    Say,
    Voice,
)
from ivr.gateways.africastalking import AfricasTalking
from ivr.gateways.twilio import Twilio
from providers.transport import Refused, Silent, TryLater
from providers.twilio import Account as TwilioAccount
from tests import providers
from tests.providers import (
    HERE,
    Answer,
    Asked,
    Provider,
    nobody,
    nowhere,
    untrusted_certificate,
)

FOLDER = Path(__file__).parent / "exchanges"
GATEWAYS = ("africastalking", "twilio")
FORM = "application/x-www-form-urlencoded"
OUR_URL = "https://pukar.example.in"
PHONE, TOKEN = "+919800000001", "3f2a-0123456789ab"
SID = "AC0123456789abcdef0123456789abcdef"
RECORDING = f"{{here}}/2010-04-01/Accounts/{SID}/Recordings/RE01"
MOVED = "http://elsewhere.example/a-secret-of-somebody-else"
EVENTS: Mapping[str, Callable[..., Event]] = {each.__name__: each for each in get_args(Event)}

Kind: TypeAlias = Literal["read", "write", "place", "fetch", "delete"]
Did: TypeAlias = str | TryLater | Refused


class Sheet(BaseModel):
    """A part of an exchange; a key that is misspelt is a fault of its file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Account(Sheet):
    """How the gateway is set up; a real one has the provider's own address."""

    path: str = ""
    key: str = ""
    hosts: tuple[str, ...] = ()
    timeout: float = 5
    largest: int | None = None
    is_real: bool = False
    is_down: bool = False


class Exchange(Sheet):
    """A file of `exchanges/`."""

    name: str
    kind: Kind
    account: Account = Account()


class Reading(Exchange):
    """An exchange in which the provider calls us, and what is understood; else it is malformed.

    What `event` leaves out has its default, and a length is not told.
    """

    door: str = ""
    query: str = ""
    body: str
    headers: dict[str, str] = {}
    event: dict[str, Any] | None = None
    malformed: str | None = None


class Spoken(Sheet):
    """A piece of what is said."""

    play: str | None = None
    say: str = ""
    voice: str = ""

    def piece(self) -> Piece:
        return Say(self.say, self.voice) if self.play is None else Play(self.play)


class Awaited(Sheet):
    """The keys that are awaited."""

    most: int
    seconds: int

    def keys(self) -> Keys:
        return Keys(self.most, self.seconds)


class Beep(Sheet):
    """The voice that is awaited."""

    recording: str
    most_seconds: int
    silence: int
    keys: Awaited

    def voice(self) -> Voice:
        return Voice(self.recording, self.most_seconds, self.silence, self.keys.keys())


class Told(Sheet):
    """A reply of ours."""

    step: int
    says: tuple[Spoken, ...] = ()
    again: tuple[tuple[Spoken, ...], ...] = ()
    keys: Awaited | None = None
    voice: Beep | None = None
    connect: str = ""
    declines: bool = False

    def reply(self) -> Reply:
        again = tuple(pieces(each) for each in self.again)
        return Reply(self.step, pieces(self.says), self._awaits(), again)

    def _awaits(self) -> Keys | Voice | Connect | Decline | None:
        if self.connect:
            return Connect(self.connect)
        if self.declines:
            return Decline()
        if self.voice:
            return self.voice.voice()
        return self.keys.keys() if self.keys else None


class Written(Sheet):
    """What a reply is for the provider."""

    document: str


class Writing(Exchange):
    """An exchange in which we reply."""

    reply: Told
    writes: Written


class Asks(Sheet):
    """What the provider is asked; headers `without` which it must be."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = {}
    without: tuple[str, ...] = ()
    fields: dict[str, str | tuple[str, ...]] = {}


class Answers(Sheet):
    """What the provider answers, as `tests.providers.Answer`."""

    status: int = 200
    kind: str = "application/json"
    body: str = ""
    seconds: float = 0
    breaks: Literal["", "before the answer", "within the answer"] = ""


class Round(Sheet):
    """A request and its answer; where `asks` is left out it does not matter here."""

    asks: Asks | None = None
    answer: Answers


class Outcome(Sheet):
    """What the gateway gives (an id, a recording), or what it raises.

    `is_elsewhere` says that it is to ask another host than the provider's usual one.
    """

    gives: str | None = None
    raises: Literal["", "TryLater", "Silent", "Refused"] = ""
    saying: str | None = None
    is_elsewhere: bool = False


class Asking(Exchange):
    """An exchange in which we ask the provider: to call, for a recording, to delete it.

    The `address` of a recording may name the provider (`{here}`, its `{host}`) and a stranger
    (`{elsewhere}`, `{other}`). It is asked `tries` times in vain, then `times` times.
    """

    address: str = RECORDING
    tries: int = 0
    times: int = 1
    round: tuple[Round, ...] = ()
    outcome: Outcome


def pieces(spoken: tuple[Spoken, ...]) -> tuple[Piece, ...]:
    return tuple(each.piece() for each in spoken)


def exchanges(*kinds: Kind) -> list[ParameterSet]:
    """List the exchanges of some kinds, each with its provider, named by their sentences."""
    return [
        pytest.param(provider, sheet, id=f"{provider}: {sheet['name']}")
        for provider, sheet in sorted(read(), key=lambda each: (each[0], each[1]["name"]))
        if sheet["kind"] in kinds
    ]


def read() -> Iterator[tuple[str, dict[str, Any]]]:
    """Read all files: the provider of each exchange, and what is in it."""
    for file in FOLDER.glob("*/*.toml"):
        text = file.read_text(encoding="utf-8")
        for words in tomllib.loads(text).get("each", [{}]):
            sheet = tomllib.loads(filled(text, words))
            sheet.pop("each", None)
            yield file.parent.name, sheet


def filled(text: str, words: Mapping[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"<{name}>", word)
    return text


def gateway_of(name: str, url: str = "", account: Account | None = None) -> Gateway:
    account = account or Account()
    base_url = "" if account.is_real else url + account.path
    if name == "twilio":
        twilio = TwilioAccount(SID, "12345", base_url)
        return Twilio(twilio, number="+916120000000", public_url=OUR_URL)
    return AfricasTalking(
        "pukar",
        "atsk_0123",
        base_url=base_url,
        number="+916120000000",
        hosts=account.hosts,
        public_url=OUR_URL,
        key=account.key,
    )


# --- The provider calls us


@pytest.mark.parametrize(("name", "facts"), exchanges("read"))
def test_a_call_of_the_provider_is_understood(name: str, facts: dict[str, Any]) -> None:
    sheet = Reading.model_validate(facts)
    gateway = gateway_of(name)
    assert sheet.door in gateway.doors
    if sheet.event is None:
        with pytest.raises(Malformed) as error:
            gateway.read(as_it_comes(name, sheet))
        assert str(error.value) == sheet.malformed
    else:
        assert gateway.read(as_it_comes(name, sheet)) == event_of(sheet.event)


def as_it_comes(name: str, sheet: Reading) -> Request:
    """Read the bytes of a call as the web door reads them."""
    path = "/".join(filter(None, (f"/ivr/{name}", sheet.door)))
    asked = Flask(__name__, root_path=str(FOLDER)).test_request_context(
        path,
        method="POST",
        query_string=sheet.query,
        data=sheet.body,
        content_type=FORM,
        headers=sheet.headers,
    )
    with asked:
        request = request_of(OUR_URL, sheet.door)
    assert request.url == f"{OUR_URL}{path}{'?' if sheet.query else ''}{sheet.query}"
    return request


def event_of(facts: Mapping[str, Any]) -> Event:
    kind = EVENTS[facts["is"]]
    untold = {each.name: None for each in fields(kind) if each.name == "seconds"}  # type: ignore[arg-type]
    return kind(**{**untold, **{name: fact for name, fact in facts.items() if name != "is"}})


# --- We reply


@pytest.mark.parametrize(("name", "facts"), exchanges("write"))
def test_a_reply_is_written(name: str, facts: dict[str, Any]) -> None:
    sheet = Writing.model_validate(facts)
    document = gateway_of(name, account=sheet.account).write(sheet.reply.reply())
    assert document == sheet.writes.document
    fromstring(document.encode("utf-8"))  # noqa: S314  # our own


# --- We ask the provider


class _Handler(providers._Handler):
    """The provider, or a stranger who is asked as a proxy: nobody leaves this machine."""

    do_DELETE = do_CONNECT = providers._Handler.do_POST  # noqa: N815  # as `http.server` has it

    def send_response(self, code: int, message: str | None = None) -> None:
        super().send_response(code, message)
        if 300 <= code < 400:
            self.send_header("Location", MOVED)


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """Everybody but the provider: who asks any other host comes here, and is heard."""
    with Provider([Answer(403)]) as stranger:
        stranger._server.RequestHandlerClass = _Handler
        for scheme in ("http", "https"):
            monkeypatch.setenv(f"{scheme}_proxy", stranger.url)
            monkeypatch.setenv(f"{scheme.upper()}_PROXY", stranger.url)
        monkeypatch.setenv("NO_PROXY", HERE)
        monkeypatch.setenv("no_proxy", HERE)
        yield stranger


@pytest.mark.parametrize(("name", "facts"), exchanges("place", "fetch", "delete"))
def test_the_provider_is_asked(
    name: str, facts: dict[str, Any], elsewhere: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = Asking.model_validate(facts)
    be_quick(monkeypatch, name, sheet.account)
    with played(sheet, elsewhere) as provider:
        url, requests = provider
        account = placed(sheet.account, url, elsewhere)
        address = put_in_place(sheet.address, url, elsewhere)
        gateway = gateway_of(name, url, account)
        for _ in range(sheet.tries):
            assert isinstance(do(gateway, sheet.kind, address), TryLater)
        endings = [do(gateway, sheet.kind, address) for _ in range(sheet.times)]
    for ending in endings:
        check_outcome(ending, sheet.outcome)
    check_requests(requests, elsewhere.requests, sheet)


def be_quick(monkeypatch: pytest.MonkeyPatch, name: str, account: Account) -> None:
    monkeypatch.setattr(f"ivr.gateways.{name}._TIMEOUT", account.timeout)
    monkeypatch.setattr(ivr.download, "_TIMEOUT", account.timeout)
    if account.largest is not None:
        monkeypatch.setattr(ivr.download, "LARGEST_RECORDING", account.largest)


@contextmanager
def played(sheet: Asking, elsewhere: Provider) -> Iterator[tuple[str, list[Asked]]]:
    """Play the provider of an exchange; give its address, and what it is asked."""
    if sheet.account.is_down:
        with nobody() as url:
            yield url, []
        return
    answers = [Answer(**each.answer.model_dump()) for each in sheet.round] or [Answer()]
    if sheet.outcome.is_elsewhere:
        elsewhere.answers = answers
    with Provider(answers) as provider:
        provider._server.RequestHandlerClass = _Handler
        yield provider.url, provider.requests


def put_in_place(words: str, url: str, elsewhere: Provider) -> str:
    """Write the addresses of this test into words."""
    known = {
        "{here}": url,
        "{host}": urlsplit(url).netloc,
        "{elsewhere}": elsewhere.url,
        "{other}": urlsplit(elsewhere.url).netloc,
    }
    for name, address in known.items():
        words = words.replace(name, address)
    return words


def placed(account: Account, url: str, elsewhere: Provider) -> Account:
    hosts = tuple(put_in_place(each, url, elsewhere) for each in account.hosts)
    return account.model_copy(update={"hosts": hosts})


def do(gateway: Gateway, kind: Kind, address: str = "") -> Did:
    """Ask the provider; give what it gave, or what was raised."""
    try:
        if kind == "place":
            return gateway.place(PHONE, TOKEN)
        if kind == "fetch":
            return gateway.fetch(address).decode("ascii")
        gateway.delete(address)
    except (TryLater, Refused) as trouble:
        return trouble
    return ""


def check_outcome(ending: Did, expected: Outcome) -> None:
    if isinstance(ending, str):
        assert (ending, expected.raises) == (expected.gives, "")
        return
    assert isinstance(ending, {"Silent": Silent, "Refused": Refused}.get(expected.raises, TryLater))
    assert expected.raises, repr(ending)
    if expected.saying is not None:
        kind = "Refused" if isinstance(ending, Refused) else type(ending).__name__
        assert (kind, str(ending)) == (expected.raises, expected.saying)


def check_requests(requests: list[Asked], strange: list[Asked], sheet: Asking) -> None:
    """Check what the provider was asked, and that nobody else was asked anything."""
    ours, others = (strange, requests) if sheet.outcome.is_elsewhere else (requests, strange)
    assert [(each.method, each.path) for each in others] == []
    assert len(ours) == len(sheet.round)
    for asked, round_ in zip(ours, sheet.round, strict=True):
        if round_.asks:
            check_request(asked, round_.asks)


def check_request(asked: Asked, expected: Asks) -> None:
    found = (asked.method, asked.path, asked.query)
    assert found == (expected.method, expected.path, expected.query)
    assert {name: asked.headers[name] for name in expected.headers} == expected.headers
    for name in expected.without:
        assert name not in asked.headers
    if expected.fields:
        pairs = [
            (name, value)
            for name, values in expected.fields.items()
            for value in ((values,) if isinstance(values, str) else values)
        ]
        assert sorted(asked.fields) == sorted(pairs)


@pytest.mark.parametrize("kind", ["place", "fetch", "delete"])
@pytest.mark.parametrize("name", GATEWAYS)
def test_where_the_certificate_is_not_trusted_nothing_is_sent(name: str, kind: Kind) -> None:
    with untrusted_certificate() as certificate, Provider(certificate=certificate) as provider:
        ending = do(gateway_of(name, provider.url), kind, RECORDING.replace("{here}", provider.url))
        requests = provider.requests
    assert requests == []
    if (name, kind) != ("africastalking", "delete"):  # which asks for nothing
        assert (type(ending), str(ending)) == (TryLater, "no connection")


@pytest.mark.parametrize("kind", ["place", "fetch", "delete"])
@pytest.mark.parametrize("name", GATEWAYS)
def test_an_address_that_swallows_connections_is_soon_given_up(
    name: str, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = "providers.twilio" if name == "twilio" else "ivr.gateways.africastalking"
    for module in {where, f"ivr.gateways.{name}", "ivr.download"}:
        monkeypatch.setattr(f"{module}.CONNECT_SECONDS", 0.2)
    with nowhere() as url:
        started = time.monotonic()
        ending = do(gateway_of(name, url), kind, RECORDING.replace("{here}", url))
    assert time.monotonic() - started < 2
    if (name, kind) != ("africastalking", "delete"):
        assert (type(ending), str(ending)) == (TryLater, "no connection")


def test_a_recording_that_only_trickles_in_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, and yet it would hold up the collector for hours."""
    monkeypatch.setattr(ivr.download, "_TIMEOUT", 0.3)
    monkeypatch.setattr(ivr.download, "_CHUNK", 1)

    class Trickling(_Handler):
        def _write(self, answer: Answer) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            for _ in range(30):
                self.wfile.write(b"x")
                self.server.is_over.wait(0.1)
            self.close_connection = True

    with Provider() as provider:
        provider._server.RequestHandlerClass = Trickling
        started = time.monotonic()
        address = RECORDING.replace("{here}", provider.url)
        ending = do(gateway_of("twilio", provider.url), "fetch", address)
    assert isinstance(ending, TryLater)
    assert time.monotonic() - started < 2


def test_every_exchange_is_of_a_kind_that_is_played() -> None:
    assert {sheet["kind"] for _, sheet in read()} == set(get_args(Kind))
