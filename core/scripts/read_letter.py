"""A letter read out on a call, for a phone that SMS do not reach."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from core.dialogue import Choice, Once, option
from core.text import Text, Words


async def read_letter(words: Words, confirm: Callable[[], None]) -> Words:
    """Read a letter until the citizen says that it was understood.

    That is not the first key, with which the emergency number begins.
    """
    again = option("again", Text("Hear it again"))
    understood = option("understood", Text("I have understood"))
    intro = Text("Bihar Police has news for you.")
    for reading in count(1):
        wish = await Choice(
            f"letter_{reading}", words, (again, understood), intro=intro, passing=True
        )
        if wish == "understood":
            await Once("letter_confirmed", confirm)
            return Text("Thank you. In danger dial 112.")
    raise AssertionError("unreachable")
