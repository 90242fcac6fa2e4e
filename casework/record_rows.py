"""Rows of the police's records as tables and other systems bring them: checked, or refused.

What is kept of a row is only what the public may be told: of a case (FIR) that is closed to it, its
number and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, cast

from casework.closed_firs import Closed, NoSections, why_closed
from core.alphabet import normalise, western_digits
from core.clock import HERE, now
from core.directory import Directory, District, Station
from core.plates import keys_of_plate, read_plate
from core.service_entry import Records
from core.states import FIR_STATES

COLUMNS: dict[Records, tuple[str, ...]] = {
    "vehicles": ("plate", "status", "station", "district"),
    "firs": ("station", "number", "year", "state", "sections", "is_closed"),
    "wanted": ("district", "name_en", "name_hi", "reward"),
}
NEEDED: dict[Records, frozenset[str]] = {
    "vehicles": frozenset({"plate", "status"}),
    "firs": frozenset({"station", "number", "year", "state"}),
    "wanted": frozenset({"district", "name_en", "name_hi"}),
}
VEHICLE_STATUSES = ("stolen", "recovered")
FIRST_YEAR, LARGEST_NUMBER, LARGEST_REWARD = 1950, 99_999, 100_000_000
LONGEST_NAME = 60  # characters
_LATIN = re.compile(r"[A-Za-z][A-Za-z .'()@/-]*")
_DEVANAGARI = re.compile(r"[\u0900-\u097f][\u0900-\u097f .'()@/-]*")
_YES, _NO = ("yes", "y", "true", "1"), ("no", "n", "false", "0")
_CLOSED = "closed"  # why; it is not kept
_SHOWN = 40  # characters of what was written

Cells: TypeAlias = Mapping[str, str]
Values: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row (as whoever brings it counts), in which of its columns."""

    row: int
    column: str
    why: str


@dataclass(frozen=True)
class Checked:
    """The rows that can be kept, and the faults of the others; why cases (FIRs) are closed."""

    kept: list[Values] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    closed: list[Closed] = field(default_factory=list)


class _Refused(Exception):
    def __init__(self, column: str, why: str) -> None:
        super().__init__(why)
        self.column = column
        self.why = why


def check_rows(kind: Records, rows: Iterable[tuple[int, Cells]], directory: Directory) -> Checked:
    """Check numbered rows of a kind; the same thing twice is a fault of the second."""
    read, key = _READERS[kind]
    checked = Checked()
    seen: dict[tuple[object, ...], int] = {}
    for number, cells in rows:
        given = {name: " ".join(normalise(cell).split()) for name, cell in cells.items()}
        try:
            values = read(given, directory)
        except _Refused as refused:
            checked.faults.append(Fault(number, refused.column, refused.why))
            continue
        if closed := values.pop(_CLOSED, None):
            checked.closed.append(cast(Closed, closed))
        first = seen.setdefault(tuple(values[name] for name in key), number)
        if first == number:
            checked.kept.append(values)
        else:
            checked.faults.append(Fault(number, key[0], f"it stands in row {first} already"))
    return checked


def shown(cell: str) -> str:
    """Write what somebody wrote so that it does nothing where it is shown: quoted, and short."""
    return repr(cell if len(cell) <= _SHOWN else f"{cell[:_SHOWN]}…")


# --- One reader a kind, with the columns that say what is the same thing


def _vehicle(cells: Cells, directory: Directory) -> Values:
    plate = read_plate(cells["plate"])
    if plate is None:
        raise _Refused("plate", f"{shown(cells['plate'])} is no number of a vehicle")
    status = cells["status"].casefold()
    if status not in VEHICLE_STATUSES:
        raise _Refused("status", f"{' or '.join(VEHICLE_STATUSES)}, not {shown(cells['status'])}")
    station = _station(cells["station"], directory) if cells.get("station") else None
    district = _district(cells["district"], directory) if cells.get("district") else None
    if station and district and station.district != district:
        raise _Refused("district", f"station {station.code} is in {station.district.code}")
    where = station.district if station else district
    return {
        "plate": plate,
        "keyed": keys_of_plate(plate),
        "status": status,
        "district": where.code if where else None,
        "station": station.code if station else None,
    }


def _fir(cells: Cells, directory: Directory) -> Values:
    closed = _why_closed(cells.get("sections", ""), cells.get("is_closed", ""))
    is_closed = closed is not None
    state = cells["state"].casefold()
    if not is_closed and state not in FIR_STATES:
        raise _Refused("state", f"one of {', '.join(FIR_STATES)}, not {shown(cells['state'])}")
    this_year = now().astimezone(HERE).year
    return {
        "station": _station(cells["station"], directory).code,
        "year": _number("year", cells["year"], FIRST_YEAR, this_year),
        "number": _number("number", cells["number"], 1, LARGEST_NUMBER),
        "state": None if is_closed else state,
        "is_closed": is_closed,
        _CLOSED: closed,
    }


def _wanted(cells: Cells, directory: Directory) -> Values:
    reward = cells.get("reward", "")
    return {
        "district": _district(cells["district"], directory).code,
        "name_en": _name("name_en", cells["name_en"], _LATIN, "in Latin letters"),
        "name_hi": _name("name_hi", cells["name_hi"], _DEVANAGARI, "in Devanagari"),
        "reward": _number("reward", reward, 1, LARGEST_REWARD) if reward else None,
    }


_READERS: dict[Records, tuple[Callable[[Cells, Directory], Values], tuple[str, ...]]] = {
    "vehicles": (_vehicle, ("plate",)),
    "firs": (_fir, ("number", "year", "station")),
    "wanted": (_wanted, ("name_en", "district")),
}


def _why_closed(sections: str, said: str) -> Closed | None:
    """Say why a case is closed to the public: its sections close it, or it is said so."""
    if said.casefold() not in (*_YES, *_NO, ""):
        raise _Refused("is_closed", f"yes or no, not {shown(said)}")
    if not sections and not said:
        raise _Refused("sections", "they are wanted, or yes or no in is_closed")
    if said.casefold() in _YES:
        return Closed("told")
    try:
        return why_closed(sections) if sections else None
    except NoSections:
        why = f"no act and section in {shown(sections)}; write BNS 303(2), 317(2)"
        raise _Refused("sections", why) from None


def _station(code: str, directory: Directory) -> Station:
    station = directory.station(code)
    if station is None:
        raise _Refused("station", f"there is no station with the code {shown(code)}")
    return station


def _district(code: str, directory: Directory) -> District:
    district = directory.district(code)
    if district is None:
        raise _Refused("district", f"there is no police district with the code {shown(code)}")
    return district


def _number(column: str, written: str, least: int, most: int) -> int:
    digits = western_digits(written)
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= len(str(most))
    if not is_number or not least <= int(digits) <= most:
        raise _Refused(column, f"a number from {least} to {most}, not {shown(written)}")
    return int(digits)


def _name(column: str, written: str, script: re.Pattern[str], how: str) -> str:
    if not script.fullmatch(written) or len(written) > LONGEST_NAME:
        why = f"a name {how} of at most {LONGEST_NAME} characters, not {shown(written)}"
        raise _Refused(column, why)
    return written
