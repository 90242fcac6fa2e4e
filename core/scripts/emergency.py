"""Help at once: the number for each need, and the way to it."""

from __future__ import annotations

from core.dialogue import Choice, Last, option
from core.police import Police
from core.scripts.helplines import HELPLINES, dial
from core.service_entry import Service
from core.text import Text


async def emergency(police: Police) -> Last:
    """Show the helplines, and put a caller through to the one she chooses."""
    del police
    options = tuple(option(number, label) for number, label in HELPLINES.items())
    return dial(await Choice("helpline", Text("Which help?"), options, passing=True))


EMERGENCY_HELP = Service(
    "emergency",
    Text("Emergency numbers"),
    emergency,
    menu="first",
    words=("emergency", "apatkal", "आपातकाल", "khatra", "खतरा"),
)
