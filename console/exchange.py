"""`pukar export` and `pukar import`: tables for a state that has no API yet."""

from __future__ import annotations

import csv
import getpass
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import chain, repeat
from pathlib import Path

import click
from flask.cli import with_appcontext

from casework.case_table import CaseTable
from casework.case_table import TableError as CaseTableError
from casework.exchange import Wanted
from casework.move_table import COLUMNS, REPORTED, MoveTable, Row, TableError
from casework.viewer import Viewer
from console.parts import current_parts, prepared
from core.case_file import CaseError
from core.clock import HERE
from core.states import STATES

_who = click.option("--who", default=getpass.getuser, help="Who does it; the user of this machine.")


@click.group()
@with_appcontext
def export() -> None:
    """Write tables for other systems."""
    prepared()


@export.command(name="cases")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The table to write (CSV). Until it is whole, it is called FILE.part.",
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Registered on this day or later.")
@click.option("--state", type=click.Choice(sorted(STATES)), help="Only cases in this state.")
@click.option("--district", help="Only cases of the police district with this code.")
@click.option("--with-stories", is_flag=True, help="With numbers and all told; each is noted.")
@click.option("--resume", is_flag=True, help="Go on with FILE.part.")
@_who
@with_appcontext
def export_cases(  # noqa: PLR0913  # one for each option of the command
    out: Path,
    since: datetime | None,
    state: str | None,
    district: str | None,
    with_stories: bool,  # noqa: FBT001  # an option of the command
    resume: bool,  # noqa: FBT001  # the same
    who: str,
) -> None:
    """Write the cases there are, one a row, in the order of registration."""
    api = current_parts().api
    wanted = Wanted(state, district, since.replace(tzinfo=HERE) if since else None)
    viewer = Viewer(0, who, "state")
    table = CaseTable(api.exchange, api.accesses, viewer, wanted, with_stories)
    part = out.with_name(f"{out.name}.part")
    try:
        after = _begun(table, out, part, resume=resume)
    except (CaseTableError, OSError) as error:
        raise click.ClickException(str(error)) from error
    rows = chain.from_iterable(repeat(1, count) for count in table.go_on(part, after))
    with click.progressbar(rows, table.count(after), "Cases", show_pos=True) as bar:
        written = sum(bar)
    part.rename(out)
    click.echo(f"{out} is whole; {written} cases were written now.")


def _begun(table: CaseTable, out: Path, part: Path, *, resume: bool) -> int:
    if out.exists():
        raise CaseTableError(f"{out} is there already.")
    if resume and part.exists():
        return table.take_up(part)
    if part.exists():
        raise CaseTableError(f"{part} was begun before: go on with --resume, or delete it.")
    table.begin(part)
    return 0


@click.group(name="import")
@with_appcontext
def import_() -> None:
    """Read tables of other systems."""
    prepared()


@import_.command(name="moves")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--errors",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where rows that cannot be done go, with why; by default FILE.errors.csv.",
)
@click.option("--dry-run", is_flag=True, help="Say what could not be done, and change nothing.")
@_who
@with_appcontext
def import_moves(
    file: Path,
    errors: Path | None,
    dry_run: bool,  # noqa: FBT001  # an option of the command
    who: str,
) -> None:
    """Move cases as the rows of FILE say (CSV).

    Columns: reference and state; note, fir_number, fir_date (DD-MM-YYYY), diary_number, station,
    reason, question and id where there are. A row is done whole or not at all, and only once,
    however often its table comes: broken off, it is simply begun again.
    """
    parts = current_parts()
    table = MoveTable(parts.cases.files, parts.office.directory, who)
    try:
        rows = table.rows(file)
    except TableError as error:
        raise click.ClickException(str(error)) from error
    turns = _tried(table, rows) if dry_run else _done(table, rows)
    with click.progressbar(turns, len(rows), "Moves", show_pos=True) as bar:
        outcomes = list(bar)
    _report(sorted(outcomes, key=lambda each: each[0].number), file, errors, is_dry=dry_run)


Turns = Iterable[tuple[Row, str, str | None]]


def _done(table: MoveTable, rows: list[Row]) -> Turns:
    for row in rows:
        try:
            yield row, table.do(row), None
        except CaseError as error:
            yield row, "failed", str(error)


def _tried(table: MoveTable, rows: list[Row]) -> Turns:
    by_case: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_case[row.cells["reference"]].append(row)
    for together in by_case.values():
        for row, trouble in table.try_out(together):
            yield row, "failed" if trouble else "done", trouble


def _report(
    outcomes: list[tuple[Row, str, str | None]], file: Path, errors: Path | None, *, is_dry: bool
) -> None:
    failed = [(row, why) for row, _, why in outcomes if why]
    done = sum(outcome == "done" for _, outcome, _ in outcomes)
    before = sum(outcome == "before" for _, outcome, _ in outcomes)
    verb = "could be done" if is_dry else "done"
    click.echo(f"{done} rows {verb}, {before} done before, {len(failed)} not.")
    target = errors or file.with_name(f"{file.name}.errors.csv")
    if not failed:
        target.unlink(missing_ok=True)
        return
    _write_errors(target, failed)
    raise click.ClickException(f"{target} has the rows that cannot be done, with why.")


def _write_errors(target: Path, failed: list[tuple[Row, str]]) -> None:
    with target.open("w", encoding="utf-8", newline="") as opened:
        table = csv.writer(opened)
        table.writerow([*REPORTED, *COLUMNS])
        for row, why in failed:
            table.writerow([row.number, why, *(row.cells.get(name, "") for name in COLUMNS)])
