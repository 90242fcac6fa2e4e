"""Days on which everything fails: letters are sent once or visibly dead, and callers are served."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread, Timer
from urllib.parse import parse_qs

import pytest
import time_machine
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, select, update

from core.database import DatabaseDown
from core.embedded import EmbeddedRedis
from core.sessions import Session, Slip
from core.tables import inbox, letters
from sms.gateway import Handed, Outgoing
from sms.gateways.africastalking import AfricasTalking
from sms.switchboard import Route
from tests.providers import Answer, Asked, Provider
from tests.service import Service, postman_of, registers, service_with
from tests.sms.test_failover import Down
from tests.sms.test_postman import Unsteady, wait_until
from tests.sms.texter import Texter
from tests.test_faults import out_of_order

pytestmark = pytest.mark.usefixtures("redis_program")

ROOT = Path(__file__).parent.parent.parent
TAKEN = (
    '{"SMSMessageData":{"Message":"Sent to 1/1","Recipients":[{"statusCode":102,'
    '"number":"+919800000001","status":"Success","cost":"KES 0.8000","messageId":"ATXid_1"}]}}'
)
NO_RECIPIENT = '{"SMSMessageData":{"Message":"InvalidSenderId","Recipients":[]}}'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    with EmbeddedRedis(tmp_path / "store") as redis:
        yield redis


@pytest.fixture
def service(database_url: str, store: EmbeddedRedis, tmp_path: Path) -> Iterator[Service]:
    stores = {"database_url": database_url, "redis_url": store.url}
    with service_with(**stores, data_dir=tmp_path) as service:
        yield service


def account(provider: Provider, timeout: float = 45) -> AfricasTalking:
    return AfricasTalking("sandbox", "key", base_url=provider.url, sender="", timeout=timeout)


def arrived(provider: Provider) -> Counter[str]:
    """Count what the provider was asked to send, by number and text."""
    forms = [parse_qs(asked.body.decode()) for asked in provider.requests]
    return Counter(f"{form['to'][0]} {form['message'][0]}" for form in forms)


def test_a_provider_that_is_down_for_an_hour_gets_every_letter_once_afterwards(
    service: Service,
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        references = [registers(service.caller(f"+9198000100{number:02}")) for number in range(20)]
        gateway = Down()
        postman = postman_of(service, Route(gateway))
        for _ in range(60):
            while postman.round():
                pass
            clock.shift(timedelta(minutes=1))
        assert gateway.asked > 60
        assert service.parts.outbox.counts() == {"due": 20}
        gateway.is_down = False
        for _ in range(120):
            while postman.round():
                pass
            clock.shift(timedelta(minutes=1))
    assert service.parts.outbox.counts() == {"sent": 20}
    texts = Counter(letter.text.split()[1].strip(":") for letter in gateway.sent)
    assert texts == Counter(references)


def test_a_slow_provider_holds_up_neither_callers_nor_the_other_providers_letters(
    service: Service,
) -> None:
    """Slow by three seconds here; `docs/bad-days.md` has a run with thirty."""
    answers = [Answer(201, body=TAKEN, seconds=3)]
    with Provider(answers) as slow_provider:
        slow, well = account(slow_provider), Unsteady(name="well")
        postman = postman_of(service, Route(slow), Route(well))
        registers(service.caller())
        for number in range(30):
            Texter(service, f"+9198000200{number:02}").writes("112")
        stop = Event()
        thread = Thread(target=postman.run, args=(stop,))
        thread.start()
        started = time.monotonic()
        Texter(service, "+919800000099").writes("112")
        registers(service.caller("+919800000098"))
        assert time.monotonic() - started < 2.5
        wait_until(lambda: service.parts.outbox.counts() == {"sent": 33}, seconds=60)
        stop.set()
        thread.join()
        assert max(arrived(slow_provider).values()) == 1
        assert len(slow_provider.requests) + len(well.sent) == 33


def test_a_provider_that_says_201_and_means_no_leaves_dead_letters_that_are_seen(
    service: Service,
) -> None:
    registers(service.caller())
    with Provider([Answer(201, body=NO_RECIPIENT)]) as provider:
        postman_of(service, Route(account(provider))).round()
    assert "dead: 1" in service.pukar("letters", "list")
    assert "africastalking: InvalidSenderId" in service.pukar("letters", "list")
    with Provider([Answer(201, body=TAKEN)]) as provider:
        service.pukar("letters", "retry", "--all")
        postman_of(service, Route(account(provider))).round()
    assert service.parts.outbox.counts() == {"sent": 1}


def test_a_database_that_is_gone_between_send_and_mark_makes_no_letter_go_twice(
    service: Service,
) -> None:
    class Cuts(Unsteady):
        """Takes the letter; when it has, the database is out of order for four seconds."""

        def send(self, letter: Outgoing) -> Handed:
            outage = out_of_order(service)
            outage.__enter__()
            Timer(4, outage.__exit__, (None, None, None)).start()
            return super().send(letter)

    registers(service.caller())
    gateway = Cuts()
    stop = Event()
    thread = Thread(target=postman_of(service, Route(gateway)).run, args=(stop,))
    thread.start()
    wait_until(lambda: len(gateway.sent) == 1)
    time.sleep(4)
    wait_until(lambda: service.parts.outbox.counts() == {"sent": 1})
    stop.set()
    thread.join()
    assert len(gateway.sent) == 1


def test_an_sms_that_comes_while_the_session_store_is_down_is_answered_later(
    service: Service, store: EmbeddedRedis
) -> None:
    texter = Texter(service).writes("शिकायत")
    store.stop()
    texter.writes("4")
    assert len(texter.inbox) == 1
    store.start()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2), tick=False):
        assert service.parts.entrance.work_off() == 1
        assert texter.reads.startswith("डाक पिन कोड")
        assert service.parts.entrance.work_off() == 0


def test_a_case_registered_by_sms_is_told_even_if_the_store_stops_right_after(
    service: Service, store: EmbeddedRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    texter = Texter(service).writes("शिकायत 800001 कल रात चोरी हुई")
    sessions = service.parts.office.sessions
    keep = sessions.keep

    def stops(slip: Slip, session: Session) -> bool:
        store.stop()
        return keep(slip, session)

    with monkeypatch.context() as patch:
        patch.setattr(sessions, "keep", stops)
        texter.writes("1")
    reference = service.only_case().reference
    assert reference in texter.reads
    store.start()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2), tick=False):
        service.parts.entrance.work_off()
    assert service.only_case().reference == reference
    assert len(texter.inbox) == 2


def test_an_answer_that_could_not_be_posted_is_posted_later_and_once(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    texter = Texter(service).writes("शिकायत")

    def fails(*_: object, **__: object) -> None:
        raise DatabaseDown("gone")

    with monkeypatch.context() as patch:
        patch.setattr(service.parts.entrance.inbox, "close", fails)
        texter.writes("4")
    texter.sends_again()
    assert len(texter.inbox) == 1
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2), tick=False):
        service.parts.entrance.work_off()
        assert texter.reads.startswith("डाक पिन कोड")
        assert len(texter.inbox) == 2


def test_an_sms_that_cannot_be_kept_is_asked_for_again(service: Service) -> None:
    texter = Texter(service)
    with out_of_order(service, "inbox"):
        texter.last = {"id": "m-1", "from": texter.phone, "to": "PUKAR", "text": "112"}
        assert texter.sends_again().status_code == 503
    assert texter.sends_again().status_code == 200
    assert texter.reads.startswith("खतरा है?")


def test_an_sms_that_nobody_can_answer_for_two_days_is_dead_and_the_citizen_is_told(
    service: Service, store: EmbeddedRedis
) -> None:
    store.stop()
    texter = Texter(service).writes("शिकायत")
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=49), tick=False):
        service.parts.entrance.work_off()
        assert texter.inbox == ["आपके पिछले SMS का जवाब न दे सके। कृपया फिर भेजें। -बिहार पुलिस"]
    with service.parts.database.reading() as connection:
        assert list(connection.scalars(select(inbox.c.status))) == ["dead"]


def test_a_worker_killed_between_send_and_mark_loses_nothing(
    sqlite_database_url: str, store: EmbeddedRedis, tmp_path: Path
) -> None:
    """The letter goes twice here, which is what the crash window costs."""
    secret, key = "for tests only, but as long as needed", Fernet.generate_key().decode()
    stores = {"database_url": sqlite_database_url, "redis_url": store.url}
    hold = Event()

    def answer(_: Asked) -> Answer:
        hold.wait(20)
        return Answer(201, body=TAKEN)

    with (
        Provider(answer) as provider,
        service_with(**stores, data_dir=tmp_path, secret_key=secret, data_keys=key) as service,
    ):
        registers(service.caller())
        environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": sqlite_database_url,
            "REDIS_URL": store.url,
            "SECRET_KEY": secret,
            "DATA_KEYS": key,
            "DATA_DIR": str(tmp_path),
            "SMS_GATEWAYS": "africastalking",
            "AFRICASTALKING_BASE_URL": provider.url,
            "AFRICASTALKING_USERNAME": "sandbox",
            "AFRICASTALKING_API_KEY": "key",
            "QUIET_HOURS": "00:00-00:00",
        }
        with worker(environment) as process:
            wait_until(lambda: len(provider.requests) == 1, seconds=30)
            process.kill()
        hold.set()
        assert service.parts.outbox.counts() == {"due": 1}
        lease_runs_out(sqlite_database_url)
        with worker(environment):
            wait_until(lambda: service.parts.outbox.counts() == {"sent": 1}, seconds=30)
        assert list(arrived(provider).values()) == [2]


def lease_runs_out(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        past = datetime.now(UTC) - timedelta(minutes=1)
        connection.execute(update(letters).values(leased_until=past))
    engine.dispose()


@contextmanager
def worker(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    program = str(Path(sys.executable).with_name("pukar"))
    process = subprocess.Popen([program, "worker"], env=environment, cwd=ROOT)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def test_an_answer_heard_again_after_another_does_nothing_new(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    texter = Texter(service).writes("शिकायत 800001 कल रात चोरी हुई")

    def fails(*_: object, **__: object) -> None:
        raise DatabaseDown("gone")

    with monkeypatch.context() as patch:
        patch.setattr(service.parts.entrance.inbox, "close", fails)
        texter.writes("1")
    texter.writes("1")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2), tick=False):
        service.parts.entrance.work_off()
    assert [text for text in texter.inbox if service.only_case().reference in text]


def test_a_message_that_no_key_opens_holds_up_no_other(service: Service) -> None:
    texter = Texter(service)
    box = service.parts.entrance.inbox
    for message in ("lost", "well"):
        assert box.take_in("simulator", message, texter.phone, "112")
    with service.parts.database.writing() as connection:
        lost = update(inbox).where(inbox.c.message == "lost")
        connection.execute(lost.values(text_sealed=b"no key opens this"))
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=49), tick=False):
        service.parts.entrance.work_off()
        assert texter.reads.startswith("खतरा है?")
    with service.parts.database.reading() as connection:
        assert list(connection.scalars(select(inbox.c.status).order_by(inbox.c.id))) == [
            "dead",
            "done",
        ]
