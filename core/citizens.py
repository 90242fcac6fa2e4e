"""What a phone likes: its language, and the station it last wrote to."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from core.clock import now
from core.database import Database
from core.outbox import Recipient
from core.sealing import Seal
from core.tables import citizens


def remember_citizen(
    connection: Connection, recipient: Recipient, *, station: str | None = None
) -> None:
    """Keep a citizen's language, and the station if there was one."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    liked = {"language": recipient.language, "changed_at": now()}
    if station:
        liked["usual_station"] = station
    new = insert(citizens).values(
        phone_hash=recipient.phone_hash, phone_sealed=recipient.phone_sealed, **liked
    )
    connection.execute(new.on_conflict_do_update(index_elements=["phone_hash"], set_=liked))


def chosen_language(connection: Connection, phone_hash: str) -> str | None:
    """Give the language a citizen has chosen, for a letter in the same transaction."""
    return connection.scalar(select(citizens.c.language).where(citizens.c.phone_hash == phone_hash))


class Citizens:
    """What we remember of phones from one conversation to the next."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    def language_of(self, phone: str) -> str | None:
        """Give the language a phone has chosen."""
        return self._recall(phone, "language")

    def usual_station_of(self, phone: str) -> str | None:
        """Give the station a phone last wrote to."""
        return self._recall(phone, "usual_station")

    def choose_language(self, phone: str, language: str) -> None:
        """Remember the language a phone has chosen."""
        phone_hash = self._seal.fingerprint("phone", phone)
        recipient = Recipient(phone_hash, self._seal.close(phone), language)
        with self._database.writing() as connection:
            remember_citizen(connection, recipient)

    def _recall(self, phone: str, column: str) -> str | None:
        query = select(citizens.c[column]).where(
            citizens.c.phone_hash == self._seal.fingerprint("phone", phone)
        )
        with self._database.reading() as connection:
            return connection.scalar(query)
