"""All services of the police: adding one is its script and its line here."""

from __future__ import annotations

from core.protection import Protection
from core.scripts.character_certificate import CHARACTER_CERTIFICATE
from core.scripts.check_status import STATUS
from core.scripts.emergency import EMERGENCY_HELP
from core.scripts.event_permission import EVENT_PERMISSION
from core.scripts.fir_status import FIR_STATUS
from core.scripts.lost_property import LOST_PROPERTY
from core.scripts.missing_person import MISSING_PERSON
from core.scripts.register_complaint import COMPLAINTS
from core.scripts.secret_information import SECRET_INFORMATION
from core.scripts.senior_citizen import SENIOR_CITIZEN
from core.scripts.station_lookup import STATION_LOOKUP
from core.scripts.vehicle_lookup import VEHICLE_LOOKUP
from core.scripts.verifications import (
    DRIVER_VERIFICATION,
    EMPLOYEE_VERIFICATION,
    HELP_VERIFICATION,
    TENANT_VERIFICATION,
)
from core.scripts.wanted import WANTED
from core.service_entry import Course, Kind, Service
from core.text import Text

# In the order in which menus offer them.
_ALL = (
    COMPLAINTS,
    STATUS,
    STATION_LOOKUP,
    EMERGENCY_HELP,
    CHARACTER_CERTIFICATE,
    TENANT_VERIFICATION,
    HELP_VERIFICATION,
    DRIVER_VERIFICATION,
    EMPLOYEE_VERIFICATION,
    LOST_PROPERTY,
    MISSING_PERSON,
    EVENT_PERMISSION,
    VEHICLE_LOOKUP,
    SENIOR_CITIZEN,
    SECRET_INFORMATION,
    FIR_STATUS,
    WANTED,
)

SERVICES: dict[str, Service] = {service.key: service for service in _ALL}
KINDS: dict[str, Kind] = {key: kind for service in _ALL for key, kind in service.kinds.items()}
KIND_LABELS: dict[str, Text] = {key: kind.label for key, kind in KINDS.items()}
PROTECTED_KINDS: dict[str, Protection] = {
    key: kind.protection for key, kind in KINDS.items() if kind.protection
}


def course_of(service: str) -> Course:
    """Give where the cases of a service may go; KeyError for one that registers nothing."""
    course = SERVICES[service].course
    if course is None:
        raise KeyError(service)
    return course
