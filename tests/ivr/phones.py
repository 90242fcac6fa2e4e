"""A caller's phone, as a provider of calls plays it: what the phones of all providers share.

phone.dials().presses("4")
assert "थाना" in phone.heard

A phone fetches our documents and plays them up to where an input is awaited. It is strict: what the
provider would not take, or nobody would understand, is an AssertionError.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import ClassVar, Literal, Self, TypeAlias
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit
from xml.etree.ElementTree import Element, ParseError, fromstring

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

Awaited: TypeAlias = Literal["", "keys", "voice"]
Ending: TypeAlias = Literal["key", "silence", "hangup"]
Missed: TypeAlias = Literal["busy", "no-answer"]
DialStatus: TypeAlias = Literal["completed", "busy", "no-answer", "failed", "canceled"]
Order: TypeAlias = str | Mapping[str, str] | Iterable[tuple[str, str]]
Check: TypeAlias = Callable[[str], bool]

KEYS = frozenset("0123456789*#")
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
FORM = "application/x-www-form-urlencoded; charset=UTF-8"
ROUNDS = 20  # documents without an act of the caller; more go round in a circle
LARGEST = 65536  # bytes of a document, as Twilio has it
DEVANAGARI = re.compile(r"[\u0900-\u097f]")
E164 = re.compile(r"\+[1-9]\d{6,14}")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffd\ufffe\uffff]")
_FORBIDDEN_IN_ADDRESS = re.compile(r"[^\x21-\x7e]|[\"<>\\^`{|}]")


@dataclass(frozen=True, slots=True)
class Verb:
    """What an element may have: attributes with their values, children, text."""

    attributes: Mapping[str, Check] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    children: frozenset[str] = frozenset()
    fewest: int = 0  # children
    most: int | None = None
    text: bool = False
    stands_alone: bool = True  # directly within Response


@dataclass(frozen=True, slots=True)
class Ordered:
    """A call that the service ordered: the id that the API gave it, and what the API was told."""

    session: str
    fields: MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """A webhook as it went out."""

    method: str
    address: str
    body: str
    headers: Mapping[str, str]


@dataclass
class Phone(ABC):
    """One phone. Acts of the caller are methods; the rest is what she hears and where she is.

    `heard` and `played` are of the last act: the words, and the paths of the audio (its whole
    address where it is not ours). `lost` are its keys that nobody waited for: a provider drops what
    is pressed after an input has ended, and keeps nothing for the next one. `connected_to` is the
    number at the other end of a `Dial` while it lasts. `recordings` are what was recorded, by id;
    `orders` are the calls that the service ordered and that have not rung yet.
    """

    verbs: ClassVar[Mapping[str, Verb]]
    audio_types: ClassVar[frozenset[str]]
    awaiting: ClassVar[Mapping[str, Awaited]]
    finish_on_key: ClassVar[Mapping[str, str]]

    client: FlaskClient
    number: str = "+919800000001"
    calls: str = "+916120000000"
    _: KW_ONLY
    public_url: str = "http://localhost"
    words: Callable[[str], str] = str
    fetches_audio: bool = False  # as the provider does: each piece must be there, and be audio
    seconds: int = 42  # each call lasts so long

    session: str = field(default="", init=False)
    is_over: bool = field(default=False, init=False)
    rejected: bool = field(default=False, init=False)
    connected_to: str = field(default="", init=False)
    played: list[str] = field(default_factory=list, init=False)
    lost: str = field(default="", init=False)
    recordings: dict[str, bytes] = field(default_factory=dict, init=False)
    orders: list[Ordered] = field(default_factory=list, init=False)

    _heard: list[str] = field(default_factory=list, init=False, repr=False)
    _order: MultiDict[str, str] | None = field(default=None, init=False, repr=False)  # of this call
    _is_connected: bool = field(default=False, init=False, repr=False)
    _here: str = field(default="", init=False, repr=False)  # the document that is played
    _rest: list[Element] = field(default_factory=list, init=False, repr=False)  # of it
    _awaited: Element | None = field(default=None, init=False, repr=False)
    _rounds: int = field(default=0, init=False, repr=False)
    _documents: int = field(default=0, init=False, repr=False)  # of this call
    _last: tuple[Request, TestResponse] | None = field(default=None, init=False, repr=False)

    @property
    def heard(self) -> str:
        """The words since the last act."""
        return " ".join(self._heard)

    @property
    def awaits(self) -> Awaited:
        """What the service waits for now."""
        return "" if self._awaited is None else self.awaiting[self._awaited.tag]

    # --- What the caller does

    def dials(self) -> Self:
        """Call the service; our document answers, and is played up to where an input is awaited."""
        self._begins(self._new_session())
        self._is_connected = True
        self._rings()
        self._goes_on()
        return self

    def presses(self, keys: str) -> Self:
        """Press keys after the prompt, each within the timeout; then wait, if more could come.

        While a recording runs, a key ends it or is lost; alone, it has recorded nothing.
        """
        assert keys, "no key"
        assert set(keys) <= KEYS, f"no phone has these keys: {keys}"
        verb = self._acts("keys", "voice")
        if self.awaiting[verb.tag] == "voice":
            self._presses_while_recording(verb, keys)
            return self
        entered, self.lost = collected(keys, self._most_keys(verb), self._finish_keys(verb))
        self._gathered(verb, entered)
        self._goes_on()
        return self

    def presses_early(self, keys: str) -> Self:
        """Press keys before the prompt has ended; they count where it is nested in the input.

        A prompt that stands before its input hears no keys, and neither does the beep of a
        recording; the input is then still awaited.
        """
        if self.awaits == "keys" and self._awaited is not None and len(self._awaited):
            return self.presses(keys)
        assert self.awaits, "nothing is awaited"
        self.lost = keys
        return self

    def stays_silent(self) -> Self:
        """Wait out the timeout."""
        if self.awaits == "voice":
            return self.says_nothing()
        verb = self._acts("keys")
        self._gathered(verb, "")
        self._goes_on()
        return self

    def speaks(
        self,
        audio: bytes,
        seconds: int = 7,
        *,
        until: Ending = "key",
        arrives_first: bool = False,
    ) -> Self:
        """Say something, and end it: by the finish key, by silence, or by hanging up.

        Where no key ends a recording, silence does; what is longer than allowed is cut. With
        `arrives_first` the provider has the recording ready before it tells that it has ended.
        """
        assert audio, "saying nothing is says_nothing()"
        verb = self._acts("voice")
        longest = int(verb.get("maxLength", "3600"))
        finish = self._finish_keys(verb)
        key = finish[-1:] if until == "key" and seconds < longest else ""
        key = "#" if key and "#" in finish else key
        if until == "hangup":
            self._hangs_up_while_recording(verb, audio, min(seconds, longest))
            return self
        self._recorded(verb, audio, min(seconds, longest), key, arrives_first=arrives_first)
        self._goes_on()
        return self

    def says_nothing(self) -> Self:
        """Be silent where a recording is awaited, until it ends by itself."""
        verb = self._acts("voice")
        self._recorded(verb, b"", 0, "", arrives_first=False)
        self._goes_on()
        return self

    def hangs_up(self) -> Self:
        """End the call; the provider tells the service."""
        assert self._is_connected, "there is no call"
        self._clears()
        if self.connected_to:
            self._dialled("completed", self.seconds, hung_up=True)
        self._ends()
        return self

    def is_called(self, order: Order) -> Self:
        """Be the one for whom the service orders a call; it rings once she is not on another one.

        The order is the form that the provider's API got, or what tells this call from others
        (Twilio: the document's address; Africa's Talking: the client's request id). `api_answer` is
        what the API says to it.
        """
        form: MultiDict[str, str]
        if isinstance(order, str):
            form = MultiDict({self._order_name: order, **self._usual_order()})
        else:
            form = MultiDict(order)
        self._checks(form)
        self.orders.append(Ordered(self._new_session(), form))
        return self

    def answers(self) -> Self:
        """Take the oldest call that the service ordered."""
        order = self._is_rung()
        self._is_connected = True
        self._picks_up(order)
        self._goes_on()
        return self

    def is_busy(self) -> Self:
        """Be on another call when the service calls."""
        self._is_rung()
        self._misses("busy")
        self.is_over = True
        return self

    def does_not_answer(self) -> Self:
        """Let it ring."""
        self._is_rung()
        self._misses("no-answer")
        self.is_over = True
        return self

    # --- What others do

    def dial_ends(self, status: DialStatus = "completed", seconds: int = 60) -> Self:
        """Let the other end of a `Dial` hang up, or not be reached at all."""
        assert self.connected_to, "nobody was dialled"
        self._clears()
        self._dialled(status, seconds if status == "completed" else 0, hung_up=False)
        self.connected_to = ""
        self._goes_on()
        return self

    def recording_arrives(self) -> Self:
        """Tell the service that the oldest recording not yet told of is ready, where that is told.

        It may be called late, after the call, or never.
        """
        return self

    def repeats(self) -> Self:
        """Post the very last webhook again, as to a service that gave no answer in time.

        The answer must be the same; it is not played again.
        """
        assert self._last, "nothing was posted yet"
        request, before = self._last
        again = self._posts(request)
        assert told(again) == told(before), f"another answer: {told(before)}, then {told(again)}"
        return self

    def recording_at(self, path: str) -> bytes | None:
        """Give the recording at this path of the provider, whatever its ending, for a fake API."""
        name = urlsplit(path).path.rsplit("/", 1)[-1]
        return self.recordings.get(name.split(".", 1)[0])

    # --- What providers do differently

    _order_name: ClassVar[str]

    @property
    @abstractmethod
    def api_answer(self) -> str:
        """What the provider's API answers to the newest order, as JSON."""

    @abstractmethod
    def _new_session(self) -> str:
        """Give a call its id."""

    @abstractmethod
    def _headers(self, address: str, fields: Mapping[str, str]) -> dict[str, str]:
        """Give the headers of a new webhook."""

    @abstractmethod
    def _rings(self) -> None:
        """Fetch the first document of a call that comes in."""

    @abstractmethod
    def _usual_order(self) -> Mapping[str, str]:
        """Give the fields that every order has."""

    @abstractmethod
    def _checks(self, order: MultiDict[str, str]) -> None:
        """Check an order as the API does."""

    @abstractmethod
    def _picks_up(self, order: MultiDict[str, str]) -> None:
        """Fetch the first document of a call that goes out."""

    @abstractmethod
    def _misses(self, status: Missed) -> None:
        """Tell the service that she was not reached."""

    @abstractmethod
    def _performs(self, verb: Element) -> None:
        """Play an element that this class cannot."""

    @abstractmethod
    def _starts(self, verb: Element) -> None:
        """Begin to wait for an input."""

    @abstractmethod
    def _most_keys(self, verb: Element) -> int | None:
        """Give how many keys end an input."""

    @abstractmethod
    def _gathered(self, verb: Element, keys: str) -> None:
        """Tell the service which keys were pressed."""

    @abstractmethod
    def _recorded(
        self, verb: Element, audio: bytes, seconds: int, key: str, *, arrives_first: bool
    ) -> None:
        """Tell the service that a recording has ended; without audio there was silence."""

    @abstractmethod
    def _hangs_up_while_recording(self, verb: Element, audio: bytes, seconds: int) -> None:
        """End a recording and the call."""

    @abstractmethod
    def _dialled(self, status: DialStatus, seconds: int, *, hung_up: bool) -> None:
        """Tell the service that a `Dial` has ended, maybe because she hung up."""

    @abstractmethod
    def _notifies_of_the_end(self) -> None:
        """Tell the service that the call has ended."""

    # --- Playing

    def _begins(self, session: str, order: MultiDict[str, str] | None = None) -> None:
        assert not self._is_connected, "she is in a call"
        self._clears()
        self.session, self._order = session, order
        self.is_over = self.rejected = False
        self.connected_to = ""
        self._documents = 0
        self._here = self.public_url

    def _is_rung(self) -> MultiDict[str, str]:
        """Let the oldest order ring."""
        assert self.orders, "the service has ordered no call"
        ordered = self.orders[0]
        self._begins(ordered.session, ordered.fields)
        self.orders.pop(0)
        return ordered.fields

    def _clears(self) -> None:
        self._heard, self.played, self.lost = [], [], ""
        self._rounds = 0

    def _acts(self, *kinds: Awaited) -> Element:
        """Take what is awaited, which must be of these kinds."""
        verb = self._awaited
        wanted = " or ".join(kinds)
        assert verb is not None, f"no {wanted}: nothing is awaited; heard: {self.heard}"
        assert self.awaits in kinds, f"no {wanted}: awaited is {self.awaits}; heard: {self.heard}"
        self._clears()
        self._awaited = None
        return verb

    def _presses_while_recording(self, verb: Element, keys: str) -> None:
        finish = self._finish_keys(verb)
        place = next((place for place, key in enumerate(keys) if key in finish), None)
        if place is None:
            self.lost, self._awaited = keys, verb
            return
        self.lost = keys[:place] + keys[place + 1 :]
        self._recorded(verb, b"", 0, keys[place], arrives_first=False)
        self._goes_on()

    def _finish_keys(self, verb: Element) -> str:
        return verb.get("finishOnKey", self.finish_on_key[verb.tag])

    def _goes_on(self) -> None:
        """Play the document until something is awaited; the call ends with it."""
        while self._rest and self._is_playing:
            verb = self._rest.pop(0)
            if verb.tag in self.awaiting:
                self._plays_all(verb)
                self._starts(verb)
                self._awaited = verb
            elif verb.tag in {"Say", "Play", "Pause"}:
                self._plays(verb)
            elif verb.tag == "Reject":
                self._rejects(verb)
            else:
                self._performs(verb)
        if self._is_playing:
            self._ends()

    @property
    def _is_playing(self) -> bool:
        return self._is_connected and self._awaited is None and not self.connected_to

    def _plays_all(self, verb: Element) -> None:
        for prompt in verb:
            self._plays(prompt)

    def _plays(self, prompt: Element) -> None:
        if prompt.tag == "Say":
            text = " ".join("".join(prompt.itertext()).split())
            self._checks_speech(prompt, text)
            self._heard.append(text)
        elif prompt.tag == "Play":
            path = self._audio(prompt)
            self.played.append(path)
            self._heard.append(self.words(path))

    @abstractmethod
    def _checks_speech(self, prompt: Element, text: str) -> None:
        """Check that the provider's voice can say this."""

    @abstractmethod
    def _audio_address(self, prompt: Element) -> str:
        """Give the address of the audio as the document has it."""

    def _audio(self, prompt: Element) -> str:
        """Give the path of a piece of audio, or its address where it is not ours."""
        whole = urljoin(self._here, self._audio_address(prompt))
        if not whole.startswith(f"{self.public_url}/"):
            return whole
        local = self._local(whole)
        if self.fetches_audio:
            self._fetches_piece(local)
        return urlsplit(local).path

    def _fetches_piece(self, address: str) -> None:
        answer = self.client.get(address, base_url=self.public_url)
        assert answer.status_code == 200, f"no audio at {address}: {answer.status}"
        assert answer.mimetype in self.audio_types, f"{address} is {answer.mimetype}"
        assert answer.data, f"{address} is empty"

    def _rejects(self, verb: Element) -> None:
        """Refuse a call; once it was answered there is nothing to refuse."""
        is_first = self._documents == 1 and not self._heard and self._order is None
        assert is_first, f"{verb.tag} has an effect as the first element of the first document only"
        self.rejected = True
        self._ends()

    def _ends(self) -> None:
        """End the call, on whichever side, and tell the service."""
        self._awaited = None
        self._rest = []
        self._is_connected = False
        self.is_over = True
        self._notifies_of_the_end()
        self.connected_to = ""

    # --- Asking the service

    def _local(self, address: str) -> str:
        """Give the path and the query of an address of ours, as they go over the wire."""
        whole = urldefrag(urljoin(self._here, address)).url
        assert whole.startswith(f"{self.public_url}/"), f"not an address of the service: {whole}"
        return whole.removeprefix(self.public_url)

    def _fetches(self, address: str, fields: Mapping[str, str], method: str = "POST") -> None:
        """Get the document that takes the place of this one."""
        self._rounds += 1
        assert self._rounds <= ROUNDS, f"goes round in a circle: {address}"
        self._documents += 1
        local = self._local(address)
        document = parsed(self._sends(local, fields, method))
        for verb in document:
            checked(verb, self.verbs)
            assert self.verbs[verb.tag].stands_alone, f"{verb.tag} cannot stand alone"
        assert not (document.text or "").strip(), f"text within Response: {document.text}"
        assert not document.attrib, f"Response has no attributes: {document.attrib}"
        self._here = f"{self.public_url}{local}"
        self._rest = list(document)

    def _notifies(self, address: str, fields: Mapping[str, str], method: str = "POST") -> None:
        """Tell the service something to which no document is awaited."""
        local = self._local(address)
        answer = self._sends(local, fields, method)
        assert answer.status_code in {200, 204}, f"{local}: {answer.status} {answer.text[:200]}"

    def _sends(self, local: str, fields: Mapping[str, str], method: str) -> TestResponse:
        if method == "GET":
            local += ("&" if "?" in local else "?") + urlencode(fields)
            fields = {}
        request = Request(method, local, urlencode(fields), self._headers(local, fields))
        answer = self._posts(request)
        self._last = (request, answer)
        return answer

    def _posts(self, request: Request) -> TestResponse:
        return self.client.open(
            request.address,
            method=request.method,
            base_url=self.public_url,
            data=request.body if request.method == "POST" else None,
            content_type=FORM if request.method == "POST" else None,
            headers=dict(request.headers),
        )


# --- Documents


def told(answer: TestResponse) -> tuple[int, str, str]:
    """Give what makes two answers the same."""
    return answer.status_code, answer.headers.get("Content-Type", ""), answer.text


def parsed(answer: TestResponse) -> Element:
    """Read an answer as the provider does, and fail where it would."""
    assert answer.status_code == 200, f"no document but {answer.status}: {answer.text[:200]}"
    assert answer.mimetype in {"text/xml", "application/xml"}, f"not XML: {answer.mimetype}"
    charset = answer.mimetype_params.get("charset", "").lower()
    if answer.mimetype == "text/xml":
        assert charset == "utf-8", f"text/xml of unknown characters: {charset}"
    assert len(answer.data) <= LARGEST, f"a document of {len(answer.data)} bytes"
    text = answer.data.decode("utf-8")
    assert "<!DOCTYPE" not in text, "a document with a DTD"
    return rooted(text)


def rooted(text: str) -> Element:
    """Give the root of a document."""
    assert not (odd := _UNPRINTABLE.search(text)), f"a character that nobody prints: {odd[0]!r}"
    try:
        root = fromstring(text)  # noqa: S314  # our own document, and without a DTD
    except ParseError as error:
        raise AssertionError(f"no XML: {error}: {text[:200]}") from error
    assert not _UNPRINTABLE.search("".join(root.itertext())), f"an unprintable character: {text}"
    assert root.tag == "Response", f"no Response but {root.tag}"
    return root


def checked(element: Element, verbs: Mapping[str, Verb]) -> None:
    """Fail on an element that the provider does not know, or not so."""
    tag = element.tag
    assert tag in verbs, f"no element of this provider: {tag}"
    verb = verbs[tag]
    for name, value in element.items():
        assert name in verb.attributes, f"{tag} has no attribute {name}"
        assert not _UNPRINTABLE.search(value), f"an unprintable character in {tag} {name}"
        assert verb.attributes[name](value), f"not a value of {tag} {name}: {value!r}"
    missing = verb.required - element.attrib.keys()
    assert not missing, f"{tag} lacks {sorted(missing)}"
    checked_within(element, verb, verbs)


def checked_within(element: Element, verb: Verb, verbs: Mapping[str, Verb]) -> None:
    """Fail on text or children that an element cannot have."""
    tag = element.tag
    text = (element.text or "").strip()
    assert verb.text or not text, f"text within {tag}: {text}"
    assert not (element.tail or "").strip(), f"text after {tag}: {element.tail}"
    assert text or len(element) or not verb.text, f"nothing within {tag}"
    assert len(element) >= verb.fewest, f"{tag} has exactly one child"
    assert verb.most is None or len(element) <= verb.most, f"{tag} has at most one child"
    for child in element:
        assert child.tag in verb.children, f"{child.tag} cannot stand within {tag}"
        checked(child, verbs)


def collected(keys: str, most: int | None, finish: str) -> tuple[str, str]:
    """Give the keys that an input takes, without the one that finishes it, and those left over."""
    for place, key in enumerate(keys):
        if key in finish:
            return keys[:place], keys[place + 1 :]
        if place + 1 == most:
            return keys[: place + 1], keys[place + 1 :]
    return keys, ""


# --- Values of attributes


def whole(lowest: int, highest: int = 10**9) -> Check:
    """Check for a whole number from here to there."""

    def check(value: str) -> bool:
        return value.isascii() and value.isdigit() and lowest <= int(value) <= highest

    return check


def one_of(*values: str) -> Check:
    """Check for one of these words."""
    return values.__contains__


def like(pattern: str) -> Check:
    """Check for a form."""
    return lambda value: bool(re.fullmatch(pattern, value))


def is_address(value: str) -> bool:
    """Tell whether this is an address that needs no mending, relative or absolute."""
    return bool(value) and not _FORBIDDEN_IN_ADDRESS.search(value)


def is_absolute(value: str) -> bool:
    """Tell whether anyone could call this address: over TLS, or on this machine."""
    parts = urlsplit(value)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return is_address(value) and secure and bool(parts.hostname)


is_key = like(r"[0-9*#]")
is_key_or_none = like(r"[0-9*#]?")
is_bool = one_of("true", "false")
is_number = like(E164.pattern)
