"""Names are found by their first letters, however they are spelt."""

import pytest

from core.directory import Station
from core.spelling import find_by_spelling
from tests.fakes import DIRECTORY

PATNA = DIRECTORY.district("PATNA")


def names(station: Station) -> tuple[str, str]:
    return station.name.latin, station.name.devanagari


def found(typed: str) -> list[str]:
    assert PATNA
    stations = DIRECTORY.stations_of(PATNA)
    return [station.name.latin for station in find_by_spelling(typed, stations, names)]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("कोत", "Kotwali"),
        ("kotwali", "Kotwali"),
        ("KOTVALI", "Kotwali"),
        ("kotwaali", "Kotwali"),
        ("फुलवारी", "Phulwari"),
        ("fulwari", "Phulwari"),
        ("phulvari", "Phulwari"),
        ("gandhimaidan", "Gandhi Maidan"),
        ("maidan", "Gandhi Maidan"),
        ("गाँधी मैदान", "Gandhi Maidan"),
        ("chauk", "Chowk"),
        ("कंकड", "Kankar Bagh"),
        ("pirbahor", "Pirbahore"),
        ("aalamganj", "Alamganj"),
        ("शास्त्री", "Shastri Nagar"),
    ],
)
def test_however_spelt(typed: str, name: str) -> None:
    assert name in found(typed)
    assert len(found(typed)) <= 4


@pytest.mark.parametrize("typed", ["xyz", "1", "?", "", "   "])
def test_what_is_no_name_finds_nothing(typed: str) -> None:
    assert found(typed) == []


@pytest.mark.parametrize("form", [0, 1], ids=["Roman", "Devanagari"])
def test_every_station_is_found_by_its_own_name(form: int) -> None:
    for district in DIRECTORY.districts:
        stations = DIRECTORY.stations_of(district)
        for station in stations:
            assert station in find_by_spelling(names(station)[form], stations, names)
