"""The outbox: letters are posted in the transaction of what they tell, and sent later.

At least once, said openly: a crash between sending and marking sends a letter again.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from core.clock import now
from core.database import Database
from core.letters import write_letter
from core.tables import letters

LEASE = timedelta(minutes=2)
GIVE_UP_AFTER = timedelta(hours=48)
_FIRST_PAUSE = timedelta(seconds=15)
_LONGEST_PAUSE = timedelta(hours=1)
_DOUBLINGS = 10  # more would only make a number too large
_LONGEST_TROUBLE = 200  # characters kept of what went wrong
_LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a letter goes to, as the tables know a citizen."""

    phone_hash: str
    phone_sealed: bytes
    language: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that is due, taken out for sending; ours until `leased_until`."""

    id: int
    phone_sealed: bytes
    language: str
    template: str
    variables: dict[str, str]
    attempts: int
    posted_at: datetime
    leased_until: datetime


def post(
    connection: Connection,
    recipient: Recipient,
    template: str,
    variables: dict[str, str],
    case_id: int,
) -> None:
    """Put a letter into the outbox, within the caller's transaction."""
    write_letter(template, variables)  # refuses here what could not be sent later
    moment = now()
    connection.execute(
        letters.insert().values(
            case_id=case_id,
            phone_hash=recipient.phone_hash,
            phone_sealed=recipient.phone_sealed,
            language=recipient.language,
            template=template,
            variables=variables,
            status="due",
            attempts=0,
            posted_at=moment,
            due_at=moment,
        )
    )


class Outbox:
    """What the postman needs: take what is due, and mark what became of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take_due(self, most: int = 20) -> list[Letter]:
        """Take out letters that are due; they are ours until the lease runs out."""
        moment = now()
        due = (
            select(letters.c.id)
            .where(letters.c.status == "due", letters.c.due_at <= moment)
            .where(or_(letters.c.leased_until.is_(None), letters.c.leased_until < moment))
            .order_by(letters.c.due_at)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        with self._database.writing() as connection:
            ids = list(connection.scalars(due))
            connection.execute(
                update(letters).where(letters.c.id.in_(ids)).values(leased_until=moment + LEASE)
            )
            rows = connection.execute(
                select(letters).where(letters.c.id.in_(ids)).order_by(letters.c.id)
            ).all()
        return [
            Letter(
                id=row.id,
                phone_sealed=row.phone_sealed,
                language=row.language,
                template=row.template,
                variables=row.variables,
                attempts=row.attempts,
                posted_at=row.posted_at,
                leased_until=row.leased_until,
            )
            for row in rows
        ]

    def mark_sent(self, letter: Letter, gateway: str, gateway_id: str) -> None:
        """Note that a gateway took the letter."""
        taken_by = {"gateway": gateway, "gateway_id": gateway_id[:_LONGEST_ID]}
        self._mark(letter, status="sent", sent_at=now(), **taken_by)

    def mark_dead(self, letter: Letter, trouble: str) -> None:
        """Note that the letter will not be sent, and why."""
        self._mark(letter, status="dead", trouble=trouble[:_LONGEST_TROUBLE])

    def postpone(self, letter: Letter, trouble: str) -> None:
        """Try again after a pause that grows with each attempt; after two days, no more."""
        if now() - letter.posted_at > GIVE_UP_AFTER:
            self.mark_dead(letter, trouble)
            return
        pause = min(
            _FIRST_PAUSE * 2 ** min(letter.attempts, _DOUBLINGS), _LONGEST_PAUSE
        ) * random.uniform(1, 1.25)  # noqa: S311  # jitter, no secret
        self._mark(
            letter, due_at=now() + pause, leased_until=None, trouble=trouble[:_LONGEST_TROUBLE]
        )

    def _mark(self, letter: Letter, **values: object) -> None:
        changed = update(letters).where(letters.c.id == letter.id)
        with self._database.writing() as connection:
            connection.execute(changed.values(attempts=letter.attempts + 1, **values))
