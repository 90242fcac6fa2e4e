"""What happened to a case and what its citizen was told, in one line of time and in plain words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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

_SEALED = Text("what was written cannot be opened: its key is missing")


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


@dataclass(frozen=True, slots=True)
class Known:
    """What events may name: stations, officers (their names by login), cases that may be seen."""

    directory: Directory
    names: Mapping[str, str]
    cases: Collection[str]


def timeline_of(events: Sequence[Event], letters: Sequence[LetterLine], known: Known) -> list[Item]:
    """Put events and letters into one line of time, the oldest first."""
    items = items_of(events, known)
    items += [_letter(each) for each in letters]
    return sorted(items, key=lambda item: item.at)


def items_of(events: Sequence[Event], known: Known) -> list[Item]:
    """Say events in plain words."""
    return [_item_of(each, known) for each in events]


def _item_of(event: Event, known: Known) -> Item:
    name = known.names.get(event.who)
    return Item(
        at=event.at,
        kind=event.kind,
        what=_headline(event),
        who=Name(name, name) if name else actor_label(event.who),
        facts=(*_facts(event.details, known), *([_SEALED] if event.is_unreadable else [])),
        note=event.note,
        recording=event.recording,
        is_trouble=event.kind == "raised" or event.is_unreadable or _reached_nobody(event),
    )


def _reached_nobody(event: Event) -> bool:
    return event.kind == "alerted" and event.details.get("whom") == "nobody"


def _headline(event: Event) -> Words:
    if event.kind == "answered" and not event.details.keys() & {"question", "case"}:
        return Text("The citizen added something")
    if event.kind != "moved":
        return event_label(event.kind)
    return Text("{state}")(state=state_label(event.to_state))


def _facts(details: Mapping[str, str], known: Known) -> Iterator[Words]:
    if "station" in details or "district" in details:
        yield place_label(known.directory, details.get("district"), details.get("station"))
    if "fir_number" in details:
        date = details.get("fir_date", "")
        yield Text("FIR {number} of {date}")(number=details["fir_number"], date=date)
    if "diary_number" in details:
        yield Text("Sanha {number}")(number=details["diary_number"])
    if "case" in details:
        yield _other_case(details["case"], known.cases)
    # Whom the overseer reminded is said once: by his name, where there is one.
    untold = {"whom", "officer"} if "officer" in details else set()
    if login := details.get("officer"):
        yield _addressee(known.names.get(login, login))
    for name, say_it in _DETAILS.items():
        if name in details.keys() - untold:
            yield say_it(details[name])


def _other_case(reference: str, seen: Collection[str]) -> Words:
    if reference not in seen:
        return Text("another case")
    return Text("case {reference}")(reference=grouped(reference))


def _protection(protection: str) -> Words:
    return protection_label(protection) if protection else Text("no longer protected")


def _addressee(whom: str) -> Words:
    names = tuple(addressee_label(each) for each in whom.split(",") if each)
    return Text("to: {whom}")(whom=Joined(names, ", "))


def _passed_over(missing: str) -> Words:
    names = tuple(addressee_label(each) for each in missing.split(",") if each)
    return Text("is missing: {whom}")(whom=Joined(names, ", "))


_DETAILS: dict[str, Callable[[str], Words]] = {
    "reason": reason_label,
    "question": lambda question: QUESTIONS.get(question) or Text("Question"),
    "of": reminder_label,
    "whom": _addressee,
    "to": _addressee,
    "without": _passed_over,
    "again": lambda _: Text("once more"),
    "held": lambda _: Text("no SMS went: there were too many alarms in this hour"),
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
