"""Report something lost: what, when and where; the station writes a Sanha of it."""

from __future__ import annotations

from core.courses import LOST
from core.dialogue import Choice, Last, option
from core.letters import APPLICATION_RECEIVED
from core.police import Application, Police
from core.scripts.ask_day import ask_past_day
from core.scripts.find_station import find_station, place_label
from core.scripts.send_application import send_application
from core.service_entry import Field, Kind, Service, StateLimit
from core.text import Text

THINGS = {
    "mobile": Text("Mobile phone"),
    "bank_card": Text("ATM or bank card"),
    "voter_card": Text("Voter card"),
    "licence": Text("Driving licence"),
    "ration_card": Text("Ration card"),
    "mark_sheet": Text("Mark-sheet"),
    "vehicle_papers": Text("Papers of a vehicle"),
    "cheque": Text("Cheque, passbook"),
    "other": Text("Something else"),
}
_FIRST = {"bank_card": Text("Have the card blocked by the bank now.")}


async def lost_property(police: Police) -> Last:
    """Ask what was lost, when and where."""
    things = tuple(option(key, label) for key, label in THINGS.items())
    what = await Choice("lost", Text("What is lost?"), things)
    day = await ask_past_day(police, "lost_on", Text("On which day?"))
    place = await find_station(police, intro=_FIRST.get(what))
    told = {"lost": what, "lost_on": day}
    application = Application("lost_property", "lost_property", place, told=told)
    summary = Text("Lost: {what}. {place}.")(what=THINGS[what], place=place_label(police, place))
    return await send_application(police, LOST_PROPERTY, application, summary)


LOST_PROPERTY = Service(
    "lost_property",
    Text("Something lost"),
    lost_property,
    course=LOST,
    kinds={"lost_property": Kind(Text("Something lost"))},
    fields={
        "lost": Field(Text("What is lost"), "choice", THINGS),
        "lost_on": Field(Text("On which day"), "day"),
        "where_lost": Field(Text("Where exactly"), later=True),
        "description": Field(Text("What it looks like, number, make"), later=True),
        "owner": Field(Text("Name and address of the owner"), later=True),
    },
    limits=(StateLimit("received", 3, "calendar", "house rule, to be confirmed: Sanha written"),),
    letters={"received": APPLICATION_RECEIVED},
    menu="lost",
    words=("khoya", "kho gaya", "gum", "lost", "खोया", "गुम", "खो"),
)
