"""Letters: the SMS we send to citizens. Each is a registered wording with ASCII variables.

A letter is never free text (TRAI's template rule), names neither the matter nor a person
(phones are shared), and fits one SMS in every language.
"""

from __future__ import annotations

from core.states import STATES
from core.text import Text

LONGEST_VARIABLE = 30

LETTERS: dict[str, Text] = {f"state.{name}": state.letter for name, state in STATES.items()}


def letter_of_state(state: str) -> str:
    """Name the template of the letter that tells of a state."""
    return f"state.{state}"


def write_letter(template: str, variables: dict[str, str]) -> Text:
    """Fill a template; raise ValueError where a variable could not be registered."""
    for name, value in variables.items():
        if not value.isascii() or len(value) > LONGEST_VARIABLE:
            message = f"{name} must be at most {LONGEST_VARIABLE} ASCII characters"
            raise ValueError(message)
    return LETTERS[template](**variables)
