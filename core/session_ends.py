"""How sessions end: where callers are lost, and how long they took. Kept for figures only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from core.clock import now
from core.database import Database
from core.sealing import Seal
from core.tables import session_ends


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """The end of one session, as its provider tells it. `question` is where it stood.

    `phone` is empty where it may be an informant's.
    """

    gateway: str
    session: str
    phone: str
    outcome: str
    question: str | None
    hops: int | None
    milliseconds: int | None


class SessionEnds:
    """The record of how sessions end."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    def record(self, end: SessionEnd) -> bool:
        """Keep an end; False where the provider told it before."""
        row = {
            "session_hash": self._seal.fingerprint("session", end.gateway, end.session),
            "phone_hash": self._seal.fingerprint("phone", end.phone),
            "gateway": end.gateway,
            "ended_at": now(),
            "outcome": end.outcome,
            "question": end.question,
            "hops": end.hops,
            "milliseconds": end.milliseconds,
        }
        try:
            with self._database.writing() as connection:
                connection.execute(session_ends.insert().values(row))
        except IntegrityError:
            return False
        return True
