"""What every provider of voice calls tells us and hears from us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from werkzeug.datastructures import Headers, MultiDict

Outcome: TypeAlias = Literal["completed", "busy", "no-answer", "failed"]


class Malformed(Exception):
    """A call that no provider sends: something that must be there is not."""


@dataclass(frozen=True, slots=True)
class Request:
    """A provider's call at one of our addresses: its fields, and what a signature covers."""

    url: str
    door: str
    query: MultiDict[str, str]
    fields: MultiDict[str, str]
    headers: Headers


@dataclass(frozen=True, slots=True)
class Began:
    """A call has come in, or one of ours (its `token`) was answered."""

    call: str
    phone: str
    number: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Stepped:
    """The caller did something at the document with the number `step`, or kept silent.

    `keys` are those pressed; `has_spoken` that a recording was made, which may be at `address`;
    `dialled` how it ended where she was put through to another number. Of one that was answered
    some providers tell nothing: with it the call has ended.
    `repeat` is the provider's own mark of one request, the same when it is sent again.
    """

    call: str
    phone: str
    step: int
    keys: str = ""
    has_spoken: bool = False
    address: str = ""
    seconds: int | None = None
    dialled: Literal["", "connected", "failed"] = ""
    repeat: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """Our answer to a step did not reach the provider, which asks what to do."""

    call: str
    phone: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A recording is ready at the provider."""

    call: str
    recording: str
    address: str
    seconds: int | None


@dataclass(frozen=True, slots=True)
class Ended:
    """A call is over; `address` is where its recording lies, if that is told only now."""

    call: str
    phone: str
    outcome: Outcome
    seconds: int | None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Nothing:
    """News of a call that change nothing."""


Event: TypeAlias = Began | Stepped | Lost | Arrived | Ended | Nothing


@dataclass(frozen=True, slots=True)
class Play:
    """Sound at an address."""

    address: str


@dataclass(frozen=True, slots=True)
class Say:
    """Words that the provider is to speak by itself, in a language."""

    words: str
    voice: str


Piece: TypeAlias = Play | Say


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys are awaited: so many at most, each for so many seconds."""

    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Voice:
    """The caller's voice is awaited; the recording bears this name.

    It ends after so many seconds in all, or of `silence`. Until the beep she may press keys as
    well.
    """

    recording: str
    most_seconds: int
    silence: int
    keys: Keys


@dataclass(frozen=True, slots=True)
class Connect:
    """The caller is put through to another number."""

    number: str


@dataclass(frozen=True, slots=True)
class Decline:
    """The call is not taken."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the caller hears, and what is awaited then; None ends the call.

    `again` is said where she keeps silent, one after the other. `step` names this reply.
    """

    step: int
    says: tuple[Piece, ...]
    awaits: Keys | Voice | Connect | Decline | None
    again: tuple[tuple[Piece, ...], ...] = ()


_LONGEST_CALL = 86_400


def seconds_of(given: str) -> int | None:
    """Read a length in seconds; None for what cannot be one."""
    if not (given.isascii() and given.isdigit() and len(given) <= len(str(_LONGEST_CALL))):
        return None
    return int(given) if int(given) <= _LONGEST_CALL else None


class Gateway(Protocol):
    """A provider of voice calls, which calls us at its `doors` (the last part of a path).

    One that `speaks` says by itself what we have no clip for. One that `repeats_itself` is told
    with each document what to say where the caller keeps silent, since it asks us only after that.
    """

    name: str
    doors: tuple[str, ...]
    speaks: bool
    repeats_itself: bool
    thanks: str

    def admits(self, request: Request) -> bool | None:
        """Say whether the provider's signature is right; None where it signs nothing."""

    def read(self, request: Request) -> Event:
        """Understand a request; raise Malformed where it is none."""

    def write(self, reply: Reply) -> str:
        """Write a reply as the provider wants it (XML)."""

    def place(self, phone: str, token: str) -> str:
        """Call a phone, and give the provider's id of the call; raise TryLater or Refused."""

    def fetch(self, address: str) -> bytes:
        """Fetch a recording; raise TryLater or Refused."""

    def delete(self, address: str) -> None:
        """Delete a recording at the provider; raise TryLater or Refused."""
