"""Officers, as the administrator sees them: list, add, change, close, reset, import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import segno
import structlog
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.officers import PAGE, Credentials, Officer, OfficerError, Profile, checked
from casework.staff_list import (
    COLUMNS,
    Planned,
    StaffList,
    find_district,
    find_station,
    written_out,
)
from core.text import Text
from desk.entry import needs, officer
from desk.parts import DeskParts
from desk.roles import ROLE_NAMES
from desk.words import say

_LONGEST_LIST = 200  # rows; each new officer's password takes a tenth of a second to hash
_ID = "<int(max=2147483647):officer_id>"
_LONGEST_SEARCH = 100  # characters

log = structlog.get_logger()


def people_pages(desk: Blueprint, parts: DeskParts) -> None:
    """Add the pages."""
    _add_list(desk, parts)
    _add_new(desk, parts)
    _add_change(desk, parts)
    _add_buttons(desk, parts)
    _add_import(desk, parts)


def _add_list(desk: Blueprint, parts: DeskParts) -> None:
    @desk.get("/people")
    @needs("admin")
    def people() -> ResponseReturnValue:
        search = request.args.get("q", "")[:_LONGEST_SEARCH].replace("\0", "")
        count = parts.officers.count(search)
        pages = max(1, -(-count // PAGE))
        page = min(max(1, request.args.get("page", 1, type=int)), pages)
        return render_template(
            "desk/people.html",
            people=[(each, _place(parts, each)) for each in parts.officers.page(search, page)],
            search=search,
            page=page,
            count=count,
            pages=pages,
        )


def _place(parts: DeskParts, person: Officer) -> list[object]:
    """Give the names of where somebody works, the narrowest first."""
    directory = parts.office.directory
    places = (directory.station(person.station), directory.district(person.district))
    return [place.name for place in places if place]


def _add_new(desk: Blueprint, parts: DeskParts) -> None:
    @desk.route("/people/new", methods=["GET", "POST"])
    @needs("admin")
    def new_officer() -> ResponseReturnValue:
        if request.method == "GET":
            return _form_page(parts)
        login = request.form.get("login", "")
        try:
            fresh = parts.officers.add(login, _profile_of_form(parts))
        except OfficerError as error:
            return _form_page(parts, trouble=error.words)
        log.info("officer_added", who=officer().login, officer=fresh.login)
        return _slips_page(parts, [fresh])


def _add_change(desk: Blueprint, parts: DeskParts) -> None:
    @desk.route(f"/people/{_ID}", methods=["GET", "POST"])
    @needs("admin")
    def change_officer(officer_id: int) -> ResponseReturnValue:
        person = _person(parts, officer_id)
        if request.method == "GET":
            return _form_page(parts, person)
        try:
            profile = replace(_profile_of_form(parts), is_active=person.is_active)
            _check_own_role(person, profile)
        except OfficerError as error:
            return _form_page(parts, person, error.words)
        parts.officers.change(person.id, profile)
        log.info("officer_changed", who=officer().login, officer=person.login)
        flash(say(Text("{name} is changed.")(name=profile.name)), "success")
        return redirect(url_for("desk.people"), 303)


def _add_buttons(desk: Blueprint, parts: DeskParts) -> None:
    @desk.post(f"/people/{_ID}/close")
    @needs("admin")
    def close_officer(officer_id: int) -> ResponseReturnValue:
        person = _person(parts, officer_id)
        if person.id == officer().id:
            return _form_page(parts, person, Text("Nobody closes his own account."))
        parts.officers.close(person.id)
        log.info("officer_closed", who=officer().login, officer=person.login)
        flash(say(Text("{name} can sign in no more.")(name=person.name)), "success")
        return redirect(url_for("desk.people"), 303)

    @desk.post(f"/people/{_ID}/reset")
    @needs("admin")
    def reset_officer(officer_id: int) -> ResponseReturnValue:
        """Give new credentials; one who was closed may sign in again."""
        person = _person(parts, officer_id)
        fresh = parts.officers.reset(person)
        log.info("officer_reset", who=officer().login, officer=person.login)
        return _slips_page(parts, [fresh])


def _check_own_role(person: Officer, profile: Profile) -> None:
    """Keep the last administrator from locking everybody out."""
    if person.id == officer().id and profile.role != person.role:
        raise OfficerError(Text("Nobody changes his own role: ask another administrator."))


def _person(parts: DeskParts, officer_id: int) -> Officer:
    return parts.officers.find(officer_id) or abort(404)


def _profile_of_form(parts: DeskParts) -> Profile:
    form, directory = request.form, parts.office.directory
    district, station = form.get("district", ""), form.get("station", "")
    is_of_station = form.get("role") == "station"
    profile = Profile(
        name=form.get("name", ""),
        role=form.get("role", ""),
        district=find_district(directory, district),
        station=find_station(directory, station, district) if is_of_station else None,
        phone=form.get("phone"),
        language=form.get("language", "hi"),
    )
    return checked(profile, directory)


def _form_page(
    parts: DeskParts, person: Officer | None = None, trouble: Text | None = None
) -> ResponseReturnValue:
    page = render_template(
        "desk/officer.html",
        person=person,
        trouble=say(trouble) if trouble else None,
        values=request.form if request.method == "POST" else _values_of(person),
        roles=ROLE_NAMES,
        districts=parts.office.directory.districts,
    )
    return page, 422 if trouble else 200


def _values_of(person: Officer | None) -> dict[str, str]:
    names = ("login", "name", "role", "district", "station", "phone", "language")
    return {name: getattr(person, name, None) or "" for name in names}


def _slips_page(
    parts: DeskParts, fresh: Sequence[Credentials], refused: Sequence[Planned] = ()
) -> str:
    """Show credentials: this once, since nothing but their hash is kept."""
    return render_template(
        "desk/officer_slips.html",
        slips=[(each, segno.make(each.address).svg_data_uri(scale=4)) for each in fresh],
        address=f"{parts.settings.public_url}/desk/",
        file=written_out(fresh),
        refused=refused,
    )


# --- Lists


def _add_import(desk: Blueprint, parts: DeskParts) -> None:
    @desk.route("/people/import", methods=["GET", "POST"])
    @needs("admin")
    def import_officers() -> ResponseReturnValue:
        if request.method == "GET":
            return _import_page()
        content = _list_of_form()
        staff = StaffList(parts.officers, parts.office.directory)
        try:
            planned = staff.read(content)
        except OfficerError as error:
            return _import_page(error.words)
        if len(planned) > _LONGEST_LIST:
            most = Text("At most {n} rows at a time; longer lists: pukar officers import")
            return _import_page(most(n=_LONGEST_LIST))
        if request.form.get("seen") != _mark(parts, planned):
            return _plan_page(planned, content.decode("utf-8-sig"), _mark(parts, planned))
        return _carry_out(parts, staff, planned)


def _list_of_form() -> bytes:
    """Give the list: the file that was chosen, or what was shown and confirmed."""
    if file := request.files.get("file"):
        return file.stream.read()
    return request.form.get("list", "").encode()


def _mark(parts: DeskParts, planned: Sequence[Planned]) -> str:
    """Give a mark of what was shown: where it has changed meanwhile, it is shown again."""
    shown = ((each.line, each.login, each.outcome, each.profile, each.changes) for each in planned)
    return parts.seal.fingerprint("staff list", *map(repr, shown))


def _carry_out(parts: DeskParts, staff: StaffList, planned: Sequence[Planned]) -> str:
    results = list(staff.carry_out(planned))
    fresh = [credentials for _, credentials in results if credentials]
    refused = [row for row, _ in results if row.outcome == "refuse"]
    changed = sum(row.outcome == "change" for row, _ in results)
    done = Text("Added: {added}. Changed: {changed}. Refused: {refused}.")
    flash(say(done(added=len(fresh), changed=changed, refused=len(refused))), "success")
    log.info("officers_imported", who=officer().login, added=len(fresh), changed=changed)
    return _slips_page(parts, fresh, refused)


def _import_page(trouble: Text | None = None) -> ResponseReturnValue:
    page = render_template(
        "desk/people_import.html", trouble=say(trouble) if trouble else None, columns=COLUMNS
    )
    return page, 422 if trouble else 200


def _plan_page(planned: Sequence[Planned], text: str, mark: str) -> str:
    outcomes = [each.outcome for each in planned]
    return render_template(
        "desk/people_plan.html",
        planned=planned,
        text=text,
        mark=mark,
        can_do="add" in outcomes or "change" in outcomes,
        outcome_names=_OUTCOME_NAMES,
        column_names=_COLUMN_NAMES,
    )


_OUTCOME_NAMES = {
    "add": Text("add"),
    "change": Text("change"),
    "same": Text("stays as it is"),
    "refuse": Text("refused"),
}
_COLUMN_NAMES = {
    "name": Text("Name"),
    "role": Text("Role"),
    "district": Text("Police district"),
    "station": Text("Police station"),
    "phone": Text("Phone"),
    "language": Text("Language"),
    "is_active": Text("May sign in"),
}
