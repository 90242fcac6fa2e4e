"""The status of a case: its state, since when, where, and what to do next."""

from __future__ import annotations

from functools import partial
from itertools import count

from core.dialogue import Last, Number, Once
from core.letters import ANSWER_KEPT, letter_of_state
from core.police import Place, Police, Standing
from core.reference import LENGTH, grouped
from core.scripts.answer_police import answer_police
from core.scripts.find_station import place_label
from core.service import Service
from core.states import REJECTION_REASONS, STATES, WAIT
from core.text import Joined, Text, Words

_WRONG = {
    "mistyped": Text("A digit is wrong. Please look again."),
    "unknown": Text("No such number with us."),
}


_ANSWERED = Text("Your answer is with the police.")


async def check_status(police: Police) -> Words | Last:
    """Ask for the reference number until it is found, or too many were wrong."""
    intro: Words | None = None
    for attempt in count(1):
        text = Text("Your 10-digit complaint number?")
        reference = await Number(
            f"reference_{attempt}", text, digits=LENGTH, intro=intro, passing=True
        )
        standing = await Once(f"standing_{attempt}", partial(police.standing, reference))
        if standing["outcome"] == "found":
            return await answer_police(police, standing) or _describe(police, standing)
        if standing["outcome"] == "wait":
            return Text(
                "Many wrong numbers came from this phone. Please try again after an hour, or"
                " call {helpline}."
            )(helpline=police.helpline)
        intro = _WRONG[standing["outcome"]]
    raise AssertionError("unreachable")


STATUS = Service("status", Text("Status"), check_status, menu="first")


def _describe(police: Police, standing: Standing) -> Words | Last:
    state = STATES[standing["state"]]
    letter = ANSWER_KEPT if _is_answered(standing) else letter_of_state(standing["state"])
    variables = {"reference": standing["reference"]}
    if standing["own"]:
        fir_number = {"fir_number": standing["fir_number"]} if standing["fir_number"] else {}
        return Last(_in_full(police, standing), letter, variables | fir_number)
    words = Text("{reference}: {state}.")(
        reference=grouped(standing["reference"]), state=state.label
    )
    # No letter tells another phone that there is an FIR and keeps its number back.
    return words if "fir_number" in state.needs else Last(words, letter, variables)


def _in_full(police: Police, standing: Standing) -> Words:
    state = STATES[standing["state"]]
    head = Text("{reference}: {state}, since {since}.")(
        reference=grouped(standing["reference"]), state=state.label, since=standing["since"]
    )
    return Joined((head, *_details(police, standing), _advice(police, standing)))


def _advice(police: Police, standing: Standing) -> Words:
    """Say what to do next, and in any case that no letters will come if they are off."""
    advice = _ANSWERED if _is_answered(standing) else STATES[standing["state"]].advice
    if standing.get("news", True):
        return advice
    no_news = Text("No SMS will come. For SMS send START to {sms_number}.")(
        sms_number=police.sms_number
    )
    return no_news if advice == WAIT else Joined((advice, no_news))


def _is_answered(standing: Standing) -> bool:
    is_asked = standing["state"] == "need_information"
    return is_asked and standing.get("answered", False)


def _details(police: Police, standing: Standing) -> list[Words]:
    details: list[Words] = []
    if fir_number := standing["fir_number"]:
        details.append(Text("FIR:{fir_number}.")(fir_number=fir_number))
    if reason := standing["reason"]:
        details.append(REJECTION_REASONS[reason])
    place = Place(standing["district"], standing["station"])
    details.append(Text("{place}.")(place=place_label(police, place)))
    station = police.directory.station(standing["station"])
    if station and station.telephone:
        details.append(Text("Tel. {telephone}.")(telephone=station.telephone))
    return details
