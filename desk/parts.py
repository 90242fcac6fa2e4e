"""What the pages of the desk work with."""

from __future__ import annotations

from dataclasses import dataclass

from audio.vault import Vault
from casework.accesses import Accesses
from casework.casebook import Casebook
from casework.duplicates import Duplicates
from casework.figures import Figures
from casework.officers import Officers
from casework.seen import SeenCases
from casework.sign_in import SignIns
from casework.stations import Stations
from casework.work import Work
from core.calls import Calls
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
    officers: Officers
    sign_ins: SignIns
    stations: Stations
    casebook: Casebook
    accesses: Accesses
    duplicates: Duplicates
    figures: Figures
    seen: SeenCases
    calls: Calls
