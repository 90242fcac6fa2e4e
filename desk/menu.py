"""The entries of the menu: those whose page exists and is for this viewer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app, request, url_for

from casework.viewer import ROLES, Role, Viewer
from core.text import Text

_CASES: tuple[Role, ...] = ("station", "women", "district", "state", "auditor")


@dataclass(frozen=True, slots=True)
class Entry:
    """A page that the menu leads to."""

    endpoint: str
    words: Text
    roles: tuple[Role, ...] = ROLES

    @property
    def url(self) -> str:
        """Give its address."""
        return url_for(self.endpoint)

    @property
    def is_here(self) -> bool:
        """Whether this request is for it."""
        return request.endpoint == self.endpoint


_ENTRIES = (
    Entry("desk.inbox", Text("Cases"), _CASES),
    Entry("desk.supervisor", Text("Figures"), ("district", "state", "auditor")),
    Entry("desk.letters", Text("Letters"), ("state", "auditor", "admin")),
    Entry("desk.stations", Text("Stations"), ("state", "auditor", "admin")),
    Entry("desk.people", Text("Officers"), ("admin",)),
    Entry("desk.access_log", Text("Who looked at what"), ("state", "auditor")),
)


def entries_for(viewer: Viewer) -> Iterator[Entry]:
    """List the entries for a viewer."""
    for entry in _ENTRIES:
        if viewer.role in entry.roles and entry.endpoint in current_app.view_functions:
            yield entry


def home_of(viewer: Viewer) -> str:
    """Give the address where a viewer begins."""
    first = next(entries_for(viewer), None)
    return first.url if first else url_for("desk.account")
