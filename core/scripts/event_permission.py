"""Ask permission for a procession or an event: who, what, when, where, how many people."""

from __future__ import annotations

from core.courses import PERMISSION
from core.dialogue import Choice, Last, Number, Story, option, shown
from core.letters import APPLICATION_RECEIVED
from core.police import Application, Police
from core.scripts.ask_day import ask_coming_day
from core.scripts.find_station import find_station, place_label
from core.scripts.send_application import send_application
from core.service_entry import Field, Kind, Service, StateLimit
from core.text import Text

EVENTS = {
    "procession": Text("Procession"),
    "religious": Text("Religious event"),
    "political": Text("Political meeting"),
    "wedding": Text("Wedding"),
    "sports_culture": Text("Sports, culture"),
    "other": Text("Something else"),
}
_LABEL = Text("Permission for an event")
_LAST_HOUR = 24
_DIGITS_OF_PEOPLE = 6


class Hours(Number):
    """From which hour to which one: two digits each, of 24; it may go on into the night."""

    @property
    def expected(self) -> Text:
        """Say what an answer looks like."""
        return Text("Please type 4 digits, such as 1014 for 10 to 14 o'clock.")

    def accept(self, digits: str) -> str | None:
        """Give the four digits; None where an hour is none, or no time lies between the two."""
        accepted = super().accept(digits)
        if accepted is None:
            return None
        begin, end = int(accepted[:2]), int(accepted[2:])
        # 24 is only where a day ends: 0024 is all of it, 2400 would be nothing.
        is_time = begin < _LAST_HOUR and end <= _LAST_HOUR and begin != end
        return accepted if is_time else None


async def event_permission(police: Police) -> Last:
    """Ask who wants to hold what, when, where and with how many people."""
    organiser = await Story("organiser", Text("Name of the organiser?"), is_brief=True)
    kinds = tuple(option(key, label) for key, label in EVENTS.items())
    kind = await Choice("event_kind", Text("What kind of event?"), kinds)
    day = await ask_coming_day(police, "event_date", Text("On which day will it be?"))
    hours = await Hours("event_hours", Text("From when to when? 10 to 14: 1014"), digits=4)
    where = await Story("event_place", Text("Place, or from where to where?"), is_brief=True)
    most = 10**_DIGITS_OF_PEOPLE - 1
    people = await Number(
        "event_people",
        Text("About how many people?"),
        digits=_DIGITS_OF_PEOPLE,
        fewest=1,
        least=1,
        most=most,
    )
    place = await find_station(police, text=Text("PIN code of the event (6 digits)?"))
    told = {
        "organiser": organiser,
        "event_kind": kind,
        "event_date": day,
        "event_hours": f"{hours[:2]}:00-{hours[2:]}:00",
        "event_place": where,
        "event_people": people,
    }
    application = Application(EVENT_PERMISSION.key, EVENT_PERMISSION.key, place, told=told)
    summary = Text("Event on {date}. {place}.")(date=shown(day), place=place_label(police, place))
    return await send_application(police, EVENT_PERMISSION, application, summary)


EVENT_PERMISSION = Service(
    "event_permission",
    Text("Permission for a procession or event"),
    event_permission,
    course=PERMISSION,
    kinds={"event_permission": Kind(_LABEL)},
    fields={
        "organiser": Field(Text("Name of the organiser")),
        "event_kind": Field(Text("Kind of event"), "choice", EVENTS),
        "event_date": Field(Text("Day of the event"), "day"),
        "event_hours": Field(Text("From when to when")),
        "event_place": Field(Text("Place or route")),
        "event_people": Field(Text("Number of people expected"), "number"),
        "event_map": Field(Text("Map of the place or route: who has it"), later=True),
        "affidavit": Field(Text("Affidavit: who has it"), later=True),
    },
    limits=(
        StateLimit("at_station", 5, "calendar", "house rule, to be confirmed: verified"),
        StateLimit("verified", 2, "calendar", "house rule, to be confirmed: decided"),
    ),
    letters={"received": APPLICATION_RECEIVED},
    then=Text("This is not yet a permission. Give the station a map and an affidavit if it asks."),
    words=("julus", "जुलूस", "anumati", "अनुमति"),
)
