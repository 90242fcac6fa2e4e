"""Find a name by its first letters, in Devanagari or Roman, however it is spelt.

Names are compared three times, each more forgiving than the last: as spelt (case, long
vowels and doubled letters apart), then by consonants alone, in which both alphabets meet
(कोतवाली and Kotwali are both ktbl), then by likeness of those.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple, TypeVar

from core.alphabet import western_digits

T = TypeVar("T")

_LIKENESS = 0.75
_LIKENESS_OF_WORDS = 0.8
_LEAST_TO_LIKEN = 4  # letters
_TELLING = 3  # consonants; fewer say too little
_LEAST_CONSONANTS = 2
_LONGEST = 40  # letters; no name is longer
_CONSONANTS = dict(
    zip(
        "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहंँ",
        "kkggnccjjnttddnttddnppbbmyrlvssshnn",
        strict=True,
    )
)
_LIKE_SOUNDS = str.maketrans({"f": "p", "w": "v", "z": "j", "q": "k", "x": "k"})
_LONG_VOWELS = str.maketrans({"ी": "ि", "ू": "ु", "ई": "इ", "ऊ": "उ", "ँ": "ं", "़": None})


def find_by_spelling(
    typed: str, things: Sequence[T], names: Callable[[T], Sequence[str]]
) -> list[T]:
    """List the things one of whose names begins, in any of its words, with what was typed."""
    if len(typed) > _LONGEST:
        return []
    wanted = _as_spelt(typed).replace(" ", "")
    found = [
        thing
        for thing in things
        if wanted and any(_begins(_tails(name).as_spelt, wanted) for name in names(thing))
    ]
    wanted = _consonants(typed).replace(" ", "")
    if found or len(wanted) < _LEAST_CONSONANTS:
        return found
    return _find_by_consonants(wanted, things, names)


def _find_by_consonants(
    wanted: str, things: Sequence[T], names: Callable[[T], Sequence[str]]
) -> list[T]:
    tails = [(thing, [_tails(name).consonants for name in names(thing)]) for thing in things]
    for matches in (_begins, _resembles):
        found = [thing for thing, each in tails if any(matches(one, wanted) for one in each)]
        if found:
            return found
    return []


def is_spelt(typed: str, name: str) -> bool:
    """Say whether a whole name was typed, as it is spelt."""
    wanted = as_spelt(typed)
    return bool(wanted) and wanted == _tails(name).as_spelt[0]


def sounds_like(typed: str, name: str) -> bool:
    """Say whether a whole name was typed, in either script, by its consonants."""
    wanted = _consonants(typed[:_LONGEST]).replace(" ", "")
    return len(wanted) >= _LEAST_CONSONANTS and wanted == _tails(name).consonants[0]


def as_spelt(word: str) -> str:
    """Give the form of a word in which those are the same that `is_spelt` takes for one."""
    return _as_spelt(word[:_LONGEST]).replace(" ", "")


def is_like(typed: str, word: str) -> bool:
    """Say whether a word was typed, perhaps with a letter wrong if it is not short."""
    if len(typed) > _LONGEST:
        return False
    wanted, given = _tails(word).as_spelt[0], _as_spelt(typed).replace(" ", "")
    if wanted == given:
        return True
    is_long = min(len(wanted), len(given)) >= _LEAST_TO_LIKEN
    return is_long and SequenceMatcher(None, wanted, given).ratio() >= _LIKENESS_OF_WORDS


def is_named_in(name: str, text: str) -> bool:
    """Say whether a whole name stands in a text, at the beginning of a word."""
    wanted = _consonants(name).replace(" ", "")
    return len(wanted) >= _TELLING and _begins(_tails(text).consonants, wanted)


class _Tails(NamedTuple):
    """A name from each of its words on, written as one word, in both forms compared."""

    as_spelt: list[str]
    consonants: list[str]


@lru_cache(maxsize=16384)  # of names only, never of what a caller typed
def _tails(name: str) -> _Tails:
    return _Tails(_from_each_word(_as_spelt(name)), _from_each_word(_consonants(name)))


def _from_each_word(name: str) -> list[str]:
    words = name.split()
    return ["".join(words[start:]) for start in range(len(words))]


def _begins(tails: list[str], wanted: str) -> bool:
    return any(tail.startswith(wanted) for tail in tails)


def _resembles(tails: list[str], wanted: str) -> bool:
    return any(
        SequenceMatcher(None, wanted, tail[: len(wanted)]).ratio() >= _LIKENESS for tail in tails
    )


def _as_spelt(name: str) -> str:
    plain = unicodedata.normalize("NFD", name.casefold()).translate(_LONG_VOWELS)
    for long, short in (("ee", "i"), ("oo", "u"), ("sh", "s"), ("w", "v"), ("z", "j"), ("ph", "f")):
        plain = plain.replace(long, short)
    plain = re.sub(r"(?<=[bcdgjkt])h", "", plain)
    return _letters(re.sub(r"(.)\1+", r"\1", plain))


def _consonants(name: str) -> str:
    return " ".join(_consonants_of_word(word) for word in _letters(name.casefold()).split())


def _consonants_of_word(word: str) -> str:
    word = re.sub("[डढ]़", "र", unicodedata.normalize("NFD", word))
    code = _consonants_of_roman(word) if word.isascii() else "".join(map(_consonant, word))
    code = re.sub(r"m(?=[pb])", "n", code.replace("v", "b"))
    starts_with_vowel = re.match("[aeiouअ-औ]", word) is not None
    return ("a" if starts_with_vowel else "") + re.sub(r"(.)\1+", r"\1", code)


def _consonant(letter: str) -> str:
    return _CONSONANTS.get(letter, "")


def _consonants_of_roman(word: str) -> str:
    word = re.sub(r"(?<=[aeiou])w(?![aeiou])", "", word)
    word = re.sub(r"c(?=[aou])|ck", "k", word)
    word = re.sub(r"(?<=[bcdgjkprst])h+", "", word).translate(_LIKE_SOUNDS)
    return re.sub("[^b-df-hj-np-tv-y]", "", word)


def _letters(text: str) -> str:
    """Keep letters, their marks and spaces."""
    kept = (c if c.isalpha() or unicodedata.category(c)[0] == "M" else " " for c in text)
    return "".join(kept)


def words_of(text: str) -> frozenset[str]:
    """Give the words of a text as they are looked for: however they are spelt, each once."""
    words = re.split(r"[^\w\u0900-\u097f]+", unicodedata.normalize("NFC", text))
    return frozenset(filter(None, (_as_looked_for(word[:_LONGEST]) for word in words)))


def _as_looked_for(word: str) -> str:
    """A number, or one with letters (of a vehicle), is looked for as it stands."""
    if any(map(str.isdigit, word)):
        return western_digits(word).casefold()
    return _as_spelt(word).strip()
