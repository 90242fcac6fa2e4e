"""The tables of the code are those that the migrations make."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from core.database import Database, DatabaseDown
from core.tables import metadata


def test_migrations_and_tables_agree(database_url: str) -> None:
    database = Database(database_url)
    with database.reading() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), metadata)
    database.close()
    assert difference == []


def test_migrating_again_does_no_harm(database_url: str) -> None:
    database = Database(database_url)
    database.migrate()
    database.ping()
    database.close()


@pytest.mark.parametrize(
    "url", ["sqlite:////no/such/folder/x.db", "postgresql://127.0.0.1:1/pukar"]
)
def test_a_database_that_is_not_there_is_down(url: str) -> None:
    database = Database(url)
    with pytest.raises(DatabaseDown):
        database.ping()
    database.close()
