"""`pukar limits` and `pukar holidays`: how long things may take, and days that do not count."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from flask.cli import with_appcontext

from casework.calendar import CalendarError, Change
from console.parts import current_parts, prepared
from core.clock import now
from core.limits import ANY, Limits

_MOST_SHOWN = 200
_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_dry_run = click.option("--dry-run", is_flag=True, help="Only say what would change.")


@click.group()
@with_appcontext
def limits() -> None:
    """Set how long a case may stay in a state."""
    prepared()


@limits.command(name="list")
@click.option("--district", help="Only what counts in this police district (its code).")
@with_appcontext
def list_limits(district: str | None) -> None:
    """List the limits in force, and where each comes from."""
    if district and current_parts().office.directory.district(district) is None:
        codes = ", ".join(each.code for each in current_parts().office.directory.districts)
        raise click.ClickException(f"--district is one of {codes}.")
    lines = current_parts().calendar.limits.lines()
    own = {(each.service, each.state) for each in lines if each.district == district}
    for each in lines:
        is_replaced = each.district == ANY and (each.service, each.state) in own
        if district and (each.district not in (ANY, district) or is_replaced):
            continue
        where = f"{each.service:<22} {each.state:<20} {each.district:<14}"
        click.echo(f"{where} {each.limit!s:<18} {each.source or 'set here'}")


@limits.command(name="import")
@_file
@_dry_run
@with_appcontext
def import_limits(file: Path, *, dry_run: bool) -> None:
    """Set limits from a CSV file: service, state, district, days, counted.

    "*" is every service, every district; as a state it is the whole case, from its registration.
    `counted` is calendar or working. A line without days goes back to what is shipped. Cases keep
    the deadline they have; the new limit counts from their next change of state.
    """
    _report(file, current_parts().calendar.import_limits, dry_run=dry_run)


@click.group()
@with_appcontext
def holidays() -> None:
    """Set the days on which offices are closed, for limits in working days."""
    prepared()


@holidays.command(name="list")
@click.argument("year", default=lambda: now().year, type=click.IntRange(2000, 2200))
@with_appcontext
def list_holidays(year: int) -> None:
    """List the holidays of a year, and where each comes from."""
    calendar: Limits = current_parts().calendar.limits
    found = calendar.holidays(year)
    for each in found:
        click.echo(f"{each.day:%a %d-%m-%Y}  {each.name}  ({each.source or 'set here'})")
    if not found:
        click.echo(f"None known: only Sundays do not count in {year}. See: pukar holidays import")


@holidays.command(name="import")
@_file
@_dry_run
@with_appcontext
def import_holidays(file: Path, *, dry_run: bool) -> None:
    """Set holidays from a CSV file: day, name. It is to have all of a year: it replaces them.

    Cases keep the deadline they have; the holidays count from their next change of state.
    """
    _report(file, current_parts().calendar.import_holidays, dry_run=dry_run)


def _report(file: Path, bring_in: Callable[..., list[Change]], *, dry_run: bool) -> None:
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            changes = bring_in(opened, is_rehearsal=dry_run)
    except CalendarError as error:
        raise click.ClickException(f"Nothing was imported.\n{error}") from error
    for each in changes[:_MOST_SHOWN]:
        click.echo(f"{each.what}: {each.before or 'nothing'} -> {each.after or 'nothing'}")
    if len(changes) > _MOST_SHOWN:
        click.echo(f"… and {len(changes) - _MOST_SHOWN} more.")
    done = "would change; nothing was written." if dry_run else "changed."
    click.echo(f"{len(changes)} {done}")
