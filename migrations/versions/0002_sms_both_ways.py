"""SMS both ways: tries and receipts of letters, SMS that came in, gateways, DLT wordings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Widen citizens and letters, and make the new tables."""
    op.add_column("citizens", sa.Column("letters_off_since", _MOMENT))
    _widen_letters()
    _make_tries()
    _make_receipts()
    _make_inbox()
    _make_gateways()
    _make_dlt_templates()


def _widen_letters() -> None:
    with op.batch_alter_table("letters") as letters:
        letters.add_column(sa.Column("words_sealed", sa.LargeBinary))
        letters.add_column(
            sa.Column("can_wait", sa.Boolean, nullable=False, server_default=sa.true())
        )
        letters.add_column(sa.Column("settled_at", _MOMENT))
        letters.drop_column("gateway_id")
        letters.drop_index("ix_letters_due_at")
        letters.create_index("ix_letters_in_turn", ["status", "can_wait", "due_at"])
    with op.batch_alter_table("letters") as letters:
        letters.alter_column("can_wait", server_default=None)


def _make_tries() -> None:
    op.create_table(
        "tries",
        sa.Column("token", sa.String(32), primary_key=True),
        sa.Column("letter_id", sa.Integer, sa.ForeignKey("letters.id"), nullable=False, index=True),
        sa.Column("gateway", sa.String(32), nullable=False),
        sa.Column("at", _MOMENT, nullable=False, index=True),
        sa.Column("milliseconds", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("gateway_id", sa.String(64)),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("settled_at", _MOMENT),
        sa.Column("arrived", sa.Boolean),
        sa.Column("trouble", sa.String(200)),
    )
    op.create_index("ix_tries_gateway_id", "tries", ["gateway", "gateway_id"])


def _make_receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("gateway", sa.String(32), primary_key=True),
        sa.Column("message", sa.String(64), primary_key=True),
        sa.Column("part", sa.String(64), primary_key=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("trouble", sa.String(200)),
        sa.Column("at", _MOMENT, nullable=False),
    )


def _make_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("gateway", sa.String(32), nullable=False),
        sa.Column("message", sa.String(64), nullable=False),
        sa.Column("phone_hash", sa.String(32), nullable=False, index=True),
        sa.Column("phone_sealed", sa.LargeBinary, nullable=False),
        sa.Column("text_sealed", sa.LargeBinary, nullable=False),
        sa.Column("text_hash", sa.String(32), nullable=False),
        sa.Column("wish", sa.String(8), nullable=False),
        sa.Column("came_at", _MOMENT, nullable=False),
        sa.Column("status", sa.String(16), nullable=False, index=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("leased_until", _MOMENT),
        sa.UniqueConstraint("gateway", "message"),
    )


def _make_gateways() -> None:
    op.create_table(
        "gateways",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("share", sa.Integer, nullable=False),
        sa.Column("held_until", _MOMENT),
        sa.Column("judged_at", _MOMENT, nullable=False),
        sa.Column("next_slot", _MOMENT, nullable=False),
    )
    op.create_table(
        "gateway_decisions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("gateway", sa.String(32), nullable=False),
        sa.Column("from_share", sa.Integer, nullable=False),
        sa.Column("to_share", sa.Integer, nullable=False),
        sa.Column("why", sa.String(200), nullable=False),
    )


def _make_dlt_templates() -> None:
    op.create_table(
        "dlt_templates",
        sa.Column("template", sa.String(64), primary_key=True),
        sa.Column("language", sa.String(16), primary_key=True),
        sa.Column("dlt_id", sa.String(32), nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("imported_at", _MOMENT, nullable=False),
    )
