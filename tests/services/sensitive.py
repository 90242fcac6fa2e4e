"""Complaints that others who hold the phone are not to learn of, for tests."""

from simulator.caller import Caller
from tests.service import Service, reference_on

PIN = "4071"
STORY = "कल रात मुझे मारा"
TO_CONFIRM = ("1", "2", "800001", "कोत", "1", STORY)
WITHOUT_SMS, WITH_SMS = "1", "2"


def registers_silently(caller: Caller) -> str:
    """Register a complaint about violence of which no SMS is to come; give its number."""
    return _registers(caller, WITHOUT_SMS)


def registers_with_pin(caller: Caller) -> str:
    """Register a complaint about violence of which SMS may come; give its number."""
    return _registers(caller, WITH_SMS)


def _registers(caller: Caller, wish: str) -> str:
    caller.dials()
    for typed in (*TO_CONFIRM, wish, PIN):
        caller.types(typed)
    return reference_on(caller.screen)


def opens(caller: Caller, reference: str, pin: str = PIN) -> Caller:
    """Dial, and ask for a case with its PIN."""
    return caller.dials(f"2*{reference}").types(pin)


def goes_on(caller: Caller) -> str:
    """Page to the end of what is shown, and give all of it."""
    shown = caller.screen
    while "\n9 " in caller.screen:
        shown = shown.partition("\n9 ")[0] + " " + caller.types("9").screen
    return shown


def wrong_pins(service: Service, reference: str, times: int, phone: str) -> Caller:
    """Let somebody guess a PIN so often."""
    caller = service.caller(phone).dials(f"2*{reference}")
    for guess in range(times):
        caller.types(f"{1000 + guess}")
    return caller
