"""Have an elderly person entered in the list of the station, which keeps an eye on them."""

from __future__ import annotations

from core.courses import REGISTRATION
from core.dialogue import Choice, Last, Number, Story, option
from core.letters import APPLICATION_RECEIVED
from core.police import Application, Police
from core.scripts.find_station import find_station, place_label
from core.scripts.send_application import send_application
from core.service_entry import Field, Kind, Service, StateLimit
from core.text import Text

LIVING = {"alone": Text("Alone"), "with_family": Text("With the family")}
_LABEL = Text("Senior citizen registration")
_YOUNGEST, _OLDEST = 60, 120


async def senior_citizen(police: Police) -> Last:
    """Ask who it is, how old, and whether somebody lives with her."""
    name = await Story("senior_name", Text("Name of the senior citizen?"), is_brief=True)
    age = await Number(
        "senior_age",
        Text("Age (60 or more)?"),
        digits=3,
        fewest=2,
        least=_YOUNGEST,
        most=_OLDEST,
    )
    living = tuple(option(key, label) for key, label in LIVING.items())
    lives = await Choice("senior_lives", Text("Living alone or with the family?"), living)
    place = await find_station(police, text=Text("PIN code of that home (6 digits)?"))
    told = {"senior_name": name, "senior_age": age, "senior_lives": lives}
    application = Application(SENIOR_CITIZEN.key, SENIOR_CITIZEN.key, place, told=told)
    summary = Text("{kind}. {place}.")(kind=_LABEL, place=place_label(police, place))
    return await send_application(police, SENIOR_CITIZEN, application, summary)


SENIOR_CITIZEN = Service(
    "senior_citizen",
    _LABEL,
    senior_citizen,
    course=REGISTRATION,
    kinds={"senior_citizen": Kind(_LABEL)},
    fields={
        "senior_name": Field(Text("Name of the senior citizen")),
        "senior_age": Field(Text("Age"), "number"),
        "senior_lives": Field(Text("Alone or with the family"), "choice", LIVING),
        "senior_address": Field(Text("Full address"), later=True),
        "senior_contact": Field(Text("Telephone of somebody near"), "phone", later=True),
        "senior_visit": Field(Text("Visit at home: when, and what was seen"), later=True),
    },
    limits=(
        StateLimit("at_station", 15, "calendar", "house rule, to be confirmed: visited at home"),
        StateLimit("verified", 3, "calendar", "house rule, to be confirmed: entered in the list"),
    ),
    letters={"received": APPLICATION_RECEIVED},
    then=Text("The police may come to the home to verify it."),
    words=("varishth", "वरिष्ठ", "buzurg", "बुजुर्ग"),
)
