"""Recordings, played to those who may hear them; each listening is in the access log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from flask import Blueprint, abort, request, send_file
from flask.typing import ResponseReturnValue

from audio.vault import VaultDown
from core.cases import Case, Event, ToldField
from core.recordings import Recording
from core.text import Text, Words
from desk.entry import needs, viewer
from desk.inbox import READERS
from desk.labels import RECORDING_STATES
from desk.opened import read_case
from desk.parts import DeskParts


@dataclass(frozen=True, slots=True)
class Heard:
    """What an officer wrote down of a recording."""

    who: str
    words: str


@dataclass(frozen=True, slots=True)
class Voice:
    """A recording of a case: to be played, or why not; and what was heard in it."""

    id: str
    is_here: bool
    standing: Words | None
    trouble: str | None
    seconds: int | None
    heard: tuple[Heard, ...]


def listening_pages(desk: Blueprint, parts: DeskParts) -> None:
    """Add the address of recordings."""

    @desk.get("/case/<reference>/recording/<recording>")
    @needs(*READERS)
    def recording(reference: str, recording: str) -> ResponseReturnValue:
        case = read_case(parts, reference)
        cases = parts.office.cases
        if recording not in recordings_of(case, cases.events_of(case), cases.told_of(case)):
            abort(404)
        found = parts.recordings.find(recording)
        if found is None or not _is_here(found):
            abort(404)
        return _played(parts, case, found)


def recordings_of(case: Case, events: Sequence[Event], told: Mapping[str, ToldField]) -> list[str]:
    """List the recordings of a case: the story, fields of its form, what the citizen answered."""
    fields = (each.recording for each in told.values())
    spoken = [case.recording, *fields, *(each.recording for each in events)]
    return [each for each in dict.fromkeys(spoken) if each]


def voices_of(
    parts: DeskParts, case: Case, events: Sequence[Event], told: Mapping[str, ToldField]
) -> dict[str, Voice]:
    """Describe the recordings of a case by their ids."""
    return {
        each: _voice(each, parts.recordings.find(each), events)
        for each in recordings_of(case, events, told)
    }


def _voice(name: str, found: Recording | None, events: Sequence[Event]) -> Voice:
    is_here = found is not None and _is_here(found)
    return Voice(
        id=name,
        is_here=is_here,
        standing=None if is_here else _standing(found),
        trouble=found.trouble if found and found.status == "lost" else None,
        seconds=found.seconds if found else None,
        heard=tuple(_heard_in(name, events)),
    )


def _heard_in(recording: str, events: Sequence[Event]) -> Iterator[Heard]:
    for event in events:
        if event.kind == "heard" and event.details.get("recording") == recording:
            yield Heard(event.who, event.note or "")


def _standing(found: Recording | None) -> Words:
    unknown = Text("Nothing is known of this recording.")
    return RECORDING_STATES.get(found.status, unknown) if found else unknown


def _is_here(found: Recording) -> bool:
    return found.kind is not None and found.status not in ("lost", "dropped")


def _played(parts: DeskParts, case: Case, found: Recording) -> ResponseReturnValue:
    try:
        content = parts.vault.open(found.id)
    except VaultDown:
        abort(503)
    # A player fetches the rest of what it plays piece by piece: that is one listening.
    begins = request.range is None or any(start == 0 for start, _ in request.range.ranges)
    parts.accesses.note(viewer().login, case.id, "recording", "desk", is_again=not begins)
    return send_file(
        BytesIO(content), mimetype=found.kind or "audio/wav", conditional=True, etag=False
    )
