"""`pukar officers`: who may sign in at the desk; the first administrator is added here."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import click
from flask.cli import with_appcontext

from casework.officers import PAGE, Credentials, Officer, OfficerError, Profile, checked
from casework.staff_list import Planned, StaffList, find_district, find_station
from casework.viewer import ROLES
from console.parts import current_parts, prepared


@click.group()
@with_appcontext
def officers() -> None:
    """Say who may sign in at the desk."""
    prepared()


@officers.command()
@click.argument("login")
@click.option("--name", required=True, help="As colleagues call the officer.")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--station", default="", help="Code or name; for the role station.")
@click.option("--district", default="", help="Code or name; for the roles women and district.")
@click.option("--phone", default=None, help="Phone of the officer.")
@click.option("--language", default="hi", show_default=True, type=click.Choice(("hi", "en")))
@with_appcontext
def add(  # noqa: PLR0913  # one for each option of the command
    login: str,
    name: str,
    role: str,
    station: str,
    district: str,
    phone: str | None,
    language: str,
) -> None:
    """Add an officer, and print once what he first signs in with."""
    parts = current_parts()
    directory = parts.office.directory
    try:
        profile = Profile(
            name=name,
            role=role,
            district=find_district(directory, district),
            station=find_station(directory, station, district),
            phone=phone,
            language=language,
        )
        _hand_over(parts.officers.add(login, checked(profile, directory)))
    except OfficerError as error:
        raise click.ClickException(str(error)) from error


@officers.command(name="list")
@click.option("--search", default="", help="Only those with this in their name or login.")
@click.option("--page", default=1, show_default=True, type=click.IntRange(1, 1_000_000))
@with_appcontext
def list_officers(search: str, page: int) -> None:
    """List officers by login."""
    found = current_parts().officers.page(search, page)
    if not found:
        click.echo("No officers here. The first: pukar officers add LOGIN --name NAME --role admin")
    for each in found:
        place = each.station or each.district or ""
        click.echo(f"{each.login:<20} {each.role:<9} {place:<14} {_state_of(each):<14} {each.name}")
    if len(found) == PAGE:
        click.echo(f"More: pukar officers list --page {page + 1}")


@officers.command()
@click.argument("login")
@with_appcontext
def reset(login: str) -> None:
    """Print a new password and secret once; the old ones end, and a closed account opens."""
    _hand_over(current_parts().officers.reset(_officer(login)))


@officers.command()
@click.argument("login")
@with_appcontext
def close(login: str) -> None:
    """Let an officer sign in no more; the history of cases keeps the login."""
    current_parts().officers.close(_officer(login).id)
    click.echo(f"{login} can sign in no more.")


@officers.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="New file for the passwords and secrets of new officers; needed to add any.",
)
@with_appcontext
def import_list(file: Path, out: Path | None, *, dry_run: bool) -> None:
    """Add and change officers by a CSV list: login,name,role,district,station,phone,language."""
    parts = current_parts()
    staff = StaffList(parts.officers, parts.office.directory)
    try:
        planned = staff.read(file.read_bytes())
    except OfficerError as error:
        raise click.ClickException(str(error)) from error
    for row in planned:
        click.echo(_told(row))
    if dry_run:
        click.echo("Nothing was changed.")
        return
    _carry_out(staff, planned, out)


def _carry_out(staff: StaffList, planned: list[Planned], out: Path | None) -> None:
    adds = sum(row.outcome == "add" for row in planned)
    if adds and out is None:
        raise click.ClickException("--out FILE is needed: it gets the passwords of new officers.")
    done = _done_and_written(staff, planned, out) if out else list(staff.carry_out(planned))
    added = sum(1 for _, fresh in done if fresh)
    changed = sum(row.outcome == "change" for row, _ in done)
    refused = sum(row.outcome == "refuse" for row, _ in done)
    click.echo(f"Added: {added}. Changed: {changed}. Refused: {refused}.")


def _done_and_written(
    staff: StaffList, planned: list[Planned], out: Path
) -> list[tuple[Planned, Credentials | None]]:
    """Write each officer's credentials as soon as there is the officer."""
    done = []
    try:
        number = os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)  # its owner's only
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from error
    with (
        os.fdopen(number, "w", encoding="utf-8", newline="") as file,
        click.progressbar(staff.carry_out(planned), len(planned)) as bar,
    ):
        writer = csv.writer(file)
        writer.writerow(Credentials.COLUMNS)
        for row, fresh in bar:
            done.append((row, fresh))
            if fresh:
                writer.writerow(fresh.columns)
                file.flush()
    return done


def _hand_over(fresh: Credentials) -> None:
    for name, value in zip(Credentials.COLUMNS, fresh.columns, strict=True):
        click.echo(f"{name:<9} {value}")
    click.echo("Shown once. The address is a QR code's content; the password is to be changed.")


def _officer(login: str) -> Officer:
    found = current_parts().officers.by_login(login)
    if found is None:
        raise click.ClickException(f"There is no officer {login}. See: pukar officers list")
    return found


def _state_of(officer: Officer) -> str:
    if not officer.is_active:
        return "closed"
    return "has not begun" if officer.must_change_password else "active"


def _told(row: Planned) -> str:
    why = str(OfficerError(row.fault)) if row.fault else ", ".join(row.changes)
    return f"{row.line:>5}  {row.outcome:<7} {row.login:<20} {why}".rstrip()
