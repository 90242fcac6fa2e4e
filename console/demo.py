"""The desk of the demo: people who may sign in, and a month of cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from audio.engine import NoVoice
from audio.engines.espeak import Espeak
from audio.sound import encoded, telephone, wav
from casework.made_up import (
    DemoPerson,
    deliver_letters_of_the_past,
    demo_sign_ins,
    keep_person,
    spare_choosing,
)
from casework.officers import Profile, checked
from casework.viewer import Viewer
from casework.work import Work
from console.made_up_records import bring_records
from console.month import Told, in_order, matters
from console.parts import Parts
from core.case_file import CaseError
from core.cases import Move, NewCase
from core.clock import HERE, as_of, local_date, now
from core.dialogue import Recorded, Typed
from core.replies import Rating, Replies, Reply
from core.services import KINDS, SERVICES

_SEED = 20261124
_STATION = "5117044"  # Kotwali, Patna
_DISTRICTS = {"PATNA": 30, "GAYA": 5, "MUZAFFARPUR": 5, "BHAGALPUR": 4}
_AT_HIS_STATION = 40  # of a hundred
_OVERSEEN_EVERY, _AT_ONCE = timedelta(minutes=30), timedelta(seconds=20)
PEOPLE: dict[str, Profile] = {
    "thana": Profile(
        "रमेश कुमार (दारोगा, कोतवाली)", "station", station=_STATION, phone="+919800000011"
    ),
    "mahila": Profile(
        "सुनीता देवी (महिला हेल्प डेस्क)", "women", district="PATNA", phone="+919800000012"
    ),
    "sp-patna": Profile(
        "अनिल सिन्हा (एसपी, पटना)", "district", district="PATNA", phone="+919800000013"
    ),
    "rajya": Profile("राज्य नियंत्रण कक्ष", "state", phone="+919800000014"),
    "auditor": Profile("ऑडिटर", "auditor"),
    "admin": Profile("आईटी सेल", "admin"),
}


def furnish(parts: Parts, say: Callable[[str], None]) -> None:
    """Give a demo its people, its records and its month, where it has not got them.

    It may be broken off.
    """
    _hire(parts)
    bring_records(parts)
    if parts.cases.reference_of(_conversation(0)) is None:
        say("Making up a month of cases (marked as demo) …")
        with parts.database.as_a_whole():
            _live_a_month(parts)


def _hire(parts: Parts) -> None:
    """Take on whoever is not there; whose password is told nowhere gets another one."""
    folder, officers = parts.settings.data_dir, parts.officers
    told = {each.login for each in demo_sign_ins(folder)}
    for login, profile in PEOPLE.items():
        officer = officers.by_login(login)
        if officer and login in told:
            continue
        ours = checked(profile, parts.office.directory)
        fresh = officers.reset(officer) if officer else officers.add(login, ours)
        spare_choosing(parts.database, login)
        keep_person(folder, login, DemoPerson(ours.name, ours.role, fresh.password, fresh.secret))


def _live_a_month(parts: Parts) -> None:
    chance = Random(_SEED)  # noqa: S311  # no secret, and the same month every time
    until = now()
    told = list(matters(_places(parts), until, chance))
    month = _Month(parts, chance)
    looked_at = until - timedelta(days=60)
    for at, each, step in in_order(told, until, chance):
        if at - looked_at > _OVERSEEN_EVERY:
            month.oversee(at)
            looked_at = at
        with as_of(at):
            month.live(each, step)
        if step < 0 and KINDS[each.kind].is_urgent:
            month.oversee(at + _AT_ONCE)
    month.oversee(until)
    deliver_letters_of_the_past(parts.database, until)


def _conversation(number: int) -> str:
    return f"demo-{number}"


def _places(parts: Parts) -> list[tuple[str, str]]:
    """List stations to choose from, those with more to do more often."""
    directory = parts.office.directory
    places = [("PATNA", _STATION)] * _AT_HIS_STATION
    for code, share in _DISTRICTS.items():
        if district := directory.district(code):
            stations = directory.stations_of(district)
            places += [(code, stations[n % len(stations)].code) for n in range(share)]
    return places


class _Month:
    """Does what happened, each thing in the name of whoever did it."""

    def __init__(self, parts: Parts, chance: Random) -> None:
        self._parts = parts
        self._chance = chance
        self._work, self._replies = Work(parts.cases.files), Replies(parts.cases.files)
        self._references: dict[int, str] = {}
        self._viewers = {
            login: officer.viewer(parts.office.directory)
            for login in PEOPLE
            if (officer := parts.officers.by_login(login))
        }

    def oversee(self, at: datetime) -> None:
        with as_of(at):
            while self._parts.overseer.round():
                pass

    def live(self, told: Told, step: int) -> None:
        if step < 0:
            self._references[told.number] = self._register(told)
            return
        with suppress(CaseError):  # the overseer or the citizen was faster
            self._go_on(told, self._references[told.number], told.way[step].to, step)

    def _register(self, told: Told) -> str:
        district, station = told.place
        return self._parts.cases.register(
            NewCase(
                conversation=_conversation(told.number),
                service=told.service,
                kind=told.kind,
                phone="" if SERVICES[told.service].is_nameless else told.phone,
                language=told.language,
                channel=told.channel,
                district=district,
                station=station,
                usual_station=None,
                story=self._in_words(told, told.story),
                told={
                    name: self._in_words(told, value.words, name)
                    if isinstance(value, Typed)
                    else value
                    for name, value in told.form.items()
                },
                pin=told.pin,
                is_silent=told.is_silent,
                is_demo=True,
            )
        )

    def _in_words(self, told: Told, words: str, field: str = "") -> Typed | Recorded:
        """Have words written, or spoken by the machine's voice where it was a call."""
        if told.channel != "ivr" or not words:
            return Typed(words)
        name = f"{_conversation(told.number)}-{field}".rstrip("-")
        try:
            return self._spoken(name, words)
        except NoVoice:
            return Typed(words)

    def _spoken(self, name: str, words: str) -> Recorded:
        """Make a recording that was fetched and kept; raise NoVoice where there is no voice."""
        recordings = self._parts.recordings
        samples, rate = Espeak().say(words, "hi")
        sound = wav(encoded(telephone(samples, rate)))
        self._parts.vault.keep(name, sound)
        recordings.announce(name, "demo", name)
        recordings.locate(name, "made up", len(samples) // rate)
        for mark in (lambda r: recordings.mark_copied(r, "audio/wav"), recordings.mark_kept):
            if recording := recordings.find(name):
                mark(recording)
        return Recorded(name)

    def _go_on(self, told: Told, reference: str, to: str, step: int) -> None:
        conversation = f"{_conversation(told.number)}-{step}"
        if to == "answer":
            question = self._parts.cases.look_up(reference).question
            story = Typed(told.way[step].note)
            self._replies.answer(Reply(reference, told.phone, conversation, story, question))
        elif to == "fill":
            viewer, language = self._whoever_works(reference), self._parts.office.languages
            self._work.fill(viewer, reference, told.later, None, language.get("hi"))
        elif to in ("satisfied", "not satisfied"):
            rating = Rating(reference, told.phone, conversation, is_satisfied=to == "satisfied")
            self._replies.rate(rating)
        else:
            self._move(told, reference, to, step)

    def _move(self, told: Told, reference: str, to: str, step: int) -> None:
        planned = told.way[step]
        details = dict(planned.details)
        if to == "fir_registered":
            details["fir_number"] = self._yearly_number()
            details["fir_date"] = local_date(now())
        elif to == "recorded":
            details["diary_number"] = self._yearly_number()
        viewer = self._whoever_works(reference)
        move = Move(to, viewer.login, planned.note or None, details)
        self._work.move(viewer, reference, move)

    def _yearly_number(self) -> str:
        return f"{self._chance.randrange(60, 900)}/{now().astimezone(HERE).year}"

    def _whoever_works(self, reference: str) -> Viewer:
        case = self._parts.cases.look_up(reference)
        in_turn = (self._viewers[login] for login in ("thana", "mahila", "sp-patna", "rajya"))
        return next(each for each in in_turn if each.works(case))


def lines(folder: Path) -> Iterator[str]:
    """Say who may sign in at the demo's desk, a line each."""
    for each in demo_sign_ins(folder):
        if each.role in ("station", "district", "state"):
            yield f"{each.login:<9} {each.password}   code {each.code}"
