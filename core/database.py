"""The database: SQLite for the demo and small sites, PostgreSQL for a state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, inspect, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from core.ledger import begin_chain, forget_links, write_links
from core.sealing import Seal
from core.tables import ledger, told

MIGRATIONS = Path(__file__).parent.parent / "migrations"
_PATIENCE_SECONDS = 2  # a caller waits; TRAI asks for an answer within two seconds


class DatabaseDown(Exception):
    """The database cannot be reached or is overloaded; nothing was written."""


class TablesMissing(DatabaseDown):
    """The database answers, but has not the tables of this version."""


class Database:
    """One transaction at a time, for reading or for writing."""

    def __init__(self, url: str) -> None:
        # What a statement was about stays out of its error, and so out of logs.
        self.engine = create_engine(url, hide_parameters=True, **_options(url))
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._whole: ContextVar[Connection | None] = ContextVar("whole", default=None)
        if self.is_sqlite:
            _prepare_sqlite(self.engine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads."""
        with self._transaction(writes=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that writes; it commits at the end, or not at all."""
        with self._transaction(writes=True) as connection:
            forget_links(connection)
            yield connection
            write_links(connection)

    @contextmanager
    def as_a_whole(self) -> Iterator[None]:
        """Make all that is written within one transaction: it is kept as a whole, or not at all.

        Each transaction in it still goes back by itself where it fails.
        """
        with self._transaction(writes=True) as connection:
            token = self._whole.set(connection)
            try:
                yield
            finally:
                self._whole.reset(token)

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        try:
            with self._begun(writes=writes) as connection:
                yield connection
        except DBAPIError as error:
            if _is_out_of_reach(error):
                raise DatabaseDown(type(error.orig).__name__) from error
            raise
        except PoolTimeoutError as error:
            message = "no connection free"
            raise DatabaseDown(message) from error

    @contextmanager
    def _begun(self, *, writes: bool) -> Iterator[Connection]:
        if whole := self._whole.get():
            with whole.begin_nested() if writes else nullcontext():
                yield whole
            return
        opened = self.engine.connect().execution_options(writes=writes)
        with opened as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    def ping(self) -> None:
        """Raise DatabaseDown unless the database answers and has its tables."""
        try:
            with self.reading() as connection:
                connection.execute(select(told.c.field).limit(1))  # of the newest tables
        except DBAPIError as error:
            message = "the database lacks tables, or has older ones: run pukar db upgrade"
            raise TablesMissing(message) from error

    def migrate(self, seal: Seal) -> int:
        """Bring the tables to the newest form; give how many records the chain began with.

        All of it is one transaction: whoever breaks it off begins anew.
        """
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        try:
            with self.engine.connect() as connection, connection.begin():
                has_chain = inspect(connection).has_table(ledger.name)
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                return 0 if has_chain else begin_chain(connection, seal)
        except DBAPIError as error:
            if _is_out_of_reach(error):
                raise DatabaseDown(str(error.orig)) from error
            raise


def _is_out_of_reach(error: DBAPIError) -> bool:
    """Tell a database that is down or locked from a statement that is wrong."""
    if getattr(error.orig, "sqlite_errorname", "") == "SQLITE_ERROR":
        return False
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)


def _options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {
            "pool_timeout": _PATIENCE_SECONDS,
            "connect_args": {"timeout": _PATIENCE_SECONDS},
        }
    limits = f"-c lock_timeout={_PATIENCE_SECONDS}s -c statement_timeout=10s"
    return {
        "pool_timeout": _PATIENCE_SECONDS,
        "pool_pre_ping": True,
        "connect_args": {"connect_timeout": _PATIENCE_SECONDS, "options": limits},
    }


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we write BEGIN ourselves, below
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.cursor().execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        # A writer takes its lock at once: waiting for it later could end in SQLITE_BUSY.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
