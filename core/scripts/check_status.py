"""The status of a case: found by its number or in the list of her own, opened by its PIN."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import count

from core.dialogue import Last, Number, Once, Option, option
from core.police import OwnCase, Police, Standing
from core.reference import LENGTH
from core.scripts.own_case import own_case, state_only
from core.scripts.send_application import PIN_LENGTH
from core.service_entry import Service
from core.states import STATES
from core.text import Text, Words

_WRONG = {
    "mistyped": Text("A digit is wrong. Please look again."),
    "unknown": Text("No such number with us."),
}
_WAIT = Text(
    "Many wrong numbers came from this phone. Please try again after an hour, or call {helpline}."
)
_SILENT = Text("Nothing is told by SMS about this number. Please call {helpline} or dial.")

_STATE_ONLY = option("state_only", Text("Only how it stands"))
_FORGOTTEN = option("forgotten", Text("PIN forgotten"))
_WRONG_PIN = Text("The PIN is wrong. Please look again.")
_WAIT_PIN = Text(
    "Many wrong PINs came for this number. Please try again after an hour, or go to the station"
    " with the number."
)
_WAIT_A_DAY = Text(
    "Many wrong PINs came for this number. Please try again tomorrow, or go to the station with the"
    " number."
)
_GO_TO_THE_STATION = Text("Please go to the station with this number: the PIN is settled there.")


async def check_status(police: Police) -> Words | Last:
    """Ask for the case until it is found, or too many numbers were wrong."""
    own: list[OwnCase] = await Once("own_cases", police.own_cases)
    intro: Words | None = None
    for attempt in count(1):
        reference = await ask_which(f"reference_{attempt}", own, intro)
        standing = await Once(f"standing_{attempt}", partial(police.standing, reference))
        if standing["outcome"] == "found":
            return await _tell(police, standing)
        if standing["outcome"] == "silent":
            return _told_otherwise(police)
        if standing["outcome"] == "wait":
            return _WAIT(helpline=police.helpline)
        intro = _WRONG[standing["outcome"]]
    raise AssertionError("unreachable")


STATUS = Service("status", Text("Status"), check_status, menu="first")


def ask_which(name: str, own: Sequence[OwnCase], intro: Words | None) -> Number:
    """Ask for a number; who has cases need not know it, and sees when they were and how they stand.

    What they are about is nobody else's business who holds the phone.
    """
    text = Text("Which one? Or its 10 digits.") if own else Text("Your 10-digit reference number?")
    instead = tuple(_as_option(case) for case in own)
    return Number(name, text, digits=LENGTH, instead=instead, intro=intro, passing=True)


def _as_option(case: OwnCase) -> Option[str]:
    state = STATES[case["state"]].label
    return option(case["reference"], Text("{date}: {state}")(date=case["date"], state=state))


async def _tell(police: Police, standing: Standing) -> Words | Last:
    if standing["own"]:
        return await own_case(police, standing)
    if standing.get("has_pin"):
        return await _open(police, standing)
    return state_only(standing)


async def _open(police: Police, standing: Standing) -> Words | Last:
    """Ask for the PIN, on whichever phone: only who has it is told more than the state."""
    reference, intro = standing["reference"], None
    for attempt in count(1):
        pin = await Number(
            f"secret_pin_{attempt}",
            Text("Your secret PIN ({digits} digits)?")(digits=PIN_LENGTH),
            digits=PIN_LENGTH,
            instead=(_STATE_ONLY, _FORGOTTEN),
            intro=intro,
            passing=True,
            is_secret=True,
        )
        if pin == _STATE_ONLY.meaning:
            return state_only(standing)
        if pin == _FORGOTTEN.meaning:
            return _GO_TO_THE_STATION
        opened = await Once(f"unlocked_{attempt}", partial(police.unlock, reference, pin))
        if opened["outcome"] == "found":
            return await own_case(police, opened) if opened["own"] else state_only(opened)
        if opened["outcome"] == "silent":
            return _told_otherwise(police)
        if opened["outcome"] == "wait":
            return _WAIT_PIN
        if opened["outcome"] == "wait_a_day":
            return _WAIT_A_DAY
        intro = _WRONG_PIN
    raise AssertionError("unreachable")


def _told_otherwise(police: Police) -> Last:
    return Last(_SILENT(helpline=police.helpline), "silent")
