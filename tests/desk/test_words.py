"""What officers read is there in each language of the desk, with the same slots."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from core.language import read_messages
from desk.words import CODES

ROOT = Path(__file__).parent.parent.parent
METHODS = [("**.py", "python"), ("templates/desk/**.html", "jinja2")]
OPTIONS = {"templates/desk/**.html": {"newstyle_gettext": "true"}}
SLOT = re.compile(r"%\(\w+\)s|{\w+}")


def words_of_the_desk() -> set[str]:
    found = set()
    for part in ("casework", "desk"):
        for _, _, message, _, _ in extract_from_dir(
            ROOT / part, METHODS, OPTIONS, keywords={"Text": None, "_": None}
        ):
            assert isinstance(message, str)
            found.add(message)
    return found


@pytest.mark.parametrize("code", CODES)
def test_every_word_is_translated_and_none_is_left_over(code: str) -> None:
    assert read_messages(code, "desk").keys() == words_of_the_desk()


@pytest.mark.parametrize("code", CODES)
def test_slots_are_the_same(code: str) -> None:
    for message, wording in read_messages(code, "desk").items():
        assert sorted(SLOT.findall(wording)) == sorted(SLOT.findall(message)), message
