"""What every provider of SMS does for us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from werkzeug.datastructures import Headers, MultiDict

from core.receipt import Receipt
from providers.transport import Refused

# What a provider's call is about.
Door: TypeAlias = Literal["message", "receipt"]
Wish: TypeAlias = Literal["", "stop", "start", "none"]


class OptedOut(Refused):
    """The provider says that this phone wants no letters."""


class Malformed(Exception):
    """A call that no provider sends: something that must be there is not."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter as it is handed to a provider.

    `id` is ours and stays the same on a retry; `token` names this try, and comes back in the
    receipts of providers that carry it. `dlt_id` is the id of its wording where one is needed.
    """

    id: int
    token: str
    phone: str
    text: str
    dlt_id: str | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """A letter that a provider took: its id there, and of how many parts it tells receipts."""

    gateway_id: str | None
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Incoming:
    """An SMS from a phone; `sender` is as the provider spells it.

    `wish` is what the provider itself says of it: an opt-out or opt-in that it has acted on, or
    "none" for what it has answered itself.
    """

    message: str
    sender: str
    text: str
    wish: Wish = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A provider's call at one of our addresses: its fields, and what a signature covers."""

    url: str
    fields: MultiDict[str, str]
    headers: Headers


class Gateway(Protocol):
    """A provider of SMS: it sends, and it calls us at its `doors` (the last part of a path)."""

    name: str
    method: str
    doors: Mapping[str, Door]
    thanks: tuple[str, str]  # what it wants to hear after a call: the kind of content, the body

    def admits(self, call: Call) -> bool | None:
        """Say whether the provider's signature is right; None where it signs nothing."""

    def send(self, letter: Outgoing) -> Handed:
        """Hand a letter over; raise TryLater or Refused."""

    def received(self, fields: MultiDict[str, str]) -> Incoming:
        """Understand an SMS that came in; raise Malformed where it is none."""

    def receipt(self, fields: MultiDict[str, str]) -> Receipt:
        """Understand a receipt; raise Malformed where it is none."""
