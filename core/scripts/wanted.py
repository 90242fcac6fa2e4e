"""Who is wanted in a district, and where to tell what one knows.

Names of persons have no clips, and a voice that garbles them could name somebody else. So a call
says where they can be read (`spoken.po` leaves out the names), and the number for tips.
"""

from __future__ import annotations

from functools import partial

from core.dialogue import Last, Once
from core.police import Police, WantedList, WantedPerson
from core.scripts.find_station import find_district
from core.service_entry import Service
from core.text import Joined, Name, Text, Words

TIPS_NUMBER = "14432"  # of the STF (data/helplines.csv)
_TIP = Text("If you know anything: {number}. Your name stays secret.")


async def wanted(police: Police) -> Words | Last:
    """Ask for the district, and list who is wanted there."""
    place = await find_district(police)
    district = police.directory.district(place.district)
    if district is None:
        return Text("Without the district we cannot look. Please ask at any police station.")
    found: WantedList = await Once("wanted", partial(police.wanted, district.code))
    tip = _TIP(number=TIPS_NUMBER)
    letter = {"number": TIPS_NUMBER}
    if not found["persons"]:
        nobody = Text("{district}: nobody is in the list of wanted persons of {date}.")
        words = nobody(district=district.name, date=found["date"])
        return Last(Joined((words, tip)), "helpline", letter)
    head = Text("Wanted in {district}, by the police records of {date}: {names}.")
    names = list(map(_person, found["persons"]))
    if others := found["others"]:
        names.append(Text("and {others} others")(others=others))
    listed = Joined(tuple(names), between="; ")
    words = head(district=district.name, date=found["date"], names=listed)
    return Last(Joined((words, tip)), "helpline", letter)


WANTED = Service(
    "wanted",
    Text("Wanted persons"),
    wanted,
    menu="more",
    needs="wanted",
    words=("wanted", "wanchit", "vanchit", "वांछित"),
)


def _person(person: WantedPerson) -> Words:
    name = Name(person["latin"], person["devanagari"])
    if reward := person["reward"]:
        return Text("{name} (reward {reward} rupees)")(name=name, reward=reward)
    return name
