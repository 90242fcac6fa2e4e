"""What a caller meets between dial and reference number, and when she dials again."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from core.reference import grouped
from simulator.caller import Caller
from tests.service import Service, reference_on, registers

pytestmark = pytest.mark.redis


def test_a_complaint_is_registered_at_the_station_chosen(caller: Caller, service: Service) -> None:
    caller.dials()
    for typed in ("1", "4", "800001", "कोत", "1", "कल रात साइकिल चोरी हो गई"):
        caller.types(typed)
    assert caller.screen == ("चोरी। कोतवाली, पटना।\nशिकायत भेजें?\n1 भेजें\n2 रद्द करें\n0 वापस")
    caller.types("1")
    assert not caller.is_connected
    reference = reference_on(caller.screen)
    assert "FIR नहीं" in caller.screen
    case = service.only_case()
    station = service.parts.office.directory.station(case.station)
    assert station
    assert (case.reference, case.kind, station.name.latin) == (reference, "theft", "Kotwali")
    assert (case.phone, case.language, case.channel) == ("+919800000001", "hi", "ussd")
    assert service.inbox() == [f"आवेदन {reference} मिला। नंबर लिख लें। यह अभी FIR नहीं है। -बिहार पुलिस"]


def test_nothing_is_sent_without_a_yes(caller: Caller, service: Service) -> None:
    caller.dials()
    for typed in ("1", "4", "2", "मेरा झगड़ा हुआ", "2"):
        caller.types(typed)
    assert caller.screen.startswith("कुछ नहीं भेजा गया")
    assert service.parts.cases.newest() == []
    assert caller.dials().screen.startswith("पुकार")


def test_a_station_need_not_be_known(caller: Caller, service: Service) -> None:
    caller.dials()
    for typed in ("1", "4", "2", "रास्ते में बैग छिन गया", "1"):
        caller.types(typed)
    case = service.only_case()
    assert (case.station, case.district) == (None, None)


def test_a_complaint_about_the_police_goes_to_the_district(
    caller: Caller, service: Service
) -> None:
    caller.dials().types("1").chooses("पुलिस के खिलाफ")
    assert "पिन कोड" in caller.screen
    caller.types("800001")
    assert "क्या हुआ, कब, कहां?" in caller.screen
    caller.types("थाने में सुनवाई नहीं हुई")
    assert "जिला पटना" in caller.screen
    caller.types("1")
    case = service.only_case()
    assert (case.kind, case.district, case.station) == ("police_conduct", "PATNA", None)


@pytest.mark.parametrize(
    ("keys", "number"), [("11", "112"), ("12", "112"), ("13", "1098"), ("15", "1930")]
)
def test_the_number_to_call_first_is_said_before_the_form(
    caller: Caller, keys: str, number: str
) -> None:
    caller.dials()
    for key in keys:
        caller.types(key)
    assert number in caller.screen
    assert caller.is_connected


@pytest.mark.parametrize("pin", ["845438", "804451"])
def test_a_pin_of_several_districts_asks_which(caller: Caller, pin: str) -> None:
    caller.dials().types("1").types("4").types(pin)
    assert caller.screen.startswith("कौन सा जिला?")
    assert caller.types("1").screen.split("\n")[0].endswith(" का थाना?")


def test_an_unknown_pin_asks_for_the_district(caller: Caller) -> None:
    caller.dials().types("1").types("4").types("999999")
    assert caller.screen.startswith("999999 नहीं मिला।")
    assert caller.types("gaya").screen == "कौन सा जिला?\n1 गया\n0 वापस"


@pytest.mark.parametrize("letters", ["कोत", "kotwali", "KOT", "kotvali", "kotwaali"])
def test_letters_narrow_a_long_list_however_spelt(caller: Caller, letters: str) -> None:
    caller.dials().types("1").types("4").types("800001").types(letters)
    assert caller.screen == "पटना का थाना?\n1 कोतवाली\n8 नहीं मिला\n0 वापस"
    assert "नाम लिखकर भेजें" in caller.types("0").screen


def test_letters_that_match_nothing_say_what_is_expected(caller: Caller) -> None:
    caller.dials().types("1").types("4").types("800001").types("xyzzy")
    assert caller.screen.startswith("यह नहीं मिला।\nपटना का थाना?")


def test_a_long_list_pages_there_and_back(caller: Caller) -> None:
    first = caller.dials().types("1").types("4").types("800001").screen
    second = caller.types("9").screen
    assert second != first
    assert caller.types("9").screen != second
    assert caller.types("0").screen == second
    assert caller.types("0").screen == first
    assert "पिन कोड" in caller.types("0").screen


def test_a_second_complaint_is_offered_the_same_station(service: Service) -> None:
    registers(service.caller())
    caller = service.caller().dials().types("1").types("4")
    assert "1 गर्दनीबाग, पटना\n" in caller.screen
    caller.types("1").types("फिर चोरी हुई").types("1")
    newest, first = service.parts.cases.newest()
    assert newest.station == first.station
    assert newest.reference != first.reference


def test_three_answers_not_understood_offer_help(caller: Caller) -> None:
    caller.dials().types("1")
    for _ in range(2):
        assert caller.types("77").screen.startswith("नंबर लिखकर भेजें।\n")
    caller.types("77")
    assert "06120000000" in caller.screen
    assert "112" in caller.screen
    assert caller.types("1").screen.startswith("क्या हुआ?")


def test_112_at_any_question_says_dial_112_and_keeps_the_draft(service: Service) -> None:
    steps = ("1", "4", "800001", "1", "कल रात साइकिल चोरी हो गई")
    for count in range(1, len(steps) + 1):
        caller = service.caller(f"+91980000001{count}").dials()
        for typed in steps[:count]:
            caller.types(typed)
        before = caller.screen
        assert caller.types("112").screen.startswith("खतरा है? अभी 112 डायल करें।")
        assert not caller.is_connected
        if count > 1:
            assert caller.dials().types("1").screen == before


def test_112_can_be_dialled_straight_to(caller: Caller) -> None:
    assert "112 डायल करें" in caller.dials("112").screen


@pytest.mark.parametrize("place", [*range(1, 9), "५"])
def test_every_place_on_the_menu_can_be_dialled_straight_to(
    sqlite_service: Service, place: int | str
) -> None:
    """In Devanagari a page holds three."""
    caller = sqlite_service.caller().dials()
    labels: list[str] = []
    while not labels or "\n9 " in caller.screen:
        if labels:
            caller.types("9")
        labels += re.findall(r"^[1-8] (.+)$", caller.screen, re.MULTILINE)
    wished = sqlite_service.caller("+919800000002").dials().chooses(labels[int(place) - 1])
    assert caller.dials(str(place)).screen == wished.screen


def test_a_dropped_session_goes_on_where_it_stopped(caller: Caller) -> None:
    before = caller.dials().types("1").types("4").types("800001").screen
    caller.drops().dials()
    assert caller.screen == ("बात यहां रुकी थी:\nपटना का थाना?\n1 आगे बढ़ें\n2 शुरू से\n0 बंद")
    assert caller.types("1").screen == before


def test_a_dropped_session_can_be_started_anew(caller: Caller, service: Service) -> None:
    caller.dials().types("1").types("4").types("800001").drops()
    assert caller.dials().types("2").screen.startswith("पुकार")
    reference = None
    for typed in ("1", "4", "2", "झगड़ा हुआ है", "1"):
        caller.types(typed)
    reference = reference_on(caller.screen)
    assert [case.reference for case in service.parts.cases.newest()] == [reference]


def test_leaving_the_offer_keeps_the_draft(caller: Caller) -> None:
    caller.dials().types("1").types("4").drops().dials().types("0")
    assert "बात यहां रुकी थी" in caller.dials().screen


def test_a_draft_is_gone_after_a_day(caller: Caller) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        caller.dials().types("1").types("4").drops()
        clock.shift(timedelta(hours=23, minutes=59))
        assert "बात यहां रुकी थी" in caller.dials().screen
        caller.drops()
        clock.shift(timedelta(hours=24, minutes=1))
        assert caller.dials().screen.startswith("पुकार")


def test_half_a_look_up_does_not_cost_the_draft(caller: Caller) -> None:
    caller.dials().types("1").types("5").types("800001").drops()
    for straight_to in ("2*1234567891", "2", "1*2"):
        caller.dials(straight_to).drops()
    assert caller.dials().screen.startswith("बात यहां रुकी थी:\nपटना का थाना?")


def test_wrong_keys_at_the_offer_do_not_take_it_away(caller: Caller) -> None:
    caller.dials().types("1").types("5").drops().dials()
    for _ in range(3):
        caller.types("7")
    assert "06120000000" in caller.screen
    assert caller.types("1").screen.startswith("बात यहां रुकी थी:")
    assert caller.types("2").screen.startswith("पुकार")


@pytest.mark.parametrize(
    ("keys", "times_offered"),
    [
        pytest.param("4 800001 कोत 1 चोरी 1", 1, id="theft at a station"),
        pytest.param("4 800001 महिला 1 चोरी 1", 0, id="theft at the women's station"),
        pytest.param("1 800001 कोत 1 मारपीट 1 4071", 0, id="women's safety, no SMS"),
        pytest.param("1 800001 कोत 1 मारपीट 2 4071", 0, id="women's safety, with SMS"),
    ],
)
def test_a_station_that_tells_a_tale_is_not_offered_on_a_shared_phone(
    caller: Caller, keys: str, times_offered: int
) -> None:
    caller.dials().types("1")
    for key in keys.split():
        caller.types(key)
    reference_on(caller.screen)
    assert caller.dials().types("1").types("4").screen.count("पटना") == times_offered


@pytest.mark.parametrize("story", ["चोरी", "मारा", "घर", "ok"])
def test_a_short_story_is_a_story(caller: Caller, story: str) -> None:
    caller.dials().types("1").types("4").types("2").types(story)
    assert "शिकायत भेजें?" in caller.screen


@pytest.mark.parametrize("story", ["", "1", ".", "क", "?!?", "12345"])
def test_a_key_is_no_story(caller: Caller, story: str) -> None:
    caller.dials().types("1").types("4").types("2").types(story)
    assert caller.screen.startswith("कुछ शब्द लिखें।")


@pytest.mark.parametrize(
    ("town", "district"),
    [("sasaram", "रोहतास"), ("भभुआ", "कैमूर"), ("chapra", "सारण"), ("hajipur", "वैशाली")],
)
def test_a_district_is_found_by_its_chief_town_too(
    caller: Caller, town: str, district: str
) -> None:
    caller.dials().types("1").types("4").types("1").types(town)
    assert f"1 {district}\n" in caller.screen


def test_the_fir_number_stays_in_the_status(service: Service) -> None:
    reference = registers(service.caller())
    for state in ("sent_to_station", "fir_registered", "under_investigation"):
        options = ("--fir-number", "12/2026") if state == "fir_registered" else ()
        service.pukar("cases", "move", reference, state, *options)
    assert "12/2026" in service.caller().dials(f"2*{reference}").screen


def test_a_transferred_case_shows_its_new_station(service: Service) -> None:
    reference = registers(service.caller())
    service.pukar("cases", "move", reference, "transferred", "--station", "Phulwari")
    screen = service.caller().dials(f"2*{reference}").screen
    assert "फुलवारी" in screen
    assert "गर्दनीबाग" not in screen


def test_a_straight_dial_does_not_disturb_the_draft(service: Service) -> None:
    reference = registers(service.caller())
    caller = service.caller().dials().types("1").types("5").drops()
    assert "आवेदन मिला" in caller.dials(f"2*{reference}").screen
    assert "बात यहां रुकी थी" in caller.dials().screen


def test_status_by_straight_dial(service: Service) -> None:
    reference = registers(service.caller())
    caller = service.caller().dials(f"2*{reference}#")
    assert re.sub(r"\d\d-\d\d-\d{4}", "DATE", caller.screen) == (
        f"{reference[:3]} {reference[3:6]} {reference[6:]}: आवेदन मिला (DATE)। गर्दनीबाग, पटना।"
        " आगे SMS\n9 आगे\n0 वापस"
    )
    assert caller.types("9").screen == (
        "आएगा।\nऔर कुछ?\n1 और बताएं\n2 आवेदन वापस लें\n3 बस इतना\n0 वापस"
    )
    assert not caller.types("3").is_connected


@pytest.mark.parametrize("grouping", ["{0} {1} {2}", "{0}-{1}-{2}", "{0}.{1} {2}"])
def test_a_reference_number_is_read_whatever_its_grouping(service: Service, grouping: str) -> None:
    reference = registers(service.caller())
    typed = grouping.format(reference[:3], reference[3:6], reference[6:])
    assert "आवेदन मिला" in service.caller().dials().types("2").types(typed).screen


def test_a_mistyped_number_is_told_apart_from_an_unknown_one(service: Service) -> None:
    caller = service.caller().dials().types("2")
    assert caller.types("1234567891").screen.startswith("कोई अंक गलत है। फिर देखें।\n")
    assert caller.types("2527702793").screen.startswith("यह नंबर नहीं मिला।\n")
    assert caller.types("123").screen.startswith("10 अंक लिखें।\n")


def test_another_phone_hears_the_state_only(service: Service) -> None:
    reference = registers(service.caller())
    stranger = service.caller("+919800000002").dials(f"2*{reference}")
    assert stranger.screen.endswith(": आवेदन मिला।")
    assert "गर्दनीबाग" not in stranger.screen


def test_after_five_wrong_numbers_in_an_hour_a_phone_waits(service: Service) -> None:
    reference = registers(service.caller())
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        caller = service.caller("+919800000002").dials().types("2")
        for last_digit in range(1, 6):
            assert caller.is_connected
            caller.types(f"123456789{last_digit}")
        assert not caller.is_connected
        assert "1 घंटे बाद" in caller.screen
        assert "1 घंटे बाद" in caller.dials(f"2*{reference}").screen
        clock.shift(timedelta(minutes=61))
        assert "आवेदन मिला" in caller.dials(f"2*{reference}").screen


def test_a_repeated_wrong_number_counts_once(service: Service) -> None:
    reference = registers(service.caller())
    caller = service.caller("+919800000002").dials().types("2").types("1234567891")
    for _ in range(9):
        caller.sends_again()
    assert grouped(reference) in caller.types(reference).screen


@pytest.mark.parametrize("kind", ["चोरी", "chori", "Theft", "chorii"])
@pytest.mark.parametrize("yes", ["हाँ", "haan", "bhejein", "YES"])
def test_an_option_may_be_answered_by_its_name(caller: Caller, kind: str, yes: str) -> None:
    for typed in ("शिकायत", kind, "800001", "1", "कल रात हुई", yes):
        if not caller.keyed:
            caller.dials()
        caller.types(typed)
    reference_on(caller.screen)


@pytest.mark.parametrize("typed", ["na bheje", "nahin", "mat bhejo", "नहीं"])
def test_no_is_never_taken_for_yes(service: Service, caller: Caller, typed: str) -> None:
    caller.dials()
    for each in ("1", "4", "800001", "1", "कल रात हुई", typed):
        caller.types(each)
    assert service.parts.cases.newest() == []


def test_what_is_not_understood_takes_no_choice_off_the_screen(service: Service) -> None:
    caller = service.caller().dials()
    for typed in ("1", "4"):
        caller.types(typed)
    assert {"1", "2"} <= keys_on(caller.types("12345").screen)
    caller.types("2").drops()
    caller.dials()
    before = keys_on(caller.screen)
    assert keys_on(caller.types("7").screen) == before


def keys_on(screen: str) -> set[str]:
    return set(re.findall(r"^(\d) ", screen, re.MULTILINE))
