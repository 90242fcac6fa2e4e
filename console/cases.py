"""`pukar cases`: list, show and move cases, until the officers' desk does it."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

import click
import structlog
from flask.cli import with_appcontext

from audio.vault import VaultDown
from console.parts import current_parts, prepared
from core.case_file import CaseError
from core.cases import Case, CaseLine, Move, ToldField
from core.clock import local_date, local_time, now
from core.directory import Directory, Station
from core.phone import masked
from core.recordings import Recording
from core.reference import grouped
from core.service_entry import Field
from core.services import SERVICES
from core.spelling import find_by_spelling
from core.states import REJECTION_REASONS, STATES

_PAGE = 20
_MARKS = {"key", "row"}  # of events, by which a repeat is known
_ENDINGS = {"audio/wav": ".wav", "audio/mpeg": ".mp3", "audio/ogg": ".ogg"}

log = structlog.get_logger()


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
        click.echo(f"{grouped(case.reference)}  {when}  {case.state:<20} {case.kind:<21} {place}")
    if len(found) == _PAGE:
        click.echo(f"More: pukar cases list --page {page + 1}")


@cases.command()
@click.argument("reference")
@click.option("--who", default=getpass.getuser, help="Who reads; the user of this machine.")
@with_appcontext
def show(reference: str, who: str) -> None:
    """Show one case with its history; the access log notes it."""
    parts = current_parts()
    try:
        case = parts.cases.look_up(reference)
    except CaseError as error:
        raise click.ClickException(f"{error} See: pukar cases list") from error
    parts.accesses.note(who, case.id, "story", "console")
    is_nameless = SERVICES[case.service].is_nameless
    lines = {
        "Reference": grouped(case.reference),
        "Service": case.service,
        "State": f"{case.state} since {local_time(case.state_since)}",
        "Kind": f"{case.kind} (urgent)" if case.is_urgent else case.kind,
        "Place": _place(case, parts.office.directory),
        "FIR": case.fir_number,
        "Sanha": case.diary_number,
        "Phone": "not kept" if is_nameless else masked(case.phone),
        "SMS": "none about this case" if case.is_silent else None,
        "By": f"{case.channel}, in {case.language}",
        "Story": _story(case),
    }
    for name, value in lines.items():
        if value:
            click.echo(f"{name:<10} {value}")
    _echo_told(case)
    click.echo("History")
    for event in parts.cases.events_of(case):
        told = {name: value for name, value in event.details.items() if name not in _MARKS}
        details = "  ".join(f"{name}={value}" for name, value in told.items())
        arrow = f"{event.from_state or '-'} -> {event.to_state}"
        note = "UNREADABLE" if event.is_unreadable else " ".join((event.note or "").split())
        line = f"  {local_time(event.at)}  {arrow}  by {event.who}  {details}  {note}"
        click.echo(line.rstrip())


def _echo_told(case: Case) -> None:
    """Write what was told field by field, in the order of the form."""
    parts, fields = current_parts(), SERVICES[case.service].fields
    told = parts.cases.told_of(case)
    if told:
        click.echo("Told")
    for name in sorted(told, key=lambda name: [*fields, name].index(name)):
        field = fields.get(name)
        label = field.label.key if field else name
        click.echo(f"  {label}: {_told(case, told[name], field)}")


def _told(case: Case, told: ToldField, field: Field | None) -> str:
    if told.is_unreadable:
        return "UNREADABLE: no key of DATA_KEYS opens it"
    if told.recording and not told.words:
        how = f"pukar cases listen {case.reference} --field {told.field}"
        return _spoken(told.recording, how)
    chosen = field.options.get(told.words) if field else None
    return chosen.key if chosen else told.words


@cases.command()
@click.argument("reference")
@click.option("--field", help="What was spoken in this field of the form, not the story.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; by default REFERENCE with the ending of its kind.",
)
@click.option("--who", default=getpass.getuser, help="Who listens; the user of this machine.")
@with_appcontext
def listen(reference: str, field: str | None, out: Path | None, who: str) -> None:
    """Write the story that a citizen spoke, or a field of it, into a file, to be played."""
    parts = current_parts()
    try:
        case = parts.cases.look_up(reference)
    except CaseError as error:
        raise click.ClickException(f"{error} See: pukar cases list") from error
    spoken = _recording_of(case, field)
    recording = parts.recordings.find(spoken) if spoken else None
    if recording is None:
        what = "This field" if field else "This story"
        raise click.ClickException(f"{what} was written: pukar cases show has it.")
    if recording.kind is None or recording.status == "dropped":
        raise click.ClickException(f"The recording is not here: {_state_of(recording)}.")
    parts.accesses.note(who, case.id, "recording", "console")
    name = f"{case.reference}-{field}" if field else case.reference
    file = out or Path(f"{name}{_ENDINGS.get(recording.kind, '.audio')}")
    try:
        with open(file, "xb", opener=_for_its_owner) as opened:
            opened.write(parts.vault.open(recording.id))
    except (VaultDown, OSError) as error:
        raise click.ClickException(f"It cannot be read or written now: {error}") from error
    log.info("recording_heard", case=case.id, who=who)
    click.echo(f"{file} has the story, in the open: delete it when you have listened.")


def _recording_of(case: Case, field: str | None) -> str | None:
    """Give the recording of a story, or of a field; raise where there is no such field."""
    if field is None:
        return case.recording
    told = current_parts().cases.told_of(case)
    if field not in told:
        fields = ", ".join(name for name in told if told[name].recording) or "none"
        raise click.ClickException(f"--field {field}: what was spoken here: {fields}.")
    return told[field].recording


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
@click.option("--diary-number", help="Needed for recorded: the Sanha, such as 123/2026.")
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
    diary_number: str | None,
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
    if diary_number:
        details["diary_number"] = diary_number
    if station:
        found = _station(station, current_parts().office.directory)
        details |= {"station": found.code, "district": found.district.code}
    try:
        case = current_parts().cases.move(reference, Move(state, who, note, details))
    except (CaseError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{grouped(case.reference)} is now {case.state}; {_who_is_told(case)}.")


def _who_is_told(case: Case) -> str:
    if case.is_silent:
        return "no SMS is sent about this case"
    is_told = current_parts().office.citizens.wants_letters(case.phone)
    return "a letter to the citizen is in the outbox" if is_told else "the citizen wants no SMS"


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _story(case: Case) -> str:
    """Give what was written, or how far what was spoken has come."""
    if case.is_unreadable:
        return "UNREADABLE: no key of DATA_KEYS opens this story, or this phone"
    if case.recording is None:
        return case.story
    return _spoken(case.recording, f"pukar cases listen {case.reference}")


def _spoken(name: str, command: str) -> str:
    """Say how far a recording has come, and the command by which it is heard."""
    recording = current_parts().recordings.find(name)
    if recording is None:
        return "spoken, but nothing is known of the recording"
    seconds = f" {recording.seconds} s" if recording.seconds else ""
    how = f"; hear it: {command}" if recording.kind else ""
    return f"spoken,{seconds} {_state_of(recording)}{how}"


def _state_of(recording: Recording) -> str:
    if recording.status == "lost":
        return f"LOST: {recording.trouble}"
    if recording.status == "dropped":
        return "removed, since it belonged to no case"
    return "here" if recording.kind else f"on its way ({recording.trouble or recording.status})"


def _station(wanted: str, directory: Directory) -> Station:
    station = directory.station(wanted)
    if station and station.closed:
        raise click.ClickException(f"--station {wanted}: {_name(station)} is closed.")
    if station:
        return station
    found = find_by_spelling(wanted, directory.open_stations, lambda each: [each.name.latin])
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
