"""How clips come to be, and how what is wrong with them is found."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio.engine import NoVoice
from audio.library import Library
from audio.script import Line
from audio.sound import RATE, Samples, encoded, measure, wav
from audio.speech import Clip
from audio.studio import build, check, sheet
from core.language import Language
from core.text import Name
from tests.audio.sounds import NAME, NO, YES, silence, tone

HINDI = Language("hi", Name("Hindi", "हिंदी"), "Deva", 1, messages={}, voice="hi")
LINES = [Line(YES, "menu"), Line(NO, "menu"), Line(NAME, "names")]


@dataclass
class Hummer:
    """An engine that hums every text, so many of them, and notes what it was asked for."""

    name: str = "espeak"
    breath: int = 1000
    asked: list[tuple[str, str]] = field(default_factory=list)

    def say(self, text: str, voice: str) -> tuple[Samples, int]:
        if len(self.asked) == self.breath:
            raise NoVoice("out of breath")
        self.asked.append((text, voice))
        return tone(0.5, rate=22_050), 22_050


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A library with nothing in it."""
    return Library(tmp_path)


def record(library: Library, name: str, samples: Samples, rate: int = 44_100) -> Path:
    """Save what a person said."""
    file = library.place("hi", "recordings") / name
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(file, samples, rate)
    return file


def nothing() -> None:
    """No progress is shown."""


def problems(library: Library, lines: list[Line]) -> set[tuple[str, str]]:
    return {(fault.name, fault.problem) for fault in check(library, HINDI, lines)}


def test_a_build_makes_every_clip_and_nothing_is_wrong_with_it(library: Library) -> None:
    steps: list[None] = []
    built = build(library, HINDI, LINES, Hummer(), lambda: steps.append(None))
    assert (built.made, built.already, built.failed) == (3, 0, ())
    assert len(steps) == len(LINES)
    assert check(library, HINDI, LINES) == []


def test_an_engine_is_asked_in_the_voice_of_the_language(library: Library) -> None:
    engine = Hummer()
    build(library, HINDI, LINES[:1], engine, nothing)
    assert engine.asked == [("हाँ", "hi")]


def test_words_that_two_sentences_share_are_said_once(library: Library) -> None:
    again = Line(Clip("Right", YES.text), "confirmation")
    built = build(library, HINDI, [LINES[0], again], Hummer(), nothing)
    assert (built.made, built.already) == (1, 1)


def test_a_build_goes_on_where_the_engine_stopped(library: Library) -> None:
    with pytest.raises(NoVoice):
        build(library, HINDI, LINES, Hummer(breath=2), nothing)
    engine = Hummer()
    built = build(library, HINDI, LINES, engine, nothing)
    assert (built.made, built.already) == (1, 2)
    assert engine.asked == [("पटना", "hi")]


def test_a_better_voice_replaces_a_worse_one_and_not_the_other_way(library: Library) -> None:
    build(library, HINDI, LINES, Hummer("espeak"), nothing)
    assert build(library, HINDI, LINES, Hummer("gtts"), nothing).made == 3
    assert build(library, HINDI, LINES, Hummer("espeak"), nothing).made == 0
    found = library.find("hi", YES)
    assert found
    assert found.parent.name == "gtts"


def test_an_older_wording_goes_when_the_new_one_is_there(library: Library) -> None:
    build(library, HINDI, LINES, Hummer(), nothing)
    reworded = [Line(Clip(YES.key, "जी हाँ"), "menu"), *LINES[1:]]
    with pytest.raises(NoVoice):
        build(library, HINDI, reworded, Hummer(breath=0), nothing)
    assert library.nearest("hi", reworded[0].clip) == YES
    build(library, HINDI, reworded, Hummer(), nothing)
    assert library.find("hi", YES) is None
    assert check(library, HINDI, reworded) == []


def test_a_recording_is_made_ready_and_no_engine_is_asked(library: Library) -> None:
    record(library, f"take 7 {YES.id}.flac", np.concatenate([silence(1), tone(0.7, rate=44_100)]))
    engine = Hummer()
    built = build(library, HINDI, LINES, engine, nothing)
    assert (built.made, built.already) == (3, 0)
    assert ("हाँ", "hi") not in engine.asked
    file = library.find("hi", YES)
    assert file
    assert file.parent.name == "human"
    assert measure(file).subtype == "ULAW"
    assert build(library, HINDI, LINES, engine, nothing).made == 0


def test_a_recording_is_made_ready_anew_when_it_was_recorded_anew(library: Library) -> None:
    record(library, f"{YES.id}.wav", tone(0.7, rate=44_100))
    build(library, HINDI, LINES, Hummer(), nothing)
    record(library, f"{YES.id}.wav", tone(1.2, rate=44_100))
    assert problems(library, LINES) == {(f"{YES.id}.wav", "not ready")}
    build(library, HINDI, LINES, Hummer(), nothing)
    file = library.find("hi", YES)
    assert file
    assert measure(file).seconds == pytest.approx(1.2, abs=0.05)


def test_a_persons_recordings_are_never_removed(library: Library) -> None:
    recording = record(library, f"{YES.id}.wav", tone(0.7, rate=44_100))
    build(library, HINDI, LINES, Hummer(), nothing)
    build(library, HINDI, LINES[1:], Hummer(), nothing)
    assert recording.exists()
    assert library.find("hi", YES)
    said = {(fault.problem, fault.detail) for fault in check(library, HINDI, LINES[1:])}
    assert said == {
        ("stale", "human: no line needs it"),
        ("stale", "its name ends with the id of no line"),
    }


def test_a_silent_recording_fails_and_the_engine_speaks_instead(library: Library) -> None:
    file = record(library, f"{YES.id}.wav", silence(1, rate=44_100))
    built = build(library, HINDI, LINES, Hummer(), nothing)
    assert built.made == 3
    assert [(failure.name, failure.why) for failure in built.failed] == [(file.name, "is silent")]
    assert problems(library, LINES) == {(file.name, "not ready")}


def test_a_recording_too_loud_for_its_microphone_is_a_fault(library: Library) -> None:
    file = record(library, f"{YES.id}.wav", np.clip(tone(0.7, 3, rate=44_100), -1, 1))
    build(library, HINDI, LINES, Hummer(), nothing)
    assert problems(library, LINES) == {(file.name, "clipped")}


def test_every_missing_clip_is_a_fault(library: Library) -> None:
    build(library, HINDI, LINES[:2], Hummer(), nothing)
    assert problems(library, LINES) == {(NAME.name, "missing")}


def test_a_clip_that_no_line_needs_is_a_fault(library: Library) -> None:
    build(library, HINDI, LINES, Hummer(), nothing)
    reworded = [Line(Clip(YES.key, "जी हाँ"), "menu"), *LINES[1:]]
    stale = [fault for fault in check(library, HINDI, reworded) if fault.problem == "stale"]
    assert [(fault.name, fault.detail) for fault in stale] == [
        (YES.name, "espeak: an older wording")
    ]


@pytest.mark.parametrize(
    ("samples", "problem"),
    [
        (tone(0.5, 0.02), "too quiet"),
        (tone(0.5, 0.3), "too loud"),
        (tone(0.5, 0.99), "clipped"),
        (tone(4, 0.14), "too long"),
        (np.concatenate([tone(0.5, 0.14), silence(0.2)]), "silence at the ends"),
        (np.concatenate([silence(0.2), tone(0.5, 0.14)]), "silence at the ends"),
        (silence(0.5), "unreadable"),
    ],
    ids=["quiet", "loud", "clipped", "long", "silent end", "silent beginning", "silent"],
)
def test_a_clip_that_sounds_wrong_is_a_fault(
    samples: Samples, problem: str, library: Library
) -> None:
    build(library, HINDI, LINES, Hummer(), nothing)
    file = library.find("hi", YES)
    assert file
    file.write_bytes(wav(encoded(samples)))
    assert (YES.name, problem) in problems(library, LINES)


@pytest.mark.parametrize(
    ("write", "problem"),
    [
        (lambda file: soundfile.write(file, tone(0.5, 0.14), RATE), "wrong format"),
        (lambda file: file.write_bytes(b"no sound"), "unreadable"),
    ],
    ids=["PCM", "no sound"],
)
def test_a_file_in_the_wrong_format_is_a_fault(
    write: Callable[[Path], None], problem: str, library: Library
) -> None:
    build(library, HINDI, LINES, Hummer(), nothing)
    file = library.find("hi", YES)
    assert file
    write(file)
    assert problems(library, LINES) == {(YES.name, problem)}


def test_the_sheet_says_what_to_speak_and_how_to_name_it() -> None:
    first = sheet(LINES)[0]
    assert first == (1, f"yes-{YES.id}.wav", "हाँ", "menu", 1.5)
