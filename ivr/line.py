"""What a call remembers from one step to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from core.conversation import EMERGENCY_NUMBER
from ivr.prompt import View

_KEYS_OF_112 = ("1", "2", EMERGENCY_NUMBER)
_PAST_CALLS = 5


@dataclass(frozen=True)
class Line:
    """The call that goes on: its last reply, where the caller stands, what she did of late.

    `document` is what was sent at the step `step`, `repeat` the provider's mark of the request it
    answered. `purpose` says what the call is for ("letter 12" reads a letter). She has heard
    `question` of the `conversation` with that id: a key is an answer to nothing else. `recording`
    is the story that is being spoken, `playback` where it may be heard. `pressed` are the last
    keys with the moment of each (seconds since 1970), `is_urgent` that they may have meant the
    emergency number. `dialled` is the number that she is put through to.
    """

    call: str = ""
    step: int = 0
    document: str = ""
    repeat: str = ""
    purpose: str = ""
    view: View = field(default_factory=View)
    conversation: str = ""
    question: str | None = None
    silences: int = 0
    recording: str = ""
    playback: str = ""
    pressed: tuple[tuple[str, float], ...] = ()
    is_urgent: bool = False
    dialled: str = ""
    past: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, kept: Mapping[str, Any] | None) -> Line:
        """Read back what `to_json` wrote."""
        if kept is None:
            return cls()
        pressed = tuple((key, moment) for key, moment in kept["pressed"])
        rest = {"view": View.from_json(kept["view"]), "pressed": pressed}
        return cls(**{**kept, **rest, "past": tuple(kept["past"])})

    def to_json(self) -> dict[str, Any]:
        """Give a form that the session can keep."""
        return asdict(self)

    def begun(self, call: str, purpose: str) -> Line:
        """Start on a new call."""
        past = (*self.past, self.call) if self.call else self.past
        return Line(call=call, purpose=purpose, past=past[-_PAST_CALLS:])

    def with_key(self, key: str, moment: float) -> Line:
        """Remember a key just pressed, as far as it may belong to 112: others may be a PIN."""
        kept = key if key in _KEYS_OF_112 else ""
        return replace(self, pressed=(*self.pressed[-2:], (kept, moment)))
