"""The numbers of help, and how a caller comes to one."""

from __future__ import annotations

from core.dialogue import Last
from core.text import Text

EMERGENCY, CHILD = "112", "1098"
# data/helplines.csv has their sources. What cannot wait comes first; two screens hold them.
HELPLINES: dict[str, Text] = {
    EMERGENCY: Text("112 police, fire, ambulance"),
    "1930": Text("1930 cyber fraud"),
    CHILD: Text("1098 child in need"),
    "181": Text("181 woman in need"),
    "14432": Text("14432 tips on a big crime"),
    "15545": Text("15545 liquor ban"),
}


def dial(number: str) -> Last:
    """Put a caller through to a helpline; where that cannot be done, tell her to dial it."""
    letter, variables = ("danger", {}) if number == EMERGENCY else ("helpline", {"number": number})
    return Last(Text("Dial {number} now.")(number=number), letter, variables, dial=number)
