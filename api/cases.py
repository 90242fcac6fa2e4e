"""Cases: register, read, list, move."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from flask import Blueprint
from spectree import SpecTree

from api.applications import Applied, NewCase
from api.description import answers
from api.door import client, needs
from api.models import (
    CaseLine,
    CasePage,
    CasesAsked,
    CaseWhole,
    MoveDetails,
    NewMove,
    Registered,
    WithKey,
)
from api.parts import ApiParts
from api.problems import Trouble
from casework.exchange import Opened, Passed, Wanted
from casework.work import NotAllowed
from core.cases import Case, Move, next_states
from core.cases import NewCase as CaseToKeep
from core.clock import HERE
from core.dialogue import Typed
from core.directory import Station
from core.police import Place
from core.secret_numbers import kept_words

Made: TypeAlias = tuple[Registered, int, dict[str, str]]
_FIRST_LANGUAGE = "hi"


def case_views(api: Blueprint, spec: SpecTree, parts: ApiParts) -> None:
    """Add the addresses of cases."""

    @api.post("/cases")
    @needs("cases:register")
    @spec.validate(resp=answers(201, Registered, is_post=True), tags=["cases"])
    def register_case(json: NewCase, headers: WithKey) -> Made:
        """Register a matter for a citizen, who gets her letter as always, or from an informant."""
        del headers
        applied = json.applied
        _check_districts(parts, applied)
        new = _new_case(parts, applied, _place(parts, applied.place))
        reference = parts.office.cases.register_once(new)
        _check_same(parts, applied, new, reference)
        return _registered(parts, reference)

    @api.get("/cases/<reference>")
    @needs("cases:read", "cases:move")
    @spec.validate(resp=answers(200, CaseWhole, is_one=True), tags=["cases"])
    def read_case(reference: str) -> CaseWhole:
        """Read a case; with cases:read also what was told, and the number, which is noted."""
        case = _case(parts, reference)
        opened = _opened(parts, case) if "cases:read" in client().scopes else None
        return CaseWhole(
            **CaseLine.model_validate(case).model_dump(),
            next_states=[] if case.is_joined else sorted(next_states(case)),
            phone=(opened.phone or None) if opened else None,
            story=(opened.story or None) if opened else None,
            told={name: words or None for name, words in opened.told.items()} if opened else None,
        )

    @api.get("/cases")
    @needs("cases:read")
    @spec.validate(resp=answers(200, CasePage), tags=["cases"])
    def list_cases(query: CasesAsked) -> CasePage:
        """List cases in the order of their registration, page by page."""
        since = datetime.fromisoformat(query.since).replace(tzinfo=HERE) if query.since else None
        wanted = Wanted(state=query.state, since=since)
        found = parts.exchange.page(client().viewer, wanted, query.after, query.most + 1)
        page = [CaseLine.model_validate(each) for each in found[: query.most]]
        return CasePage(cases=page, next=page[-1].cursor if len(found) > len(page) else None)

    @api.post("/cases/<reference>/moves")
    @needs("cases:move")
    @spec.validate(resp=answers(201, Registered, is_post=True, is_one=True), tags=["cases"])
    def move_case(reference: str, json: NewMove, headers: WithKey) -> Made:
        """Move a case to another state; the citizen is told by SMS."""
        del headers
        case = _case(parts, reference)
        viewer = client().viewer
        details = _details(parts, json.details)
        move = Move(json.state, viewer.login, json.note, details, json.version)
        try:
            parts.work.move(viewer, case.reference, move)
        except NotAllowed as error:
            raise Trouble(403, str(error)) from error
        return _registered(parts, case.reference)


def _case(parts: ApiParts, reference: str) -> Passed:
    case = parts.exchange.find(client().viewer, reference)
    if case is None:
        raise Trouble(404, f"There is no case {reference}.")
    return case


def _opened(parts: ApiParts, case: Passed) -> Opened:
    parts.accesses.note(client().viewer.login, case.cursor, "story", "api")
    return parts.exchange.open(case)


def _registered(parts: ApiParts, reference: str) -> Made:
    """Say how a case is now; where it has left the client's district, only its number."""
    case = parts.exchange.find(client().viewer, reference)
    state, version = (case.state, case.version) if case else (None, None)
    said = Registered(reference=reference, state=state, version=version)
    return said, 201, {"Location": f"/api/v1/cases/{reference}"}


def _place(parts: ApiParts, told: Place) -> Place:
    """Find where a matter belongs; raise Trouble for a place that is not there, or not its."""
    station = _station(parts, told.station) if told.station else None
    code = station.district.code if station else told.district or client().district
    if code:
        _check_district(parts, code)
    if station and told.district not in (None, code):
        raise Trouble(409, f"The station {told.station} is not in {told.district}.")
    if client().district not in (None, code):
        raise Trouble(403, f"This client serves {client().district} only.")
    return Place(code, station.code if station else None)


def _check_districts(parts: ApiParts, applied: Applied) -> None:
    """Raise Trouble where a district that was told, such as one's home, is not there."""
    for name, field in applied.service.fields.items():
        code = applied.told.get(name)
        if field.kind == "district" and code and code not in field.options:
            _check_district(parts, code)


def _check_district(parts: ApiParts, code: str) -> None:
    if parts.office.directory.district(code) is None:
        raise Trouble(409, f"There is no police district {code}.")


def _new_case(parts: ApiParts, applied: Applied, place: Place) -> CaseToKeep:
    chosen = parts.office.citizens.language_of(applied.phone) if applied.phone else None
    return CaseToKeep(
        conversation=parts.seal.fingerprint("api", str(client().id), applied.external_id),
        service=applied.service.key,
        kind=applied.kind,
        phone=applied.phone,
        language=applied.language or chosen or _FIRST_LANGUAGE,
        channel="api",
        district=place.district,
        station=place.station,
        usual_station=None,
        story=Typed(applied.story),
        told=applied.told,
        is_silent=applied.is_silent,
    )


def _check_same(parts: ApiParts, applied: Applied, new: CaseToKeep, reference: str) -> None:
    """Raise Trouble where the external id stands for a case that was registered otherwise."""
    case = parts.office.cases.look_up(reference)
    phone_hash = parts.seal.fingerprint("phone", new.phone) if new.phone else ""
    differs = {
        "kind": case.kind != new.kind,
        "phone": case.phone_hash != phone_hash,
        "language": applied.language not in (None, case.language),
        "silent": case.is_silent != (new.is_silent or not new.phone),
        "story": not case.is_unreadable and case.story != kept_words(applied.story),
        "told": _is_told_otherwise(parts, case, applied),
        "place": _is_elsewhere(parts, case, new),
    }
    others = [name for name, is_other in differs.items() if is_other]
    if others:
        detail = f"{applied.external_id} was registered before as {reference}, with other words:"
        raise Trouble(409, f"{detail} {', '.join(others)}.")


def _is_told_otherwise(parts: ApiParts, case: Case, applied: Applied) -> bool:
    """Say whether a field had another value; of one that an officer filled in nobody knows."""
    events = parts.office.cases.events_of(case)
    filled = {name for each in events for name in each.details.get("fields", "").split(",")}
    kept = parts.office.cases.told_of(case)
    unknown = filled | {name for name, each in kept.items() if each.is_unreadable}
    before = {name: each.words for name, each in kept.items() if name not in unknown}
    after = {name: kept_words(words) for name, words in applied.told.items()}
    return before != {name: words for name, words in after.items() if name not in unknown}


def _is_elsewhere(parts: ApiParts, case: Case, new: CaseToKeep) -> bool:
    """Say whether a case was registered at another place; of one that was moved nobody knows."""
    if (case.district, case.station) == (new.district, new.station):
        return False
    events = parts.office.cases.events_of(case)
    return not any(each.details.keys() & {"district", "station"} for each in events)


def _details(parts: ApiParts, given: MoveDetails) -> dict[str, str]:
    """Write details as cases keep them: dates as people here do, a station with its district."""
    details: dict[str, str] = given.model_dump(exclude_none=True)
    if given.fir_date:
        year, month, day = given.fir_date.split("-")
        details["fir_date"] = f"{day}-{month}-{year}"
    if given.station:
        details["district"] = _station(parts, given.station).district.code
    return details


def _station(parts: ApiParts, code: str) -> Station:
    station = parts.office.directory.station(code)
    if station is None or station.closed:
        raise Trouble(409, f"There is no open station {code}.")
    return station
