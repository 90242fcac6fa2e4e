"""The whole service as tests meet it: its web doors, its commands, its postman."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from app import create_app
from console.parts import KEY, Parts
from core.cases import Case
from core.settings import Settings
from simulator.caller import Caller
from sms.postman import Postman
from sms.switchboard import Route, Switchboard

NO_CLIPS = Path("/no/such/folder")
DATA_KEY = Fernet.generate_key().decode()


@dataclass
class Service:
    """A running service, with its data for one test."""

    app: Flask

    @property
    def parts(self) -> Parts:
        parts: Parts = self.app.extensions[KEY]
        return parts

    @property
    def redis(self) -> Redis:
        return Redis.from_url(self.parts.settings.redis_url)

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def caller(self, phone: str = "+919800000001") -> Caller:
        return Caller(self.client, phone)

    def pukar(self, *command: str) -> str:
        """Run a command of the console and give its output; fail where it fails."""
        result = self.app.test_cli_runner().invoke(args=[*command], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    def only_case(self) -> Case:
        """Open the one case there is."""
        [line] = self.parts.cases.newest()
        case = self.parts.cases.find(line.reference)
        assert case
        return case

    def inbox(self, phone: str = "+919800000001") -> list[str]:
        """Let the postman go round, and read the letters of a phone, the newest first."""
        postman = self.parts.postman
        while postman.round():
            pass
        answer = self.client.get("/simulator/inbox", query_string={"phone": phone})
        return [letter["text"] for letter in json.loads(answer.text)]


def postman_of(service: Service, *routes: Route) -> Postman:
    """Give a postman of this service with gateways of a test's own."""
    parts = service.parts
    switchboard = Switchboard(routes, parts.shares)
    return Postman(replace(parts.postman.office, switchboard=switchboard))


def settings_for(**values: object) -> Settings:
    """Give the settings of a demo with these values."""
    defaults = {
        "secret_key": "for tests only",
        "data_keys": DATA_KEY,
        "service_code": "*384*78527#",
        "voice_number": "06120000000",
        "sms_number": "56161",
        "public_url": "http://localhost",
        "sms_gateways": "simulator",
        "audio_dir": NO_CLIPS,
    }
    return Settings.model_construct(**{**Settings().model_dump(), **defaults, **values})


@contextmanager
def service_with(**values: object) -> Iterator[Service]:
    """Run a service with these settings."""
    service = Service(create_app(settings_for(**values)))
    yield service
    service.parts.database.close()
    service.parts.office.sessions.close()


def registers(caller: Caller, story: str = "कल रात साइकिल चोरी हो गई") -> str:
    """Register a theft at Gardanibagh, Patna, and give its reference number."""
    for typed in ("1", "4", "800001", "1", story, "1"):
        if not caller.keyed and not caller.is_connected:
            caller.dials()
        caller.types(typed)
    return reference_on(caller.screen)


def reference_on(screen: str) -> str:
    found = re.search(r"\d{3} \d{3} \d{4}", screen)
    assert found, screen
    return found[0].replace(" ", "")
