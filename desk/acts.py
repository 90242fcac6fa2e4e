"""What an officer does to a case beside moving it: notes, listening, people, other cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.case_file import CaseError, Overtaken
from core.cases import Case
from core.reference import grouped, ungrouped
from core.text import Text
from desk.case import Refused, happened_since, show_case
from desk.entry import needs, viewer
from desk.form import form_of, typed_fields
from desk.inbox import READERS
from desk.labels import place_label, say_trouble
from desk.listen import recordings_of
from desk.opened import note_look, worked_case
from desk.parts import DeskParts
from desk.words import current_language, say

OVERTAKEN = Text("Somebody else changed this case meanwhile. Nothing of yours was done yet.")
_LARGEST = 2**31 - 1


def act_pages(desk: Blueprint, parts: DeskParts) -> None:
    """Add what is done to a case."""
    _add_words(desk, parts)
    _add_form(desk, parts)
    _add_people(desk, parts)
    _add_other_cases(desk, parts)


def done(parts: DeskParts, case: Case, act: Callable[[], None], words: Text) -> ResponseReturnValue:
    """Do something to a case, and go back to it; where that cannot be, say why and lose nothing."""
    try:
        act()
    except Overtaken:
        return _overtaken(parts, case.reference)
    except CaseError as error:
        refused = Refused(say_trouble(error), request.form)
        return show_case(parts, case, refused=refused), 400
    flash(say(words), "success")
    return after(parts, case.reference)


def after(parts: DeskParts, reference: str) -> ResponseReturnValue:
    """Go back to a case, or to the list if it is not this viewer's any more."""
    case = parts.office.cases.find(reference)
    if case is None or not viewer().sees(case):
        return redirect(url_for("desk.inbox"), 303)
    return redirect(url_for("desk.case", reference=reference), 303)


def seen() -> int:
    """Give the version of the case that the form was made for; what is none was never current."""
    version = request.form.get("seen", -1, type=int)
    return version if 0 <= version <= _LARGEST else -1


def fir_date() -> str:
    """Give the date of the FIR as letters write it; a browser sends 2026-11-24."""
    typed = request.form.get("fir_date", "").strip()
    try:
        return date.fromisoformat(typed).strftime("%d-%m-%Y")
    except ValueError:
        return typed


def _overtaken(parts: DeskParts, reference: str) -> ResponseReturnValue:
    case = worked_case(parts, reference)
    refused = Refused(say(OVERTAKEN), request.form, happened_since(parts, case, seen()))
    return show_case(parts, case, refused=refused), 409


def _add_words(desk: Blueprint, parts: DeskParts) -> None:
    @desk.post("/case/<reference>/note")
    @needs(*READERS)
    def note(reference: str) -> ResponseReturnValue:
        case = worked_case(parts, reference)
        words = request.form.get("note", "")
        return done(
            parts,
            case,
            lambda: parts.work.note(viewer(), case.reference, words),
            Text("The note is in the file."),
        )

    @desk.post("/case/<reference>/hear/<recording>")
    @needs(*READERS)
    def hear(reference: str, recording: str) -> ResponseReturnValue:
        case = worked_case(parts, reference)
        words = request.form.get("heard", "")
        return done(
            parts,
            case,
            lambda: _hear(parts, case, recording, words),
            Text("What you heard is in the file."),
        )

    @desk.post("/case/<reference>/link")
    @needs(*READERS)
    def link(reference: str) -> ResponseReturnValue:
        case = worked_case(parts, reference)
        number = request.form.get("fir_number", "").strip()
        return done(
            parts,
            case,
            lambda: parts.work.link(viewer(), case.reference, number, fir_date(), seen()),
            Text("The case is linked to the FIR."),
        )


def _hear(parts: DeskParts, case: Case, recording: str, words: str) -> None:
    """Write down what a recording says: in the field of the form that it belongs to, if any."""
    events, told = parts.office.cases.events_of(case), parts.office.cases.told_of(case)
    if recording not in recordings_of(case, events, told):
        raise CaseError("This recording is not of this case.")
    spoken = {each.recording: each.field for each in told.values()}
    if field := spoken.get(recording):
        if not words.strip():
            raise CaseError("Write a few words.")
        _fill(parts, case, {field: words})
    else:
        parts.work.hear(viewer(), case.reference, recording, words)


def _add_form(desk: Blueprint, parts: DeskParts) -> None:
    @desk.post("/case/<reference>/fill")
    @needs(*READERS)
    def fill(reference: str) -> ResponseReturnValue:
        case = worked_case(parts, reference)
        return done(
            parts,
            case,
            lambda: _fill(parts, case, typed_fields(case)),
            Text("The form is saved."),
        )

    @desk.post("/case/<reference>/unlock")
    @needs(*READERS)
    def unlock(reference: str) -> ResponseReturnValue:
        case = worked_case(parts, reference)
        return done(
            parts,
            case,
            lambda: parts.work.unlock(viewer(), case.reference, seen()),
            Text("The PIN is taken away."),
        )


def _fill(parts: DeskParts, case: Case, values: Mapping[str, str]) -> None:
    parts.work.fill(viewer(), case.reference, values, seen(), current_language())


def _add_people(desk: Blueprint, parts: DeskParts) -> None:
    @desk.post("/case/<reference>/assign")
    @needs(*READERS)
    def assign(reference: str) -> ResponseReturnValue:
        case = worked_case(parts, reference)
        return done(parts, case, lambda: _assign(parts, case), Text("The officer has the case."))

    @desk.post("/case/<reference>/protect")
    @needs(*READERS)
    def protect(reference: str) -> ResponseReturnValue:
        case = worked_case(parts, reference)
        protection = request.form.get("protection", "")
        return done(
            parts,
            case,
            lambda: parts.work.protect(viewer(), case.reference, protection, seen()),
            Text("The protection is changed."),
        )


def _assign(parts: DeskParts, case: Case) -> None:
    wanted = request.form.get("officer", "")
    for each in parts.casebook.colleagues(viewer(), case):
        if str(each.id) == wanted:
            parts.work.assign(viewer(), case.reference, (each.id, each.login), seen())
            return
    raise CaseError("Choose one of the officers.")


def _add_other_cases(desk: Blueprint, parts: DeskParts) -> None:
    @desk.get("/case/<reference>/join")
    @needs(*READERS)
    def choose_other(reference: str) -> ResponseReturnValue:
        case = worked_case(parts, reference)
        return _confirm_join(parts, case, request.args.get("other", ""))

    @desk.post("/case/<reference>/join")
    @needs(*READERS)
    def join(reference: str) -> ResponseReturnValue:
        case = worked_case(parts, reference)
        other = ungrouped(request.form.get("other", "")[:40])
        return done(
            parts,
            case,
            lambda: parts.work.join(viewer(), case.reference, other, seen()),
            Text("It is joined: from now on it goes where the other case goes."),
        )

    @desk.post("/case/<reference>/apart")
    @needs(*READERS)
    def apart(reference: str) -> ResponseReturnValue:
        case = worked_case(parts, reference)
        other = ungrouped(request.form.get("other", "")[:40])
        return done(
            parts,
            case,
            lambda: parts.work.set_apart(viewer(), case.reference, other, seen()),
            Text("Noted: they are not the same."),
        )


def _confirm_join(parts: DeskParts, case: Case, typed: str) -> ResponseReturnValue:
    """Show both cases side by side before they are joined."""
    other = parts.office.cases.find(ungrouped(typed[:40]))
    if other is None or not viewer().works(other):
        trouble = Text("There is no case {reference}.")(reference=grouped(ungrouped(typed[:40])))
        return show_case(parts, case, refused=Refused(say(trouble), {})), 404
    for each in (case, other):
        note_look(parts, each, "story")
    directory = parts.office.directory
    heard = {
        each.reference: [
            event.note for event in parts.office.cases.events_of(each) if event.kind == "heard"
        ]
        for each in (case, other)
    }
    forms = {
        each.reference: form_of(directory, each, parts.office.cases.told_of(each))
        for each in (case, other)
    }
    return render_template(
        "desk/case_join.html",
        case=case,
        other=other,
        heard=heard,
        forms=forms,
        place_of=lambda each: place_label(directory, each.district, each.station),
    )
