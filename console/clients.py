"""`pukar clients`: other systems that use the API, their tokens and their hooks."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from casework.clients import SCOPES, ClientError
from console.parts import current_parts, prepared
from core.clock import local_time


@click.group()
@with_appcontext
def clients() -> None:
    """Let other systems use the API."""
    prepared()


@clients.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(SCOPES),
    help="What it may do; once for each.",
)
@click.option("--district", help="Code of the one police district it serves.")
@with_appcontext
def add(name: str, scopes: tuple[str, ...], district: str | None) -> None:
    """Add a client and show its token, this once."""
    parts = current_parts()
    if district and parts.office.directory.district(district) is None:
        codes = ", ".join(each.code for each in parts.office.directory.districts)
        raise click.ClickException(f"There is no police district {district}. Codes: {codes}")
    try:
        token = parts.api.clients.add(name, scopes, district)
    except ClientError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{name} may use the API with this token, which is not shown again:\n{token}")


@clients.command(name="list")
@with_appcontext
def list_clients() -> None:
    """List the clients: what each may do, where, and when it last did."""
    found = current_parts().api.clients.all()
    if not found:
        click.echo("No clients yet. See: pukar clients add --help")
    for each in found:
        used = f"used {local_time(each.used_at)}" if each.used_at else "never used"
        ended = f"  REVOKED {local_time(each.revoked_at)}" if each.revoked_at else ""
        where = each.district or "the state"
        click.echo(f"{each.name:<20} {where:<16} {' '.join(sorted(each.scopes))}  {used}{ended}")


@clients.command()
@click.argument("name")
@with_appcontext
def revoke(name: str) -> None:
    """End a client's access at once; its hooks are told no more."""
    try:
        current_parts().api.clients.revoke(name)
    except ClientError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{name} has no access any more.")


@clients.command()
@with_appcontext
def hooks() -> None:
    """List the hooks: how far each was told, and what is wrong with it."""
    api = current_parts().api
    head, found = api.exchange.head(), api.hooks.all()
    if not found:
        click.echo("No hooks.")
    for each in found:
        state = "active" if each.is_active else "GIVEN UP"
        line = f"{each.id:>5}  {each.client:<20} {state:<8} told {each.told} of {head}  {each.url}"
        click.echo(f"{line}  {each.trouble}" if each.trouble else line)
