"""Which cases (FIRs) are closed to the public, by the sections that they are under.

The list with its sources is `data/closed_to_public.csv`. Whatever is in doubt is closed, since too
little said does less harm than too much: an act that is not in the list closes, a section without
an act closes if any act's does, a range closes if it touches one that does. So the list also names
the acts that close nothing.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

import regex

from core.alphabet import western_digits

# By what a case is closed: a section that is listed, one whose act is not told, a word that is no
# act that we know; or whoever brings it says so.
Cause: TypeAlias = Literal["section", "no_act", "unknown_act", "told"]
DATA = Path(__file__).parent.parent / "data" / "closed_to_public.csv"
_ALL_SECTIONS = "*"
_MOST = 999
_DASHES = regex.compile(r"[\p{Pd}−~]")
# भा०द०वि०, भा0द0वि0, I. P. C.: what stands between the letters of an abbreviation
_MARK = r"[\s.0॰\u200c\u200d-]*"
_O_FOR_ZERO = regex.compile(r"(?<=\p{Devanagari})o")  # भाoदoविo
_HINDI_LETTERS = {
    "ए": "a",
    "बी": "b",
    "सी": "c",
    "डी": "d",
    "ई": "e",
    "क": "a",
    "ख": "b",
    "ग": "c",
    "घ": "d",
    "ङ": "e",
    "ड": "e",
}
_HINDI_LETTER = "|".join(_HINDI_LETTERS)
# 354क is 354A, 67बी is 67B, 376घख is 376DB
_HINDI_BEHIND = regex.compile(rf"(?<=\d[\s(-]*)(?:{_HINDI_LETTER}){{1,2}}(?![\p{{L}}\p{{M}}])")
_LETTER_IN_BRACKETS = regex.compile(r"(?<=\d)\s*\(\s*([a-h]{1,2})\s*\)")  # 366(A) is 366A
_CLAUSE = regex.compile(r"\(\s*(?:\d{1,2}|\p{L}|[ivx]+|\d{1,2}[\s-]*\p{L}\p{M}*)\s*\)")  # 303(2)
_DIGITS = r"(?<!\d)0*(?P<{0}>[1-9]\d{{0,2}})(?!\d)"
_NUMBER = rf"{_DIGITS}(?:[\s-]*(?P<{{0}}_letter>[a-h]{{{{1,2}}}})(?!\p{{{{L}}}}))?"
_SECTION = rf"{_NUMBER.format('first')}(?:\s*(?:-|to|से|लगायत)\s*{_NUMBER.format('last')})?"
_YEAR = r"(?<!\d)(?:1[89]|20)\d\d(?!\d)"
_WORD = r"(?P<word>[\p{L}\p{M}]+|[1-9]\d{3,}|0+[1-9]\d{3,})"
_NO_ACTS = frozenset(
    (
        *("section", "sections", "sec", "secs", "s", "ss", "us", "u", "rw", "r", "w", "read"),
        *("with", "and", "or", "of", "the", "under", "act", "acts", "dhara", "bihar", "no"),
        *("धारा", "धाराएं", "धाराएँ", "धाराओं", "एवं", "एवम", "और", "व", "तथा", "सहपठित", "अधिनियम"),
        *("अधि", "एक्ट", "की", "का", "के", "से", "में", "तहत", "अंतर्गत", "अन्तर्गत", "बिहार"),
    )
)


class NoSections(Exception):
    """No section of any act can be read in what was written."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Why a case is closed to the public, and by what of its sections."""

    cause: Cause
    what: str = ""


@dataclass(frozen=True, slots=True)
class _Act:
    name: str
    names: tuple[str, ...]
    sections: frozenset[str]  # 376 has all with a letter, 376D; 66E only that one
    last: int  # of all that the act has

    @property
    def closes_all(self) -> bool:
        return _ALL_SECTIONS in self.sections

    @property
    def closes_some(self) -> bool:
        return bool(self.sections) and not self.closes_all


@dataclass(frozen=True, slots=True)
class _Section:
    """A section, or a range of them."""

    first: int
    last: int
    letter: str = ""

    def __str__(self) -> str:
        if self.first < self.last:
            return f"{self.first}-{self.last}"
        return f"{self.first}{self.letter.upper()}"

    def is_closed_by(self, act: _Act) -> bool:
        if self.first == self.last:
            return bool({f"{self.first}", f"{self.first}{self.letter}"} & act.sections)
        closed = (int(each.rstrip("abcdefgh")) for each in act.sections - {_ALL_SECTIONS})
        return any(self.first <= each <= self.last for each in closed)


@dataclass(frozen=True, slots=True)
class _Unknown:
    word: str


_Token: TypeAlias = _Act | _Section | _Unknown


@lru_cache(maxsize=5000)  # many cases are under the same
def why_closed(sections: str) -> Closed | None:
    """Say why a case under these sections is closed to the public; None if it is open.

    They are written as "BNS 303(2), 317(2); IT Act 66C", or with each act behind its sections.
    Raises NoSections where there are none.
    """
    parts = [list(_tokens(part)) for part in _plain(sections).split(";")]
    tokens = [token for part in parts for token in part]
    if whole := next((each for each in tokens if isinstance(each, _Act) and each.closes_all), None):
        return Closed("section", whole.name)
    if not any(isinstance(each, _Section) for each in tokens):
        raise NoSections(sections)
    if unknown := next((each for each in tokens if isinstance(each, _Unknown)), None):
        return Closed("unknown_act", unknown.word)
    return next(_closing(parts), None)


def _closing(parts: list[list[_Token]]) -> Iterator[Closed]:
    """Give what closes in the parts of which each has acts of its own, or goes on with the last."""
    last: _Act | None = None
    for part in parts:
        named = [each for each in part if isinstance(each, _Act)]
        for section, acts in _assigned(part):
            # What stands alone behind an act that closes nothing may as well be of another.
            may_be = acts or ([last] if last and last.closes_some else [])
            likely = [act for act in may_be if section.last <= act.last]
            for act in likely or _acts():
                if section.is_closed_by(act):
                    cause: Cause = "section" if likely else "no_act"
                    yield Closed(cause, f"{act.name} {section}")
        last = named[-1] if named else last


def _assigned(tokens: list[_Token]) -> Iterator[tuple[_Section, list[_Act]]]:
    """Give each section with the acts that it may belong to."""
    if not tokens:
        return
    is_behind = isinstance(tokens[0], _Act) and isinstance(tokens[-1], _Section)
    is_before = isinstance(tokens[0], _Section) and isinstance(tokens[-1], _Act)
    for place, token in enumerate(tokens):
        if isinstance(token, _Section):
            before = [each for each in tokens[:place] if isinstance(each, _Act)][-1:]
            behind = [each for each in tokens[place:] if isinstance(each, _Act)][:1]
            if is_behind or is_before:
                yield token, before if is_behind else behind
            else:
                either = [*before, *behind]
                yield token, either if any(act.closes_some for act in either) else []


def _tokens(plain: str) -> Iterator[_Token]:
    """Give acts, sections, and words that are neither, in their order."""
    for found in _reader().finditer(plain):
        if found["act"]:
            yield _act_called(found["act"])
        elif found["first"]:
            yield from _read_section(found)
        elif found["word"] and found["word"] not in _NO_ACTS:
            yield _Unknown(found["word"])


def _read_section(found: regex.Match[str]) -> Iterator[_Section]:
    first, letter = int(found["first"]), found["first_letter"] or ""
    last, last_letter = int(found["last"] or first), found["last_letter"] or ""
    if found["last"] and first < last:
        yield _Section(first, last)
        return
    yield _Section(first, first, letter)
    if found["last"]:  # 376-34 is no range
        yield _Section(last, last, last_letter)


def _plain(written: str) -> str:
    plain = western_digits(unicodedata.normalize("NFKC", written)).casefold()
    plain = _O_FOR_ZERO.sub("0", _DASHES.sub("-", plain)).replace("u/s", " ").replace("r/w", " ")
    plain = _HINDI_BEHIND.sub(lambda found: _latin_letters(found[0]), plain)
    plain = _LETTER_IN_BRACKETS.sub(r"\1 ", plain)
    return " ".join(_CLAUSE.sub(" ", plain).split())


def _latin_letters(hindi: str) -> str:
    return regex.sub(_HINDI_LETTER, lambda found: _HINDI_LETTERS[found[0]], hindi)


@cache
def _acts() -> tuple[_Act, ...]:
    with DATA.open(encoding="utf-8", newline="") as file:
        return tuple(_act(row) for row in csv.DictReader(file))


def _act(row: dict[str, str]) -> _Act:
    names = tuple(_bare(_plain(each)) for each in row["names"].split(";"))
    return _Act(row["act"], names, frozenset(_sections(row["sections"])), int(row["last"] or _MOST))


def _sections(written: str) -> Iterator[str]:
    for each in filter(None, written.casefold().replace(" ", "").split(";")):
        first, _, last = each.partition("-")
        yield from map(str, range(int(first), int(last) + 1)) if last else [each]


def _act_called(written: str) -> _Act:
    bare = _bare(written)
    return next(act for act in _acts() if bare in act.names)


def _bare(name: str) -> str:
    """Give a name without the marks between its letters."""
    return regex.sub(_MARK, "", name)


@cache
def _reader() -> regex.Pattern[str]:
    names = {name for act in _acts() for name in act.names}
    in_order = sorted(names, key=len, reverse=True)
    marked = "|".join(_MARK.join(map(regex.escape, name)) for name in in_order)
    act = rf"(?<![\p{{L}}\p{{M}}])(?P<act>{marked})(?![\p{{L}}\p{{M}}])"
    return regex.compile(f"{act}|{_SECTION}|{_YEAR}|{_WORD}")
