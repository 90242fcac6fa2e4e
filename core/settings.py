"""Settings, from the environment or a `.env` file; `docs/settings.md` lists them."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any, Literal

from cryptography.fernet import Fernet
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.alphabet import USSD, Budget
from core.clock import QuietHours
from core.conversation import EMERGENCY_NUMBER
from core.embedded import redis_url
from core.phone import PhoneError, normalise_phone
from core.sealing import Seal
from core.services import SERVICES

_NEEDED_IN_PRODUCTION = (
    "database_url",
    "redis_url",
    "secret_key",
    "data_keys",
    "webhook_key",
    "service_code",
    "voice_number",
    "sms_number",
    "recordings_url",
)
_NIGHT, _DAY, _NO_HOURS = "21:00-08:00", "06:00-22:00", "00:00-00:00"
_ADDRESS = r"https?://[!-.0-~]+(/[!-.0-~]+)*"
# What some settings look like, and an example.
_LOOKS = {
    "database_url": (
        r"(postgresql(\+psycopg)?|sqlite)://.*",
        "postgresql://user:password@host/name or sqlite:////path",
    ),
    "redis_url": (r"(rediss?|unix)://.+", "redis://host:6379/0 or unix:///path"),
    "public_url": (_ADDRESS, "https://pukar.example.in, without a slash at the end"),
    "africastalking_base_url": (_ADDRESS, "https://api.example.com"),
    "africastalking_voice_url": (_ADDRESS, "https://voice.example.com"),
    "africastalking_recording_hosts": (
        r"[a-z0-9.:-]+( *, *[a-z0-9.:-]+)*",
        "recordings.example.com, with a comma between two",
    ),
    "emergency_dial": (r"\+[0-9]{6,15}|[0-9]{3,15}", "112 or +916122201977"),
    "helplines_dial": (
        r"[0-9]{3,6}=(\+[0-9]{6,15}|[0-9]{3,15})( *, *[0-9]{3,6}=(\+[0-9]{6,15}|[0-9]{3,15}))*",
        "1098=1098, 1930=+911130001930",
    ),
    "fees": (r"[a-z_]+=[0-9]{1,5}( *, *[a-z_]+=[0-9]{1,5})*", "character_certificate=50"),
    "twilio_base_url": (_ADDRESS, "https://api.example.com"),
    "kannel_send_url": (_ADDRESS, "http://127.0.0.1:13013/cgi-bin/sendsms"),
    "api_rate": (r"[1-9][0-9]{0,6}/(second|minute|hour|day)", "600/minute"),
    "sms_number": (r"\+?[0-9 -]{3,20}", "56161 or +919800000001"),
}
_WEIGHT = re.compile(r"[1-9]\d{0,3}")
_RATE = re.compile(r"0|0?\.0[1-9]|0?\.[1-9]\d?|[1-9]\d{0,3}(\.\d{1,2})?")
_LEAST_LENGTHS = {"secret_key": 32, "webhook_key": 16}


# What a gateway in SMS_GATEWAYS cannot do without; one that is not here knows no account.
_NEEDED_BY_GATEWAY = {
    "africastalking": ("africastalking_username", "africastalking_api_key"),
    "twilio": ("twilio_account_sid", "twilio_auth_token", "twilio_number", "public_url"),
    "kannel": ("kannel_send_url", "kannel_username", "kannel_password", "public_url"),
    "simulator": (),
}


# What a gateway in VOICE_GATEWAY cannot do without.
_NEEDED_BY_VOICE_GATEWAY = {
    "africastalking": ("africastalking_username", "africastalking_api_key", "public_url"),
    "twilio": ("twilio_account_sid", "twilio_auth_token", "public_url"),
    "": (),
}


class SettingsError(Exception):
    """The settings are not fit to start with; the message has a line for each fault."""


@dataclass(frozen=True, slots=True)
class GatewayInUse:
    """One entry of SMS_GATEWAYS; `per_second` 0 means no limit."""

    name: str
    weight: int = 1
    per_second: float = 0
    is_dlt: bool = False


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
    sms_number: str = Field("", alias="SMS_NUMBER")
    public_url: str = Field("", alias="PUBLIC_URL")
    proxies: int = Field(0, alias="PROXIES", ge=0, le=9)
    sms_gateways: str = Field("", alias="SMS_GATEWAYS")
    sms_timeout: float = Field(45, alias="SMS_TIMEOUT", gt=0, le=100)
    quiet_hours: str = Field("", alias="QUIET_HOURS")
    voice_gateway: Literal["", "africastalking", "twilio"] = Field("", alias="VOICE_GATEWAY")
    missed_call_number: str = Field("", alias="MISSED_CALL_NUMBER")
    call_hours: str = Field("", alias="CALL_HOURS")
    letters_by_call: bool = Field(False, alias="LETTERS_BY_CALL")
    emergency_dial: str = Field("", alias="EMERGENCY_DIAL")
    helplines_dial: str = Field("", alias="HELPLINES_DIAL")
    fees: str = Field("", alias="FEES")
    open_figures: bool | None = Field(None, alias="OPEN_FIGURES")
    audio_dir: Path = Field(Path("audio/clips"), alias="AUDIO_DIR")
    recordings_url: str = Field("", alias="RECORDINGS_URL")
    africastalking_username: str = Field("", alias="AFRICASTALKING_USERNAME")
    africastalking_api_key: str = Field("", alias="AFRICASTALKING_API_KEY")
    africastalking_base_url: str = Field("", alias="AFRICASTALKING_BASE_URL")
    africastalking_sender: str = Field("", alias="AFRICASTALKING_SENDER")
    africastalking_voice_url: str = Field("", alias="AFRICASTALKING_VOICE_URL")
    africastalking_recording_hosts: str = Field("", alias="AFRICASTALKING_RECORDING_HOSTS")
    twilio_account_sid: str = Field("", alias="TWILIO_ACCOUNT_SID")
    twilio_auth_token: str = Field("", alias="TWILIO_AUTH_TOKEN")
    twilio_number: str = Field("", alias="TWILIO_NUMBER")
    twilio_base_url: str = Field("", alias="TWILIO_BASE_URL")
    kannel_send_url: str = Field("", alias="KANNEL_SEND_URL")
    kannel_username: str = Field("", alias="KANNEL_USERNAME")
    kannel_password: str = Field("", alias="KANNEL_PASSWORD")
    kannel_sender: str = Field("", alias="KANNEL_SENDER")
    dlt_entity_id: str = Field("", alias="DLT_ENTITY_ID")
    dlt_header: str = Field("", alias="DLT_HEADER")
    dlt_chain_hash: str = Field("", alias="DLT_CHAIN_HASH")
    api_rate: str = Field("600/minute", alias="API_RATE")
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
    def gateways_in_use(self) -> list[GatewayInUse]:
        """List the gateways that letters go through; raise ValueError where it is misspelt."""
        listed = (each.strip() for each in self.sms_gateways.split(","))
        in_use = [_gateway_in_use(each) for each in listed if each]
        if len({each.name for each in in_use}) < len(in_use):
            message = "a gateway stands there twice"
            raise ValueError(message)
        return in_use

    @property
    def nights(self) -> QuietHours:
        """Give the quiet hours; raise ValueError where they are misspelt.

        The demo has none: who tries it out at night wants to see the letters.
        """
        usual = _NO_HOURS if self.is_demo else _NIGHT
        start, end = (self.quiet_hours or usual).split("-")
        return QuietHours(_hour(start), _hour(end))

    @property
    def hours_without_calls(self) -> QuietHours:
        """Give the hours in which we call nobody; raise ValueError where they are misspelt."""
        usual = _NO_HOURS if self.is_demo else _DAY
        start, end = (self.call_hours or usual).split("-")
        return QuietHours(_hour(end), _hour(start))

    @property
    def has_voice(self) -> bool:
        """Whether calls can be made."""
        return bool(self.voice_gateway)

    @property
    def dials(self) -> dict[str, str]:
        """Give how each helpline is reached from our line; those not there are told to dial."""
        emergency = {EMERGENCY_NUMBER: self.emergency_dial} if self.emergency_dial else {}
        return {**emergency, **_pairs(self.helplines_dial)}

    @property
    def fees_by_service(self) -> dict[str, str]:
        """Give what services cost, in rupees."""
        return _pairs(self.fees)

    @property
    def shows_open_figures(self) -> bool:
        """Whether everybody may read the figures of the state."""
        return self.is_demo if self.open_figures is None else self.open_figures

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
    yield from _wrong_gateways(settings)
    yield from _wrong_calls(settings)
    for name, (pattern, example) in _LOOKS.items():
        value = getattr(settings, name)
        if value and not re.fullmatch(pattern, value):
            yield f"{name.upper()} looks like {example}."
    for service in settings.fees_by_service.keys() - SERVICES.keys():
        yield f"FEES: there is no service {service}; services: {', '.join(SERVICES)}."
    try:
        settings.nights  # noqa: B018  # read to see whether it can be
    except ValueError:
        yield "QUIET_HOURS looks like 21:00-08:00."
    try:
        Seal(settings.data_keys, settings.secret_key)
    except ValueError:
        if settings.data_keys:
            yield "DATA_KEYS must be Fernet keys: docs/settings.md shows how to make one."


def _wrong_gateways(settings: Settings) -> Iterator[str]:
    try:
        in_use = settings.gateways_in_use
    except ValueError as error:
        yield f"SMS_GATEWAYS: {error}."
        return
    for gateway in in_use:
        if gateway.name == "simulator" and not settings.is_demo:
            yield "SMS_GATEWAYS: the simulator is for the demo only."
        for name in _NEEDED_BY_GATEWAY[gateway.name]:
            if not getattr(settings, name):
                yield f"{name.upper()} is not set; {gateway.name} in SMS_GATEWAYS needs it."
        if gateway.is_dlt and not (settings.dlt_entity_id and settings.dlt_header):
            yield f"DLT_ENTITY_ID and DLT_HEADER must be set; {gateway.name} is marked dlt."


def _wrong_calls(settings: Settings) -> Iterator[str]:
    try:
        settings.hours_without_calls  # noqa: B018  # read to see whether it can be
    except ValueError:
        yield "CALL_HOURS looks like 06:00-22:00."
    for name in ("voice_number", "missed_call_number"):
        if settings.voice_gateway and not _is_phone(getattr(settings, name)):
            yield f"{name.upper()} looks like 06122201977 or +916122201977."
    if settings.missed_call_number and settings.missed_call_number == settings.voice_number:
        yield "MISSED_CALL_NUMBER must be another than VOICE_NUMBER: its calls are declined."
    for name in _NEEDED_BY_VOICE_GATEWAY[settings.voice_gateway]:
        if not settings.is_demo and not getattr(settings, name):
            yield f"{name.upper()} is not set; VOICE_GATEWAY needs it."


def _is_phone(number: str) -> bool:
    try:
        return not number or bool(normalise_phone(number))
    except PhoneError:
        return False


def _pairs(written: str) -> dict[str, str]:
    """Read name=value, name=value."""
    pairs = (each.strip().split("=", 1) for each in written.split(",") if "=" in each)
    return {name.strip(): value.strip() for name, value in pairs}


def _hour(written: str) -> time:
    if not re.fullmatch(r"\s*\d\d:\d\d\s*", written):
        raise ValueError(written)
    return time.fromisoformat(written.strip())


def _gateway_in_use(entry: str) -> GatewayInUse:
    """Read one entry: name[:weight[:letters per second]][:dlt]."""
    name, *parts = (part.strip() for part in entry.split(":"))
    is_dlt = parts[-1:] == ["dlt"]
    numbers = parts[:-1] if is_dlt else parts
    if name not in _NEEDED_BY_GATEWAY or len(numbers) > 2:  # noqa: PLR2004  # weight, rate
        known = ", ".join(_NEEDED_BY_GATEWAY)
        message = f"{entry!r} is no gateway; it looks like kannel:3:20:dlt, with one of {known}"
        raise ValueError(message)
    weight, per_second = [*numbers, *("1", "0")[len(numbers) :]]
    if not (_WEIGHT.fullmatch(weight) and _RATE.fullmatch(per_second)):
        message = f"{entry!r}: the weight is 1 to 9999, the letters per second 0.01 to 9999"
        raise ValueError(message)
    return GatewayInUse(name, int(weight), float(per_second), is_dlt)


def _demo_defaults(settings: Settings) -> dict[str, Any]:
    folder = settings.data_dir.resolve()
    defaults = {
        "database_url": f"sqlite:///{folder / 'pukar.sqlite'}",
        "redis_url": redis_url(folder),
        "service_code": "*384*78527#",
        "voice_number": "06120000000",
        "sms_number": "56161",
        "public_url": f"http://127.0.0.1:{settings.port}",
        "sms_gateways": "simulator",
        # The simulator plays this provider's part.
        "voice_gateway": "africastalking",
        "missed_call_number": "06120000001",
        "africastalking_voice_url": f"http://127.0.0.1:{settings.port}/simulator/voice",
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
