"""What SMS remembers of a phone's last message: heard, answered, and the question we asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from core.pages import View


@dataclass(frozen=True)
class Thread:
    """The exchange of SMS with one phone.

    `asked` names the question that the phone has been sent, of the `conversation` with that id;
    only an answer to it counts. `helped_at` and `warned_at` are when help and the
    number to dial in danger were last sent unasked (seconds since 1970).
    """

    heard: int = 0
    answer: Mapping[str, Any] | None = None
    conversation: str = ""
    asked: str = ""
    view: View = field(default_factory=View)
    helped_at: float = 0
    warned_at: float = 0

    @classmethod
    def from_json(cls, kept: Mapping[str, Any] | None) -> Thread:
        """Read back what `to_json` wrote."""
        return cls(**{**kept, "view": View.from_json(kept["view"])}) if kept else cls()

    def to_json(self) -> dict[str, Any]:
        """Give a form that the session can keep."""
        return asdict(self)
