"""The served description, held against the API by a tester that thinks up requests."""

import re
from collections.abc import Iterable, Iterator
from itertools import count
from threading import Thread
from typing import Any
from wsgiref.types import StartResponse

import pytest
import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from werkzeug.serving import make_server

from tests.api.conftest import Partner, partner_of
from tests.service import Service

pytestmark = pytest.mark.redis

EXAMPLES = 20  # for each operation, beside those that come of its description


@pytest.fixture
def address(tireless_service: Service) -> Iterator[str]:
    """Where the API is served for the length of a test."""
    server = make_server("127.0.0.1", 0, KeysOfTheirOwn(tireless_service.app), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/v1/openapi.json"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def described(tireless_service: Service, address: str) -> schemathesis.BaseSchema:
    """The description, and a client with cases and a hook to ask for."""
    partner = partner_of(tireless_service)
    _fill(partner)
    config = SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "headers": {"Authorization": f"Bearer {partner.token}"},
            "generation": {
                "mode": "all",
                "max-examples": EXAMPLES,
                "deterministic": True,
                "database": "none",
            },
        }
    )
    return schemathesis.openapi.from_url(address, config=config)


def test_whatever_is_asked_the_answer_is_a_documented_one(
    described: schemathesis.BaseSchema,
) -> None:
    faults, checked = [], set()
    for event in from_schema(described).execute():
        assert not isinstance(event, FatalError | NonFatalError), vars(event)
        if isinstance(event, ScenarioFinished):
            for case, checks in event.recorder.checks.items():
                checked |= {each.name for each in checks}
                asked = event.recorder.cases[case].value
                faults += [
                    f"{each.name}: {each.failure_info}\n{asked.as_curl_command()}"
                    for each in checks
                    if each.status is not Status.SUCCESS
                ]
    assert not faults, "\n\n".join(faults)
    assert {"not_a_server_error", "ignored_auth", "response_schema_conformance"} <= checked


def _fill(partner: Partner) -> None:
    for name in ("a1", "a2", "a3"):
        partner.registers(name)
    assert partner.post("/hooks", {"url": "https://hook.example.in/"}).status_code == 201


class KeysOfTheirOwn:
    """A key that comes twice with other contents is refused, and is to be: here none does."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._numbers = count()

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        key = environ.get("HTTP_IDEMPOTENCY_KEY")
        if key and re.fullmatch("[!-~]{1,64}", key):
            environ["HTTP_IDEMPOTENCY_KEY"] = f"{key[:50]}{next(self._numbers)}"
        return self._app(environ, start)
