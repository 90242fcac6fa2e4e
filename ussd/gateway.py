"""What every provider of USSD tells us and hears from us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from werkzeug.datastructures import MultiDict

from core.alphabet import Budget


class Malformed(Exception):
    """A call that no provider sends: something that must be there is not."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """What a caller keyed in: everything of the session so far, joined by `*`."""

    session: str
    phone: str
    keyed: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A screen for the caller, and whether the session goes on after it."""

    text: str
    goes_on: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """How a provider says a session ended."""

    session: str
    phone: str
    outcome: Literal["completed", "dropped", "failed"]
    hops: int | None
    milliseconds: int | None


class Gateway(Protocol):
    """A provider of USSD."""

    name: str
    budget: Budget

    def read(self, form: MultiDict[str, str]) -> Keyed:
        """Understand a request; raise Malformed where it is none."""

    def write(self, reply: Reply) -> str:
        """Write a reply as the provider wants it."""

    def read_end(self, form: MultiDict[str, str]) -> Ended:
        """Understand the end of a session; raise Malformed where it is none."""
