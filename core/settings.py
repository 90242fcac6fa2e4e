"""Settings, from the environment or a `.env` file; `docs/settings.md` lists them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from cryptography.fernet import Fernet
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.alphabet import USSD, Budget
from core.embedded import redis_url
from core.sealing import Seal

_NEEDED_IN_PRODUCTION = (
    "database_url",
    "redis_url",
    "secret_key",
    "data_keys",
    "webhook_key",
    "service_code",
    "voice_number",
)
_LEAST_LENGTHS = {"secret_key": 32, "webhook_key": 16}


class SettingsError(Exception):
    """The settings are not fit to start with; the message has a line for each fault."""


class Settings(BaseSettings):
    """Everything an operator can set. The demo needs none of it."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    env: Literal["demo", "production"] = Field("demo", alias="PUKAR_ENV")
    port: int = Field(8000, alias="PORT", ge=1, le=65535)
    data_dir: Path = Field(Path("var"), alias="DATA_DIR")
    database_url: str = Field("", alias="DATABASE_URL")
    redis_url: str = Field("", alias="REDIS_URL")
    secret_key: str = Field("", alias="SECRET_KEY")
    data_keys: str = Field("", alias="DATA_KEYS")
    webhook_key: str = Field("", alias="WEBHOOK_KEY")
    service_code: str = Field("", alias="SERVICE_CODE")
    voice_number: str = Field("", alias="VOICE_NUMBER")
    africastalking_ussd_septets: int = Field(USSD.septets, alias="AFRICASTALKING_USSD_SEPTETS")
    africastalking_ussd_units: int = Field(USSD.units, alias="AFRICASTALKING_USSD_UNITS")

    @property
    def is_demo(self) -> bool:
        """Whether embedded defaults stand in for what is not set."""
        return self.env == "demo"

    @property
    def has_embedded_redis(self) -> bool:
        """Whether the session store is the one in the data folder."""
        return self.redis_url == redis_url(self.data_dir.resolve())

    @property
    def africastalking_budget(self) -> Budget:
        """What the operator behind Africa's Talking allows on one screen."""
        return Budget(self.africastalking_ussd_septets, self.africastalking_ussd_units)


def read_settings() -> Settings:
    """Read the settings, fill in the demo's defaults; raise SettingsError where one is wrong."""
    try:
        settings = Settings()
    except ValidationError as error:
        lines = (f"{each['loc'][0]}: {each['msg']}." for each in error.errors())
        raise SettingsError("\n".join(lines)) from error
    if settings.is_demo:
        settings = settings.model_copy(update=_demo_defaults(settings))
    if faults := [*_missing(settings), *_weak(settings)]:
        raise SettingsError("\n".join(faults))
    return settings


def _missing(settings: Settings) -> Iterator[str]:
    for name in _NEEDED_IN_PRODUCTION:
        if not settings.is_demo and not getattr(settings, name):
            yield f"{name.upper()} is not set; production does not start without it."


def _weak(settings: Settings) -> Iterator[str]:
    for name, least in _LEAST_LENGTHS.items():
        value = getattr(settings, name)
        if value and len(value) < least and not settings.is_demo:
            yield f"{name.upper()} is too short: at least {least} characters."
    try:
        Seal(settings.data_keys, settings.secret_key)
    except ValueError:
        if settings.data_keys:
            yield "DATA_KEYS must be Fernet keys: docs/settings.md shows how to make one."


def _demo_defaults(settings: Settings) -> dict[str, Any]:
    folder = settings.data_dir.resolve()
    defaults = {
        "database_url": f"sqlite:///{folder / 'pukar.sqlite'}",
        "redis_url": redis_url(folder),
        "service_code": "*384*78527#",
        "voice_number": "06120000000",
        **_demo_keys(folder),
    }
    return {name: value for name, value in defaults.items() if not getattr(settings, name)}


def _demo_keys(folder: Path) -> dict[str, str]:
    """Give the keys of this data folder, made at its first use and readable by its owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / "keys.json"
    if not file.exists():
        keys = {
            "secret_key": secrets.token_urlsafe(32),
            "data_keys": Fernet.generate_key().decode(),
        }
        draft = folder / f"keys.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(keys))
        with suppress(FileExistsError):  # another process was first: its keys are the keys
            file.hardlink_to(draft)
        draft.unlink()
    kept: dict[str, str] = json.loads(file.read_text())
    return kept
