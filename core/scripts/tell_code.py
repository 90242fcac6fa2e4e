"""The end of secret information: a code to add to it, and no number that names a case."""

from __future__ import annotations

from core.dialogue import Last, Once
from core.police import Police
from core.reference import grouped
from core.text import Text

# Stands in for what an informant is told: many get it, for many reasons.
LETTER_TO_INFORMANT = "danger"
_BY_SMS = Text(
    "The police have it. To add more later, dial or call next time: you get a code. Delete"
    " these SMS."
)
# The slot is named as numbers are that calls say twice.
_TOLD = Text("The police have it. Your code: {reference}. With it you can add more. Tell nobody.")


async def tell_code(police: Police) -> Last:
    """Tell an informant her code; in an SMS, which stays on the phone, it would be evidence."""
    if police.is_written_to:
        return Last(_BY_SMS, LETTER_TO_INFORMANT, is_secret=True)
    code: str = await Once("informant_code", police.informant_code)
    return Last(_TOLD(reference=grouped(code)), LETTER_TO_INFORMANT, is_secret=True)
