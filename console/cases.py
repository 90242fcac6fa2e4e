"""`pukar cases`: list, show and move cases, until the officers' desk does it."""

from __future__ import annotations

import getpass

import click
from flask.cli import with_appcontext

from console.parts import current_parts, prepared
from core.cases import Case, CaseError, CaseLine, Move
from core.clock import local_date, local_time, now
from core.directory import Directory, Station
from core.phone import masked
from core.reference import grouped
from core.spelling import find_by_spelling
from core.states import REJECTION_REASONS, STATES

_PAGE = 20


@click.group()
@with_appcontext
def cases() -> None:
    """Work with registered cases."""
    prepared()


@cases.command(name="list")
@click.option("--state", type=click.Choice(sorted(STATES)), help="Only cases in this state.")
@click.option("--page", default=1, show_default=True, type=click.IntRange(1, 1_000_000))
@with_appcontext
def list_cases(state: str | None, page: int) -> None:
    """List cases, the newest first."""
    found = current_parts().cases.newest(state=state, most=_PAGE, page=page)
    if not found:
        click.echo("No cases here.")
    for case in found:
        when = local_time(case.registered_at)
        place = _place(case, current_parts().office.directory)
        click.echo(f"{grouped(case.reference)}  {when}  {case.state:<20} {case.kind:<14} {place}")
    if len(found) == _PAGE:
        click.echo(f"More: pukar cases list --page {page + 1}")


@cases.command()
@click.argument("reference")
@with_appcontext
def show(reference: str) -> None:
    """Show one case with its history."""
    parts = current_parts()
    try:
        case = parts.cases.look_up(reference)
    except CaseError as error:
        raise click.ClickException(f"{error} See: pukar cases list") from error
    lines = {
        "Reference": grouped(case.reference),
        "State": f"{case.state} since {local_time(case.state_since)}",
        "Kind": case.kind,
        "Place": _place(case, parts.office.directory),
        "Phone": masked(case.phone),
        "By": f"{case.channel}, in {case.language}",
        "Story": case.story,
    }
    for name, value in lines.items():
        click.echo(f"{name:<10} {value}")
    click.echo("History")
    for event in parts.cases.events_of(case):
        details = "  ".join(f"{name}={value}" for name, value in event.details.items())
        arrow = f"{event.from_state or '-'} -> {event.to_state}"
        note = " ".join((event.note or "").split())
        line = f"  {local_time(event.at)}  {arrow}  by {event.who}  {details}  {note}"
        click.echo(line.rstrip())


@cases.command()
@click.argument("reference")
@click.argument("state")
@click.option("--note", help="For the file; the citizen does not see it.")
@click.option("--fir-number", help="Needed for fir_registered, such as 123/2026.")
@click.option(
    "--fir-date",
    default=lambda: local_date(now()),
    help="Date of the FIR, DD-MM-YYYY; today if not given.",
)
@click.option("--station", help="Needed for transferred: code or name of the new station.")
@click.option("--reason", type=click.Choice(list(REJECTION_REASONS)), help="Needed for rejected.")
@click.option("--who", default=getpass.getuser, help="Who does it; the user of this machine.")
@with_appcontext
def move(  # noqa: PLR0913  # one for each option of the command
    reference: str,
    state: str,
    note: str | None,
    fir_number: str | None,
    fir_date: str,
    station: str | None,
    reason: str | None,
    who: str,
) -> None:
    """Move a case to another state and post the letter that tells the citizen.

    Where a case may go from its state is said when it may not go there.
    """
    details = {"reason": reason} if reason else {}
    if fir_number:
        details |= {"fir_number": fir_number, "fir_date": fir_date}
    if station:
        found = _station(station, current_parts().office.directory)
        details |= {"station": found.code, "district": found.district.code}
    try:
        case = current_parts().cases.move(reference, Move(state, who, note, details))
    except (CaseError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    is_told = current_parts().office.citizens.wants_letters(case.phone)
    told = "a letter to the citizen is in the outbox" if is_told else "the citizen wants no SMS"
    click.echo(f"{grouped(case.reference)} is now {case.state}; {told}.")


def _station(wanted: str, directory: Directory) -> Station:
    if station := directory.station(wanted):
        return station
    found = find_by_spelling(wanted, directory.stations, lambda each: [each.name.latin])
    same = [each for each in found if each.name.latin.casefold() == wanted.casefold()]
    if len(same or found) == 1:
        return (same or found)[0]
    listed = "".join(f"\n  {each.code}  {_name(each)}" for each in found[:_PAGE])
    raise click.ClickException(f"--station {wanted}: name one of these by its code:{listed}")


def _name(station: Station) -> str:
    return f"{station.name.latin}, {station.district.name.latin}"


def _place(case: Case | CaseLine, directory: Directory) -> str:
    if station := directory.station(case.station):
        return _name(station)
    if district := directory.district(case.district):
        return f"District {district.name.latin}"
    return "Station not known"
