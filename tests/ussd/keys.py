"""What a caller keys in to give an answer on USSD, and what she sees on the way."""

from collections.abc import Iterator

from core.alphabet import USSD, Budget
from core.conversation import Due, Meant
from core.dialogue import Ask, Choice, Day, Json, Story
from core.language import Language
from core.pages import MORE, Page, Paper, View, draw, named_options
from core.walk import Path


def pages(due: Due, language: Language, budget: Budget) -> Iterator[tuple[View, Page]]:
    """Page through what is due, to the end."""
    view: object = View()
    while isinstance(view, View):
        screen = draw(due, view, Paper(language, budget, calls=True))
        yield view, screen
        step = screen.keys.get(MORE)
        assert not isinstance(step, View) or step.at > view.at
        view = step


def exchange(
    ask: Ask, meaning: Json, language: Language, budget: Budget
) -> Iterator[tuple[Page, str]]:
    """Give the screens seen and the keys pressed until the answer is given."""
    for _, screen in pages(ask, language, budget):
        key = _key(ask, meaning, screen)
        yield screen, key or MORE
        if key:
            return
    raise AssertionError((ask, meaning))


def requests(path: Path, language: Language) -> int:
    """Count the requests of a path: the dial, and one for each key or text."""
    return 1 + sum(_requests(*step, language) for step in path.steps)


_counted: dict[tuple[int, str, str], tuple[Ask, int]] = {}  # paths share their beginnings


def _requests(ask: Ask, meaning: Json, language: Language) -> int:
    step = (id(ask), str(meaning), language.code)
    if step not in _counted:
        _counted[step] = (ask, len(list(exchange(ask, meaning, language, USSD))))
    return _counted[step][1]


def _key(ask: Ask, meaning: Json, screen: Page) -> str | None:
    for key, step in screen.keys.items():
        if isinstance(step, Meant) and step.meaning == meaning:
            return key
    question = ask.question
    if isinstance(question, Choice):
        return None
    if meaning in [each.meaning for each in named_options(question)]:
        return None
    if isinstance(question, Day):
        return f"{meaning[8:]}{meaning[5:7]}"  # of 2026-11-24
    return str(meaning["typed"] if isinstance(question, Story) else meaning)
