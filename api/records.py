"""Records of the police, brought in for the public to ask: vehicles, FIRs, wanted persons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint
from pydantic import BaseModel
from spectree import SpecTree

from api.description import answers
from api.door import client, needs
from api.models import Fault, WithKey
from api.parts import ApiParts
from api.problems import Trouble
from api.record_models import NewFirs, NewVehicles, NewWanted, RecordsTaken
from casework.record_rows import Values, check_rows
from casework.record_table import TableError, check_day
from casework.records import RecordError
from core.service_entry import Records

_MOST_FAULTS = 100


def record_views(api: Blueprint, spec: SpecTree, parts: ApiParts) -> None:
    """Add the addresses of records."""

    @api.put("/records/vehicles")
    @needs("records:write")
    @spec.validate(resp=answers(200, RecordsTaken, is_post=True), tags=["records"])
    def put_vehicles(json: NewVehicles, headers: WithKey) -> RecordsTaken:
        """Replace the list of stolen and recovered vehicles, or add a page to one."""
        del headers
        return _take(parts, "vehicles", json)

    @api.put("/records/firs")
    @needs("records:write")
    @spec.validate(resp=answers(200, RecordsTaken, is_post=True), tags=["records"])
    def put_firs(json: NewFirs, headers: WithKey) -> RecordsTaken:
        """Replace the list of cases (FIRs), or add a page to one."""
        del headers
        return _take(parts, "firs", json)

    @api.put("/records/wanted")
    @needs("records:write")
    @spec.validate(resp=answers(200, RecordsTaken, is_post=True), tags=["records"])
    def put_wanted(json: NewWanted, headers: WithKey) -> RecordsTaken:
        """Replace the list of wanted persons, or add a page to one."""
        del headers
        return _take(parts, "wanted", json)


def _take(parts: ApiParts, kind: Records, told: NewVehicles | NewFirs | NewWanted) -> RecordsTaken:
    """Take a page into its set; raise Trouble where the set, the day or a row is not in order."""
    if client().district:
        raise Trouble(403, f"This client serves {client().district} only.")
    day = date.fromisoformat(told.as_of)
    rows = _checked(parts, kind, day, told.rows)
    records = parts.records
    try:
        number = told.part_of or records.begin(kind, day)
        found = records.add(kind, number, rows)
        if not told.more:
            found = records.finish(kind, number, day, client().viewer.login)
    except RecordError as error:
        raise Trouble(409, str(error)) from error
    return RecordsTaken(kind=kind, part_of=number, taken=len(rows), is_whole=found.is_whole)


def _checked(parts: ApiParts, kind: Records, day: date, rows: Sequence[BaseModel]) -> list[Values]:
    try:
        check_day(day)
    except TableError as error:
        raise Trouble(409, str(error)) from error
    cells = (_cells(each.model_dump()) for each in rows)
    checked = check_rows(kind, enumerate(cells), parts.office.directory)
    if checked.faults:
        faults = [
            Fault(where=f"rows.{each.row}.{each.column}", why=each.why)
            for each in checked.faults[:_MOST_FAULTS]
        ]
        raise Trouble(409, "Nothing was taken; see errors.", faults=faults)
    return checked.kept


def _cells(row: Mapping[str, object]) -> dict[str, str]:
    """Write a row as a table has it."""
    return {name: _cell(value) for name, value in row.items()}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
