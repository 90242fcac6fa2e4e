"""The figures of the state for everybody, without sign-in; small numbers are hidden."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, abort, make_response, render_template, request

from casework.figures import PROTECTED, Key, Line, Report, Span
from casework.small_numbers import SMALL, with_small_hidden
from core.services import KIND_LABELS, PROTECTED_KINDS
from core.text import Text, Words
from desk.parts import DeskParts
from desk.spreadsheet import spreadsheet
from desk.words import CODES, current_language, say, set_language

DAYS = 365
_SECONDS_KEPT = 300
HIDDEN = "*"
_PROTECTED = Text("Women's safety, police conduct (together)")
# Open cases are told apart instead of added up: so no number limits another one of its row.
COLUMNS: dict[str, Text] = {
    "registered": Text("Registered"),
    "in_time": Text("Open now, in time"),
    "overdue": Text("Open now, overdue"),
    "reopened": Text("Opened again"),
    "satisfied": Text("Satisfied"),
    "unsatisfied": Text("Not satisfied"),
}


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A line as everybody may read it."""

    name: Words
    cells: list[str]


@dataclass(frozen=True, slots=True)
class OpenFigures:
    """What everybody may read."""

    districts: list[OpenRow]
    kinds: list[OpenRow]
    total: OpenRow


def open_pages(desk: Blueprint, parts: DeskParts) -> None:
    """Add the pages, which are not there unless the settings want them."""

    @desk.get("/open/")
    def open_figures() -> Response:
        _begin(parts)
        span = Span.of_days(DAYS)
        page = render_template(
            "desk/open.html",
            figures=figures_for_everybody(parts, parts.figures.open_report(span)),
            columns=titles(),
            span=span,
            hidden=HIDDEN,
            codes=CODES,
        )
        return _kept(make_response(page))

    @desk.get("/open/figures.csv")
    def open_figures_as_csv() -> Response:
        """Give the same as a table to take along."""
        _begin(parts)
        figures = figures_for_everybody(parts, parts.figures.open_report(Span.of_days(DAYS)))
        return _kept(spreadsheet("pukar", _csv(figures)))


def _begin(parts: DeskParts) -> None:
    if not parts.settings.shows_open_figures:
        abort(404)
    if (wanted := request.args.get("lang", "")) in CODES:
        set_language(parts.words.of(wanted))


def _kept(response: Response) -> Response:
    response.headers["Content-Language"] = current_language().code
    response.headers["Vary"] = "Accept-Language, Cookie"
    response.cache_control.public = True
    response.cache_control.max_age = _SECONDS_KEPT
    return response


def figures_for_everybody(parts: DeskParts, report: Report) -> OpenFigures:
    """Hide what is small; every district and kind is there, whether it has cases or not."""
    tables = [_named(report.places, _districts(parts)), _named(report.kinds, _kinds())]
    columns = [
        with_small_hidden([[_count(line, name) for _, line in table] for table in tables])
        for name in COLUMNS
    ]
    districts, kinds = (
        [
            _row(name, line, [numbers[which][place] for numbers, _ in columns])
            for place, (name, line) in enumerate(table)
        ]
        for which, table in enumerate(tables)
    )
    total = _row(Text("Bihar"), report.total, [whole for _, whole in columns])
    return OpenFigures(districts, kinds, total)


def _districts(parts: DeskParts) -> dict[Key, Words]:
    known: dict[Key, Words] = {(e.code,): e.name for e in parts.office.directory.districts}
    return {**known, (None,): Text("No place yet")}


def _kinds() -> dict[Key, Words]:
    others: dict[Key, Words] = {
        (kind,): label for kind, label in KIND_LABELS.items() if kind not in PROTECTED_KINDS
    }
    return {**others, (PROTECTED,): _PROTECTED}


def _named(lines: Iterable[Line], names: Mapping[Key, Words]) -> list[tuple[Words, Line]]:
    """Give a line for each name; what is not known any more stands behind."""
    found = {line.key: line for line in lines}
    known = [(name, found.pop(key, Line(key))) for key, name in names.items()]
    return [*known, *((Text("Others"), line) for line in found.values())]


def _count(line: Line, column: str) -> int:
    return line.open - line.overdue if column == "in_time" else int(getattr(line, column))


def _row(name: Words, line: Line, numbers: Sequence[int | None]) -> OpenRow:
    shown = [HIDDEN if number is None else str(number) for number in numbers]
    is_told = line.median_days is not None and line.closed > SMALL[-1]
    return OpenRow(name, [*shown, f"{line.median_days:g}" if is_told else "–"])


def _csv(figures: OpenFigures) -> Iterator[list[object]]:
    yield [say(Text("Police district or kind")), *(say(title) for title in titles())]
    for row in (*figures.districts, *figures.kinds, figures.total):
        yield [say(row.name), *row.cells]


def titles() -> list[Text]:
    """Give the headings of the numbers, in their order."""
    return [*COLUMNS.values(), Text("Median days to closing")]
