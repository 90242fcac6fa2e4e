"""A service that is called, without its clips: the provider speaks by itself."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.text import Text
from tests.ivr.conftest import SETTINGS, VOICE, aloud, phone_of
from tests.ivr.phones import Phone
from tests.ivr.twilio_phone import TwilioPhone
from tests.service import Service, service_with

_MOST_PAGES = 4


@contextmanager
def called(database_url: str, redis_url: str, folder: Path, **more: object) -> Iterator[Service]:
    """Run a service that can be called."""
    stores = {"database_url": database_url, "redis_url": redis_url, "data_dir": folder}
    with service_with(**{**SETTINGS, **stores, **more}) as service:
        yield service


def phone(service: Service, number: str = "+919800000001") -> Phone:
    return phone_of(service, TwilioPhone, number)


def wants(phone: Phone, *labels: Text) -> Phone:
    """Press the keys of options, on whichever page each is read."""
    for label in labels:
        _press(phone, aloud(label))
    return phone


def _press(phone: Phone, label: str) -> None:
    for _ in range(_MOST_PAGES):
        if found := re.search(rf"{re.escape(label)} के लिए,? (\d)", phone.heard):
            phone.presses(found[1])
            return
        phone.presses("9")
    raise LookupError(f"no {label} here: {phone.heard}")


def tells(phone: Phone) -> Phone:
    """Wait for the beep, speak, and say that it is right."""
    phone.stays_silent().speaks(VOICE)
    return phone.presses("1")
