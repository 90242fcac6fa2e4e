"""Takes one citizen through each service on each channel, and measures what all of them can meet.

A tour is a path of the walk, so nobody has to think of keys: each channel finds those that give the
answers of the path, and shows what a screen, an SMS or a voice answers. `docs/coverage.md` has the
totals over all paths.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, partial
from pathlib import Path as File

from audio.speech import Clip
from core.alphabet import USSD
from core.conversation import Due, Meant
from core.dialogue import Ask, Choice, Number, Question, Story
from core.language import Language
from core.letters import LETTERS
from core.pages import MORE
from core.pages import View as Page
from core.pages import draw as draw_page
from core.scripts.main_menu import BELOW, main_menu
from core.services import SERVICES
from core.text import Name
from core.walk import Path, WalkedPolice
from ivr.keypad import LETTERS_ASKED, keys_of
from ivr.prompt import Part, Playback, Prompt, View, draw
from ivr.sentences import lines
from ivr.voice import said_in_turn
from sms.message import paper, write
from tests.fakes import DIRECTORY, LANGUAGES, the_script, walk
from tests.ussd.keys import exchange, pages, requests

FOLDER = File(__file__).parent / "transcripts" / "tours"
COVERAGE = File(__file__).parent.parent / "docs" / "coverage.md"
MOST_REQUESTS = {"complaint": 8, "lost_property": 8, "status": 8, "station_lookup": 8}
MOST_OF_OTHERS = 12
HINDI = LANGUAGES.get("hi")


def service_of(path: Path) -> str | None:
    """Name the service that a path leads to."""
    for step, meaning in path.steps:
        name = step.question.name.rsplit("_", 1)[0]
        if name == "wish" and meaning in SERVICES:
            return str(meaning)
        if name == "service":
            return str(meaning)
    return None


def is_plain(path: Path) -> bool:
    """Say whether a path goes straight to its service, and to its end."""
    answers = path.answers
    is_new = answers.get("registered_before") is None and "wish_2" not in answers
    return is_new and answers.get("confirm") != "discard"


@cache
def paths_of_written() -> dict[str, list[Path]]:
    """Sort the paths of those who read by the service they lead to."""
    return _by_service(walk(the_script()))


@cache
def paths_of_calls() -> dict[str, list[Path]]:
    """Sort the paths of those who call by the service they lead to."""
    script = partial(main_menu, WalkedPolice(DIRECTORY, LANGUAGES.menu_of_voices))
    return _by_service(walk(script))


@cache
def paths_of_sms() -> dict[str, list[Path]]:
    """Sort the paths of those who write SMS by the service they lead to."""
    offered = [(each.code, each.name) for each in LANGUAGES.offered(unicode=True)]
    police = WalkedPolice(DIRECTORY, offered, is_written_to=True)
    return _by_service(walk(partial(main_menu, police)))


def _by_service(paths: Iterable[Path]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        if service := service_of(path):
            found[service].append(path)
    return found


def tour_of(service: str, paths: dict[str, list[Path]]) -> Path:
    """Choose the path to show: the one that asks most, of those that come to what is wanted."""
    plain = [path for path in paths[service] if is_plain(path)]
    best = [path for path in plain if path.registers] or [path for path in plain if _is_found(path)]
    return max(best or plain, key=lambda path: (len(path.steps), path.end.last is not None))


def _is_found(path: Path) -> bool:
    results = path.answers.values()
    return any(isinstance(each, dict) and each.get("outcome") == "found" for each in results)


# --- What each channel shows


def shown_on_ussd(path: Path) -> Iterator[str]:
    """Show the screens, and what is keyed on each."""
    for ask, meaning in path.steps:
        for screen, key in exchange(ask, meaning, HINDI, USSD):
            yield f"{screen.text}\n> {key}"
    yield from (screen.text for _, screen in pages(path.end, HINDI, USSD))


def shown_by_sms(path: Path) -> Iterator[str]:
    """Show the messages, and what is answered to each."""
    sheet = paper(HINDI, calls=True)
    for ask, meaning in path.steps:
        for view, answer in _written(ask, meaning):
            yield f"{write(ask, view, sheet)}\n> {answer}"
    yield write(path.end, Page(), sheet)


def _written(ask: Ask, meaning: object) -> Iterator[tuple[Page, str]]:
    """Give the pages that are sent until the answer is given, with what is written to each."""
    view = Page()
    while True:
        page = draw_page(ask, view, paper(HINDI, calls=True))
        keys = [key for key, step in page.keys.items() if step == Meant(meaning)]
        following = page.keys.get(MORE)
        if keys or not (isinstance(ask.question, Choice) and isinstance(following, Page)):
            told = meaning["typed"] if isinstance(meaning, dict) else meaning
            yield view, keys[0] if keys else f"{told}"
            return
        yield view, MORE
        view = following


def heard_on_a_call(path: Path) -> Iterator[str]:
    """Show what is heard, and what is pressed or spoken after it."""
    for ask, meaning in path.steps:
        for view, pressed in _presses(ask, meaning):
            yield f"{_aloud(ask, view)}\n> {pressed}"
    yield _said(draw(path.end, View(), HINDI).says)


def _presses(ask: Ask, meaning: object) -> Iterator[tuple[View, str]]:
    """Give the places in a prompt where a caller stands, with what she presses there."""
    view = View()
    while True:
        prompt = draw(ask, view, HINDI)
        if keys := _letters(ask, meaning, prompt):
            yield view, f"{keys}#"
            view = View(letters=keys)
            continue
        found = [key for key, step in prompt.keys.items() if step == Meant(meaning)]
        if found or isinstance(ask.question, Story):
            yield view, found[0] if found else "(speaks)"
            return
        if prompt.most_keys > 1:
            yield view, f"{_keyed(ask.question, meaning)}#"
            return
        key, step = next((key, step) for key, step in prompt.keys.items() if isinstance(step, View))
        yield view, key
        view = step


def _letters(ask: Ask, meaning: object, prompt: Prompt) -> str:
    """Give the keys of the first letters of a name, where a list is narrowed by them."""
    question = ask.question
    if not isinstance(question, Choice) or prompt.most_keys != LETTERS_ASKED:
        return ""
    label = next(each.label for each in question.options if each.meaning == meaning)
    return keys_of(label) if isinstance(label, Name) else ""


def _keyed(question: Question, meaning: object) -> str:
    if isinstance(question, Number):
        return str(meaning)
    year, _, rest = str(meaning).partition("-")
    return "".join(reversed(rest.split("-"))) if rest else year


def _aloud(ask: Ask, view: View) -> str:
    return _said(draw(ask, view, HINDI).says)


def _said(says: tuple[Part, ...]) -> str:
    words = [part for part in says if not isinstance(part, Playback)]
    speech = said_in_turn(words, HINDI)
    return " ".join(each.text if isinstance(each, Clip) else "…" for each in speech)


CHANNELS = {
    "ussd": (shown_on_ussd, paths_of_written),
    "sms": (shown_by_sms, paths_of_sms),
    "call": (heard_on_a_call, paths_of_calls),
}


def tour_file(service: str, channel: str) -> File:
    return FOLDER / f"{service}.{channel}.txt"


def tour(service: str, channel: str) -> str:
    """Write down a tour: each step under a line, an answer after `>`."""
    show, paths = CHANNELS[channel]
    return "\n---\n".join(show(tour_of(service, paths()))) + "\n"


# --- What all paths come to


def fewest_requests(service: str) -> int:
    """Count the requests of the shortest way to the number, or to the answer."""
    plain = [path for path in paths_of_written()[service] if is_plain(path)]
    wanted = [path for path in plain if path.registers] or [p for p in plain if _is_found(p)]
    return min(requests(path, HINDI) for path in wanted or plain)


def coverage() -> str:
    """Write down how much there is, and what was proved of it."""
    written, calls = paths_of_written(), paths_of_calls()
    rows = [
        f"| `{key}` | {service.label.key} | {len(written[key])} | {_questions(written[key])} |"
        f" {_screens(written[key])} | {fewest_requests(key)} of {_most(key)} |"
        for key, service in SERVICES.items()
    ]
    paths = sum(map(len, written.values()))
    screens = {each.code: _all_screens(each) for each in LANGUAGES.all}
    sentences = {each.code: len(lines(each, LANGUAGES, DIRECTORY)) for each in LANGUAGES.voices}
    return _PAGE.format(
        rows="\n".join(rows),
        services=len(SERVICES),
        menus=len(BELOW),
        paths=paths,
        calls=sum(map(len, calls.values())),
        screens=", ".join(f"{number} in {code}" for code, number in screens.items()),
        sentences=", ".join(f"{number} in {code}" for code, number in sentences.items()),
        letters=len(LETTERS),
        wordings=len(LETTERS) * len(LANGUAGES.all),
    )


def _most(service: str) -> int:
    return MOST_REQUESTS.get(service, MOST_OF_OTHERS)


def _questions(paths: list[Path]) -> int:
    return len({ask.question.name for path in paths for ask, _ in path.steps})


def _screens(paths: list[Path]) -> int:
    return len(_texts(paths, HINDI))


def _all_screens(language: Language) -> int:
    return len(_texts([path for each in paths_of_written().values() for path in each], language))


def _texts(paths: list[Path], language: Language) -> set[str]:
    """Give every different screen of some paths."""
    asks = {id(ask): ask for path in paths for ask, _ in path.steps}
    ends = {path.end.words: path.end for path in paths}
    dues: list[Due] = [*asks.values(), *ends.values()]
    return {screen.text for due in dues for _, screen in pages(due, language, USSD)}


_PAGE = """# What is covered

Made by `make transcripts` from the conversations themselves; a test fails when it is out of date.
A path is one way through a service, from the first menu to last words, with every kind of outcome.
Lists of data (districts, stations) stand for themselves by their longest name, one that repeats,
the first and the last; where a place is asked for, all ways to tell it are walked in the complaint.

{services} services stand on the first menu and the {menus} below it. Of {paths} paths in writing
and {calls} on calls it is proved that every screen and message fits (USSD of 182 septets or 80
units, 160 or 70, 160 without Unicode; an SMS of two parts), that every path ends, that back leads
to the question before, that 112 is understood at every question, that what is offered has a key,
and that a path played twice is the same (`tests/core/test_scripts.py`, `tests/ussd/test_fit.py`,
`tests/sms/test_fit.py`, `tests/ivr/test_walk.py`).

| service | | paths | questions | screens (Hindi) | requests from dial to number or answer |
|---|---|---|---|---|---|
{rows}

- Different screens: {screens}.
- Sentences and names that calls say, each with its clip: {sentences}.
- Letters: {letters} templates, {wordings} wordings, each at most one SMS, each with its entry for
  the DLT portal (`pukar dlt export`).

One tour of each service on each channel, in Hindi: `tests/transcripts/tours/`. All screens and
messages: `tests/transcripts/`.
"""

if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.txt"):
        old.unlink()
    for key in SERVICES:
        for each in CHANNELS:
            tour_file(key, each).write_text(tour(key, each))
    COVERAGE.write_text(coverage())
    print(f"Wrote {len(SERVICES) * len(CHANNELS)} tours, and {COVERAGE.name}")
