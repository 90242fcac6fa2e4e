"""Every screen of every conversation fits, in every language, on every kind of operator."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from core.alphabet import USSD, Budget, clusters, normalise
from core.conversation import Due, Meant, Talk
from core.dialogue import Answers, Ask, Choice, Option, Said, play
from core.language import Language, render
from core.pages import BACK, OTHERWISE, Page, Paper, View, draw, named_options
from core.walk import REFERENCE, STORY
from tests.fakes import DIRECTORY, LANGUAGES, the_script, walk
from tests.ussd.keys import pages

BUDGETS = {
    "182 septets or 80 units": Budget(182, 80),
    "160 septets or 70 units": Budget(160, 70),
    "160 septets and no Unicode": Budget(160, 0),
}
every_operator_and_language = pytest.mark.parametrize(
    ("budget", "language"),
    [
        pytest.param(budget, language, id=f"{name}, {language.code}")
        for name, budget in BUDGETS.items()
        for language in LANGUAGES.offered(unicode=budget.carries_unicode)
    ],
)


@every_operator_and_language
def test_every_screen_of_the_walk_fits(budget: Budget, language: Language) -> None:
    for due in everything_due(unicode=budget.carries_unicode):
        assert_fits(due, language, budget)


@every_operator_and_language
def test_every_single_station_fits_wherever_it_is_named(budget: Budget, language: Language) -> None:
    for due in everything_naming_a_station():
        assert_fits(due, language, budget)


def test_what_we_ask_aside_is_one_screen() -> None:
    for language in LANGUAGES.all:
        for due in asides(everything_due(unicode=True)):
            assert len(list(pages(due, language, USSD))) == 1, due


@cache
def everything_due(*, unicode: bool) -> tuple[Due, ...]:
    """List what a caller can be shown: questions, last words, and what we ask aside."""
    questions: dict[int, Ask] = {}  # by id: paths share their beginnings, and hashing takes long
    ends = set()
    for path in walk(the_script(unicode=unicode)):
        questions |= {id(ask.question): Ask(ask.question, ask.passed[:1]) for ask, _ in path.steps}
        ends.add(Said(path.end.words, passed=()))
    dues: tuple[Due, ...] = (*dict.fromkeys(questions.values()), *ends)
    return (*dues, *asides(dues))


def asides(dues: tuple[Due, ...]) -> Iterator[Ask]:
    talk = Talk(the_script(), "06120000000", "fresh")
    asked = [due.question for due in dues if isinstance(due, Ask)]
    questions = {each.text: each for each in asked if each.name not in {"resume", "help"}}
    for question in questions.values():
        yield Ask(talk.aside("resume", question), passed=())
        yield Ask(talk.aside("help", question), passed=())


@cache
def everything_naming_a_station() -> tuple[Due, ...]:
    """List every station list, and for every station the summary and the status naming it."""
    dues: list[Due] = []
    start: dict[str, Any] = {
        "registered_before": None,
        "wish_1": "complaint",
        "kind": "dispute",
        "usual_station": None,
        "pin": "district",
    }
    for district in DIRECTORY.districts:
        chosen = {**start, "district": district.code}
        dues.append(due_after(chosen))
        for station in DIRECTORY.stations_of(district):
            told = {**chosen, "station": station.code, "story": {"typed": STORY}}
            dues.append(due_after(told))
            dues.append(due_after({**start, "usual_station": station.code, "pin": None}))
            standing = {
                "outcome": "found",
                "reference": REFERENCE,
                "own": True,
                "state": "final_report_filed",
                "since": "24-11-2026",
                "district": district.code,
                "station": station.code,
                "fir_number": None,
                "reason": None,
            }
            asked: dict[str, Any] = {
                "registered_before": None,
                "wish_1": "status",
                "own_cases": [],
                "reference_1": REFERENCE,
                "standing_1": standing,
            }
            dues.append(due_after(asked))
    return tuple(dues)


def due_after(answers: Answers) -> Due:
    turn = play(the_script(), answers)
    assert isinstance(turn, Ask | Said)
    return turn


def assert_fits(due: Due, language: Language, budget: Budget) -> None:
    views_and_screens = list(pages(due, language, budget))
    for view, screen in views_and_screens:
        assert budget.allows(screen.text), screen.text
        assert screen.text == normalise(screen.text)
        assert not {"98", "00"} & screen.keys.keys()
        assert BACK not in screen.keys
        misunderstood = View(view.at, view.trail, unclear=True)
        assert budget.allows(draw(due, misunderstood, Paper(language, budget, calls=True)).text)
    screens = [screen for _, screen in views_and_screens]
    assert_words_are_whole(due, language, screens)
    if isinstance(due, Ask):
        assert_options_are_whole(due, language, screens)


def assert_words_are_whole(due: Due, language: Language, screens: list[Page]) -> None:
    parts = [due.words] if isinstance(due, Said) else [due.question.intro, due.question.text]
    wanted = [word for part in parts if part for word in render(part, language).split()]
    shown = [word for screen in screens for word in screen.text.split()]
    remaining = iter(shown)
    assert all(word in remaining for word in wanted), (wanted, shown)
    assert not [letter for screen in screens for letter in clusters(screen.text) if is_torn(letter)]


def is_torn(cluster: str) -> bool:
    """Say whether a mark stands without its letter."""
    return cluster[0] in "ािीुूृेैोौ्ंँ़"


def assert_options_are_whole(due: Ask, language: Language, screens: list[Page]) -> None:
    options = offered(due)
    otherwise = isinstance(due.question, Choice) and due.question.otherwise
    reached = []
    for screen in screens:
        lines = screen.text.split("\n")
        for key, step in screen.keys.items():
            if not isinstance(step, Meant) or (otherwise and key == OTHERWISE):
                continue
            reached.append(step.meaning)
            label = next(each.label for each in options if each.meaning == step.meaning)
            assert f"{key} {render(label, language)}" in lines
        assert not otherwise or screen.keys[OTHERWISE] == Meant(otherwise.meaning)
        assert lines[-1].startswith(f"{BACK} ")
    assert [option.meaning for option in options] == reached


def offered(due: Ask) -> tuple[Option[Any], ...]:
    question = due.question
    if isinstance(question, Choice):
        return question.options
    return named_options(question)
