"""What the API works with."""

from __future__ import annotations

from dataclasses import dataclass

from casework.accesses import Accesses
from casework.clients import Clients
from casework.exchange import Exchange
from casework.hooks import Hooks
from casework.records import RecordSets
from casework.repeats import Repeats
from casework.work import Work
from core.duty_officer import Office
from core.sealing import Seal


@dataclass(frozen=True)
class ApiParts:
    """The parts of the service that other systems meet."""

    office: Office
    clients: Clients
    exchange: Exchange
    accesses: Accesses
    repeats: Repeats
    hooks: Hooks
    work: Work
    records: RecordSets
    seal: Seal
    redis_url: str
    rate: str
    proxies: int
