"""The first tables: citizens, cases with their events, letters, ends of sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, and the triggers that keep events as they were written."""
    _make_citizens()
    _make_cases()
    _make_events()
    _make_letters()
    _make_session_ends()


def _make_citizens() -> None:
    op.create_table(
        "citizens",
        sa.Column("phone_hash", sa.String(32), primary_key=True),
        sa.Column("phone_sealed", sa.LargeBinary, nullable=False),
        sa.Column("language", sa.String(16)),
        sa.Column("usual_station", sa.String(16)),
        sa.Column("changed_at", _MOMENT, nullable=False),
    )


def _make_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", sa.String(10), nullable=False, unique=True),
        sa.Column("conversation", sa.String(40), nullable=False, unique=True),
        sa.Column("service", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("phone_hash", sa.String(32), nullable=False, index=True),
        sa.Column("phone_sealed", sa.LargeBinary, nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("district", sa.String(32)),
        sa.Column("station", sa.String(16)),
        sa.Column("story_sealed", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(32), nullable=False, index=True),
        sa.Column("state_since", _MOMENT, nullable=False),
        sa.Column("registered_at", _MOMENT, nullable=False, index=True),
    )


def _make_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("from_state", sa.String(32)),
        sa.Column("to_state", sa.String(32), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary),
        sa.Column("details", sa.JSON, nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        _protect_events_on_sqlite()
    else:
        _protect_events_on_postgresql()


def _protect_events_on_sqlite() -> None:
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER events_no_{action.lower()} BEFORE {action} ON events"
            " BEGIN SELECT RAISE(ABORT, 'events are never changed'); END"
        )


def _protect_events_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'events are never changed'; END $$"
    )
    op.execute(
        "CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE ON events"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def _make_letters() -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), index=True),
        sa.Column("phone_hash", sa.String(32), nullable=False, index=True),
        sa.Column("phone_sealed", sa.LargeBinary, nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("template", sa.String(64), nullable=False),
        sa.Column("variables", sa.JSON, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("posted_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False, index=True),
        sa.Column("leased_until", _MOMENT),
        sa.Column("sent_at", _MOMENT),
        sa.Column("gateway", sa.String(32)),
        sa.Column("gateway_id", sa.String(64)),
        sa.Column("trouble", sa.String(200)),
    )


def _make_session_ends() -> None:
    op.create_table(
        "session_ends",
        sa.Column("session_hash", sa.String(32), primary_key=True),
        sa.Column("phone_hash", sa.String(32), nullable=False, index=True),
        sa.Column("gateway", sa.String(32), nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=False, index=True),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("question", sa.String(64)),
        sa.Column("hops", sa.Integer),
        sa.Column("milliseconds", sa.Integer),
    )
