"""Settings, from the environment or a `.env` file; `docs/settings.md` lists them."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any, Literal

from cryptography.fernet import Fernet
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.alphabet import USSD, Budget
from core.embedded import redis_url

_NEEDED_IN_PRODUCTION = (
    "database_url",
    "redis_url",
    "secret_key",
    "data_keys",
    "webhook_key",
    "service_code",
    "voice_number",
)


class SettingsError(Exception):
    """The settings are not complete; the message has a line for each that is missing."""


class Settings(BaseSettings):
    """Everything an operator can set. The demo needs none of it."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    env: Literal["demo", "production"] = Field("demo", alias="PUKAR_ENV")
    port: int = Field(8000, alias="PORT")
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
    """Read the settings, fill in the demo's defaults; raise SettingsError where one is missing."""
    settings = Settings()
    if settings.is_demo:
        return settings.model_copy(update=_demo_defaults(settings))
    missing = [name for name in _NEEDED_IN_PRODUCTION if not getattr(settings, name)]
    if missing:
        lines = (
            f"{name.upper()} is not set; production does not start without it." for name in missing
        )
        raise SettingsError("\n".join(lines))
    return settings


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
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "keys.json"
    if not file.exists():
        keys = {
            "secret_key": secrets.token_urlsafe(32),
            "data_keys": Fernet.generate_key().decode(),
        }
        draft = folder / f"keys.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(keys))
        draft.rename(file)
    kept: dict[str, str] = json.loads(file.read_text())
    return kept
