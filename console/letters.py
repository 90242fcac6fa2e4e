"""`pukar letters` and `pukar gateways`: what went out, what did not and why, through whom."""

from __future__ import annotations

from datetime import timedelta

import click
from flask.cli import with_appcontext

from console.parts import Parts, current_parts, prepared
from core.case_file import CaseError
from core.clock import local_time, now
from core.gateway_shares import FULL_SHARE
from core.outbox import LetterLine

_PAGE = 20
_SILENCE = timedelta(minutes=2)
_STATUSES = ("due", "sent", "delivered", "failed", "dead", "stopped")


@click.group()
@with_appcontext
def letters() -> None:
    """Look at the letters (SMS) to citizens."""
    prepared()


@letters.command(name="list")
@click.option("--status", type=click.Choice(_STATUSES), help="Only letters of this status.")
@click.option("--case", "reference", help="Only letters of the case with this number.")
@click.option("--page", default=1, show_default=True, type=click.IntRange(1, 1_000_000))
@with_appcontext
def list_letters(status: str | None, reference: str | None, page: int) -> None:
    """List letters, the newest first: when, what, what became of it, why."""
    parts = current_parts()
    counts = parts.outbox.counts()
    click.echo("  ".join(f"{name}: {counts.get(name, 0)}" for name in _STATUSES))
    if counts.get("due"):
        _warn_of_no_worker(parts)
    case_id = _case_id(parts, reference) if reference else None
    found = parts.outbox.newest(status=status, case_id=case_id, most=_PAGE, page=page)
    is_quiet = parts.settings.nights.contain(now())
    for letter in found:
        click.echo(_line(letter, is_quiet=is_quiet))
    if len(found) == _PAGE:
        click.echo(f"More: pukar letters list --page {page + 1}")


@letters.command()
@click.argument("letter", type=int, required=False)
@click.option("--all", "all_dead", is_flag=True, help="Every dead letter.")
@with_appcontext
def retry(letter: int | None, all_dead: bool) -> None:  # noqa: FBT001  # an option of the command
    """Try a dead letter (or --all of them) anew for two days."""
    if (letter is None) != all_dead:
        raise click.UsageError("Name one letter by its number, or say --all.")
    revived = current_parts().outbox.revive(letter)
    if not revived:
        raise click.ClickException("No dead letter here. See: pukar letters list --status dead")
    click.echo(f"{revived} due again.")


@click.group(invoke_without_command=True)
@click.option("--page", default=1, show_default=True, type=click.IntRange(1, 1_000_000))
@with_appcontext
def gateways(page: int) -> None:
    """Show the gateways, how much of its weight each has now, and every decision about it."""
    prepared()
    parts = current_parts()
    if not parts.switchboard.routes:
        click.echo("SMS_GATEWAYS names no gateway: letters wait in the outbox.")
    shares = parts.shares.shares()
    for route in parts.switchboard.routes:
        share = shares.get(route.gateway.name, FULL_SHARE)
        rate = f"{route.per_second:g} a second" if route.per_second else "no limit"
        kind = "registered wordings only" if route.is_dlt else "any words"
        click.echo(f"{route.gateway.name:<16} weight {route.weight} at {share} %  {rate}  {kind}")
        if trouble := parts.shares.last_trouble(route.gateway.name):
            click.echo(f"  last trouble {local_time(trouble.at)}: {trouble.what}")
    _warn_of_no_worker(parts)
    decisions = parts.shares.decisions(_PAGE, page)
    for each in decisions:
        change = f"{each.from_share} % -> {each.to_share} %"
        click.echo(f"  {local_time(each.at)}  {each.gateway:<16} {change:<14} {each.why}")
    if len(decisions) == _PAGE:
        click.echo(f"More: pukar gateways --page {page + 1}")


def _case_id(parts: Parts, reference: str) -> int:
    try:
        return parts.cases.look_up(reference).id
    except CaseError as error:
        raise click.ClickException(f"{error} See: pukar cases list") from error


def _warn_of_no_worker(parts: Parts) -> None:
    seen = parts.shares.last_sign_of_work()
    if parts.switchboard.routes and (seen is None or now() - seen > _SILENCE):
        since = f" since {local_time(seen)}" if seen else ""
        click.echo(f"No worker was seen{since}: start pukar worker (in the demo: pukar serve).")


def _line(letter: LetterLine, *, is_quiet: bool) -> str:
    when = local_time(letter.settled_at or letter.sent_at or letter.posted_at)
    what = f"{'answer' if letter.is_in_words else letter.template} ({letter.language})"
    why = letter.trouble or ""
    if letter.status == "due":
        waits = is_quiet and letter.can_wait
        why = "quiet hours" if waits else f"from {local_time(letter.due_at)}  {why}"
    through = letter.gateway or "-"
    line = f"{letter.id:>7}  {when}  {letter.status:<9}  {what:<34}  {through:<14}  {why}"
    return line.rstrip()
