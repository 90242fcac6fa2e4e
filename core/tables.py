"""The tables, for queries; `migrations/` makes them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
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
    false,
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
# Secret information has no phone: both columns are empty.
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
    Column("state", String(32), nullable=False),
    Column("state_since", Moment, nullable=False),
    Column("registered_at", Moment, nullable=False, index=True),
    # What the desk adds. `version` counts what was written into the case; `stage` is its state's
    # folder; `question` is what the citizen is asked; `look_at` is when the overseer looks again.
    Column("version", Integer, nullable=False, server_default="0"),
    Column("stage", String(8), nullable=False, server_default="new"),
    Column("protection", String(16)),
    Column("officer_id", ForeignKey("officers.id")),
    Column("fir_number", String(16), index=True),
    Column("question", String(32)),
    Column("due_at", Moment, index=True),
    Column("look_at", Moment, index=True),
    Column("raised", Integer, nullable=False, server_default="0"),
    Column("joined_to", ForeignKey("cases.id"), index=True),
    Column("closed_at", Moment),
    Column("reopened", Integer, nullable=False, server_default="0"),
    Column("satisfied", Boolean),
    Column("is_demo", Boolean, nullable=False, server_default=false()),
    # What the citizen chose: no letters, and a PIN (a keyed hash) that opens all of it.
    Column("is_silent", Boolean, nullable=False, server_default=false()),
    Column("pin_hash", String(32)),
    # By which an informant adds to it, who keeps no phone with it.
    Column("code_hash", String(32), unique=True, index=True),
    Column("is_urgent", Boolean, nullable=False, server_default=false()),
    Column("diary_number", String(16), index=True),
    # A folder of the desk is read from the end of one of these, page by page.
    Index("ix_cases_of_station", "station", "stage", "id"),
    Index("ix_cases_of_district", "district", "stage", "id"),
    Index("ix_cases_of_stage", "stage", "id"),
    Index("ix_cases_of_state", "state", "id"),
    Index("ix_cases_of_kind", "kind", "id"),
    Index("ix_cases_of_officer", "officer_id", "stage", "id"),
    Index("ix_cases_urgent", "is_urgent", "stage", "id"),
    Index("ix_cases_due_at_station", "station", "due_at"),
    Index("ix_cases_due_in_district", "district", "due_at"),
)

# Everything that happens to a case: `kind` is "moved" for a change of state, else what was done
# while the state stayed (core/case_file.py). Written once: triggers refuse to change or delete it.
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
    Column("kind", String(16), nullable=False, server_default="moved"),
    Column("recording", String(40), index=True),
)

# Every look at what is not for everybody: a story, a recording, a phone number. Never changed.
accesses = Table(
    "accesses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("who", String(64), nullable=False, index=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("what", String(16), nullable=False),
    Column("channel", String(8), nullable=False),
)

# What was told of a case, field by field of its service (core/services.py): typed or chosen, or
# spoken and written down later.
told = Table(
    "told",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("field", String(32), primary_key=True),
    Column("value_sealed", LargeBinary, nullable=False),
    Column("recording", String(40), index=True),
)

# What the police know of vehicles, cases (FIRs) and wanted persons, as the state has imported it.
# What the state tells of vehicles, cases (FIRs) and wanted persons comes in sets: `part_of` is the
# number of a row's set. The newest set that is whole is looked up; one that is not is still coming.
record_sets = Table(
    "record_sets",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("as_of", Date, nullable=False),
    Column("imported_at", Moment, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("is_whole", Boolean, nullable=False),
)
# `keyed` are the keys of a telephone on which the plate stands.
vehicles = Table(
    "vehicles",
    metadata,
    Column("part_of", Integer, primary_key=True, autoincrement=False),
    Column("plate", String(16), primary_key=True),
    Column("keyed", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("district", String(32)),
    Column("station", String(16)),
    Index("ix_vehicles_keyed", "part_of", "keyed"),
)
# Of one that is closed to the public nothing is kept but that.
firs = Table(
    "firs",
    metadata,
    Column("part_of", Integer, primary_key=True, autoincrement=False),
    Column("station", String(16), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", String(32)),
    Column("is_closed", Boolean, nullable=False),
)
wanted = Table(
    "wanted",
    metadata,
    Column("part_of", Integer, primary_key=True, autoincrement=False),
    Column("district", String(32), primary_key=True),
    Column("name_en", String(100), primary_key=True),
    Column("name_hi", String(100), nullable=False),
    Column("reward", Integer),
)

# The chain over events and accesses: each link seals one row and the link before (core/ledger.py).
# `n` counts without a gap, in the order of commits; the head is one row, which writers lock.
ledger = Table(
    "ledger",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("source", String(8), nullable=False),
    Column("row_id", Integer, nullable=False),
    Column("link", String(64), nullable=False),
    UniqueConstraint("source", "row_id"),
)
ledger_head = Table(
    "ledger_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("n", Integer, nullable=False),
    Column("link", String(64), nullable=False),
)

# Words of notes, as keyed hashes, to find cases by.
note_words = Table(
    "note_words",
    metadata,
    Column("word_hash", String(32), primary_key=True),
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
)

# Who works at the desk. `totp_step` is the last time step whose code was used (RFC 6238, 5.2).
officers = Table(
    "officers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("login", String(64), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("role", String(16), nullable=False),
    Column("district", String(32), index=True),
    Column("station", String(16), index=True),
    Column("phone_sealed", LargeBinary),
    Column("language", String(16), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("totp_sealed", LargeBinary, nullable=False),
    Column("totp_step", Integer, nullable=False, server_default="0"),
    Column("must_change_password", Boolean, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment),
)
officer_sessions = Table(
    "officer_sessions",
    metadata,
    Column("token_hash", String(32), primary_key=True),
    Column("officer_id", ForeignKey("officers.id"), nullable=False, index=True),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)
# Wrong tries to sign in, by the login that was typed (a keyed hash), whether it exists or not.
wrong_tries = Table(
    "wrong_tries",
    metadata,
    Column("login_hash", String(32), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Moment),
    Column("at", Moment, nullable=False, index=True),
)

# Days on which offices are closed, and limits that replace those of `data/limits.csv`.
holidays = Table(
    "holidays",
    metadata,
    Column("day", Date, primary_key=True),
    Column("name", String(100), nullable=False),
)
limits = Table(
    "limits",
    metadata,
    Column("service", String(32), primary_key=True),
    Column("state", String(32), primary_key=True),
    Column("district", String(32), primary_key=True),
    Column("days", Integer, nullable=False),
    Column("counted", String(8), nullable=False),
)

# Stations as imported: new ones, and corrections of those in `data/stations.csv`.
stations = Table(
    "stations",
    metadata,
    Column("code", String(16), primary_key=True),
    Column("district", String(32), nullable=False),
    Column("name_en", String(100), nullable=False),
    Column("name_hi", String(100), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("telephone", String(32)),
    Column("aliases", JSON, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("changed_at", Moment, nullable=False, index=True),
)

# Other systems that use the API: their tokens (as keyed hashes), and what each may do.
clients = Table(
    "clients",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(48), nullable=False, unique=True),
    Column("token_hash", String(32), nullable=False, unique=True),
    Column("scopes", JSON, nullable=False),
    Column("district", String(32)),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("used_at", Moment),
)
# Answers to requests that bore an idempotency key, to be given again.
repeats = Table(
    "repeats",
    metadata,
    Column("client_id", ForeignKey("clients.id"), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("request_hash", String(32), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body_sealed", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False, index=True),
)
# Addresses that are told of events. `told` is the number in the ledger up to which they were.
hooks = Table(
    "hooks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("client_id", ForeignKey("clients.id"), nullable=False, index=True),
    Column("url", String(500), nullable=False),
    Column("secret_sealed", LargeBinary, nullable=False),
    Column("told", Integer, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment, nullable=False, index=True),
    Column("leased_until", Moment),
    Column("trouble", String(200)),
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
