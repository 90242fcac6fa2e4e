"""`pukar audit`: whether the records stand as they were written, and who looked at what."""

from __future__ import annotations

import sys

import click
import structlog
from flask.cli import with_appcontext

from casework.accesses import Accesses, Wanted
from casework.audit import Audit, Finding, Head, read_head
from console.parts import current_parts, prepared
from core.case_file import CaseError
from core.clock import local_time
from core.reference import grouped

_PAGE = 50

log = structlog.get_logger()


@click.group()
@with_appcontext
def audit() -> None:
    """Check the records, and see who looked at what."""
    prepared()


@audit.command()
@click.option("--expect", metavar="N:LINK", help="A head kept from before, to compare with.")
@with_appcontext
def verify(expect: str | None) -> None:
    """Check the chain over events and accesses; exit with 1 if anything was changed.

    The line at the end is the head of the chain. Keep it somewhere else and give it to --expect
    later: only so is it found that the end was cut off, or all was built anew.
    """
    expected = _expected(expect)
    checked = current_parts().audit
    head = checked.head()
    findings = _findings(checked, expected, head)
    log.info("audit_verified", head=str(head), findings=len(findings))
    for finding in findings:
        click.echo(str(finding))
    if findings:
        raise click.ClickException(f"{len(findings)} findings.")
    click.echo(f"{head.n} links: everything is as it was written.\n{head}")


@audit.command(name="log")
@click.option("--case", "reference", help="Only looks at this case.")
@click.option("--who", help="Only looks of the one with this login.")
@click.option("--before", type=int, help="Go on before this number, as the last line says.")
@with_appcontext
def access_log(reference: str | None, who: str | None, before: int | None) -> None:
    """List who looked at what, the newest look first."""
    parts = current_parts()
    try:
        case_id = parts.cases.look_up(reference).id if reference else None
    except CaseError as error:
        raise click.ClickException(str(error)) from error
    accesses = Accesses(parts.database, parts.cases.files.seal)
    found = accesses.search(Wanted(who=who, case_id=case_id), most=_PAGE, older_than=before)
    for each in found:
        when, case = local_time(each.at), grouped(each.reference)
        click.echo(f"{each.id:>8}  {when}  {each.who:<20} {case}  {each.what:<10} {each.channel}")
    if not found:
        click.echo("Nobody looked.")
    if len(found) == _PAGE:
        click.echo(f"More: --before {found[-1].id}")


def _expected(written: str | None) -> Head | None:
    try:
        return read_head(written) if written else None
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _findings(checked: Audit, expected: Head | None, head: Head) -> list[Finding]:
    with click.progressbar(range(head.n), label="Links", file=sys.stderr) as bar:
        return list(checked.verify(expected, bar.update))
