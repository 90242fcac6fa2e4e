"""What USSD remembers of a phone's last turn, to know a repeat, a late call, and the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from core.pages import View
from core.sealing import Seal
from ussd.gateway import Keyed, Reply

_PAST_SESSIONS = 5


@dataclass(frozen=True)
class Line:
    """The last turn: what had been keyed, what we replied, where the caller stood.

    Of what had been keyed only its length is kept, and a keyed hash: a PIN or an Aadhaar number may
    be in it.
    """

    session: str = ""
    length: int = 0
    mark: str = ""
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
            length=kept["length"],
            mark=kept["mark"],
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

    def newly_typed(self, keyed: Keyed, seal: Seal) -> str | None:
        """Give what was typed since the last turn; None where the call says nothing new.

        Providers send everything keyed so far, so the same text is a repeat, and a shorter or
        different one comes late. What is new is one answer, even with a `*` inside it.
        """
        before, new = keyed.keyed[: self.length], keyed.keyed[self.length :]
        if not (new and self.reply.goes_on) or _mark(before, seal) != self.mark:
            return None
        if not before:
            return new
        return new.removeprefix("*") if new.startswith("*") else None

    def begun(self, keyed: Keyed) -> Line:
        """Start on a new session."""
        past = (*self.past, self.session) if self.session else self.past
        return Line(session=keyed.session, past=past[-_PAST_SESSIONS:])

    def replied(  # how a turn ended
        self, keyed: Keyed, seal: Seal, reply: Reply, view: View, question: str | None
    ) -> Line:
        """Note how a turn ended."""
        mark = _mark(keyed.keyed, seal)
        length = len(keyed.keyed)
        return replace(self, length=length, mark=mark, reply=reply, view=view, question=question)


def _mark(keyed: str, seal: Seal) -> str:
    """Give the hash by which the same keys are known again; of none there is none."""
    return seal.fingerprint("keyed", keyed) if keyed else ""
