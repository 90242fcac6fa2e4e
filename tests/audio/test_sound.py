"""The telephone's format, and that joined clips sound like one sentence."""

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio.engines.espeak import Espeak
from audio.sound import (
    RATE,
    Measure,
    NotSound,
    Samples,
    data_of,
    encoded,
    joined,
    measure,
    read,
    telephone,
    wav,
)
from tests.audio.sounds import decoded, hiss, silence, silences, spoken, tone


def measured(samples: Samples, folder: Path, rate: int = RATE) -> Measure:
    """Bring samples to the telephone, and measure the file."""
    file = folder / "clip.wav"
    file.write_bytes(wav(encoded(telephone(samples, rate))))
    return measure(file)


def test_a_clip_is_what_the_line_carries(tmp_path: Path) -> None:
    """8 kHz, mono, G.711 µ-law in a WAV file: so says libsndfile, which did not write its head."""
    file = tmp_path / "clip.wav"
    file.write_bytes(spoken())
    about = soundfile.info(file)
    kind = (about.format, about.subtype, about.samplerate, about.channels)
    assert kind == ("WAV", "ULAW", 8000, 1)
    assert about.frames == len(data_of(file.read_bytes()))


@pytest.mark.parametrize("loudness", [0.001, 0.1, 1.0])
def test_quiet_and_loud_become_one_loudness(loudness: float, tmp_path: Path) -> None:
    clip = measured(tone(1, loudness), tmp_path)
    assert clip.rms == pytest.approx(-20, abs=0.5)
    assert clip.peak <= -3


def test_one_knock_makes_nothing_quiet_and_nothing_clips(tmp_path: Path) -> None:
    voice = tone(1, 0.05)
    voice[4000:4010] = 1.0
    clip = measured(voice, tmp_path)
    assert clip.rms == pytest.approx(-20, abs=1.5)
    assert clip.peak <= -3
    assert clip.clipped == 0


def test_pauses_do_not_make_speech_loud(tmp_path: Path) -> None:
    clip = measured(np.concatenate([tone(0.3), silence(2), tone(0.3)]), tmp_path)
    assert clip.rms == pytest.approx(-20, abs=0.5)


def test_silence_at_both_ends_is_cut(tmp_path: Path) -> None:
    clip = measured(np.concatenate([silence(0.7), tone(0.5), silence(0.9)]), tmp_path)
    assert clip.seconds == pytest.approx(0.52, abs=0.02)
    assert clip.leading_ms <= 15
    assert clip.trailing_ms <= 15


def test_the_noise_of_a_room_is_cut_like_silence(tmp_path: Path) -> None:
    room = hiss(2, 0.002)
    room[8000:12000] += tone(0.5)
    assert measured(room, tmp_path).seconds == pytest.approx(0.52, abs=0.03)


def test_weak_consonants_at_the_beginning_are_kept(tmp_path: Path) -> None:
    """An s is some 30 dB below a vowel where the telephone's band ends."""
    word = np.concatenate([hiss(0.1, 0.004), tone(0.3)])
    assert measured(word, tmp_path).seconds == pytest.approx(0.42, abs=0.02)


def test_what_a_telephone_does_not_carry_is_taken_out() -> None:
    """The hum of the mains, and what is above the band."""
    voice = tone(1)
    noisy = voice + tone(1, 0.1, hertz=50) + tone(1, 0.1, hertz=3800)
    middle = slice(1000, 7000)
    difference = telephone(noisy, RATE)[middle] - telephone(voice, RATE)[middle]
    assert np.sqrt(np.mean(difference**2)) < 0.01


def test_stereo_of_another_rate_becomes_mono_of_ours(tmp_path: Path) -> None:
    left = tone(1, rate=44_100)
    clip = measured(np.stack([left, left], axis=1), tmp_path, rate=44_100)
    assert (clip.rate, clip.channels, clip.subtype) == (8000, 1, "ULAW")
    assert clip.seconds == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("kind", ["wav", "flac", "mp3", "ogg"])
def test_files_of_any_usual_kind_are_read(kind: str, tmp_path: Path) -> None:
    file = tmp_path / f"recording.{kind}"
    soundfile.write(file, tone(1, rate=44_100), 44_100)
    samples, rate = read(file)
    assert rate == 44_100
    assert np.abs(samples).max() == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize("content", [b"", b"no sound at all", b"RIFF\0\0\0\0WAVE"])
def test_what_is_no_sound_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(NotSound, match="cannot be read as sound"):
        read(io.BytesIO(content))


@pytest.mark.parametrize("samples", [silence(1), silence(0)])
def test_silence_is_no_clip(samples: Samples) -> None:
    with pytest.raises(NotSound, match="silent"):
        telephone(samples, RATE)


def test_data_is_found_behind_other_chunks_of_odd_length() -> None:
    data = data_of(spoken())
    file = wav(data)
    note = b"LIST" + (3).to_bytes(4, "little") + b"abc\0"
    assert data_of(file[:12] + note + file[12:]) == data


def test_other_formats_are_never_joined() -> None:
    """Read as µ-law, they would be a roar in a citizen's ear."""
    file = io.BytesIO()
    soundfile.write(file, tone(0.1), RATE, format="WAV", subtype="PCM_16")
    with pytest.raises(NotSound):
        data_of(file.getvalue())


@pytest.mark.parametrize("pause", [0, 1, 3, 12])
def test_between_clips_there_is_the_pause_asked_for_and_no_more(pause: int) -> None:
    """...than what is left at either end of a clip; joined byte by byte, nothing is changed."""
    data = data_of(spoken(0.3))
    parts: list[bytes | int] = [data, pause, data] if pause else [data, data]
    file = joined(parts)
    assert data_of(file) == data + b"\xff" * (800 * pause) + data
    [silent] = silences(decoded(file))
    assert pause / 10 <= silent <= pause / 10 + 0.04


def test_joined_words_of_espeak_run_on_without_a_gap_or_a_click() -> None:
    """As measured at each seam: no silence above 60 ms, no jump that speech would not make."""
    words = ["आपकी", "शिकायत", "गर्दनीबाग", "थाने", "को", "भेजी गई है।"]
    clips = [data_of(wav(encoded(telephone(*Espeak().say(word, "hi"))))) for word in words]
    sound = decoded(joined(clips))
    seams = np.cumsum([len(clip) for clip in clips])[:-1]
    for seam in seams:
        around = sound[seam - 800 : seam + 800]
        assert max(silences(around, least=0.0)) <= 0.06
        assert np.abs(np.diff(sound[seam - 8 : seam + 8])).max() < 0.01
