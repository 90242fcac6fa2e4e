"""What a caller meets first: the services, and the languages."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from itertools import count
from typing import Any, TypeAlias

from core.conversation import REGISTERED_BEFORE
from core.dialogue import Choice, Last, Once, option
from core.police import Police
from core.scripts.check_status import check_status
from core.scripts.register_complaint import register_complaint, registered
from core.text import Text, Words

Service: TypeAlias = Callable[[Police], Coroutine[Any, Any, Words | Last]]

# New ones go to the end: callers dial straight to a service by its key (*CODE*2*REFERENCE#).
SERVICES: dict[str, tuple[Text, Service]] = {
    "complaint": (Text("Complaint"), register_complaint),
    "status": (Text("Status"), check_status),
}


async def main_menu(police: Police) -> Words | Last:
    """Offer the services and the languages."""
    if reference := await Once(REGISTERED_BEFORE, police.registered_before):
        return await registered(police, reference)
    services = [option(name, label) for name, (label, _) in SERVICES.items()]
    languages = [option(code, own_name) for code, own_name in police.languages]
    for visit in count(1):
        options = (*services, *languages)
        wish = await Choice(f"wish_{visit}", Text("Pukar: Bihar Police"), options, passing=True)
        if wish in SERVICES:
            return await SERVICES[wish][1](police)
        await Once(f"language_{visit}", partial(police.speak, wish))
    raise AssertionError("unreachable")
