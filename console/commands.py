"""All commands, for the one console command `pukar`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from console.audio import audio
from console.calls import calls, recordings
from console.cases import cases
from console.dlt import dlt
from console.letters import gateways, letters
from console.parts import current_parts
from console.serve import serve, worker
from console.talk import talk


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
@with_appcontext
def upgrade() -> None:
    """Bring the tables to the newest form."""
    current_parts().database.migrate()
    click.echo("The database is up to date.")


COMMANDS = (audio, calls, cases, db, dlt, gateways, letters, recordings, serve, talk, worker)
