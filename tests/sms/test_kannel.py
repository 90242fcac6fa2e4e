"""Kannel for real: SMS to phones and from them, long ones, receipts, and what fails on the way.

Its configuration is docs/kannel.conf; behind it is Kannel's own fake operator with phones, or an
SMPP line where a test wants to see the bytes or to say what becomes of an SMS.
"""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread, Timer
from typing import TypeAlias

import pytest
import requests
import time_machine
from smsutil.codecs import GSM0338Codec
from sqlalchemy import select
from werkzeug.serving import make_server

from core.alphabet import clusters, count_septets, count_units
from core.language import render
from core.letters import write_letter
from core.outbox import LetterLine
from core.reference import grouped
from core.tables import inbox, letters, receipts
from providers.transport import TryLater
from sms.gateway import Outgoing
from sms.gateways.kannel import Kannel as Gateway
from tests.kannel import HERE, SHORT_CODE, Kannel, Sms, free_ports
from tests.service import Service, registers, service_with
from tests.smpp import GSM, UCS2, Operator, State, operator
from tests.sms.test_dlt import registered
from tests.sms.test_postman import wait_until

pytestmark = [pytest.mark.redis, pytest.mark.usefixtures("kannel_programs")]

ROOT = Path(__file__).parent.parent.parent
PHONE = "+919800000001"
KEY = "only-for-tests-and-long-enough"
SOON = {"queue-delay = 10": "queue-delay = 1", "resend-freq = 30": "resend-freq = 1"}
DANGER = "112"  # answered by a letter
STATIONS = "थाना 800001"  # answered by words of our own, in two parts
COMPLAINT = "शिकायत 800001 कल रात साइकिल चोरी हो गई"
HINDI = "क्षि त्र्य प्रार्थी की अर्ज़ी 😀 गर्दनीबाग थाने को भेजी गई है। "
ENGLISH = "Your complaint [4829135706] ~ 12 €: sent @ Gardanibagh, Patna. Ask for §5 & é. "

Serving: TypeAlias = Callable[..., AbstractContextManager[Service]]


@pytest.fixture
def port() -> int:
    return free_ports(1)[0]


@pytest.fixture
def kannel(port: int, tmp_path: Path) -> Kannel:
    """A Kannel with phones behind it, not started yet."""
    return Kannel(tmp_path / "kannel", f"http://{HERE}:{port}", key=KEY, fills=SOON)


@pytest.fixture
def line() -> Iterator[Operator]:
    with operator() as line:
        yield line


@pytest.fixture
def bound(line: Operator, port: int, tmp_path: Path) -> Kannel:
    """A Kannel with that operator's line behind it, not started yet."""
    folder, service = tmp_path / "kannel", f"http://{HERE}:{port}"
    return Kannel(folder, service, key=KEY, fills=SOON, smpp=line.port)


@pytest.fixture
def serving(sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path, port: int) -> Serving:
    """What runs a service whose letters go through a Kannel."""
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}

    def run(kannel: Kannel, **values: object) -> AbstractContextManager[Service]:
        account = {
            "public_url": f"http://{HERE}:{port}",
            "webhook_key": KEY,
            "sms_gateways": "kannel:1",
            "kannel_send_url": kannel.send_url,
            "kannel_username": kannel.username,
            "kannel_password": kannel.password,
            "kannel_sender": SHORT_CODE,
        }
        return service_with(**stores, data_dir=tmp_path, **(account | values))

    return run


@contextmanager
def listening(service: Service, port: int) -> Iterator[None]:
    """Open the service's doors at its address."""
    server = make_server(HERE, port, service.app, threaded=True)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def service(kannel: Kannel, serving: Serving, port: int) -> Iterator[Service]:
    with serving(kannel) as service, listening(service, port), kannel:
        yield service


@pytest.fixture
def bound_service(bound: Kannel, serving: Serving, port: int) -> Iterator[Service]:
    """A service in production, where every call from Kannel must have the key."""
    with serving(bound, env="production") as service, listening(service, port), bound:
        yield service


def carried(service: Service) -> None:
    """Wait for a letter, and hand it over."""
    wait_until(lambda: service.parts.postman.round() > 0)


def letter(service: Service) -> LetterLine:
    return service.parts.outbox.newest()[0]


def becomes(service: Service, status: str) -> None:
    wait_until(lambda: letter(service).status == status)


def wording(service: Service, template: str, **variables: str) -> str:
    """Give a letter as it is sent in Hindi."""
    office = service.parts.postman.office
    return render(write_letter(template, variables, office.letterhead), office.languages.get("hi"))


def words(service: Service) -> str:
    """Give the words of the newest letter."""
    newest = select(letters.c.words_sealed).order_by(letters.c.id.desc())
    with service.parts.database.reading() as connection:
        sealed = connection.scalars(newest).first()
    assert sealed
    return service.parts.postman.office.seal.open(sealed)


def heard(service: Service) -> list[str]:
    """List the SMS that came, the oldest first."""
    came = select(inbox.c.text_sealed).order_by(inbox.c.id)
    with service.parts.database.reading() as connection:
        return [service.parts.postman.office.seal.open(text) for text in connection.scalars(came)]


def ends(service: Service) -> list[str]:
    """List the receipts that came and say how it ended."""
    with service.parts.database.reading() as connection:
        kept = connection.scalars(select(receipts.c.status))
        return [status for status in kept if status != "underway"]


def gateway_of(service: Service) -> Gateway:
    gateway = service.parts.switchboard.routes[0].gateway
    assert isinstance(gateway, Gateway)
    return gateway


def answer(kannel: Kannel, *, after: int) -> list[Sms]:
    """Wait for all parts of the SMS that a phone receives after so many others."""
    first = kannel.receives(after + 1)[after]
    return kannel.receives(after + (first.udh[4] if first.udh else 1))[after:]


def joined(parts: list[Sms]) -> str:
    return "".join(part.text for part in parts)


def test_the_letter_on_a_complaint_reaches_the_phone_and_its_receipt_comes_back(
    service: Service, kannel: Kannel
) -> None:
    reference = registers(service.caller(PHONE))
    carried(service)
    text = wording(service, "state.received", reference=reference)
    assert kannel.receives(1) == [Sms(SHORT_CODE, PHONE, b"", True, text)]
    becomes(service, "delivered")
    assert letter(service).gateway == "kannel"


def test_a_phone_asks_for_its_case_and_complains_in_hindi_and_is_answered_in_hindi(
    service: Service, kannel: Kannel
) -> None:
    reference = registers(service.caller(PHONE))
    carried(service)
    kannel.receives(1)
    kannel.writes(PHONE, f"स्थिति {reference}")
    carried(service)
    status = answer(kannel, after=1)
    assert grouped(reference) in joined(status)
    assert joined(status) == words(service)

    kannel.writes(PHONE, COMPLAINT)
    carried(service)
    question = answer(kannel, after=1 + len(status))
    assert joined(question) == words(service)
    becomes(service, "delivered")
    assert {part.is_ucs2 for part in (*status, *question)} == {True}
    assert heard(service) == [f"स्थिति {reference}", COMPLAINT]


@pytest.mark.parametrize(
    ("text", "size", "measure", "is_ucs2"),
    [
        pytest.param(HINDI * 6, 67, count_units, True, id="Hindi"),
        pytest.param(ENGLISH * 6, 153, count_septets, False, id="the alphabet of GSM"),
    ],
)
def test_a_long_text_arrives_part_by_part_in_order_and_whole(  # noqa: PLR0913  # a table has columns
    service: Service,
    kannel: Kannel,
    text: str,
    size: int,
    measure: Callable[[str], int],
    is_ucs2: object,
) -> None:
    handed = gateway_of(service).send(Outgoing(300, "300-abc", PHONE, text))
    parts = kannel.receives(handed.parts)
    count = len(parts)
    assert 3 < count == handed.parts
    assert [part.udh for part in parts] == [
        bytes([5, 0, 3, 300 % 256, count, number]) for number in range(1, count + 1)
    ]
    assert joined(parts) == text
    assert [each for part in parts for each in clusters(part.text)] == clusters(text)
    assert max(measure(part.text) for part in parts) <= size
    assert {part.is_ucs2 for part in parts} == {is_ucs2}


def test_a_full_sms_of_letters_that_count_double_is_not_cut(
    service: Service, kannel: Kannel
) -> None:
    gateway_of(service).send(Outgoing(1, "1-abc", PHONE, "€" * 80))
    gateway_of(service).send(Outgoing(2, "2-abc", PHONE, "त" * 70))
    assert [sms.text for sms in kannel.receives(2)] == ["€" * 80, "त" * 70]


def test_a_letter_waits_while_kannel_is_down_and_goes_out_afterwards(
    service: Service, kannel: Kannel
) -> None:
    kannel.stop()
    with pytest.raises(TryLater, match="no connection"):
        gateway_of(service).send(Outgoing(1, "1-abc", PHONE, "नमस्ते"))
    reference = registers(service.caller(PHONE))
    assert service.parts.postman.round() == 1
    waiting = letter(service)
    assert (waiting.status, waiting.trouble) == ("due", "kannel: no connection")
    kannel.start()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1)):
        assert service.parts.postman.round() == 1
        becomes(service, "delivered")
    assert joined(kannel.receives(1)) == wording(service, "state.received", reference=reference)


def test_what_kannel_took_for_later_survives_its_death_and_so_does_the_receipt(
    service: Service, kannel: Kannel
) -> None:
    kannel.phones_off()
    reference = registers(service.caller(PHONE))
    carried(service)
    assert letter(service).status == "sent"
    kannel.stop()
    assert kannel.received() == []
    kannel.start()
    assert joined(kannel.receives(1)) == wording(service, "state.received", reference=reference)
    becomes(service, "delivered")


def test_an_sms_that_comes_while_the_service_is_away_is_told_again_and_the_phone_hears_no_complaint(
    kannel: Kannel, serving: Serving, port: int
) -> None:
    with kannel, serving(kannel) as service:
        kannel.writes(PHONE, DANGER)
        kannel.asks_in_vain()
        with listening(service, port):
            carried(service)
            assert joined(kannel.receives(1)) == wording(service, "danger")
            becomes(service, "delivered")
    assert len(kannel.received()) == 1


def test_a_dlt_operator_is_told_whose_the_sms_is_and_which_wording(
    bound: Kannel, line: Operator, serving: Serving, port: int, tmp_path: Path
) -> None:
    """TRAI: the ids of the entity, of the template, and of the chain between them."""
    dlt = {
        "dlt_entity_id": "1101000000000000001",
        "dlt_header": "BRPOLC",
        "dlt_chain_hash": "ab" * 32,
        "kannel_sender": "BRPOLC",
    }
    with (
        serving(bound, env="production", sms_gateways="kannel:1:0:dlt", **dlt) as service,
        listening(service, port),
        bound,
    ):
        registered(service, tmp_path)
        line.brings(PHONE, [DANGER])
        carried(service)
        wait_until(lambda: len(line.submitted) == 1)
        [sms] = line.submitted
        line.reports(sms, "DELIVRD", by_tags=False)
        becomes(service, "delivered")
        known = service.parts.register.find("danger", "hi")
        text = wording(service, "danger")
    assert line.bound_as == ["police", "secret"]
    assert known
    assert sms.tags == {
        0x1400: b"1101000000000000001",
        0x1401: known.dlt_id.encode(),
        0x1402: b"ab" * 32,
    }
    assert (sms.sender, sms.phone, sms.coding, sms.wants_receipt) == ("BRPOLC", PHONE, UCS2, True)
    assert sms.body.decode("utf-16-be") == text


@pytest.mark.parametrize("count", [2, 3])
def test_a_complaint_that_comes_in_parts_is_heard_as_one(
    bound_service: Service, line: Operator, count: int
) -> None:
    complaint = f"{COMPLAINT}, “ताला” टूटा मिला और पड़ोस के लोगों ने दो आदमियों को भागते देखा 😀"
    size = -(-len(complaint) // count)
    parts = [complaint[start : start + size] for start in range(0, len(complaint), size)]
    line.brings(PHONE, parts)
    carried(bound_service)
    assert heard(bound_service) == [complaint]


def test_an_answer_in_parts_is_delivered_when_all_of_them_are(
    bound_service: Service, line: Operator
) -> None:
    line.brings(PHONE, [STATIONS])
    carried(bound_service)
    wait_until(lambda: len(line.submitted) == 2)
    first, second = line.submitted
    number = letter(bound_service).id
    assert first.udh == bytes([5, 0, 3, number, 2, 1])
    assert second.udh == bytes([5, 0, 3, number, 2, 2])
    assert (first.body + second.body).decode("utf-16-be") == words(bound_service)
    line.reports(second, "DELIVRD", by_tags=True)
    wait_until(lambda: ends(bound_service) == ["delivered"])
    assert letter(bound_service).status == "sent"
    line.reports(first, "DELIVRD", by_tags=True)
    becomes(bound_service, "delivered")


def test_a_long_text_in_the_alphabet_of_gsm_goes_out_in_its_septets(
    bound_service: Service, line: Operator
) -> None:
    """One septet in an octet, as SMPP has it; the operator packs them for the air."""
    handed = gateway_of(bound_service).send(Outgoing(37, "37-abc", PHONE, ENGLISH * 6))
    wait_until(lambda: len(line.submitted) == handed.parts)
    assert [sms.udh for sms in line.submitted] == [
        bytes([5, 0, 3, 37, handed.parts, number + 1]) for number in range(handed.parts)
    ]
    assert "".join(GSM0338Codec().decode(sms.body)[0] for sms in line.submitted) == ENGLISH * 6
    assert {sms.coding for sms in line.submitted} == {GSM}
    assert max(len(sms.body) for sms in line.submitted) == 153


@pytest.mark.parametrize("by_tags", [False, True], ids=["in words", "by tags"])
@pytest.mark.parametrize("state", ["EXPIRED", "UNDELIV"])
def test_a_letter_that_never_arrives_has_failed(
    bound_service: Service, line: Operator, state: State, by_tags: object
) -> None:
    line.brings(PHONE, [DANGER])
    carried(bound_service)
    wait_until(lambda: len(line.submitted) == 1)
    line.reports(line.submitted[0], state, by_tags=bool(by_tags))
    becomes(bound_service, "failed")
    trouble = letter(bound_service).trouble
    assert trouble
    assert f"stat:{state} err:027" in trouble
    assert "what was sent" not in trouble


def test_a_letter_that_the_operator_refuses_has_failed(
    bound_service: Service, line: Operator
) -> None:
    line.refusal = 0x0B  # invalid destination address
    line.brings(PHONE, [DANGER])
    carried(bound_service)
    becomes(bound_service, "failed")
    assert letter(bound_service).trouble == "NACK/0x0000000b/Invalid Destination Address"


def test_a_letter_of_which_only_the_first_part_has_arrived_is_not_taken_for_delivered(
    bound_service: Service, line: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its receipt comes while the second part is handed over, and that fails."""

    def fails_at_the_second(url: str, params: dict[str, bytes], timeout: float) -> object:
        if params.get("udh", b"").endswith(b"\2"):
            wait_until(lambda: len(line.submitted) == 1)
            line.reports(line.submitted[0], "DELIVRD", by_tags=True)
            wait_until(lambda: ends(bound_service) == ["delivered"])
            raise requests.ConnectTimeout
        return requests.request("GET", url, params=params, timeout=timeout)

    line.brings(PHONE, [STATIONS])
    with monkeypatch.context() as patch:
        patch.setattr("sms.gateways.kannel.requests.get", fails_at_the_second)
        carried(bound_service)
    assert letter(bound_service).status == "due"
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1)):
        carried(bound_service)
        wait_until(lambda: len(line.submitted) == 3)
        _, *again = line.submitted
        assert b"".join(sms.body for sms in again).decode("utf-16-be") == words(bound_service)
        for sms in again:
            assert letter(bound_service).status == "sent"
            line.reports(sms, "DELIVRD", by_tags=True)
        becomes(bound_service, "delivered")


@pytest.mark.usefixtures("redis_program")
def test_the_demo_says_how_a_phone_sends_an_sms_and_shows_what_it_receives(
    tmp_path: Path, port: int
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.kannel"],
        cwd=ROOT,
        env=os.environ | {"DATA_DIR": str(tmp_path), "PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
    ) as demo:
        patience = Timer(40, demo.kill)
        patience.start()
        assert demo.stdout
        try:
            command = next(line for line in demo.stdout if "fakesmsc" in line)
            subprocess.run(shlex.split(command), capture_output=True, check=False)
            assert any(line.startswith(PHONE) for line in demo.stdout)
            assert set(demo.stdout.readline()) & set("अआइकखगचजतथदनपबमय")
        finally:
            patience.cancel()
            demo.send_signal(signal.SIGINT)
    assert demo.returncode == 0
