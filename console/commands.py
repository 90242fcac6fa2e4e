"""All commands, for the one console command `pukar`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from console.audio import audio
from console.audit_log import audit
from console.calls import calls, recordings
from console.cases import cases
from console.clients import clients
from console.dlt import dlt
from console.exchange import export, import_
from console.letters import gateways, letters
from console.limits import holidays, limits
from console.officers import officers
from console.parts import current_parts
from console.records import RECORD_IMPORTS
from console.serve import serve, worker
from console.stations import stations
from console.talk import talk


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
@with_appcontext
def upgrade() -> None:
    """Bring the tables to the newest form."""
    parts = current_parts()
    if sealed := parts.database.migrate(parts.cases.files.seal):
        click.echo(f"{sealed} records from before the chain began are sealed into it.")
    click.echo("The database is up to date.")


for each in RECORD_IMPORTS:
    import_.add_command(each)

COMMANDS = (
    audio,
    audit,
    calls,
    cases,
    clients,
    db,
    dlt,
    export,
    gateways,
    holidays,
    import_,
    letters,
    limits,
    officers,
    recordings,
    serve,
    stations,
    talk,
    worker,
)
