"""How a case (FIR) stands: by station, number and year."""

from __future__ import annotations

import re
from functools import partial

from core.alphabet import western_digits
from core.dialogue import Last, Number, Once, option
from core.letters import FIR_CLOSED, letter_of_fir
from core.police import Days, FirFound, Police
from core.scripts.find_station import find_station, place_label
from core.service_entry import Service
from core.states import FIR_STATES, STATES
from core.text import Text, Words

NUMBER_DIGITS, YEAR_DIGITS = 5, 4
FIRST_YEAR = 1950
_WITH_YEAR = re.compile(r"\D*(\d+)\s*[/-]\s*(\d{4}|\d{2})\D*")
_CENTURIES = ("19", "20")


class FirNumber(Number):
    """The number of an FIR; the year that people write behind it is kept with it (12/2026)."""

    def accept(self, digits: str) -> str | None:
        """Give the number, with the year if there is one (of two digits or four)."""
        number, slash, year = digits.partition("/")
        is_year = year.isascii() and year.isdigit() and len(year) in (2, YEAR_DIGITS)
        return digits if super().accept(number) and (is_year or not slash) else None

    def read(self, typed: str) -> str | None:
        """Give what somebody wrote as an answer; None where it is none, or several numbers."""
        found = _WITH_YEAR.fullmatch(western_digits(typed))
        return self.accept("/".join(found.groups())) if found else super().read(typed)


async def fir_status(police: Police) -> Words | Last:
    """Ask which case it is, and say how it stands, or where to ask."""
    place = await find_station(police)
    if place.station is None:
        return Text(
            "Without the name of the police station we cannot look. It stands on the copy of the"
            " FIR. Or call {helpline}."
        )(helpline=police.helpline)
    text = Text("FIR number, without the year?")
    written = await FirNumber("fir_number", text, digits=NUMBER_DIGITS, fewest=1)
    number, _, year_written = written.partition("/")
    year = await _year_of(police, year_written)
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


async def _year_of(police: Police, written: str) -> str:
    """Take the year that stood behind the number, or ask for it where none did that can be."""
    days: Days = await Once("days", police.days)
    this = int(days["today"][:YEAR_DIGITS])
    years = (
        [written] if len(written) == YEAR_DIGITS else [f"{each}{written}" for each in _CENTURIES]
    )
    can_be = [each for each in years if written and FIRST_YEAR <= int(each) <= this]
    return can_be[0] if can_be else await _ask_year(this)


async def _ask_year(this: int) -> str:
    near = (option(str(this), Text("This year")), option(str(this - 1), Text("Last year")))
    return await Number(
        "fir_year",
        Text("Year of the FIR (4 digits)?"),
        digits=YEAR_DIGITS,
        instead=near,
        least=FIRST_YEAR,
        most=this,
    )
