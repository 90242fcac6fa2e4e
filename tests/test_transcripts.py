"""The transcripts under review are those of the code."""

import pytest

from core.language import Language
from tests.fakes import LANGUAGES
from tests.transcripts import file_of, transcript


@pytest.mark.parametrize("language", LANGUAGES.all, ids=lambda language: language.code)
def test_the_transcript_is_up_to_date(language: Language) -> None:
    """When it is not: `make transcripts`, and read what changed."""
    assert file_of(language).read_text() == transcript(language)
