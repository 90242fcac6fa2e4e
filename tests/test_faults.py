"""Stores that stop in the middle: nothing a citizen was told is registered is lost."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, make_url

from core.database import DatabaseDown
from core.embedded import EmbeddedRedis
from tests.service import Service, reference_on, registers, service_with

pytestmark = pytest.mark.usefixtures("redis_program")

TO_CONFIRM = ("1", "4", "800001", "1", "कल रात साइकिल चोरी हो गई")
TROUBLE = "अभी सेवा में दिक्कत है। थोड़ी देर में फिर डायल करें या 06120000000 पर फोन करें।"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    """A session store of this test's own, to be stopped and started."""
    with EmbeddedRedis(tmp_path / "store") as redis:
        yield redis


@pytest.fixture
def service(database_url: str, store: EmbeddedRedis, tmp_path: Path) -> Iterator[Service]:
    stores = {"database_url": database_url, "redis_url": store.url}
    with service_with(**stores, data_dir=tmp_path) as service:
        yield service


def test_a_stopped_session_store_is_said_politely_and_the_draft_survives_it(
    service: Service, store: EmbeddedRedis
) -> None:
    caller = service.caller().dials()
    for typed in TO_CONFIRM:
        caller.types(typed)
    before = caller.screen
    store.stop()
    assert caller.types("1").screen == TROUBLE
    assert not caller.is_connected
    assert service.client.get("/health/ready").status_code == 503
    assert service.client.get("/health/live").status_code == 200
    assert service.parts.cases.newest() == []
    store.start()
    assert "बात यहां रुकी थी" in caller.dials().screen
    assert caller.types("1").screen == before
    reference_on(caller.types("1").screen)


def test_a_store_that_stops_right_after_registering_does_not_swallow_the_number(
    service: Service, store: EmbeddedRedis
) -> None:
    caller = service.caller().dials()
    for typed in TO_CONFIRM:
        caller.types(typed)
    engine = service.parts.database.engine

    def stop_store_after_insert(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        if sql.startswith("INSERT INTO letters"):
            store.stop()

    event.listen(engine, "after_cursor_execute", stop_store_after_insert)
    reference = reference_on(caller.types("1").screen)
    event.remove(engine, "after_cursor_execute", stop_store_after_insert)
    store.start()
    caller.dials()
    assert reference_on(caller.screen) == reference
    assert len(service.parts.cases.newest()) == 1


def test_a_database_that_is_locked_or_gone_is_said_politely_and_nothing_is_half_done(
    service: Service,
) -> None:
    caller = service.caller().dials()
    for typed in TO_CONFIRM:
        caller.types(typed)
    with out_of_order(service):
        assert caller.types("1").screen == TROUBLE
    assert service.parts.cases.newest() == []
    reference_on(caller.sends_again().screen)
    assert len(service.inbox()) == 1


def test_letters_wait_while_the_database_is_gone(service: Service) -> None:
    reference = registers(service.caller())
    postman = service.parts.postman
    with out_of_order(service), pytest.raises(DatabaseDown):
        postman.round()
    assert reference in service.inbox()[0]


@contextmanager
def out_of_order(service: Service, *more: str) -> Iterator[None]:
    """Keep all writers out: another program holds the lock on what they write."""
    url = make_url(service.parts.settings.database_url)
    engine = create_engine(url)
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        if url.get_backend_name() == "sqlite":
            cursor.execute("BEGIN EXCLUSIVE")
        else:
            tables = ", ".join(("cases", "letters", "citizens", *more))
            cursor.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()
    engine.dispose()
