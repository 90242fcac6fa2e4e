"""The page of a case, its clean print, and who looked at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import segno
from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from casework.accesses import Wanted
from casework.casebook import Colleague, Line
from casework.duplicates import Proposal
from core.cases import Case, Event, ToldField, next_states
from core.clock import now
from core.phone import masked
from core.protection import PROTECTIONS
from core.services import SERVICES
from core.states import STATES
from core.text import Text, Words
from desk.due import days_over, last_day
from desk.entry import needs, viewer
from desk.form import PREFIX, form_of, has_phones
from desk.inbox import READERS
from desk.labels import MOVES, TAKE_UP, place_label
from desk.listen import voices_of
from desk.opened import note_look, read_case, seen_case
from desk.parts import DeskParts
from desk.timeline import Item, Known, items_of, timeline_of

LETTERS_SHOWN = 200
_ACCESSES = 50
_LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Refused:
    """Why what was sent was not done, what was typed, and what others did meanwhile."""

    trouble: str
    typed: Mapping[str, str]
    meanwhile: Sequence[Item] = ()


def case_pages(desk: Blueprint, parts: DeskParts) -> None:
    """Add the pages that show a case."""

    @desk.get("/case/<reference>")
    @needs(*READERS)
    def case(reference: str) -> ResponseReturnValue:
        return show_case(parts, seen_case(parts, reference))

    @desk.post("/case/<reference>/phone")
    @needs(*READERS)
    def phone(reference: str) -> ResponseReturnValue:
        found = read_case(parts, reference)
        if not has_phones(found, parts.office.cases.told_of(found)):
            abort(404)
        parts.accesses.note(viewer().login, found.id, "phone", "desk")
        return show_case(parts, found, shows_phones=True)

    @desk.get("/case/<reference>/print")
    @needs(*READERS)
    def print_case(reference: str) -> ResponseReturnValue:
        return _print(parts, read_case(parts, reference))

    @desk.get("/case/<reference>/accesses")
    @needs("district", "state", "auditor")
    def accesses(reference: str) -> ResponseReturnValue:
        found = seen_case(parts, reference)
        older = request.args.get("older", 0, type=int)
        known = parts.accesses.search(
            Wanted(case_id=found.id),
            most=_ACCESSES + 1,
            older_than=older if 0 < older <= _LARGEST_ID else None,
        )
        shown = known[:_ACCESSES]
        more = shown[-1].id if len(known) > _ACCESSES else None
        return render_template("desk/case_accesses.html", case=found, accesses=shown, more=more)


def show_case(
    parts: DeskParts,
    case: Case,
    *,
    shows_phones: bool = False,
    refused: Refused | None = None,
) -> str:
    """Draw the page of a case: masked, or with all that this viewer may read."""
    place = place_label(parts.office.directory, case.district, case.station)
    if not viewer().reads(case):
        return render_template(
            "desk/case_masked.html", case=case, place=place, turn_to=_turn_to(parts, case)
        )
    note_look(parts, case, "story")
    events, told = parts.office.cases.events_of(case), parts.office.cases.told_of(case)
    letters = parts.outbox.newest(case_id=case.id, most=LETTERS_SHOWN)
    voices = voices_of(parts, case, events, told)
    known = _known(parts, events)
    return render_template(
        "desk/case.html",
        case=case,
        place=place,
        officer_name=parts.casebook.name_of(case.officer_id),
        fields=form_of(parts.office.directory, case, told, voices, shows_phones=shows_phones),
        prefix=PREFIX,
        story_voice=voices.get(case.recording or ""),
        voices=voices,
        names=known.names,
        items=timeline_of(events, letters, known),
        trouble=refused.trouble if refused else None,
        meanwhile=refused.meanwhile if refused else (),
        typed=refused.typed if refused else {},
        due=last_day(case.due_at) if case.due_at and case.stage != "closed" else None,
        over=days_over(case.due_at) if case.due_at and case.stage != "closed" else 0,
        **_of_citizen(parts, case, told, shows_phones=shows_phones),
        **_to_do(parts, case),
    )


def _of_citizen(
    parts: DeskParts, case: Case, told: Mapping[str, ToldField], *, shows_phones: bool
) -> dict[str, Any]:
    """Give how she is reached; of an informant nothing is known."""
    return {
        "is_nameless": SERVICES[case.service].is_nameless,
        "phone": case.phone if shows_phones else masked(case.phone),
        "shows_phones": shows_phones,
        "hides_phones": not shows_phones and has_phones(case, told),
        "wants_letters": parts.office.citizens.wants_letters(case.phone),
    }


def _to_do(parts: DeskParts, case: Case) -> dict[str, Any]:
    """Give what may be done with a case by this viewer."""
    together = parts.casebook.joined_with(viewer(), case.id, case.joined_to)
    leading = next((each for each in together if each.id == case.joined_to), None)
    works = viewer().works(case)
    colleagues: Sequence[Colleague] = ()
    proposals: Sequence[Proposal] = ()
    if works:
        colleagues = parts.casebook.colleagues(viewer(), case)
        proposals = parts.duplicates.of(viewer(), case)
    return {
        "works": works,
        "moves": moves_of(case) if works else {},
        "together": [each for each in together if each is not leading],
        "leading": leading,
        "may_part": lambda line: works and viewer().works(line),
        "colleagues": colleagues,
        "proposals": proposals,
        "protections": _protections(case) if works else (),
        "place_of": lambda line: place_of(parts, line),
    }


def moves_of(case: Case) -> dict[str, Words]:
    """List where a case may go from here, in the order in which it is offered."""
    allowed = next_states(case)
    first = ["disposed"] if case.state == "found" else []
    ordered = dict.fromkeys([*first, *MOVES, *sorted(allowed - MOVES.keys())])
    is_begun = case.stage != "new"
    labels = MOVES | ({"sent_to_station": TAKE_UP} if case.station else {})
    labels |= {} if is_begun else {"at_station": TAKE_UP}
    return {
        state: labels.get(state) or STATES[state].label for state in ordered if state in allowed
    }


def place_of(parts: DeskParts, line: Line | Proposal) -> Words:
    """Say where the case of a line belongs."""
    district = line.district if isinstance(line, Line) else None
    return place_label(parts.office.directory, district, line.station)


def happened_since(parts: DeskParts, case: Case, seen: int) -> list[Item]:
    """Say what was written into a case since somebody saw it (its version then)."""
    count = case.version - seen
    events: list[Event] = parts.office.cases.events_of(case)[-count:] if count > 0 else []
    return items_of(events, _known(parts, events))


def _known(parts: DeskParts, events: Sequence[Event]) -> Known:
    """Find what events name, as far as this viewer may know of it."""
    named = {each.details["case"] for each in events if "case" in each.details}
    people = {each.who for each in events} | {each.details.get("officer", "") for each in events}
    return Known(
        directory=parts.office.directory,
        names=parts.casebook.names_of(people),
        cases=parts.casebook.seen_of(viewer(), named),
    )


def _protections(case: Case) -> Sequence[str]:
    """List how a case may be protected; "" ends it, which only a supervisor may."""
    if viewer().supervises:
        return tuple(each for each in ("", *PROTECTIONS) if each != (case.protection or ""))
    return () if case.protection else PROTECTIONS


def _turn_to(parts: DeskParts, case: Case) -> Words:
    """Say who reads a case that this viewer does not."""
    district = parts.office.directory.district(case.district)
    if district is None:
        return Text("The state control room reads it.")
    if case.protection in ("women", "child"):
        words = Text("The women's desk and the supervisor of {district} read it.")
    else:
        words = Text("The supervisor of {district} reads it.")
    return words(district=district.name)


def _print(parts: DeskParts, case: Case) -> str:
    note_look(parts, case, "print")
    address = url_for("desk.case", reference=case.reference)
    base = parts.settings.public_url or request.url_root.rstrip("/")
    events = parts.office.cases.events_of(case)
    moves = [each for each in events if each.kind == "moved"]
    told = parts.office.cases.told_of(case)
    voices = voices_of(parts, case, events, told)
    directory = parts.office.directory
    return render_template(
        "desk/print.html",
        case=case,
        place=place_label(directory, case.district, case.station),
        masked_phone=masked(case.phone),
        is_nameless=SERVICES[case.service].is_nameless,
        fields=form_of(directory, case, told),
        voice=voices.get(case.recording or ""),
        items=items_of(moves, _known(parts, moves)),
        printed_at=now(),
        code=Markup(segno.make(base + address, error="m").svg_inline(omitsize=True)),  # noqa: S704
    )
