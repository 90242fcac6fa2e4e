"""Words with slots, translated at the last moment.

A script says `Text("Send this to {station}?")(station=station.name)`; which language it
comes out in is decided when a channel draws it (`core.language.render`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name, which is spelt by alphabet and never translated."""

    latin: str
    devanagari: str


@dataclass(frozen=True, slots=True)
class Text:
    """A message of the catalogue: its English wording is its key there."""

    key: str
    slots: tuple[tuple[str, Slot], ...] = ()

    def __call__(self, **slots: Slot) -> Text:
        """Give the same message with its slots filled."""
        return Text(self.key, (*self.slots, *sorted(slots.items())))


@dataclass(frozen=True, slots=True)
class Joined:
    """Several messages said one after the other."""

    parts: tuple[Words, ...]
    between: str = " "


Words: TypeAlias = Text | Name | Joined
Slot: TypeAlias = Text | Name | Joined | str | int
