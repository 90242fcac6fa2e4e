"""What happened to a case and what its citizen was told, in one line of time and in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.cases import Event
from core.clock import local_time
from core.directory import Directory
from core.outbox import LetterLine
from core.questions import QUESTIONS
from core.reference import grouped
from core.text import Joined, Name, Text, Words
from desk.labels import (
    LETTER_STATES,
    actor_label,
    addressee_label,
    event_label,
    letter_label,
    place_label,
    protection_label,
    reason_label,
    reminder_label,
    state_label,
)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the line: an event, or a letter with its delivery.

    `kind` is the kind of the event or "letter"; `is_trouble` marks what somebody should look at.
    """

    at: datetime
    kind: str
    what: Words
    who: Words | None = None
    facts: tuple[Words, ...] = ()
    note: str | None = None
    recording: str | None = None
    is_trouble: bool = False


def timeline_of(
    events: Sequence[Event],
    letters: Sequence[LetterLine],
    directory: Directory,
    names: Mapping[str, str],
) -> list[Item]:
    """Put events and letters into one line of time, the oldest first."""
    items = items_of(events, directory, names)
    items += [_letter(each) for each in letters]
    return sorted(items, key=lambda item: item.at)


def items_of(events: Sequence[Event], directory: Directory, names: Mapping[str, str]) -> list[Item]:
    """Say events in plain words; `names` are those of officers, by login."""
    return [_item_of(each, directory, names) for each in events]


def _item_of(event: Event, directory: Directory, names: Mapping[str, str]) -> Item:
    name = names.get(event.who)
    return Item(
        at=event.at,
        kind=event.kind,
        what=_headline(event),
        who=Name(name, name) if name else actor_label(event.who),
        facts=tuple(_facts(event.details, directory)),
        note=event.note,
        recording=event.recording,
        is_trouble=event.kind == "raised",
    )


def _headline(event: Event) -> Words:
    if event.kind != "moved":
        return event_label(event.kind)
    return Text("{state}")(state=state_label(event.to_state))


def _facts(details: Mapping[str, str], directory: Directory) -> Iterator[Words]:
    if "station" in details or "district" in details:
        yield place_label(directory, details.get("district"), details.get("station"))
    if "fir_number" in details:
        date = details.get("fir_date", "")
        yield Text("FIR {number} of {date}")(number=details["fir_number"], date=date)
    for name, say_it in _DETAILS.items():
        if name in details:
            yield say_it(details[name])


def _other_case(reference: str) -> Words:
    return Text("case {reference}")(reference=grouped(reference))


def _protection(protection: str) -> Words:
    return protection_label(protection) if protection else Text("no longer protected")


def _addressee(whom: str) -> Words:
    return Text("to: {whom}")(whom=addressee_label(whom))


def _passed_over(missing: str) -> Words:
    names = tuple(addressee_label(each) for each in missing.split(",") if each)
    return Text("is missing: {whom}")(whom=Joined(names, ", "))


_DETAILS: dict[str, Callable[[str], Words]] = {
    "reason": reason_label,
    "question": lambda question: QUESTIONS.get(question) or Text("Question"),
    "of": reminder_label,
    "whom": _addressee,
    "officer": _addressee,
    "to": _addressee,
    "without": _passed_over,
    "again": lambda _: Text("once more"),
    "case": _other_case,
    "as": lambda role: (
        Text("goes on as that case goes") if role == "follows" else Text("that case follows")
    ),
    "protection": _protection,
    "satisfied": lambda answer: Text("satisfied") if answer == "yes" else Text("not satisfied"),
}


def _letter(letter: LetterLine) -> Item:
    name = letter_label(letter.template)
    return Item(
        at=letter.posted_at,
        kind="letter",
        what=Text("SMS to the citizen: {letter}")(letter=name),
        facts=tuple(_delivery(letter)),
        is_trouble=letter.status in ("failed", "dead"),
    )


def _delivery(letter: LetterLine) -> Iterator[Words]:
    yield LETTER_STATES.get(letter.status) or Text("not known")
    if letter.gateway:
        yield Text("through {gateway}")(gateway=letter.gateway)
    if moment := letter.settled_at or letter.sent_at:
        yield Text("at {time}")(time=local_time(moment))
    if letter.status == "due" and letter.attempts:
        yield Text("tried {n} times")(n=letter.attempts)
    if letter.trouble:
        yield Text("why: {trouble}")(trouble=letter.trouble)
