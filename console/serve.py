"""`pukar serve` and `pukar worker`: the service, and its background work."""

from __future__ import annotations

import multiprocessing
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Event, Thread

import click
from flask.cli import with_appcontext
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from console.audio import is_voice_made, make_voice
from console.demo import furnish, lines
from console.parts import Parts, current_parts, prepared
from core.database import DatabaseDown, TablesMissing
from core.embedded import EmbeddedRedis

_HOST = "127.0.0.1"
_PATIENCE_SECONDS = 5


@click.command()
@click.option("--host", default=_HOST, show_default=True, help="Address to listen on.")
@click.option("--workers", default=1, show_default=True, help="Processes that serve.")
@click.option("--threads", default=4, show_default=True, help="Threads of each process.")
@with_appcontext
def serve(host: str, workers: int, threads: int) -> None:
    """Start the service; in the demo with its database, session store and postman."""
    parts = current_parts()
    _check_port(host, parts.settings.port)
    with ExitStack() as running:
        if parts.settings.is_demo:
            running.enter_context(embedded(parts))
            make_voice(parts)
            furnish(parts, _say)
            running.enter_context(in_background(parts.postman.run))
            for work in _other_work(parts):
                running.enter_context(in_background(work))
        _check_tables(parts)
        _welcome(parts, host)
        # A forked child would share our database connections and lack our threads.
        multiprocessing.set_start_method("spawn")
        Granian(
            "app:create_served_app",
            address=host,
            port=parts.settings.port,
            interface=Interfaces.WSGI,
            factory=True,
            workers=workers,
            blocking_threads=threads,
            respawn_failed_workers=True,
            workers_kill_timeout=_PATIENCE_SECONDS,
            log_access=False,
            log_level=LogLevels.warning,
        ).serve()


@click.command()
@with_appcontext
def worker() -> None:
    """Do the background work until told to stop: letters, SMS, recordings, calls, deadlines."""
    parts = current_parts()
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    prepared()
    if not parts.switchboard.routes:
        _say("SMS_GATEWAYS names no gateway: letters wait in the outbox.")
    _warn_of_missing_wordings(parts)
    click.echo(f"The postman is at work; Ctrl-C ends it. {_describe_work(parts)}")
    with ExitStack() as running:
        for work in _other_work(parts):
            running.enter_context(in_background(work))
        parts.postman.run(stop)


def _describe_work(parts: Parts) -> str:
    """Say which settings the work goes by."""
    settings = parts.settings
    letters = settings.sms_gateways or "none"
    calls = settings.voice_gateway or "none"
    recordings = settings.recordings_url or settings.data_dir.resolve() / "recordings"
    return f"{settings.env}: letters by {letters}; calls by {calls}; recordings in {recordings}"


def _other_work(parts: Parts) -> list[Callable[[Event], None]]:
    """List the work beside the postman's."""
    calls = [parts.dialler.run] if parts.dialler else []
    api = [parts.api.hooks.run, parts.api.repeats.run]
    return [parts.entrance.run, parts.collector.run, parts.overseer.run, *api, *calls]


def _warn_of_missing_wordings(parts: Parts) -> None:
    if any(route.is_dlt for route in parts.switchboard.routes):
        missing = len(parts.register.missing())
        if missing:
            _say(f"{missing} letters have no id at the DLT portal. See: pukar dlt missing")


@contextmanager
def embedded(parts: Parts) -> Iterator[None]:
    """Make the demo's stores ready, and put them away afterwards."""
    with ExitStack() as running:
        if parts.settings.has_embedded_redis:
            _say("Starting the session store (Redis in the data folder) …")
            redis = EmbeddedRedis(parts.settings.data_dir.resolve())
            running.enter_context(redis)
            running.enter_context(in_background(redis.keep_running))
        _say("Preparing the database …")
        parts.database.migrate(parts.cases.files.seal)
        yield


@contextmanager
def in_background(work: Callable[[Event], None]) -> Iterator[None]:
    """Run work in a thread until the end of the block."""
    stop = Event()
    thread = Thread(target=work, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_PATIENCE_SECONDS)


def _check_tables(parts: Parts) -> None:
    """Refuse a database without its tables; one that is only away will come back."""
    try:
        parts.database.ping()
    except TablesMissing as error:
        raise click.ClickException(str(error)) from error
    except DatabaseDown as trouble:
        _say(f"The database does not answer yet: {trouble}")


def _check_port(host: str, port: int) -> None:
    """Refuse a port in use; the server itself would quietly share it with the other."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            taken = f"Port {port} cannot be used ({error.strerror}). Another: PORT={port + 1}"
            raise click.ClickException(taken) from error


def _welcome(parts: Parts, host: str) -> None:
    directory = parts.office.directory
    address = f"http://{host}:{parts.settings.port}"
    _say(
        f"Loaded {len(directory.revenue_districts)} districts,"
        f" {len(directory.districts)} police districts, {len(directory.stations)} stations,"
        f" {len(directory.pins)} PIN codes."
    )
    if parts.settings.is_demo:
        _say(f"\n  Phone simulator  {address}/simulator/   (dial {parts.settings.service_code})")
        _say(f"  Call it at       {parts.settings.voice_number}, in the simulator")
        _say(f"  In the terminal  {sys.argv[0]} talk")
        _say(f"  Officers' desk   {address}/desk/   (the page shows more people, and fresh codes)")
        for line in lines(parts.settings.data_dir):
            _say(f"    {line}")
    if not parts.settings.is_demo and not is_voice_made(parts):
        _say("  The voice is not made: calls have gaps, or speak English. Run: pukar audio build")
    _say(f"  Health           {address}/health/ready\n  Ctrl-C ends the service.\n")


def _say(line: str) -> None:
    click.echo(line, err=True)
