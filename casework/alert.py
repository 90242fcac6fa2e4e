"""Whom the police are alerted by: of something urgent, whoever can act on it, from below upwards.

| level | who |
|---|---|
| station | the officers of the case's station (1) |
| supervisor | the supervisors of the district |
| state | the state control room |

(1) Of what concerns women or children the women's desk of the district, and the station's officers
only if theirs is a women's station; of what no station ever sees, nobody (casework/viewer.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias, get_args

from sqlalchemy import ColumnElement, Connection, Row, and_, false, or_, select

from casework.viewer import OF_THE_WOMENS_DESK
from core.directory import Directory
from core.protection import KEPT_FROM_STATIONS
from core.tables import officers

Level: TypeAlias = Literal["station", "supervisor", "state"]
LEVELS: tuple[Level, ...] = get_args(Level)


def who_can_act(
    connection: Connection, directory: Directory, case: Row[Any], level: Level
) -> Sequence[Row[Any]]:
    """List the officers in service at a level who may act on a case."""
    who = {"station": _at_station, "supervisor": _supervisors, "state": _at_state}[level]
    query = select(officers).where(officers.c.is_active, who(directory, case))
    return connection.execute(query.order_by(officers.c.id)).all()


def _at_station(directory: Directory, case: Row[Any]) -> ColumnElement[bool]:
    if case.protection in KEPT_FROM_STATIONS:
        return false()
    at_station = and_(officers.c.role == "station", officers.c.station == case.station)
    if case.protection not in OF_THE_WOMENS_DESK:
        return at_station
    womens_desk = and_(officers.c.role == "women", officers.c.district == case.district)
    station = directory.station(case.station)
    is_womens_station = station is not None and station.kind == "mahila"
    return or_(womens_desk, at_station) if is_womens_station else womens_desk


def _supervisors(_: Directory, case: Row[Any]) -> ColumnElement[bool]:
    return and_(officers.c.role == "district", officers.c.district == case.district)


def _at_state(_: Directory, __: Row[Any]) -> ColumnElement[bool]:
    return officers.c.role == "state"
