"""An SMS that may answer what we asked as well as a letter that came after: we ask which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.dialogue import Ask, Choice, option
from core.reference import grouped
from core.text import Text

SOMETHING_ELSE = "else"
MOST_LETTERS = 2  # with which the question fits an SMS of two parts


@dataclass(frozen=True, slots=True)
class Doubt:
    """An SMS kept until its sender says what it answers: a letter about one of these cases, or not.

    Nothing comes of it before.
    """

    text: str
    references: tuple[str, ...]

    @classmethod
    def from_json(cls, kept: Mapping[str, Any] | None) -> Doubt | None:
        """Read back what was kept of a doubt, if there was one."""
        return cls(kept["text"], tuple(kept["references"])) if kept else None

    @property
    def question(self) -> Ask:
        """Give what we ask to settle it; the answer is a reference number, or `SOMETHING_ELSE`."""
        letters = [
            option(reference, Text("Reference {reference}")(reference=grouped(reference)))
            for reference in self.references
        ]
        other = option(SOMETHING_ELSE, Text("Something else"))
        return Ask(
            Choice("which", Text("What is this an answer to?"), (*letters, other)), passed=()
        )
