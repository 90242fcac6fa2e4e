"""The catalogues are complete, and say the same in every language."""

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract_from_dir

from audio.speech import Clip, speak
from core.language import Language, read_languages
from core.text import Name, Text
from tests.fakes import LANGUAGES

ROOT = Path(__file__).parent.parent.parent
WRITTEN = ("core", "ussd", "sms", "simulator", "console")
SPOKEN = ("audio", "core", "ivr")


def messages_in_code(parts: tuple[str, ...]) -> set[str]:
    keywords = {"Text": None}
    found = set()
    for part in parts:
        for _, _, message, _, _ in extract_from_dir(ROOT / part, keywords=keywords):
            assert isinstance(message, str)
            found.add(message)
    return found


@pytest.mark.parametrize("language", LANGUAGES.all, ids=lambda language: language.code)
def test_every_message_is_translated_and_none_is_left_over(language: Language) -> None:
    assert language.messages.keys() == messages_in_code(WRITTEN)


@pytest.mark.parametrize("language", LANGUAGES.voices, ids=lambda language: language.code)
def test_all_that_calls_say_has_a_wording_and_none_is_left_over(language: Language) -> None:
    """In English the key may be the wording."""
    on_calls = messages_in_code(SPOKEN)
    assert language.spoken.keys() <= on_calls
    silent = on_calls - language.spoken.keys() - language.messages.keys()
    assert language.code == "en" or not silent


@pytest.mark.parametrize("language", LANGUAGES.voices, ids=lambda language: language.code)
def test_nothing_is_said_that_the_message_does_not_know(language: Language) -> None:
    for message, wording in language.spoken.items():
        assert slots(wording) <= slots(message), message


@pytest.mark.parametrize("language", LANGUAGES.voices, ids=lambda language: language.code)
def test_hindi_is_written_as_engines_read_it_right(language: Language) -> None:
    """eSpeak reads a final -ाएँ as -ai, and Latin letters in English."""
    for wording in language.spoken.values():
        assert "एँ" not in wording
        if language.alphabet == "Deva":
            assert not re.search(r"[A-Za-z]", re.sub(r"{\w+}", "", wording)), wording


@pytest.mark.parametrize("language", LANGUAGES.all, ids=lambda language: language.code)
def test_slots_are_the_same_in_every_language(language: Language) -> None:
    for message, wording in language.messages.items():
        assert slots(wording) == slots(message), message


def slots(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_languages_come_in_their_order_and_without_unicode_only_latin_ones() -> None:
    assert [each.code for each in LANGUAGES.offered(unicode=True)] == ["hi", "hi_Latn", "en"]
    assert [each.code for each in LANGUAGES.offered(unicode=False)] == ["hi_Latn", "en"]
    assert LANGUAGES.get("hi", unicode=False).code == "hi_Latn"
    assert LANGUAGES.get(None).code == "hi"


@pytest.mark.parametrize("code", ["hi_Latn", "en"])
def test_latin_languages_need_no_unicode(code: str) -> None:
    assert all(wording.isascii() for wording in LANGUAGES.get(code).messages.values())


BHOJPURI = """\
# X-Own-Name: भोजपुरी
# X-Latin-Name: Bhojpuri
# X-Alphabet: Deva
# X-Order: 4
# X-Voice: hi
# X-Written-As: hi
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "What is it about?"
msgstr "का भइल?"
"""


def test_a_language_may_be_spoken_only(tmp_path: Path) -> None:
    """A folder with what calls say is all that Bhojpuri takes."""
    for code in ("hi", "en"):
        (tmp_path / code).symlink_to(ROOT / "locales" / code)
    folder = tmp_path / "bho" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "spoken.po").write_text(BHOJPURI)
    languages = read_languages(tmp_path)
    bhojpuri = languages.voice_of("bho")
    assert [each.code for each in languages.voices] == ["hi", "en", "bho"]
    assert [each.code for each in languages.all] == ["hi", "en"]
    assert speak(Text("What is it about?"), bhojpuri) == (Clip("What is it about?", "का भइल?"),)
    assert bhojpuri.aloud("Once more:") == "फिर सुनें:"  # not said in Bhojpuri yet
    assert bhojpuri.name == Name("Bhojpuri", "भोजपुरी")
    assert languages.get("bho").code == "hi"  # her letters


def test_one_that_is_only_written_is_spoken_as_its_kind() -> None:
    assert LANGUAGES.voice_of("hi_Latn").code == "hi"
    assert LANGUAGES.voice_of(None).code == "hi"
    assert LANGUAGES.voice_of("en").code == "en"
