"""A service that is dialled: choosing from its menus, reading to the end of a text."""

from core.language import render
from core.scripts.main_menu import BELOW
from core.services import SERVICES
from simulator.caller import Caller
from tests.fakes import LANGUAGES


def opens(caller: Caller, key: str) -> Caller:
    """Dial, and choose a service of a menu below the first."""
    language, service = LANGUAGES.get("hi"), SERVICES[key]
    caller.dials().chooses(render(BELOW[service.menu], language))
    return caller.chooses(render(service.label, language))


def types(caller: Caller, *inputs: str) -> Caller:
    for typed in inputs:
        caller.types(typed)
    return caller


def reads_on(caller: Caller) -> str:
    """Read a text to its end, as one line."""
    read = caller.screen
    while "\n9 " in caller.screen:
        caller.types("9")
        read += f"\n{caller.screen}"
    return " ".join(line for line in read.split("\n") if not line.startswith(("9 ", "0 ")))
