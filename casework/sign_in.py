"""Signing in: password and one-time code, lock-out, sessions that end."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, CursorResult, Row, delete, insert, select, update

from casework.credentials import step_of
from casework.officers import Officer, Officers, is_login, officer_of
from core.clock import now
from core.tables import officer_sessions, officers

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
_SEEN_EVERY = timedelta(minutes=1)  # a page a second need not be a write a second
_FREE_FAILURES = 5
_LONGEST_PAUSE = 60  # minutes
_STRANGERS = 10_000

log = structlog.get_logger()


class NotSignedIn(Exception):
    """Login, password or code is wrong; which of them is not said."""


class Locked(NotSignedIn):
    """Too many wrong tries: the next is looked at after `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One of an officer's sessions, as he sees them in his account."""

    started_at: datetime
    seen_at: datetime
    is_this: bool


def pause_after(failures: int) -> timedelta:
    """Give how long nobody may try after so many failures in a row: 1, 2, 4 … 60 minutes."""
    beyond = failures - _FREE_FAILURES
    minutes = min(2**beyond, _LONGEST_PAUSE) if beyond >= 0 else 0
    return timedelta(minutes=minutes)


class SignIns:
    """Lets officers in, knows them again, and lets them out."""

    def __init__(self, people: Officers) -> None:
        self._people = people
        self._database = people.database
        self._seal = people.seal
        self._strangers: dict[str, tuple[int, datetime]] = {}

    def check(self, login: str, password: str, code: str) -> Officer:
        """Find who signs in; raise Locked or NotSignedIn otherwise.

        A try is counted before it is looked at, so that a thousand at once are no more than five.
        """
        login = login.strip().lower()
        row = self._count_try(login) if is_login(login) else None
        if row is None:
            self._count_stranger(login)
        is_right = self._people.passwords.fits(row.password_hash if row else None, password)
        step = step_of(self._seal.open(row.totp_sealed), code, now()) if row else None
        if not (row and is_right and row.is_active and step and self._accept(row, step, password)):
            log.warning("sign_in_failed", officer=row.id if row else None)
            raise NotSignedIn
        return officer_of(row, self._seal)

    def _count_try(self, login: str) -> Row[Any] | None:
        """Count a try as a failure, which it is until it is found right; raise Locked."""
        with self._database.writing() as connection:
            query = select(officers).where(officers.c.login == login).with_for_update()
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            if row.locked_until and row.locked_until > now():
                raise Locked(row.locked_until)
            pause = pause_after(row.failures + 1)
            values = {
                "failures": row.failures + 1,
                "locked_until": now() + pause if pause else None,
            }
            connection.execute(update(officers).where(officers.c.id == row.id).values(**values))
            return row

    def _count_stranger(self, login: str) -> None:
        """Lock a login that nobody has like any other: a lock must not tell who works here."""
        key = self._seal.fingerprint("stranger", login)
        failures, until = self._strangers.pop(key, (0, now()))
        if until > now():
            self._strangers[key] = failures, until
            raise Locked(until)
        while len(self._strangers) >= _STRANGERS:
            self._strangers.pop(next(iter(self._strangers)), None)
        self._strangers[key] = failures + 1, now() + pause_after(failures + 1)

    def _accept(self, row: Row[Any], step: int, password: str) -> bool:
        """Forgive the failures, unless the code, or an older one than it, was accepted before."""
        values: dict[str, object] = {
            "totp_step": step,
            "failures": 0,
            "locked_until": None,
            "seen_at": now(),
        }
        if self._people.passwords.is_outdated(row.password_hash):
            values["password_hash"] = self._people.passwords.keep(password)
        unchanged = officers.c.is_active & (officers.c.password_hash == row.password_hash)
        fresh = (officers.c.id == row.id) & (officers.c.totp_step < step) & unchanged
        with self._database.writing() as connection:
            return _changed(connection, update(officers).where(fresh).values(**values)) == 1

    # --- Sessions

    def start(self, officer: Officer) -> str:
        """Begin a session, and give the token that stands for it."""
        token, at = secrets.token_urlsafe(32), now()
        over = officer_sessions.c.started_at < at - LONGEST
        with self._database.writing() as connection:
            connection.execute(delete(officer_sessions).where(over))
            connection.execute(
                insert(officer_sessions).values(
                    token_hash=self._hash(token), officer_id=officer.id, started_at=at, seen_at=at
                )
            )
        return token

    def whose(self, token: str, *, is_seen: bool = True) -> Officer | None:
        """Find whose session it is; None where it has ended, or was idle for half an hour.

        `is_seen` says whether a person did something, and so is there.
        """
        query = (
            select(
                officers, officer_sessions.c.started_at, officer_sessions.c.seen_at.label("last")
            )
            .join(officer_sessions, officer_sessions.c.officer_id == officers.c.id)
            .where(officer_sessions.c.token_hash == self._hash(token), officers.c.is_active)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        at = now()
        if row is None or row.last < at - IDLE or row.started_at < at - LONGEST:
            return None
        if is_seen and row.last < at - _SEEN_EVERY:
            self._see(token, row.id)
        return officer_of(row, self._seal)

    def _see(self, token: str, officer_id: int) -> None:
        at = now()
        this = officer_sessions.c.token_hash == self._hash(token)
        with self._database.writing() as connection:
            connection.execute(update(officer_sessions).where(this).values(seen_at=at))
            connection.execute(
                update(officers).where(officers.c.id == officer_id).values(seen_at=at)
            )

    def open_sessions(self, officer: Officer, token: str) -> Sequence[OpenSession]:
        """List an officer's sessions that have not ended, the newest first."""
        at = now()
        query = (
            select(officer_sessions)
            .where(officer_sessions.c.officer_id == officer.id)
            .where(officer_sessions.c.seen_at >= at - IDLE)
            .where(officer_sessions.c.started_at >= at - LONGEST)
            .order_by(officer_sessions.c.started_at.desc())
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        this = self._hash(token)
        return [OpenSession(r.started_at, r.seen_at, r.token_hash == this) for r in rows]

    def end(self, token: str) -> None:
        """End a session."""
        self._delete(officer_sessions.c.token_hash == self._hash(token))

    def end_all(self, officer: Officer) -> None:
        """End all sessions of an officer."""
        self._delete(officer_sessions.c.officer_id == officer.id)

    def _delete(self, these: Any) -> None:  # noqa: ANN401  # SQLAlchemy's own type is too long
        with self._database.writing() as connection:
            connection.execute(delete(officer_sessions).where(these))

    def _hash(self, token: str) -> str:
        return self._seal.fingerprint("officer session", token)


def _changed(connection: Connection, statement: Any) -> int:  # noqa: ANN401  # the same
    result: CursorResult[Any] = connection.execute(statement)
    return result.rowcount
