"""`pukar talk`: a phone in the terminal."""

from __future__ import annotations

import re

import click
from flask import current_app
from flask.cli import with_appcontext

from console.parts import current_parts
from console.serve import embedded
from core.phone import PhoneError, normalise_phone
from simulator.caller import Caller


@click.command()
@click.option("--phone", default="+919800000001", show_default=True, help="Number of one's own.")
@click.option("--dial", default="", help="Dial straight to something, such as 2*4829135706.")
@with_appcontext
def talk(phone: str, dial: str) -> None:
    """Dial the service from the terminal; on leaving, print the call as a test.

    Type what you would key in. An empty line hangs up.
    """
    parts = current_parts()
    if not parts.settings.is_demo:
        raise click.ClickException("pukar talk works in the demo only: set PUKAR_ENV=demo.")
    try:
        phone = normalise_phone(phone)
    except PhoneError as error:
        raise click.ClickException("--phone needs a number such as +919800000001.") from error
    with embedded(parts):
        caller = Caller(current_app.test_client(), phone, parts.settings.service_code)
        _call(caller.dials(dial))
        parts.postman.round()
    click.echo(_as_test(caller))


def _as_test(caller: Caller) -> str:
    """Write the call as a test; what is another at each call (numbers, dates) stays out."""
    words = re.split(r"\d{2,}", caller.screen)[0].rstrip()
    return (
        "\nThe same as a test, for a phone that has not called before:\n\n"
        "def test_this_call(caller: Caller) -> None:\n"
        f"    caller.{'.'.join(caller.said)}\n"
        f"    assert caller.screen.startswith({words!r})\n"
    )


def _reply() -> str:
    """Read what is typed; the end of the input (Ctrl-D) or Ctrl-C hangs up."""
    try:
        return str(click.prompt(">", prompt_suffix=" ", default="", show_default=False))
    except click.Abort:
        return ""


def _call(caller: Caller) -> None:
    click.echo(f"\n{caller.screen}\n")
    while caller.is_connected:
        typed = _reply()
        if not typed:
            caller.drops()
            return
        click.echo(f"\n{caller.types(typed).screen}\n")
