"""What reads words aloud: the port of the engines of speech."""

from __future__ import annotations

from typing import Protocol

from audio.sound import Samples


class NoVoice(Exception):
    """An engine cannot speak here and now; says what to do."""


class Engine(Protocol):
    """Reads words aloud; its name is that of its folder in the library."""

    @property
    def name(self) -> str:
        """Name the engine."""
        ...

    def say(self, text: str, voice: str) -> tuple[Samples, int]:
        """Read words in a voice (a language code such as hi): samples, and how many a second.

        Raises NoVoice if it cannot, NotSound if nothing was heard.
        """
        ...
