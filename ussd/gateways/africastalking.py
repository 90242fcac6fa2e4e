"""Africa's Talking USSD: form posts with cumulative `text`; answers begin CON or END.

Fields and answers: developers.africastalking.com, USSD "handle sessions" and "end of session
notifications". The provider documents no signature; see `WEBHOOK_KEY`.
"""

from __future__ import annotations

import re
from typing import Literal

from werkzeug.datastructures import MultiDict

from core.alphabet import Budget, normalise, western_digits
from core.phone import PhoneError, normalise_phone
from ussd.gateway import Ended, Keyed, Malformed, Reply

Outcome = Literal["completed", "dropped", "failed"]
_OUTCOMES: dict[str, Outcome] = {
    "Success": "completed",
    "Incomplete": "dropped",
    "Failed": "failed",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_LONGEST_SESSION_ID = 200
_LONGEST_TEXT = 10_000  # characters; a whole session by phone has a tenth of it
_DIGITS_OF_A_COUNT = 9


class AfricasTalking:
    """The provider's vocabulary, and what its operators can show."""

    name = "africastalking"

    def __init__(self, budget: Budget) -> None:
        self.budget = budget

    def read(self, form: MultiDict[str, str]) -> Keyed:
        """Understand a request; `text` may be missing on the first one."""
        text = form.get("text", "")
        if len(text) > _LONGEST_TEXT:
            message = "text is too long"
            raise Malformed(message)
        keyed = _CONTROL.sub(" ", text)
        return Keyed(_session(form), _phone(form), western_digits(normalise(keyed)))

    def write(self, reply: Reply) -> str:
        """Write a reply: CON keeps the session open, END closes it."""
        return f"{'CON' if reply.goes_on else 'END'} {reply.text}"

    def read_end(self, form: MultiDict[str, str]) -> Ended:
        """Understand the end of a session; a status we do not know counts as failed."""
        return Ended(
            session=_session(form),
            phone=_phone(form),
            outcome=_OUTCOMES.get(form.get("status", ""), "failed"),
            hops=_count(form.get("hopsCount", "")),
            milliseconds=_count(form.get("durationInMillis", "")),
        )


def _session(form: MultiDict[str, str]) -> str:
    session = form.get("sessionId", "").strip()
    if not 0 < len(session) <= _LONGEST_SESSION_ID:
        message = "sessionId is missing or too long"
        raise Malformed(message)
    return session


def _phone(form: MultiDict[str, str]) -> str:
    try:
        return normalise_phone(form.get("phoneNumber", ""))
    except PhoneError as error:
        message = "phoneNumber is missing or is no phone number"
        raise Malformed(message) from error


def _count(given: str) -> int | None:
    return (
        int(given)
        if given.isascii() and given.isdigit() and len(given) <= _DIGITS_OF_A_COUNT
        else None
    )
