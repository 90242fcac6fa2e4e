"""Everything that calls can say, found by walking every conversation."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain, combinations
from typing import Any, get_args

from audio.script import Line
from audio.speech import Clip, name_clip, number_clips, speak
from core.conversation import Back, Conversation, Danger, Due, Talk
from core.dialogue import Ask, Choice, Number, Option, Question, Said, Script, play
from core.directory import Directory
from core.duty_officer import MOST_OWN_CASES
from core.language import Language, Languages
from core.letters import LETTERS, SAMPLES, Letterhead, write_letter
from core.police import OwnCase
from core.scripts.check_status import ask_which
from core.scripts.main_menu import BELOW, main_menu
from core.scripts.read_letter import read_letter
from core.service_entry import Records
from core.states import STATES
from core.text import Name, Words
from core.walk import WalkedPolice, walk
from ivr import entrance, visit
from ivr.prompt import MORE, Playback, View, draw, guided

_MOST_IN_A_SAMPLE = 9  # more are names
_BEGUN = {"registered_before": None}
_TOLD = {**_BEGUN, "wish_1": "complaint", "kind": "theft", "usual_station": None}
_ASIDES = ("resume", "help", "playback")
_LETTERHEAD = Letterhead("06120000000", "*384*78527#", "9800000000")
_BY_THEMSELVES = {
    "greeting": (visit.GREETING, visit.ASKED_FOR),
    "112": (visit.IS_IT_URGENT, visit.PUT_THROUGH(number="112"), visit.NOT_CONNECTED(number="112")),
    "silence": (visit.NOT_HEARD, visit.NOTHING_HEARD),
    "end": (visit.SMS_COMES, visit.THANKS, entrance.OVER),
    "trouble": (entrance.TROUBLE, entrance.HIDDEN),
}


def lines(language: Language, languages: Languages, directory: Directory) -> list[Line]:
    """List what has to be recorded in a language: each clip once, where it is first heard.

    Sentences come first, and last the many names, of which a speaker may do some another day.
    """
    found: dict[str, Line] = {}
    for clip, heard in _heard(language, languages, directory):
        found.setdefault(clip.id, Line(clip, heard))
    names = {name_clip(name, language).id for name in _names(directory)}
    return sorted(found.values(), key=lambda line: line.clip.id in names)


def _heard(
    language: Language, languages: Languages, directory: Directory
) -> Iterator[tuple[Clip, str]]:
    said: set[Words] = set()
    for words, heard in _all_words(language, languages, directory):
        if words not in said:
            said.add(words)
            speech = speak(words, language)
            yield from ((each, heard) for each in speech if isinstance(each, Clip))
    yield from ((clip, "numbers") for clip in number_clips(language))
    for name in _names(directory):
        yield name_clip(name, language), "names of stations and districts"


def _all_words(
    language: Language, languages: Languages, directory: Directory
) -> Iterator[tuple[Words, str]]:
    for heard, all_words in _BY_THEMSELVES.items():
        yield from ((words, heard) for words in all_words)
    script = partial(main_menu, WalkedPolice(directory, languages.menu_of_voices))
    talk = Talk(script, _LETTERHEAD.helpline, "", call_back=None)
    for conversation in (Conversation("", dict(_BEGUN)), Conversation("", dict(_TOLD))):
        yield _words_at_end(talk.converse(conversation, Danger())), "112"
    yield _words_at_end(talk.converse(Conversation("", dict(_BEGUN)), Back())), "end"
    for due in _all_due(talk, script, directory):
        heard = due.question.name if isinstance(due, Ask) else "last words"
        yield from ((words, heard) for words in _said_of(due, language))
    for due in (*_shorter_menus(directory, languages), *_own_cases()):
        yield from ((words, due.question.name) for words in _said_of(due, language))
    for template in (name for name, letter in LETTERS.items() if not letter.urgent):
        words = write_letter(template, SAMPLES, _LETTERHEAD)
        turn = play(partial(read_letter, words, lambda: None), {})
        if isinstance(turn, Ask):
            yield from ((each, "a letter") for each in _said_of(turn, language))


def _all_due(talk: Talk, script: Script, directory: Directory) -> Iterator[Due]:
    seen: set[tuple[Hashable, ...]] = set()
    for path in walk(script, directory):
        for ask, _ in path.steps:
            if (asked := _identity(ask.question)) not in seen:
                seen.add(asked)
                yield ask
                yield from (Ask(talk.aside(kind, ask.question), ()) for kind in _ASIDES)
        yield path.end


def _shorter_menus(directory: Directory, languages: Languages) -> Iterator[Ask]:
    """Give the menus where records are lacking: what stands behind them has other keys."""
    kinds = get_args(Records)
    sizes = range(1, len(kinds) + 1)
    for lacks in chain.from_iterable(combinations(kinds, size) for size in sizes):
        police = WalkedPolice(directory, languages.menu_of_voices, lacks=frozenset(lacks))
        for wish in ({}, *({"wish_1": menu} for menu in BELOW)):
            turn = play(partial(main_menu, police), {**_BEGUN, **wish})
            if isinstance(turn, Ask):
                yield turn


def _own_cases() -> Iterator[Ask]:
    """Give the lists of her own cases: of each length, and of each state they may be in."""
    cases = [OwnCase(reference=state, date="24-11-2026", state=state) for state in STATES]
    starts = range(0, len(cases), MOST_OWN_CASES)
    parts = [cases[start : start + MOST_OWN_CASES] for start in starts]
    lengths = range(1, MOST_OWN_CASES)
    for part in (*parts, *(cases[:length] for length in lengths)):
        yield Ask(ask_which("reference_1", part, None), ())


def _identity(question: Question) -> tuple[Hashable, ...]:
    """Tell a question from all that sound otherwise; names in a list are listed by themselves."""
    options: tuple[Option[Any], ...] = ()
    if isinstance(question, Choice):
        options = question.all_options
    elif isinstance(question, Number):
        options = question.instead
    sample = tuple(option.label for option in options[:_MOST_IN_A_SAMPLE])
    return (question.name, question.text, question.intro, len(options), sample)


def _said_of(due: Due, language: Language) -> Iterator[Words]:
    """Give what is said of a question wherever a caller may stand in it."""
    for view in _views(due, language):
        for unclear in (False, True):
            prompt = guided(draw(due, replace(view, unclear=unclear), language))
            yield from (part for part in prompt.says if not isinstance(part, Playback))


def _views(due: Due, language: Language) -> Iterator[View]:
    for beginning in (View(), View(opened=True)):
        yield beginning
        following = draw(due, beginning, language).keys.get(MORE)
        if isinstance(following, View):
            yield following  # the pages after it sound alike


def _words_at_end(due: Due) -> Words:
    if not isinstance(due, Said):
        raise TypeError(due)
    return due.words


def _names(directory: Directory) -> Iterator[Name]:
    for district in directory.districts:
        yield district.name
    for station in directory.stations:
        yield station.name
