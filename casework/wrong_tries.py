"""Wrong tries to sign in, counted by the login that was typed, whether anybody has it or not.

Known logins and others are counted in the same place, which all processes share: a lock must not
tell who works here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.clock import now
from core.database import Database
from core.sealing import Seal
from core.tables import wrong_tries

FORGOTTEN_AFTER = timedelta(days=30)
_FREE_FAILURES = 5
_LONGEST_PAUSE = 60  # minutes


def pause_after(failures: int) -> timedelta:
    """Give how long nobody may try after so many failures in a row: 1, 2, 4 … 60 minutes."""
    beyond = failures - _FREE_FAILURES
    minutes = min(2**beyond, _LONGEST_PAUSE) if beyond >= 0 else 0
    return timedelta(minutes=minutes)


class WrongTries:
    """Counts tries under a login, and says until when there may be no other."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    def count(self, login: str) -> datetime | None:
        """Count a try as a failure, which it is until it is found right.

        Where none may be made now, it is not counted, and the end of the pause is given.
        """
        key = _key(self._seal, login)
        with self._database.writing() as connection:
            connection.execute(
                delete(wrong_tries).where(wrong_tries.c.at < now() - FORGOTTEN_AFTER)
            )
            row = self._locked_row(connection, key)
            locked: datetime | None = row.locked_until
            if locked and locked > now():
                return locked
            pause = pause_after(row.failures + 1)
            until = now() + pause if pause else None
            this = update(wrong_tries).where(wrong_tries.c.login_hash == key)
            connection.execute(this.values(failures=row.failures + 1, locked_until=until))
        return None

    def lock_of(self, login: str) -> datetime | None:
        """Give the end of the pause that a login is in, if it is in one."""
        until = wrong_tries.c.locked_until
        this = wrong_tries.c.login_hash == _key(self._seal, login)
        with self._database.reading() as connection:
            return connection.scalar(select(until).where(this, until > now()))

    def _locked_row(self, connection: Connection, key: str) -> Row[Any]:
        """Give the row of a login, made if need be, that nobody else counts in meanwhile."""
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        new = insert(wrong_tries).values(login_hash=key, failures=0, at=now())
        kept = new.on_conflict_do_update(index_elements=["login_hash"], set_={"at": now()})
        counted = kept.returning(wrong_tries.c.failures, wrong_tries.c.locked_until)
        return connection.execute(counted).one()


def forgive(connection: Connection, seal: Seal, login: str) -> None:
    """Forget the failures of a login."""
    connection.execute(delete(wrong_tries).where(wrong_tries.c.login_hash == _key(seal, login)))


def _key(seal: Seal, login: str) -> str:
    return seal.fingerprint("login", login)
