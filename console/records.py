"""`pukar import vehicles|firs|wanted`: what the police know, for the public to ask."""

from __future__ import annotations

import getpass
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from itertools import chain, repeat
from pathlib import Path
from typing import get_args

import click
from flask.cli import with_appcontext

from casework.closed_firs import Cause
from casework.record_rows import COLUMNS, NEEDED, Checked, Fault, Values, check_rows
from casework.record_table import DAYS, RecordTable, TableError, read_table, write_faults
from casework.records import RecordError
from console.parts import current_parts
from core.service_entry import Records

_MOST_SHOWN = 50  # faults
_MOST_WORDS = 10
_CAUSES: dict[Cause, str] = {
    "section": "by a section that is closed",
    "no_act": "by a section without an act that is closed in one of them",
    "unknown_act": "because an act is not known (docs/records.md)",
    "told": "because is_closed says so",
}
_ABOUT: dict[Records, str] = {
    "vehicles": "Replace the list of stolen and recovered vehicles by that of FILE (CSV).",
    "firs": "Replace the list of cases (FIRs), and how they stand, by that of FILE (CSV).",
    "wanted": "Replace the list of wanted persons by that of FILE (CSV).",
}


def _command(kind: Records) -> click.Command:
    columns = (each if each in NEEDED[kind] else f"({each})" for each in (*COLUMNS[kind], "as_of"))

    @click.command(name=kind, help=f"{_ABOUT[kind]}\n\nColumns: {', '.join(columns)}.")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--as-of", type=click.DateTime(DAYS), help="The day of the records.")
    @click.option(
        "--errors",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Where all rows with faults are written, with why (CSV).",
    )
    @click.option("--dry-run", is_flag=True, help="Only say what is wrong, and change nothing.")
    @click.option("--who", default=getpass.getuser, help="Who does it; the user of this machine.")
    @with_appcontext
    def import_records(
        file: Path, *, as_of: datetime | None, errors: Path | None, dry_run: bool, who: str
    ) -> None:
        try:
            table = read_table(file, kind)
            day = table.day(as_of.date() if as_of else None)
        except TableError as error:
            raise click.ClickException(f"Nothing was imported. {error}") from error
        checked = _checked(kind, table, errors)
        if dry_run:
            click.echo(f"{len(checked.kept)} rows could be imported. Nothing was changed.")
        else:
            _replace(kind, day, checked.kept, who)
        _tell_closed(checked)

    return import_records


RECORD_IMPORTS = tuple(_command(kind) for kind in get_args(Records))


def _checked(kind: Records, table: RecordTable, errors: Path | None) -> Checked:
    """Give the rows, checked; say what is wrong with them, and end there."""
    directory = current_parts().office.directory
    with click.progressbar(table.rows, label="Checking", show_pos=True) as rows:
        checked = check_rows(kind, rows, directory)
    if not checked.faults:
        return checked
    _list_faults(checked.faults)
    if errors:
        write_faults(errors, table, checked.faults)
    count = len(checked.faults)
    raise click.ClickException(f"Nothing was imported: {count} of {len(table.rows)} have faults.")


def _tell_closed(checked: Checked) -> None:
    """Say how many cases are closed to the public, and why, so that too many are seen."""
    if not checked.closed:
        return
    click.echo(f"{len(checked.closed)} of {len(checked.kept)} are closed to the public:")
    for cause, why in _CAUSES.items():
        what = Counter(each.what for each in checked.closed if each.cause == cause)
        if count := what.total():
            often = ", ".join(f"{words} {times}" for words, times in what.most_common(_MOST_WORDS))
            click.echo(f"  {count} {why}" + (f": {often}" if any(what) else ""))


def _list_faults(faults: Sequence[Fault]) -> None:
    for each in faults[:_MOST_SHOWN]:
        click.echo(f"row {each.row}: {each.column}: {each.why}", err=True)
    if left := len(faults[_MOST_SHOWN:]):
        click.echo(f"… and {left} more; --errors FILE has all of them.", err=True)


def _replace(kind: Records, day: date, rows: list[Values], who: str) -> None:
    records = current_parts().api.records
    before = records.current(kind)
    try:
        pieces = records.replace(kind, day, rows, who)
        taken = chain.from_iterable(repeat(1, piece) for piece in pieces)
        with click.progressbar(taken, len(rows), "Importing", show_pos=True) as bar:
            count = sum(bar)
    except RecordError as error:
        raise click.ClickException(f"Nothing was imported. {error}") from error
    gone = f"; the {before.rows} before are gone" if before else ""
    click.echo(f"{count} rows of {day:%d-%m-%Y} are looked up from now on{gone}.")
