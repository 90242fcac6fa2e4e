"""What is told of a case, and what its citizen may do about it: add to it, withdraw, object."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, TypeAlias

from core.dialogue import Choice, Last, Once, StandIn, Story, option
from core.letters import ANSWER_KEPT, LETTERS, QUESTION, letter_of_state
from core.police import Place, Police, Standing
from core.questions import QUESTIONS
from core.reference import grouped
from core.scripts.answer_police import NO, YES, answer_police, ask_what_was_wrong, is_hidden
from core.scripts.find_station import place_label
from core.states import REJECTION_REASONS, STATES, WAIT
from core.text import Joined, Text, Words

_ANSWERED = Text("Your answer is with the police.")
_ASK_AGAIN = Text("Ask us for its status with this number.")
_MORE = Text("To tell us more, call {helpline} or dial.")
_ASKED = Text("The police have a question. Please call {helpline} or dial.")

_ACTS = {
    "add": option("add", Text("Tell more")),
    "withdraw": option("withdraw", Text("Withdraw it")),
    "object": option("object", Text("I do not agree: open it again")),
}
_NOTHING_MORE = option("nothing", Text("That is all"))
_SURE = (option("yes", Text("Yes, withdraw it"), *YES), option("no", Text("No, keep it"), *NO))

Act: TypeAlias = Callable[[Police, Standing], Coroutine[Any, Any, Words | Last]]


async def own_case(police: Police, standing: Standing) -> Words | Last:
    """Ask what the police want to know; else tell how it stands, and what she can do herself."""
    if police.is_written_to and is_hidden(standing):
        return _told_once(police, standing)
    if answered := await answer_police(police, standing):
        return answered
    acts = tuple(_ACTS[act] for act in standing.get("may", ()))
    letter, told = _letter(standing), _in_full(police, standing)
    if not acts:
        return _last(standing, told)
    more = tuple(_variables(standing, letter).items())
    stand_in = StandIn(letter, standing["reference"], more)
    act = await Choice(
        "next_step",
        Text("Anything more?"),
        (*acts, _NOTHING_MORE),
        intro=told,
        passing=True,
        stand_in=stand_in,
    )
    if act == _NOTHING_MORE.meaning:
        return _last(standing, Text("Thank you. In danger dial 112."))
    return await _DOES[act](police, standing)


def state_only(standing: Standing) -> Words | Last:
    """Tell the state alone, to whom nothing else may be told."""
    state = STATES[standing["state"]]
    words = Text("{reference}: {state}.")(
        reference=grouped(standing["reference"]), state=state.label
    )
    # No letter tells another phone that there is an FIR and keeps its number back.
    is_telling = len(LETTERS[_letter(standing)].variables) > 1
    return words if is_telling else _last(standing, words)


def _told_once(police: Police, standing: Standing) -> Last:
    """Tell how it stands, and ask nothing: by SMS an answer may come from another, hours later.

    What she may do about it she can do by call or dial, where the PIN is asked for each time.
    """
    told = _head(standing), *_details(police, standing)
    if standing.get("question") in QUESTIONS:
        asked = _ASKED(helpline=police.helpline)
        return _last(standing, Joined((*told, asked)), QUESTION)
    is_more = standing.get("may") or standing.get("asks_rating")
    more = (_MORE(helpline=police.helpline),) if is_more else ()
    return _last(standing, Joined((*told, _advice(police, standing), *more)))


async def _add(police: Police, standing: Standing) -> Last:
    reference = standing["reference"]
    story = await Story("addition", Text("What do you want to add?"), passing=is_hidden(standing))
    await Once("added", partial(police.remark, reference, story))
    words = Text("Thank you. What you added to {reference} is with the police.")
    return _done(standing, words, "added")


async def _withdraw(police: Police, standing: Standing) -> Words | Last:
    reference = standing["reference"]
    text = Text("Withdraw {reference}?")(reference=grouped(reference))
    if await Choice("withdraw_sure", text, _SURE, passing=True) == "no":
        return _done(standing, Text("{reference}: nothing was changed."), _letter(standing))
    if await Once("withdrawn", partial(police.withdraw, reference)):
        words = Text("{reference}: withdrawn. You can begin anew at any time.")
        return _done(standing, words, letter_of_state("withdrawn"))
    return _not_here(reference)


async def _object(police: Police, standing: Standing) -> Words | Last:
    reference = standing["reference"]
    is_done = await Once("objected", partial(police.object_to, reference))
    # A screen may stand open, or be gone back to, until the case is closed again.
    if is_done and police.is_open(reference):
        return await ask_what_was_wrong(police, standing)
    return _not_here(reference)


_DOES: Mapping[str, Act] = {"add": _add, "withdraw": _withdraw, "object": _object}


def _not_here(reference: str) -> Words:
    words = Text("{reference}: this cannot be done here now. Please go to the station.")
    return words(reference=grouped(reference))


def _done(standing: Standing, words: Text, letter: str) -> Last:
    return _last(standing, words(reference=grouped(standing["reference"])), letter)


def _last(standing: Standing, words: Words, letter: str = "") -> Last:
    """End with a letter that says the same, by default how it stands."""
    letter = letter or _letter(standing)
    variables = _variables(standing, letter)
    return Last(words, letter, variables, is_secret=standing.get("is_silent", False))


def _variables(standing: Standing, letter: str) -> dict[str, str]:
    """Give what a letter about a case names."""
    known = {
        "reference": standing["reference"],
        "fir_number": standing.get("fir_number"),
        "diary_number": standing.get("diary_number"),
    }
    return {name: known[name] or "" for name in LETTERS[letter].variables}


def _letter(standing: Standing) -> str:
    if _is_answered(standing):
        return ANSWER_KEPT
    return standing.get("letter") or letter_of_state(standing["state"])


def _in_full(police: Police, standing: Standing) -> Words:
    parts = (_head(standing), *_details(police, standing), _advice(police, standing))
    return Joined(parts)


def _head(standing: Standing) -> Words:
    return Text("{reference}: {state}, since {since}.")(
        reference=grouped(standing["reference"]),
        state=STATES[standing["state"]].label,
        since=standing["since"],
    )


def _advice(police: Police, standing: Standing) -> Words:
    """Say what to do next, and in any case that no letters will come if they are off."""
    advice = _ANSWERED if _is_answered(standing) else STATES[standing["state"]].advice
    if standing.get("is_silent"):
        return _ASK_AGAIN if advice == WAIT else advice
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
    if diary_number := standing.get("diary_number"):
        details.append(Text("Sanha {diary_number}.")(diary_number=diary_number))
    if reason := standing["reason"]:
        details.append(REJECTION_REASONS[reason])
    place = Place(standing["district"], standing["station"])
    details.append(Text("{place}.")(place=place_label(police, place)))
    station = police.directory.station(standing["station"])
    if station and station.telephone:
        details.append(Text("Tel. {telephone}.")(telephone=station.telephone))
    return details
