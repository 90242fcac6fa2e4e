"""What USSD remembers of a phone's last turn, to know a repeat, a late call, and the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from core.pages import View
from ussd.gateway import Keyed, Reply

_PAST_SESSIONS = 5


@dataclass(frozen=True)
class Line:
    """The last turn: what had been keyed, what we replied, where the caller stood."""

    session: str = ""
    keyed: str = ""
    reply: Reply = field(default_factory=lambda: Reply("", goes_on=False))
    view: View = field(default_factory=View)
    question: str | None = None
    past: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, kept: Mapping[str, Any] | None) -> Line:
        """Read back what `to_json` wrote."""
        if kept is None:
            return cls()
        return cls(
            session=kept["session"],
            keyed=kept["keyed"],
            reply=Reply(**kept["reply"]),
            view=View.from_json(kept["view"]),
            question=kept["question"],
            past=tuple(kept["past"]),
        )

    def to_json(self) -> dict[str, Any]:
        """Give a form that the session can keep."""
        return asdict(self)

    def is_begun_by(self, keyed: Keyed) -> bool:
        """Say whether this call begins a session we have not seen."""
        return keyed.session != self.session and keyed.session not in self.past

    def is_over_for(self, keyed: Keyed) -> bool:
        """Say whether this call comes from a session that another has followed."""
        return keyed.session in self.past

    def newly_typed(self, keyed: Keyed) -> str | None:
        """Give what was typed since the last turn; None where the call says nothing new.

        Providers send everything keyed so far, so the same text is a repeat, and a shorter or
        different one comes late. What is new is one answer, even with a `*` inside it.
        """
        if not self.reply.goes_on or keyed.keyed == self.keyed:
            return None
        if not self.keyed:
            return keyed.keyed
        before = f"{self.keyed}*"
        return keyed.keyed.removeprefix(before) if keyed.keyed.startswith(before) else None

    def begun(self, keyed: Keyed) -> Line:
        """Start on a new session."""
        past = (*self.past, self.session) if self.session else self.past
        return Line(session=keyed.session, past=past[-_PAST_SESSIONS:])

    def replied(self, keyed: Keyed, reply: Reply, view: View, question: str | None) -> Line:
        """Note how a turn ended."""
        return replace(self, keyed=keyed.keyed, reply=reply, view=view, question=question)
