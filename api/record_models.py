"""Records of the police as the API takes them, as models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from api.models import LARGEST_CURSOR, Code, Day, Given, Taken, known, one_of, whole_in_json
from casework.record_rows import FIRST_YEAR, LARGEST_NUMBER, LARGEST_REWARD, LONGEST_NAME
from core.states import FIR_STATES

MOST_ROWS = 2000
_LAST_YEAR = 2100
_LONGEST_SECTIONS = 500  # characters

FirState = Annotated[str, known(FIR_STATES), one_of(FIR_STATES)]
PersonName = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)]


class VehicleRow(Taken):
    """A vehicle that was stolen, or recovered, and at which station."""

    plate: Annotated[str, StringConstraints(min_length=4, max_length=20)]
    status: Literal["stolen", "recovered"]
    station: Code | None = None
    district: Code | None = None


class FirRow(Taken):
    """A case (FIR) and how it stands; of one that is closed to the public no state is kept."""

    station: Code
    number: Annotated[int, Field(ge=1, le=LARGEST_NUMBER), BeforeValidator(whole_in_json)]
    year: Annotated[int, Field(ge=FIRST_YEAR, le=_LAST_YEAR), BeforeValidator(whole_in_json)]
    state: FirState | None = None
    sections: Annotated[str, StringConstraints(max_length=_LONGEST_SECTIONS)] = Field(
        "", description="As in BNS 303(2), 317(2); IT Act 66C. They decide whether it is closed."
    )
    is_closed: bool | None = Field(None, description="Wanted where no sections are given.")


class WantedRow(Taken):
    """Somebody wanted in a police district, with the reward in rupees."""

    district: Code
    name_en: PersonName
    name_hi: PersonName
    reward: (
        Annotated[int, Field(ge=1, le=LARGEST_REWARD), BeforeValidator(whole_in_json)] | None
    ) = None


class NewRecords(Taken):
    """Records as of a day: a whole set, or a page of one."""

    as_of: Day
    part_of: (
        Annotated[int, Field(ge=1, le=LARGEST_CURSOR), BeforeValidator(whole_in_json)] | None
    ) = Field(None, description="The set that they are added to; without it they begin one.")
    more: bool = Field(
        default=False, description="More pages come: a new set is not looked up before the last."
    )


class NewVehicles(NewRecords):
    """Vehicles of the police's list."""

    rows: Annotated[list[VehicleRow], Field(max_length=MOST_ROWS)]


class NewFirs(NewRecords):
    """Cases (FIRs) and how they stand."""

    rows: Annotated[list[FirRow], Field(max_length=MOST_ROWS)]


class NewWanted(NewRecords):
    """Wanted persons."""

    rows: Annotated[list[WantedRow], Field(max_length=MOST_ROWS)]


class RecordsTaken(Given):
    """A page of records was taken, into which set, and whether that one is looked up."""

    kind: Literal["vehicles", "firs", "wanted"]
    part_of: int
    taken: int
    is_whole: bool
