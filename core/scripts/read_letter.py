"""A letter read out on a call, for a phone that SMS do not reach."""

from __future__ import annotations

from collections.abc import Callable

from core.dialogue import Choice, Once, option
from core.text import Text, Words


async def read_letter(words: Words, confirm: Callable[[], None]) -> Words:
    """Read a letter until the citizen says that it was understood."""
    understood = (option("understood", Text("I have understood")),)
    intro = Text("Bihar Police has news for you.")
    await Choice("letter", words, understood, intro=intro, passing=True)
    await Once("letter_confirmed", confirm)
    return Text("Thank you. In danger dial 112.")
