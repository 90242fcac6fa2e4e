"""What became of letters after a gateway took them: its receipts, in whatever order they come.

A receipt may come twice, late, before our own mark, or for something we do not know; a long
message has one for each part. The first final word stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.clock import now
from core.database import Database
from core.outbox import letter_of_token
from core.receipt import Receipt
from core.sealing import Seal
from core.tables import letters, receipts, tries

_LONGEST_ID = 64
_LONGEST_TROUBLE = 200


class Deliveries:
    """Keeps receipts, and settles letters by them."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    def keep(self, gateway: str, receipt: Receipt) -> None:
        """Keep a receipt, and settle its letter if we know it by now."""
        row = {
            "gateway": gateway,
            "message": receipt.message[:_LONGEST_ID],
            "part": receipt.part[:_LONGEST_ID],
            "status": receipt.status,
            "trouble": receipt.trouble[:_LONGEST_TROUBLE] if receipt.trouble else None,
            "at": now(),
        }
        with self._database.writing() as connection:
            insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
            new = insert(receipts).values(row)
            connection.execute(
                new.on_conflict_do_update(
                    index_elements=["gateway", "message", "part"],
                    set_={name: row[name] for name in ("status", "trouble", "at")},
                    where=receipts.c.status == "underway",
                )
            )
        self.settle(gateway, receipt.message[:_LONGEST_ID])

    def settle(self, gateway: str, *messages: str | None) -> None:
        """Draw the conclusion from the receipts there are; called after each side was written.

        In a transaction of its own, so that of a receipt and a mark written at the same moment
        at least the later one sees both.
        """
        with self._database.writing() as connection:
            known = _find_try(connection, gateway, [each for each in messages if each])
            names = {known.token, known.gateway_id} if known else set(messages)
            told = select(receipts).where(
                receipts.c.gateway == gateway, receipts.c.message.in_([n for n in names if n])
            )
            rows = connection.execute(told).all()
            verdict = _verdict(rows, known.parts if known else 1)
            letter = known.letter_id if known else letter_of_token(str(messages[0]), self._seal)
            if letter is None:
                return
            if verdict:
                _close(connection, letter, known, verdict)
            elif rows and (known is None or known.outcome == "silent"):
                _take_for_sent(connection, letter, known, rows[0])

    def phone_of(self, gateway: str, message: str) -> tuple[str, bytes] | None:
        """Give the phone (its hash, and sealed) that a message went to."""
        with self._database.reading() as connection:
            known = _find_try(connection, gateway, [message])
            letter = known.letter_id if known else letter_of_token(message, self._seal)
            query = select(letters.c.phone_hash, letters.c.phone_sealed)
            row = connection.execute(query.where(letters.c.id == letter)).first()
        return (row.phone_hash, row.phone_sealed) if row else None


def _find_try(connection: Connection, gateway: str, messages: list[str]) -> Row[Any] | None:
    named = or_(tries.c.token.in_(messages), tries.c.gateway_id.in_(messages))
    query = select(tries).where(tries.c.gateway == gateway, named).order_by(tries.c.at.desc())
    return connection.execute(query).first()


def _verdict(told: Sequence[Row[Any]], parts: int) -> Row[Any] | None:
    """Give the receipt that decides: one failed part, or the last of all parts delivered."""
    failed = [row for row in told if row.status == "failed"]
    delivered = [row for row in told if row.status == "delivered"]
    if failed:
        return failed[0]
    return max(delivered, key=lambda row: row.at) if len(delivered) >= parts else None


def _take_for_sent(
    connection: Connection, letter: int, known: Row[Any] | None, receipt: Row[Any]
) -> None:
    """Believe a gateway that kept silent, and now tells us that the letter is on its way."""
    if known is not None:
        this = update(tries).where(tries.c.token == known.token)
        connection.execute(this.values(outcome="sent"))
    still_due = (letters.c.id == letter) & (letters.c.status == "due")
    values = {"status": "sent", "sent_at": receipt.at, "gateway": receipt.gateway}
    connection.execute(update(letters).where(still_due).values(trouble=None, **values))


def _close(connection: Connection, letter: int, known: Row[Any] | None, verdict: Row[Any]) -> None:
    was_taken = known is not None and known.outcome == "sent"
    if known is not None:
        this = (tries.c.token == known.token) & tries.c.settled_at.is_(None)
        arrived = verdict.status == "delivered"
        settled = update(tries).where(this).values(settled_at=verdict.at, arrived=arrived)
        connection.execute(settled)
    # A try that we took for failed says nothing against the letter, which is tried again.
    if verdict.status == "failed" and not was_taken:
        return
    still_open = ["due", "sent"] if verdict.status == "delivered" else ["sent"]
    ours = (letters.c.id == letter) & letters.c.status.in_(still_open)
    values: dict[str, object] = {"status": verdict.status, "settled_at": verdict.at}
    if verdict.trouble:
        values["trouble"] = verdict.trouble
    connection.execute(update(letters).where(ours).values(gateway=verdict.gateway, **values))
