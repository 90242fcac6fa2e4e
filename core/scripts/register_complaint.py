"""Register a complaint: what it is about, where, the story, and a number to keep."""

from __future__ import annotations

from functools import partial

from core.dialogue import Choice, Last, Once, Story, option
from core.letters import letter_of_state
from core.police import Place, Police
from core.reference import grouped
from core.scripts.find_station import find_district, find_station, place_label
from core.text import Name, Text, Words

# What cannot wait comes first: in Devanagari the first screen has room for five.
KINDS = {
    "women_safety": Text("Women's safety"),
    "violence": Text("Violence, threat"),
    "missing_person": Text("Missing person"),
    "theft": Text("Theft"),
    "cyber_fraud": Text("Cyber fraud"),
    "dispute": Text("Dispute, nuisance"),
    "police_conduct": Text("Police conduct"),
    "other": Text("Something else"),
}

SENSITIVE_KINDS = {"women_safety", "violence"}
_DIAL_112 = Text("In danger? Dial 112 first.")
FIRST_OF_ALL = {
    "violence": _DIAL_112,
    "women_safety": _DIAL_112,
    "cyber_fraud": Text("Money lost? Call now: 1930"),
    "missing_person": Text("Danger: 112, child: 1098"),
}


_TOLD_BY_SMS = Text(
    "Complaint registered: {reference}. Keep this number. It is not yet an FIR."
    " You will get an SMS."
)
_ASK_US = Text(
    "Complaint registered: {reference}. Keep this number. It is not yet an FIR."
    " Ask us for its status with this number."
)
_YES = (
    Name("haan", "हां"),
    Name("haan ji", "हां जी"),
    Name("ha", "हा"),
    Name("bhejo", "भेजो"),
    Name("yes", "यस"),
)
_NO = (Name("nahin", "नहीं"), Name("na", "ना"), Name("mat bhejo", "मत भेजो"))


async def register_complaint(police: Police) -> Last:
    """Register a complaint for the citizen, who confirms it before it is sent."""
    kinds = tuple(option(kind, label) for kind, label in KINDS.items())
    kind = await Choice("kind", Text("What is it about?"), kinds)
    place = await _place_for(police, kind)
    story = await Story("story", Text("What happened, when and where? Write it briefly."))
    summary = _summary(kind, place_label(police, place))
    answers = (option("send", Text("Yes, send"), *_YES), option("discard", Text("No"), *_NO))
    wish = await Choice("confirm", Text("Send the complaint?"), answers, intro=summary)
    if wish == "discard":
        words = Text("Nothing was sent. You can tell us again at any time.")
        return Last(words, "draft_removed")
    work = partial(police.register, kind, place, story)
    return await registered(police, await Once("registered", work))


async def registered(police: Police, reference: str) -> Last:
    """Say that a complaint is registered, under which number, what it is not, what comes next."""
    told = await Once("sends_news", police.sends_news)
    words = _TOLD_BY_SMS if told else _ASK_US
    variables = {"reference": reference}
    return Last(words(reference=grouped(reference)), letter_of_state("received"), variables)


def _summary(kind: str, place: Words) -> Words:
    """Name what is sent where; "something else" would only raise a question."""
    if kind == "other":
        return Text("{place}.")(place=place)
    return Text("{kind}. {place}.")(kind=KINDS[kind], place=place)


async def _place_for(police: Police, kind: str) -> Place:
    if kind == "police_conduct":
        return await find_district(police)
    first_kind = "mahila" if kind == "women_safety" else None
    return await find_station(police, intro=FIRST_OF_ALL.get(kind), first_kind=first_kind)
