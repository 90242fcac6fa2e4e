"""`pukar dlt`: the register of wordings for the DLT portal, and its ids back."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import click
from flask.cli import with_appcontext

from console.parts import current_parts, prepared
from core.alphabet import count_septets, count_units, split
from core.dlt import DltError, Entry, Wording

_COLUMNS = ("template", "language", "header", "category", "text", "sample", "dlt_id")
_MOST_FAULTS = 10
# A government's messages of service, which nobody has to ask for.
_CATEGORY = "Service Implicit"


@click.group()
@with_appcontext
def dlt() -> None:
    """Register the letters at a DLT portal (India)."""
    prepared()


@dlt.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@with_appcontext
def export(out: Path | None) -> None:
    """Write the register for the portal as CSV: one line for each letter and language.

    Fill in the column dlt_id with the portal's template ids, and import the file.
    """
    if out is None:
        _write(sys.stdout)
        return
    # Spreadsheets know Hindi only by the mark at the beginning.
    try:
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            count = _write(file)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}.") from error
    click.echo(f"{count} wordings are in {out}.")


@dlt.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def import_ids(file: Path) -> None:
    """Read the portal's template ids back; lines without an id are passed over."""
    register = current_parts().register
    texts = {(each.template, each.language): each.text for each in register.wordings()}
    try:
        entries = _read(file, texts)
        count = register.enter(entries)
    except UnicodeDecodeError as error:
        said = "Nothing was imported: save the file as CSV in UTF-8."
        raise click.ClickException(said) from error
    except (DltError, csv.Error) as error:
        raise click.ClickException(f"Nothing was imported.\n{_shortened(str(error))}") from error
    faults = Counter(why for _, why in register.missing())
    click.echo(f"{count} ids imported.")
    for why, letters in sorted(faults.items()):
        click.echo(f"{letters} of the letters: {why}. See: pukar dlt missing")


@dlt.command()
@with_appcontext
def missing() -> None:
    """List the letters that no gateway marked dlt would take, and why."""
    found = current_parts().register.missing()
    for wording, why in found:
        click.echo(f"{wording.template:<28} {wording.language:<8} {why}")
    click.echo(f"{len(found)} missing." if found else "Every letter is registered.")


@dlt.command()
@with_appcontext
def cost() -> None:
    """Print what each letter takes at its longest: units, of how many, in how many SMS."""
    for wording in current_parts().register.wordings():
        click.echo(f"{wording.template:<28} {wording.language:<8} {size(wording)}")


def size(wording: Wording) -> str:
    """Say how long a letter is, filled with the longest values."""
    septets = count_septets(wording.sample)
    parts = len(split(wording.sample))
    if septets is None:
        return f"{count_units(wording.sample):>3} of 70 units     {parts} SMS"
    return f"{septets:>3} of 160 septets  {parts} SMS"


def _shortened(faults: str) -> str:
    lines = faults.splitlines()
    more = [f"… and {len(lines) - _MOST_FAULTS} more."] if len(lines) > _MOST_FAULTS else []
    return "\n".join([*lines[:_MOST_FAULTS], *more])


def _write(file: TextIO) -> int:
    parts = current_parts()
    writer = csv.DictWriter(file, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    wordings = parts.register.wordings()
    for each in wordings:
        known = parts.register.find(each.template, each.language)
        writer.writerow(
            {
                "template": each.template,
                "language": each.language,
                "header": parts.settings.dlt_header,
                "category": _CATEGORY,
                "text": each.text,
                "sample": each.sample,
                "dlt_id": known.dlt_id if known else "",
            }
        )
    return len(wordings)


def _read(file: Path, texts: dict[tuple[str, str], str]) -> list[Entry]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        heading = opened.readline()
        opened.seek(0)
        # Spreadsheets write what their country writes.
        delimiter = max(",;\t", key=heading.count)
        reader = csv.DictReader(opened, delimiter=delimiter)
        if absent := {"template", "language", "dlt_id"} - set(reader.fieldnames or ()):
            raise DltError(f"Columns missing: {', '.join(sorted(absent))}.")
        return list(_entries(reader, texts))


def _entries(reader: csv.DictReader[str], texts: dict[tuple[str, str], str]) -> Iterable[Entry]:
    """Give the lines with an id; one without a text has the wording of today."""
    for row in reader:
        if dlt_id := (row["dlt_id"] or "").strip():
            template, language = ((row[name] or "").strip() for name in ("template", "language"))
            text = row.get("text") or texts.get((template, language), "")
            yield Entry(reader.line_num, template, language, dlt_id, text)
