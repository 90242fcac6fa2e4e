"""Is a vehicle in the police's list: stolen, recovered, or not in it."""

from __future__ import annotations

from functools import partial

from core.dialogue import Choice, Last, Once, Plate, option
from core.letters import VEHICLE_UNLISTED, letter_of_vehicle
from core.plates import spaced
from core.police import Place, Police, VehicleFound, VehicleList
from core.scripts.find_station import place_label
from core.service_entry import Service
from core.text import Joined, Text, Words

_NONE = option("none", Text("None of these"))
_WHAT_IS_KNOWN = {
    "stolen": Text("{plate}: stolen, by the police records of {date}."),
    "recovered": Text("{plate}: recovered, by the police records of {date}."),
}
_WHAT_TO_DO = {
    "stolen": Text("If you see it, dial 112 or tell the station."),
    "recovered": Text("Please ask at the station, with the papers of the vehicle."),
}


async def vehicle_lookup(police: Police) -> Last:
    """Ask for the number of a vehicle, and say what the police know of it."""
    plate = await Plate("plate", Text("Number of the vehicle, as BR01AB1234?"), passing=True)
    known: VehicleList = await Once("vehicles", partial(police.vehicles, plate))
    vehicle = await _the_one(plate, known["vehicles"])
    if vehicle is None:
        words = Text(
            "{plate} is not in the police's list of {date}. That is no proof that it was not"
            " stolen."
        )
        variables = {"plate": plate, "date": known["date"]}
        return Last(words(plate=spaced(plate), date=known["date"]), VEHICLE_UNLISTED, variables)
    return _told(police, vehicle, known["date"])


VEHICLE_LOOKUP = Service(
    "vehicle_lookup",
    Text("Stolen or found vehicle"),
    vehicle_lookup,
    menu="lost",
    needs="vehicles",
    words=("vehicle", "gaadi number", "gadi number", "गाड़ी नंबर", "वाहन नंबर"),
)


async def _the_one(plate: str, found: list[VehicleFound]) -> VehicleFound | None:
    """Give the vehicle that has this plate; what was keyed may be that of several, or another's."""
    by_plate = {each["plate"]: each for each in found}
    if by_plate and plate not in by_plate:
        text = Text("Which number is it?")
        options = tuple(option(each, _written(each)) for each in by_plate)
        plate = await Choice("vehicle", text, options, otherwise=_NONE, passing=True)
    return by_plate.get(plate)


def _written(plate: str) -> Words:
    return Text("{plate}")(plate=spaced(plate))


def _told(police: Police, vehicle: VehicleFound, date: str) -> Last:
    status = vehicle["status"]
    place = Place(vehicle["district"], vehicle["station"])
    head = _WHAT_IS_KNOWN[status](plate=spaced(vehicle["plate"]), date=date)
    where = (Text("{place}.")(place=place_label(police, place)),) if place.district else ()
    variables = {"plate": vehicle["plate"], "date": date}
    return Last(Joined((head, *where, _WHAT_TO_DO[status])), letter_of_vehicle(status), variables)
