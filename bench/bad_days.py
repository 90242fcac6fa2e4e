"""Plays bad days against real processes on this machine, and counts what reached the provider.

    .venv/bin/python -m bench.bad_days            # all of them, some ten minutes
    .venv/bin/python -m bench.bad_days ten-thousand killed

Runs a PostgreSQL, a Redis, the service, two workers and a provider that plays Africa's Talking;
the database is PostgreSQL with its disk writes on. Prints a line of figures for each day: letters
posted, taken by the provider, taken twice, still due or dead, and how long webhooks took meanwhile.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any, Self
from urllib.parse import parse_qs, urlencode
from urllib.request import urlopen

from cryptography.fernet import Fernet

from core.database import Database
from core.embedded import EmbeddedRedis
from core.outbox import LEASE, Draft, Outbox, Recipient, post
from core.sealing import Seal
from tests import servers
from tests.providers import Answer, Asked, Provider

ROOT = Path(__file__).parent.parent
WORKERS = 2
SECRET = "for a bench on loopback only, of no other use"  # noqa: S105
DATA_KEY = Fernet.generate_key().decode()
PATIENCE = 900.0
_SOME = 100  # letters


@dataclass
class Carrier:
    """The provider: it takes letters, in the manner of the day."""

    seconds: float = 0.02
    says_no: bool = False
    taken: Counter[str] = field(default_factory=Counter)

    def answer(self, asked: Asked) -> Answer:
        """Take a letter, or not."""
        form = parse_qs(asked.body.decode())
        if self.says_no:
            told: dict[str, Any] = {"Message": "InvalidSenderId", "Recipients": []}
        else:
            self.taken[form["to"][0]] += 1
            one = {
                "statusCode": 102,
                "status": "Success",
                "number": form["to"][0],
                "cost": "KES 0.8000",
                "messageId": f"ATXid_{sum(self.taken.values())}{time.monotonic_ns()}",
            }
            told = {"Message": "Sent to 1/1", "Recipients": [one]}
        body = json.dumps({"SMSMessageData": told})
        return Answer(201, body=body, seconds=self.seconds)


@dataclass
class Site:
    """Everything that runs, and what was posted."""

    database: Database
    seal: Seal
    environment: dict[str, str]
    carrier: Carrier
    provider: Provider
    restart_database: Callable[[], None]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    posted: int = 0

    @property
    def port(self) -> str:
        """Give the port of the web process."""
        return self.environment["PORT"]

    def post(self, count: int) -> None:
        """Post letters to so many phones."""
        with self.database.writing() as connection:
            for number in range(self.posted, self.posted + count):
                phone = f"+9199{number:08}"
                recipient = Recipient(
                    self.seal.fingerprint("phone", phone), self.seal.close(phone), "hi"
                )
                draft = Draft("state.received", {"reference": "4829135706"})
                post(connection, recipient, draft)
        self.posted += count

    def counts(self) -> dict[str, int]:
        """Count the letters of each status."""
        return Outbox(self.database).counts()

    def start_workers(self) -> None:
        """Start the workers that are missing."""
        command = [str(ROOT / ".venv/bin/pukar"), "worker"]
        quiet = subprocess.DEVNULL
        for _ in range(WORKERS - len(self.workers)):
            process = subprocess.Popen(
                command, env=self.environment, cwd=ROOT, stdout=quiet, stderr=quiet
            )
            self.workers.append(process)

    def end_workers(self, how: signal.Signals) -> None:
        """End all workers, gently or not."""
        for worker in self.workers:
            worker.send_signal(how)
        for worker in self.workers:
            worker.wait(100)
        self.workers.clear()

    def wait_for(self, done: Callable[[], bool]) -> None:
        """Return once something came true; give up where it never does."""
        started = time.monotonic()
        while not done():
            if time.monotonic() - started > PATIENCE:
                sys.exit(f"no end in sight: {self.counts()}")
            time.sleep(0.2)


class Webhooks:
    """Somebody dials and somebody writes, again and again, while the day goes on."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._call)
        self.times: list[float] = []
        self.failures = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _call(self) -> None:
        number = 0
        while not self._stop.wait(0.05):
            number += 1
            phone = f"+9197{number % 1000:08}"
            dial = {"sessionId": f"s{number}{id(self)}", "phoneNumber": phone, "text": ""}
            note = {"id": f"m{number}{id(self)}", "from": phone, "to": "1", "text": "haan"}
            self._post("ussd/africastalking", dial)
            self._post("sms/africastalking/inbound", note)

    def _post(self, path: str, form: dict[str, str]) -> None:
        started = time.monotonic()
        try:
            address = f"http://127.0.0.1:{self._site.port}/{path}"
            with urlopen(address, urlencode(form).encode(), timeout=15) as answer:
                answer.read()
        except OSError:
            self.failures += 1
        self.times.append((time.monotonic() - started) * 1000)

    def __str__(self) -> str:
        cuts = quantiles(self.times, n=100) if len(self.times) > 1 else [0.0] * 99
        return (
            f"{len(self.times)} webhook calls, median {cuts[49]:.0f} ms, 99th {cuts[98]:.0f} ms,"
            f" longest {max(self.times):.0f} ms, {self.failures} not answered 200"
        )


def day(site: Site, name: str, count: int, play: Callable[[Site], None]) -> None:
    """Play a day with so many letters, and print what became of them."""
    site.carrier.seconds, site.carrier.says_no = 0.02, False
    site.start_workers()
    site.wait_for(lambda: not site.counts().get("due"))
    site.end_workers(signal.SIGTERM)
    before, site.carrier.taken = site.counts(), Counter()
    started = time.monotonic()
    with Webhooks(site) as webhooks:
        play(site)
    after = site.counts()
    changed = {key: after[key] - before.get(key, 0) for key in after}
    letters = {phone: n for phone, n in site.carrier.taken.items() if phone.startswith("+9199")}
    twice = sum(n > 1 for n in letters.values())
    print(
        f"{name}: {count} letters in {time.monotonic() - started:.0f} s: taken {len(letters)},"
        f" twice {twice}; with the answers to callers {_plain(changed)}; {webhooks}",
        flush=True,
    )


def _plain(counts: dict[str, int]) -> str:
    return ", ".join(f"{key} {value}" for key, value in sorted(counts.items()) if value)


def ten_thousand(site: Site) -> None:
    """Let ten thousand letters wait, then start the workers."""
    site.post(10_000)
    site.start_workers()
    site.wait_for(lambda: not _ours(site, "due"))


def down(site: Site) -> None:
    """Refuse every connection for two minutes."""
    with site_down(site):
        site.post(500)
        site.start_workers()
        time.sleep(120)
    site.wait_for(lambda: not _ours(site, "due"))


@contextmanager
def site_down(site: Site) -> Iterator[None]:
    """Let the workers look for the provider where nobody is."""
    site.end_workers(signal.SIGTERM)
    real = site.environment["AFRICASTALKING_BASE_URL"]
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        site.environment["AFRICASTALKING_BASE_URL"] = away
        yield
        site.end_workers(signal.SIGTERM)
    site.environment["AFRICASTALKING_BASE_URL"] = real
    site.start_workers()


def slow(site: Site) -> None:
    """Take half a minute for every answer."""
    site.carrier.seconds = 30
    site.post(100)
    site.start_workers()
    site.wait_for(lambda: not _ours(site, "due"))


def says_no(site: Site) -> None:
    """Say 201, and mean no."""
    site.carrier.says_no = True
    site.post(500)
    site.start_workers()
    site.wait_for(lambda: not _ours(site, "due"))


def killed(site: Site) -> None:
    """Kill both workers with -9 in the middle, and start them again."""
    site.carrier.seconds = 0.5
    site.post(500)
    site.start_workers()
    site.wait_for(lambda: sum(site.carrier.taken.values()) > _SOME)
    site.end_workers(signal.SIGKILL)
    site.start_workers()
    site.wait_for(lambda: not _ours(site, "due"))


def restarted(site: Site) -> None:
    """Restart the database twice in the middle."""
    site.post(3000)
    site.start_workers()
    for mark in (500, 1500):
        site.wait_for(lambda mark=mark: sum(site.carrier.taken.values()) > mark)  # type: ignore[misc]
        site.restart_database()
    site.wait_for(lambda: not _ours(site, "due"))


def _ours(site: Site, status: str) -> int:
    with site.database.reading() as connection:
        query = "SELECT count(*) FROM letters WHERE status = %s AND template = 'state.received'"
        return int(connection.exec_driver_sql(query, (status,)).scalar_one())


DAYS: dict[str, tuple[int, Callable[[Site], None]]] = {
    "ten-thousand": (10_000, ten_thousand),
    "down": (500, down),
    "slow": (100, slow),
    "says-no": (500, says_no),
    "killed": (500, killed),
    "database-restarted": (3000, restarted),
}


@contextmanager
def site() -> Iterator[Site]:
    """Run everything, and end it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        redis = stack.enter_context(EmbeddedRedis(folder / "redis"))
        server = stack.enter_context(Postgres())
        carrier = Carrier()
        provider = stack.enter_context(Provider(carrier.answer))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        environment = {
            "PATH": os.environ["PATH"],
            "PORT": port,
            "DATABASE_URL": server.url,
            "REDIS_URL": redis.url,
            "SECRET_KEY": SECRET,
            "DATA_KEYS": DATA_KEY,
            "DATA_DIR": str(folder),
            "SMS_GATEWAYS": "africastalking",
            "AFRICASTALKING_BASE_URL": provider.url,
            "AFRICASTALKING_USERNAME": "sandbox",
            "AFRICASTALKING_API_KEY": "key",
            "QUIET_HOURS": "00:00-00:00",
        }
        database = Database(server.url)
        seal = Seal(DATA_KEY, SECRET)
        database.migrate(seal)
        made = Site(database, seal, environment, carrier, provider, server.restart)
        stack.callback(database.close)
        stack.callback(made.end_workers, signal.SIGTERM)
        _serve(stack, made, folder)
        yield made


def _serve(stack: ExitStack, made: Site, folder: Path) -> None:
    """Start the web process as production does: the stores are given, the workers apart."""
    command = [
        str(ROOT / ".venv/bin/granian"),
        *("--interface", "wsgi", "--factory", "--host", "127.0.0.1", "--port", made.port),
        *("--blocking-threads", "4", "app:create_served_app"),
    ]
    log = stack.enter_context((folder / "serve.log").open("ab"))
    process = subprocess.Popen(command, env=made.environment, cwd=ROOT, stdout=log, stderr=log)
    stack.callback(process.wait, 30)
    stack.callback(process.terminate)
    made.wait_for(lambda: _answers(made.port))


def _answers(port: str) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004
    except OSError:
        return False


class Postgres:
    """A private PostgreSQL that can be restarted, with its disk writes on."""

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        programs = Path(self._stack.enter_context(TemporaryDirectory()))
        self._home = Path(self._stack.enter_context(TemporaryDirectory()))
        self._person: dict[str, Any] = {}
        self._binaries = servers.packaged_postgres()
        if os.geteuid() == 0:
            self._binaries = servers.copied(self._binaries, programs)
            self._person = servers.nobody_owns(programs, self._home)
        servers.make_cluster(self._binaries, self._home, self._person)
        servers.POSTGRES_SETTINGS |= {"fsync": "on", "synchronous_commit": "on"}
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.__exit__(None, None, None)
        self._stack.close()

    def restart(self) -> None:
        """Stop it without ceremony, and start it three seconds later."""
        self._running.__exit__(None, None, None)
        time.sleep(3)
        self._start()

    def _start(self) -> None:
        self._running = servers.running(self._binaries, self._home, self._person)
        self.url = self._running.__enter__()


def main() -> None:
    """Play the days named on the command line, or all."""
    wanted = sys.argv[1:] or list(DAYS)
    print(f"{WORKERS} workers; a lease lasts {LEASE.total_seconds():.0f} s", flush=True)
    with site() as made:
        for name in wanted:
            count, play = DAYS[name]
            day(made, name, count, play)


if __name__ == "__main__":
    main()
