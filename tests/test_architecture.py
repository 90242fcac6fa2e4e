"""Things that nobody should have to remember."""

from pathlib import Path

import pytest

from tests.service import Service

ROOT = Path(__file__).parent.parent
OPEN = {"/health/live", "/health/ready", "/simulator/", "/simulator/inbox"}


@pytest.mark.redis
def test_every_address_that_takes_posts_checks_who_calls(service: Service) -> None:
    """Without its key in production; what only reads is listed above."""
    for rule in service.app.url_map.iter_rules():
        methods = rule.methods or set()
        if "POST" in methods:
            blueprint = rule.endpoint.partition(".")[0]
            assert service.app.before_request_funcs.get(blueprint), rule
        else:
            assert rule.rule in OPEN or rule.rule.startswith("/simulator/static/"), rule


def test_a_providers_name_stands_in_its_own_file_only() -> None:
    """...and where it is chosen, set or played: `app.py`, the settings, the simulator."""
    chosen = {
        "app.py",
        "core/settings.py",
        "simulator/caller.py",
        "ussd/gateways/africastalking.py",
    }
    naming = {
        str(file.relative_to(ROOT))
        for part in ("core", "ussd", "sms", "console", "simulator")
        for file in (ROOT / part).rglob("*.py")
        if "africastalking" in file.read_text().lower().replace("'s ", "s").replace(" ", "")
    }
    assert naming <= chosen


def test_no_file_is_a_drawer_for_anything() -> None:
    drawers = {"utils", "helpers", "common", "base", "manager", "handler", "service", "processor"}
    files = [
        file for part in ("core", "ussd", "sms", "console") for file in (ROOT / part).rglob("*")
    ]
    assert not [file for file in files if file.stem in drawers]
