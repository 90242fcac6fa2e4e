"""Other systems that use the API: who they are, and what each may do."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias, get_args

from sqlalchemy import Row, select, update
from sqlalchemy.exc import IntegrityError

from casework.viewer import Viewer
from core.clock import now
from core.database import Database, DatabaseDown
from core.sealing import Seal
from core.tables import clients

Scope: TypeAlias = Literal[
    "cases:read",
    "cases:register",
    "cases:move",
    "stations:read",
    "events:read",
    "hooks",
    "records:write",
]
SCOPES: tuple[Scope, ...] = get_args(Scope)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,46}")
_USED_AGAIN_AFTER = timedelta(minutes=1)  # so that not every request writes


class ClientError(Exception):
    """What was asked of a client cannot be done; the message says why."""


@dataclass(frozen=True, slots=True)
class Client:
    """A system with a token; one with a `district` meets nothing outside it."""

    id: int
    name: str
    scopes: frozenset[str]
    district: str | None
    created_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None

    @property
    def viewer(self) -> Viewer:
        """Give it as somebody who sees and works cases."""
        return viewer_of(self.id, self.name, self.district)


class Clients:
    """The register of clients: of their tokens it keeps keyed hashes only."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    def add(self, name: str, scopes: Iterable[str], district: str | None = None) -> str:
        """Add a client and give its token, which nobody can read again.

        Raises ClientError where the name is taken or no name, or there is no such scope.
        """
        wanted = sorted(set(scopes))
        if not _NAME.fullmatch(name):
            raise ClientError("A name has letters, digits, dots, dashes; at most 47 of them.")
        if not wanted or not set(wanted) <= set(SCOPES):
            raise ClientError(f"Scopes are: {', '.join(SCOPES)}.")
        token = f"pukar_{secrets.token_urlsafe(32)}"
        values = {
            "name": name,
            "token_hash": self._hash(token),
            "scopes": wanted,
            "district": district,
            "created_at": now(),
        }
        try:
            with self._database.writing() as connection:
                connection.execute(clients.insert().values(values))
        except IntegrityError as error:
            raise ClientError(f"There is a client {name} already.") from error
        return token

    def find(self, token: str) -> Client | None:
        """Find the client a token belongs to, unless it is revoked, and note the use."""
        query = select(clients).where(clients.c.token_hash == self._hash(token))
        with self._database.reading() as connection:
            row = connection.execute(query.where(clients.c.revoked_at.is_(None))).first()
        if row is None:
            return None
        self._note_use(row)
        return _client(row)

    def revoke(self, name: str) -> None:
        """End a client's access, at once and for good; raise ClientError where there is none."""
        one = (clients.c.name == name) & clients.c.revoked_at.is_(None)
        with self._database.writing() as connection:
            changed = connection.execute(update(clients).where(one).values(revoked_at=now()))
        if not changed.rowcount:
            raise ClientError(f"There is no client {name} with access.")

    def all(self) -> list[Client]:
        """List the clients, also those whose access has ended."""
        with self._database.reading() as connection:
            return [_client(row) for row in connection.execute(select(clients).order_by("name"))]

    def _note_use(self, row: Row[Any]) -> None:
        moment = now()
        if row.used_at and moment - row.used_at < _USED_AGAIN_AFTER:
            return
        one = update(clients).where(clients.c.id == row.id)
        # A database that is busy is no reason to turn a client away.
        with suppress(DatabaseDown), self._database.writing() as connection:
            connection.execute(one.values(used_at=moment))

    def _hash(self, token: str) -> str:
        return self._seal.fingerprint("api token", token)


def _client(row: Row[Any]) -> Client:
    return Client(
        id=row.id,
        name=row.name,
        scopes=frozenset(row.scopes),
        district=row.district,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )


def viewer_of(client_id: int, name: str, district: str | None) -> Viewer:
    """Give a client as somebody who sees and works cases: those of its district, or all."""
    login = f"api:{name}"
    return Viewer(client_id, login, "district" if district else "state", district)
