"""What a phone likes: its language, the station it last wrote to, whether it wants letters.

When that changed is kept as a day: who chooses a language may be an informant a minute later.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.clock import now, today
from core.database import Database
from core.outbox import Recipient, are_letters_off
from core.sealing import Seal
from core.tables import citizens, letters


def remember_citizen(
    connection: Connection, recipient: Recipient, *, station: str | None = None
) -> None:
    """Keep a citizen's language, and the station if there was one."""
    liked: dict[str, object] = {"language": recipient.language}
    if station:
        liked["usual_station"] = station
    _set(connection, recipient.phone_hash, recipient.phone_sealed, liked)


def chosen_language(connection: Connection, phone_hash: str) -> str | None:
    """Give the language a citizen has chosen, for a letter in the same transaction."""
    return connection.scalar(select(citizens.c.language).where(citizens.c.phone_hash == phone_hash))


def stop_letters(connection: Connection, phone_hash: str, phone_sealed: bytes) -> None:
    """Send no more letters to a phone, nor the news that wait for it; answers it still gets."""
    _set(connection, phone_hash, phone_sealed, {"letters_off_since": now()})
    waiting = (letters.c.phone_hash == phone_hash) & (letters.c.status == "due")
    connection.execute(update(letters).where(waiting & letters.c.can_wait).values(status="stopped"))


def start_letters(connection: Connection, phone_hash: str, phone_sealed: bytes) -> None:
    """Send letters to a phone again."""
    _set(connection, phone_hash, phone_sealed, {"letters_off_since": None})


def _set(
    connection: Connection, phone_hash: str, phone_sealed: bytes, liked: Mapping[str, object]
) -> None:
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    values = {**liked, "changed_at": today()}
    new = insert(citizens).values(phone_hash=phone_hash, phone_sealed=phone_sealed, **values)
    connection.execute(new.on_conflict_do_update(index_elements=["phone_hash"], set_=values))


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
        recipient = Recipient(phone_hash, self._seal.close_as_of(phone, today()), language)
        with self._database.writing() as connection:
            remember_citizen(connection, recipient)

    def wants_letters(self, phone: str) -> bool:
        """Say whether a phone has not asked for an end of letters."""
        with self._database.reading() as connection:
            return not are_letters_off(connection, self._seal.fingerprint("phone", phone))

    def stop_letters(self, phone_hash: str, phone_sealed: bytes) -> None:
        """Send no more letters to a phone, as a provider tells us."""
        with self._database.writing() as connection:
            stop_letters(connection, phone_hash, phone_sealed)

    def _recall(self, phone: str, column: str) -> str | None:
        query = select(citizens.c[column]).where(
            citizens.c.phone_hash == self._seal.fingerprint("phone", phone)
        )
        with self._database.reading() as connection:
            return connection.scalar(query)
