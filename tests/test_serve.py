"""`pukar serve` as an operator runs it: started, killed in the middle, started again."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from redis import Redis

from core.embedded import redis_url
from core.settings import Settings

pytestmark = pytest.mark.usefixtures("redis_program")

ROOT = Path(__file__).parent.parent
PATIENCE = 60.0
FORM = {"sessionId": "ATUid_1", "phoneNumber": "+919800000001", "networkCode": "99999"}
TO_CONFIRM = "1*4*800001*1"
SAID: dict[int, str] = {}  # what a service said until it ended, by its process


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A demo in a folder of its own, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ours = {str(field.alias) for field in Settings.model_fields.values()}
    others = {name: value for name, value in os.environ.items() if name not in ours}
    return others | {"DATA_DIR": str(tmp_path / "var"), "PORT": str(port)}


@contextmanager
def served(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [pukar(), "serve"], env=environment, cwd=ROOT, stderr=subprocess.PIPE
    )
    try:
        wait_until(lambda: "ok" in get(environment, "/health/ready"))
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE)
        SAID[process.pid] = said.decode()


def pukar() -> str:
    return str(Path(sys.executable).with_name("pukar"))


def wait_until(came: Callable[[], bool]) -> None:
    """Try again and again, until something came true or patience is at its end."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with suppress(URLError, ConnectionError):
            if came():
                return
        assert time.monotonic() < deadline
        time.sleep(0.1)


def get(environment: dict[str, str], path: str) -> str:
    with urlopen(f"http://127.0.0.1:{environment['PORT']}{path}", timeout=PATIENCE) as answer:
        return str(answer.read().decode())


def post(environment: dict[str, str], text: str) -> str:
    url = f"http://127.0.0.1:{environment['PORT']}/ussd/africastalking"
    with urlopen(url, urlencode(FORM | {"text": text}).encode(), timeout=PATIENCE) as answer:
        return str(answer.read().decode())


def test_what_was_registered_survives_a_kill_and_its_letter_arrives(
    environment: dict[str, str],
) -> None:
    with served(environment) as process:
        for text in ("", "1", "1*4", "1*4*800001", TO_CONFIRM, f"{TO_CONFIRM}*chori hui"):
            assert post(environment, text).startswith("CON ")
        screen = post(environment, f"{TO_CONFIRM}*chori hui*1")
        process.kill()
    assert screen.startswith("END शिकायत मिली: ")
    reference = screen.split(": ")[1].split(".")[0]
    with served(environment):
        listed = subprocess.run(
            [pukar(), "cases", "list"], env=environment, cwd=ROOT, capture_output=True, check=True
        )
        assert reference in listed.stdout.decode()
        assert post(environment, f"{TO_CONFIRM}*chori hui*1") == screen
        inbox = "/simulator/inbox?phone=%2B919800000001"
        wait_until(lambda: reference.replace(" ", "") in get(environment, inbox))


def test_the_demo_says_who_may_sign_in_at_the_desk(environment: dict[str, str]) -> None:
    with served(environment) as process:
        shown = get(environment, "/desk/sign-in")
    for login in ("thana", "sp-patna", "rajya"):
        assert re.search(rf"{login} +\S+ +code \d{{6}}\n", SAID[process.pid])
        assert login in shown


def test_a_port_in_use_is_said_in_a_line(environment: dict[str, str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(environment["PORT"])))
        other.listen()
        ended = subprocess.run(
            [pukar(), "serve"], env=environment, cwd=ROOT, capture_output=True, check=False
        )
    assert ended.returncode != 0
    assert ended.stderr.decode().startswith(f"Error: Port {environment['PORT']} cannot be used")


def test_a_session_store_that_is_killed_comes_back_with_its_drafts(
    environment: dict[str, str],
) -> None:
    with served(environment):
        screen = post(environment, "1*4")
        with Redis.from_url(redis_url(Path(environment["DATA_DIR"]).resolve())) as redis:
            pid = redis.info("server")["process_id"]
        time.sleep(1.5)  # the append-only file is on disk after a second
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: "ok" in get(environment, "/health/ready"))
        assert post(environment, "1*4") == screen


@pytest.mark.parametrize("leaving", [b"1\n1\n", b"1\n1\n\n"], ids=["end of input", "empty line"])
def test_talk_is_left_politely(environment: dict[str, str], leaving: bytes) -> None:
    call = subprocess.run(
        [pukar(), "talk"], env=environment, cwd=ROOT, input=leaving, capture_output=True, check=True
    )
    assert "caller.dials().types('1').types('1').drops()" in call.stdout.decode()


def test_production_without_settings_says_what_is_missing_and_stops(
    environment: dict[str, str],
) -> None:
    ended = subprocess.run(
        [pukar(), "serve"],
        env=environment | {"PUKAR_ENV": "production"},
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert ended.returncode != 0
    assert "WEBHOOK_KEY is not set" in ended.stderr.decode()
    assert "Traceback" not in ended.stderr.decode()
