"""Writes every conversation as a phone shows it, one file a language, for review.

Each different screen stands once, under the keys that first lead to it. Of a list longer than
two screens the first two are shown, as callers narrow it by letters.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path as File

from core.alphabet import USSD, count_septets, count_units
from core.dialogue import Ask
from core.language import Language
from tests.fakes import LANGUAGES
from tests.ussd.keys import exchange, pages
from tests.walk import Path, the_script, walk

FOLDER = File(__file__).parent / "transcripts"
PAGES_SHOWN = 2


def file_of(language: Language) -> File:
    return FOLDER / f"ussd.{language.code}.txt"


def transcript(language: Language) -> str:
    """Write down all conversations in a language."""
    screens: dict[str, str] = {}
    reader = _Reader(language)
    for path in walk(the_script(), brief=True):
        for keys, text in reader.screens(path):
            screens.setdefault(text, keys)
    parts = [f"== {keys}  ({_size(text)})\n{text}\n" for text, keys in screens.items()]
    return "\n".join(parts)


class _Reader:
    """Reads paths; what they share at their beginnings it draws once."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._drawn: dict[int, list[str]] = {}
        self._keys: dict[tuple[int, str], str] = {}
        self._asked: list[Ask] = []  # keeps them alive, so that an id stays one's own

    def screens(self, path: Path) -> Iterator[tuple[str, str]]:
        """Give the screens of a path, each with the keys that led to it."""
        keys = "dial"
        for ask, meaning in path.steps:
            yield from ((keys, text) for text in self._texts(ask))
            keys += f" › {self._key(ask, meaning)}"
        yield from ((keys, screen.text) for _, screen in pages(path.end, self._language, USSD))

    def _texts(self, ask: Ask) -> list[str]:
        if id(ask) not in self._drawn:
            shown = islice(pages(ask, self._language, USSD), PAGES_SHOWN)
            self._drawn[id(ask)] = [screen.text for _, screen in shown]
            self._asked.append(ask)
        return self._drawn[id(ask)]

    def _key(self, ask: Ask, meaning: object) -> str:
        step = (id(ask), str(meaning))
        if step not in self._keys:
            pressed = [key for _, key in exchange(ask, meaning, self._language, USSD)]
            short = len(pressed) <= PAGES_SHOWN
            self._keys[step] = " ".join(pressed) if short else f"[{meaning}]"
        return self._keys[step]


def _size(text: str) -> str:
    septets = count_septets(text)
    return f"{count_units(text)} of 80 units" if septets is None else f"{septets} of 182 septets"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in LANGUAGES.all:
        file_of(each).write_text(transcript(each))
        print(f"Wrote {file_of(each).name}")
