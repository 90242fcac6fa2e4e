"""The parts of a running service, as the commands use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app

from api.parts import ApiParts
from audio.library import Library
from audio.vault import Vault
from casework.accesses import Accesses
from casework.audit import Audit
from casework.calendar import Calendar
from casework.officers import Officers
from casework.overseer import Overseer
from core.calls import Calls
from core.cases import Cases
from core.database import Database
from core.dlt import Register
from core.duty_officer import Office
from core.gateway_shares import GatewayShares
from core.outbox import Outbox
from core.recordings import Recordings
from core.settings import Settings
from core.voice_gaps import VoiceGaps
from ivr.collector import Collector
from ivr.dialler import Dialler
from sms.entrance import Entrance
from sms.postman import Postman
from sms.switchboard import Switchboard

KEY = "pukar"


@dataclass(frozen=True)
class Parts:
    """What `create_app` has put together; without a `dialler` no calls are made."""

    settings: Settings
    database: Database
    office: Office
    outbox: Outbox
    shares: GatewayShares
    register: Register
    switchboard: Switchboard
    postman: Postman
    entrance: Entrance
    library: Library
    vault: Vault
    calls: Calls
    recordings: Recordings
    gaps: VoiceGaps
    collector: Collector
    overseer: Overseer
    calendar: Calendar
    dialler: Dialler | None
    officers: Officers
    api: ApiParts

    @property
    def cases(self) -> Cases:
        """Give the register of cases."""
        return self.office.cases

    @property
    def accesses(self) -> Accesses:
        """Give the log of who looked at what."""
        return Accesses(self.database, self.cases.files.seal)

    @property
    def audit(self) -> Audit:
        """Give what checks the chain over events and accesses."""
        return Audit(self.database, self.cases.files.seal)


def current_parts() -> Parts:
    """Give the parts of the service the command runs in."""
    return cast("Parts", current_app.extensions[KEY])


def prepared() -> Parts:
    """Give the parts with a database that has its tables; the demo makes them by itself.

    Raises DatabaseDown, with what to do next, where it has not.
    """
    parts = current_parts()
    if parts.settings.is_demo:
        parts.database.migrate(parts.cases.files.seal)
    parts.database.ping()
    return parts
