"""How words become what a provider plays: clips of ours, joined; else the next best thing."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby

import structlog

from audio.library import Library, Missing
from audio.speech import TENTHS_BETWEEN_SENTENCES, Clip, Pause, Sound, Speech, speak
from core.database import DatabaseDown
from core.language import Language
from core.text import Words
from core.voice_gaps import VoiceGaps
from ivr.gateway import Piece, Play, Say

_LONGEST_PAUSE = 99  # tenths

log = structlog.get_logger()


@dataclass(frozen=True)
class Voices:
    """The clips of every language, and the record of those that were missing."""

    library: Library
    gaps: VoiceGaps
    public_url: str

    def say(self, speech: Speech, language: Language, *, speaks: bool) -> tuple[Piece, ...]:
        """Give what is played for a speech.

        What has no clip is spoken by a provider that `speaks`; for others an older wording stands
        in for it, or nothing does.
        """
        clips = dict.fromkeys(each for each in speech if isinstance(each, Clip))
        missing = [each for each in clips if self._lacks(each, language)]
        for clip in missing:
            self._count(clip, language)
        if speaks:
            return tuple(self._with_words(speech, missing, language))
        nearest = [self._nearest(each, language) if each in missing else each for each in speech]
        played = self._play(tuple(each for each in nearest if each), language)
        if played or not missing:
            return played
        # With no clip at all it is better said in English than not at all.
        words = (_english(each) for each in speech if isinstance(each, Clip))
        return (Say(" ".join(words), "en"),)

    def _lacks(self, clip: Clip, language: Language) -> bool:
        return self.library.find(language.code, clip) is None

    def _nearest(self, sound: Sound, language: Language) -> Clip | None:
        return self.library.nearest(language.code, sound) if isinstance(sound, Clip) else None

    def _with_words(self, speech: Speech, missing: list[Clip], language: Language) -> list[Piece]:
        pieces: list[Piece] = []
        for is_missing, group in groupby(speech, lambda each: each in missing):
            if is_missing:
                words = " ".join(each.text for each in group if isinstance(each, Clip))
                pieces.append(Say(words, language.voice))
            else:
                pieces += self._play(tuple(group), language)
        return pieces

    def _play(self, speech: Speech, language: Language) -> tuple[Piece, ...]:
        if not any(isinstance(each, Clip) for each in speech):
            return ()
        with suppress(Missing):  # taken away between two looks
            return (Play(self.public_url + self.library.address(language.code, speech)),)
        return ()

    def _count(self, clip: Clip, language: Language) -> None:
        log.warning("clip_missing", language=language.code, clip=clip.name)
        with suppress(DatabaseDown):
            self.gaps.count(language.code, clip.name)


def _english(clip: Clip) -> str:
    """Give the words of a clip in English: its key, without what names its part."""
    return clip.text if clip.text.isascii() else re.sub(r" ?\{\w+\}| \d+$", "", clip.key)


def said_in_turn(parts: list[Words], language: Language) -> Speech:
    """Say one thing after the other, with a pause between."""
    speech: list[Sound] = []
    for part in parts:
        speech += [Pause(TENTHS_BETWEEN_SENTENCES)] if speech else []
        speech += speak(part, language)
    return tuple(speech)


def slowly(speech: Speech) -> Speech:
    """Say the same with longer pauses."""
    return tuple(
        Pause(min(2 * each.tenths + TENTHS_BETWEEN_SENTENCES, _LONGEST_PAUSE))
        if isinstance(each, Pause)
        else each
        for each in speech
    )
