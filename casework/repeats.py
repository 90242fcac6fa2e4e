"""Requests that bear an idempotency key: each is done once, and answered the same again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Row, delete, select, update
from sqlalchemy.exc import IntegrityError

from core.clock import now
from core.database import Database
from core.rounds import keep_at_it
from core.sealing import Seal, Unreadable
from core.tables import repeats

KEPT = timedelta(hours=48)
# The status of a request that has no answer: not yet, or nobody knows whether it was done.
_UNDER_WAY, _UNKNOWN = 0, 1
_GIVEN_UP_AFTER = timedelta(minutes=1)  # whoever had it has died
_TIDY_SECONDS = 3600

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Request:
    """A request: whose it is, its key, what it asks for, and whether twice is the same as once."""

    client_id: int
    key: str
    contents: str
    may_come_twice: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given."""

    status: int
    body: str


class UnderWay(Exception):
    """The same request is being done at this moment."""


class OtherContents(Exception):
    """The key was used for another request."""


class OutcomeUnknown(Exception):
    """The same request was begun, and whether it was done is not known."""


class Repeats:
    """The answers that were given, sealed."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    def begin(self, request: Request) -> Kept | None:
        """Take a request in hand, or give the answer that it got.

        Raises UnderWay, OtherContents and OutcomeUnknown.
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

    def give_up(self, request: Request) -> None:
        """End a request of which nobody knows whether it was done."""
        if request.may_come_twice:
            self.let_go(request)
            return
        with self._database.writing() as connection:
            connection.execute(update(repeats).where(*_one(request)).values(status=_UNKNOWN))

    def run(self, stop: Event) -> None:
        """Forget what is old, every hour, until told to stop."""
        keep_at_it(stop, self.tidy, who="repeats", pause=_TIDY_SECONDS)

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
            if row.status == _UNDER_WAY and moment - row.at < _GIVEN_UP_AFTER:
                raise UnderWay
            if kept := self._opened(row):
                return kept
            if not request.may_come_twice:
                raise OutcomeUnknown
            again = {"status": _UNDER_WAY, "at": moment}
            connection.execute(update(repeats).where(*_one(request)).values(again))
        return None

    def _opened(self, row: Row[Any]) -> Kept | None:
        if row.status in (_UNDER_WAY, _UNKNOWN):
            return None
        try:
            return Kept(row.status, self._seal.open(row.body_sealed))
        except Unreadable as trouble:
            log.error("answer_unreadable", client=row.client_id, why=str(trouble))
            return None

    def _hash(self, request: Request) -> str:
        return self._seal.fingerprint("repeat", request.contents)


def _one(request: Request) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (repeats.c.client_id == request.client_id, repeats.c.key == request.key)
