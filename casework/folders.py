"""The folders of the desk: which cases are in each, for whom."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Literal, TypeAlias, get_args

from sqlalchemy import ColumnElement

from casework.overseer import AT_STATE, AT_SUPERVISOR
from casework.viewer import Viewer
from core.clock import HERE, now
from core.tables import cases

Folder: TypeAlias = Literal[
    "new",
    "urgent",
    "mine",
    "waiting",
    "today",
    "overdue",
    "raised",
    "unsigned",
    "unplaced",
    "all",
]
FOLDERS: tuple[Folder, ...] = get_args(Folder)
OF_TIME: tuple[Folder, ...] = ("today", "overdue", "raised", "unsigned")
_UNFINISHED = ("new", "open", "waiting")


def in_folder(viewer: Viewer, folder: Folder) -> list[ColumnElement[bool]]:
    """Give the conditions of a folder; what is joined to another case is worked there."""
    if folder == "all":
        return []
    return [_mark_of(viewer, folder), cases.c.joined_to.is_(None)]


def _mark_of(viewer: Viewer, folder: Folder) -> ColumnElement[bool]:
    if folder in ("new", "waiting"):
        return cases.c.stage == folder
    if folder == "urgent":  # and nobody has taken it up
        return (cases.c.stage == "new") & cases.c.is_urgent & cases.c.officer_id.is_(None)
    unfinished = cases.c.stage.in_(_UNFINISHED)
    if folder == "mine":
        return (cases.c.officer_id == viewer.id) & unfinished
    if folder == "unplaced":
        column = cases.c.station if viewer.role == "district" else cases.c.district
        return column.is_(None) & unfinished
    return _mark_of_time(viewer, folder) & unfinished


def _mark_of_time(viewer: Viewer, folder: Folder) -> ColumnElement[bool]:
    moment = now()
    is_over = cases.c.due_at <= moment
    if folder == "today":
        midnight = start_of(moment.astimezone(HERE).date() + timedelta(days=1))
        return (cases.c.due_at > moment) & (cases.c.due_at <= midnight)
    if folder == "raised":
        # One that a citizen had opened again is the supervisor's before its time is over.
        level = AT_STATE if viewer.role == "state" else AT_SUPERVISOR
        return cases.c.due_at.is_not(None) & (cases.c.raised >= level)
    if folder == "unsigned":
        return is_over & (cases.c.state == "awaiting_signature")
    return is_over


def start_of(day: date) -> datetime:
    """Give the first moment of a day in Bihar."""
    return datetime.combine(day, time(), HERE)
