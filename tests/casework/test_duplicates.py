"""Cases that may tell of the same: informants have no phone in common, forms have their words."""

from collections.abc import Iterator

import pytest

from casework.duplicates import Duplicates
from casework.seen import SeenCases
from casework.viewer import Viewer
from casework.work import Work
from core.clock import as_of
from core.dialogue import Recorded, Typed
from core.police import Told
from core.replies import Replies
from tests.casework.precinct import Precinct, at, precinct

SP = Viewer(1, "sp.patna", "district", "PATNA")
GAYA = Viewer(2, "sp.gaya", "district", "GAYA")


@pytest.fixture
def patna(sqlite_database_url: str) -> Iterator[Precinct]:
    with precinct(sqlite_database_url) as patna:
        yield patna


def proposed(patna: Precinct, reference: str) -> list[tuple[str, str]]:
    duplicates = Duplicates(patna.database, patna.seal)
    with as_of(at(2)):
        found = duplicates.of(SP, patna.cases.look_up(reference))
    return [(each.reference, each.reason) for each in found]


def test_what_informants_told_is_of_no_phone_in_common(patna: Precinct) -> None:
    stories = ("गोदाम में शराब उतरती है", "बस अड्डे पर जुआ होता है", "रात गोदाम में शराब उतरती है")
    one, other, again = (
        patna.registers(at(1), None, phone="", kind="secret_information", story=story)
        for story in stories
    )
    assert proposed(patna, other) == []
    assert proposed(patna, one) == [(again, "alike")]


def missing(name: str, seen: str) -> Told:
    return {
        "missing_name": Typed(name),
        "missing_sex": "male",
        "missing_age": "14",
        "missing_since": "2026-05-31",
        "last_seen": Typed(seen),
    }


def test_a_person_whom_two_phones_miss_is_proposed_by_what_both_told(patna: Precinct) -> None:
    father, uncle, stranger = (
        patna.registers(at(1), phone=f"+91980000000{n}", kind="missing_person", story="", told=told)
        for n, told in enumerate(
            (
                missing("राहुल पासवान", "गांधी मैदान मेला, नीली शर्ट"),
                missing("राहुल पासवान", "मेला, गांधी मैदान, नीली कमीज"),
                missing("असलम खान", "जंक्शन पर, लाल टोपी"),
            )
        )
    )
    assert proposed(patna, father) == [(uncle, "alike")]
    assert proposed(patna, stranger) == []


def test_every_recording_of_a_case_is_found_by_who_sees_it(patna: Precinct) -> None:
    told: Told = {"missing_name": Recorded("name"), "last_seen": Recorded("seen")}
    reference = patna.registers(at(1), kind="missing_person", story=Recorded("story"), told=told)
    with as_of(at(1)):
        Replies(patna.cases.files).add(reference, Recorded("more"))
        Work(patna.cases.files).note(SP, reference, "ok")
    other = patna.registers(at(1), story=Recorded("theft"))
    seen = SeenCases(patna.database)
    asked = ["name", "seen", "story", "more", "theft", "none"]

    found = seen.of_recordings(SP, asked)

    assert found == dict.fromkeys(asked[:4], reference) | {"theft": other}
    assert seen.of_recordings(GAYA, asked) == {}
