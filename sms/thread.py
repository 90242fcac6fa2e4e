"""What SMS remembers of a phone's last messages: the answers, and the question we asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from core.pages import View
from sms.doubt import Doubt

_REMEMBERED = 12  # messages; more are not on their way from one phone


@dataclass(frozen=True)
class Thread:
    """The exchange of SMS with one phone.

    `answers` are what was said to the last messages heard, by their ids; None where nothing was.
    `asked` names the question that the phone has been sent, of the `conversation` with that id;
    only an answer to it counts. `asked_at` is when it was sent, `helped_at` and `warned_at` when
    help and the number to dial in danger were last sent unasked (seconds since 1970). While there
    is a `doubt` we have asked what an SMS answers.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    conversation: str = ""
    asked: str = ""
    asked_at: float = 0
    view: View = field(default_factory=View)
    helped_at: float = 0
    warned_at: float = 0
    doubt: Doubt | None = None

    @classmethod
    def from_json(cls, kept: Mapping[str, Any] | None) -> Thread:
        """Read back what `to_json` wrote."""
        if not kept:
            return cls()
        doubt = Doubt.from_json(kept.get("doubt"))
        return cls(**{**kept, "view": View.from_json(kept["view"]), "doubt": doubt})

    @property
    def newest(self) -> int:
        """Give the id of the newest message heard."""
        return max(map(int, self.answers), default=0)

    def heard(self, message: int, answer: Mapping[str, Any] | None) -> Thread:
        """Note what was said to a message, and forget the oldest."""
        answers = {**self.answers, str(message): answer}
        kept = sorted(answers, key=int)[-_REMEMBERED:]
        return replace(self, answers={each: answers[each] for each in kept})

    def to_json(self) -> dict[str, Any]:
        """Give a form that the session can keep."""
        return asdict(self)
