"""The outbox: letters are posted in the transaction of what they tell, and sent later.

At least once, said openly: a crash between sending and marking sends a letter again, unless
the gateway's receipt comes first.
"""

from __future__ import annotations

import hmac
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.clock import now
from core.database import Database
from core.letters import LETTERS, check_letter
from core.sealing import Seal
from core.tables import citizens, letters, tries

LEASE = timedelta(minutes=4)
# A gateway may take so long (SMS_TIMEOUT at most, and some more): a try needs as much of the lease.
LONGEST_TRY = timedelta(seconds=120)
GIVE_UP_AFTER = timedelta(hours=48)
# After a gateway kept silent a letter may be on its way: its receipt gets time to say so.
PAUSE_AFTER_SILENCE = timedelta(minutes=5)
_FIRST_PAUSE = timedelta(seconds=15)
_LONGEST_PAUSE = timedelta(hours=1)
_LEAST_ATTEMPTS = 10  # one that waited for a worker was not tried yet
_DOUBLINGS = 10  # more would only make a number too large
_LONGEST_TROUBLE = 200  # characters kept of what went wrong
_LONGEST_ID = 64
_DIGITS_OF_AN_ID = 9
_OCTETS_OF_A_TOKEN = 5
_LOOKED_AT = 300  # letters in turn, to find some of different phones
_SPARE = 40  # candidates beyond those wanted: another postman may be faster


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a letter goes to, as the tables know a citizen."""

    phone_hash: str
    phone_sealed: bytes
    language: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What is posted: a template with its variables, or words of which it is the stand-in.

    Words (sealed) answer an SMS; a gateway that carries registered wordings only gets the
    template in their place.
    """

    template: str
    variables: Mapping[str, str] = field(default_factory=dict)
    words_sealed: bytes | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that is due, taken out for sending; ours until `leased_until`."""

    id: int
    phone_hash: str
    phone_sealed: bytes
    language: str
    template: str
    variables: dict[str, str]
    words_sealed: bytes | None
    can_wait: bool
    attempts: int
    posted_at: datetime
    leased_until: datetime

    @property
    def is_too_old(self) -> bool:
        """Whether it has been tried for so long, and often, that it is given up."""
        is_old = now() - self.posted_at > GIVE_UP_AFTER
        return is_old and self.attempts >= _LEAST_ATTEMPTS


@dataclass(frozen=True, slots=True)
class Try:
    """How one try to hand a letter to a gateway went. `parts` is what it will send receipts for.

    `outcome` is "sent", "refused", "failed" (not taken) or "silent" (perhaps taken).
    """

    token: str
    gateway: str
    at: datetime
    outcome: str
    gateway_id: str | None = None
    parts: int = 1
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A letter as a line of a list, with nothing personal in it.

    It `is_in_words` of our own if its template only stands in for them.
    """

    id: int
    template: str
    language: str
    status: str
    attempts: int
    posted_at: datetime
    due_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None
    gateway: str | None
    trouble: str | None
    can_wait: bool
    is_in_words: bool


def post(
    connection: Connection,
    recipient: Recipient,
    draft: Draft,
    *,
    case_id: int | None = None,
    is_answer: bool = False,
) -> None:
    """Put a letter into the outbox, within the caller's transaction.

    An answer is posted in any case; news are kept back where the citizen wants no letters.
    """
    check_letter(draft.template, draft.variables)  # refuses here what could not be sent later
    moment = now()
    can_wait = not (is_answer or LETTERS[draft.template].urgent)
    unwanted = can_wait and are_letters_off(connection, recipient.phone_hash)
    connection.execute(
        letters.insert().values(
            case_id=case_id,
            phone_hash=recipient.phone_hash,
            phone_sealed=recipient.phone_sealed,
            language=recipient.language,
            template=draft.template,
            variables=dict(draft.variables),
            words_sealed=draft.words_sealed,
            can_wait=can_wait,
            status="stopped" if unwanted else "due",
            attempts=0,
            posted_at=moment,
            due_at=moment,
        )
    )


def are_letters_off(connection: Connection, phone_hash: str) -> bool:
    """Say whether a citizen wants no letters."""
    query = select(citizens.c.letters_off_since).where(citizens.c.phone_hash == phone_hash)
    return connection.scalar(query) is not None


def new_token(letter_id: int, seal: Seal) -> str:
    """Name a try, so that its receipts find the letter even if nothing else was noted of it.

    It bears a keyed hash: nobody can make one up.
    """
    once = secrets.token_hex(_OCTETS_OF_A_TOKEN)
    return f"{letter_id}-{once}{_mark_of(letter_id, once, seal)}"


def letter_of_token(token: str, seal: Seal) -> int | None:
    """Give the letter that a token of ours names, or None for what is no token."""
    number, _, rest = token.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) <= _DIGITS_OF_AN_ID):
        return None
    once = rest[: 2 * _OCTETS_OF_A_TOKEN]
    is_ours = hmac.compare_digest(
        rest.encode(), f"{once}{_mark_of(int(number), once, seal)}".encode()
    )
    return int(number) if is_ours else None


def _mark_of(letter_id: int, once: str, seal: Seal) -> str:
    return seal.fingerprint("token", str(letter_id), once)[: 2 * _OCTETS_OF_A_TOKEN]


class Outbox:
    """What the postman needs: take what is due, and mark what became of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take_due(self, most: int = 20, *, urgent_only: bool = False) -> list[Letter]:
        """Take out letters that are due, urgent ones first; ours until the lease runs out."""
        moment = now()
        in_turn = select(letters.c.id).order_by(letters.c.can_wait, letters.c.due_at)
        due = in_turn.add_columns(letters.c.phone_hash, letters.c.can_wait).where(*_is_due(moment))
        if urgent_only:
            due = due.where(~letters.c.can_wait)
        with self._database.reading() as connection:
            rows = connection.execute(due.limit(_LOOKED_AT)).all()
        if not rows:
            return []
        # The first one of each phone, in turn; the others follow it.
        firsts: dict[tuple[str, bool], int] = {}
        for row in rows:
            phone = (row.phone_hash, row.can_wait)
            firsts[phone] = min(row.id, firsts.get(phone, row.id))
        candidates = list(firsts.values())[: most + _SPARE]
        with self._database.writing() as connection:
            free = in_turn.where(
                letters.c.id.in_(candidates), *_is_due(moment), ~_follows_another(moment)
            )
            locked = free.limit(most).with_for_update(skip_locked=True, of=letters)
            ids = list(connection.scalars(locked))
            taken = letters.c.id.in_(ids)
            connection.execute(update(letters).where(taken).values(leased_until=moment + LEASE))
            order = (letters.c.can_wait, letters.c.due_at)
            rows = connection.execute(select(letters).where(taken).order_by(*order)).all()
        return [_letter(row) for row in rows]

    def hold(self, letter: Letter) -> Letter | None:
        """Make sure that a letter stays ours for the length of a try; None if it is not."""
        if letter.leased_until - now() > LONGEST_TRY:
            return letter
        until = now() + LEASE
        still_ours = (letters.c.id == letter.id) & (letters.c.leased_until == letter.leased_until)
        changed = update(letters).where(still_ours, letters.c.status == "due")
        with self._database.writing() as connection:
            held = connection.execute(changed.values(leased_until=until)).rowcount
        return replace(letter, leased_until=until) if held else None

    def mark_sent(self, letter: Letter, sent: Try) -> None:
        """Note that a gateway took the letter."""
        self._mark(letter, sent, status="sent", sent_at=now(), gateway=sent.gateway, trouble=None)

    def mark_dead(self, letter: Letter, trouble: str) -> None:
        """Note that the letter will not be sent, and why."""
        self._mark(letter, None, status="dead", trouble=trouble[:_LONGEST_TROUBLE])

    def mark_stopped(self, letter: Letter, trouble: str) -> None:
        """Note that the citizen wants no letters, as a gateway says."""
        self._mark(letter, None, status="stopped", trouble=trouble[:_LONGEST_TROUBLE])

    def note_try(self, letter: Letter, failed: Try) -> None:
        """Note a try that failed, while others may follow at once."""
        self._mark(letter, failed)

    def postpone(self, letter: Letter, trouble: str) -> None:
        """Try again after a pause that grows with each attempt; after two days, no more."""
        self._postpone(letter, None, trouble, _pause_after(letter.attempts))

    def postpone_silent(self, letter: Letter, silent: Try) -> None:
        """Try again later: the gateway gave no answer, and may tell by a receipt that it sent."""
        pause = max(_pause_after(letter.attempts), PAUSE_AFTER_SILENCE)
        self._postpone(letter, silent, silent.trouble or "", pause)

    def _postpone(self, letter: Letter, tried: Try | None, trouble: str, pause: timedelta) -> None:
        values: dict[str, object] = {"trouble": trouble[:_LONGEST_TROUBLE]}
        if letter.is_too_old:
            values["status"] = "dead"
        else:
            values |= {"due_at": now() + pause, "leased_until": None}
        self._mark(letter, tried, **values)

    def answer(self, recipient: Recipient, draft: Draft) -> None:
        """Post an answer to a citizen, by itself."""
        with self._database.writing() as connection:
            post(connection, recipient, draft, is_answer=True)

    def find(self, letter_id: int) -> Letter | None:
        """Find a letter by its number."""
        columns = [letters.c[name] for name in Letter.__dataclass_fields__]
        with self._database.reading() as connection:
            row = connection.execute(select(*columns).where(letters.c.id == letter_id)).first()
        return _letter(row) if row else None

    def mark_read_out(self, letter_id: int, gateway: str) -> None:
        """Note that a citizen has heard, on a call, a letter that could not be delivered."""
        this = (letters.c.id == letter_id) & letters.c.status.in_(["dead", "failed"])
        values = {"status": "delivered", "settled_at": now(), "gateway": f"{gateway} (call)"}
        with self._database.writing() as connection:
            connection.execute(update(letters).where(this).values(values))

    def revive(self, letter_id: int | None = None) -> int:
        """Let dead and failed letters (one, or all) be tried anew for two days; give how many.

        News to a phone that wants no letters by now stay where they are.
        """
        wanted: list[ColumnElement[bool]] = [letters.c.status.in_(["dead", "failed"])]
        if letter_id is not None:
            wanted.append(letters.c.id == letter_id)
        unwanted = letters.c.can_wait & letters.c.phone_hash.in_(
            select(citizens.c.phone_hash).where(citizens.c.letters_off_since.is_not(None))
        )
        fresh = {"status": "due", "posted_at": now(), "due_at": now(), "leased_until": None}
        with self._database.writing() as connection:
            changed = update(letters).where(*wanted, ~unwanted)
            changed = changed.values(attempts=0, settled_at=None, **fresh)
            return int(connection.execute(changed).rowcount)

    def newest(
        self,
        *,
        status: str | None = None,
        case_id: int | None = None,
        most: int = 20,
        page: int = 1,
    ) -> list[LetterLine]:
        """List letters, of one status or case or all, the newest first."""
        columns = [letters.c[name] for name in LetterLine.__dataclass_fields__ if name in letters.c]
        in_words = letters.c.words_sealed.is_not(None).label("is_in_words")
        query = select(*columns, in_words).order_by(letters.c.id.desc())
        if status:
            query = query.where(letters.c.status == status)
        if case_id is not None:
            query = query.where(letters.c.case_id == case_id)
        with self._database.reading() as connection:
            rows = connection.execute(query.limit(most).offset((page - 1) * most)).mappings()
            return [LetterLine(**row) for row in rows]

    def counts(self) -> dict[str, int]:
        """Count the letters of each status."""
        query = select(letters.c.status, func.count()).group_by(letters.c.status)
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def _mark(self, letter: Letter, tried: Try | None, **values: object) -> None:
        with self._database.writing() as connection:
            if tried:
                # Noted twice if the first time was cut off at its end.
                insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
                row = insert(tries).values(_row_of(letter, tried))
                connection.execute(row.on_conflict_do_nothing())
            # Its receipt may have been faster, and its word is final.
            open_still = (letters.c.id == letter.id) & (letters.c.status == "due")
            if values:
                values["attempts"] = letters.c.attempts + 1
                connection.execute(update(letters).where(open_still).values(values))


def _pause_after(attempts: int) -> timedelta:
    pause = min(_FIRST_PAUSE * 2 ** min(attempts, _DOUBLINGS), _LONGEST_PAUSE)
    jitter = random.uniform(1, 1.25)  # noqa: S311  # no secret
    return timedelta(seconds=pause.total_seconds() * jitter)


def _is_due(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(letters.c.leased_until.is_(None), letters.c.leased_until < moment)
    return (letters.c.status == "due", letters.c.due_at <= moment, free)


def _follows_another(moment: datetime) -> ColumnElement[bool]:
    """Hold a letter back while an earlier one to the same phone is due or in somebody's hands.

    So a phone gets its letters in the order of what they tell. News wait for earlier news even
    while those are postponed; an answer waits for earlier answers only, and not so long.
    """
    earlier = letters.alias()
    return exists().where(
        earlier.c.phone_hash == letters.c.phone_hash,
        earlier.c.id < letters.c.id,
        or_(letters.c.can_wait, ~earlier.c.can_wait),
        earlier.c.status == "due",
        or_(earlier.c.can_wait, earlier.c.due_at <= moment, earlier.c.leased_until >= moment),
    )


def _letter(row: Row[Any]) -> Letter:
    return Letter(**{name: getattr(row, name) for name in Letter.__dataclass_fields__})


def _row_of(letter: Letter, tried: Try) -> dict[str, object]:
    return {
        "token": tried.token,
        "letter_id": letter.id,
        "gateway": tried.gateway,
        "at": tried.at,
        "milliseconds": round((now() - tried.at).total_seconds() * 1000),
        "outcome": tried.outcome,
        "gateway_id": tried.gateway_id[:_LONGEST_ID] if tried.gateway_id else None,
        "parts": tried.parts,
        "trouble": tried.trouble[:_LONGEST_TROUBLE] if tried.trouble else None,
    }
