"""The tables, for queries; `migrations/` makes them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
)

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """A point in time, in UTC on every database (SQLite forgets the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Write UTC."""
        del dialect
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read UTC."""
        del dialect
        return value.replace(tzinfo=UTC) if value and not value.tzinfo else value


# A phone and what it likes. `phone_hash` finds it, `phone_sealed` is the number itself.
citizens = Table(
    "citizens",
    metadata,
    Column("phone_hash", String(32), primary_key=True),
    Column("phone_sealed", LargeBinary, nullable=False),
    Column("language", String(16)),
    Column("usual_station", String(16)),
    Column("changed_at", Moment, nullable=False),
)

# `conversation` is unique: one conversation registers one case, however often it is repeated.
cases = Table(
    "cases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reference", String(10), nullable=False, unique=True),
    Column("conversation", String(40), nullable=False, unique=True),
    Column("service", String(32), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("phone_hash", String(32), nullable=False, index=True),
    Column("phone_sealed", LargeBinary, nullable=False),
    Column("language", String(16), nullable=False),
    Column("channel", String(8), nullable=False),
    Column("district", String(32)),
    Column("station", String(16)),
    Column("story_sealed", LargeBinary, nullable=False),
    Column("state", String(32), nullable=False, index=True),
    Column("state_since", Moment, nullable=False),
    Column("registered_at", Moment, nullable=False, index=True),
)

# Every move of a case. Written once: triggers refuse to change or delete a row.
events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("who", String(64), nullable=False),
    Column("from_state", String(32)),
    Column("to_state", String(32), nullable=False),
    Column("note_sealed", LargeBinary),
    Column("details", JSON, nullable=False),
)

# Letters (SMS to citizens): due until sent or dead; `leased_until` keeps two postmen apart.
letters = Table(
    "letters",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), index=True),
    Column("phone_hash", String(32), nullable=False, index=True),
    Column("phone_sealed", LargeBinary, nullable=False),
    Column("language", String(16), nullable=False),
    Column("template", String(64), nullable=False),
    Column("variables", JSON, nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("posted_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False, index=True),
    Column("leased_until", Moment),
    Column("sent_at", Moment),
    Column("gateway", String(32)),
    Column("gateway_id", String(64)),
    Column("trouble", String(200)),
)

# How USSD sessions end, to see where callers are lost.
session_ends = Table(
    "session_ends",
    metadata,
    Column("session_hash", String(32), primary_key=True),
    Column("phone_hash", String(32), nullable=False, index=True),
    Column("gateway", String(32), nullable=False),
    Column("ended_at", Moment, nullable=False, index=True),
    Column("outcome", String(16), nullable=False),
    Column("question", String(64)),
    Column("hops", Integer),
    Column("milliseconds", Integer),
)
