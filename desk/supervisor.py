"""Figures for those who supervise: by place and kind, over time, as tables, charts and CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for

from casework.figures import Asked, Line, Period, Places
from casework.viewer import Role, Viewer
from core.services import KIND_LABELS
from core.text import Joined, Name, Text, Words
from desk.charts import bars, lines
from desk.entry import needs, viewer
from desk.labels import kind_label, place_label
from desk.parts import DeskParts
from desk.span import DAYS, span_asked
from desk.spreadsheet import spreadsheet
from desk.words import say

READERS: tuple[Role, ...] = ("district", "state", "auditor")
COLUMNS: dict[str, Text] = {
    "registered": Text("Registered"),
    "closed": Text("Closed"),
    "median_days": Text("Median days to closing"),
    "reopened": Text("Opened again"),
    "satisfied": Text("Satisfied"),
    "unsatisfied": Text("Not satisfied"),
    "open": Text("Open now"),
    "overdue": Text("Overdue now"),
    "raised": Text("Raised now"),
    "unassigned": Text("Without an officer now"),
}
_OF_PERIODS: dict[str, Text] = {
    "registered": Text("Registered"),
    "closed": Text("Closed"),
    "overdue": Text("Overdue at the end"),
}
_MOST_NAMED = 100  # places without an officer


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: its name, where a click on it leads, its numbers with their addresses."""

    name: Words
    url: str | None
    cells: list[tuple[str, str | None]]


def supervisor_pages(desk: Blueprint, parts: DeskParts) -> None:
    """Add the pages."""
    _add_page(desk, parts)
    _add_charts(desk, parts)
    _add_tables(desk, parts)


def _add_page(desk: Blueprint, parts: DeskParts) -> None:
    @desk.get("/supervisor")
    @needs(*READERS)
    def supervisor() -> str:
        asked, places = _asked(parts, viewer()), _places(viewer())
        report = parts.figures.report(viewer(), asked, places)
        unmanned = parts.figures.unmanned(viewer(), asked)
        stations = [_place(parts, key) for key in unmanned.stations]
        return render_template(
            "desk/supervisor.html",
            asked=asked,
            columns=COLUMNS,
            days=DAYS,
            args=_args,
            sort=_sort(),
            total=_row(Text("All together"), None, report.total, _inbox_of(asked)),
            forsaken=report.total.forsaken,
            places=list(_rows_of_places(parts, asked, report.places)),
            by_district=places == "district",
            kinds=list(_rows_of_kinds(asked, report.kinds)),
            periods=[_named(period) for period in _over_time(parts, asked)],
            of_periods=_OF_PERIODS,
            stations=stations[:_MOST_NAMED],
            stations_more=max(0, len(stations) - _MOST_NAMED),
            districts_without=[_place(parts, (code,)) for code in unmanned.districts],
            districts=parts.office.directory.districts if viewer().role != "district" else (),
            all_kinds=KIND_LABELS,
            kind_label=kind_label,
        )


def _add_charts(desk: Blueprint, parts: DeskParts) -> None:
    @desk.get("/supervisor/time.svg")
    @needs(*READERS)
    def chart_of_time() -> Response:
        """Draw the figures over time."""
        periods = _over_time(parts, _asked(parts, viewer()))
        series = [
            (say(title), [int(getattr(each, name)) for each in periods])
            for name, title in _OF_PERIODS.items()
        ]
        return lines([_end(each.last) for each in periods], series)

    @desk.get("/supervisor/kinds.svg")
    @needs(*READERS)
    def chart_of_kinds() -> Response:
        """Draw what is open and overdue, by kind."""
        report = parts.figures.report(viewer(), _asked(parts, viewer()), _places(viewer()))
        kinds = _sorted(report.kinds, _name_of_kind)
        series = [
            (say(COLUMNS[name]), [int(getattr(line, name)) for line in kinds])
            for name in ("open", "overdue")
        ]
        return bars([_name_of_kind(line) for line in kinds], series)


def _add_tables(desk: Blueprint, parts: DeskParts) -> None:
    @desk.get("/supervisor/figures-<table>.csv")
    @needs(*READERS)
    def figures_as_csv(table: str) -> Response:
        """Give one of the tables of the page, whole."""
        asked = _asked(parts, viewer())
        if table == "time":
            return spreadsheet("time", _csv_of_time(_over_time(parts, asked)))
        if table not in ("places", "kinds"):
            abort(404)
        if table == "kinds":
            report = parts.figures.report(viewer(), asked, _places(viewer()))
            named = [([_name_of_kind(each)], each) for each in report.kinds]
            return spreadsheet(table, _csv([say(Text("Kind"))], named))
        # Who takes the table along gets every station of the state.
        report = parts.figures.report(viewer(), asked, "station")
        heading = [say(Text("Police district")), say(Text("Police station"))]
        named = [(_names(parts, line), line) for line in report.places]
        return spreadsheet(table, _csv(heading, named))


# --- What is asked


def _asked(parts: DeskParts, viewer: Viewer) -> Asked:
    """Read the address; a district that is not there, or not the viewer's, narrows nothing."""
    district = parts.office.directory.district(request.args.get("district"))
    kind = request.args.get("kind", "")
    of_district = district.code if district and viewer.role != "district" else ""
    return Asked(span_asked(), of_district, kind if kind in KIND_LABELS else "")


def _places(viewer: Viewer) -> Places:
    """Show the state by districts, a district by stations."""
    is_narrow = viewer.role == "district" or request.args.get("district")
    return "station" if is_narrow else "district"


def _sort() -> str:
    wanted = request.args.get("sort", "")
    return wanted if wanted in COLUMNS else ""


def _args(**changes: object) -> dict[str, Any]:
    """Give what the address asks for, with changes; what is empty is left out."""
    known = ("days", "from", "to", "district", "kind", "sort")
    kept = {name: request.args.get(name) for name in known}
    return {name: value for name, value in {**kept, **changes}.items() if value}


# --- Tables


def _rows_of_places(parts: DeskParts, asked: Asked, found: Iterable[Line]) -> Iterator[Row]:
    for line in _sorted(found, lambda line: say(_place(parts, line.key))):
        district, station = line.key[0], line.key[1] if line.key[1:] else None
        where = {"district": district, "station": station}
        narrower = None
        if len(line.key) == 1 and district:
            narrower = url_for("desk.supervisor", **_args(district=district))
        # The inbox cannot be narrowed to what has no place.
        target = _inbox_of(asked, **where) if all(line.key) else None
        yield _row(_place(parts, line.key), narrower, line, target)


def _rows_of_kinds(asked: Asked, found: Iterable[Line]) -> Iterator[Row]:
    for line in _sorted(found, _name_of_kind):
        kind = line.key[0] or ""
        narrower = url_for("desk.supervisor", **_args(kind=kind))
        yield _row(kind_label(kind), narrower, line, _inbox_of(asked, kind=kind))


def _name_of_kind(line: Line) -> str:
    return say(kind_label(line.key[0] or ""))


def _sorted(found: Iterable[Line], name: Callable[[Line], str]) -> list[Line]:
    """Put the largest numbers first where a column is chosen; what has the same goes by name."""
    column, by_name = _sort(), sorted(found, key=name)
    return sorted(by_name, key=lambda line: -(getattr(line, column) or 0)) if column else by_name


def _row(
    name: Words, url: str | None, line: Line, inbox: Mapping[str, Mapping[str, Any]] | None
) -> Row:
    cells = []
    for column in COLUMNS:
        number = getattr(line, column)
        target = (inbox or {}).get(column) if number else None
        shown = "–" if number is None else f"{number:g}"
        cells.append((shown, url_for("desk.inbox", **target) if target else None))
    return Row(name, url, cells)


def _inbox_of(asked: Asked, **where: str | None) -> dict[str, dict[str, Any]]:
    """Say where the cases behind a number are listed, column by column."""
    narrow = {"district": asked.district, "kind": asked.kind, **where}
    kept = {name: value for name, value in narrow.items() if value}
    span = {"since": asked.span.first.isoformat(), "until": asked.span.last.isoformat()}
    return {
        "registered": {"folder": "all", **span, **kept},
        "overdue": {"folder": "overdue", **kept},
    }


def _place(parts: DeskParts, key: tuple[str | None, ...]) -> Words:
    """Name a district, or a station of the directory; what it does not know is shown as kept."""
    directory = parts.office.directory
    if len(key) == 1:
        district = directory.district(key[0])
        return district.name if district else _as_kept(key[0])
    station = directory.station(key[1])
    if key[1] and not station:
        return _as_kept(key[1])
    return place_label(directory, *key)


def _as_kept(code: str | None) -> Words:
    return Name(code, code) if code else Text("No place yet")


# --- Over time


def _over_time(parts: DeskParts, asked: Asked) -> list[Period]:
    return parts.figures.over_time(viewer(), asked)


def _named(period: Period) -> tuple[Words, list[int]]:
    days = Joined((_day(period.first), _day(period.last)), " – ")
    return days, [getattr(period, name) for name in _OF_PERIODS]


def _day(day: date) -> Name:
    written = day.strftime("%d-%m-%Y")
    return Name(written, written)


def _end(day: date) -> str:
    return day.strftime("%d-%m-%y")


# --- CSV


def _csv(heading: list[str], named: list[tuple[list[str], Line]]) -> Iterator[list[object]]:
    yield [*heading, *(say(title) for title in COLUMNS.values())]
    for names, line in named:
        yield [*names, *(getattr(line, column) for column in COLUMNS)]


def _csv_of_time(periods: Iterable[Period]) -> Iterator[list[object]]:
    heading = (Text("First day"), Text("Last day"), *_OF_PERIODS.values())
    yield [say(title) for title in heading]
    for each in periods:
        numbers = (getattr(each, name) for name in _OF_PERIODS)
        yield [each.first.isoformat(), each.last.isoformat(), *numbers]


def _names(parts: DeskParts, line: Line) -> list[str]:
    district, station = line.key
    known = parts.office.directory.station(station)
    named = known.name if known else _as_kept(station) if station else Text("No station")
    return [say(_place(parts, (district,))), say(named)]
