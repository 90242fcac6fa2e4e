"""Signing in: password and one-time code, lock-out, sessions that end."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import CursorResult, Row, delete, insert, select, update

from casework.credentials import step_of
from casework.officers import Officer, Officers, is_login, officer_of
from casework.wrong_tries import WrongTries, forgive
from core.clock import now
from core.sealing import Unreadable
from core.tables import officer_sessions, officers

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
_SEEN_EVERY = timedelta(minutes=1)  # a page a second need not be a write a second

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


class SignIns:
    """Lets officers in, knows them again, and lets them out."""

    def __init__(self, people: Officers) -> None:
        self._people = people
        self._database = people.database
        self._seal = people.seal
        self._tries = WrongTries(self._database, self._seal)

    def check(self, login: str, password: str, code: str) -> Officer:
        """Find who signs in; raise Locked or NotSignedIn otherwise.

        A try is counted before it is looked at, so that a thousand at once are no more than five.
        """
        login = login.strip().lower()
        self._count(login)
        row = self._row_of(login)
        is_right = self._people.passwords.fits(row.password_hash if row else None, password)
        step = self._step_of(row, code) if row else None
        if not (row and is_right and row.is_active and step and self._accept(row, step, password)):
            log.warning("sign_in_failed", officer=row.id if row else None)
            raise NotSignedIn
        return officer_of(row, self._seal)

    def confirm(self, officer: Officer, password: str) -> None:
        """Make sure by his password that it is the officer; a wrong one counts as at the door.

        Raises NotSignedIn, or Locked. Whoever has used up his tries is signed out everywhere.
        """
        self._count(officer.login)
        if self._people.knows(officer, password):
            with self._database.writing() as connection:
                forgive(connection, self._seal, officer.login)
            return
        log.warning("password_not_confirmed", officer=officer.id)
        if until := self._tries.lock_of(officer.login):
            self.end_all(officer)
            raise Locked(until)
        raise NotSignedIn

    def _count(self, login: str) -> None:
        if until := self._tries.count(login):
            raise Locked(until)

    def _row_of(self, login: str) -> Row[Any] | None:
        if not is_login(login):
            return None
        with self._database.reading() as connection:
            return connection.execute(select(officers).where(officers.c.login == login)).first()

    def _step_of(self, row: Row[Any], code: str) -> int | None:
        try:
            return step_of(self._seal.open(row.totp_sealed), code, now())
        except Unreadable:
            log.warning("officer_without_codes", officer=row.id)
            return None

    def _accept(self, row: Row[Any], step: int, password: str) -> bool:
        """Forgive the failures, unless the code, or an older one than it, was accepted before."""
        values: dict[str, object] = {"totp_step": step, "seen_at": now()}
        if self._people.passwords.is_outdated(row.password_hash):
            values["password_hash"] = self._people.passwords.keep(password)
        unchanged = officers.c.is_active & (officers.c.password_hash == row.password_hash)
        fresh = (officers.c.id == row.id) & (officers.c.totp_step < step) & unchanged
        with self._database.writing() as connection:
            changed: CursorResult[Any] = connection.execute(
                update(officers).where(fresh).values(**values)
            )
            if changed.rowcount:
                forgive(connection, self._seal, row.login)
            return bool(changed.rowcount)

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
