"""Each provider in exact exchanges: facts out and bytes sent, bytes in and facts understood.

An exchange is a file of `exchanges/PROVIDER/`; the sheets below say what can stand in it. Where
one differs from the next by a few words only, `[[each]]` lists them, and `<word>` stands for them.
"""

import re
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import pytest
from _pytest.mark import ParameterSet
from pydantic import BaseModel, ConfigDict
from werkzeug.datastructures import MultiDict
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from core.receipt import Receipt, Status
from providers.transport import Refused, TryLater
from providers.twilio import Account as TwilioAccount
from sms.gateway import Gateway, Handed, Incoming, Malformed, Outgoing, Wish
from sms.gateways.africastalking import AfricasTalking
from sms.gateways.kannel import Kannel
from sms.gateways.simulator import Simulator
from sms.gateways.twilio import Twilio
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
OVER_HTTP = ("africastalking", "kannel", "twilio")
FORM = "application/x-www-form-urlencoded"
SAMPLE = Outgoing(42, "42-0123456789ab", "+919800000001", "शिकायत 123 456 7890: मिली।")

Kind: TypeAlias = Literal["send", "received", "receipt"]


class Sheet(BaseModel):
    """A part of an exchange; a key that is misspelt is a fault of its file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Account(Sheet):
    """How the gateway is set up."""

    sender: str = "56161"
    timeout: float = 5
    dlt: dict[str, str] = {}
    path: str = ""
    is_down: bool = False


class Letter(Sheet):
    """The letter that is sent."""

    id: int = SAMPLE.id
    token: str = SAMPLE.token
    phone: str = SAMPLE.phone
    text: str = SAMPLE.text
    dlt_id: str | None = None


class Asks(Sheet):
    """What the provider is asked: its fields as they are meant, and `raw`: as on the wire.

    Of a long request the file may show pieces only (`pieces`).
    """

    method: str
    path: str
    headers: dict[str, str] = {}
    fields: dict[str, str]
    raw: str | None = None
    pieces: tuple[str, ...] = ()


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
    """What the gateway makes of it: the provider took the letter, or what is raised."""

    gateway_id: str | None = None
    parts: int = 1
    raises: Literal["", "TryLater", "Silent", "Refused", "OptedOut"] = ""
    saying: str = ""


class Landed(Sheet):
    """A letter in the simulator's inbox."""

    id: str
    sender: str
    text: str


class Exchange(Sheet):
    """A file of `exchanges/`."""

    name: str
    kind: Kind


class Sending(Exchange):
    """An exchange in which a letter goes out."""

    account: Account = Account()
    letter: Letter = Letter()
    times: int = 1
    round: tuple[Round, ...] = ()
    lands: tuple[Landed, ...] = ()
    outcome: Outcome


class Call(Exchange):
    """A call of the provider, as it comes over the wire."""

    query: str = ""
    body: str = ""
    malformed: str | None = None


class Message(Sheet):
    """What is understood of an SMS."""

    message: str
    sender: str
    text: str
    wish: Wish = ""


class Told(Sheet):
    """What is understood of a receipt."""

    message: str
    status: Status
    part: str = ""
    trouble: str | None = None
    wants_no_letters: bool = False


class Receiving(Call):
    """An exchange in which an SMS comes in."""

    incoming: Message | None = None


class Reporting(Call):
    """An exchange in which a receipt comes in."""

    receipt: Told | None = None


def exchanges(kind: Kind) -> list[ParameterSet]:
    """List the exchanges of a kind, each with its provider, named by their sentences."""
    return [
        pytest.param(provider, sheet, id=f"{provider}: {sheet['name']}")
        for provider, sheet in sorted(read(), key=lambda each: (each[0], each[1]["name"]))
        if sheet["kind"] == kind
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


def gateway_of(name: str, url: str, folder: Path, account: Account | None = None) -> Gateway:
    account = account or Account()
    base_url, public_url = url + account.path, "https://pukar.example.in"
    sender, timeout = account.sender, account.timeout
    if name == "africastalking":
        return AfricasTalking(
            "pukar", "atsk_0123", base_url=base_url, sender=sender, timeout=timeout
        )
    if name == "twilio":
        twilio = TwilioAccount("AC0123456789abcdef0123456789abcdef", "12345", base_url)
        return Twilio(twilio, number=sender, public_url=public_url, timeout=timeout)
    if name == "kannel":
        return Kannel(
            f"{base_url}/cgi-bin/sendsms",
            "pukar",
            "a&b=c+d",
            sender=sender,
            receipt_url=f"{public_url}/sms/kannel/delivery?key=sesame",
            dlt=account.dlt,
            timeout=timeout,
        )
    return Simulator(folder / "inbox.jsonl")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stay on this machine, whatever proxy its owner uses."""
    monkeypatch.setenv("NO_PROXY", HERE)


@pytest.mark.parametrize(("name", "facts"), exchanges("send"))
def test_a_letter_goes_out(name: str, facts: dict[str, Any], tmp_path: Path) -> None:
    sheet = Sending.model_validate(facts)
    letter = Outgoing(**sheet.letter.model_dump())
    with played(sheet) as (url, requests):
        gateway = gateway_of(name, url, tmp_path, sheet.account)
        endings = [hand_over(gateway, letter) for _ in range(sheet.times)]
    for ending in endings:
        check_outcome(ending, sheet.outcome)
    assert len(requests) == len(sheet.round)
    for asked, round_ in zip(requests, sheet.round, strict=True):
        check_request(asked, round_.asks)
    if isinstance(gateway, Simulator):
        check_inbox(gateway, letter.phone, sheet.lands)


@contextmanager
def played(sheet: Sending) -> Iterator[tuple[str, list[Asked]]]:
    """Play the provider of an exchange; give its address, and what it is asked."""
    if sheet.account.is_down:
        with nobody() as url:
            yield url, []
        return
    with Provider([Answer(**each.answer.model_dump()) for each in sheet.round]) as provider:
        yield provider.url, provider.requests


def hand_over(gateway: Gateway, letter: Outgoing) -> Handed | TryLater | Refused:
    try:
        return gateway.send(letter)
    except (TryLater, Refused) as trouble:
        return trouble


def check_outcome(ending: Handed | TryLater | Refused, expected: Outcome) -> None:
    if isinstance(ending, Handed):
        assert not expected.raises
        assert ending == Handed(expected.gateway_id, expected.parts)
    else:
        assert (type(ending).__name__, str(ending)) == (expected.raises, expected.saying)


def check_request(asked: Asked, expected: Asks | None) -> None:
    if expected is None:
        return
    assert (asked.method, asked.path) == (expected.method, expected.path)
    assert {name: asked.headers[name] for name in expected.headers} == expected.headers
    assert sorted(asked.fields) == sorted(expected.fields.items())
    if asked.method == "POST":
        assert asked.query == ""
        assert asked.headers["Content-Type"] == FORM
    if expected.raw is not None:
        assert asked.raw == expected.raw
    for piece in expected.pieces:
        assert piece in asked.raw


def check_inbox(simulator: Simulator, phone: str, expected: tuple[Landed, ...]) -> None:
    landed = [Landed(id=x.id, sender=x.sender, text=x.text) for x in simulator.letters(phone)]
    assert landed == list(expected)


@pytest.mark.parametrize(("name", "facts"), exchanges("received"))
def test_an_sms_comes_in(name: str, facts: dict[str, Any], tmp_path: Path) -> None:
    sheet = Receiving.model_validate(facts)
    gateway = gateway_of(name, "", tmp_path)
    if sheet.incoming is None:
        with pytest.raises(Malformed) as error:
            gateway.received(fields_of(gateway, sheet))
        assert str(error.value) == sheet.malformed
    else:
        understood = gateway.received(fields_of(gateway, sheet))
        assert understood == Incoming(**sheet.incoming.model_dump())


@pytest.mark.parametrize(("name", "facts"), exchanges("receipt"))
def test_a_receipt_comes_in(name: str, facts: dict[str, Any], tmp_path: Path) -> None:
    sheet = Reporting.model_validate(facts)
    gateway = gateway_of(name, "", tmp_path)
    if sheet.receipt is None:
        with pytest.raises(Malformed) as error:
            gateway.receipt(fields_of(gateway, sheet))
        assert str(error.value) == sheet.malformed
    else:
        understood = gateway.receipt(fields_of(gateway, sheet))
        assert understood == Receipt(**sheet.receipt.model_dump())


def fields_of(gateway: Gateway, call: Call) -> MultiDict[str, str]:
    """Read a call's fields, as the web door reads them."""
    builder = EnvironBuilder(
        method=gateway.method,
        query_string=call.query,
        data=call.body,
        content_type=FORM if call.body else None,
    )
    return MultiDict(Request(builder.get_environ()).values)


def test_an_opt_out_of_africas_talking_has_no_id_so_it_gets_one(tmp_path: Path) -> None:
    gateway = gateway_of("africastalking", "", tmp_path)
    fields = MultiDict({"senderId": "56161", "phoneNumber": "+919800000001"})
    first, second = (gateway.received(fields) for _ in range(2))
    assert re.fullmatch("optout [0-9a-f]{16}", first.message)
    assert first.message != second.message
    assert first == Incoming(first.message, "+919800000001", "", wish="stop")


@pytest.mark.parametrize("name", OVER_HTTP)
def test_where_the_certificate_is_not_trusted_nothing_was_sent(name: str, tmp_path: Path) -> None:
    with untrusted_certificate() as certificate, Provider(certificate=certificate) as provider:
        ending = hand_over(gateway_of(name, provider.url, tmp_path), SAMPLE)
    assert provider.requests == []
    assert (type(ending), str(ending)) == (TryLater, "no connection")


@pytest.mark.parametrize("name", OVER_HTTP)
def test_where_the_proxy_is_down_nothing_was_sent(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with nobody() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy)
        ending = hand_over(gateway_of(name, "http://provider.invalid", tmp_path), SAMPLE)
    assert (type(ending), str(ending)) == (TryLater, "no connection")


@pytest.mark.parametrize("name", OVER_HTTP)
def test_an_address_that_swallows_connections_is_soon_given_up(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = "providers" if name == "twilio" else "sms.gateways"
    monkeypatch.setattr(f"{where}.{name}.CONNECT_SECONDS", 0.2)
    with nowhere() as url:
        gateway = gateway_of(name, url, tmp_path)
        started = time.monotonic()
        ending = hand_over(gateway, SAMPLE)
    assert time.monotonic() - started < 2
    assert (type(ending), str(ending)) == (TryLater, "no connection")


def test_every_exchange_is_of_a_kind_that_is_played() -> None:
    assert {sheet["kind"] for _, sheet in read()} == set(get_args(Kind))
