"""Which cases (FIRs) are closed to the public, by the sections that they are under.

The list with its sources is `data/closed_to_public.csv`. Where it is not clear to which act a
section belongs, it is taken for the closed one: too little said does less harm than too much.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import regex

from core.alphabet import normalise, western_digits

DATA = Path(__file__).parent.parent / "data" / "closed_to_public.csv"
_ALL_SECTIONS = "*"
_WITHOUT_AN_ACT = ("BNS", "IPC")  # what is meant where no act is named
# भा.द.वि., भा०द०वि० (the zero is a mark here), I.P.C.
_MARKS_WITHIN = regex.compile(r"(?<=[\p{L}\p{M}])[.०](?=\p{L})")
_MARKS_BEHIND = regex.compile(r"(?<=[\p{L}\p{M}])[.०]")
_CLAUSES = regex.compile(r"\(\s*(?:\d{1,2}|\p{L}|[ivx]+)\s*\)")  # 303(2), 317(2)(a)
_LETTERS = str.maketrans("कखगघङ", "abcde")
_HINDI_LETTER = regex.compile(r"(?<=\d)-?[कखगघङ](?![\p{L}\p{M}])")  # 354क is 354A
_SECTION = r"(?<!\d)(?P<section>\d{1,3})(?!\d)(?:-?(?P<letter>[a-z]{1,2})(?![\p{L}\p{M}]))?"
_WORD = r"(?P<word>[\p{L}\p{M}]{2,})"
_NO_ACTS = frozenset(
    (
        *("section", "sections", "sec", "us", "rw", "read", "with", "and", "or", "of", "the"),
        *("act", "dhara", "धारा", "धाराएं", "एवं", "और", "तथा", "सहपठित", "अधिनियम", "एक्ट"),
    )
)


class NoSections(Exception):
    """No section of any act can be read in what was written."""


@dataclass(frozen=True, slots=True)
class _Act:
    name: str
    names: tuple[str, ...]
    sections: frozenset[str]  # 376 has all with a letter, 376D; 66E only that one

    def closes(self, section: str, letter: str) -> bool:
        return bool({_ALL_SECTIONS, section, section + letter} & self.sections)


@dataclass(frozen=True, slots=True)
class _Section:
    number: str
    letter: str


def are_closed(sections: str) -> bool:
    """Say whether a case under these sections is closed to the public; raise NoSections for none.

    They are written as "BNS 303(2), 317(2); IT Act 66C", or with each act behind its sections.
    """
    tokens = list(_tokens(sections))
    acts = _acts()
    named = [each for each in tokens if isinstance(each, str)]
    if any(_ALL_SECTIONS in acts[name].sections for name in named if name in acts):
        return True
    if len(named) == len(tokens):
        raise NoSections(sections)
    return any(
        acts[name].closes(section.number, section.letter)
        for section, names in _assigned(tokens)
        for name in names
        if name in acts
    )


def _assigned(tokens: list[str | _Section]) -> Iterator[tuple[_Section, tuple[str, ...]]]:
    """Give each section with the acts that it may belong to."""
    is_behind = isinstance(tokens[0], str) and isinstance(tokens[-1], _Section)
    is_before = isinstance(tokens[0], _Section) and isinstance(tokens[-1], str)
    for place, token in enumerate(tokens):
        if isinstance(token, str):
            continue
        before = [each for each in tokens[:place] if isinstance(each, str)][-1:]
        behind = [each for each in tokens[place:] if isinstance(each, str)][:1]
        if is_behind:
            yield token, tuple(before)
        elif is_before:
            yield token, tuple(behind)
        else:
            yield token, (*before, *behind) or _WITHOUT_AN_ACT


def _tokens(sections: str) -> Iterator[str | _Section]:
    """Give acts (those that close nothing, too) and sections in their order."""
    plain = _plain(sections)
    for found in _reader().finditer(plain):
        if number := found["section"]:
            yield _Section(number, found["letter"] or "")
        elif act := found["act"]:
            yield _act_called()[act]
        elif found["word"] not in _NO_ACTS:
            yield found["word"]


def _plain(written: str) -> str:
    marked = _MARKS_BEHIND.sub(" ", _MARKS_WITHIN.sub("", normalise(written)))
    plain = western_digits(marked).casefold().replace("u/s", " ").replace("r/w", " ")
    plain = _HINDI_LETTER.sub(lambda found: found[0].translate(_LETTERS), plain)
    return " ".join(_CLAUSES.sub(" ", plain).split())


@cache
def _acts() -> dict[str, _Act]:
    with DATA.open(encoding="utf-8", newline="") as file:
        return {row["act"]: _act(row) for row in csv.DictReader(file)}


def _act(row: dict[str, str]) -> _Act:
    names = tuple(_plain(each) for each in row["names"].split(";"))
    sections = frozenset(_sections(row["sections"]))
    return _Act(row["act"], names, sections)


def _sections(written: str) -> Iterator[str]:
    for each in written.casefold().replace(" ", "").split(";"):
        first, _, last = each.partition("-")
        yield from map(str, range(int(first), int(last) + 1)) if last else [each]


@cache
def _act_called() -> dict[str, str]:
    return {name: act.name for act in _acts().values() for name in act.names}


@cache
def _reader() -> regex.Pattern[str]:
    names = "|".join(map(regex.escape, sorted(_act_called(), key=len, reverse=True)))
    act = rf"(?<![\p{{L}}\p{{M}}])(?P<act>{names})(?![\p{{L}}\p{{M}}])"
    return regex.compile(f"{act}|{_SECTION}|{_WORD}")
