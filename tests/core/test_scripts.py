"""The rules for scripts, proved on every path a conversation can take."""

from functools import partial
from pathlib import Path as File
from typing import cast

import pytest

from core.alphabet import USSD
from core.conversation import Back, Conversation, Talk
from core.dialogue import Answers, Ask, Choice, Json, Once, Said, play
from core.text import Words
from core.walk import Path, base_name
from tests.fakes import LANGUAGES, the_script, walk
from tests.ussd.keys import exchange

NAMES = File(__file__).parent / "question_names.txt"


@pytest.fixture(scope="module")
def paths() -> list[Path]:
    return [path for path in walk() if path.steps]


def test_each_path_played_twice_is_the_same(paths: list[Path]) -> None:
    for path in paths:
        first, second = (play(the_script(), path.answers) for _ in range(2))
        assert isinstance(first, Said)
        assert isinstance(second, Said)
        assert first.words == second.words == path.end.words
        assert [asked.name for asked in first.passed] == [asked.name for asked in second.passed]


def test_every_path_comes_to_an_end_and_every_question_has_a_way_on(paths: list[Path]) -> None:
    assert {path.end.words for path in paths}
    for path in paths:
        for ask, _ in path.steps:
            assert not isinstance(ask.question, Choice) or ask.question.all_options


def test_back_leads_from_each_question_to_the_one_before(paths: list[Path]) -> None:
    """...and from the first one out."""
    for path in paths[::7]:
        answers = dict(path.answers)
        del answers[path.steps[-1][0].question.name]
        conversation = Conversation("id", answers)
        talk = Talk(partial(_known, path.answers), "0612", "fresh")
        for ask, _ in reversed(path.steps[:-1]):
            due = talk.converse(conversation, Back())
            assert isinstance(due, Ask)
            assert due.question.name == ask.question.name
        assert isinstance(talk.converse(conversation, Back()), Said)


async def _known(results: Answers) -> Words:
    """Play the script with work that gives again what it gave on the path."""
    coroutine = the_script()()
    reply: Json = None
    while True:
        try:
            asked = coroutine.send(reply)
        except StopIteration as end:
            return cast("Words", end.value)
        reply = await (_again(asked, results) if isinstance(asked, Once) else asked)


def _again(once: Once[Json], results: Answers) -> Once[Json]:
    return Once(once.name, partial(results.__getitem__, once.name))


def test_no_question_name_was_ever_used_for_something_else(paths: list[Path]) -> None:
    """`question_names.txt` has every name ever used and what it asks for; lines only come."""
    ever = dict(line.split(" ", 1) for line in NAMES.read_text().splitlines() if line)
    used = {}
    for path in paths:
        for asked in path.end.passed:
            kind = "work" if isinstance(asked, Once) else type(asked).__name__
            used[base_name(asked.name)] = kind
    assert used == {name: ever[name].split(":")[0] for name in used}
    assert not [name for name in used if "retired" in ever[name]]


def test_the_shortest_way_to_a_number_takes_at_most_eight_requests(paths: list[Path]) -> None:
    """From dial to reference number, for every kind, by PIN and by the usual station."""
    shortest: dict[tuple[object, bool], int] = {}
    for path in paths:
        if path.registers and "wish_2" not in path.answers:
            key = (path.answers["kind"], path.answers.get("usual_station") is not None)
            shortest[key] = min(shortest.get(key, 99), requests(path))
    assert len(shortest) >= 15
    assert max(shortest.values()) <= 8, shortest
    assert min(shortest.values()) <= 6, shortest


def requests(path: Path) -> int:
    """Count the requests of a path in Devanagari: the dial, and one for each key or text."""
    language = LANGUAGES.get("hi")
    return 1 + sum(len(list(exchange(*step, language, USSD))) for step in path.steps)
