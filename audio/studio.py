"""Where clips are made, from recordings and by engines, and where they are checked."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

from audio.engine import Engine
from audio.library import BEST_FIRST, HUMAN, RECORDINGS, Library, id_of, write_whole
from audio.script import Line
from audio.sound import (
    LOUDNESS,
    RATE,
    SUBTYPE,
    Measure,
    NotSound,
    Samples,
    encoded,
    measure,
    read,
    telephone,
    wav,
)
from audio.speech import Clip
from core.language import Language

_LEEWAY = 4  # dB
_LONGEST_SILENCE = 60  # ms
_MOST_CLIPPED = 3  # samples: a recording may touch the limit


class Row(NamedTuple):
    """A line of the sheet from which a person speaks, and the file to save it as."""

    number: int
    file: str
    sentence: str
    heard: str
    longest_seconds: float


@dataclass(frozen=True, slots=True)
class Failure:
    """A clip or a recording of which nothing could be made."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Built:
    """How many clips were made and how many were there already, and what failed."""

    made: int
    already: int
    failed: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a clip or a recording."""

    name: str
    problem: str
    detail: str


def sheet(lines: Iterable[Line]) -> list[Row]:
    """Give the script for a speaker."""
    return [
        Row(number, f"{line.clip.name}.wav", line.clip.text, line.heard, line.longest_seconds)
        for number, line in enumerate(lines, 1)
    ]


def build(
    library: Library,
    language: Language,
    lines: Sequence[Line],
    engine: Engine,
    on_progress: Callable[[], None],
) -> Built:
    """Make what is missing, first from recordings, then by the engine; then remove what is stale.

    What a better voice has said is passed over. Progress is told once for each line. Raises NoVoice
    if the engine cannot go on: what was made stays, and the next build goes on from there.
    """
    clips = {line.clip.id: line.clip for line in lines}
    library.place(language.code, RECORDINGS).mkdir(parents=True, exist_ok=True)
    library.enter(language.code, clips.values())
    bench = _Bench()
    _make_ready(library, language.code, clips, bench)
    recorded = bench.made
    good_enough = BEST_FIRST[: BEST_FIRST.index(engine.name) + 1]
    there = _ids(library.place(language.code, name) for name in good_enough)
    place = library.place(language.code, engine.name)
    passed_over = 0
    for line in lines:
        if line.clip.id in there:
            passed_over += 1
        else:
            there.add(line.clip.id)
            say = partial(engine.say, line.clip.text, language.voice)
            bench.make(_file(place, line.clip), line.clip.name, say)
        on_progress()
    _remove_stale(place, clips)
    return Built(bench.made, passed_over - recorded, tuple(bench.failed))


def check(library: Library, language: Language, lines: Iterable[Line]) -> list[Fault]:
    """Find what is wrong with the clips of a language."""
    by_id = {line.clip.id: line for line in lines}
    faults = [
        *_stale(library, language.code, by_id),
        *_faulty_recordings(library, language.code, by_id),
    ]
    for line in by_id.values():
        faults += _faults_of(library, language.code, line)
    return faults


@dataclass
class _Bench:
    """Makes clips, and counts them."""

    made: int = 0
    failed: list[Failure] = field(default_factory=list)

    def make(self, file: Path, name: str, source: Callable[[], tuple[Samples, int]]) -> bool:
        """Write what a source gives as it is heard on the telephone."""
        try:
            sound = wav(encoded(telephone(*source())))
        except NotSound as why:
            self.failed.append(Failure(name, str(why)))
            return False
        write_whole(file, sound)
        self.made += 1
        return True


def _make_ready(library: Library, language: str, clips: Mapping[str, Clip], bench: _Bench) -> None:
    """Make the recordings ready for the telephone; a ready one bears the time of its recording."""
    place = library.place(language, HUMAN)
    for id_, recording in _recordings(library, language).items():
        file = _file(place, clips[id_]) if id_ in clips else None
        if file is None or _is_ready(recording, file):
            continue
        if bench.make(file, recording.name, partial(read, recording)):
            changed = _changed(recording)
            os.utime(file, ns=(changed, changed))


def _recordings(library: Library, language: str) -> dict[str, Path]:
    """List the recordings by the id, or else the name, of what they say; the newest of each."""
    files = library.place(language, RECORDINGS).glob("[!.]*")
    return {id_of(file) or file.stem: file for file in sorted(files, key=_changed)}


def _is_ready(recording: Path, file: Path) -> bool:
    return file.exists() and _changed(file) == _changed(recording)


def _changed(file: Path) -> int:
    return file.stat().st_mtime_ns


def _file(place: Path, clip: Clip) -> Path:
    return place / f"{clip.name}.wav"


def _ids(places: Iterable[Path]) -> set[str | None]:
    return {id_of(file) for place in places for file in place.glob("*.wav")}


def _remove_stale(place: Path, ids: Collection[str]) -> None:
    for file in place.glob("*"):
        if file.suffix != ".wav" or id_of(file) not in ids:
            file.unlink()


def _stale(library: Library, language: str, lines: Mapping[str, Line]) -> Iterator[Fault]:
    keys = {line.clip.key for line in lines.values()}
    words = library.words(language)
    for name in BEST_FIRST:
        for file in sorted(library.place(language, name).glob("*.wav")):
            id_ = id_of(file) or ""
            if id_ not in lines:
                is_older = id_ in words and words[id_].key in keys
                why = "an older wording" if is_older else "no line needs it"
                yield Fault(file.stem, "stale", f"{name}: {why}")


def _faulty_recordings(
    library: Library, language: str, lines: Mapping[str, Line]
) -> Iterator[Fault]:
    for id_, recording in _recordings(library, language).items():
        if id_ not in lines:
            yield Fault(recording.name, "stale", "its name ends with the id of no line")
        elif not _is_ready(recording, _file(library.place(language, HUMAN), lines[id_].clip)):
            yield Fault(recording.name, "not ready", "pukar audio build makes it so, or says why")
        elif (clipped := measure(recording).clipped) > _MOST_CLIPPED:
            yield Fault(recording.name, "clipped", f"{clipped} samples: record it less loud")


def _faults_of(library: Library, language: str, line: Line) -> Iterator[Fault]:
    name = line.clip.name
    file = library.find(language, line.clip)
    if file is None:
        yield Fault(name, "missing", line.heard)
        return
    try:
        measured = measure(file)
    except NotSound as why:
        yield Fault(name, "unreadable", f"{file.parent.name}: {why}")
        return
    for problem, detail in _problems(measured, line.longest_seconds):
        yield Fault(name, problem, f"{file.parent.name}: {detail}")


def _problems(measured: Measure, longest: float) -> Iterator[tuple[str, str]]:
    if (measured.rate, measured.channels, measured.subtype) != (RATE, 1, SUBTYPE):
        kind = f"{measured.rate} Hz, {measured.subtype}, channels: {measured.channels}"
        yield "wrong format", kind
    if measured.clipped > _MOST_CLIPPED:
        yield "clipped", f"{measured.clipped} samples"
    if measured.rms > LOUDNESS + _LEEWAY:
        yield "too loud", f"{measured.rms:.1f} dBFS"
    if measured.rms < LOUDNESS - _LEEWAY:
        yield "too quiet", f"{measured.rms:.1f} dBFS"
    if measured.seconds > longest:
        yield "too long", f"{measured.seconds:.1f} s, {longest:g} s at most"
    if (silence := max(measured.leading_ms, measured.trailing_ms)) > _LONGEST_SILENCE:
        yield "silence at the ends", f"{silence} ms"
