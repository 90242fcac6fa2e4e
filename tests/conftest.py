"""What tests are given: a Redis, a PostgreSQL, fresh databases, a browser."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

import pytest
from redis import Redis
from sqlalchemy import make_url

from audio.engines.espeak import Espeak
from audio.library import Library
from audio.studio import build
from core.database import Database
from core.embedded import EmbeddedRedis, NoRedis, redis_binary
from core.sealing import Seal
from ivr.sentences import lines
from simulator.caller import Caller
from tests.fakes import DIRECTORY, LANGUAGES
from tests.kannel import PROGRAMS, program
from tests.servers import Missing, chromium, fresh_database, private_postgres
from tests.service import DATA_KEY, Service, service_with

MISSING = pytest.StashKey[set[str]]()


def do_without(what: object, config: pytest.Config) -> NoReturn:
    """Skip what cannot be tried on this machine and say so at the end; in CI it is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"missing: {what}", pytrace=False)
    config.stash.setdefault(MISSING, set()).add(str(what))
    pytest.skip(f"missing: {what}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name in one line what was missing."""
    missing = terminalreporter.config.stash.get(MISSING, set())
    if missing:
        terminalreporter.write_line(f"Skipped for want of: {'; '.join(sorted(missing))}")


@pytest.fixture(scope="session")
def redis_program(pytestconfig: pytest.Config) -> Path:
    """The Redis that the demo would start."""
    try:
        return redis_binary()
    except NoRedis:
        do_without("Redis 7 or newer (or set TEST_REDIS_URL)", pytestconfig)


@pytest.fixture(scope="session")
def redis_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Where a Redis answers: TEST_REDIS_URL, or one of ours for this session."""
    if url := os.environ.get("TEST_REDIS_URL"):
        yield url
        return
    request.getfixturevalue("redis_program")
    with EmbeddedRedis(tmp_path_factory.mktemp("redis")) as server:
        yield server.url


@pytest.fixture(scope="session")
def postgres_url(pytestconfig: pytest.Config) -> Iterator[str]:
    """Where a PostgreSQL answers: TEST_DATABASE_URL, or one of ours for this session."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    with ExitStack() as stack:
        try:
            url = stack.enter_context(private_postgres())
        except Missing as what:
            do_without(what, pytestconfig)
        yield url


@pytest.fixture(scope="session")
def chromium_path(pytestconfig: pytest.Config) -> Path:
    """The browser for Playwright's `executable_path`."""
    try:
        return chromium()
    except Missing as what:
        do_without(what, pytestconfig)


@pytest.fixture(scope="session")
def kannel_programs(pytestconfig: pytest.Config) -> None:
    """Kannel with its fake operator."""
    try:
        for name in PROGRAMS:
            program(name)
    except Missing as what:
        do_without(what, pytestconfig)


@pytest.fixture(scope="session")
def migrate() -> Callable[[str], None]:
    """What brings the empty database at a URL to today's schema, once for each kind of database."""

    def to_head(url: str) -> None:
        database = Database(url)
        database.migrate(Seal(DATA_KEY, "for tests only"))
        database.close()

    return to_head


@pytest.fixture(scope="session")
def sqlite_template(
    tmp_path_factory: pytest.TempPathFactory, migrate: Callable[[str], None]
) -> Path:
    """A migrated SQLite file, to be copied for each test."""
    template = tmp_path_factory.mktemp("sqlite") / "template.db"
    template.touch()
    migrate(f"sqlite:///{template}")
    return template


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str, migrate: Callable[[str], None]) -> Iterator[str]:
    """The name of a migrated PostgreSQL database, to be copied for each test."""
    with fresh_database(postgres_url) as url:
        migrate(url)
        name = make_url(url).database
        assert name
        yield name


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with today's schema and no rows, of either kind, for one test."""
    return str(request.getfixturevalue(f"{request.param}_database_url"))


@pytest.fixture
def sqlite_database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A SQLite file with today's schema and no rows, for one test."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'pukar.db')}"


@pytest.fixture
def postgresql_database_url(postgres_url: str, postgres_template: str) -> Iterator[str]:
    """A PostgreSQL database with today's schema and no rows, for one test."""
    with fresh_database(postgres_url, postgres_template) as url:
        yield url


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that calls say, as eSpeak says it."""
    library = Library(tmp_path_factory.mktemp("clips"))
    for language in LANGUAGES.voices:
        needed = lines(language, LANGUAGES, DIRECTORY)
        assert not build(library, language, needed, Espeak(), lambda: None).failed
    return library.folder


@pytest.fixture
def fresh_redis_url(redis_url: str) -> str:
    """A Redis with nothing in it."""
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()
    return redis_url


@pytest.fixture
def service(database_url: str, fresh_redis_url: str, tmp_path: Path) -> Iterator[Service]:
    """The whole service, on either kind of database."""
    stores = {"database_url": database_url, "redis_url": fresh_redis_url}
    with service_with(**stores, data_dir=tmp_path) as service:
        yield service


@pytest.fixture
def sqlite_service(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> Iterator[Service]:
    """The whole service, where the kind of database makes no difference."""
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    with service_with(**stores, data_dir=tmp_path) as service:
        yield service


@pytest.fixture
def caller(service: Service) -> Caller:
    """A person with a phone."""
    return service.caller()
