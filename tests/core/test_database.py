"""The tables of the code are those that the migrations make."""

from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from core.database import Database, DatabaseDown
from core.sealing import Seal
from core.tables import holidays, metadata
from tests.service import DATA_KEY


def test_migrations_and_tables_agree(database_url: str) -> None:
    database = Database(database_url)
    with database.reading() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), metadata)
    database.close()
    assert difference == []


def test_migrating_again_does_no_harm(database_url: str) -> None:
    database = Database(database_url)
    assert database.migrate(Seal(DATA_KEY, "for tests only")) == 0
    database.ping()
    database.close()


def test_a_whole_is_kept_with_all_that_did_not_fail_or_not_at_all(database_url: str) -> None:
    database = Database(database_url)

    def put(name: str) -> None:
        with database.writing() as connection:
            connection.execute(insert(holidays).values(day=date(2026, 8, 15), name=name))

    def broken_off() -> None:
        with database.as_a_whole():
            put("gone")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    with database.as_a_whole():
        put("kept")
        with pytest.raises(IntegrityError):
            put("a day twice")
        with database.reading() as connection:
            assert connection.scalar(select(holidays.c.name)) == "kept"
    with database.reading() as connection:
        assert connection.scalar(select(holidays.c.name)) == "kept"
    database.close()


@pytest.mark.parametrize(
    "url", ["sqlite:////no/such/folder/x.db", "postgresql://127.0.0.1:1/pukar"]
)
def test_a_database_that_is_not_there_is_down(url: str) -> None:
    database = Database(url)
    with pytest.raises(DatabaseDown):
        database.ping()
    database.close()
