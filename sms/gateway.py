"""What every provider of SMS does for us, and the two ways in which it can fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class TryLater(Exception):
    """The provider could not take the letter now; it may later."""


class Refused(Exception):
    """The provider will never take this letter; the message says why."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter as it is handed to a provider. `id` is ours, and stays the same on a retry."""

    id: int
    phone: str
    text: str


class Gateway(Protocol):
    """A provider of SMS."""

    name: str

    def send(self, letter: Outgoing) -> str:
        """Hand a letter over and give the provider's id; raise TryLater or Refused."""
