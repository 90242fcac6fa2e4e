"""Letters that a citizen has asked for: each is posted once, however often its turn is taken."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, func, select

from core.clock import now
from core.database import Database
from core.outbox import Draft, Recipient, post
from core.tables import letters

# A turn that is taken again follows at once; later she has asked anew.
_SAME_TURN = timedelta(minutes=2)
_DIGITS_OF_A_LOCK = 15  # hexadecimal; a lock of PostgreSQL has 63 bits


def post_asked(database: Database, recipient: Recipient, draft: Draft) -> None:
    """Post a letter as an answer, unless the same one was posted for this turn before."""
    with database.writing() as connection:
        if not database.is_sqlite:  # which lets one write at a time anyway
            lock = int(recipient.phone_hash[:_DIGITS_OF_A_LOCK], 16)
            connection.execute(select(func.pg_advisory_xact_lock(lock)))
        if not _was_posted(connection, recipient, draft):
            post(connection, recipient, draft, is_answer=True)


def _was_posted(connection: Connection, recipient: Recipient, draft: Draft) -> bool:
    query = select(letters.c.variables).where(
        letters.c.phone_hash == recipient.phone_hash,
        letters.c.template == draft.template,
        letters.c.posted_at > now() - _SAME_TURN,
    )
    return dict(draft.variables) in connection.scalars(query).all()
