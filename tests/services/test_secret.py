"""Secret information: told without a number, added to by a code, and no trace of who told it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from cryptography.fernet import Fernet
from sqlalchemy import LargeBinary, select

from core.cases import Case
from core.clock import HERE
from core.duty_officer import WRONG_NUMBERS_PER_HOUR
from core.scripts.main_menu import BELOW
from core.scripts.secret_information import SECRET_INFORMATION
from core.sealing import Unreadable
from core.sessions import SECRET_SECONDS, SECRET_SECONDS_AFTER_END
from core.tables import cases, citizens, inbox, letters, metadata, recordings, session_ends
from core.text import Text
from simulator.caller import Caller
from sms.switchboard import Route
from tests.ivr.conftest import VOICE
from tests.ivr.phones import Phone
from tests.service import DATA_KEY, Service, postman_of, registers
from tests.services import by_call
from tests.sms.test_postman import Unsteady
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

PHONE = "+919800000001"
STORY = "बाजार के पीछे रात को शराब बनती है"
MORE = "अब वे ट्रक से ले जाते हैं"
NEW, HAS_CODE = Text("New information"), Text("I have a code")


@pytest.fixture
def caller(sqlite_service: Service) -> Caller:
    return sqlite_service.caller(PHONE)


@pytest.fixture
def service_by_call(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> Iterator[Service]:
    with by_call.called(sqlite_database_url, fresh_redis_url, tmp_path) as service:
        yield service


def to_service(caller: Caller) -> Caller:
    return caller.dials().chooses("अन्य सेवाएं").chooses("गुप्त सूचना")


def to_confirm(caller: Caller) -> Caller:
    to_service(caller).chooses("नई सूचना").types(STORY).types("800001")
    assert "गुप्त सूचना। जिला पटना।" in caller.screen
    return caller


def tells(caller: Caller) -> str:
    """Tell something, and give the code."""
    return code_on(to_confirm(caller).types("1").screen)


def code_on(screen: str) -> str:
    found = re.search(r"(?<!\d)\d{3} \d{3} \d{2}(?!\d)", screen)
    assert found, screen
    return found[0].replace(" ", "")


def adds(caller: Caller, code: str, words: str = MORE) -> Caller:
    return to_service(caller).chooses("कोड है").types(code).types(words)


def added_to(service: Service, case: Case) -> list[str | None]:
    events = service.parts.cases.events_of(case)
    return [each.note for each in events if each.kind == "answered"]


@contextmanager
def later(seconds: float) -> Iterator[None]:
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=True):
        yield


def is_in_the_session_store(service: Service) -> bool:
    return service.parts.office.sessions.open(PHONE).session is not None


def rows_that_name(service: Service, phone: str = PHONE) -> dict[str, int]:
    """Count the rows of each table from which a phone can be read, with all our keys."""
    counted = {}
    with service.parts.database.reading() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(select(table)).all()
            names = [column.name for column in table.columns]
            sealed = [c.name for c in table.columns if isinstance(c.type, LargeBinary)]
            whole = (dict(zip(names, row, strict=True)) for row in rows)
            counted[table.name] = sum(_names(service, phone, each, sealed) for each in whole)
    return {name: number for name, number in counted.items() if number}


def _names(service: Service, phone: str, row: dict[str, object], sealed: list[str]) -> bool:
    seal = service.parts.cases.files.seal
    opened = []
    for name in sealed:
        value = row[name]
        if isinstance(value, bytes) and value:
            try:
                opened.append(seal.open(value))
            except (Unreadable, UnicodeDecodeError):
                continue
    whole = " ".join([*map(str, row.values()), *opened])
    return seal.fingerprint("phone", phone) in whole or phone[3:] in whole


# --- Told, and added to


def test_it_is_kept_without_a_number_and_seen_by_no_station(
    sqlite_service: Service, caller: Caller
) -> None:
    code = tells(caller)
    case = sqlite_service.only_case()
    assert (case.service, case.protection, case.story) == ("secret_information", "secret", STORY)
    assert (case.phone, case.phone_hash) == ("", "")
    assert (case.district, case.station) == ("PATNA", None)
    assert sqlite_service.parts.cases.find_by_code(code) == case
    assert case.reference not in caller.screen.replace(" ", "")
    assert not caller.is_connected


def test_danger_and_the_tip_line_are_named_first(caller: Caller) -> None:
    assert "112" in to_service(caller).screen
    assert "14432" in caller.screen


def test_the_place_need_not_be_known(sqlite_service: Service, caller: Caller) -> None:
    to_service(caller).chooses("नई सूचना").types(STORY).chooses("जिला पता नहीं")
    code_on(caller.types("1").screen)
    assert sqlite_service.only_case().district is None


def test_nothing_is_sent_unless_it_is_confirmed(sqlite_service: Service, caller: Caller) -> None:
    to_confirm(caller).types("2")
    assert sqlite_service.parts.cases.newest() == []


def test_whoever_has_the_code_adds_to_it_from_any_phone(
    sqlite_service: Service, caller: Caller
) -> None:
    code = tells(caller)
    other = adds(sqlite_service.caller("+919800000002"), f"{code[:4]} {code[4:]}")
    assert other.screen == "धन्यवाद। बात पुलिस को मिल गई।"
    assert added_to(sqlite_service, sqlite_service.only_case()) == [MORE]
    assert rows_that_name(sqlite_service, "+919800000002") == {}


def test_what_is_added_counts_once(sqlite_service: Service, caller: Caller) -> None:
    code = tells(caller)
    adds(caller, code).sends_again()
    adds(caller, code, "और भी")
    assert added_to(sqlite_service, sqlite_service.only_case()) == [MORE, "और भी"]


def test_codes_are_not_to_be_guessed(caller: Caller) -> None:
    code = tells(caller)
    to_service(caller).chooses("कोड है")
    for guess in range(WRONG_NUMBERS_PER_HOUR - 1):
        caller.types(f"1234567{guess}")
        assert "यह कोड हमारे पास नहीं है।" in caller.screen
    assert "1 घंटे" in caller.types("12345678").screen
    assert "1 घंटे" in to_service(caller).chooses("कोड है").types(code).screen


def test_a_code_that_another_informant_has_is_not_given_again(
    sqlite_service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of ten million codes two are the same one day."""
    monkeypatch.setattr("core.duty_officer.CODE_LENGTH", 2)
    callers = [sqlite_service.caller(f"+91980000010{number}") for number in range(6)]
    told = []
    for caller in callers:
        to_confirm(caller).types("1")
        told.append(caller.screen)
    assert len(sqlite_service.parts.cases.newest()) == len(set(told)) == 6


# --- The same again


def test_the_last_request_again_tells_the_code_again(
    sqlite_service: Service, caller: Caller
) -> None:
    code = tells(caller)
    assert code_on(caller.sends_again().screen) == code
    assert len(sqlite_service.parts.cases.newest()) == 1


def test_whoever_redials_before_the_code_came_is_told_it(
    sqlite_service: Service, caller: Caller
) -> None:
    to_confirm(caller)
    [key] = sqlite_service.redis.scan_iter("pukar:session:*")
    before = sqlite_service.redis.dump(key)
    code = code_on(caller.types("1").screen)
    sqlite_service.redis.restore(key, 0, before, replace=True)  # type: ignore[arg-type]
    assert code_on(caller.dials().screen) == code
    assert len(sqlite_service.parts.cases.newest()) == 1


def test_whoever_picks_up_the_phone_next_sees_nothing_of_it(caller: Caller) -> None:
    tells(caller)
    assert caller.dials().screen.startswith("पुकार")


def test_a_dropped_conversation_goes_on_for_some_minutes(
    sqlite_service: Service, caller: Caller
) -> None:
    to_confirm(caller).drops()
    assert caller.dials().screen.startswith("बात यहां रुकी थी:")
    caller.types("1")
    code_on(caller.types("1").screen)
    assert sqlite_service.only_case().story == STORY


def test_then_nothing_is_left_of_it(sqlite_service: Service, caller: Caller) -> None:
    to_confirm(caller).drops()
    [key] = sqlite_service.redis.scan_iter("pukar:session:*")
    assert 0 < sqlite_service.redis.ttl(key) <= SECRET_SECONDS
    with later(SECRET_SECONDS + 1):
        assert not is_in_the_session_store(sqlite_service)
        assert caller.dials().screen.startswith("पुकार")


def test_after_the_end_even_sooner(sqlite_service: Service, caller: Caller) -> None:
    tells(caller)
    [key] = sqlite_service.redis.scan_iter("pukar:session:*")
    assert 0 < sqlite_service.redis.ttl(key) <= SECRET_SECONDS_AFTER_END
    with later(SECRET_SECONDS_AFTER_END + 1):
        assert not is_in_the_session_store(sqlite_service)


def test_what_follows_takes_nothing_of_it_along(sqlite_service: Service, caller: Caller) -> None:
    """Another channel still knew its last screen."""
    code = tells(caller)
    Texter(sqlite_service, PHONE).writes("शिकायत")
    session = sqlite_service.parts.office.sessions.open(PHONE).session
    assert session
    kept = str(session)
    assert list(session.lines) == ["sms"]
    assert STORY not in kept
    assert code not in kept.replace(" ", "")
    [key] = sqlite_service.redis.scan_iter("pukar:session:*")
    assert sqlite_service.redis.ttl(key) > SECRET_SECONDS


# --- A draft set aside

DRAFT = ("1", "4", "800001", "1", "कल रात साइकिल चोरी हो गई")


def begins_complaint(caller: Caller) -> Caller:
    caller.dials()
    for typed in DRAFT:
        caller.types(typed)
    return caller.drops()


@pytest.mark.parametrize("told", [(), ("1", STORY)])
def test_a_draft_set_aside_outlives_secret_information(
    sqlite_service: Service, caller: Caller, told: tuple[str, ...]
) -> None:
    begins_complaint(caller)
    texter = Texter(sqlite_service, PHONE).writes("गुप्त")
    for words in told:
        texter.writes(words)
    with later(SECRET_SECONDS + 1):
        session = sqlite_service.parts.office.sessions.open(PHONE).session
        assert session
        assert STORY not in str(session)
        assert not session.is_secret
        assert caller.dials().screen.startswith("बात यहां रुकी थी:")
        caller.types("1").types("1")
    assert sqlite_service.only_case().kind == "theft"


def test_a_draft_that_was_sent_does_not_come_back(sqlite_service: Service, caller: Caller) -> None:
    begins_complaint(caller)
    Texter(sqlite_service, PHONE).writes("गुप्त")
    caller.dials().types("1").types("1")
    assert list(sqlite_service.redis.scan_iter("pukar:draft:*")) == []
    with later(SECRET_SECONDS + 1):
        assert caller.dials().screen.startswith("पुकार")


# --- No trace


def test_no_table_has_her_number(sqlite_service: Service, caller: Caller) -> None:
    code = tells(caller)
    end = {"status": "Success", "hopsCount": "9", "durationInMillis": "20000"}
    sqlite_service.client.post("/ussd/africastalking/events", data=caller.form() | end)
    adds(caller, code)
    to_confirm(caller).drops()
    assert rows_that_name(sqlite_service) == {}
    with sqlite_service.parts.database.reading() as connection:
        ends = connection.execute(select(session_ends.c.outcome, session_ends.c.question)).all()
    assert sorted(map(tuple, ends)) == [("completed", None), ("dropped", None)]
    assert sqlite_service.inbox(PHONE) == []


def end_of(caller: Caller) -> dict[str, str]:
    """Give the event with which the provider tells the end of what is dialled now."""
    return caller.form() | {"status": "Success", "hopsCount": "9", "durationInMillis": "20000"}


def ended(service: Service, end: dict[str, str]) -> None:
    assert service.client.post("/ussd/africastalking/events", data=end).status_code == 200


def test_an_end_that_is_told_after_she_dialled_again_names_nobody(
    sqlite_service: Service, caller: Caller
) -> None:
    tells(caller)
    end = end_of(caller)
    caller.dials()
    ended(sqlite_service, end)
    assert rows_that_name(sqlite_service) == {}


@pytest.mark.parametrize(
    ("does", "seconds"), [(tells, SECRET_SECONDS_AFTER_END + 1), (to_confirm, SECRET_SECONDS + 1)]
)
def test_an_end_that_is_told_late_names_nobody(
    sqlite_service: Service, caller: Caller, does: Callable[[Caller], object], seconds: float
) -> None:
    does(caller)
    with later(seconds):
        ended(sqlite_service, end_of(caller))
    assert rows_that_name(sqlite_service) == {}


def test_the_language_chosen_before_tells_the_day_only(
    sqlite_service: Service, caller: Caller
) -> None:
    """It is kept with her number, and must not be matched by its time to what she told."""
    caller.dials().chooses("भाषा").chooses("हिंदी")
    code_on(
        caller.chooses("अन्य सेवाएं")
        .chooses("गुप्त सूचना")
        .chooses("नई सूचना")
        .types(STORY)
        .types("800001")
        .types("1")
        .screen
    )
    with sqlite_service.parts.database.reading() as connection:
        [(moment, sealed)] = connection.execute(
            select(citizens.c.changed_at, citizens.c.phone_sealed)
        )
    written = datetime.fromtimestamp(Fernet(DATA_KEY).extract_timestamp(sealed), UTC)
    for each in (moment, written):
        here = each.astimezone(HERE)
        assert (here.hour, here.minute, here.second) == (0, 0, 0)


def test_the_test_finds_what_others_leave(sqlite_service: Service, caller: Caller) -> None:
    registers(caller)
    caller.drops()
    named = rows_that_name(sqlite_service)
    assert named == {"cases": 1, "citizens": 1, "letters": 1, "session_ends": 1}


def test_her_usual_station_stays_what_it_was(sqlite_service: Service, caller: Caller) -> None:
    registers(caller)
    citizens = sqlite_service.parts.office.citizens
    station = citizens.usual_station_of(PHONE)
    assert station
    tells(caller)
    assert citizens.usual_station_of(PHONE) == station


def test_nobody_calls_an_informant(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    """Our calls are noted with the number: to speak instead is not offered."""
    stores = (sqlite_database_url, fresh_redis_url, tmp_path)
    with by_call.called(*stores) as service:
        caller = service.caller(PHONE)
        caller.dials().types("1").chooses("चोरी").types("800001").types("1")
        assert "बोलकर बताएं" in caller.screen
        caller.drops()
        caller.dials().types("2")
        to = caller.chooses("अन्य सेवाएं").chooses("गुप्त सूचना").chooses("नई सूचना")
        assert "अपना नाम न लिखें" in to.screen
        assert "\n1 " not in to.screen
        Texter(service, PHONE).writes("पुकार").writes("2").writes("गुप्त").writes("1")
        assert "अपना नाम न लिखें" in service.inbox(PHONE)[0]
        assert "1 " not in service.inbox(PHONE)[0]


# --- By SMS


def by_sms(service: Service) -> Texter:
    texter = Texter(service, PHONE)
    texter.writes("पुकार").writes("अन्य सेवाएं").writes("गुप्त सूचना")
    assert "डायल करना बेहतर" in texter.reads
    return texter


def test_by_sms_no_code_is_told(sqlite_service: Service) -> None:
    texter = by_sms(sqlite_service).writes("1").writes(STORY).writes("800001").writes("1")
    assert "मिटा दें" in texter.reads
    assert not re.search(r"\d{3}", texter.reads)
    case = sqlite_service.only_case()
    assert (case.story, case.phone_hash, case.channel) == (STORY, "", "sms")


def test_by_sms_nothing_is_left_of_what_was_written(sqlite_service: Service) -> None:
    texter = by_sms(sqlite_service).writes("1").writes(STORY).writes("800001").writes("1")
    assert texter.reads
    with sqlite_service.parts.database.reading() as connection:
        texts = connection.execute(select(inbox.c.text_sealed).order_by(inbox.c.id)).scalars().all()
    assert texts[2:] == [b""] * 5  # the menus before it are nothing special
    assert texter.writes("HAAL").reads
    with later(3601):
        sqlite_service.parts.entrance.inbox.tidy_up()
    with sqlite_service.parts.database.reading() as connection:
        said = connection.execute(select(letters.c.words_sealed, letters.c.template)).all()
        kept = connection.execute(select(inbox.c.text_sealed, inbox.c.text_hash)).all()
    assert {words for words, _ in said} <= {None, b""}
    assert {template for _, template in said} <= {"go_on", "danger"}
    assert {tuple(each) for each in kept} == {(b"", "")}


def test_an_answer_whose_words_are_gone_is_tried_again_as_its_stand_in(
    sqlite_service: Service,
) -> None:
    """It was sent, its words were taken out, and only then a receipt says that it failed."""
    assert Texter(sqlite_service, PHONE).writes("पुकार").reads
    gateway = Unsteady()
    with later(3601):
        sqlite_service.parts.entrance.inbox.tidy_up()
        sqlite_service.client.post("/sms/simulator/delivery", data={"id": "1", "status": "failed"})
        sqlite_service.pukar("letters", "retry", "--all")
        postman_of(sqlite_service, Route(gateway)).round()
    [again] = gateway.sent
    assert again.text.endswith("-बिहार पुलिस")


def test_an_sms_that_is_posted_again_is_not_heard_again(sqlite_service: Service) -> None:
    texter = by_sms(sqlite_service).writes("1").writes(STORY).writes("800001").writes("1")
    count = len(texter.inbox)
    assert texter.sends_again().status_code == 200
    assert len(texter.inbox) == count
    assert len(sqlite_service.parts.cases.newest()) == 1


def test_by_sms_a_word_leads_straight_to_it(sqlite_service: Service) -> None:
    assert "डायल करना बेहतर" in Texter(sqlite_service, PHONE).writes("गुप्त सूचना").reads


def test_by_sms_she_may_leave(sqlite_service: Service) -> None:
    texter = by_sms(sqlite_service).writes("2")
    assert "कुछ नहीं भेजा गया" in texter.reads
    assert sqlite_service.parts.cases.newest() == []


# --- On a call


def calls(service: Service) -> Phone:
    phone = by_call.phone(service, PHONE).dials()
    return by_call.wants(phone, BELOW["more"], SECRET_INFORMATION.label)


def code_heard(phone: Phone) -> str:
    found = re.findall(r"(?<!\d)\d(?: \d){7}(?!\d)", phone.heard)
    assert len(found) == 2, phone.heard
    assert found[0] == found[1]
    return str(found[0]).replace(" ", "")


def tells_by_call(service: Service) -> tuple[Phone, str]:
    phone = by_call.tells(by_call.wants(calls(service), NEW))
    phone.presses("3").presses("800001").presses("1")
    return phone, code_heard(phone)


def test_on_a_call_the_code_is_said_twice_and_no_sms_offered(service_by_call: Service) -> None:
    phone, code = tells_by_call(service_by_call)
    assert "SMS" not in phone.heard
    assert "एस एम एस" not in phone.heard
    assert code_heard(phone.presses("1")) == code
    phone.presses("2").hangs_up()
    assert service_by_call.inbox(PHONE) == []
    case = service_by_call.only_case()
    assert case.recording
    assert case.phone_hash == ""


def test_on_a_call_more_is_added_by_the_code(service_by_call: Service) -> None:
    phone, code = tells_by_call(service_by_call)
    phone.hangs_up()
    phone = by_call.wants(calls(service_by_call), HAS_CODE).presses(code)
    by_call.tells(phone)
    phone.hangs_up()
    events = service_by_call.parts.cases.events_of(service_by_call.only_case())
    assert [each.kind for each in events] == ["moved", "answered"]
    assert events[1].recording


def test_an_informant_who_hangs_up_or_falls_silent_gets_no_sms(service_by_call: Service) -> None:
    phone = by_call.wants(calls(service_by_call), NEW).stays_silent().speaks(VOICE)
    phone.hangs_up()
    phone = by_call.wants(by_call.phone(service_by_call, PHONE).dials(), Text("Go on"))
    for _ in range(4):
        if not phone.is_over:
            phone.stays_silent()
    assert phone.is_over
    assert service_by_call.inbox(PHONE) == []


def test_of_a_recording_the_call_is_forgotten_once_it_is_ours(service_by_call: Service) -> None:
    phone, _ = tells_by_call(service_by_call)
    phone.hangs_up()
    kept = service_by_call.parts.recordings
    with later(3600):
        [recording] = kept.take_due()
        assert recording.call
        kept.mark_copied(recording, "audio/wav")
        [copied] = [each for each in (kept.find(recording.id),) if each]
        kept.mark_kept(copied)
    with service_by_call.parts.database.reading() as connection:
        [row] = connection.execute(select(recordings.c.call, recordings.c.address_sealed)).all()
    assert tuple(row) == ("", None)


def test_of_a_recording_that_was_lost_as_well(service_by_call: Service) -> None:
    phone, _ = tells_by_call(service_by_call)
    phone.hangs_up()
    kept = service_by_call.parts.recordings
    with later(3600):
        [recording] = kept.take_due()
        kept.mark_lost(recording, "gone")
    with service_by_call.parts.database.reading() as connection:
        assert connection.execute(select(recordings.c.call)).scalars().all() == [""]


def test_the_end_of_a_call_that_another_has_followed_names_nobody(
    service_by_call: Service,
) -> None:
    phone, _ = tells_by_call(service_by_call)
    by_call.phone(service_by_call, PHONE).dials()
    phone.hangs_up()
    assert rows_that_name(service_by_call) == {}


def test_no_table_has_the_number_of_who_called(service_by_call: Service) -> None:
    phone, _ = tells_by_call(service_by_call)
    phone.hangs_up()
    assert rows_that_name(service_by_call) == {}
    with service_by_call.parts.database.reading() as connection:
        assert connection.execute(select(cases.c.phone_sealed)).scalars().all() == [b""]
