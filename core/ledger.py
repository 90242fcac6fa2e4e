"""The chain over what happened and who looked: each link seals a row and the link before it.

A link is a keyed hash (HMAC-SHA-256 with `SECRET_KEY`), so whoever can write to the database but
has not the key cannot mend the chain after a change. Links are written at the very end of a
transaction, when the head is locked: they count without a gap, in the order of commits, and writers
wait for each other only as long as a commit takes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, insert, select, update

from core.sealing import Seal
from core.tables import accesses, events, ledger, ledger_head

SOURCES: dict[str, Table] = {"event": events, "access": accesses}
_PENDING = "links to write"
_SEALED_AT_ONCE = 500


def record(connection: Connection, seal: Seal, source: str, row_id: int) -> None:
    """Have a row of this transaction sealed into the chain when it ends."""
    connection.info.setdefault(_PENDING, []).append((seal, source, row_id))


def forget_links(connection: Connection) -> None:
    """Begin a transaction: what one before was to write, and did not, is nothing of it."""
    connection.info.pop(_PENDING, None)


def write_links(connection: Connection) -> None:
    """Write the links of this transaction, as its last act."""
    pending: list[tuple[Seal, str, int]] = connection.info.pop(_PENDING, [])
    if not pending:
        return
    # Nothing changes these rows any more; read before the lock, they keep nobody waiting.
    rows = {source: rows_by_id(connection, source, _ids(pending, source)) for source in SOURCES}
    head = connection.execute(select(ledger_head).with_for_update()).one()
    n, link = head.n, head.link
    links = []
    for seal, source, row_id in pending:
        n += 1
        link = link_of(seal, link, n, source, rows[source][row_id])
        links.append({"n": n, "source": source, "row_id": row_id, "link": link})
    connection.execute(insert(ledger), links)
    connection.execute(update(ledger_head).values(n=n, link=link))


def begin_chain(connection: Connection, seal: Seal) -> int:
    """Seal the events that are older than the chain; give how many there were.

    It belongs into the transaction that makes the tables of the chain, and so happens once: what
    is found without a link ever after was written beside the chain, and is not taken in.
    """
    ids = select(events.c.id).order_by(events.c.id).limit(_SEALED_AT_ONCE)
    last, sealed = 0, 0  # no database gives ids below 1 by itself
    while found := connection.scalars(ids.where(events.c.id > last)).all():
        for row_id in found:
            record(connection, seal, "event", row_id)
        write_links(connection)
        last, sealed = found[-1], sealed + len(found)
    return sealed


def rows_by_id(connection: Connection, source: str, ids: Iterable[int]) -> dict[int, Row[Any]]:
    """Give the rows of a source that there are, of those with these ids."""
    wanted, table = list(ids), SOURCES[source]
    if not wanted:
        return {}
    rows = connection.execute(select(table).where(table.c.id.in_(wanted)))
    return {row.id: row for row in rows}


def link_of(seal: Seal, before: str, n: int, source: str, row: Row[Any]) -> str:
    """Give the link that seals a row as the n-th of the chain, after the link before it."""
    return seal.link(before, str(n), source, _as_text(row))


def _ids(pending: Iterable[tuple[Seal, str, int]], source: str) -> list[int]:
    return [row_id for _, of, row_id in pending if of == source]


def _as_text(row: Row[Any]) -> str:
    """Write a row the same way on every database; a column added later, if empty, is not in it."""
    filled = {name: value for name, value in row._asdict().items() if value is not None}
    return json.dumps(filled, default=_as_word, ensure_ascii=False, sort_keys=True)


def _as_word(value: object) -> str:
    if isinstance(value, datetime):
        # PostgreSQL gives the zone of its own clock.
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(type(value).__name__)
