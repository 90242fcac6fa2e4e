"""Words as they are spoken: the clips of sound that say them, and the pauses between.

A clip is the longest stretch of a sentence that is known beforehand. What varies without end
(names, numbers) is a clip of its own, or one for each digit, so that everything a call can say
is joined from clips that were made, and perhaps spoken by a person, in advance. What fills a slot
that stands between two stops (a state, a kind) is one as well, which keeps them few.

Numbers are said digit by digit in groups, a reference number twice; what is counted (rupees,
days) as an amount; dates by day, month and year.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from string import Formatter
from typing import TypeAlias, assert_never, cast

from core.alphabet import normalise
from core.language import Language
from core.reference import grouped
from core.text import Joined, Name, Slot, Text, Words

TENTHS_BETWEEN_SENTENCES = 2
_TENTHS_BETWEEN_GROUPS = 3
_TENTHS_BETWEEN_PARTS = 1
_TENTHS_BEFORE_AGAIN = 5
_GROUP = 3  # digits
_LONGEST_KEY = 48
_AGAIN = Text("Once more:")
_SIGNS = {"/": Text("stroke"), "*": Text("star"), "#": Text("hash")}
# Of a vehicle's number, which is spelt.
_LETTERS = {
    "A": Text("A"),
    "B": Text("B"),
    "C": Text("C"),
    "D": Text("D"),
    "E": Text("E"),
    "F": Text("F"),
    "G": Text("G"),
    "H": Text("H"),
    "I": Text("I"),
    "J": Text("J"),
    "K": Text("K"),
    "L": Text("L"),
    "M": Text("M"),
    "N": Text("N"),
    "O": Text("O"),
    "P": Text("P"),
    "Q": Text("Q"),
    "R": Text("R"),
    "S": Text("S"),
    "T": Text("T"),
    "U": Text("U"),
    "V": Text("V"),
    "W": Text("W"),
    "X": Text("X"),
    "Y": Text("Y"),
    "Z": Text("Z"),
}
_MONTHS = (
    Text("January"),
    Text("February"),
    Text("March"),
    Text("April"),
    Text("May"),
    Text("June"),
    Text("July"),
    Text("August"),
    Text("September"),
    Text("October"),
    Text("November"),
    Text("December"),
)
# Slots that say how much or how many, and the words of which larger amounts are made.
_AMOUNTS = {"days", "fee", "least", "most"}
_LARGE = ((100_000, Text("lakh")), (1000, Text("thousand")), (100, Text("hundred")))
_FULL_STOPS = ".।?!\n"
_BREAKS = f",;:{_FULL_STOPS}"
_STOPS = f" ()-{_BREAKS}"
_DATE = re.compile(r"(\d\d)-(\d\d)-(\d{4})")


@dataclass(frozen=True, slots=True)
class Clip:
    """One stretch of speech: the key of its sentence (in English), and the words said."""

    key: str
    text: str

    @property
    def id(self) -> str:
        """Tell it from every clip with other words."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:10]

    @property
    def slug(self) -> str:
        """Give the key as it stands in the name of a file."""
        return re.sub(r"[^a-z0-9]+", "-", self.key.casefold()).strip("-")[:_LONGEST_KEY].strip("-")

    @property
    def name(self) -> str:
        """Name the file: by the key for people, by the content for us."""
        return f"{self.slug}-{self.id}"


@dataclass(frozen=True, slots=True)
class Pause:
    """A silence, in tenths of a second (1 to 99)."""

    tenths: int


Sound: TypeAlias = Clip | Pause
Speech: TypeAlias = tuple[Sound, ...]


_Piece: TypeAlias = str | Clip | Pause  # a str is wording that is known beforehand
_CUT = Pause(0)  # where one stretch ends and the next one begins


def speak(words: Words, language: Language) -> Speech:
    """Give the clips and pauses by which words are said in a language."""
    if isinstance(words, Joined):
        said: list[Sound] = []
        for part in words.parts:
            said += [Pause(TENTHS_BETWEEN_SENTENCES)] if said else []
            said += speak(part, language)
        return tuple(said)
    pieces = _merged(_pieces(words, language))
    wordings = sum(isinstance(piece, str) for piece in pieces)
    key = english(words)
    numbers = iter(range(1, wordings + 1))
    return tuple(
        Clip(f"{key} {next(numbers)}" if wordings > 1 else key, piece)
        if isinstance(piece, str)
        else piece
        for piece in pieces
    )


def english(words: Slot) -> str:
    """Give the English wording, with the names of the slots that names and numbers fill."""
    if isinstance(words, str | int):
        return str(words)
    if isinstance(words, Name):
        return words.latin
    if isinstance(words, Joined):
        return words.between.join(map(english, words.parts))
    filled = {
        name: english(slot) if isinstance(slot, Text | Joined | int) else f"{{{name}}}"
        for name, slot in words.slots
    }
    return words.key.format(**filled)


def number_clips(language: Language) -> Iterator[Clip]:
    """List the clips of which numbers and dates are joined, for years near to 2026."""
    for sign in (*_SIGNS.values(), *_LETTERS.values()):
        yield _clip_of(sign, language)
    yield _clip_of(_AGAIN, language)
    yield from (_number(str(number)) for number in [*range(100), *range(2024, 2041)])
    yield from (_clip_of(large, language) for _, large in _LARGE)
    yield from (_clip_of(month, language) for month in _MONTHS)


def name_clip(name: Name, language: Language) -> Clip:
    """Give the clip of a proper name."""
    spelt = name.latin if language.is_latin else name.devanagari
    # "SC/ST", "L.N.M.": engines would read out the signs, or stop at them.
    return Clip(name.latin, normalise(re.sub(r"\s*[/.()]+\s*", " ", spelt).strip()))


def _pieces(words: Words, language: Language) -> Iterator[_Piece]:
    if isinstance(words, Name):
        yield name_clip(words, language)
    elif isinstance(words, Joined):
        for part in words.parts:
            yield from _pieces(part, language)
            yield words.between
    elif isinstance(words, Text):
        yield from _pieces_of_text(words, language)
    else:
        assert_never(words)


def _pieces_of_text(text: Text, language: Language) -> Iterator[_Piece]:
    slots = dict(text.slots)
    parts = [(before, name) for before, name, _, _ in Formatter().parse(language.aloud(text.key))]
    for (before, name), (after, _) in zip(parts, [*parts[1:], ("", None)], strict=True):
        yield before
        if name is None:
            continue
        said = _pieces_of_slot(name, slots[name], language)
        is_apart = isinstance(slots[name], Text) and _is_between_stops(before, after)
        yield from (_CUT, *said, _CUT) if is_apart else said


def _is_between_stops(before: str, after: str) -> bool:
    """Say whether a slot stands at the beginning or after a stop, and before another."""
    begins = not before.strip() or before.rstrip()[-1] in _BREAKS
    return begins and after[:1] in tuple(_BREAKS)


def _pieces_of_slot(name: str, slot: Slot, language: Language) -> Iterator[_Piece]:
    if name in _AMOUNTS and str(slot).isdigit():
        yield from _amount(int(str(slot)), language)
    elif isinstance(slot, int):
        yield str(slot)
    elif not isinstance(slot, str):
        yield from _pieces(slot, language)
    elif date := _DATE.fullmatch(slot):
        yield from _date(date, language)
    elif name == "reference":
        digits = list(_digits(grouped(slot.replace(" ", "")), language))
        yield from digits
        yield from (Pause(_TENTHS_BEFORE_AGAIN), _clip_of(_AGAIN, language))
        yield from (Pause(_TENTHS_BETWEEN_GROUPS), *digits)
    else:
        yield from _digits(slot, language)


def _merged(pieces: Iterable[_Piece]) -> list[_Piece]:
    """Join what stands together, and turn stops at the beginning of a stretch into pauses."""
    merged: list[_Piece] = []
    for is_wording, group in groupby(pieces, lambda piece: isinstance(piece, str)):
        if not is_wording:
            merged += _without_cuts(group, merged)
            continue
        stops, wording = _split_stops(normalise("".join(cast("Iterator[str]", group))))
        if stops and merged:
            merged = [*_without_last_pause(merged), _pause_at(stops)]
        if wording:
            merged.append(wording)
    return _without_last_pause(merged)


def _without_last_pause(pieces: list[_Piece]) -> list[_Piece]:
    end = len(pieces)
    while end and isinstance(pieces[end - 1], Pause):
        end -= 1
    return pieces[:end]


def _without_cuts(pieces: Iterable[_Piece], before: list[_Piece]) -> Iterator[_Piece]:
    """Leave out cuts; after a stretch that ends with a stop they are a pause."""
    last = before[-1] if before else None
    for piece in pieces:
        if piece is not _CUT:
            yield piece
        elif isinstance(last, str) and last[-1] in _BREAKS:
            yield _pause_at(last[-1])
        last = piece


def _pause_at(stops: str) -> Pause:
    is_full = any(stop in _FULL_STOPS for stop in stops)
    return Pause(TENTHS_BETWEEN_SENTENCES if is_full else _TENTHS_BETWEEN_PARTS)


def _split_stops(wording: str) -> tuple[str, str]:
    rest = wording.lstrip(_STOPS)
    return wording[: len(wording) - len(rest)].strip(), rest.rstrip(" \n(-")


def _date(date: re.Match[str], language: Language) -> Iterator[_Piece]:
    day, month, year = map(int, date.groups())
    yield _number(str(day))
    yield _clip_of(_MONTHS[month - 1], language)
    yield _number(str(year))


def _digits(number: str, language: Language) -> Iterator[_Piece]:
    """Say a number digit by digit; one without groups of its own in threes."""
    for position, group in enumerate(_groups(number)):
        if position:
            yield Pause(_TENTHS_BETWEEN_GROUPS)
        for sign in group:
            if sign.isdigit():
                yield _number(sign)
            elif said := _SIGNS.get(sign) or _LETTERS.get(sign):
                yield _clip_of(said, language)


def _amount(number: int, language: Language) -> Iterator[Clip]:
    """Say how many: a thousand, two hundred, fifty; less than ten million."""
    rest = number
    for size, large in _LARGE:
        count, rest = divmod(rest, size)
        if count:
            yield from (_number(str(count)), _clip_of(large, language))
    if rest or not number:
        yield _number(str(rest))


def _groups(number: str) -> list[str]:
    groups = re.split(r"[ -]+", number)
    if len(groups) > 1 or len(number) <= _GROUP + 1 or not number.isdigit():
        return groups
    cuts = list(range(0, len(number), _GROUP))
    if len(number) - cuts[-1] == 1:
        cuts.pop()  # the last group takes a single digit that is left
    return [number[start:end] for start, end in zip(cuts, [*cuts[1:], None], strict=True)]


def _number(digits: str) -> Clip:
    return Clip(f"number {digits}", digits)


def _clip_of(text: Text, language: Language) -> Clip:
    return Clip(text.key, normalise(language.aloud(text.key)))
