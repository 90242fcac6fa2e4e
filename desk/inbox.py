"""The list of cases: folders, filters, search, pages, and how many are new."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from casework.casebook import COUNTED_UP_TO, Filters
from casework.folders import FOLDERS, Folder
from casework.turning import Turn
from casework.viewer import Role, Viewer
from core.directory import District, Station
from core.reference import grouped
from core.services import KIND_LABELS, SERVICES
from core.states import STATES
from core.text import Text, Words
from desk import labels
from desk.due import days_over, last_day
from desk.entry import needs, unattended, viewer
from desk.labels import CHANNELS
from desk.parts import DeskParts
from desk.words import say

READERS: tuple[Role, ...] = ("station", "women", "district", "state", "auditor")
NOBODY = "nobody"  # in place of the number of an officer
_FIELDS = (
    "q",
    "state",
    "service",
    "kind",
    "channel",
    "district",
    "station",
    "officer",
    "since",
    "until",
)
_LARGEST_ID = 2**31 - 1
_CENTURY = 20


def inbox_pages(desk: Blueprint, parts: DeskParts) -> None:
    """Add the list of cases."""

    @desk.context_processor
    def words_of_cases() -> dict[str, object]:
        return {
            "labels": labels,
            "grouped": grouped,
            "last_day": last_day,
            "days_over": days_over,
        }

    @desk.get("/cases")
    @needs(*READERS)
    def inbox() -> ResponseReturnValue:
        return _show(parts, viewer())

    @desk.get("/new-count")
    @unattended
    @needs(*READERS)
    def new_count() -> ResponseReturnValue:
        counts = parts.casebook.counts(viewer(), ["new", "urgent"])
        alarm = say(alarm_of(counts["urgent"]))
        return jsonify(new=counts["new"], shown=counted(counts["new"]), alarm=alarm)


def counted(count: int) -> str:
    """Write a count that goes no further than it must."""
    return f"{COUNTED_UP_TO}+" if count > COUNTED_UP_TO else str(count)


def alarm_of(urgent: int) -> Words | str:
    """Say how many urgent cases nobody has taken up; nothing if there is none."""
    if urgent == 1:
        return Text("1 urgent case that nobody has taken up")
    words = Text("{n} urgent cases that nobody has taken up")
    return words(n=counted(urgent)) if urgent else ""


def folders_of(viewer: Viewer) -> list[Folder]:
    """List the folders that have a meaning for somebody, in their order."""
    hidden: set[Folder] = set()
    if viewer.role == "auditor":
        hidden.add("mine")
    if not viewer.supervises:
        hidden |= {"raised", "unplaced"}
    return [folder for folder in FOLDERS if folder not in hidden]


def _show(parts: DeskParts, viewer: Viewer) -> str:
    filters, folders = _filters(), folders_of(viewer)
    wanted = request.args.get("folder", "")
    folder = next((each for each in folders if each == wanted), folders[0])
    if filters.search.strip():
        folder = "all"
    page = parts.casebook.page(
        viewer,
        folder,
        filters,
        Turn(request.args.get("after"), request.args.get("before")),
    )
    counts = parts.casebook.counts(viewer, folders)
    return render_template(
        "desk/inbox.html",
        page=page,
        folder=folder,
        counts=counts,
        alarm=alarm_of(counts["urgent"]),
        filters=filters,
        kept={name: value for name in _FIELDS if (value := request.args.get(name))},
        states=STATES,
        services=[each for each in SERVICES.values() if each.course],
        channels=[each for each in CHANNELS if each not in ("desk", "console")],
        officers=parts.casebook.officers_seen(viewer),
        counted=counted,
        place_of=lambda line: labels.place_label(
            parts.office.directory, line.district, line.station
        ),
        districts=_districts(parts, viewer),
        stations=_stations(parts, viewer, filters),
    )


def _filters() -> Filters:
    """Read the form; what makes no sense narrows nothing."""
    typed = request.args.get
    officer = typed("officer", 0, type=int)
    return Filters(
        state=_one_of(typed("state"), STATES),
        service=_one_of(typed("service"), SERVICES),
        kind=_one_of(typed("kind"), KIND_LABELS),
        channel=_one_of(typed("channel"), CHANNELS),
        district=_code(typed("district")),
        station=_code(typed("station")),
        officer=officer if 0 < officer <= _LARGEST_ID else None,
        has_no_officer=typed("officer") == NOBODY,
        since=_day(typed("since")),
        until=_day(typed("until")),
        search=typed("q", ""),
    )


def _one_of(typed: str | None, known: Collection[str]) -> str | None:
    return typed if typed in known else None


def _code(typed: str | None) -> str | None:
    """Read the code of a place; one that there is not finds nothing."""
    return typed if typed and typed.isprintable() else None


def _day(typed: str | None) -> date | None:
    """Read a day; one of another century is a slip of the finger."""
    try:
        day = date.fromisoformat(typed or "")
    except ValueError:
        return None
    return day if day.year // 100 == _CENTURY else None


def _districts(parts: DeskParts, viewer: Viewer) -> Sequence[District]:
    return parts.office.directory.districts if viewer.role in ("state", "auditor") else ()


def _stations(parts: DeskParts, viewer: Viewer, filters: Filters) -> Sequence[Station]:
    """List the stations to filter by: those of the viewer's district, or of the one chosen."""
    if viewer.role == "station":
        return ()
    directory = parts.office.directory
    district = directory.district(viewer.district or filters.district)
    return directory.stations_of(district) if district else ()
