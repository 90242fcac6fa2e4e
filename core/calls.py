"""The calls that we make, for whoever gave a missed call, would rather speak, or got no SMS.

Asked for once per occasion, limited per phone, taken out by the worker, placed through a provider,
and tried again where nobody answered.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, Connection, case, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from core.clock import now
from core.database import Database
from core.sealing import Seal
from core.tables import calls, citizens, letters

Purpose: TypeAlias = Literal["callback", "story", "letter"]

LEASE = timedelta(minutes=1)
# No provider tells nothing of a call for longer than it may ring and last.
SILENCE = timedelta(minutes=20)
MOST_ATTEMPTS = 3
_PAUSES = {
    "callback": timedelta(minutes=1),
    "story": timedelta(seconds=30),
    "letter": timedelta(hours=2),
}
_SPANS = ((timedelta(hours=1), 4), (timedelta(days=1), 10))  # calls to one phone
MOST_CALLBACKS_AN_HOUR = 1000
_NOBODY_WAITS_AFTER = {"story": timedelta(hours=1), "callback": timedelta(hours=12)}
_DIGITS_OF_A_LOCK = 15  # hexadecimal: what PostgreSQL takes, a signed 64-bit number
_BEFORE_CALLING = timedelta(seconds=4)  # she hangs up, or reads our last words, first
_LETTERS_NOT_OLDER = timedelta(days=3)
_OPEN = ("due", "placed", "answered")
_ALL = (*_OPEN, "done", "failed")
_LONGEST_TROUBLE = 200
_LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class Wish:
    """A call to be made: what for, on which occasion (its own name), to whom."""

    purpose: Purpose
    occasion: str
    phone: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call that we make; `letter_id` is the letter it reads."""

    id: int
    purpose: Purpose
    token: str
    phone_sealed: bytes
    letter_id: int | None
    status: str
    attempts: int


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call as a line of a list, with nothing personal in it."""

    id: int
    purpose: Purpose
    status: str
    attempts: int
    asked_at: datetime
    trouble: str | None


class Calls:
    """The list of calls to be made, and what became of them."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    def ask(self, wish: Wish) -> bool:
        """Have a phone called; False where it is called too often already.

        Asked again on the same occasion, or while another such call is on its way, it stays one.
        """
        phone_hash = self._seal.fingerprint("phone", wish.phone)
        moment = now()
        with self._database.writing() as connection:
            self._one_at_a_time(connection, phone_hash)
            key = self._key(wish, connection)
            if _is_underway(connection, phone_hash, wish.purpose, key):
                return True
            if _is_called_too_often(connection, phone_hash, moment):
                return False
            if wish.purpose == "callback" and _are_too_many(connection, moment):
                return False
            connection.execute(
                calls.insert().values(
                    key=key,
                    purpose=wish.purpose,
                    token=secrets.token_hex(16),
                    phone_hash=phone_hash,
                    phone_sealed=self._seal.close(wish.phone),
                    status="due",
                    attempts=0,
                    asked_at=moment,
                    due_at=moment + _BEFORE_CALLING,
                )
            )
        return True

    def _one_at_a_time(self, connection: Connection, phone_hash: str) -> None:
        """Let nobody else ask for a call to this phone until the end of the transaction."""
        if not self._database.is_sqlite:  # which lets one write at a time anyway
            lock = func.pg_advisory_xact_lock(int(phone_hash[:_DIGITS_OF_A_LOCK], 16))
            connection.execute(select(lock))

    def _key(self, wish: Wish, connection: Connection) -> str:
        """Name the occasion; a story may be called for again once the call before is over."""
        key = self._seal.fingerprint("call", wish.purpose, wish.occasion)
        if wish.purpose != "story":
            return key
        before = select(func.count()).where(calls.c.key.startswith(key))
        return f"{key}-{connection.scalar(before)}"

    def ask_for_letters(self) -> int:
        """Have those called whose letters could not be delivered by SMS; give how many."""
        since = now() - _LETTERS_NOT_OLDER
        asked = select(calls.c.letter_id).where(calls.c.letter_id.is_not(None))
        unwanted = select(citizens.c.phone_hash).where(citizens.c.letters_off_since.is_not(None))
        query = (
            select(letters.c.id, letters.c.phone_hash, letters.c.phone_sealed)
            .where(
                letters.c.status.in_(["dead", "failed"]),
                letters.c.can_wait,
                letters.c.posted_at > since,
                letters.c.id.not_in(asked),
                letters.c.phone_hash.not_in(unwanted),
            )
            .order_by(letters.c.id)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query.limit(50)).all()
        return sum(self._ask_for_letter(*row) for row in rows)

    def _ask_for_letter(self, letter_id: int, phone_hash: str, phone_sealed: bytes) -> bool:
        values: dict[str, Any] = {
            "key": f"letter-{letter_id}",
            "purpose": "letter",
            "token": secrets.token_hex(16),
            "phone_hash": phone_hash,
            "phone_sealed": phone_sealed,
            "letter_id": letter_id,
            "status": "due",
            "attempts": 0,
            "asked_at": now(),
            "due_at": now(),
        }
        try:
            with self._database.writing() as connection:
                self._one_at_a_time(connection, phone_hash)
                if _is_underway(connection, phone_hash, "letter", values["key"]):
                    return False  # one after the other
                connection.execute(calls.insert().values(values))
        except IntegrityError:
            return False  # another worker was faster
        return True

    def take_due(self, most: int = 2, *, only: tuple[Purpose, ...]) -> list[Call]:
        """Take out calls that are due, those somebody waits for first.

        That counts as an attempt, whatever comes of it; and no more are taken than can be placed
        within the lease.
        """
        moment = now()
        free = or_(calls.c.leased_until.is_(None), calls.c.leased_until < moment)
        due = select(calls.c.id).where(
            calls.c.status == "due", calls.c.due_at <= moment, free, calls.c.purpose.in_(only)
        )
        due = due.where(~_is_needless(), calls.c.attempts < MOST_ATTEMPTS).order_by(
            calls.c.purpose == "letter", calls.c.due_at
        )
        due = due.limit(most)
        with self._database.reading() as connection:
            if connection.scalar(due.limit(1)) is None:
                return []
        with self._database.writing() as connection:
            ids = list(connection.scalars(due.with_for_update(skip_locked=True)))
            ours = calls.c.id.in_(ids)
            taken = {"leased_until": moment + LEASE, "attempts": calls.c.attempts + 1}
            connection.execute(update(calls).where(ours).values(taken))
            return _read(connection, ours)

    def mark_placed(self, call: Call, gateway: str, provider_call: str) -> None:
        """Note that a provider took the call, under an id of its own.

        The citizen may have picked up, or even hung up, by then.
        """
        known = {"gateway": gateway, "call": provider_call[:_LONGEST_ID]}
        self._mark(call, _ALL, known)
        self._mark(call, ("due",), {"status": "placed", "due_at": now() + SILENCE})

    def mark_answered(self, call: Call, gateway: str, provider_call: str) -> None:
        """Note that the citizen picked up."""
        known = {"gateway": gateway, "call": provider_call[:_LONGEST_ID]}
        answered = {"status": "answered", "due_at": now() + SILENCE}
        self._mark(call, ("due", "placed"), {**known, **answered})

    def mark_done(self, call: Call) -> None:
        """Note that the call did what it was for."""
        values = {"status": "done", "settled_at": now(), "trouble": None}
        self._mark(call, _OPEN, values)

    def try_again(self, call: Call, trouble: str) -> None:
        """Call again after a pause; after some attempts, no more."""
        why = trouble[:_LONGEST_TROUBLE]
        if call.attempts >= MOST_ATTEMPTS:
            settled = {"status": "failed", "settled_at": now()}
            self._mark(call, _OPEN, {**settled, "trouble": why})
        else:
            again = {"status": "due", "due_at": now() + _PAUSES[call.purpose]}
            self._mark(call, _OPEN, {**again, "trouble": why})

    def give_up(self, call: Call, trouble: str) -> None:
        """Note that the call cannot be made at all."""
        settled = {"status": "failed", "settled_at": now(), "trouble": trouble[:_LONGEST_TROUBLE]}
        self._mark(call, ("due", "placed"), settled)

    def settle(self) -> None:
        """Close calls that are needless by now, and take up those that nobody told the end of."""
        due = calls.c.status == "due"
        # Each attempt ended without a word: the worker died, or could not mark it.
        tried = due & (calls.c.attempts >= MOST_ATTEMPTS) & (calls.c.leased_until < now())
        failed = {"status": "failed", "settled_at": now(), "trouble": "nothing came of it"}
        with self._database.writing() as connection:
            needless = update(calls).where(due, _is_needless())
            connection.execute(needless.values(status="done", settled_at=now()))
            connection.execute(update(calls).where(tried).values(failed))
        stuck = calls.c.status.in_(["placed", "answered"]) & (calls.c.due_at < now())
        with self._database.reading() as connection:
            forgotten = _read(connection, stuck)
        for call in forgotten:
            if call.status == "answered" and call.purpose != "letter":
                self.mark_done(call)
            else:
                self.try_again(call, "the provider told nothing more")

    def find(self, *, token: str = "", gateway: str = "", provider_call: str = "") -> Call | None:
        """Find a call by our token, or by the provider's id."""
        by_token = calls.c.token == token
        by_id = (calls.c.gateway == gateway) & (calls.c.call == provider_call[:_LONGEST_ID])
        with self._database.reading() as connection:
            found = _read(connection, by_token if token else by_id)
        return found[0] if found else None

    def counts(self) -> dict[str, int]:
        """Count the calls of each status."""
        query = select(calls.c.status, func.count()).group_by(calls.c.status)
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def newest(self, *, status: str | None = None, most: int = 20, page: int = 1) -> list[CallLine]:
        """List calls, of one status or all, the newest first."""
        columns = [calls.c[name] for name in CallLine.__dataclass_fields__]
        query = select(*columns).order_by(calls.c.id.desc())
        if status:
            query = query.where(calls.c.status == status)
        with self._database.reading() as connection:
            rows = connection.execute(query.limit(most).offset((page - 1) * most))
            return [CallLine(*row) for row in rows]

    def _mark(self, call: Call, before: tuple[str, ...], values: Mapping[str, object]) -> None:
        this = (calls.c.id == call.id) & calls.c.status.in_(before)
        with self._database.writing() as connection:
            connection.execute(update(calls).where(this).values({"leased_until": None, **values}))


def _is_needless() -> ColumnElement[bool]:
    """Say whether nobody waits for a call any more, or wants its letter, or it has arrived."""
    open_still = select(letters.c.id).where(letters.c.status.in_(["dead", "failed"]))
    unwanted = select(citizens.c.phone_hash).where(citizens.c.letters_off_since.is_not(None))
    has_arrived = calls.c.letter_id.is_not(None) & or_(
        calls.c.letter_id.not_in(open_still), calls.c.phone_hash.in_(unwanted)
    )
    overdue = [
        (calls.c.purpose == purpose) & (calls.c.asked_at < now() - waits)
        for purpose, waits in _NOBODY_WAITS_AFTER.items()
    ]
    return or_(has_arrived, *overdue)


def _is_underway(connection: Connection, phone_hash: str, purpose: Purpose, key: str) -> bool:
    statuses = ["due", "placed", "answered"] if purpose == "letter" else ["due", "placed"]
    waiting = calls.c.status.in_(statuses) & (calls.c.purpose == purpose)
    same = or_(calls.c.key == key, waiting & (calls.c.phone_hash == phone_hash))
    return connection.scalar(select(calls.c.id).where(same).limit(1)) is not None


def _is_called_too_often(connection: Connection, phone_hash: str, moment: datetime) -> bool:
    ours = (calls.c.phone_hash == phone_hash) & (calls.c.purpose != "letter")
    rings = case((calls.c.attempts > 1, calls.c.attempts), else_=1)
    asked = select(func.sum(rings)).where(ours)
    return any(
        (connection.scalar(asked.where(calls.c.asked_at > moment - span)) or 0) >= most
        for span, most in _SPANS
    )


def _are_too_many(connection: Connection, moment: datetime) -> bool:
    """Say whether so many call that somebody must be making up their numbers."""
    recent = (calls.c.purpose == "callback") & (calls.c.asked_at > moment - timedelta(hours=1))
    return (connection.scalar(select(func.count()).where(recent)) or 0) >= MOST_CALLBACKS_AN_HOUR


def _read(connection: Connection, which: ColumnElement[bool]) -> list[Call]:
    columns = [calls.c[name] for name in Call.__dataclass_fields__]
    rows = connection.execute(select(*columns).where(which).order_by(calls.c.id))
    return [Call(*row) for row in rows]
