"""What the police ask a citizen about her own case: more information, or if she is satisfied."""

from __future__ import annotations

from functools import partial

from core import conversation
from core.dialogue import Choice, Last, Once, Option, StandIn, Story, Typed, option
from core.letters import ANSWER_KEPT, QUESTION, letter_of_state
from core.police import Police, Standing
from core.questions import QUESTIONS
from core.reference import grouped
from core.states import STATES
from core.text import Name, Text, Words

YES = (conversation.YES, Name("haan ji", "हां जी"), Name("ha", "हा"), Name("yes", "यस"))
NO = (Name("nahin", "नहीं"), Name("na", "ना"), Name("nahi", "नहि"), Name("no", "नो"))
_SATISFIED = (
    option("yes", Text("Yes, satisfied"), *YES),
    option("no", Text("No, not satisfied"), *NO),
    option("later", Text("Not now")),
)
_NOTHING = Option("nothing", Text("Nothing more"), Typed(""))


async def answer_police(police: Police, standing: Standing) -> Last | None:
    """Ask what the police want to know of this citizen; None where they ask nothing, or not now."""
    if standing.get("question") in QUESTIONS:
        return await _answer(police, standing)
    if standing.get("asks_rating"):
        return await _rate(police, standing)
    return None


async def ask_what_was_wrong(police: Police, standing: Standing) -> Last:
    """Ask what was not right, which need not be told: the case is open again already."""
    reference = standing["reference"]
    story = await Story(
        "remark",
        Text("What was not right? Tell it briefly."),
        instead=(_NOTHING,),
        intro=Text("{reference}: opened again.")(reference=grouped(reference)),
        stand_in=StandIn(ANSWER_KEPT, reference),
        passing=is_hidden(standing),
    )
    if story != Typed(""):
        await Once("remarked", partial(police.remark, reference, story))
    return _thanks(Text("Thank you. {reference} is opened again."), standing)


def is_hidden(standing: Standing) -> bool:
    """Say whether others who hold the phone must not be led back to it another time.

    Whoever has told the PIN has told it for this once.
    """
    return standing.get("has_pin", False) or standing.get("is_silent", False)


async def _answer(police: Police, standing: Standing) -> Last:
    reference, question = standing["reference"], standing["question"] or ""
    story = await Story(
        "answer",
        QUESTIONS[question],
        intro=Text("{reference}:")(reference=grouped(reference)),
        is_awaited=not is_hidden(standing),
        stand_in=StandIn(QUESTION, reference),
        passing=is_hidden(standing),
    )
    await Once("answered", partial(police.answer, reference, question, story))
    return _thanks(Text("Thank you. Your answer to {reference} is with the police."), standing)


async def _rate(police: Police, standing: Standing) -> Last | None:
    reference = standing["reference"]
    wish = await Choice(
        "satisfied",
        Text("Are you satisfied with the work?"),
        _SATISFIED,
        intro=_head(standing),
        stand_in=StandIn(letter_of_state(standing["state"]), reference),
        passing=is_hidden(standing),
    )
    if wish == "later":
        return None
    work = partial(police.rate, reference, is_satisfied=wish == "yes")
    outcome = await Once("rated", work)
    # A screen may stand open, or be gone back to, until the case is disposed of again.
    if outcome == "reopened" and police.is_open(reference):
        return await ask_what_was_wrong(police, standing)
    return _thanks(Text("Thank you. Your answer to {reference} is kept."), standing)


def _head(standing: Standing) -> Words:
    state = STATES[standing["state"]].label
    return Text("{reference}: {state}.")(reference=grouped(standing["reference"]), state=state)


def _thanks(words: Text, standing: Standing) -> Last:
    reference = standing["reference"]
    return Last(
        words(reference=grouped(reference)),
        ANSWER_KEPT,
        {"reference": reference},
        is_secret=standing.get("is_silent", False),
    )
