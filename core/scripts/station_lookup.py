"""Which police station is mine, and its telephone; by SMS as well, to keep."""

from __future__ import annotations

from functools import partial

from core.dialogue import Choice, Last, Once, option
from core.directory import Station
from core.letters import LONGEST_VARIABLE
from core.police import Place, Police
from core.reference import ungrouped
from core.scripts.find_station import find_station, place_label, station_label
from core.service_entry import Service
from core.text import Joined, Text, Words

_BY_SMS = (option("send", Text("Yes, by SMS")), option("enough", Text("No, thank you")))


async def station_lookup(police: Police) -> Words | Last:
    """Find a station by PIN code or district; say its telephone, and send it where she wishes."""
    place = await find_station(police)
    station = police.directory.station(place.station)
    if station is None:
        return _not_known(police, place)
    letter = _letter(police, station)
    words = _described(police, station)
    if police.is_written_to:
        return Last(words, "station", letter)
    wish = await Choice("by_sms", Text("Send it by SMS?"), _BY_SMS, intro=words, passing=True)
    if wish == "enough":
        return Text("Thank you. In danger dial 112.")
    if await Once("sent_by_sms", partial(police.write_to_her, "station", letter)):
        return Text("The SMS is on its way. Thank you.")
    return Joined((Text("SMS cannot be sent now. Please note it down."), words))


def _described(police: Police, station: Station) -> Words:
    if station.telephone:
        telephone = Text("Tel. {telephone}.")(telephone=station.telephone)
    else:
        telephone = Text("Ask: {helpline}.")(helpline=police.helpline)
    return Joined((Text("{place}.")(place=station_label(station)), telephone))


def _letter(police: Police, station: Station) -> dict[str, str]:
    """Give what the letter names; where the station has no telephone, our own stands in."""
    name = f"{station.name.latin}, {station.district.name.latin}"
    ascii_name = name.encode("ascii", "ignore").decode()
    telephone = ungrouped(station.telephone or "") or ungrouped(police.helpline)
    return {"station": ascii_name[:LONGEST_VARIABLE], "telephone": telephone[:LONGEST_VARIABLE]}


def _not_known(police: Police, place: Place) -> Last:
    words = Text("You may complain at any police station. Ask: {helpline}.")
    number = ungrouped(police.helpline)[:LONGEST_VARIABLE]
    where = Text("{place}.")(place=place_label(police, place))
    return Last(Joined((where, words(helpline=police.helpline))), "helpline", {"number": number})


STATION_LOOKUP = Service(
    "station_lookup",
    Text("My police station"),
    station_lookup,
    menu="first",
)
