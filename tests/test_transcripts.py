"""The transcripts under review, and the table of letters, are those of the code."""

import pytest

from core.language import Language
from tests.fakes import LANGUAGES
from tests.letters_table import LETTERS_PAGE, with_table
from tests.transcripts import CHANNELS, file_of, transcript


@pytest.mark.parametrize("language", LANGUAGES.all, ids=lambda language: language.code)
@pytest.mark.parametrize("channel", CHANNELS)
def test_the_transcript_is_up_to_date(channel: str, language: Language) -> None:
    """When it is not: `make transcripts`, and read what changed."""
    assert file_of(channel, language).read_text() == transcript(channel, language)


def test_the_table_of_letters_is_up_to_date() -> None:
    """When it is not: `make transcripts`."""
    page = LETTERS_PAGE.read_text()
    assert page == with_table(page)
