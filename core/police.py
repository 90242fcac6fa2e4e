"""What a script may ask of the police: reading at any time, work only inside `Once`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, TypedDict

from core.dialogue import Recorded, Typed
from core.directory import Directory
from core.text import Words


@dataclass(frozen=True, slots=True)
class Place:
    """Where a matter belongs; what is not known is None, and the police route it on."""

    district: str | None
    station: str | None


# What became of a rating: the case was opened again, or it is kept with the case.
Outcome: TypeAlias = Literal["reopened", "kept"]


class Standing(TypedDict, total=False):
    """How a look-up by reference number came out; the rest is there when it was found.

    `own` says whether the phone asking registered the case. To another phone only the state
    is told, so nothing after it is filled. `news` says whether it is told of news by SMS.
    `question` is what the police ask (a key of `QUESTIONS`), `answered` that she has answered
    since, `asks_rating` that she is to be asked whether she is satisfied.
    """

    outcome: Literal["found", "unknown", "mistyped", "wait"]
    reference: str
    state: str
    own: bool
    since: str
    district: str | None
    station: str | None
    fir_number: str | None
    reason: str | None
    news: bool
    question: str | None
    answered: bool
    asks_rating: bool


class Police(Protocol):
    """The officer on duty, as one caller meets him in one conversation."""

    @property
    def directory(self) -> Directory:
        """Give the districts, stations and PIN codes."""

    @property
    def languages(self) -> Sequence[tuple[str, Words]]:
        """List the languages the caller's channel carries: code and own name."""

    @property
    def helpline(self) -> str:
        """Give the voice number where a person is helped by a call."""

    @property
    def sms_number(self) -> str:
        """Give the number to which citizens write SMS."""

    def speak(self, language: str) -> None:
        """Go on in this language, now and whenever this phone calls. For `Once`."""

    def usual_station(self) -> str | None:
        """Give the code of the station this phone last wrote to. For `Once`."""

    def register(self, kind: str, place: Place, story: Typed | Recorded) -> str:
        """Register a complaint and give its reference number. For `Once`."""

    def sends_news(self) -> bool:
        """Say whether this phone will be told of news by SMS. For `Once`."""

    def registered_before(self) -> str | None:
        """Give the reference number if this very conversation has registered. For `Once`."""

    def standing(self, reference: str) -> Standing:
        """Look up a case by what was keyed in as its reference number. For `Once`."""

    def answer(self, reference: str, question: str, story: Typed | Recorded) -> None:
        """Pass on the answer to what the police ask about a case. For `Once`."""

    def rate(self, reference: str, *, is_satisfied: bool) -> Outcome:
        """Note whether she is satisfied, and say whether the case was opened again. For `Once`."""

    def is_open(self, reference: str) -> bool:
        """Say whether a case is worked on, not closed."""

    def remark(self, reference: str, story: Typed | Recorded) -> None:
        """Note what was not right with a case. For `Once`."""
