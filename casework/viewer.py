"""Who may see and do what: every query of the desk and of the API is narrowed here.

| role | sees | reads stories and numbers of | works |
|---|---|---|---|
| station | cases of his station | those (1) | those he reads |
| women | cases of her police district that concern women or children | those | those |
| district | cases of his police district | all of them | all of them |
| state | all cases, also those without a place | all of them | all of them |
| auditor | all cases | all but the protected | none |
| admin | none | none | none |

(1) The protected only if they are assigned to him, or if his is a women's station; else the list
shows a mask. A complaint about the police, and secret information, no station ever sees: not in a
list, not by its number, not if it is sent there. They are worked by the supervisor of the district
or by the state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from sqlalchemy import ColumnElement, false, or_, true

from core.protection import KEPT_FROM_STATIONS
from core.tables import cases

Role: TypeAlias = Literal["station", "women", "district", "state", "auditor", "admin"]
ROLES: tuple[Role, ...] = ("station", "women", "district", "state", "auditor", "admin")
OF_THE_WOMENS_DESK = ("women", "child")


class Placed(Protocol):
    """A case, as far as it says who may see it."""

    @property
    def district(self) -> str | None:
        """Give the police district."""

    @property
    def station(self) -> str | None:
        """Give the station."""

    @property
    def protection(self) -> str | None:
        """Say why not everybody may see it."""

    @property
    def officer_id(self) -> int | None:
        """Give the officer it is assigned to."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody signed in, or a client of the API: `login` stands in events and the access log.

    `is_womens_station` says whether his station is one (महिला थाना). A client that serves the
    whole state has the role "state", one of a district "district".
    """

    id: int
    login: str
    role: Role
    district: str | None = None
    station: str | None = None
    is_womens_station: bool = False

    # --- As a condition of a query

    def sees_rows(self) -> ColumnElement[bool]:
        """Give the condition of the cases that may be listed."""
        if self.role in ("state", "auditor"):
            return true()
        if self.role == "admin":
            return false()
        if self.role == "district":
            return cases.c.district == self.district
        if self.role == "women":
            theirs = cases.c.protection.in_(OF_THE_WOMENS_DESK)
            return (cases.c.district == self.district) & theirs
        open_to_stations = or_(
            cases.c.protection.is_(None), cases.c.protection.not_in(KEPT_FROM_STATIONS)
        )
        return (cases.c.station == self.station) & open_to_stations

    def reads_rows(self) -> ColumnElement[bool]:
        """Give the condition of the cases whose stories, numbers and notes may be looked into."""
        if self.role in ("women", "district", "state", "admin") or self.is_womens_station:
            return self.sees_rows()
        unprotected = cases.c.protection.is_(None)
        if self.role == "station":
            return self.sees_rows() & or_(unprotected, cases.c.officer_id == self.id)
        return self.sees_rows() & unprotected

    # --- For one case

    def sees(self, case: Placed) -> bool:
        """Say whether a case may be listed and opened, perhaps masked."""
        if self.role in ("state", "auditor"):
            return True
        if self.role == "district":
            return case.district == self.district
        if self.role == "women":
            return case.district == self.district and case.protection in OF_THE_WOMENS_DESK
        if self.role == "station":
            return case.station == self.station and case.protection not in KEPT_FROM_STATIONS
        return False

    def reads(self, case: Placed) -> bool:
        """Say whether the story, the recording, the number and the notes may be read."""
        if not self.sees(case):
            return False
        if case.protection is None or self.role in ("women", "district", "state"):
            return True
        if self.role == "station":
            return self.is_womens_station or case.officer_id == self.id
        return False

    def works(self, case: Placed) -> bool:
        """Say whether anything may be written into it."""
        return self.role != "auditor" and self.reads(case)

    @property
    def supervises(self) -> bool:
        """Whether he assigns cases of others, protects them, and sees figures."""
        return self.role in ("district", "state")
