"""Where a matter belongs: by PIN code, by the name of the district, or not known."""

from __future__ import annotations

from core.dialogue import Choice, Number, Once, Option, option
from core.directory import District, Station
from core.police import Place, Police
from core.text import Text, Words

PIN_DIGITS = 6
NOWHERE = Place(district=None, station=None)

_THE_PLACE = Text("PIN code of the place (6 digits)?")
_BY_DISTRICT = option("district", Text("Choose the district"))
_UNKNOWN = option("unknown", Text("I do not know the district"))
_NOT_LISTED: Option[Station | None] = Option("not_listed", Text("Not listed"), None)


async def find_station(
    police: Police,
    *,
    text: Text | None = None,
    intro: Words | None = None,
    first_kind: str | None = None,
    helpline: str = "",
) -> Place:
    """Ask for the police station, after an `intro`; `first_kind` of station heads the list.

    `text` says which place is meant. She may need the `helpline` first.
    """
    usual = police.directory.station(await Once("usual_station", police.usual_station))
    usual = None if usual and usual.closed else usual
    again = (option("usual", station_label(usual)),) if usual else ()
    question = Number(
        "pin",
        text or _THE_PLACE,
        digits=PIN_DIGITS,
        instead=(*again, _BY_DISTRICT, _UNKNOWN),
        intro=intro,
        helpline=helpline,
    )
    pin = await question
    if usual and pin == "usual":
        return Place(usual.district.code, usual.code)
    district = await _district_of(police, pin)
    if district is None:
        return NOWHERE
    station = await _choose_station(police, district, pin, first_kind)
    return Place(district.code, station.code if station else None)


async def find_district(police: Police) -> Place:
    """Ask for the police district only, for what no station is to deal with."""
    pin = await Number("pin", _THE_PLACE, digits=PIN_DIGITS, instead=(_BY_DISTRICT, _UNKNOWN))
    district = await _district_of(police, pin)
    return Place(district.code, None) if district else NOWHERE


def station_label(station: Station) -> Words:
    """Name a station with its district, since names of stations repeat."""
    return Text("{station}, {district}")(station=station.name, district=station.district.name)


def place_label(police: Police, place: Place) -> Words:
    """Name a place as far as it is known."""
    if station := police.directory.station(place.station):
        return station_label(station)
    if district := police.directory.district(place.district):
        return Text("District {district}")(district=district.name)
    return Text("Place not known")


async def _district_of(police: Police, pin: str) -> District | None:
    if pin == "unknown":
        return None
    if pin == "district":
        return await _choose_district("district", police.directory.districts)
    districts = police.directory.districts_of_pin(pin)
    if not districts:
        unknown = Text("We do not know PIN {pin}.")(pin=pin)
        return await _choose_district(
            "district_of_unknown_pin", police.directory.districts, unknown
        )
    if len(districts) == 1:
        return districts[0]
    return await _choose_district("district_of_pin", districts)


async def _choose_district(
    name: str, districts: tuple[District, ...], intro: Words | None = None
) -> District:
    options = tuple(_district_option(district) for district in districts)
    question = Choice(name, Text("Which district?"), options, intro=intro)
    return await question


async def _choose_station(
    police: Police, district: District, pin: str, first_kind: str | None
) -> Station | None:
    stations = police.directory.stations_of(district, near_pin=pin, first_kind=first_kind)
    options = tuple(_station_option(station) for station in stations)
    text = Text("Police station, {district}?")(district=district.name)
    question = Choice("station", text, options, otherwise=_NOT_LISTED)
    return await question


def _district_option(district: District) -> Option[District]:
    also = (district.headquarters,) if district.headquarters else ()
    return Option(district.code, district.name, district, also)


def _station_option(station: Station) -> Option[Station | None]:
    return Option(station.code, station.name, station, station.aliases)
