"""Report a missing person: whoever may be in danger is put through first."""

from __future__ import annotations

from core.courses import MISSING
from core.dialogue import Choice, Last, Number, Story, option
from core.letters import APPLICATION_RECEIVED
from core.police import Application, Police
from core.scripts.ask_day import ask_past_day
from core.scripts.find_station import find_station, place_label
from core.scripts.helplines import dial
from core.scripts.send_application import send_application
from core.service_entry import Field, Kind, Service, StateLimit
from core.text import Text

SEXES = {"female": Text("Female"), "male": Text("Male"), "other": Text("Other")}
OLDEST = 120
_HELP = (
    option("112", Text("Call 112 now")),
    option("1098", Text("A child: call 1098")),
    option("go_on", Text("Make a report")),
)


async def missing_person(police: Police) -> Last:
    """Offer help first; then ask who is missing, and since when and where."""
    wish = await Choice("danger", Text("Somebody in danger?"), _HELP, passing=True)
    if wish != "go_on":
        return dial(wish)
    name = await Story("missing_name", Text("Name of the missing person?"), is_brief=True)
    sexes = tuple(option(key, label) for key, label in SEXES.items())
    sex = await Choice("missing_sex", Text("Female or male?"), sexes)
    age = await Number("missing_age", Text("About how old?"), digits=3, fewest=1, most=OLDEST)
    day = await ask_past_day(police, "missing_since", Text("Last seen on which day?"))
    seen = await Story("last_seen", Text("Last seen where, in which clothes?"), is_brief=True)
    place = await find_station(police)
    told = {
        "missing_name": name,
        "missing_sex": sex,
        "missing_age": age,
        "missing_since": day,
        "last_seen": seen,
    }
    application = Application("missing_person", "missing_person", place, told=told)
    summary = Text("Missing person. {place}.")(place=place_label(police, place))
    return await send_application(police, MISSING_PERSON, application, summary)


MISSING_PERSON = Service(
    "missing_person",
    Text("Missing person"),
    missing_person,
    course=MISSING,
    kinds={"missing_person": Kind(Text("Missing person"), is_urgent=True)},
    fields={
        "missing_name": Field(Text("Name of the missing person")),
        "missing_sex": Field(Text("Sex"), "choice", SEXES),
        "missing_age": Field(Text("Age"), "number"),
        "missing_since": Field(Text("Last seen on"), "day"),
        "last_seen": Field(Text("Last seen where, in what clothes")),
        "description": Field(Text("What the person looks like"), later=True),
        "photo": Field(Text("Photo: who has it"), later=True),
        "phone": Field(Text("Telephone of the missing person"), "phone", later=True),
    },
    limits=(
        StateLimit("received", 1, "calendar", "house rule, to be confirmed: sent on the same day"),
        StateLimit("sent_to_station", 1, "calendar", "house rule, to be confirmed: search begun"),
        StateLimit("found", 7, "calendar", "house rule, to be confirmed"),
    ),
    letters={"received": APPLICATION_RECEIVED},
    menu="lost",
    then=Text("The station is alerted now."),
    words=("lapata", "missing", "लापता", "gumshuda", "गुमशुदा"),
)
