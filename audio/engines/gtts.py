"""Google's voice by gTTS: sounds like a person, and needs the internet.

It is the voice of the translating page, without a contract: words are sent to Google, slowly, to
make clips beforehand. What callers say never is.
"""

from __future__ import annotations

import io
import time

import numpy as np
from gtts import gTTS, gTTSError
from requests import RequestException

from audio.engine import NoVoice
from audio.sound import NotSound, Samples, read

_SECONDS_TO_ANSWER = 20  # gTTS by itself waits for ever


class Gtts:
    """The engine of the internet, which is asked no more often than once in `pause` seconds."""

    name = "gtts"

    def __init__(self, pause: float = 0.5) -> None:
        self._pause = pause
        self._next = 0.0

    def say(self, text: str, voice: str) -> tuple[Samples, int]:
        """Read words aloud."""
        question = _question(text, voice)
        time.sleep(max(0, self._next - time.monotonic()))
        try:
            answers = list(question.stream())
        except (gTTSError, RequestException) as error:
            said = "gTTS needs the internet, and Google's answer; what was made is kept. Try again"
            raise NoVoice(f"{said} later, or use espeak. ({error})") from error
        finally:
            self._next = time.monotonic() + self._pause
        return _joined(answers)


def _question(text: str, voice: str) -> gTTS:
    try:
        return gTTS(text, lang=voice, timeout=_SECONDS_TO_ANSWER)
    except ValueError as error:
        raise NoVoice(f"gTTS has no voice {voice!r}: correct X-Voice in spoken.po.") from error


def _joined(answers: list[bytes]) -> tuple[Samples, int]:
    """Join the MP3 files that answer a long text; as one file, only the first might be read."""
    if not answers:
        raise NotSound("Google says nothing")
    parts = [read(io.BytesIO(mp3)) for mp3 in answers]
    return np.concatenate([samples for samples, _ in parts]), parts[0][1]
