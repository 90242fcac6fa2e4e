"""Districts, police districts, stations and PIN codes of Bihar: in memory, read at start.

What operators changed since stands in the database (`core/gazetteer.py`).

Sources and doubts of the data: `data/README.md`. Police work is routed by police district
(40 territorial, 4 of the railways), not by revenue district.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.spelling import is_named_in
from core.text import Name

DATA = Path(__file__).parent.parent / "data"

_NAME_BY_KIND = {
    "mahila": Name("Mahila Thana", "महिला थाना"),
    "sc_st": Name("SC/ST Thana", "एससी/एसटी थाना"),
    "prohibition": Name("Prohibition Thana", "मद्यनिषेध थाना"),
}
SPECIAL_STATIONS = ("mahila", "sc_st", "traffic", "prohibition")
KINDS = ("territorial", "outpost", "railway", *SPECIAL_STATIONS)


@dataclass(frozen=True, slots=True)
class District:
    """A police district, headed by a Superintendent of Police."""

    code: str
    name: Name
    revenue_district: str
    headquarters: Name | None


@dataclass(frozen=True, slots=True)
class Station:
    """A police station. Names repeat: never show one without its district.

    By `aliases`, too, callers find it. A closed one is offered to nobody, but keeps its cases.
    """

    code: str
    name: Name
    district: District
    kind: str
    telephone: str | None
    aliases: tuple[Name, ...] = ()
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Pin:
    """A PIN code: its revenue districts, the one with most post offices first."""

    revenue_districts: tuple[str, ...]
    offices: tuple[str, ...]


class Directory:
    """What the service knows of places; nothing in it changes."""

    def __init__(
        self, districts: Iterable[District], stations: Iterable[Station], pins: Mapping[str, Pin]
    ) -> None:
        self.districts = tuple(sorted(districts, key=lambda district: district.name.latin))
        self.pins = pins
        self._district_by_code = {district.code: district for district in self.districts}
        self._station_by_code = {station.code: station for station in stations}
        self._likely: dict[tuple[str, str], frozenset[str]] = {}  # worked out once
        self._stations_by_district: dict[str, list[Station]] = defaultdict(list)
        for station in self._station_by_code.values():
            self._stations_by_district[station.district.code].append(station)

    @property
    def stations(self) -> tuple[Station, ...]:
        """Give every station, also the closed ones."""
        return tuple(self._station_by_code.values())

    @property
    def open_stations(self) -> tuple[Station, ...]:
        """Give every station that a case may be sent to."""
        return tuple(each for each in self._station_by_code.values() if not each.closed)

    def with_stations(self, changed: Iterable[Station]) -> Directory:
        """Give a directory in which these stations stand anew, or in place of those before."""
        by_code = self._station_by_code | {station.code: station for station in changed}
        return Directory(self.districts, by_code.values(), self.pins)

    @property
    def revenue_districts(self) -> frozenset[str]:
        """Give the codes of the revenue districts; those of the railways lie in none."""
        return frozenset(each.revenue_district for each in self.districts) - {""}

    def district(self, code: str | None) -> District | None:
        """Find a police district by its code."""
        return self._district_by_code.get(code or "")

    def station(self, code: str | None) -> Station | None:
        """Find a station by its code, also a closed one."""
        return self._station_by_code.get(code or "")

    def districts_of_pin(self, pin: str) -> tuple[District, ...]:
        """List the police districts that a PIN code may lie in, the likeliest first."""
        revenue_districts = self.pins[pin].revenue_districts if pin in self.pins else ()
        return tuple(
            district
            for revenue_district in revenue_districts
            for district in self.districts
            if district.revenue_district == revenue_district
        )

    def stations_of(
        self, district: District, *, near_pin: str | None = None, first_kind: str | None = None
    ) -> tuple[Station, ...]:
        """List a district's open stations: a wanted kind first, then those a PIN's offices name."""
        stations = [each for each in self._stations_by_district[district.code] if not each.closed]
        likely = self._likely_stations(near_pin, district.code)

        def rank(station: Station) -> tuple[bool, bool, int, str]:
            special = (
                SPECIAL_STATIONS.index(station.kind) + 1 if station.kind in SPECIAL_STATIONS else 0
            )
            return (
                station.kind != first_kind,
                station.code not in likely,
                special,
                station.name.latin,
            )

        return tuple(sorted(stations, key=rank))

    def _likely_stations(self, pin: str | None, district: str) -> frozenset[str]:
        """Give the stations of a district that bear the name of one of a PIN's post offices."""
        if not pin or pin not in self.pins:
            return frozenset()
        if (pin, district) not in self._likely:
            self._likely[pin, district] = frozenset(
                station.code
                for station in self._stations_by_district[district]
                if any(is_named_in(station.name.latin, each) for each in self.pins[pin].offices)
            )
        return self._likely[pin, district]


def name_of(kind: str, name_en: str, name_hi: str) -> Name:
    """Name a station: those of some kinds are called by it, everywhere alike."""
    return _NAME_BY_KIND.get(kind) or Name(name_en, name_hi)


def is_named_by_kind(kind: str) -> bool:
    """Say whether stations of a kind are called by it."""
    return kind in _NAME_BY_KIND


def alias(word: str) -> Name:
    """Give another name of a station, as somebody wrote it in one script or the other."""
    return Name(word, word)


@cache
def read_directory(folder: Path = DATA) -> Directory:
    """Read the CSV files of a data folder, once in a process."""
    headquarters = _read_headquarters(folder)
    districts = [_district(row, headquarters) for row in _rows(folder, "police_districts")]
    by_code = {district.code: district for district in districts}
    stations = [_station(row, by_code) for row in _rows(folder, "stations")]
    return Directory(districts, stations, _read_pins(folder))


def _read_headquarters(folder: Path) -> dict[str, Name]:
    """Read the chief town of each revenue district, by which people call its police too."""
    return {row["lgd_code"]: Name(row["hq_en"], row["hq_hi"]) for row in _rows(folder, "districts")}


def _district(row: Mapping[str, str], headquarters: Mapping[str, Name]) -> District:
    is_a_part = "inside revenue district" in row["note"]  # Bagaha, Naugachia: towns of their own
    parent = row["parent_lgd_code"]
    return District(
        code=row["police_district_code"],
        name=Name(row["name_en"], row["name_hi"]),
        revenue_district=parent,
        headquarters=None if is_a_part else headquarters.get(parent),
    )


def _station(row: Mapping[str, str], districts: Mapping[str, District]) -> Station:
    return Station(
        code=row["ps_code"],
        name=name_of(row["kind"], row["name_en"], row["name_hi"]),
        district=districts[row["police_district_code"]],
        kind=row["kind"],
        telephone=row.get("telephone") or None,
    )


def _read_pins(folder: Path) -> dict[str, Pin]:
    rows_by_pin: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows(folder, "pincodes"):
        rows_by_pin[row["pin"]].append(row)
    return {pin: _pin(rows) for pin, rows in rows_by_pin.items()}


def _pin(rows: list[dict[str, str]]) -> Pin:
    rows = sorted(rows, key=lambda row: -float(row["share_of_offices"]))
    offices = [office.strip() for row in rows for office in row["office_names"].split(";")]
    return Pin(tuple(row["lgd_code"] for row in rows), tuple(filter(None, offices)))


def _rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
