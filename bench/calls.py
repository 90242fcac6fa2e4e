"""How long callers listen: seconds of audio, and keys pressed, for some of the services.

    .venv/bin/pukar audio build && .venv/bin/python bench/calls.py [LANGUAGE]

It plays conversations as Twilio would have them played, from the clips that are there. A caller may
listen to every prompt to its end; press as soon as her key has been said; or, if she knows the
way, press at once, and hear out only what answers her in the end.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from audio.library import Library
from audio.sound import RATE, data_of
from audio.speech import Clip, Pause, Speech
from core.conversation import Conversation, Due, Heard, Meant, Talk
from core.dialogue import Said
from core.directory import read_directory
from core.language import Language, read_languages
from core.police import Application, Days, OwnCase, Standing, Terms
from core.scripts.main_menu import main_menu
from core.text import Text
from core.walk import DAYS, REFERENCE, WalkedPolice
from ivr.prompt import Part, Playback, Prompt, View, draw, read
from ivr.visit import GREETING
from ivr.voice import said_in_turn

CLIPS = Path(__file__).parent.parent / "audio" / "clips"
TENTH = RATE // 10
SPOKEN = "spoken"  # a step at which she tells her story
ROWS = {
    "complaint, shortest": ["1", "4", "2", SPOKEN, "1", "1"],
    "complaint, by PIN and letters": ["1", "4", "3", "800001", "427", "1", SPOKEN, "1", "1"],
    "complaint, by district and the whole list": [
        *("1", "4", "1", "728", "1", "1", "9", "9", "9", "9", "9", "7", SPOKEN, "1", "1")
    ],
    "something lost": ["4", "1", "1", "1", "2", "1"],
    "missing person": ["4", "2", "3", SPOKEN, "1", "45", "1", SPOKEN, "2", "1"],
    "character certificate": ["3", "1", SPOKEN, SPOKEN, "1985", "1", "2", "1"],
    "status by number": ["2", REFERENCE],
}
OWN_CASE = {"status, from the list of her cases": ["2", "1"]}


class Station(WalkedPolice):
    """A police that registers, and finds one case."""

    def usual_station(self) -> None:
        """Have none."""

    def register(self, application: Application) -> str:
        """Give the number."""
        del application
        return REFERENCE

    def own_cases(self) -> list[OwnCase]:
        """Have none."""
        return []

    def days(self) -> Days:
        """Give the days of the walk."""
        return cast("Days", DAYS)

    def terms(self, service: str) -> Terms:
        """Have nothing set."""
        del service
        return Terms(fee="", days=None, counted="")

    def sends_news(self) -> bool:
        """Send news."""
        return True

    def registered_before(self) -> None:
        """Have nothing."""

    def standing(self, reference: str) -> Standing:
        """Give a case under enquiry."""
        return Standing(
            outcome="found",
            reference=reference,
            service="complaint",
            state="under_enquiry",
            own=True,
            since="24-11-2026",
            district="patna",
            station=None,
            fir_number=None,
            reason=None,
            news=True,
        )


class OldFriend(Station):
    """A police to whom the caller has complained before."""

    def own_cases(self) -> list[OwnCase]:
        """Give her case."""
        return [OwnCase(reference=REFERENCE, date="24-11-2026", state="under_enquiry")]


@dataclass
class Listened:
    """Seconds that each kind of caller listens, and keys that she presses."""

    to_the_end: float = 0
    till_her_key: float = 0
    knowing_the_way: float = 0
    keys: int = 0


class Ear:
    """Listens to prompts in a language."""

    def __init__(self, library: Library, language: Language) -> None:
        self._library = library
        self.language = language

    def seconds(self, parts: tuple[Part, ...]) -> float:
        """Give how long the parts of a prompt take."""
        words = [part for part in parts if not isinstance(part, Playback)]
        speech: Speech = said_in_turn(words, self.language)
        return sum(map(self._samples, speech)) / RATE

    def till_key(self, prompt: Prompt, key: str) -> float:
        """Give how long it takes until a key has been said."""
        for count, part in enumerate(prompt.says, start=1):
            if isinstance(part, Text) and ("key", int(key[0])) in part.slots and len(key) == 1:
                return self.seconds(prompt.says[:count])
        return self.seconds(prompt.says)

    def _samples(self, sound: Clip | Pause) -> int:
        if isinstance(sound, Pause):
            return sound.tenths * TENTH
        file = self._library.find(self.language.code, sound)
        if file is None:
            raise SystemExit(f"{sound.name} is missing: pukar audio build")
        return len(data_of(file.read_bytes()))


def listen(ear: Ear, talk: Talk, steps: list[str]) -> Listened:
    """Play one conversation."""
    listened = Listened()
    conversation, view = Conversation(""), View()
    due: Due = talk.due(conversation)
    opening: tuple[Part, ...] = (GREETING,)
    for step in steps:
        prompt = draw(due, view, ear.language)
        greeting = ear.seconds(opening) + 0.3 * bool(opening)
        listened.to_the_end += greeting + ear.seconds(prompt.says)
        listened.till_her_key += greeting + ear.till_key(prompt, step.replace(SPOKEN, "0"))
        listened.keys += 1 if step == SPOKEN else len(step)
        due, view = _go_on(talk, conversation, due, view, step, ear)
        opening = ()
    last = ear.seconds(draw(due, view, ear.language).says)
    listened.to_the_end += last
    listened.till_her_key += last
    listened.knowing_the_way = last
    if not isinstance(due, Said):
        raise SystemExit(f"the way does not end: {due}")
    return listened


def _go_on(  # noqa: PLR0913  # all of where a caller stands
    talk: Talk, conversation: Conversation, due: Due, view: View, step: str, ear: Ear
) -> tuple[Due, View]:
    if step == SPOKEN:
        return talk.converse(conversation, Meant({"recorded": "a1"})), View()
    pressed = read(step, due, view, ear.language)
    if isinstance(pressed, View):
        return due, pressed
    return talk.converse(conversation, cast("Heard", pressed)), View()


def main(code: str = "hi") -> None:
    """Print the table."""
    languages = read_languages()
    ear = Ear(Library(CLIPS), languages.voice_of(code))
    directory, menu = read_directory(), languages.menu_of_voices
    talk, talk_of_old_friend = (
        Talk(partial(main_menu, police), "06120000000", "")
        for police in (Station(directory, menu), OldFriend(directory, menu))
    )
    first = draw(talk.due(Conversation("")), View(), ear.language)
    name, choice = ear.seconds((GREETING,)), ear.till_key(first, "1")
    print(f"greeting {name:.1f} s, first choice offered after {name + 0.3 + choice:.1f} s\n")
    print("| way | keys | listens to the end | till her key is said | knows the way |")
    print("|---|---|---|---|---|")
    for row, steps in {**ROWS, **OWN_CASE}.items():
        way = listen(ear, talk_of_old_friend if row in OWN_CASE else talk, steps)
        seconds = (way.to_the_end, way.till_her_key, way.knowing_the_way)
        figures = " | ".join(f"{each:.1f} s" for each in seconds)
        print(f"| {row} | {way.keys} | {figures} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
