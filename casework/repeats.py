"""Requests that bear an idempotency key: each is done once, and answered the same again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from threading import Event

import structlog
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError

from core.clock import now
from core.database import Database, DatabaseDown
from core.sealing import Seal
from core.tables import repeats

KEPT = timedelta(hours=48)
_UNDER_WAY = 0  # the status of a request that has no answer yet
_GIVEN_UP_AFTER = timedelta(minutes=1)  # whoever had it has died
_TIDY_SECONDS = 3600

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Request:
    """A request: whose it is, its key, and what it asks for."""

    client_id: int
    key: str
    contents: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given."""

    status: int
    body: str


class UnderWay(Exception):
    """The same request is being done at this moment."""


class OtherContents(Exception):
    """The key was used for another request."""


class Repeats:
    """The answers that were given, sealed."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    def begin(self, request: Request) -> Kept | None:
        """Take a request in hand, or give the answer that it got.

        Raises UnderWay and OtherContents.
        """
        values = {
            "client_id": request.client_id,
            "key": request.key,
            "request_hash": self._hash(request),
            "status": _UNDER_WAY,
            "body_sealed": b"",
            "at": now(),
        }
        try:
            with self._database.writing() as connection:
                connection.execute(repeats.insert().values(values))
        except IntegrityError:
            return self._known(request)
        return None

    def finish(self, request: Request, answer: Kept) -> None:
        """Keep the answer to a request that was taken in hand."""
        values = {"status": answer.status, "body_sealed": self._seal.close(answer.body)}
        with self._database.writing() as connection:
            connection.execute(update(repeats).where(*_one(request)).values(values))

    def let_go(self, request: Request) -> None:
        """Forget a request that came to nothing: it may be tried again."""
        with self._database.writing() as connection:
            connection.execute(delete(repeats).where(*_one(request)))

    def run(self, stop: Event) -> None:
        """Forget what is old, every hour, until told to stop."""
        while not stop.is_set():
            try:
                self.tidy()
            except DatabaseDown as trouble:
                log.warning("repeats_wait", why=str(trouble))
            stop.wait(_TIDY_SECONDS)

    def tidy(self) -> None:
        """Forget what is old."""
        with self._database.writing() as connection:
            connection.execute(delete(repeats).where(repeats.c.at < now() - KEPT))

    def _known(self, request: Request) -> Kept | None:
        moment = now()
        with self._database.writing() as connection:
            query = select(repeats).where(*_one(request)).with_for_update()
            row = connection.execute(query).first()
            if row is None:  # let go this very moment
                raise UnderWay
            if row.request_hash != self._hash(request):
                raise OtherContents
            if row.status != _UNDER_WAY:
                return Kept(row.status, self._seal.open(row.body_sealed))
            if moment - row.at < _GIVEN_UP_AFTER:
                raise UnderWay
            connection.execute(update(repeats).where(*_one(request)).values(at=moment))
        return None

    def _hash(self, request: Request) -> str:
        return self._seal.fingerprint("repeat", request.contents)


def _one(request: Request) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (repeats.c.client_id == request.client_id, repeats.c.key == request.key)
