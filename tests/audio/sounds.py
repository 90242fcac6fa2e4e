"""Sounds for tests: tones for speech, hiss for a room, and what is heard in a file."""

import io
from itertools import groupby

import numpy as np
import soundfile

from audio.sound import RATE, Samples, encoded, telephone, wav
from audio.speech import Clip

YES, NO, NAME = Clip("Yes", "हाँ"), Clip("No", "नहीं"), Clip("Patna", "पटना")


def tone(seconds: float, loudness: float = 0.1, rate: int = RATE, hertz: int = 440) -> Samples:
    """A voice that says one long vowel."""
    times = np.arange(int(seconds * rate)) / rate
    return loudness * np.sin(2 * np.pi * hertz * times)


def silence(seconds: float, rate: int = RATE) -> Samples:
    return np.zeros(int(seconds * rate))


def hiss(seconds: float, loudness: float, rate: int = RATE) -> Samples:
    return np.random.default_rng(7).normal(0, loudness, int(seconds * rate))


def spoken(seconds: float = 0.5, hertz: int = 440) -> bytes:
    """A file as it lies in the library."""
    return wav(encoded(telephone(tone(seconds, hertz=hertz), RATE)))


def decoded(file: bytes) -> Samples:
    samples, rate = soundfile.read(io.BytesIO(file))
    assert rate == RATE
    return np.asarray(samples, np.float64)


def silences(samples: Samples, least: float = 0.02) -> list[float]:
    """Measure the silences within, in seconds."""
    quiet = np.abs(samples) < 0.003
    runs = [(is_quiet, len(list(run)) / RATE) for is_quiet, run in groupby(quiet)]
    return [seconds for is_quiet, seconds in runs[1:-1] if is_quiet and seconds >= least]
