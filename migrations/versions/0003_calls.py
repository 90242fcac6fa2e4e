"""Calls: what callers spoke, the calls that we make, clips that were missing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Widen cases, and make the new tables."""
    op.add_column("cases", sa.Column("recording", sa.String(40)))
    op.create_index("ix_cases_recording", "cases", ["recording"])
    _make_recordings()
    _make_calls()
    op.create_table(
        "voice_gaps",
        sa.Column("language", sa.String(16), primary_key=True),
        sa.Column("clip", sa.String(64), primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
    )


def _make_recordings() -> None:
    op.create_table(
        "recordings",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("gateway", sa.String(32), nullable=False),
        sa.Column("call", sa.String(64), nullable=False, index=True),
        sa.Column("address_sealed", sa.LargeBinary),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("seconds", sa.Integer),
        sa.Column("kind", sa.String(32)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("leased_until", _MOMENT),
        sa.Column("settled_at", _MOMENT),
        sa.Column("trouble", sa.String(200)),
    )
    op.create_index("ix_recordings_in_turn", "recordings", ["status", "due_at"])


def _make_calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(64), nullable=False, unique=True),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("token", sa.String(32), nullable=False, unique=True),
        sa.Column("phone_hash", sa.String(32), nullable=False, index=True),
        sa.Column("phone_sealed", sa.LargeBinary, nullable=False),
        sa.Column("letter_id", sa.Integer, sa.ForeignKey("letters.id"), index=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("leased_until", _MOMENT),
        sa.Column("settled_at", _MOMENT),
        sa.Column("gateway", sa.String(32)),
        sa.Column("call", sa.String(64), index=True),
        sa.Column("trouble", sa.String(200)),
    )
    op.create_index("ix_calls_in_turn", "calls", ["status", "due_at"])
