"""What has to be recorded: every clip that calls may need, and where it is heard."""

from __future__ import annotations

from dataclasses import dataclass

from audio.speech import Clip

_LEAST_SECONDS = 1.5
_SECONDS_OF_A_CHARACTER = 0.11  # a calm speaker of Hindi says ten or so a second
_CHARACTERS_OF_A_DIGIT = 5
_SECONDS_TO_SPARE = 0.8


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a speaker's script; `heard` names the place (a question, "names", "numbers")."""

    clip: Clip
    heard: str

    @property
    def longest_seconds(self) -> float:
        """Give how long the clip may take."""
        digits = sum(map(str.isdigit, self.clip.text))
        characters = len(self.clip.text) + digits * (_CHARACTERS_OF_A_DIGIT - 1)
        seconds = _SECONDS_TO_SPARE + _SECONDS_OF_A_CHARACTER * characters
        return round(max(_LEAST_SECONDS, seconds), 1)
