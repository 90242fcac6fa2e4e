"""The clips that are ready, where they lie, and the addresses at which they are heard.

    LANGUAGE/recordings/  what people recorded, in any format; a name ends with the clip's id
    LANGUAGE/human/       the same, made ready for the telephone
    LANGUAGE/gtts/        what engines said, a folder each
    LANGUAGE/espeak/
    LANGUAGE/clips.json   the words of all of them

An address names its clips by their ids, so it says the same for ever. The version in it changes
with the library, for a clip may be spoken anew: who has kept the old sound then asks again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from audio.sound import NotSound, data_of, joined
from audio.speech import Clip, Pause, Sound, Speech

RECORDINGS = "recordings"
HUMAN = "human"
BEST_FIRST = (HUMAN, "gtts", "espeak")
_CLIPS = "clips.json"
_MOST_TOKENS = 200
_LANGUAGE = re.compile(r"\w{1,16}")
_MOST_TENTHS = 600  # of pauses
_LARGEST = 300 * 8000  # bytes: five minutes
_ID = re.compile(r"(?:.*[^0-9a-f])?([0-9a-f]{10})", re.DOTALL)
_PATH = re.compile(r"/audio/(\w+)/[^/]+/([^/]+)\.wav")
_PAUSE = re.compile(r"[1-9]\d?")
# A file system's clock ticks: what has changed just now may change again within the tick.
_TICK_NS = 20_000_000


class Missing(KeyError):
    """A clip that is to be spoken is not there."""

    def __init__(self, clip: Clip) -> None:
        super().__init__(clip.name)
        self.clip = clip


class NoSuchClip(LookupError):
    """An address names what is not there."""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What was ready in a language when its folders had these times of change."""

    seen: tuple[int, ...]
    files: Mapping[str, Path]
    clips: Mapping[str, Clip]
    by_key: Mapping[str, Clip]
    version: str


_EMPTY = _Shelf(seen=(0,) * (1 + len(BEST_FIRST)), files={}, clips={}, by_key={}, version="-")


@dataclass(frozen=True)
class Library:
    """The clips below a folder; it notices by itself when files come and go.

    Threads need no lock: a shelf is never changed, and one that is out of date is read again.
    """

    folder: Path
    _shelves: dict[str, _Shelf] = field(default_factory=dict, init=False, repr=False)

    def place(self, language: str, name: str) -> Path:
        """Give the folder of an engine, or of the recordings."""
        return self.folder / language / name

    def find(self, language: str, clip: Clip) -> Path | None:
        """Find the best file of a clip: a person's before Google's before eSpeak's."""
        return self._shelf(language).files.get(clip.id)

    def nearest(self, language: str, clip: Clip) -> Clip | None:
        """Find an older wording of the same sentence, for while the new one is not there."""
        other = self._shelf(language).by_key.get(clip.key)
        return None if other == clip else other

    def version(self, language: str) -> str:
        """Tell what is there now from what was there before."""
        return self._shelf(language).version

    def address(self, language: str, speech: Speech) -> str:
        """Give the path at which a speech is heard; raises Missing for a clip not there."""
        if len(speech) > _MOST_TOKENS:
            raise ValueError(f"A speech of {len(speech)} clips and pauses is too long.")
        shelf = self._shelf(language)
        tokens = ".".join(_token(sound, shelf) for sound in speech)
        return f"/audio/{language}/{shelf.version}/{tokens}.wav"

    def sound(self, language: str, tokens: str) -> bytes:
        """Give the WAV of an address; raises NoSuchClip."""
        shelf = self._shelf(language)
        parts = [_data(part, shelf) for part in _parsed(tokens)]
        if sum(len(part) for part in parts if isinstance(part, bytes)) > _LARGEST:
            raise NoSuchClip("too long")
        return joined(parts)

    def transcript(self, language: str, tokens: str) -> str:
        """Give the words of an address; raises NoSuchClip."""
        clips = self._shelf(language).clips
        ids = [part for part in _parsed(tokens) if isinstance(part, str)]
        if unknown := [each for each in ids if each not in clips]:
            raise NoSuchClip(unknown[0])
        return " ".join(clips[each].text for each in ids)

    def transcript_of(self, path: str) -> str:
        """Give the words of a path that `address` gave; none where they are not known."""
        found = _PATH.match(path)
        try:
            return self.transcript(found[1], found[2]) if found else ""
        except NoSuchClip:
            return ""

    def words(self, language: str) -> Mapping[str, Clip]:
        """Give the clips whose words are known, by id."""
        return self._shelf(language).clips

    def enter(self, language: str, clips: Iterable[Clip]) -> None:
        """Write down the words of clips; those of files that are there stay known."""
        shelf = self._shelf(language)
        kept = {id_: clip for id_, clip in shelf.clips.items() if id_ in shelf.files}
        now = kept | {clip.id: clip for clip in clips}
        said = {id_: [clip.key, clip.text] for id_, clip in sorted(now.items())}
        text = json.dumps(said, ensure_ascii=False, indent=0)
        write_whole(self.folder / language / _CLIPS, text.encode())

    def _shelf(self, language: str) -> _Shelf:
        if not _LANGUAGE.fullmatch(language):
            return _EMPTY
        folder = self.folder / language
        seen = tuple(_changed(folder / name) for name in ("", *BEST_FIRST))
        shelf = self._shelves.get(language, _EMPTY)
        if shelf.seen != seen:
            is_settled = time.time_ns() - max(seen) > _TICK_NS
            shelf = _read(folder, seen if is_settled else ())
            self._shelves[language] = shelf
        return shelf


def id_of(file: Path) -> str | None:
    """Read the id of a clip at the end of a file's name."""
    found = _ID.fullmatch(file.stem)
    return found and found[1]


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(path)


def _changed(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _read(folder: Path, seen: tuple[int, ...]) -> _Shelf:
    files: dict[str, Path] = {}
    for name in BEST_FIRST:
        for file in sorted((folder / name).glob("*.wav")):
            if id_ := id_of(file):
                files.setdefault(id_, file)
    clips = _read_clips(folder / _CLIPS)
    by_key: dict[str, Clip] = {}
    for id_ in files:
        if clip := clips.get(id_):
            by_key.setdefault(clip.key, clip)
    return _Shelf(seen, files, clips, by_key, _version_of(files.values()))


def _read_clips(file: Path) -> dict[str, Clip]:
    try:
        said = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    return {id_: Clip(key, text) for id_, (key, text) in said.items()}


def _version_of(files: Iterable[Path]) -> str:
    marks = hashlib.sha256()
    for file in files:
        about = file.stat()
        marks.update(
            f"{file.parent.name}/{file.name} {about.st_size} {about.st_mtime_ns}\n".encode()
        )
    return marks.hexdigest()[:10]


def _token(sound: Sound, shelf: _Shelf) -> str:
    if isinstance(sound, Pause):
        return str(sound.tenths)
    if sound.id not in shelf.files:
        raise Missing(sound)
    return sound.id


def _parsed(tokens: str) -> list[str | int]:
    """Take an address apart: the ids of clips, and pauses in tenths of a second."""
    parts = tokens.split(".")
    if len(parts) > _MOST_TOKENS:
        raise NoSuchClip(f"more than {_MOST_TOKENS} clips and pauses")
    parsed = [int(part) if _PAUSE.fullmatch(part) else part for part in parts]
    if sum(part for part in parsed if isinstance(part, int)) > _MOST_TENTHS:
        raise NoSuchClip("too much silence")
    return parsed


def _data(part: str | int, shelf: _Shelf) -> bytes | int:
    if isinstance(part, int):
        return part
    try:
        return _data_of(shelf.files[part], shelf.version)
    except (KeyError, OSError, NotSound) as error:
        raise NoSuchClip(part) from error


@lru_cache(maxsize=1024)  # 12 MB or so
def _data_of(file: Path, _version: str) -> bytes:
    return data_of(file.read_bytes())
