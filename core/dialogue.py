"""The questions a script may ask, and `play`, which finds the question that is due.

A script is an ordinary `async def`, but no event loop is involved: `await` means "wait for
the caller". `play` runs the script from the top with the answers known so far, sending each
into the coroutine, and stops at the first question that has none. A conversation is thus a
pure function from answers to the next question; what is kept of it is a small JSON object
of answers, by question name and by meaning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar, cast

from core.alphabet import western_digits
from core.text import Name, Text, Words

Json: TypeAlias = Any
# Stands for the digits of a secret number once the work is done for which they were asked.
FORGOTTEN = "****"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# 1,000 and 1,00,000 are one number; 2,3 are two.
_ONE_NUMBER = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?![\d,])|\d+")
Answers: TypeAlias = Mapping[str, Json]
T = TypeVar("T")


class StaleAnswer(Exception):
    """A kept answer no longer fits its question, which is then asked again."""


@dataclass(frozen=True, slots=True)
class Option(Generic[T]):
    """One thing to choose: what is kept of it, what the caller reads, what the script gets.

    `also` are other names by which a caller may look for it.
    """

    meaning: str
    label: Words
    value: T
    also: tuple[Name, ...] = ()


def option(meaning: str, label: Words, *also: Name) -> Option[str]:
    """Make an option whose value is its meaning."""
    return Option(meaning, label, meaning, also)


@dataclass(frozen=True, slots=True)
class StandIn:
    """The letter about a case that is sent in place of a question.

    It is for where only registered wordings are carried.
    """

    letter: str
    reference: str
    more: tuple[tuple[str, str], ...] = ()

    @property
    def variables(self) -> dict[str, str]:
        """Give the variables of the letter: the reference number, and what else it names."""
        return {"reference": self.reference, **dict(self.more)}


@dataclass(frozen=True)
class Choice(Generic[T]):
    """Choose one of a list. `otherwise` stays within reach on every page of a long one.

    What is told in `passing` (a menu, say) is nothing to go on from another day.
    """

    name: str
    text: Words
    options: tuple[Option[T], ...]
    otherwise: Option[T] | None = None
    intro: Words | None = None
    passing: bool = False
    stand_in: StandIn | None = None
    expected: ClassVar[Text] = Text("Choose a number from the list.")

    @property
    def all_options(self) -> tuple[Option[T], ...]:
        """Give every option, the one within reach on every page last."""
        return (*self.options, self.otherwise) if self.otherwise else self.options

    def recall(self, kept: Json) -> T:
        """Give the value of a kept meaning."""
        return _value_of(kept, self.all_options)

    def __await__(self) -> Generator[Choice[T], T, T]:
        """Wait for the caller's choice."""
        return (yield self)


@dataclass(frozen=True)
class Number:
    """Key in digits, or choose one of a few things `instead`.

    There are exactly so many `digits`, or at the `fewest` so many; what they say lies between
    `least` and `most`. Where the digits are of a fixed length and say no amount (a PIN code), they
    may be typed in groups. A call can put her through to the `helpline` that she may need first.
    What `is_secret` is forgotten once the work is done for which it was asked.
    """

    name: str
    text: Words
    digits: int
    instead: tuple[Option[str], ...] = ()
    intro: Words | None = None
    passing: bool = False
    fewest: int | None = None
    least: int = 0
    most: int | None = None
    helpline: str = ""
    is_secret: bool = False

    @property
    def expected(self) -> Text:
        """Say what an answer looks like."""
        if self.most is not None:
            limits = Text("Please type a number from {least} to {most}.")
            return limits(least=self.least, most=self.most)
        if self.fewest is not None:
            return Text("Please type it in digits.")
        return Text("Please type {digits} digits.")(digits=self.digits)

    def accept(self, digits: str) -> str | None:
        """Give what digits mean as an answer; None where they are none."""
        fewest = self.digits if self.fewest is None else self.fewest
        # First how long it is: Python makes no number of thousands of digits.
        if not (fewest <= len(digits) <= self.digits and digits.isascii() and digits.isdigit()):
            return None
        is_within = self.most is None or self.least <= int(digits) <= self.most
        return digits if is_within else None

    def read(self, typed: str) -> str | None:
        """Give what somebody wrote as an answer; None where it is none, or several numbers."""
        plain = western_digits(typed)
        if self.fewest is None and self.most is None:
            return self.accept("".join(re.findall(r"\d", plain)))
        found = _ONE_NUMBER.findall(plain)
        return self.accept(found[0].replace(",", "")) if len(found) == 1 else None

    def recall(self, kept: Json) -> str:
        """Give the digits as kept, or the meaning chosen instead."""
        if isinstance(kept, str) and (digits := self.accept(kept)) is not None:
            return digits
        if self.is_secret and kept == FORGOTTEN:
            return FORGOTTEN
        return _value_of(kept, self.instead)

    def __await__(self) -> Generator[Number, str, str]:
        """Wait for the caller's digits."""
        return (yield self)


class Mobile(Number):
    """Key in a mobile number of India: ten digits, the first one 6 to 9 (TRAI's numbering plan)."""

    @property
    def expected(self) -> Text:
        """Say what an answer looks like."""
        return Text("Please type the {digits} digits of a mobile number.")(digits=self.digits)

    def accept(self, digits: str) -> str | None:
        """Give the ten digits, without 0 or 91 before them."""
        number = digits
        for before in ("0", "91", "0091"):
            if len(digits) == self.digits + len(before) and digits.startswith(before):
                number = digits.removeprefix(before)
        accepted = super().accept(number)
        return accepted if accepted and accepted[0] in "6789" else None


@dataclass(frozen=True)
class Day:
    """Say a day (kept as 2026-11-24): one of a few that have names, or day and month.

    It lies between `first` and `last`, less than two years apart, which say its year.
    """

    name: str
    text: Words
    named: tuple[Option[str], ...]
    first: str
    last: str
    intro: Words | None = None
    passing: bool = False
    expected: ClassVar[Text] = Text("Please type day and month, such as 2411 for 24 November.")

    def recall(self, kept: Json) -> str:
        """Give the day as kept."""
        if isinstance(kept, str) and _DAY.fullmatch(kept) and self.first <= kept <= self.last:
            return kept
        raise StaleAnswer(kept)

    def __await__(self) -> Generator[Day, str, str]:
        """Wait for the caller's day."""
        return (yield self)


@dataclass(frozen=True)
class Plate:
    """Say the number on a vehicle: letters and digits (BR01AB1234), or the keys they stand on."""

    name: str
    text: Words
    intro: Words | None = None
    passing: bool = False
    expected: ClassVar[Text] = Text("Please type the whole number, such as BR01AB1234.")

    def recall(self, kept: Json) -> str:
        """Give the plate, or its keys, as kept."""
        if isinstance(kept, str) and kept.isascii() and kept.isalnum():
            return kept
        raise StaleAnswer(kept)

    def __await__(self) -> Generator[Plate, str, str]:
        """Wait for the caller's plate."""
        return (yield self)


@dataclass(frozen=True, slots=True)
class Typed:
    """A story as the caller wrote it."""

    words: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A story as the caller spoke it: the id of its recording, which may still be on its way."""

    recording: str


@dataclass(frozen=True)
class Story:
    """Tell something in words of one's own, typed or spoken, or choose to say nothing `instead`.

    One that is `awaited` by the police is worth coming back to from the moment it is asked. One
    that is brief wants a name or a few words only.
    """

    name: str
    text: Words
    instead: tuple[Option[Typed], ...] = ()
    intro: Words | None = None
    passing: bool = False
    is_awaited: bool = False
    stand_in: StandIn | None = None
    is_brief: bool = False
    expected: ClassVar[Text] = Text("Please write a few words.")

    def recall(self, kept: Json) -> Typed | Recorded:
        """Give the story as kept (`{"typed": ...}`, `{"recorded": ...}`), or what was chosen."""
        match kept:
            case {"typed": str(words)}:
                return Typed(words)
            case {"recorded": str(recording)}:
                return Recorded(recording)
            case _:
                return _value_of(kept, self.instead)

    def __await__(self) -> Generator[Story, Typed | Recorded, Typed | Recorded]:
        """Wait for the caller's words."""
        return (yield self)


def shown(day: str) -> str:
    """Write a day, kept as 2026-11-24, as people here do: 24-11-2026."""
    year, month, of_month = day.split("-")
    return f"{of_month}-{month}-{year}"


Question: TypeAlias = Choice[Any] | Number | Day | Plate | Story


@dataclass(frozen=True)
class Once(Generic[T]):
    """Work to be done a single time; its result (JSON) is kept like an answer.

    It is the only door of a script to the world. `work` must be safe to repeat for the same
    conversation, since the power may fail between the work and the keeping of its result.
    """

    name: str
    work: Callable[[], T]

    def __await__(self) -> Generator[Once[T], T, T]:
        """Wait until the work is done."""
        return (yield self)


@dataclass(frozen=True)
class Last:
    """Last words, and the letter (its template, its variables) that says the same.

    Where only registered wordings are carried, the letter is sent in their place. On a call she
    is put through to the number to `dial`, if there is one. What is `secret` leaves no trace of
    the conversation with us.
    """

    words: Words
    letter: str
    variables: Mapping[str, str] = field(default_factory=dict)
    dial: str = ""
    is_secret: bool = False


Asked: TypeAlias = Question | Once[Any]
Script: TypeAlias = Callable[[], Coroutine[Any, Any, Words | Last]]


@dataclass(frozen=True)
class Ask:
    """The script waits for an answer. `passed` is what it has had so far, in order."""

    question: Question
    passed: tuple[Asked, ...]


@dataclass(frozen=True)
class Do:
    """The script waits for work to be done."""

    once: Once[Any]
    passed: tuple[Asked, ...]


@dataclass(frozen=True)
class Said:
    """The script has come to its end with these last words."""

    words: Words
    passed: tuple[Asked, ...]
    last: Last | None = None


Turn: TypeAlias = Ask | Do | Said


def play(script: Script, answers: Answers) -> Turn:
    """Run a script up to the first question without an acceptable answer."""
    coroutine = script()
    passed: list[Asked] = []
    reply: Any = None
    try:
        while True:
            asked = cast("Asked", coroutine.send(reply))
            _forbid_repetition(asked.name, passed)
            if asked.name not in answers:
                return _waiting(asked, passed)
            kept = answers[asked.name]
            try:
                reply = kept if isinstance(asked, Once) else asked.recall(kept)
            except StaleAnswer:
                return _waiting(asked, passed)
            passed.append(asked)
    except StopIteration as end:
        return _said(cast("Words | Last", end.value), tuple(passed))
    finally:
        coroutine.close()


def _said(ending: Words | Last, passed: tuple[Asked, ...]) -> Said:
    if isinstance(ending, Last):
        return Said(ending.words, passed, ending)
    return Said(ending, passed)


def _waiting(asked: Asked, passed: list[Asked]) -> Turn:
    if isinstance(asked, Once):
        return Do(asked, tuple(passed))
    return Ask(asked, tuple(passed))


def _forbid_repetition(name: str, passed: list[Asked]) -> None:
    if any(asked.name == name for asked in passed):
        message = f"the script asks {name!r} twice: number the names in a loop"
        raise RuntimeError(message)


def _value_of(kept: Json, options: tuple[Option[T], ...]) -> T:
    for choice in options:
        if choice.meaning == kept:
            return choice.value
    raise StaleAnswer(kept)
