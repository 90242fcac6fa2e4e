"""What the police ask a citizen about her own case: more information, or if she is satisfied."""

from __future__ import annotations

from functools import partial

from core.conversation import YES
from core.dialogue import Choice, Last, Once, Option, StandIn, Story, Typed, option
from core.letters import ANSWER_KEPT, QUESTION, letter_of_state
from core.police import Police, Standing
from core.questions import QUESTIONS
from core.reference import grouped
from core.states import STATES
from core.text import Name, Text, Words

_YES = (YES, Name("haan ji", "हां जी"), Name("ha", "हा"), Name("yes", "यस"))
_NO = (Name("nahin", "नहीं"), Name("na", "ना"), Name("nahi", "नहि"), Name("no", "नो"))
_SATISFIED = (
    option("yes", Text("Yes, satisfied"), *_YES),
    option("no", Text("No, not satisfied"), *_NO),
    option("later", Text("Not now")),
)
_NOTHING = Option("nothing", Text("Nothing more"), Typed(""))


async def answer_police(police: Police, standing: Standing) -> Last | None:
    """Ask what the police want to know of this citizen; None where they ask nothing, or not now."""
    if standing["own"] and standing.get("question") in QUESTIONS:
        return await _answer(police, standing)
    if standing["own"] and standing.get("asks_rating"):
        return await _rate(police, standing)
    return None


async def _answer(police: Police, standing: Standing) -> Last:
    reference, question = standing["reference"], standing["question"] or ""
    story = await Story(
        "answer",
        QUESTIONS[question],
        intro=Text("{reference}:")(reference=grouped(reference)),
        is_awaited=True,
        stand_in=StandIn(QUESTION, reference),
    )
    await Once("answered", partial(police.answer, reference, question, story))
    words = Text("Thank you. Your answer to {reference} is with the police.")
    return _thanks(words, reference)


async def _rate(police: Police, standing: Standing) -> Last | None:
    reference = standing["reference"]
    stand_in = StandIn(letter_of_state(standing["state"]), reference)
    text = Text("Are you satisfied with the work?")
    wish = await Choice("satisfied", text, _SATISFIED, intro=_head(standing), stand_in=stand_in)
    if wish == "later":
        return None
    work = partial(police.rate, reference, is_satisfied=wish == "yes")
    outcome = await Once("rated", work)
    # A screen may stand open, or be gone back to, until the case is disposed of again.
    if outcome == "reopened" and police.is_open(reference):
        return await _remark(police, reference)
    return _thanks(Text("Thank you. Your answer to {reference} is kept."), reference)


async def _remark(police: Police, reference: str) -> Last:
    """Ask what was not right, which need not be told: the case is open again already."""
    story = await Story(
        "remark",
        Text("What was not right? Tell it briefly."),
        instead=(_NOTHING,),
        intro=Text("{reference}: opened again.")(reference=grouped(reference)),
        stand_in=StandIn(ANSWER_KEPT, reference),
    )
    if story != Typed(""):
        await Once("remarked", partial(police.remark, reference, story))
    return _thanks(Text("Thank you. Complaint {reference} is opened again."), reference)


def _head(standing: Standing) -> Words:
    state = STATES[standing["state"]].label
    return Text("{reference}: {state}.")(reference=grouped(standing["reference"]), state=state)


def _thanks(words: Text, reference: str) -> Last:
    return Last(words(reference=grouped(reference)), ANSWER_KEPT, {"reference": reference})
