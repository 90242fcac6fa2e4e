"""Writes every conversation as a phone shows it, a file for each channel and language.

Each different screen stands once, under the keys that first lead to it. Of a list longer than
two screens the first two are shown, as callers narrow it by letters.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path as File

from core.alphabet import USSD, count_septets, count_units, split
from core.conversation import Meant
from core.dialogue import Ask
from core.language import Language
from core.pages import View, draw
from core.walk import Path
from sms.message import paper, write
from tests.fakes import LANGUAGES, the_script, walk
from tests.letters_table import LETTERS_PAGE, with_table
from tests.ussd.keys import exchange, pages

FOLDER = File(__file__).parent / "transcripts"
PAGES_SHOWN = 2


def file_of(channel: str, language: Language) -> File:
    return FOLDER / f"{channel}.{language.code}.txt"


def transcript(channel: str, language: Language) -> str:
    """Write down all conversations on a channel, in a language."""
    reader = CHANNELS[channel](language)
    screens: dict[str, str] = {}
    for path in walk(the_script(), brief=True):
        for keys, text in reader.screens(path):
            screens.setdefault(text, keys)
    parts = [f"== {keys}  ({reader.size(text)})\n{text}\n" for text, keys in screens.items()]
    return "\n".join(parts)


class _Ussd:
    """Reads paths as USSD; what they share at their beginnings it draws once."""

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

    def size(self, text: str) -> str:
        septets = count_septets(text)
        if septets is None:
            return f"{count_units(text)} of 80 units"
        return f"{septets} of 182 septets"


class _Sms:
    """Reads paths as SMS: each question and the last words are one message."""

    def __init__(self, language: Language) -> None:
        self._paper = paper(language, calls=True)

    def screens(self, path: Path) -> Iterator[tuple[str, str]]:
        """Give the messages of a path, each with the words that led to it."""
        written = "PUKAR"
        for ask, meaning in path.steps:
            yield written, write(ask, View(), self._paper)
            written += f" › {self._answer(ask, meaning)}"
        yield written, write(path.end, View(), self._paper)

    def _answer(self, ask: Ask, meaning: object) -> str:
        page = draw(ask, View(), self._paper)
        keys = [key for key, step in page.keys.items() if step == Meant(meaning)]
        told = meaning["typed"] if isinstance(meaning, dict) else meaning
        return keys[0] if keys else f"{told}"

    def size(self, text: str) -> str:
        septets = count_septets(text)
        units = f"{count_units(text)} units" if septets is None else f"{septets} septets"
        return f"{units}, {len(split(text))} SMS"


CHANNELS: dict[str, type[_Ussd] | type[_Sms]] = {"sms": _Sms, "ussd": _Ussd}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in CHANNELS:
        for each in LANGUAGES.all:
            file_of(name, each).write_text(transcript(name, each))
            print(f"Wrote {file_of(name, each).name}")
    LETTERS_PAGE.write_text(with_table(LETTERS_PAGE.read_text()))
    print(f"Wrote the table in {LETTERS_PAGE.name}")
