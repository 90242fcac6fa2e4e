"""A move in two steps: what it needs, then what the citizen will be told; only then is it made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.case_file import CaseError, Overtaken
from core.cases import Case, Move, check_details, letter_of_move
from core.clock import HERE, local_date, now
from core.directory import Station
from core.language import Language, render
from core.letters import write_letter
from core.questions import QUESTIONS
from core.services import SERVICES
from core.spelling import find_by_spelling
from core.states import REJECTION_REASONS, STATES
from core.text import Text
from desk.acts import OVERTAKEN, after, fir_date, seen
from desk.case import happened_since, moves_of
from desk.entry import needs, viewer
from desk.inbox import READERS
from desk.labels import language_label, say_trouble
from desk.opened import note_look, worked_case
from desk.parts import DeskParts
from desk.timeline import Item
from desk.words import say, spell

_STATIONS_SHOWN = 30
_LONGEST_NAME = 60
_NOT_NOW = Text("Somebody else moved this case meanwhile, and now it cannot go there.")


def move_pages(desk: Blueprint, parts: DeskParts) -> None:
    """Add the two steps of a move."""

    @desk.get("/case/<reference>/move/<state>")
    @needs(*READERS)
    def move(reference: str, state: str) -> ResponseReturnValue:
        case = worked_case(parts, reference)
        if refusal := _not_offered(case, state):
            return refusal
        is_ready = not (STATES[state].needs or STATES[state].takes)
        wanted = Move(state, viewer().login, None, {}, case.version)
        return _look(parts, case, wanted) if is_ready else _ask(parts, case, wanted)

    @desk.post("/case/<reference>/move/<state>")
    @needs(*READERS)
    def make_move(reference: str, state: str) -> ResponseReturnValue:
        case = worked_case(parts, reference)
        if state not in STATES:
            abort(404)
        wanted = _typed_move(parts, state)
        if case.version != wanted.seen:
            return _overtaken(parts, case, wanted)
        if request.form.get("step") not in ("look", "do"):  # a search, or back to the first step
            return _ask(parts, case, wanted)
        try:
            return _go_on(parts, case, wanted)
        except Overtaken:
            return _overtaken(parts, worked_case(parts, reference), wanted)
        except CaseError as error:
            return _ask(parts, case, wanted, trouble=say_trouble(error)), 400


def _go_on(parts: DeskParts, case: Case, wanted: Move) -> ResponseReturnValue:
    """Show what the citizen will be told, or make the move; raise CaseError if it may not be."""
    if fault := _fault(case, wanted):
        return _ask(parts, case, wanted, trouble=fault), 400
    check_details(wanted)
    if request.form.get("step") == "look":
        return _look(parts, case, wanted)
    parts.work.move(viewer(), case.reference, wanted)
    return _moved(parts, case)


def _moved(parts: DeskParts, case: Case) -> ResponseReturnValue:
    told = Text("Done. The citizen gets the SMS.")
    if not _is_told(parts, case):
        told = Text("Done. No SMS is sent.")
    flash(say(told), "success")
    return after(parts, case.reference)


def _is_told(parts: DeskParts, case: Case) -> bool:
    """Say whether the citizen is sent an SMS about this case."""
    return not case.is_silent and parts.office.citizens.wants_letters(case.phone)


def _not_offered(case: Case, state: str) -> ResponseReturnValue | None:
    """Refuse a state that there is not, or to which the case cannot go from where it is."""
    if state not in STATES:
        abort(404)
    if state in moves_of(case):
        return None
    flash(say(Text("The case cannot go there from its present state.")), "warning")
    return redirect(url_for("desk.case", reference=case.reference), 303)


def _fault(case: Case, wanted: Move) -> str | None:
    """Say what keeps a move from being made, as far as it is plain."""
    if wanted.to not in moves_of(case):
        return say(Text("The case cannot go there from its present state."))
    if STATES[wanted.to].needs - (wanted.details or {}).keys():
        return say(Text("Something is missing: fill in or choose what is asked for."))
    return None


def _typed_move(parts: DeskParts, state: str) -> Move:
    """Read the form: only what this state needs or takes."""
    typed: dict[str, str] = {
        name: request.form.get(name, "").strip()
        for name in ("fir_number", "diary_number", "reason", "question")
    }
    typed["fir_date"] = fir_date()
    station = parts.office.directory.station(request.form.get("station"))
    if station and not station.closed:
        typed |= {"station": station.code, "district": station.district.code}
    wanted = STATES[state].needs | STATES[state].takes
    details = {name: value for name, value in typed.items() if name in wanted and value}
    return Move(state, viewer().login, request.form.get("note", "").strip(), details, seen())


def _ask(
    parts: DeskParts,
    case: Case,
    wanted: Move,
    *,
    trouble: str | None = None,
    meanwhile: Sequence[Item] = (),
) -> str:
    """Draw the first step: a form for what the state needs."""
    return render_template(
        "desk/move.html",
        **_shown(case, wanted),
        trouble=trouble,
        meanwhile=meanwhile,
        reasons=REJECTION_REASONS,
        questions=QUESTIONS,
        stations=_stations(parts, case, wanted) if wanted.to == "transferred" else (),
        search=request.form.get("search", "")[:_LONGEST_NAME],
    )


def _look(parts: DeskParts, case: Case, wanted: Move) -> str:
    """Draw the second step: the very words the citizen will get, in her language."""
    note_look(parts, case, "story")
    language = letter_language(parts, case)
    return render_template(
        "desk/move_look.html",
        **_shown(case, wanted),
        letter=_letter_of(parts, case, wanted, language),
        letter_language=language_label(language.code),
        letter_code=language.code,
        is_wanted=_is_told(parts, case),
        is_nameless=SERVICES[case.service].is_nameless,
        is_carried=parts.office.carries_news(language.code),
        followers=[
            each
            for each in parts.casebook.joined_with(viewer(), case.id, case.joined_to)
            if each.joined_to == case.id
        ],
        station=parts.office.directory.station((wanted.details or {}).get("station")),
        reasons=REJECTION_REASONS,
        questions=QUESTIONS,
    )


def _shown(case: Case, wanted: Move) -> dict[str, Any]:
    state, offered = STATES[wanted.to], moves_of(case)
    return {
        "case": case,
        "state": wanted.to,
        "move_label": offered.get(wanted.to) or state.label,
        "is_possible": wanted.to in offered,
        "fields": state.needs | state.takes,
        "details": wanted.details or {},
        "note": wanted.note or "",
        "fir_date": _for_browser((wanted.details or {}).get("fir_date", local_date(now()))),
    }


def _for_browser(day: str) -> str:
    """Write 24-11-2026 as the date field of a browser wants it; what is no date stays."""
    try:
        return datetime.strptime(day, "%d-%m-%Y").replace(tzinfo=HERE).date().isoformat()
    except ValueError:
        return day


def letter_language(parts: DeskParts, case: Case) -> Language:
    """Give the language in which a citizen gets her letters."""
    chosen = parts.office.citizens.language_of(case.phone)
    return parts.office.languages.get(chosen or case.language)


def _letter_of(parts: DeskParts, case: Case, wanted: Move, language: Language) -> str:
    draft = letter_of_move(wanted, case)
    return render(write_letter(draft.template, draft.variables, parts.letterhead), language)


def _overtaken(parts: DeskParts, case: Case, wanted: Move) -> ResponseReturnValue:
    """Tell what another officer did meanwhile, and keep what this one typed."""
    meanwhile = happened_since(parts, case, wanted.seen or 0)
    is_possible = wanted.to in moves_of(case)
    trouble = say(OVERTAKEN if is_possible else _NOT_NOW)
    page = _ask(
        parts, case, replace(wanted, seen=case.version), trouble=trouble, meanwhile=meanwhile
    )
    return page, 409


def _stations(parts: DeskParts, case: Case, wanted: Move) -> list[Station]:
    """List stations to choose from: those searched for, or those of the case's district."""
    directory = parts.office.directory
    search = request.form.get("search", "").strip()[:_LONGEST_NAME]
    found: list[Station] = []
    if search:
        found = find_by_spelling(search, directory.open_stations, _names_of)
    elif district := directory.district(case.district or viewer().district):
        found = sorted(directory.stations_of(district), key=lambda each: spell(each.name))
    chosen = directory.station((wanted.details or {}).get("station"))
    others = [each for each in found if each is not chosen and each.code != case.station]
    return ([chosen] if chosen else []) + (others[:_STATIONS_SHOWN] if search else others)


def _names_of(station: Station) -> Sequence[str]:
    """Give what a station may be found by: its names, and its district's."""
    names = (station.name, *station.aliases, station.district.name)
    return [spelt for name in names for spelt in (name.latin, name.devanagari)]
