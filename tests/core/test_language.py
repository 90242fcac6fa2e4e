"""The catalogues are complete, and say the same in every language."""

from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract_from_dir

from core.language import Language
from tests.fakes import LANGUAGES

ROOT = Path(__file__).parent.parent.parent
PARTS = ("core", "ussd", "sms", "simulator", "console")


def messages_in_code() -> set[str]:
    keywords = {"Text": None}
    found = set()
    for part in PARTS:
        for _, _, message, _, _ in extract_from_dir(ROOT / part, keywords=keywords):
            assert isinstance(message, str)
            found.add(message)
    return found


@pytest.mark.parametrize("language", LANGUAGES.all, ids=lambda language: language.code)
def test_every_message_is_translated_and_none_is_left_over(language: Language) -> None:
    assert language.messages.keys() == messages_in_code()


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
