"""The languages of the service: a folder each in `locales/`, with gettext catalogues.

`messages.po` makes a language that is written, `spoken.po` one that is spoken on calls; Bhojpuri
may be spoken only. A header says how the language is called in itself (`X-Own-Name`) and on a
phone without Devanagari (`X-Latin-Name`), in which alphabet it spells names (`X-Alphabet`: Deva or
Latn), and its place in the menu (`X-Order`). `spoken.po` also says which voice of the engines reads
it (`X-Voice`, a language code such as hi), and, where it is not written, in which language its
citizens get their letters (`X-Written-As`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import assert_never

from babel.messages.pofile import read_po

from core.alphabet import normalise
from core.text import Joined, Name, Slot, Text, Words

_HEADER = {"X-Own-Name", "X-Latin-Name", "X-Alphabet", "X-Order"}
_CATALOGUES = ("messages.po", "spoken.po")
LOCALES = Path(__file__).parent.parent / "locales"


@dataclass(frozen=True, slots=True)
class Language:
    """A language a citizen can choose, with its catalogue."""

    code: str
    name: Name
    alphabet: str
    order: int
    messages: Mapping[str, str] = field(repr=False, compare=False)
    spoken: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    voice: str = ""
    written_as: str = ""
    spoken_name: Name | None = None

    def aloud(self, key: str) -> str:
        """Give the wording of a message on a call: as it is spoken, or else as it is written."""
        return self.spoken.get(key) or self.messages.get(key, key)

    @property
    def is_latin(self) -> bool:
        """Whether every phone and operator can show it."""
        return self.alphabet == "Latn"


class Languages:
    """All languages of the service, in the order of the menu: those written, those spoken."""

    def __init__(self, languages: list[Language]) -> None:
        in_order = sorted(languages, key=lambda language: language.order)
        self.all = tuple(language for language in in_order if language.messages)
        self.voices = tuple(language for language in in_order if language.voice)
        self._by_code = {language.code: language for language in in_order}

    @property
    def menu_of_voices(self) -> list[tuple[str, Name]]:
        """List the languages that are spoken: code, and name for the ear."""
        return [(each.code, each.spoken_name or each.name) for each in self.voices]

    def offered(self, *, unicode: bool) -> tuple[Language, ...]:
        """List the languages that a channel can carry in writing."""
        return tuple(language for language in self.all if unicode or language.is_latin)

    def get(self, code: str | None, *, unicode: bool = True) -> Language:
        """Find a language to write in; one unknown or not carried becomes the first offered."""
        language = self._by_code.get(code or "")
        if language and not language.messages:
            language = self._by_code.get(language.written_as)
        offered = self.offered(unicode=unicode)
        return language if language in offered else offered[0]

    def voice_of(self, code: str | None) -> Language:
        """Find a language to speak in; one only written is spoken as its kind, or as the first.

        Hindi in Roman letters (hi_Latn) is spoken as Hindi (hi).
        """
        base = (code or "").partition("_")[0]
        for each in (code, base):
            language = self._by_code.get(each or "")
            if language in self.voices:
                return language
        return self.voices[0]


def read_language(folder: Path) -> Language:
    """Read the catalogues (gettext PO files) of a language, with the header fields named above."""
    written, spoken = (_read(folder / "LC_MESSAGES" / name) for name in _CATALOGUES)
    header = {**spoken.header, **written.header}
    if missing := _HEADER - header.keys():
        raise ValueError(f"{folder.name}: the header lacks {', '.join(sorted(missing))}")
    return Language(
        code=folder.name,
        name=_name(header),
        alphabet=header["X-Alphabet"],
        order=int(header["X-Order"]),
        messages=written.messages,
        spoken=spoken.messages,
        voice=header.get("X-Voice", ""),
        written_as=header.get("X-Written-As", ""),
        spoken_name=_name(spoken.header) if spoken.header else None,
    )


def read_messages(code: str, domain: str, folder: Path = LOCALES) -> Mapping[str, str]:
    """Read one catalogue of a language; it is empty where there is none."""
    return _read(folder / code / "LC_MESSAGES" / f"{domain}.po").messages


def _name(header: Mapping[str, str]) -> Name:
    return Name(latin=header["X-Latin-Name"], devanagari=header["X-Own-Name"])


@dataclass(frozen=True, slots=True)
class _Catalogue:
    header: Mapping[str, str] = field(default_factory=dict)
    messages: Mapping[str, str] = field(default_factory=dict)


def _read(path: Path) -> _Catalogue:
    if not path.exists():
        return _Catalogue()
    with path.open("rb") as file:
        po = read_po(file)
    lines = [line.lstrip("# ").partition(":") for line in po.header_comment.splitlines()]
    header = {key.strip(): value.strip() for key, _, value in lines if key.startswith("X-")}
    return _Catalogue(header, {str(m.id): str(m.string) for m in po if m.id and m.string})


@cache
def read_languages(folder: Path = LOCALES) -> Languages:
    """Read every language below a folder laid out as gettext does, once in a process.

    What one that is spoken only does not say yet is said in the language it is written as.
    """
    found = {path.parent.name: read_language(path.parent) for path in folder.glob("*/LC_MESSAGES")}
    return Languages([_completed(each, found.get(each.written_as)) for each in found.values()])


def _completed(language: Language, other: Language | None) -> Language:
    if other is None:
        return language
    return replace(language, spoken={**other.messages, **other.spoken, **language.spoken})


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
