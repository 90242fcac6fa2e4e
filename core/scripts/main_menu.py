"""What a caller meets first: the services in the order in which people need them."""

from __future__ import annotations

from functools import partial
from itertools import count

from core.conversation import REGISTERED_BEFORE
from core.dialogue import Choice, Last, Once, Option, option
from core.police import Police
from core.scripts.send_application import registered
from core.service_entry import Menu, Service
from core.services import SERVICES
from core.text import Text, Words

# Callers dial straight to what has its place here (*CODE*2*REFERENCE#), whatever their page of the
# menu holds: new ones go to the end.
FIRST = (
    "complaint",
    "status",
    "certificates",
    "lost",
    "station_lookup",
    "emergency",
    "language",
    "more",
)
BELOW: dict[Menu, Text] = {
    "certificates": Text("Certificate, verification"),
    "lost": Text("Lost or missing"),
    "more": Text("Other services"),
}
_LANGUAGE = option("language", Text("Language"))


async def main_menu(police: Police) -> Words | Last:
    """Offer the services and the languages."""
    if before := await Once(REGISTERED_BEFORE, police.registered_before):
        return await registered(police, SERVICES[before["service"]], before["reference"])
    for visit in count(1):
        options = tuple(each for key in FIRST for each in _offer(police, key))
        wish = await Choice(f"wish_{visit}", Text("Pukar: Bihar Police"), options, passing=True)
        if wish == "language":
            await _choose_language(police, visit)
            continue
        if wish in BELOW:
            wish = await _choose_below(police, wish, visit)
        return await SERVICES[wish].script(police)
    raise AssertionError("unreachable")


def path_to(service: Service) -> dict[str, str]:
    """Give the answers that lead to a service."""
    if service.menu == "first":
        return {"wish_1": service.key}
    return {"wish_1": service.menu, "service_1": service.key}


async def _choose_language(police: Police, visit: int) -> None:
    languages = tuple(option(code, own_name) for code, own_name in police.languages)
    tongue = await Choice(f"tongue_{visit}", Text("Which language?"), languages, passing=True)
    await Once(f"language_{visit}", partial(police.speak, tongue))


async def _choose_below(police: Police, menu: str, visit: int) -> str:
    label = next(text for key, text in BELOW.items() if key == menu)
    services = tuple(option(each.key, each.label) for each in _on_menu(police, menu))
    wish: str = await Choice(f"service_{visit}", label, services, passing=True)
    return wish


def _offer(police: Police, key: str) -> tuple[Option[str], ...]:
    """Give the option of the first menu, if there is anything behind it."""
    if key == "language":
        return (_LANGUAGE,)
    if label := next((text for menu, text in BELOW.items() if menu == key), None):
        return (option(key, label),) if _on_menu(police, key) else ()
    return (option(key, SERVICES[key].label),) if key in SERVICES else ()


def _on_menu(police: Police, menu: str) -> list[Service]:
    return [each for each in SERVICES.values() if each.menu == menu and police.offers(each.key)]
