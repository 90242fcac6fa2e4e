"""What is due, as an SMS: a question with its numbered options, or last words in full."""

from __future__ import annotations

from core.alphabet import Budget
from core.conversation import Due
from core.dialogue import Said
from core.directory import Directory, Station
from core.language import Language, render
from core.pages import LEFT_OUT, Paper, View, draw
from core.scripts.find_station import station_label
from core.text import Joined, Text, Words

# A question may take two parts (3GPP TS 23.040: 153 septets or 67 units each).
PAGE = Budget(septets=2 * 153, units=2 * 67)
_MOST_STATIONS = 6
_UNKNOWN_PIN = Text("PIN {pin} is not known. Write THANA and the right PIN code.")


def write(due: Due, view: View, page: Paper) -> str:
    """Write what is due; last words are not paged."""
    if isinstance(due, Said):
        words = Joined((LEFT_OUT, due.words), "\n") if view.left_out else due.words
        return render(words, page.language)
    return draw(due, view, page).text


def paper(language: Language, *, calls: bool = False) -> Paper:
    """Give what an SMS is written on."""
    return Paper(language, PAGE, is_letter=True, calls=calls)


def list_stations(directory: Directory, pin: str, language: Language) -> str:
    """Write the stations that a PIN code may belong to, the likeliest first, with telephones."""
    stations = [
        station
        for district in directory.districts_of_pin(pin)
        for station in directory.stations_of(district, near_pin=pin)
    ]
    if not stations:
        return render(_UNKNOWN_PIN(pin=pin), language)
    for most in range(_MOST_STATIONS, 1, -1):
        text = _list(pin, stations[:most], language)
        if PAGE.allows(text):
            return text
    return _list(pin, stations[:1], language)


def _list(pin: str, stations: list[Station], language: Language) -> str:
    head = Text("Some police stations in the district of PIN {pin}:")(pin=pin)
    foot = Text("In danger? Dial 112 now.")
    return render(Joined((head, *map(_entry, stations), foot), between="\n"), language)


def _entry(station: Station) -> Words:
    if station.telephone:
        telephone = Text("Tel. {telephone}.")(telephone=station.telephone)
        return Joined((station_label(station), telephone))
    return station_label(station)
