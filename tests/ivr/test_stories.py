"""What callers spoke: announced at once, fetched later, kept sealed, deleted at the provider."""

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
import requests
import soundfile
from sqlalchemy import update

from audio.vault import Vault
from core.database import DatabaseDown
from core.recordings import (
    DELETED_THERE_AFTER,
    GIVE_UP_AFTER,
    KEPT_WITHOUT_CASE,
    LEASE,
    Recording,
)
from core.tables import recordings
from ivr import entrance
from ivr.collector import kind_of
from ivr.download import LARGEST_RECORDING
from providers.transport import TryLater
from tests.ivr.africastalking_phone import AfricasTalkingPhone
from tests.ivr.conftest import (
    ACCOUNT,
    CONFIRM,
    PLAYBACK,
    STOPPED_AT,
    TOKEN,
    VOICE,
    Exchange,
    Maker,
    Serves,
    at_api,
    database_away,
    hears,
    listens,
    number_heard,
    phone_at,
    press,
    registers_by_call,
    tell,
    to_confirm,
    to_story,
)
from tests.ivr.phones import Phone
from tests.ivr.twilio_phone import TwilioPhone
from tests.providers import Answer, Provider
from tests.service import Service, service_with
from tests.test_faults import out_of_order

pytestmark = pytest.mark.redis

LATER = 10.0  # seconds after which a recording is ready
DAY = timedelta(days=1).total_seconds()
UNTIL_DELETED = DELETED_THERE_AFTER.total_seconds() + 1


@pytest.fixture
def service(serves: Serves, api: Provider, maker: Maker) -> Service:
    """A service whose provider is ours."""
    return serves(**at_api(api, maker))


@pytest.fixture
def either_service(either: dict[str, object], api: Provider, maker: Maker) -> Iterator[Service]:
    """A service whose provider is ours, on either kind of database."""
    settings = {**either, **at_api(api, maker)}
    with service_with(**settings) as service:
        yield service


@pytest.fixture
def phone(service: Service, api: Provider, maker: Maker) -> Phone:
    return phone_at(api, service, maker)


@pytest.fixture
def twilio_service(serves: Serves, api: Provider) -> Service:
    return serves(**at_api(api, TwilioPhone))


@pytest.fixture
def twilio_phone(twilio_service: Service, api: Provider) -> TwilioPhone:
    phone = phone_at(api, twilio_service, TwilioPhone)
    assert isinstance(phone, TwilioPhone)
    return phone


def the_recording(service: Service) -> Recording:
    [recording] = service.parts.recordings.newest()
    return recording


def collects(service: Service) -> Recording:
    """Let the collector go round: it fetches what is ready, or deletes what is due for that."""
    service.parts.collector.round()
    return the_recording(service)


def keeps(service: Service, clock: Callable[[float], None]) -> Recording:
    """Let the collector fetch, and delete when she has had time to hear what she said."""
    assert collects(service).status == "copied"
    clock(UNTIL_DELETED)
    return collects(service)


def files(service: Service) -> list[Path]:
    return sorted((service.parts.settings.data_dir / "recordings").glob("*"))


# --- From the call to the vault


def test_a_story_is_announced_at_once_then_fetched_and_kept(
    either_service: Service,
    api: Provider,
    maker: Maker,
    exchange: Exchange,
    clock: Callable[[float], None],
) -> None:
    phone = phone_at(api, either_service, maker)
    tell(to_story(phone))
    announced = the_recording(either_service)
    assert announced.status in {"expected", "due"}
    assert exchange.asked == []
    assert number_heard(press(phone, "1", "1")) == either_service.only_case().reference
    assert either_service.only_case().recording == announced.id
    clock(LATER)
    copied = collects(either_service)
    assert (copied.status, copied.kind) == ("copied", "audio/wav")
    assert either_service.parts.vault.open(copied.id) == VOICE
    clock(UNTIL_DELETED)
    kept = collects(either_service)
    assert (kept.status, kept.kind) == ("kept", "audio/wav")
    assert either_service.parts.vault.open(kept.id) == VOICE
    assert either_service.parts.collector.round() == 0


def test_what_is_kept_is_sealed(
    service: Service, phone: Phone, clock: Callable[[float], None]
) -> None:
    registers_by_call(phone)
    clock(LATER)
    kept = collects(service)
    [file] = files(service)
    assert kept.id in file.name
    assert VOICE not in file.read_bytes()
    assert service.parts.vault.open(kept.id) == VOICE


def test_it_is_deleted_at_twilio_after_the_copy_and_not_before(
    twilio_service: Service,
    twilio_phone: TwilioPhone,
    exchange: Exchange,
    clock: Callable[[float], None],
) -> None:
    registers_by_call(twilio_phone)
    clock(LATER)
    assert collects(twilio_service).status == "copied"
    assert (exchange.methods(), exchange.deleted) == (["GET"], [])
    assert twilio_service.parts.vault.open(the_recording(twilio_service).id) == VOICE
    clock(UNTIL_DELETED - 2)
    assert collects(twilio_service).status == "copied"
    assert exchange.methods() == ["GET"]
    clock(2)
    assert collects(twilio_service).status == "kept"
    assert exchange.methods() == ["GET", "DELETE"]
    assert exchange.deleted == list(twilio_phone.recordings)


def test_what_was_copied_may_be_heard_by_its_speaker_until_it_is_deleted(
    twilio_service: Service,
    twilio_phone: TwilioPhone,
    exchange: Exchange,
    clock: Callable[[float], None],
) -> None:
    tell(to_story(twilio_phone))
    twilio_phone.recording_arrives()
    clock(LATER)
    for _ in range(3):
        assert collects(twilio_service).status == "copied"
    [name] = twilio_phone.recordings
    assert exchange.deleted == []
    assert hears(twilio_phone.presses("0"), PLAYBACK)
    assert any(name in path for path in listens(twilio_phone))


def test_a_collector_that_was_slow_changes_nothing_that_another_has_done(
    either_service: Service, api: Provider, maker: Maker, clock: Callable[[float], None]
) -> None:
    registers_by_call(phone_at(api, either_service, maker))
    clock(LATER)
    recordings = either_service.parts.recordings
    [slow] = recordings.take_due()
    clock(LEASE.total_seconds() + 1)
    assert keeps(either_service, clock).status == "kept"
    recordings.mark_lost(slow, "status 410")
    recordings.postpone(slow, "status 500")
    recordings.mark_copied(slow, "audio/mpeg")
    after = the_recording(either_service)
    assert (after.status, after.kind, after.trouble) == ("kept", "audio/wav", None)


def test_our_credentials_go_to_twilio_only(
    service: Service,
    phone: Phone,
    maker: Maker,
    exchange: Exchange,
    clock: Callable[[float], None],
) -> None:
    registers_by_call(phone)
    clock(LATER)
    keeps(service, clock)
    expected = requests.Request("GET", "http://x", auth=(ACCOUNT, TOKEN)).prepare()
    wanted = expected.headers["Authorization"] if maker is TwilioPhone else None
    assert exchange.asked
    assert {asked.headers["Authorization"] for asked in exchange.asked} == {wanted}


@pytest.mark.parametrize("elsewhere", ["https://127.0.0.2:9", "https://api.twilio.com.evil.in"])
def test_an_address_elsewhere_is_not_asked(
    service: Service,
    api: Provider,
    maker: Maker,
    clock: Callable[[float], None],
    elsewhere: str,
) -> None:
    phone = phone_at(api, service, maker)
    for name in ("api_url", "recordings_url"):
        if hasattr(phone, name):
            setattr(phone, name, elsewhere)
    registers_by_call(phone)
    clock(LATER)
    waiting = collects(service)
    assert waiting.status == "due"
    assert "not the provider's" in (waiting.trouble or "")
    assert urlsplit(elsewhere).netloc in (waiting.trouble or "")
    clock(GIVE_UP_AFTER.total_seconds())
    lost = collects(service)
    assert (lost.status, lost.trouble) == ("lost", waiting.trouble)
    assert api.requests == []


def test_an_address_that_is_allowed_meanwhile_is_asked(
    serves: Serves, api: Provider, clock: Callable[[float], None]
) -> None:
    service = serves(**at_api(api, AfricasTalkingPhone))
    phone = phone_at(api, service, AfricasTalkingPhone)
    assert isinstance(phone, AfricasTalkingPhone)
    there = phone.recordings_url
    phone.recordings_url = "https://recordings.example.com/rec"
    registers_by_call(phone)
    clock(LATER)
    waiting = collects(service)
    assert (waiting.status, waiting.attempts) == ("due", 1)
    assert "recordings.example.com" in service.pukar("recordings")
    seal = service.parts.recordings._seal
    address = (waiting.address or "").replace(phone.recordings_url, there)
    with service.parts.database.writing() as connection:
        connection.execute(update(recordings).values(address_sealed=seal.close(address)))
    clock(15)
    assert keeps(service, clock).status == "kept"


def test_the_audio_is_not_awaited_by_the_call(
    service: Service, phone: Phone, exchange: Exchange
) -> None:
    exchange.troubles = [Answer(500)] * 3
    registers_by_call(phone)
    assert exchange.asked == []
    assert service.only_case().recording == the_recording(service).id


# --- How it is told where it is


def test_twilio_may_have_it_ready_before_the_story_has_ended(
    twilio_service: Service, twilio_phone: TwilioPhone, clock: Callable[[float], None]
) -> None:
    to_story(twilio_phone).stays_silent().speaks(VOICE, arrives_first=True)
    number_heard(press(twilio_phone, "1", "1"))
    clock(LATER)
    assert keeps(twilio_service, clock).status == "kept"


def test_twilio_may_tell_late_and_twice_or_never(
    twilio_service: Service, twilio_phone: TwilioPhone, clock: Callable[[float], None]
) -> None:
    registers_by_call(twilio_phone)
    before = the_recording(twilio_service)
    twilio_phone.hangs_up().recording_arrives().repeats()
    after = the_recording(twilio_service)
    assert (after.id, after.address) == (before.id, before.address)
    assert keeps(twilio_service, clock).status == "kept"
    twilio_phone.repeats()
    clock(LATER)
    assert collects(twilio_service).status == "kept"
    assert twilio_service.only_case().recording == after.id


def test_what_twilio_never_tells_of_is_fetched_by_the_address_of_the_step(
    twilio_service: Service, twilio_phone: TwilioPhone, clock: Callable[[float], None]
) -> None:
    registers_by_call(twilio_phone)
    assert twilio_service.parts.collector.round() == 0  # it is hardly ready yet
    clock(LATER)
    assert keeps(twilio_service, clock).status == "kept"


def test_an_address_may_come_with_the_end_of_the_call(
    serves: Serves, api: Provider, clock: Callable[[float], None]
) -> None:
    service = serves(**at_api(api, AfricasTalkingPhone))
    phone = phone_at(api, service, AfricasTalkingPhone, late_recordings=True)
    registers_by_call(phone)
    assert the_recording(service).status == "expected"
    assert service.parts.collector.round() == 0
    phone.hangs_up()
    kept = keeps(service, clock)
    assert kept.status == "kept"
    assert service.only_case().recording == kept.id


def test_of_two_stories_the_late_address_is_that_of_the_last(serves: Serves, api: Provider) -> None:
    service = serves(**at_api(api, AfricasTalkingPhone))
    phone = phone_at(api, service, AfricasTalkingPhone, late_recordings=True)
    tell(to_story(phone), b"RIFF first").presses("2")
    tell(phone, b"RIFF second")
    number_heard(press(phone, "1", "1"))
    phone.hangs_up()
    while service.parts.collector.round():
        pass
    recording = service.only_case().recording
    assert recording
    assert service.parts.vault.open(recording) == b"RIFF second"


# --- Hanging up


def test_who_hangs_up_while_speaking_has_told_it(
    either_service: Service, api: Provider, maker: Maker, clock: Callable[[float], None]
) -> None:
    phone = phone_at(api, either_service, maker)
    to_story(phone).stays_silent().speaks(VOICE, until="hangup")
    clock(LATER)
    kept = collects(either_service)
    assert either_service.parts.vault.open(kept.id) == VOICE
    assert hears(phone.dials(), STOPPED_AT, CONFIRM)
    number_heard(press(phone, "1", "1"))
    assert either_service.only_case().recording == kept.id


def test_a_story_that_silence_ends_is_kept(service: Service, phone: Phone) -> None:
    to_story(phone).stays_silent().speaks(VOICE, until="silence")
    number_heard(press(phone, "1", "1"))
    assert service.only_case().recording == the_recording(service).id


def test_a_story_longer_than_allowed_is_kept_as_far_as_it_goes(
    service: Service, phone: Phone
) -> None:
    to_story(phone).stays_silent().speaks(VOICE, seconds=500)
    number_heard(press(phone, "1", "1"))
    assert service.only_case().recording == the_recording(service).id
    assert the_recording(service).seconds in {120, None}


# --- What no case needs


def test_what_was_spoken_again_belongs_to_no_case_and_goes_after_ten_days(
    either_service: Service, api: Provider, maker: Maker, clock: Callable[[float], None]
) -> None:
    phone = phone_at(api, either_service, maker)
    tell(to_story(phone), b"RIFF first").presses("2")
    tell(phone, b"RIFF second")
    number_heard(press(phone, "1", "1"))
    clock(LATER)
    collector = either_service.parts.collector
    for _ in range(2):
        while collector.round():
            pass
        clock(UNTIL_DELETED)
    second, first = either_service.parts.recordings.newest()
    assert {first.status, second.status} == {"kept"}
    assert either_service.only_case().recording in {first.id, second.id}
    clock(KEPT_WITHOUT_CASE.total_seconds() - 3 * UNTIL_DELETED)
    collector.tidy_up()
    assert len(files(either_service)) == 2
    clock(3 * UNTIL_DELETED)
    collector.tidy_up()
    [file] = files(either_service)
    recording = either_service.only_case().recording
    assert recording
    assert recording in file.name
    assert either_service.parts.vault.open(recording) == b"RIFF second"
    assert either_service.parts.recordings.counts() == {"kept": 1, "dropped": 1}


def test_a_complaint_that_was_never_sent_leaves_no_recording(
    service: Service, phone: Phone, clock: Callable[[float], None]
) -> None:
    to_confirm(phone)
    clock(LATER)
    phone.presses("2")
    keeps(service, clock)
    clock(KEPT_WITHOUT_CASE.total_seconds() + 1)
    service.parts.collector.tidy_up()
    assert files(service) == []
    assert the_recording(service).status == "dropped"


# --- What goes wrong


@pytest.mark.parametrize(
    "trouble",
    [
        Answer(404),
        Answer(500),
        Answer(503),
        Answer(401),
        Answer(429),
        Answer(breaks="before the answer"),
        Answer(200, "audio/x-wav", VOICE.decode() * 50, breaks="within the answer"),
        Answer(200, "text/html", "<html>Please wait</html>"),
        Answer(200, "audio/x-wav", ""),
    ],
    ids=["404", "500", "503", "401", "429", "broken", "half", "a page", "nothing"],
)
def test_what_is_not_there_yet_is_asked_for_again(
    service: Service,
    phone: Phone,
    exchange: Exchange,
    clock: Callable[[float], None],
    trouble: Answer,
) -> None:
    registers_by_call(phone)
    clock(LATER)
    exchange.troubles = [trouble]
    waiting = collects(service)
    assert (waiting.status, waiting.attempts) == ("due", 1)
    assert waiting.trouble
    assert exchange.methods() == ["GET"]
    assert files(service) == []
    clock(15)
    kept = keeps(service, clock)
    assert kept.status == "kept"
    assert service.parts.vault.open(kept.id) == VOICE


def test_a_slow_provider_is_asked_again(
    service: Service,
    phone: Phone,
    exchange: Exchange,
    clock: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ivr.download._TIMEOUT", 0.1)
    registers_by_call(phone)
    clock(LATER)
    exchange.troubles = [Answer(200, "audio/x-wav", VOICE.decode(), seconds=5)]
    assert collects(service).trouble == "no answer in time"
    clock(15)
    assert keeps(service, clock).status == "kept"


def test_one_that_cannot_be_had_for_five_days_is_lost_for_all_to_see(
    service: Service, phone: Phone, exchange: Exchange, clock: Callable[[float], None]
) -> None:
    reference = registers_by_call(phone)
    clock(LATER)
    exchange.troubles = [Answer(404)] * 1000
    for _ in range(5):
        waiting = collects(service)
        assert waiting.status == "due"
        clock(DAY)
    lost = collects(service)
    assert (lost.status, lost.trouble) == ("lost", "status 404")
    assert service.parts.recordings.counts() == {"lost": 1}
    assert "LOST: status 404" in service.pukar("cases", "show", reference)
    assert "lost: 1" in service.pukar("recordings")
    assert service.parts.collector.round() == 0


def test_pauses_grow_to_two_hours(
    service: Service, phone: Phone, exchange: Exchange, clock: Callable[[float], None]
) -> None:
    registers_by_call(phone)
    clock(LATER)
    exchange.troubles = [Answer(500)] * 1000
    for _ in range(600):
        service.parts.collector.round()
        clock(60)
    assert 9 < len(exchange.asked) < 17
    clock(2.5 * 3600)
    assert service.parts.collector.round() == 1


def test_one_whose_address_nobody_ever_told_is_lost(
    serves: Serves, api: Provider, clock: Callable[[float], None]
) -> None:
    service = serves(**at_api(api, AfricasTalkingPhone))
    phone = phone_at(api, service, AfricasTalkingPhone, late_recordings=True)
    registers_by_call(phone)
    clock(GIVE_UP_AFTER.total_seconds() + 1)
    lost = collects(service)
    assert (lost.status, lost.trouble) == ("lost", "the provider never told where it is")


def test_what_is_no_audio_in_the_end_is_lost(
    service: Service, phone: Phone, exchange: Exchange, clock: Callable[[float], None]
) -> None:
    registers_by_call(phone)
    exchange.troubles = [Answer(200, "text/html", "<html>Please wait</html>")] * 1000
    clock(LATER)
    assert collects(service).status == "due"
    clock(GIVE_UP_AFTER.total_seconds())
    lost = collects(service)
    assert (lost.status, lost.trouble) == ("lost", "no audio that we know")
    assert files(service) == []


@pytest.mark.parametrize("status", [301, 302, 400, 410])
def test_what_is_refused_is_asked_for_again(
    service: Service,
    phone: Phone,
    exchange: Exchange,
    clock: Callable[[float], None],
    status: int,
) -> None:
    registers_by_call(phone)
    exchange.troubles = [Answer(status)]
    clock(LATER)
    waiting = collects(service)
    host = urlsplit(waiting.address or "").netloc
    assert (waiting.status, waiting.trouble) == ("due", f"status {status} {host}")
    assert exchange.methods() == ["GET"]
    clock(15)
    assert keeps(service, clock).status == "kept"


def test_what_is_refused_for_five_days_is_lost(
    service: Service, phone: Phone, exchange: Exchange, clock: Callable[[float], None]
) -> None:
    registers_by_call(phone)
    exchange.troubles = [Answer(410)] * 1000
    clock(LATER)
    for _ in range(5):
        assert collects(service).status == "due"
        clock(DAY)
    lost = collects(service)
    assert lost.status == "lost"
    assert (lost.trouble or "").startswith("status 410 ")


@pytest.mark.parametrize("rate", [8000, 16000, 44100], ids=["MPEG 2.5", "MPEG 2", "MPEG 1"])
def test_mp3_of_any_version_is_audio(rate: int) -> None:
    file = io.BytesIO()
    soundfile.write(file, np.sin(np.arange(rate) / 10) * 0.3, rate, format="MP3")
    content = file.getvalue()
    assert content[:1] == b"\xff"
    assert kind_of(content) == "audio/mpeg"


@pytest.mark.parametrize("content", [b"\xff\xf1\x50\x80", b"\xff\xd8\xff\xe0", b"\xff", b""])
def test_what_only_begins_a_little_like_mp3_is_none(content: bytes) -> None:
    with pytest.raises(TryLater):
        kind_of(content)


def test_what_is_far_too_large_is_not_kept(
    service: Service, phone: Phone, exchange: Exchange, clock: Callable[[float], None]
) -> None:
    registers_by_call(phone)
    large = "RIFF" + "x" * LARGEST_RECORDING
    exchange.troubles = [Answer(200, "audio/x-wav", large)]
    clock(LATER)
    lost = collects(service)
    assert (lost.status, lost.trouble) == ("lost", "too large")


def test_the_vault_may_be_out_of_reach_for_a_while(
    service: Service, phone: Phone, exchange: Exchange, clock: Callable[[float], None]
) -> None:
    registers_by_call(phone)
    clock(LATER)
    folder = service.parts.settings.data_dir / "recordings"
    folder.write_text("a file stands where the folder should be")
    waiting = collects(service)
    assert (waiting.status, exchange.deleted) == ("due", [])
    folder.unlink()
    clock(15)
    assert keeps(service, clock).status == "kept"


def test_a_collector_killed_between_copy_and_deletion_deletes_later(
    twilio_service: Service,
    twilio_phone: TwilioPhone,
    exchange: Exchange,
    clock: Callable[[float], None],
) -> None:
    registers_by_call(twilio_phone)
    clock(LATER)
    collects(twilio_service)
    clock(UNTIL_DELETED)
    assert twilio_service.parts.recordings.take_due()  # its process dies here
    assert collects(twilio_service).status == "copied"
    clock(LEASE.total_seconds() + 1)
    exchange.troubles = [Answer(500), Answer(breaks="before the answer")]
    for _ in range(2):
        assert collects(twilio_service).status == "copied"
        clock(30)
    assert collects(twilio_service).status == "kept"
    assert exchange.deleted == list(twilio_phone.recordings)
    assert exchange.methods().count("GET") == 1


def test_a_collector_killed_while_fetching_fetches_again(
    service: Service, phone: Phone, clock: Callable[[float], None]
) -> None:
    registers_by_call(phone)
    clock(LATER)
    assert service.parts.recordings.take_due()
    assert service.parts.collector.round() == 0
    clock(LEASE.total_seconds() + 1)
    assert keeps(service, clock).status == "kept"


def test_one_that_is_gone_at_the_provider_counts_as_deleted(
    twilio_service: Service,
    twilio_phone: TwilioPhone,
    exchange: Exchange,
    clock: Callable[[float], None],
) -> None:
    registers_by_call(twilio_phone)
    clock(LATER)
    collects(twilio_service)
    clock(UNTIL_DELETED)
    exchange.troubles = [Answer(404)]
    assert collects(twilio_service).status == "kept"


def test_one_that_cannot_be_deleted_is_ours_all_the_same(
    twilio_service: Service,
    twilio_phone: TwilioPhone,
    exchange: Exchange,
    clock: Callable[[float], None],
) -> None:
    registers_by_call(twilio_phone)
    clock(LATER)
    collects(twilio_service)
    exchange.troubles = [Answer(500)] * 1000
    clock(GIVE_UP_AFTER.total_seconds())
    kept = collects(twilio_service)
    assert kept.status == "kept"
    assert twilio_service.parts.vault.open(kept.id) == VOICE


def test_two_collectors_fetch_it_once(
    either_service: Service,
    api: Provider,
    maker: Maker,
    exchange: Exchange,
    clock: Callable[[float], None],
) -> None:
    registers_by_call(phone_at(api, either_service, maker))
    clock(LATER)
    recordings = either_service.parts.recordings
    taken = [recordings.take_due(), recordings.take_due()]
    assert sorted(map(len, taken)) == [0, 1]
    assert exchange.asked == []


def test_a_round_without_a_database_is_made_later(
    either_service: Service, api: Provider, maker: Maker, clock: Callable[[float], None]
) -> None:
    registers_by_call(phone_at(api, either_service, maker))
    clock(LATER)
    with out_of_order(either_service, "recordings"), pytest.raises(DatabaseDown):
        either_service.parts.collector.round()
    clock(LEASE.total_seconds() + 1)
    assert keeps(either_service, clock).status == "kept"


def test_a_database_that_goes_after_the_copy_costs_a_second_copy_only(
    service: Service, phone: Phone, exchange: Exchange, clock: Callable[[float], None]
) -> None:
    registers_by_call(phone)
    clock(LATER)
    statement = "UPDATE recordings SET status="
    with database_away(service, statement), pytest.raises(DatabaseDown):
        service.parts.collector.round()
    assert exchange.deleted == []
    clock(LEASE.total_seconds() + 1)
    kept = keeps(service, clock)
    assert (kept.status, len(files(service))) == ("kept", 1)
    assert service.parts.vault.open(kept.id) == VOICE


def test_a_database_that_is_away_while_she_speaks_has_the_step_made_again(
    service: Service, phone: Phone
) -> None:
    to_story(phone).stays_silent()
    with database_away(service, "INSERT INTO recordings"):
        phone.speaks(VOICE)
    assert hears(phone, entrance.TROUBLE)
    assert phone.is_over
    assert service.parts.recordings.newest() == []
    phone.dials().presses("1")
    number_heard(press(tell(phone), "1", "1"))
    assert service.only_case().recording == the_recording(service).id


# --- Who listens


def test_what_is_kept_may_be_written_out_to_be_heard(
    service: Service, phone: Phone, clock: Callable[[float], None], tmp_path: Path
) -> None:
    reference = registers_by_call(phone)
    clock(LATER)
    collects(service)
    file = tmp_path / "story.wav"
    service.pukar("cases", "listen", reference, "--out", str(file))
    assert file.read_bytes() == VOICE


def test_one_whose_gateway_is_no_more_waits_for_it_and_is_lost_in_the_end(
    service: Service, phone: Phone, clock: Callable[[float], None]
) -> None:
    registers_by_call(phone)
    with service.parts.database.writing() as connection:
        connection.execute(update(recordings).values(gateway="gone"))
    clock(LATER)
    waiting = collects(service)
    assert waiting.status == "due"
    assert (waiting.trouble or "").startswith("there is no gateway gone ")
    clock(GIVE_UP_AFTER.total_seconds())
    assert collects(service).status == "lost"


def test_a_vault_opens_only_with_its_key(
    service: Service, phone: Phone, clock: Callable[[float], None]
) -> None:
    registers_by_call(phone)
    clock(LATER)
    kept = collects(service)
    assert isinstance(service.parts.vault, Vault)
    [file] = files(service)
    file.write_bytes(file.read_bytes()[:-8])
    with pytest.raises(Exception, match=kept.id):
        service.parts.vault.open(kept.id)
