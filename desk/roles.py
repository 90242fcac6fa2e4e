"""What the roles are called at the desk."""

from __future__ import annotations

from casework.viewer import Role
from core.text import Text

ROLE_NAMES: dict[Role, Text] = {
    "station": Text("Station officer"),
    "women": Text("Women's desk"),
    "district": Text("District supervisor"),
    "state": Text("State control room"),
    "auditor": Text("Auditor"),
    "admin": Text("Administrator"),
}
