"""The page on which the police correct our words has those that citizens meet."""

from pathlib import Path

import pytest

from core.language import render
from core.services import SERVICES
from core.states import STATES
from core.text import Text
from tests.fakes import LANGUAGES

PAGE = Path(__file__).parent.parent.parent / "docs" / "words.md"


LABELS: list[tuple[str, Text]] = [
    *((key, state.label) for key, state in STATES.items()),
    *((key, service.label) for key, service in SERVICES.items()),
]


@pytest.mark.parametrize(("key", "label"), LABELS)
def test_every_state_and_service_stands_there_as_citizens_read_it(key: str, label: Text) -> None:
    hindi, roman = (render(label, LANGUAGES.get(code)) for code in ("hi", "hi_Latn"))
    assert f"\n| `{key}` | {hindi} | {roman} |" in PAGE.read_text()
