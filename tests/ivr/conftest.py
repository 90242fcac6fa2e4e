"""What tests of calls are given: a service that speaks, phones and the API of both providers."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TypeAlias, cast
from urllib.parse import urlsplit

import pytest
import time_machine
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import MultiDict

from audio.speech import Clip, Speech, speak
from core.cases import Case
from core.sessions import Session
from core.text import Text, Words
from ivr.line import Line
from tests import providers
from tests.fakes import LANGUAGES
from tests.ivr.africastalking_phone import AfricasTalkingPhone
from tests.ivr.phones import Phone
from tests.ivr.twilio_phone import TwilioPhone
from tests.providers import Answer, Asked, Provider
from tests.service import Service, service_with

OURS, MISSED = "+916120000000", "+916120000001"
ACCOUNT, TOKEN = "AC" + "0" * 32, "a token for tests"
VOICE = b"RIFF what she said"
SETTINGS: Mapping[str, object] = {
    "voice_gateway": "twilio",
    "missed_call_number": "06120000001",
    "twilio_account_sid": ACCOUNT,
    "twilio_auth_token": TOKEN,
    "africastalking_username": "sandbox",
    "africastalking_api_key": "a key for tests",
}

# What callers are asked, as the scripts have it.
MENU = Text("Pukar: Bihar Police")
KIND = Text("What is it about?")
PIN = Text("PIN code of the place (6 digits)?")
DIGITS = Text("Please press the {digits} digits of the PIN code.")(digits=6)
DISTRICT = Text("Which district?")
STATION = Text("Police station, {district}?")
STORY = Text("What happened, when and where? Write it briefly.")
PLAYBACK = Text("Is this what you wish to say?")
CONFIRM = Text("Send the complaint?")
STOPPED_AT = Text("You stopped at:")
WHICH = Text("Which one? Or its 10 digits.")
REGISTERED = Text(
    "Complaint registered: {reference}. Keep this number. It is not yet an FIR."
    " You will get an SMS."
)
NUMBER = Text("Your 10-digit reference number?")

# The keys of a theft at Gardanibagh, Patna, up to the question that each one leads to.
TO_PLACE = ("1", "4")
TO_DIGITS = (*TO_PLACE, "3")
TO_STATION = (*TO_DIGITS, "800001")
TO_STORY = (*TO_STATION, "427", "1")

Maker: TypeAlias = type[TwilioPhone] | type[AfricasTalkingPhone]
Serves: TypeAlias = Callable[..., Service]


@pytest.fixture
def serves(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path, clips: Path
) -> Iterator[Serves]:
    """What runs a service with these settings beside the usual ones."""
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    usual = {**SETTINGS, **stores, "data_dir": tmp_path, "audio_dir": clips}
    with ExitStack() as stack:
        yield lambda **more: stack.enter_context(service_with(**{**usual, **more}))


@pytest.fixture
def service(serves: Serves) -> Service:
    """A service that speaks, where the kind of database makes no difference."""
    return serves()


@pytest.fixture
def either(
    database_url: str, fresh_redis_url: str, tmp_path: Path, clips: Path
) -> dict[str, object]:
    """The settings of a service that speaks, on either kind of database."""
    stores = {"database_url": database_url, "redis_url": fresh_redis_url}
    return {**SETTINGS, **stores, "data_dir": tmp_path, "audio_dir": clips}


@pytest.fixture
def either_service(either: dict[str, object]) -> Iterator[Service]:
    """A service that speaks, on either kind of database."""
    with service_with(**either) as service:
        yield service


@pytest.fixture(params=["twilio", "africastalking"])
def maker(request: pytest.FixtureRequest) -> Maker:
    """The phone of either provider."""
    return TwilioPhone if request.param == "twilio" else AfricasTalkingPhone


@pytest.fixture
def phone(service: Service, maker: Maker) -> Phone:
    """A person with a phone behind either provider."""
    return phone_of(service, maker)


def phone_of(
    service: Service, maker: Maker, number: str = "+919800000001", **more: object
) -> Phone:
    """Give a person a phone whose calls come to a service."""
    words = service.parts.library.transcript_of
    return cast("Phone", maker(service.client, number, OURS, words=words, **more))  # type: ignore[arg-type]


def name_of(maker: Maker) -> str:
    """Give a provider's name in the settings."""
    return "twilio" if maker is TwilioPhone else "africastalking"


@pytest.fixture
def clock() -> Iterator[Callable[[float], None]]:
    """What lets so many seconds pass."""
    with time_machine.travel(datetime.now(UTC), tick=False) as moment:
        yield moment.shift


# --- What is said


def aloud(words: Words, language: str = "hi") -> str:
    """Write words as a phone hears them."""
    return written(speak(words, LANGUAGES.voice_of(language)))


def written(speech: Speech) -> str:
    return " ".join(each.text for each in speech if isinstance(each, Clip))


def hears(phone: Phone, *all_words: Words, language: str = "hi") -> bool:
    """Say whether a phone has heard these words, one after the other."""
    place = 0
    for words in all_words:
        said = aloud(words, language)
        place = phone.heard.find(said, place)
        if place < 0:
            return False
        place += len(said)
    return True


def beginning(words: Text, language: str = "hi") -> str:
    """Give the wording before the first slot, as it is heard."""
    return LANGUAGES.voice_of(language).aloud(words.key).partition("{")[0].strip(" :")


def listens(phone: Phone) -> list[str]:
    """Listen to the end, where the provider waits a moment for keys after each piece.

    Gives all that was played.
    """
    played = [*phone.played]
    while phone._rest and phone._rest[0].tag == "GetDigits" and _is_moment(phone):
        played += phone.stays_silent().played
    return played


def _is_moment(phone: Phone) -> bool:
    return phone._awaited is not None and phone._awaited.get("timeout") == "1"


def number_heard(phone: Phone) -> str:
    """Give the reference number as it was told: twice the same, digit by digit."""
    found = re.findall(r"(?<!\d)\d(?: \d){9}(?!\d)", phone.heard)
    assert len(found) == 2, phone.heard
    assert found[0] == found[1], phone.heard
    return str(found[0]).replace(" ", "")


def pauses(phone: Phone) -> list[int]:
    """Give the pauses of what was played last, in tenths of a second."""
    tokens = "".join(phone.played[-1:]).rsplit("/", 1)[-1].removesuffix(".wav").split(".")
    return [int(token) for token in tokens if re.fullmatch(r"\d\d?", token)]


# --- What callers do


def press(phone: Phone, *inputs: str) -> Phone:
    """Answer one prompt after the other."""
    for keys in inputs:
        phone.presses(keys)
    return phone


def to_story(phone: Phone) -> Phone:
    """Call, and press all keys up to the story."""
    press(phone.dials(), *TO_STORY)
    assert hears(phone, STORY)
    return phone


def tell(phone: Phone, voice: bytes = VOICE) -> Phone:
    """Wait for the beep, and speak."""
    return phone.stays_silent().speaks(voice)


def to_confirm(phone: Phone) -> Phone:
    """Call and tell everything; all is said but whether to send it."""
    tell(to_story(phone)).presses("1")
    assert hears(phone, CONFIRM)
    return phone


def registers_by_call(phone: Phone) -> str:
    """Register a theft by a call, and give its reference number."""
    return number_heard(to_confirm(phone).presses("1"))


def session_of(service: Service, phone: Phone) -> Session:
    """Give what the service keeps of a phone between turns."""
    session = service.parts.office.sessions.open(phone.number).session
    assert session
    return session


def line_of(service: Service, phone: Phone) -> Line:
    return Line.from_json(session_of(service, phone).lines["ivr"])


def asked(service: Service, phone: Phone) -> str | None:
    """Name the question at which a call stands."""
    return line_of(service, phone).question


def all_cases(service: Service) -> list[Case]:
    """Open all cases, the newest first."""
    cases = service.parts.cases
    return [cases.look_up(line.reference) for line in cases.newest()]


def gaps(service: Service) -> list[str]:
    """Name the clips that were missing."""
    return [gap.clip for gap in service.parts.gaps.all()]


# --- What goes wrong


@contextmanager
def at_statement(service: Service, statement: str, act: Callable[[], None]) -> Iterator[None]:
    """Let something happen when the database is asked for what begins so."""

    def look(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        if sql.startswith(statement):
            act()

    engine = service.parts.database.engine
    event.listen(engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", look)


def database_away(service: Service, statement: str) -> AbstractContextManager[None]:
    """Let the database fail at statements that begin so."""

    def fail() -> None:
        raise OperationalError(statement, None, OSError("gone"))

    return at_statement(service, statement, fail)


# --- The provider's API


class _Handler(providers._Handler, BaseHTTPRequestHandler):
    def do_DELETE(self) -> None:
        self.do_POST()


@dataclass
class Exchange:
    """The API of a provider: it calls phones, and keeps recordings until they are deleted.

    `troubles` come first, one a request. `deleted` are the recordings that are gone.
    """

    phones: list[Phone] = field(default_factory=list)
    troubles: list[Answer] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    audio_type: str = "audio/x-wav"

    def __call__(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        if self.troubles:
            return self.troubles.pop(0)
        if asked.method == "POST":
            return self._call(asked)
        name = urlsplit(asked.path).path.rsplit("/", 1)[-1].split(".")[0]
        return self._delete(name) if asked.method == "DELETE" else self._give(name)

    def methods(self) -> list[str]:
        return [each.method for each in self.asked]

    def _call(self, asked: Asked) -> Answer:
        order = MultiDict(asked.fields)
        fallback = order.poplist("FallbackUrl")  # which the phone does not know
        assert all(address.endswith("/ivr/twilio/fallback") for address in fallback)
        number = order.get("To") or order.get("to")
        [phone] = [each for each in self.phones if each.number == number]
        phone.is_called(order)
        return Answer(201, body=phone.api_answer)

    def _give(self, name: str) -> Answer:
        for phone in self.phones:
            if (audio := phone.recording_at(name)) is not None and name not in self.deleted:
                return Answer(200, self.audio_type, audio.decode("ascii"))
        return Answer(404)

    def _delete(self, name: str) -> Answer:
        self.deleted.append(name)
        return Answer(204)


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def api(exchange: Exchange) -> Iterator[Provider]:
    """The API of the provider, up and running."""
    with Provider(exchange) as provider:
        provider._server.RequestHandlerClass = _Handler
        yield provider


def at_api(api: Provider, maker: Maker) -> dict[str, object]:
    """Give the settings of a service whose provider is this one."""
    return {
        "voice_gateway": name_of(maker),
        "twilio_base_url": api.url,
        "africastalking_voice_url": api.url,
    }


def phone_at(
    api: Provider,
    service: Service,
    maker: Maker,
    number: str = "+919800000001",
    **more: object,
) -> Phone:
    """Give a person a phone whose provider is this one, and knows it."""
    where = {"api_url": api.url} if maker is TwilioPhone else {"recordings_url": f"{api.url}/rec"}
    phone = phone_of(service, maker, number, **where, **more)
    cast("Exchange", api.answers).phones.append(phone)
    return phone
