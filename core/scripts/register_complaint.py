"""Register a complaint: what it is about, where, the story, and a number to keep."""

from __future__ import annotations

from core.courses import COMPLAINT
from core.dialogue import Choice, Last, Story, option
from core.police import Application, Place, Police
from core.scripts.find_station import find_district, find_station, place_label
from core.scripts.missing_person import MISSING_PERSON, missing_person
from core.scripts.send_application import send_application
from core.service_entry import Kind, Service
from core.text import Text, Words

_DIAL_112 = Text("In danger? Dial 112 first.")
_CHILD = Text("Danger: 112, child: 1098")

# What cannot wait comes first: in Devanagari the first screen has room for five.
KINDS = {
    "women_safety": Kind(
        Text("Women's safety"), _DIAL_112, protection="women", is_sensitive=True, is_urgent=True
    ),
    "violence": Kind(Text("Violence, threat"), _DIAL_112, is_sensitive=True, is_urgent=True),
    "theft": Kind(Text("Theft")),
    "cyber_fraud": Kind(Text("Cyber fraud"), Text("Money lost? Call now: 1930"), "1930"),
    "child_safety": Kind(
        Text("Harm to a child"), _CHILD, "1098", "child", is_sensitive=True, is_urgent=True
    ),
    "dispute": Kind(Text("Dispute, nuisance")),
    "police_conduct": Kind(Text("Police conduct"), protection="conduct"),
    "other": Kind(Text("Something else")),
}
_PLACE_OF_MISSING = 2  # it has a form of its own


async def register_complaint(police: Police) -> Last:
    """Register a complaint for the citizen, who confirms it before it is sent."""
    kinds = [option(key, kind.label) for key, kind in KINDS.items()]
    kinds.insert(_PLACE_OF_MISSING, option(MISSING_PERSON.key, MISSING_PERSON.label))
    kind = await Choice("kind", Text("What is it about?"), tuple(kinds))
    if kind == MISSING_PERSON.key:
        return await missing_person(police)
    place = await _place_for(police, kind)
    story = await Story("story", Text("What happened, when and where? Write it briefly."))
    application = Application("complaint", kind, place, story)
    summary = _summary(kind, place_label(police, place))
    return await send_application(police, COMPLAINTS, application, summary)


COMPLAINTS = Service(
    "complaint",
    Text("Complaint"),
    register_complaint,
    course=COMPLAINT,
    kinds=KINDS,
    menu="first",
    told=Text("Complaint registered: {reference}. Keep this number. It is not yet an FIR."),
)


def _summary(kind: str, place: Words) -> Words:
    """Name what is sent where; "something else" would only raise a question."""
    if kind == "other":
        return Text("{place}.")(place=place)
    return Text("{kind}. {place}.")(kind=KINDS[kind].label, place=place)


async def _place_for(police: Police, kind: str) -> Place:
    if kind == "police_conduct":
        return await find_district(police)
    first_kind = "mahila" if kind == "women_safety" else None
    about = KINDS[kind]
    return await find_station(
        police, intro=about.first, first_kind=first_kind, helpline=about.helpline
    )
