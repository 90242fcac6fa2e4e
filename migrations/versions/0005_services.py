"""Every service: what is told field by field, silence, PIN and code, records of the police."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Widen cases, and make the new tables."""
    _widen_cases()
    op.create_table(
        "told",
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("field", sa.String(32), primary_key=True),
        sa.Column("value_sealed", sa.LargeBinary, nullable=False),
        sa.Column("recording", sa.String(40), index=True),
    )
    _make_records()


def _widen_cases() -> None:
    for column in (
        sa.Column("is_silent", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("pin_hash", sa.String(32)),
        sa.Column("code_hash", sa.String(32)),
        sa.Column("is_urgent", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("diary_number", sa.String(16)),
    ):
        op.add_column("cases", column)
    op.create_index("ix_cases_diary_number", "cases", ["diary_number"])
    op.create_index("ix_cases_urgent", "cases", ["is_urgent", "stage", "id"])
    op.create_index("ix_cases_code_hash", "cases", ["code_hash"], unique=True)


def _make_records() -> None:
    op.create_table(
        "record_sets",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("imported_at", _MOMENT, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("is_whole", sa.Boolean, nullable=False),
    )
    op.create_table(
        "vehicles",
        sa.Column("part_of", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("plate", sa.String(16), primary_key=True),
        sa.Column("keyed", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("district", sa.String(32)),
        sa.Column("station", sa.String(16)),
    )
    op.create_index("ix_vehicles_keyed", "vehicles", ["part_of", "keyed"])
    op.create_table(
        "firs",
        sa.Column("part_of", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("station", sa.String(16), primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(32)),
        sa.Column("is_closed", sa.Boolean, nullable=False),
    )
    op.create_table(
        "wanted",
        sa.Column("part_of", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("district", sa.String(32), primary_key=True),
        sa.Column("name_en", sa.String(100), primary_key=True),
        sa.Column("name_hi", sa.String(100), nullable=False),
        sa.Column("reward", sa.Integer),
    )
