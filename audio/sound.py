"""Sound as a telephone carries it, what is done to bring it there, and its measures.

Clips are WAV files of 8 kHz, mono, in 8-bit G.711 µ-law. It is what the line carries, so nothing
is gained by more and nothing is encoded anew on the way; it takes half of what 16-bit PCM takes;
clips are joined byte by byte, as one sample is one byte; and the providers of calls play it.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float64]

RATE = 8000
SUBTYPE = "ULAW"
LOUDNESS = -20.0  # dBFS, of what is voiced
PEAK = -3.0  # dBFS
_BAND = (100, 200, 3400, 3600)  # hertz
_KEPT = (0.0, 1.0, 1.0, 0.0)
_ECHO = RATE // 20  # samples of silence, so that what the filter smears does not come round
_FRAMES_A_SECOND = 200
_SPARE_FRAMES = 2  # 10 ms are left at either end
_FADE = RATE // 200  # 5 ms
_SILENCE = 0.0001  # of full scale: the loudest frame of a file without speech
_QUIETEST = 0.01  # of the loudest frame (-40 dB): the weakest speech, as the s of a name
_NOISIEST = 0.056  # of the loudest frame (-25 dB): the noise of a room is below
_LULL = _FRAMES_A_SECOND // 5  # frames: so long no word is quiet, so this is the room
_KNEE = 0.7  # of the peak: what is louder is bent, so that one knock does not make all quiet
_CLIPPED = 0.98  # of full scale: as far as µ-law goes
_HEADER = struct.Struct("<4sI4s 4sIHHIIHHH 4sII 4sI")
_MULAW = struct.pack("<HHI", 7, 1, RATE)  # how the `fmt ` of our files begins
_MULAW_SILENCE = b"\xff"
_TENTH = RATE // 10


class NotSound(Exception):
    """A file or an engine gave nothing that can be heard; says why."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What can be measured of a file; levels in dBFS, `rms` of what is voiced."""

    seconds: float
    peak: float
    rms: float
    leading_ms: int
    trailing_ms: int
    clipped: int
    rate: int
    channels: int
    subtype: str


def read(source: Path | BinaryIO) -> tuple[Samples, int]:
    """Read a file of any usual kind (WAV, FLAC, MP3, OGG): its samples, one column a channel."""
    try:
        samples, rate = soundfile.read(source, always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise NotSound(f"cannot be read as sound: {error}") from error
    return samples, rate


def telephone(samples: Samples, rate: int) -> Samples:
    """Make speech fit for the line: mono, 8 kHz, its band, no silence around, one loudness."""
    mono = samples.mean(axis=1) if samples.ndim > 1 else samples
    narrow = _in_band(soxr.resample(mono, rate, RATE))
    return _faded(_levelled(_trimmed(narrow)))


def encoded(samples: Samples) -> bytes:
    """Encode samples of 8 kHz in µ-law, one byte each."""
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format="RAW", subtype=SUBTYPE)
    return file.getvalue()


def wav(data: bytes) -> bytes:
    """Make a WAV file of µ-law data."""
    pad = len(data) % 2
    header = _HEADER.pack(
        *(b"RIFF", _HEADER.size - 8 + len(data) + pad, b"WAVE"),
        *(b"fmt ", 18, 7, 1, RATE, RATE, 1, 8, 0),
        *(b"fact", 4, len(data)),
        *(b"data", len(data)),
    )
    return header + data + bytes(pad)


def data_of(file: bytes) -> bytes:
    """Give the µ-law data of a WAV file; raises NotSound for any other format."""
    chunks = dict(_chunks(file))
    if not chunks.get(b"fmt ", b"").startswith(_MULAW) or b"data" not in chunks:
        raise NotSound("is no WAV of 8 kHz, mono, µ-law")
    return chunks[b"data"]


def joined(parts: Sequence[bytes | int]) -> bytes:
    """Join µ-law data, and pauses in tenths of a second, into one WAV file without decoding."""
    return wav(
        b"".join(
            _MULAW_SILENCE * (_TENTH * part) if isinstance(part, int) else part for part in parts
        )
    )


def measure(path: Path) -> Measure:
    """Measure a file; raises NotSound where there is nothing to measure."""
    samples, rate = read(path)
    mono = samples.mean(axis=1)
    levels = _levels(mono, rate)
    voiced = _voiced(levels)
    frames = np.flatnonzero(voiced)
    frame_ms = 1000 // _FRAMES_A_SECOND
    return Measure(
        seconds=len(samples) / rate,
        peak=_decibel(float(np.abs(samples).max())),
        rms=_decibel(_loudness(levels[voiced])),
        leading_ms=int(frames[0]) * frame_ms,
        trailing_ms=int(len(levels) - 1 - frames[-1]) * frame_ms,
        clipped=int(np.count_nonzero(np.abs(samples) >= _CLIPPED)),
        rate=rate,
        channels=samples.shape[1],
        subtype=soundfile.info(path).subtype,
    )


def _chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give the chunks of a RIFF file by name; each begins at an even place."""
    if file[:4] != b"RIFF" or file[8:12] != b"WAVE":
        return
    position = 12
    while position + 8 <= len(file):
        name, size = struct.unpack_from("<4sI", file, position)
        yield name, file[position + 8 : position + 8 + size]
        position += 8 + size + size % 2


def _in_band(samples: Samples) -> Samples:
    length = RATE * math.ceil((len(samples) + _ECHO) / RATE)  # whole seconds transform fast
    kept = np.interp(np.fft.rfftfreq(length, 1 / RATE), _BAND, _KEPT)
    filtered: Samples = np.fft.irfft(np.fft.rfft(samples, length) * kept, length)
    return filtered[: len(samples)]


def _trimmed(samples: Samples) -> Samples:
    frame = RATE // _FRAMES_A_SECOND
    frames = np.flatnonzero(_voiced(_levels(samples, RATE)))
    padded = np.pad(samples, (_SPARE_FRAMES * frame, (_SPARE_FRAMES + 1) * frame))
    return padded[frames[0] * frame : (frames[-1] + 1 + 2 * _SPARE_FRAMES) * frame]


def _levelled(samples: Samples) -> Samples:
    levels = _levels(samples, RATE)
    loud = samples * _amplitude(LOUDNESS) / _loudness(levels[_voiced(levels)])
    peak = _amplitude(PEAK)
    knee = _KNEE * peak
    above = np.maximum(np.abs(loud) - knee, 0)
    bent = knee + (peak - knee) * np.tanh(above / (peak - knee))
    return np.where(above > 0, np.sign(loud) * bent, loud)


def _faded(samples: Samples) -> Samples:
    """Begin and end at nothing, so that no join clicks."""
    fade = np.linspace(0, 1, _FADE)
    faded = samples.copy()
    faded[:_FADE] *= fade
    faded[-_FADE:] *= fade[::-1]
    return faded


def _levels(samples: Samples, rate: int) -> Samples:
    """Give the RMS of each frame."""
    frame = rate // _FRAMES_A_SECOND
    whole = np.pad(samples, (0, -len(samples) % frame)).reshape(-1, frame)
    levels: Samples = np.sqrt(np.mean(whole**2, axis=1))
    return levels


def _voiced(levels: Samples) -> NDArray[np.bool_]:
    """Tell the frames with speech from those with nothing but the noise of the room."""
    loudest = levels.max(initial=0)
    if loudest < _SILENCE:
        raise NotSound("is silent")
    weakest = _QUIETEST * loudest
    noise = 2 * _quietest_lull(levels)
    is_room = weakest < noise < _NOISIEST * loudest
    voiced: NDArray[np.bool_] = levels > (noise if is_room else weakest)
    return voiced


def _quietest_lull(levels: Samples) -> float:
    lull = np.ones(min(_LULL, len(levels)))
    return float(np.sqrt(np.convolve(levels**2, lull / len(lull), "valid").min()))


def _loudness(levels: Samples) -> float:
    return float(np.sqrt(np.mean(levels**2)))


def _decibel(amplitude: float) -> float:
    return round(20 * float(np.log10(amplitude)), 2)


def _amplitude(decibel: float) -> float:
    return float(10 ** (decibel / 20))
