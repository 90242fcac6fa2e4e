"""`pukar recordings` and `pukar calls`: what callers spoke, and the calls that we make."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from casework.seen import SeenCases
from casework.viewer import Viewer
from console.parts import current_parts, prepared
from core.clock import local_time

_PAGE = 20
_STATUSES_OF_RECORDINGS = ("expected", "due", "copied", "kept", "lost", "dropped")
_STATUSES_OF_CALLS = ("due", "placed", "answered", "done", "failed")
_page = click.option("--page", default=1, show_default=True, type=click.IntRange(1, 1_000_000))


@click.command()
@click.option("--status", type=click.Choice(_STATUSES_OF_RECORDINGS), help="Only of this status.")
@_page
@with_appcontext
def recordings(status: str | None, page: int) -> None:
    """List what callers spoke, the newest first: how far each has come, and what is in its way.

    expected: its address is not known yet; due: to be fetched; copied: ours is safe, the provider's
    is to be deleted; kept: ours is the only one; lost: it could not be had; dropped: no case needed
    it.
    """
    prepared()
    kept = current_parts().recordings
    counts = kept.counts()
    click.echo("  ".join(f"{name}: {counts.get(name, 0)}" for name in _STATUSES_OF_RECORDINGS))
    found = kept.newest(status=status, most=_PAGE, page=page)
    seen = SeenCases(current_parts().database)
    references = seen.of_recordings(Viewer(0, "console", "state"), [each.id for each in found])
    for each in found:
        seconds = f"{each.seconds} s" if each.seconds is not None else "-"
        of_case = references.get(each.id, "no case   ")
        what = f"{each.status:<9} {seconds:>6}  {of_case}  {each.gateway:<14}"
        click.echo(f"{local_time(each.made_at)}  {what} {each.trouble or ''}".rstrip())
    if len(found) == _PAGE:
        click.echo(f"More: pukar recordings --page {page + 1}")


@click.command()
@click.option("--status", type=click.Choice(_STATUSES_OF_CALLS), help="Only of this status.")
@_page
@with_appcontext
def calls(status: str | None, page: int) -> None:
    """List the calls that we make, the newest first: what for, and what became of them."""
    prepared()
    parts = current_parts()
    if parts.dialler is None:
        click.echo("VOICE_GATEWAY names no gateway: nobody is called.")
    counts = parts.calls.counts()
    click.echo("  ".join(f"{name}: {counts.get(name, 0)}" for name in _STATUSES_OF_CALLS))
    found = parts.calls.newest(status=status, most=_PAGE, page=page)
    for each in found:
        what = f"{each.purpose:<9} {each.status:<9} {each.attempts} tries"
        line = f"{each.id:>7}  {local_time(each.asked_at)}  {what}  {each.trouble or ''}"
        click.echo(line.rstrip())
    if len(found) == _PAGE:
        click.echo(f"More: pukar calls --page {page + 1}")
