"""The rules for scripts, proved on every path a conversation can take."""

from functools import partial
from pathlib import Path as File
from typing import cast

import pytest

from core.alphabet import USSD
from core.conversation import Back, Conversation, Danger, Talk
from core.dialogue import Answers, Ask, Choice, Json, Once, Said, play
from core.pages import Paper, View, read
from core.services import SERVICES
from core.text import Words
from core.walk import Path, base_name
from sms.message import paper
from tests.fakes import LANGUAGES, the_script, walk
from tests.ussd.keys import pages, requests

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


def test_112_is_understood_at_every_question_in_writing(paths: list[Path]) -> None:
    asks = {id(ask.question): ask for path in paths for ask, _ in path.steps}
    language = LANGUAGES.get("hi")
    for sheet in (Paper(language, USSD), paper(language)):
        for ask in asks.values():
            assert read("112", ask, View(), sheet) == Danger(), ask.question.name
            assert read("११२", ask, View(), sheet) == Danger(), ask.question.name


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


def test_the_shortest_way_to_a_number_takes_few_requests(paths: list[Path]) -> None:
    """From dial to reference number, for every kind, by PIN and by the usual station.

    That is the one with the longest name there is, which may take a screen of its own.
    """
    shortest: dict[tuple[str, str, bool], int] = {}
    for path in paths:
        if path.registers and "wish_2" not in path.answers:
            is_usual = path.answers.get("usual_station") is not None
            key = (service_of(path), path.answers.get("kind", ""), is_usual)
            shortest[key] = min(shortest.get(key, 99), requests(path, LANGUAGES.get("hi")))
    assert {service for service, *_ in shortest} == {
        service.key for service in SERVICES.values() if service.course
    }
    assert len(shortest) >= 15
    too_long = {
        (service, kind, is_usual): count
        for (service, kind, is_usual), count in shortest.items()
        if count > most_requests(service) + is_usual
    }
    assert not too_long
    assert min(shortest.values()) <= 6, shortest


def test_what_is_asked_of_the_police_is_told_within_few_requests(paths: list[Path]) -> None:
    """A status to its last word, whatever it is; of the others the shortest way to an answer."""
    shortest: dict[str, int] = {}
    for path in paths:
        service = service_of(path)
        if "wish_2" in path.answers or (service in SERVICES and SERVICES[service].course):
            continue
        count = (
            requests(path, LANGUAGES.get("hi"))
            + len(list(pages(path.end, LANGUAGES.get("hi"), USSD)))
            - 1
        )
        shortest[service] = min(shortest.get(service, 99), count)
        is_read_only = path.answers.get("next_step", "nothing") == "nothing"
        is_found = path.answers.get("standing_1", {}).get("outcome") == "found"
        if is_found and is_read_only and not {"unlocked_2", "satisfied"} & path.answers.keys():
            assert count <= most_requests("status"), path.answers
    too_long = {key: count for key, count in shortest.items() if count > most_requests(key)}
    assert not too_long


def service_of(path: Path) -> str:
    """Name the service that a path led to; one of them is a kind of complaint as well."""
    if path.answers.get("kind") == "missing_person":
        return "missing_person"
    return str(path.answers.get("service_1") or path.answers.get("wish_1"))


def most_requests(service: str) -> int:
    return 8 if service in {"complaint", "lost_property", "status", "station_lookup"} else 12
