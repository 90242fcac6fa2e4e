"""The places of Bihar as the data have them."""

from tests.fakes import DIRECTORY


def test_everything_is_loaded() -> None:
    assert len(DIRECTORY.revenue_districts) == 38
    assert len(DIRECTORY.districts) == 44
    assert len(DIRECTORY.stations) == 984
    assert len(DIRECTORY.pins) == 883


def test_every_pin_leads_to_a_district_and_every_district_has_stations() -> None:
    assert all(DIRECTORY.districts_of_pin(pin) for pin in DIRECTORY.pins)
    assert all(DIRECTORY.stations_of(district) for district in DIRECTORY.districts)


def test_a_pin_goes_by_police_district_the_likeliest_first() -> None:
    def districts(pin: str) -> list[str]:
        return [district.code for district in DIRECTORY.districts_of_pin(pin)]

    assert districts("800001") == ["PATNA"]
    assert districts("804451") == ["PATNA", "JEHANABAD", "NALANDA"]
    assert set(districts("845438")) == {"BAGAHA", "WEST_CHAMPARAN"}
    assert districts("999999") == []


def test_stations_named_by_the_pins_post_offices_come_first_and_special_ones_last() -> None:
    [patna] = DIRECTORY.districts_of_pin("800001")
    stations = DIRECTORY.stations_of(patna, near_pin="800001")
    assert stations[0].name.latin == "Gardani Bagh"
    assert [station.kind for station in stations[-2:]] == ["mahila", "prohibition"]
    assert DIRECTORY.stations_of(patna, first_kind="mahila")[0].kind == "mahila"


def test_no_two_stations_of_a_district_look_the_same() -> None:
    for district in DIRECTORY.districts:
        stations = DIRECTORY.stations_of(district)
        assert len({station.name.devanagari for station in stations}) == len(stations)
        assert len({station.name.latin for station in stations}) == len(stations)
