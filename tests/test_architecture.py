"""Things that nobody should have to remember."""

from pathlib import Path

import pytest

from tests.service import Service

ROOT = Path(__file__).parent.parent
PARTS = (
    "api",
    "audio",
    "casework",
    "console",
    "core",
    "desk",
    "ivr",
    "providers",
    "simulator",
    "sms",
    "ussd",
)
IN_THE_DEMO = ("/simulator/static/", "/simulator/voice/")
OPEN = {
    "/",
    "/api/v1/openapi.json",
    "/audio/<language>/<_version>/<tokens>.wav",
    "/health/live",
    "/health/ready",
    "/simulator/",
    "/simulator/inbox",
}


@pytest.mark.redis
def test_every_address_checks_who_calls(service: Service) -> None:
    """Without its key in production; what anybody may read is listed above."""
    for rule in service.app.url_map.iter_rules():
        if rule.rule not in OPEN and not rule.rule.startswith(IN_THE_DEMO):
            blueprint = rule.endpoint.partition(".")[0]
            assert service.app.before_request_funcs.get(blueprint), rule


@pytest.mark.parametrize("provider", ["africastalking", "twilio", "kannel"])
def test_a_providers_name_stands_in_its_own_file_only(provider: str) -> None:
    """...and where it is chosen, set or played: `app.py`, the settings, the simulator."""
    chosen = {
        "core/settings.py",
        "simulator/caller.py",
        "sms/commands.py",  # the source of the words that carriers act on
        f"sms/gateways/{provider}.py",
        f"ussd/gateways/{provider}.py",
        f"ivr/gateways/{provider}.py",
        f"providers/{provider}.py",
    }
    naming = {
        str(file.relative_to(ROOT))
        for part in PARTS
        for file in (ROOT / part).rglob("*.py")
        if provider in file.read_text().lower().replace("'s ", "s").replace(" ", "")
    }
    assert naming <= chosen


def test_no_file_is_a_drawer_for_anything() -> None:
    drawers = {"utils", "helpers", "common", "base", "manager", "handler", "service", "processor"}
    files = [file for part in PARTS for file in (ROOT / part).rglob("*")]
    assert not [file for file in files if file.stem in drawers]
