"""The languages we speak: one gettext catalogue each, found in `locales/`.

A new language is a new folder with a `messages.po`; its header says how the language is
called in itself (`X-Own-Name`) and on a phone without Devanagari (`X-Latin-Name`), in which
alphabet it spells names (`X-Alphabet`: Deva or Latn), and its place in the menu (`X-Order`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

from babel.messages.pofile import read_po

from core.alphabet import normalise
from core.text import Joined, Name, Slot, Text, Words

_HEADER = {"X-Own-Name", "X-Latin-Name", "X-Alphabet", "X-Order"}
LOCALES = Path(__file__).parent.parent / "locales"


@dataclass(frozen=True, slots=True)
class Language:
    """A language a citizen can choose, with its catalogue."""

    code: str
    name: Name
    alphabet: str
    order: int
    messages: Mapping[str, str] = field(repr=False, compare=False)

    @property
    def is_latin(self) -> bool:
        """Whether every phone and operator can show it."""
        return self.alphabet == "Latn"


class Languages:
    """All languages of the service, by code and in the order of the menu."""

    def __init__(self, languages: list[Language]) -> None:
        self.all = tuple(sorted(languages, key=lambda language: language.order))
        self._by_code = {language.code: language for language in self.all}

    def offered(self, *, unicode: bool) -> tuple[Language, ...]:
        """List the languages that a channel can carry."""
        return tuple(language for language in self.all if unicode or language.is_latin)

    def get(self, code: str | None, *, unicode: bool = True) -> Language:
        """Find a language by code; one unknown or not carried becomes the first offered."""
        language = self._by_code.get(code or "")
        offered = self.offered(unicode=unicode)
        return language if language in offered else offered[0]


def read_language(catalogue: Path) -> Language:
    """Read one catalogue (a gettext PO file) with the header fields named above."""
    with catalogue.open("rb") as file:
        po = read_po(file)
    header = _header_fields(po.header_comment, catalogue)
    messages = {str(m.id): str(m.string) for m in po if m.id and m.string}
    return Language(
        code=catalogue.parent.parent.name,
        name=Name(latin=header["X-Latin-Name"], devanagari=header["X-Own-Name"]),
        alphabet=header["X-Alphabet"],
        order=int(header["X-Order"]),
        messages=messages,
    )


def _header_fields(comment: str, catalogue: Path) -> dict[str, str]:
    fields = [line.lstrip("# ").partition(":") for line in comment.splitlines()]
    found = {key.strip(): value.strip() for key, _, value in fields if key.startswith("X-")}
    if missing := _HEADER - found.keys():
        message = f"{catalogue.parent.parent.name}: the header lacks {', '.join(sorted(missing))}"
        raise ValueError(message)
    return found


def read_languages(folder: Path = LOCALES) -> Languages:
    """Read every catalogue below a folder laid out as gettext does."""
    return Languages([read_language(path) for path in folder.glob("*/LC_MESSAGES/messages.po")])


def render(words: Words, language: Language) -> str:
    """Say something in a language, in NFC; a message without translation is said in English."""
    return normalise(_render(words, language))


def _render(words: Words, language: Language) -> str:
    if isinstance(words, Name):
        return words.latin if language.is_latin else words.devanagari
    if isinstance(words, Joined):
        return words.between.join(_render(part, language) for part in words.parts)
    if isinstance(words, Text):
        wording = language.messages.get(words.key, words.key)
        return wording.format(**{name: _fill(slot, language) for name, slot in words.slots})
    assert_never(words)


def _fill(slot: Slot, language: Language) -> str:
    return str(slot) if isinstance(slot, str | int) else _render(slot, language)
