"""The desk: who works there, what is done to a case, limits of time, the chain, the API."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_MOMENT = sa.DateTime(timezone=True)
_STAGES = {
    "new": ["received", "sent_to_station", "transferred", "reopened"],
    "waiting": ["awaiting_signature", "need_information"],
    "closed": ["disposed", "rejected", "withdrawn"],
}


def upgrade() -> None:
    """Widen cases and events, and make the new tables."""
    _make_people()
    _widen_cases()
    _widen_events()
    _make_accesses()
    _make_ledger()
    _make_calendar()
    _make_stations()
    _make_clients()


def _make_people() -> None:
    op.create_table(
        "officers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("login", sa.String(64), nullable=False, unique=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("district", sa.String(32), index=True),
        sa.Column("station", sa.String(16), index=True),
        sa.Column("phone_sealed", sa.LargeBinary),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary, nullable=False),
        sa.Column("totp_step", sa.Integer, nullable=False, server_default="0"),
        sa.Column("must_change_password", sa.Boolean, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT),
    )
    op.create_table(
        "officer_sessions",
        sa.Column("token_hash", sa.String(32), primary_key=True),
        sa.Column(
            "officer_id", sa.Integer, sa.ForeignKey("officers.id"), nullable=False, index=True
        ),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "wrong_tries",
        sa.Column("login_hash", sa.String(32), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", _MOMENT),
        sa.Column("at", _MOMENT, nullable=False, index=True),
    )


def _widen_cases() -> None:
    op.drop_index("ix_cases_state", "cases")
    for column in (
        sa.Column("version", sa.Integer, nullable=False, server_default="0"),
        sa.Column("stage", sa.String(8), nullable=False, server_default="new"),
        sa.Column("protection", sa.String(16)),
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id")),
        sa.Column("fir_number", sa.String(16)),
        sa.Column("question", sa.String(32)),
        sa.Column("due_at", _MOMENT),
        sa.Column("look_at", _MOMENT),
        sa.Column("raised", sa.Integer, nullable=False, server_default="0"),
        sa.Column("joined_to", sa.Integer, sa.ForeignKey("cases.id")),
        sa.Column("closed_at", _MOMENT),
        sa.Column("reopened", sa.Integer, nullable=False, server_default="0"),
        sa.Column("satisfied", sa.Boolean),
        sa.Column("is_demo", sa.Boolean, nullable=False, server_default=sa.false()),
    ):
        # SQLite cannot add a constraint later, and a table that others refer to is not made anew.
        op.add_column("cases", column, inline_references=True)
    for name, columns in {
        "ix_cases_fir_number": ["fir_number"],
        "ix_cases_due_at": ["due_at"],
        "ix_cases_look_at": ["look_at"],
        "ix_cases_joined_to": ["joined_to"],
        "ix_cases_of_station": ["station", "stage", "id"],
        "ix_cases_of_district": ["district", "stage", "id"],
        "ix_cases_of_stage": ["stage", "id"],
        "ix_cases_of_state": ["state", "id"],
        "ix_cases_of_kind": ["kind", "id"],
        "ix_cases_of_officer": ["officer_id", "stage", "id"],
        "ix_cases_due_at_station": ["station", "due_at"],
        "ix_cases_due_in_district": ["district", "due_at"],
    }.items():
        op.create_index(name, "cases", columns)
    _fill_in_cases()


def _fill_in_cases() -> None:
    """Sort the cases there are into the folders of the desk; the overseer looks at all of them."""
    cases = sa.table("cases", *map(sa.column, ("id", "state", "stage", "fir_number")))
    events = sa.table("events", *map(sa.column, ("id", "case_id")), sa.column("details", sa.JSON))
    op.execute(sa.update(cases).values(stage="open"))
    for stage, states in _STAGES.items():
        op.execute(sa.update(cases).where(cases.c.state.in_(states)).values(stage=stage))
    connection = op.get_bind()
    for case_id, details in connection.execute(
        sa.select(events.c.case_id, events.c.details).order_by(events.c.id)
    ).all():
        if fir_number := details.get("fir_number"):
            this = sa.update(cases).where(cases.c.id == case_id)
            connection.execute(this.values(fir_number=fir_number))
    op.execute("UPDATE cases SET closed_at = state_since WHERE stage = 'closed'")
    op.execute("UPDATE cases SET look_at = state_since WHERE stage <> 'closed'")
    op.execute("UPDATE cases SET protection = 'women' WHERE kind = 'women_safety'")
    op.execute("UPDATE cases SET protection = 'conduct' WHERE kind = 'police_conduct'")


def _widen_events() -> None:
    op.add_column(
        "events", sa.Column("kind", sa.String(16), nullable=False, server_default="moved")
    )
    op.add_column("events", sa.Column("recording", sa.String(40)))
    op.create_index("ix_events_recording", "events", ["recording"])
    op.create_table(
        "note_words",
        sa.Column("word_hash", sa.String(32), primary_key=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), primary_key=True),
    )


def _make_accesses() -> None:
    op.create_table(
        "accesses",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("who", sa.String(64), nullable=False, index=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER accesses_no_{action.lower()} BEFORE {action} ON accesses"
                " BEGIN SELECT RAISE(ABORT, 'accesses are never changed'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER accesses_no_change BEFORE UPDATE OR DELETE ON accesses"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def _make_ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source", sa.String(8), nullable=False),
        sa.Column("row_id", sa.Integer, nullable=False),
        sa.Column("link", sa.String(64), nullable=False),
        sa.UniqueConstraint("source", "row_id"),
    )
    head = op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("link", sa.String(64), nullable=False),
    )
    op.bulk_insert(head, [{"id": 1, "n": 0, "link": ""}])


def _make_calendar() -> None:
    op.create_table(
        "holidays",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
    )
    op.create_table(
        "limits",
        sa.Column("service", sa.String(32), primary_key=True),
        sa.Column("state", sa.String(32), primary_key=True),
        sa.Column("district", sa.String(32), primary_key=True),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("counted", sa.String(8), nullable=False),
    )


def _make_stations() -> None:
    op.create_table(
        "stations",
        sa.Column("code", sa.String(16), primary_key=True),
        sa.Column("district", sa.String(32), nullable=False),
        sa.Column("name_en", sa.String(100), nullable=False),
        sa.Column("name_hi", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("telephone", sa.String(32)),
        sa.Column("aliases", sa.JSON, nullable=False),
        sa.Column("closed", sa.Boolean, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False, index=True),
    )


def _make_clients() -> None:
    op.create_table(
        "clients",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(48), nullable=False, unique=True),
        sa.Column("token_hash", sa.String(32), nullable=False, unique=True),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("district", sa.String(32)),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("revoked_at", _MOMENT),
        sa.Column("used_at", _MOMENT),
    )
    op.create_table(
        "repeats",
        sa.Column("client_id", sa.Integer, sa.ForeignKey("clients.id"), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("request_hash", sa.String(32), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body_sealed", sa.LargeBinary, nullable=False),
        sa.Column("at", _MOMENT, nullable=False, index=True),
    )
    op.create_table(
        "hooks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("client_id", sa.Integer, sa.ForeignKey("clients.id"), nullable=False, index=True),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary, nullable=False),
        sa.Column("told", sa.Integer, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False, index=True),
        sa.Column("leased_until", _MOMENT),
        sa.Column("trouble", sa.String(200)),
    )
