"""The tables, for queries; `migrations/` makes them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
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


# A phone and what it likes. `phone_hash` finds it, `phone_sealed` is the number itself;
# `letters_off_since` is set while it wants no letters.
citizens = Table(
    "citizens",
    metadata,
    Column("phone_hash", String(32), primary_key=True),
    Column("phone_sealed", LargeBinary, nullable=False),
    Column("language", String(16)),
    Column("usual_station", String(16)),
    Column("changed_at", Moment, nullable=False),
    Column("letters_off_since", Moment),
)

# `conversation` is unique: one conversation registers one case, however often it is repeated.
# A story is written (`story_sealed`) or spoken (`recording`, an id that the audio follows).
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
    Column("recording", String(40), index=True),
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

# Letters (SMS to citizens). due → sent → delivered or failed; dead: given up; stopped: not wanted.
# `words_sealed` is what a reply says in words of its own; its template then stands in for it at
# gateways that carry registered wordings only. `leased_until` keeps two postmen apart.
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
    Column("words_sealed", LargeBinary),
    Column("can_wait", Boolean, nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("posted_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("leased_until", Moment),
    Column("sent_at", Moment),
    Column("settled_at", Moment),
    Column("gateway", String(32)),
    Column("trouble", String(200)),
    Index("ix_letters_in_turn", "status", "can_wait", "due_at"),
)

# Every try to hand a letter to a gateway: what became of it, and what it tells of the gateway.
# `token` is our name for the try, `gateway_id` the provider's.
tries = Table(
    "tries",
    metadata,
    Column("token", String(32), primary_key=True),
    Column("letter_id", ForeignKey("letters.id"), nullable=False, index=True),
    Column("gateway", String(32), nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("milliseconds", Integer, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("gateway_id", String(64)),
    Column("parts", Integer, nullable=False),
    Column("settled_at", Moment),
    Column("arrived", Boolean),
    Column("trouble", String(200)),
    Index("ix_tries_gateway_id", "gateway", "gateway_id"),
)

# What gateways told of the way of a letter. `message` is a try's token or the provider's id; a
# receipt may come before our own mark, so it is kept by itself. The first final word stands.
receipts = Table(
    "receipts",
    metadata,
    Column("gateway", String(32), primary_key=True),
    Column("message", String(64), primary_key=True),
    Column("part", String(64), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("trouble", String(200)),
    Column("at", Moment, nullable=False),
)

# SMS that came in: kept before they are answered, so that none is lost and none is heard twice.
inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("gateway", String(32), nullable=False),
    Column("message", String(64), nullable=False),
    Column("phone_hash", String(32), nullable=False, index=True),
    Column("phone_sealed", LargeBinary, nullable=False),
    Column("text_sealed", LargeBinary, nullable=False),
    Column("text_hash", String(32), nullable=False),
    Column("wish", String(8), nullable=False),
    Column("came_at", Moment, nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("leased_until", Moment),
    UniqueConstraint("gateway", "message"),
)

# How much of its weight a gateway of SMS has now (per cent), and when it may send again.
gateways = Table(
    "gateways",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("share", Integer, nullable=False),
    Column("held_until", Moment),
    Column("judged_at", Moment, nullable=False),
    Column("next_slot", Moment, nullable=False),
)

# Every change of a gateway's share, with its reason.
gateway_decisions = Table(
    "gateway_decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("gateway", String(32), nullable=False),
    Column("from_share", Integer, nullable=False),
    Column("to_share", Integer, nullable=False),
    Column("why", String(200), nullable=False),
)

# Wordings registered on a DLT portal: the id it gave, and the text it registered.
dlt_templates = Table(
    "dlt_templates",
    metadata,
    Column("template", String(64), primary_key=True),
    Column("language", String(16), primary_key=True),
    Column("dlt_id", String(32), nullable=False),
    Column("text", String(1000), nullable=False),
    Column("imported_at", Moment, nullable=False),
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

# What callers spoke. expected (its address is not known yet) → due → copied (a safe copy is ours) →
# kept (and gone at the provider); lost: given up; dropped: it belonged to no case.
recordings = Table(
    "recordings",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("gateway", String(32), nullable=False),
    Column("call", String(64), nullable=False, index=True),
    Column("address_sealed", LargeBinary),
    Column("status", String(16), nullable=False),
    Column("seconds", Integer),
    Column("kind", String(32)),
    Column("attempts", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("leased_until", Moment),
    Column("settled_at", Moment),
    Column("trouble", String(200)),
    Index("ix_recordings_in_turn", "status", "due_at"),
)

# Calls that we make. due → placed (a provider took it) → answered → done; failed: given up.
# `key` says what the call is for and keeps it from being asked for twice; `token` names it to the
# provider, `call` is the provider's id.
calls = Table(
    "calls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("purpose", String(16), nullable=False),
    Column("token", String(32), nullable=False, unique=True),
    Column("phone_hash", String(32), nullable=False, index=True),
    Column("phone_sealed", LargeBinary, nullable=False),
    Column("letter_id", ForeignKey("letters.id"), index=True),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("leased_until", Moment),
    Column("settled_at", Moment),
    Column("gateway", String(32)),
    Column("call", String(64), index=True),
    Column("trouble", String(200)),
    Index("ix_calls_in_turn", "status", "due_at"),
)

# Clips that were missing when a call needed them.
voice_gaps = Table(
    "voice_gaps",
    metadata,
    Column("language", String(16), primary_key=True),
    Column("clip", String(64), primary_key=True),
    Column("times", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
)
