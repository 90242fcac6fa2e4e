"""Every question of every conversation fits on two parts of an SMS; last words take few."""

import pytest

from core.alphabet import split
from core.dialogue import Ask, Last
from core.language import Language
from core.letters import LETTERS, check_letter
from core.pages import View
from sms.message import PAGE, list_stations, paper, write
from tests.fakes import DIRECTORY, LANGUAGES, the_script, walk
from tests.ussd.test_fit import everything_due, everything_naming_a_station


@pytest.mark.parametrize("language", LANGUAGES.all, ids=lambda language: language.code)
def test_every_message_of_the_walk_fits(language: Language) -> None:
    for due in (*everything_due(unicode=True), *everything_naming_a_station()):
        text = write(due, View(), paper(language, calls=True))
        if isinstance(due, Ask):
            assert PAGE.allows(text), text
        assert len(split(text)) <= 3, text


@pytest.mark.parametrize("language", LANGUAGES.all, ids=lambda language: language.code)
def test_every_list_of_stations_fits(language: Language) -> None:
    for pin in DIRECTORY.pins:
        assert PAGE.allows(list_stations(DIRECTORY, pin, language)), pin


def test_every_letter_that_stands_in_for_last_words_can_be_written() -> None:
    for path in walk(the_script()):
        last = path.end.last
        if isinstance(last, Last):
            check_letter(last.letter, last.variables)
            assert last.letter in LETTERS
