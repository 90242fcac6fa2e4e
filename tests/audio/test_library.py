"""The clips that are ready: which is heard, at which address, and in which words."""

from pathlib import Path

import pytest

from audio.library import Library, Missing, NoSuchClip
from audio.sound import data_of
from audio.speech import Clip, Pause
from tests.audio.sounds import NAME, NO, YES, spoken


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A library in which eSpeak has said two words."""
    library = Library(tmp_path)
    library.enter("hi", [YES, NO, NAME])
    put(library, "espeak", YES)
    put(library, "espeak", NO, hertz=500)
    return library


def put(library: Library, engine: str, clip: Clip, hertz: int = 440) -> Path:
    file = library.place("hi", engine) / f"{clip.name}.wav"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(spoken(0.3, hertz=hertz))
    return file


def tokens(address: str) -> str:
    return address.rsplit("/", maxsplit=1)[-1].removesuffix(".wav")


def test_a_persons_voice_is_heard_before_googles_before_espeaks(library: Library) -> None:
    for engine in ("gtts", "human"):
        file = put(library, engine, YES)
        assert library.find("hi", YES) == file


def test_a_file_that_goes_is_noticed(library: Library) -> None:
    put(library, "human", YES).unlink()
    found = library.find("hi", YES)
    assert found
    assert found.parent.name == "espeak"


def test_a_clip_that_is_not_there_is_missing(library: Library) -> None:
    assert library.find("hi", NAME) is None
    with pytest.raises(Missing) as missing:
        library.address("hi", (YES, NAME))
    assert missing.value.clip == NAME


def test_an_older_wording_stands_in_for_a_new_one(library: Library) -> None:
    assert library.nearest("hi", Clip(YES.key, "जी हाँ")) == YES
    assert library.nearest("hi", NAME) is None


def test_a_clip_is_no_older_wording_of_itself(library: Library) -> None:
    assert library.nearest("hi", YES) is None


def test_an_address_is_heard_as_its_clips_with_the_pauses_between(library: Library) -> None:
    address = library.address("hi", (YES, Pause(3), NO))
    assert address == f"/audio/hi/{library.version('hi')}/{YES.id}.3.{NO.id}.wav"
    files = [library.find("hi", clip) for clip in (YES, NO)]
    yes, no = [data_of(file.read_bytes()) for file in files if file]
    assert data_of(library.sound("hi", tokens(address))) == yes + b"\xff" * 2400 + no


def test_an_address_is_read_in_words(library: Library) -> None:
    address = library.address("hi", (YES, Pause(3), NO))
    assert library.transcript("hi", tokens(address)) == "हाँ नहीं"


def test_words_are_known_after_a_restart_and_those_of_older_files_too(library: Library) -> None:
    library.enter("hi", [NAME])
    anew = Library(library.folder)
    assert anew.transcript("hi", YES.id) == "हाँ"
    assert set(anew.words("hi")) == {YES.id, NO.id, NAME.id}


def test_addresses_change_when_a_clip_is_spoken_anew(library: Library) -> None:
    before = library.version("hi")
    assert library.version("hi") == before
    put(library, "human", YES, hertz=600)
    assert library.version("hi") != before


def test_a_clip_spoken_anew_is_heard_at_once(library: Library) -> None:
    before = library.sound("hi", YES.id)
    put(library, "human", YES, hertz=600)
    assert library.sound("hi", YES.id) != before


@pytest.mark.parametrize(
    "address",
    ["", "0", "100", "abc", "0123456789", f"{YES.id}..{NO.id}", f"{YES.id}.", "../../clips"],
)
def test_an_address_of_nothing_is_turned_away(address: str, library: Library) -> None:
    with pytest.raises(NoSuchClip):
        library.sound("hi", address)


@pytest.mark.parametrize("language", ["en", "..", "", "hi/espeak"])
def test_a_language_without_clips_has_none(language: str, library: Library) -> None:
    with pytest.raises(NoSuchClip):
        library.sound(language, YES.id)
    with pytest.raises(NoSuchClip):
        library.transcript(language, YES.id)
    assert library.find(language, YES) is None


def test_a_speech_has_an_end(library: Library) -> None:
    library.sound("hi", ".".join([YES.id] * 200))
    with pytest.raises(NoSuchClip):
        library.sound("hi", ".".join([YES.id] * 201))
    with pytest.raises(ValueError, match="too long"):
        library.address("hi", (YES,) * 201)


def test_a_file_in_another_format_is_not_heard(library: Library) -> None:
    put(library, "human", YES).write_bytes(b"no sound")
    with pytest.raises(NoSuchClip):
        library.sound("hi", YES.id)
