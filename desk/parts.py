"""What the pages of the desk work with."""

from __future__ import annotations

from dataclasses import dataclass

from audio.vault import Vault
from casework.work import Work
from core.deliveries import Deliveries
from core.dlt import Register
from core.duty_officer import Office
from core.gateway_shares import GatewayShares
from core.letters import Letterhead
from core.limits import Limits
from core.outbox import Outbox
from core.recordings import Recordings
from core.sealing import Seal
from core.settings import Settings
from desk.words import DeskWords


@dataclass(frozen=True)
class DeskParts:
    """The parts of the service that officers meet."""

    settings: Settings
    office: Office
    words: DeskWords
    work: Work
    limits: Limits
    outbox: Outbox
    deliveries: Deliveries
    letterhead: Letterhead
    recordings: Recordings
    vault: Vault
    shares: GatewayShares
    register: Register
    seal: Seal
