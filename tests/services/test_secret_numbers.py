"""Aadhaar and card numbers: left out wherever they are typed, and she is told why."""

from contextlib import suppress

import pytest
from sqlalchemy import LargeBinary, select

from core.sealing import Unreadable
from core.secret_numbers import is_masked, without_secret_numbers
from core.tables import metadata
from tests.officer import asks, disposes
from tests.service import Service, registers
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

AADHAAR, CARD, AMEX, IMEI = (
    "234123412346",
    "4111111111111111",
    "378282246310005",
    "356938035643809",
)
NO_AADHAAR = "234123412345"  # its check digit is wrong
REPORT = "रिपोर्ट लिखाएं"
WHY = "पूरा आधार या कार्ड नंबर"
SAID = {AADHAAR: "XXXXXXXX2346", CARD: "XXXXXXXXXXXX1111"}


def spaced(number: str, between: str = " ", size: int = 4) -> str:
    return between.join(number[start : start + size] for start in range(0, len(number), size))


def everything_kept(service: Service) -> str:
    """Give whatever the database and the session store hold, opened with our keys."""
    seal = service.parts.cases.files.seal
    kept = []
    with service.parts.database.reading() as connection:
        for table in metadata.sorted_tables:
            sealed = [
                column.name for column in table.columns if isinstance(column.type, LargeBinary)
            ]
            for row in connection.execute(select(table)).mappings():
                kept += [str(value) for name, value in row.items() if name not in sealed]
                kept += [_opened(service, row[name]) for name in sealed]
    for key in service.redis.scan_iter("pukar:session:*"):
        kept.append(seal.open(service.redis.get(key) or b""))  # type: ignore[arg-type]
    return " ".join(kept)


def _opened(service: Service, value: bytes | None) -> str:
    with suppress(Unreadable, UnicodeDecodeError):
        return service.parts.cases.files.seal.open(value) if value else ""
    return ""


def is_kept(service: Service, number: str) -> bool:
    """Say whether a number stands anywhere, in whatever groups."""
    kept = everything_kept(service)
    return any(each in kept for each in (number, spaced(number), spaced(number, "-")))


@pytest.mark.parametrize("number", [AADHAAR, CARD, AMEX])
def test_all_but_the_last_four_digits_are_masked(number: str) -> None:
    masked = "X" * (len(number) - 4) + number[-4:]
    assert without_secret_numbers(number) == masked
    assert is_masked(f"नंबर {masked} है")


@pytest.mark.parametrize(
    "written",
    [
        spaced(AADHAAR),
        spaced(AADHAAR, "-"),
        spaced(AADHAAR, "."),
        spaced(AADHAAR, " - "),
        spaced(AADHAAR, "\n"),
        spaced(AADHAAR, " ", 1),
        spaced(AADHAAR, " ", 3),
        "23412341 2346",
        "२३४१ २३४१ २३४६",
        "२३४१२३४१२३४६",
        *(
            spaced(AADHAAR, sign)
            for sign in (",", ", ", "_", ":", "*", "/", "\u200d", "\u00a0" * 4)
        ),
        "2341(2341)2346",
        "2341-2341 2346",
        "2341 2341\n2346",
        "23 4123 412346",
    ],
)
def test_however_it_is_written(written: str) -> None:
    masked = SAID[AADHAAR]
    assert without_secret_numbers(written).replace("२३४६", "2346") == masked
    for before, after in (("आधार", ""), ("1. ", " है"), ("नंबर:", ",9801234567")):
        kept = without_secret_numbers(f"{before}{written}{after}")
        assert kept.startswith(f"{before}{masked[:-4]}")
        assert kept.endswith(after)


@pytest.mark.parametrize("written", [f"0{AADHAAR}", f"0{spaced(AADHAAR)}", f"0 {AADHAAR}"])
def test_a_zero_before_it_does_not_hide_it(written: str) -> None:
    assert without_secret_numbers(written).lstrip("0X ") == AADHAAR[-4:]


def test_several_are_masked_in_one_text_and_what_is_masked_stays() -> None:
    told = f"आधार {spaced(AADHAAR)}, कार्ड {spaced(CARD)}, {CARD}"
    masked = f"आधार {SAID[AADHAAR]}, कार्ड {SAID[CARD]}, {SAID[CARD]}"
    assert without_secret_numbers(told) == masked
    assert without_secret_numbers(masked) == masked


@pytest.mark.parametrize(
    "words",
    [
        "9801234567",
        "+91 98012 34567",
        "919801234567",
        "0612-2219810, 0612-2219811",
        "24-11-2026 10.30",
        f"IMEI {IMEI}",
        NO_AADHAAR,
        "4111111111111112",
        "800001 9801234567",
        "BR01AB1234",
        "XXXXXXXX2346 1234 5678",
        # Their digits pass the check of an Aadhaar or card number.
        "2005, 2006, 2017",
        "2005 2006 2017",
        "2500, 2500, 2700",
        "2,34,123, 5,61000",
        "341/323/504/305",
        "341, 323, 504, 305",
        "23, 34, 42, 56, 67, 14",
        "22-11-26, 13-11-26",
        "22-11-26 13-11-26",
        "20:30, 21:45, 22:18",
        "20.30 21.45 22.18",
        "800001 800018",
        "2219 8101, 2219 8117",
        "22198101, 22198117",
    ],
)
def test_other_numbers_stay(words: str) -> None:
    assert without_secret_numbers(words) == words


def test_in_a_story_on_ussd(sqlite_service: Service) -> None:
    caller = sqlite_service.caller().dials()
    for typed in ("1", "4", "800001", "1", f"मेरा आधार {spaced(AADHAAR)} खो गया"):
        caller.types(typed)
    assert WHY in caller.screen
    assert not is_kept(sqlite_service, AADHAAR)
    while "\n9 " in caller.screen:
        caller.types("9")
    caller.types("1")
    assert sqlite_service.only_case().story == f"मेरा आधार {SAID[AADHAAR]} खो गया"
    assert not is_kept(sqlite_service, AADHAAR)


def test_what_was_keyed_before_is_known_again_by_its_hash(sqlite_service: Service) -> None:
    """The same again is a repeat, something else comes late, and a star stays a star."""
    caller = sqlite_service.caller().dials()
    for typed in ("1", "4", "800001", "1", f"{AADHAAR} * रात"):
        caller.types(typed)
    screen = caller.screen
    assert caller.sends_again().screen == screen
    late = caller.form() | {"text": caller.keyed.replace(AADHAAR, AADHAAR[::-1])}
    assert sqlite_service.client.post("/ussd/africastalking", data=late).text == f"CON {screen}"
    while "\n9 " in caller.screen:
        caller.types("9")
    caller.types("1")
    assert sqlite_service.only_case().story == f"{SAID[AADHAAR]} * रात"


def test_in_a_name(sqlite_service: Service) -> None:
    caller = sqlite_service.caller().dials()
    caller.chooses("खोया या लापता").chooses("लापता").chooses(REPORT)
    caller.types(f"राम {AADHAAR}")
    assert WHY in caller.screen
    assert not is_kept(sqlite_service, AADHAAR)


def test_where_digits_are_asked_for_it_is_no_answer(sqlite_service: Service) -> None:
    caller = sqlite_service.caller().dials().types("2")
    caller.types(AADHAAR)
    assert not is_kept(sqlite_service, AADHAAR)


def test_in_an_sms_that_begins_a_complaint(sqlite_service: Service) -> None:
    texter = Texter(sqlite_service).writes(f"शिकायत 800001 मेरा आधार {AADHAAR} चोरी हुआ")
    assert WHY in texter.reads
    assert not is_kept(sqlite_service, AADHAAR)
    texter.writes("1")
    assert sqlite_service.only_case().story == f"मेरा आधार {SAID[AADHAAR]} चोरी हुआ"
    assert not is_kept(sqlite_service, AADHAAR)


def test_in_an_sms_that_answers_us(sqlite_service: Service) -> None:
    texter = Texter(sqlite_service).writes("शिकायत").writes("चोरी").writes("800001").writes("1")
    texter.writes(f"कार्ड {spaced(CARD, '-')} चोरी हो गया")
    assert WHY in texter.reads
    assert not is_kept(sqlite_service, CARD)
    assert WHY not in texter.writes("9").reads


def test_in_the_answer_to_a_letter(sqlite_service: Service) -> None:
    reference = registers(sqlite_service.caller())
    asks(sqlite_service, reference)
    texter = Texter(sqlite_service).writes(f"कल, आधार {AADHAAR}")
    assert WHY in texter.reads
    assert not is_kept(sqlite_service, AADHAAR)


def test_in_an_sms_that_waits_for_the_worker(sqlite_service: Service) -> None:
    """The session store is down when it comes in; it is masked already when it is kept."""
    texter = Texter(sqlite_service).writes("शिकायत").writes("चोरी").writes("800001").writes("1")
    entrance = sqlite_service.parts.entrance
    entrance.inbox.take_in("simulator", "waits", texter.phone, f"आधार {AADHAAR} चोरी")
    assert not is_kept(sqlite_service, AADHAAR)


def test_in_the_note_of_an_officer(sqlite_service: Service) -> None:
    reference = registers(sqlite_service.caller())
    disposes(sqlite_service, reference)
    sqlite_service.pukar("cases", "move", reference, "reopened", "--note", f"आधार {AADHAAR}")
    assert not is_kept(sqlite_service, AADHAAR)
    assert SAID[AADHAAR] in everything_kept(sqlite_service)


def test_the_test_finds_what_is_kept(sqlite_service: Service) -> None:
    registers(sqlite_service.caller(), f"नंबर {NO_AADHAAR}")
    assert is_kept(sqlite_service, NO_AADHAAR)
