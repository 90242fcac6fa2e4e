"""How a case (FIR) stands: by station, number and year."""

from __future__ import annotations

from functools import partial

from core.dialogue import Last, Number, Once, option
from core.letters import FIR_CLOSED, letter_of_fir
from core.police import Days, FirFound, Police
from core.scripts.find_station import find_station, place_label
from core.service_entry import Service
from core.states import FIR_STATES, STATES
from core.text import Text, Words

NUMBER_DIGITS, YEAR_DIGITS = 5, 4
FIRST_YEAR = 1950


async def fir_status(police: Police) -> Words | Last:
    """Ask which case it is, and say how it stands, or where to ask."""
    place = await find_station(police)
    if place.station is None:
        return Text(
            "Without the name of the police station we cannot look. It stands on the copy of the"
            " FIR. Or call {helpline}."
        )(helpline=police.helpline)
    text = Text("FIR number, without the year?")
    number = await Number("fir_number", text, digits=NUMBER_DIGITS, fewest=1)
    year = await _ask_year(police)
    look = partial(police.fir, place.station, number, year)
    found: FirFound = await Once("fir", look)
    if found["outcome"] == "wait":
        return Text(
            "Many FIRs were asked for from this phone. Please try again after an hour, or call"
            " {helpline}."
        )(helpline=police.helpline)
    fir_number = f"{int(number)}/{year}"
    names = {"fir_number": fir_number, "place": place_label(police, place)}
    variables = {"fir_number": fir_number}
    if found["outcome"] == "closed" or found["state"] not in FIR_STATES:
        # The same words where there is none: whoever asks is not to learn which of the two it is.
        words = Text("FIR {fir_number}, {place}: nothing can be said here. Ask at the station.")
        return Last(words(**names), FIR_CLOSED, variables)
    words = Text("FIR {fir_number}, {place}: {state}. By the police records of {date}.")
    told = words(**names, state=STATES[found["state"]].label, date=found["date"])
    return Last(told, letter_of_fir(found["state"]), variables)


FIR_STATUS = Service(
    "fir_status",
    Text("Status of an FIR"),
    fir_status,
    menu="more",
    needs="firs",
    words=("kand", "fir status", "fir sthiti", "कांड", "एफआईआर स्थिति"),
)


async def _ask_year(police: Police) -> str:
    days: Days = await Once("days", police.days)
    this = int(days["today"][:YEAR_DIGITS])
    near = (option(str(this), Text("This year")), option(str(this - 1), Text("Last year")))
    return await Number(
        "fir_year",
        Text("Year of the FIR (4 digits)?"),
        digits=YEAR_DIGITS,
        instead=near,
        least=FIRST_YEAR,
        most=this,
    )
