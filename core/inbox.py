"""SMS that came in: each is kept before it is answered, so that none is lost or heard twice.

A message that could not be answered at once (a store was down, the process died) is taken up
again by the worker: its lease runs out, and it is due. Aadhaar and card numbers are left out before
a message is kept. Its words are kept for an hour after it was answered, an informant's not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from core.citizens import start_letters, stop_letters
from core.clock import now
from core.database import Database
from core.outbox import Draft, Recipient, post
from core.sealing import Seal
from core.secret_numbers import without_secret_numbers
from core.tables import inbox, letters

LEASE = timedelta(seconds=30)
GIVE_UP_AFTER = timedelta(hours=48)
_FIRST_PAUSE = timedelta(seconds=5)
_DOUBLINGS = 8  # some twenty minutes
_LONGEST_ID = 64
WORDS_KEPT = timedelta(hours=1)
_NO_WORDS = b""  # they were there, and are no more


@dataclass(frozen=True, slots=True)
class Message:
    """An SMS that came in; `wish` is what its provider says of it: "", "stop", "start", "none"."""

    id: int
    gateway: str
    message: str
    phone_hash: str
    phone_sealed: bytes
    text_sealed: bytes
    wish: str
    came_at: datetime
    attempts: int

    @property
    def is_too_old(self) -> bool:
        """Whether answering it has failed for so long that it is given up."""
        return now() - self.came_at > GIVE_UP_AFTER


@dataclass(frozen=True, slots=True)
class Reply:
    """What a citizen gets in return."""

    recipient: Recipient
    draft: Draft


class Inbox:
    """Keeps the messages of all gateways."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    def take_in(  # what a provider tells of a message
        self, gateway: str, message: str, phone: str, text: str, wish: str = ""
    ) -> Message | None:
        """Keep a message, ours to answer until its lease runs out; None for one we had before."""
        text = without_secret_numbers(text)
        row = {
            "gateway": gateway,
            "message": self._short(message),
            "phone_hash": self._seal.fingerprint("phone", phone),
            "phone_sealed": self._seal.close(phone),
            "text_sealed": self._seal.close(text),
            "text_hash": self._seal.fingerprint("text", text),
            "wish": wish,
            "came_at": now(),
            "status": "new",
            "attempts": 0,
            "leased_until": now() + LEASE,
        }
        try:
            with self._database.writing() as connection:
                new_id = connection.scalar(inbox.insert().values(row).returning(inbox.c.id))
        except IntegrityError:
            return None
        return Message(
            id=int(new_id or 0),
            **{name: row[name] for name in Message.__dataclass_fields__ if name != "id"},  # type: ignore[arg-type]
        )

    def take_waiting(self, most: int = 20) -> list[Message]:
        """Take up messages that nobody has answered, the oldest first."""
        moment = now()
        free = or_(inbox.c.leased_until.is_(None), inbox.c.leased_until < moment)
        waiting = select(inbox.c.id).where(inbox.c.status == "new", free)
        waiting = waiting.order_by(inbox.c.id).limit(most)
        with self._database.reading() as connection:
            if connection.scalar(waiting.limit(1)) is None:
                return []
        with self._database.writing() as connection:
            ids = list(connection.scalars(waiting.with_for_update(skip_locked=True)))
            ours = inbox.c.id.in_(ids)
            leased = {"leased_until": moment + LEASE, "attempts": inbox.c.attempts + 1}
            connection.execute(update(inbox).where(ours).values(leased))
            columns = [inbox.c[name] for name in Message.__dataclass_fields__]
            rows = connection.execute(select(*columns).where(ours).order_by(inbox.c.id))
            return [Message(*row) for row in rows]

    def close(
        self,
        message: Message,
        status: str,
        reply: Reply | None = None,
        *,
        wants_letters: bool | None = None,
        is_secret: bool = False,
    ) -> None:
        """Note what became of a message, in one transaction with the reply and the wish.

        What another has closed meanwhile is left as it is, and not answered again. Of one that is
        secret nothing is left but that it came, nor of what we said to this phone before.
        """
        with self._database.writing() as connection:
            still_new = (inbox.c.id == message.id) & (inbox.c.status == "new")
            changed = connection.execute(update(inbox).where(still_new).values(status=status))
            if not changed.rowcount:
                return
            if wants_letters is not None:
                change = start_letters if wants_letters else stop_letters
                change(connection, message.phone_hash, message.phone_sealed)
            if is_secret:
                _empty_messages(connection, inbox.c.id == message.id)
                _empty_answers(connection, letters.c.phone_hash == message.phone_hash)
            if reply:
                post(connection, reply.recipient, reply.draft, is_answer=True)

    def tidy_up(self) -> None:
        """Take out the words of what was answered more than an hour ago, and of the answers."""
        before = now() - WORDS_KEPT
        is_old = (inbox.c.came_at < before) & (inbox.c.status != "new")
        with self._database.writing() as connection:
            _empty_messages(connection, is_old)
            _empty_answers(connection, letters.c.posted_at < before)

    def put_back(self, message: Message) -> None:
        """Leave a message for another try, after a pause that grows with each."""
        pause = _FIRST_PAUSE * 2 ** min(message.attempts, _DOUBLINGS)
        with self._database.writing() as connection:
            changed = update(inbox).where(inbox.c.id == message.id)
            connection.execute(changed.values(leased_until=now() + pause))

    def count_since(self, message: Message, span: timedelta) -> tuple[int, int]:
        """Count the messages of this phone in a span before this one: all, and those the same."""
        with self._database.reading() as connection:
            text_hash = select(inbox.c.text_hash).where(inbox.c.id == message.id).scalar_subquery()
            same = func.count().filter(inbox.c.text_hash == text_hash)
            query = select(func.count(), same).where(
                inbox.c.phone_hash == message.phone_hash,
                inbox.c.came_at > message.came_at - span,
                inbox.c.id <= message.id,
            )
            all_of_them, the_same = connection.execute(query).one()
        return int(all_of_them), int(the_same)

    def _short(self, message: str) -> str:
        """Keep an id as it is, or the hash of one that is very long."""
        return message if len(message) <= _LONGEST_ID else self._seal.fingerprint("id", message)


def _empty_messages(connection: Connection, which: ColumnElement[bool]) -> None:
    full = which & (inbox.c.text_sealed != _NO_WORDS)
    # Without its hash nobody can try whether these were the words.
    empty = {"text_sealed": _NO_WORDS, "text_hash": ""}
    connection.execute(update(inbox).where(full).values(empty))


def _empty_answers(connection: Connection, which: ColumnElement[bool]) -> None:
    """Take out what we said; should it have failed and be tried again, its stand-in is sent."""
    is_said = (letters.c.status != "due") & (letters.c.words_sealed != _NO_WORDS)
    connection.execute(update(letters).where(which & is_said).values(words_sealed=_NO_WORDS))
