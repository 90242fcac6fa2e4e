"""Stations at the desk: list, correct, close, and import of a file after a look at what it does."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.stations import COLUMNS, Change, Plan, StationError, row_of
from core.directory import Directory, Station, is_named_by_kind
from core.spelling import find_by_spelling
from core.text import Text, Words
from desk.entry import needs, viewer
from desk.parts import DeskParts
from desk.words import say, spell

_PAGE = 50
_LONGEST_SEARCH = 100  # characters
_CORRECTED = ("name_en", "name_hi", "telephone", "aliases")
_COLUMN_NAMES = {
    "ps_code": Text("Code"),
    "name_en": Text("Name in English"),
    "name_hi": Text("Name in Hindi"),
    "police_district_code": Text("Police district"),
    "kind": Text("Kind"),
    "telephone": Text("Telephone"),
    "aliases": Text("Other names"),
    "closed": Text("Closed"),
}
_KINDS = {
    "territorial": Text("Police station"),
    "outpost": Text("Outpost"),
    "railway": Text("Railway police station"),
    "mahila": Text("Women's station"),
    "sc_st": Text("SC/ST station"),
    "traffic": Text("Traffic station"),
    "prohibition": Text("Prohibition station"),
}
_NO_CLIP = Text("Calls lack the new name until `pukar audio build` has been run.")


def station_pages(desk: Blueprint, parts: DeskParts) -> None:
    """Add the pages."""
    _add_list(desk, parts)
    _add_station(desk, parts)
    _add_import(desk, parts)


def _add_list(desk: Blueprint, parts: DeskParts) -> None:
    @desk.get("/stations")
    @needs("admin", "state", "auditor")
    def stations() -> ResponseReturnValue:
        directory = parts.office.directory
        search = request.args.get("q", "")[:_LONGEST_SEARCH].strip()
        district = request.args.get("district", "")
        found = _found(directory, search, district)
        pages = max(1, -(-len(found) // _PAGE))
        page = min(max(1, request.args.get("page", 1, type=int)), pages)
        return render_template(
            "desk/stations.html",
            stations=found[(page - 1) * _PAGE : page * _PAGE],
            count=len(found),
            districts=directory.districts,
            kinds=_KINDS,
            search=search,
            district=district,
            page=page,
            pages=pages,
        )


def _found(directory: Directory, search: str, district: str) -> list[Station]:
    """List what is looked for: by code, or by any name in either script."""
    stations = [each for each in directory.stations if district in ("", each.district.code)]
    stations.sort(key=lambda each: (spell(each.district.name), spell(each.name)))
    if not search:
        return stations
    by_code = [each for each in stations if each.code.casefold() == search.casefold()]
    return by_code or find_by_spelling(search, stations, _names_of)


def _names_of(station: Station) -> Sequence[str]:
    names = (station.name, *station.aliases)
    return [spelling for name in names for spelling in (name.latin, name.devanagari)]


def _add_station(desk: Blueprint, parts: DeskParts) -> None:
    @desk.get("/stations/<code>")
    @needs("admin", "state", "auditor")
    def station(code: str) -> ResponseReturnValue:
        return _station_page(_station(parts, code))

    @desk.post("/stations/<code>")
    @needs("admin")
    def correct_station(code: str) -> ResponseReturnValue:
        found = _station(parts, code)
        fields = {name: request.form[name] for name in _CORRECTED if name in request.form}
        return _corrected(parts, found, fields)

    @desk.post("/stations/<code>/close")
    @needs("admin")
    def close_station(code: str) -> ResponseReturnValue:
        return _corrected(parts, _station(parts, code), {"closed": "yes"})

    @desk.post("/stations/<code>/reopen")
    @needs("admin")
    def reopen_station(code: str) -> ResponseReturnValue:
        return _corrected(parts, _station(parts, code), {"closed": ""})


def _station(parts: DeskParts, code: str) -> Station:
    return parts.office.directory.station(code) or abort(404)


def _corrected(parts: DeskParts, station: Station, fields: dict[str, str]) -> ResponseReturnValue:
    try:
        plan = parts.stations.correct(station.code, fields, viewer().login)
    except StationError as error:
        return _station_page(station, error.why)
    _tell_done(plan)
    return redirect(url_for("desk.station", code=station.code), 303)


def _station_page(station: Station, trouble: Words | None = None) -> ResponseReturnValue:
    page = render_template(
        "desk/station.html",
        station=station,
        values=row_of(station) | (request.form.to_dict() if trouble else {}),
        kind=_KINDS[station.kind],
        is_named_by_kind=is_named_by_kind(station.kind),
        trouble=trouble,
    )
    return page, 422 if trouble else 200


def _tell_done(plan: Plan) -> None:
    if plan.changes:
        flash(say(Text("Saved. Callers meet it within 15 seconds.")), "success")
    else:
        flash(say(Text("Nothing has changed.")), "info")
    if any(_has_new_name(each) for each in plan.changes):
        flash(say(_NO_CLIP), "warning")


def _has_new_name(change: Change) -> bool:
    return change.before is None or change.before.name != change.after.name


# --- Import


def _add_import(desk: Blueprint, parts: DeskParts) -> None:
    @desk.route("/stations/import", methods=["GET", "POST"])
    @needs("admin")
    def import_stations() -> ResponseReturnValue:
        if request.method == "GET":
            return _import_page()
        close_missing = request.form.get("close_missing") == "yes"
        try:
            content = _file_of_form()
            plan = parts.stations.plan(content, close_missing=close_missing)
        except UnicodeDecodeError:
            return _import_page(Text("Save the file as CSV in UTF-8."))
        except StationError as error:
            return _import_page(error.why)
        if request.form.get("seen") != plan.fingerprint:
            return _plan_page(plan, content, close_missing=close_missing)
        parts.stations.apply(plan, viewer().login)
        _tell_done(plan)
        return redirect(url_for("desk.stations"), 303)


def _file_of_form() -> str:
    """Give the file: what was chosen, or what was shown and confirmed."""
    if file := request.files.get("file"):
        return file.stream.read().decode("utf-8-sig")
    return request.form.get("content", "")


def _import_page(trouble: Words | None = None) -> ResponseReturnValue:
    page = render_template("desk/stations_import.html", columns=COLUMNS, trouble=trouble)
    return page, 422 if trouble else 200


def _plan_page(plan: Plan, content: str, *, close_missing: bool) -> str:
    return render_template(
        "desk/stations_plan.html",
        plan=plan,
        content=content,
        close_missing=close_missing,
        column_names=_COLUMN_NAMES,
    )
