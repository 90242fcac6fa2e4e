"""The engines of speech: one that is here, one that needs the internet."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from audio.engine import NoVoice
from audio.engines.espeak import Espeak
from audio.engines.gtts import Gtts
from audio.library import Library
from audio.script import Line
from audio.sound import RATE, NotSound, Samples, telephone
from audio.studio import build
from core.language import Language
from core.text import Name
from tests.audio.google import google
from tests.audio.sounds import NAME, YES, tone

HINDI = Language("hi", Name("Hindi", "हिंदी"), "Deva", 1, messages={}, voice="hi")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The internet behind a door where nobody opens."""
    through(monkeypatch, "http://127.0.0.1:9")


def through(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    """Send what goes to Google to this address, however this machine is set up."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, proxy)


def say(text: str) -> Samples:
    samples, rate = Espeak().say(text, "hi")
    return telephone(samples, rate)


def test_espeak_speaks_hindi() -> None:
    samples, rate = Espeak().say("शिकायत दर्ज करने के लिए 1 दबाएं", "hi")
    assert rate == 22_050
    assert 1.5 < len(samples) / rate < 4
    assert np.abs(samples).max() > 0.1


def test_espeak_says_different_words_differently() -> None:
    assert abs(len(say("हाँ")) - len(say("थानाध्यक्ष"))) > 1000


def test_espeak_reads_a_digit_as_its_word() -> None:
    assert len(say("4")) == pytest.approx(len(say("चार")), rel=0.1)


def test_espeak_speaks_to_many_at_once_as_to_one() -> None:
    """The library itself can speak to one only."""
    words = ["पटना", "गया", "आपकी शिकायत दर्ज हो गई है"] * 4
    with ThreadPoolExecutor(4) as pool:
        together = [len(samples) for samples in pool.map(say, words)]
    assert together == pytest.approx([len(say(word)) for word in words], rel=0.1)


@pytest.mark.parametrize("engine", [Espeak(), Gtts(pause=0)], ids=["espeak", "gtts"])
def test_an_unknown_voice_is_named(engine: Espeak | Gtts) -> None:
    with pytest.raises(NoVoice, match="no voice 'xx'"):
        engine.say("हाँ", "xx")


def test_without_its_package_espeak_says_what_to_install() -> None:
    code = """if True:
        import sys
        sys.modules["espeakng_loader"] = None
        from audio.engines.espeak import Espeak
        Espeak().say("हाँ", "hi")
    """
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "NoVoice: eSpeak NG is not here: install the package" in ended.stderr


@pytest.mark.parametrize(("text", "seconds"), [("हाँ", 1), ("आपकी शिकायत दर्ज हो गई है " * 6, 2)])
def test_gtts_gives_what_google_says_in_one_part_or_in_two(
    text: str, seconds: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with google(tone(1, rate=24_000), 24_000, tmp_path) as proxy:
        through(monkeypatch, proxy)
        samples, rate = Gtts(pause=0).say(text, "hi")
    assert rate == 24_000
    assert len(samples) / rate == pytest.approx(seconds, abs=0.15)
    assert np.abs(samples).max() == pytest.approx(0.1, abs=0.03)


def test_an_answer_without_sound_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with google(None, RATE, tmp_path) as proxy:
        through(monkeypatch, proxy)
        with pytest.raises(NotSound, match="Google says nothing"):
            Gtts(pause=0).say("हाँ", "hi")


def test_gtts_stops_when_google_has_had_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with google(tone(1), RATE, tmp_path, status=429) as proxy:
        through(monkeypatch, proxy)
        with pytest.raises(NoVoice, match="429"):
            Gtts(pause=0).say("हाँ", "hi")


@pytest.mark.usefixtures("offline")
def test_gtts_says_that_it_needs_the_internet() -> None:
    with pytest.raises(NoVoice, match="gTTS needs the internet"):
        Gtts(pause=0).say("हाँ", "hi")


@pytest.mark.usefixtures("offline")
def test_gtts_is_asked_at_a_polite_pace() -> None:
    engine = Gtts(pause=0.2)
    begun = time.monotonic()
    for _ in range(2):
        with pytest.raises(NoVoice):
            engine.say("हाँ", "hi")
    assert time.monotonic() - begun >= 0.2


@pytest.mark.usefixtures("offline")
def test_a_build_without_the_internet_leaves_nothing_half_made(tmp_path: Path) -> None:
    lines = [Line(YES, "menu"), Line(NAME, "names")]
    with pytest.raises(NoVoice):
        build(Library(tmp_path), HINDI, lines, Gtts(pause=0), lambda: None)
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["clips.json"]
