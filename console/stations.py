"""`pukar stations`: the list of stations, imported from a file after a dry run, and exported."""

from __future__ import annotations

import csv
import getpass
import sys
from pathlib import Path
from typing import TextIO

import click
from flask.cli import with_appcontext

from casework.stations import COLUMNS, Change, Plan, StationError, Stations, row_of
from console.parts import current_parts, prepared
from core.directory import Station
from core.language import render
from core.text import Words


@click.group()
@with_appcontext
def stations() -> None:
    """Keep the list of stations."""
    prepared()


@stations.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option(
    "--close-missing",
    is_flag=True,
    help="Close the stations that the file lacks, of the districts that it has.",
)
@click.option("--who", default=getpass.getuser, help="Who does it; the user of this machine.")
@with_appcontext
def import_stations(file: Path, *, dry_run: bool, close_missing: bool, who: str) -> None:
    """Add and correct stations from a CSV file; refused rows are left out and listed.

    Columns: ps_code, name_en, name_hi, police_district_code, kind, telephone, aliases (with ; in
    between), closed. What the file has no column for stays as it is.
    """
    kept = Stations(current_parts().database, current_parts().office.gazetteer)
    try:
        plan = kept.plan(file.read_text(encoding="utf-8-sig"), close_missing=close_missing)
    except UnicodeDecodeError as error:
        said = "Nothing was imported: save the file as CSV in UTF-8."
        raise click.ClickException(said) from error
    except StationError as error:
        raise click.ClickException(f"Nothing was imported. {_say(error.why)}") from error
    _show(plan)
    if not dry_run:
        kept.apply(plan, who)
    _conclude(plan, is_done=not dry_run)


@stations.command(name="list")
@click.option("--district", "code", help="Only those of the police district with this code.")
@with_appcontext
def list_stations(code: str | None) -> None:
    """List the stations."""
    for each in _wanted(code):
        closed = "  (closed)" if each.closed else ""
        name = f"{each.name.latin}, {each.district.name.latin}  {each.name.devanagari}"
        click.echo(
            f"{each.code:<16} {each.kind:<12} {name}  {each.telephone or ''}{closed}".rstrip()
        )


@stations.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@with_appcontext
def export(out: Path | None) -> None:
    """Write all stations as CSV, as import reads them."""
    if out is None:
        _write(sys.stdout)
        return
    # Spreadsheets know Hindi only by the mark at the beginning.
    try:
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            count = _write(file)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}.") from error
    click.echo(f"{count} stations are in {out}.")


def _wanted(code: str | None) -> list[Station]:
    directory = current_parts().office.directory
    if code is None:
        return list(directory.stations)
    if directory.district(code) is None:
        codes = ", ".join(each.code for each in directory.districts)
        raise click.ClickException(f"There is no police district {code}. There are: {codes}.")
    return [each for each in directory.stations if each.district.code == code]


def _write(file: TextIO) -> int:
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    found = current_parts().office.directory.stations
    writer.writerows(row_of(each) for each in found)
    return len(found)


def _show(plan: Plan) -> None:
    for verb, changes in (("new", plan.added), ("change", plan.changed), ("close", plan.closing)):
        for each in changes:
            click.echo(f"{verb:<8} {each.after.code:<16} {_described(each)}")
    for refused in plan.refused:
        click.echo(f"REFUSED  {refused.code:<16} line {refused.line}: {_say(refused.why)}")


def _described(change: Change) -> str:
    if change.before is None:
        return f"{change.after.name.latin}, {change.after.district.name.latin}"
    return "; ".join(f"{name}: {old or '-'} -> {new or '-'}" for name, old, new in change.fields())


def _conclude(plan: Plan, *, is_done: bool) -> None:
    counts = (
        f"{len(plan.added)} new, {len(plan.changed)} changed, {len(plan.closing)} closed,"
        f" {plan.unchanged} as they were."
    )
    click.echo(f"{'Done' if is_done else 'Nothing was written yet'}: {counts}")
    if plan.absent:
        click.echo(f"{plan.absent} stations of these districts are not in the file, and stay open.")
    if is_done and any(_has_new_name(each) for each in plan.changes):
        click.echo("Calls lack the new names until they are made: pukar audio build")
    if plan.refused:
        raise click.ClickException(f"{len(plan.refused)} rows were refused.")


def _has_new_name(change: Change) -> bool:
    return change.before is None or change.before.name != change.after.name


def _say(words: Words) -> str:
    return render(words, current_parts().office.languages.get("en"))
