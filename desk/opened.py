"""A case that a page is about: found for this viewer, or not there at all."""

from __future__ import annotations

from flask import abort, flash

from casework.accesses import What
from core.cases import Case
from core.reference import is_well_formed, ungrouped
from core.text import Text
from desk.entry import viewer
from desk.parts import DeskParts
from desk.words import say

# The same for one that never was here: nobody learns of a case by guessing numbers.
_NOT_HERE = Text("No such case is with you, or not any more: somebody may have given it away.")


def seen_case(parts: DeskParts, reference: str) -> Case:
    """Give a case that this viewer may see, perhaps masked; to others it is not there (404)."""
    digits = ungrouped(reference[:40])
    case = parts.office.cases.find(digits) if is_well_formed(digits) else None
    if case is None or not viewer().sees(case):
        flash(say(_NOT_HERE), "warning")
        abort(404)
    return case


def read_case(parts: DeskParts, reference: str) -> Case:
    """Give a case whose story this viewer may read; one that is masked for him is refused (403)."""
    case = seen_case(parts, reference)
    if not viewer().reads(case):
        abort(403)
    return case


def note_look(parts: DeskParts, case: Case, what: What) -> None:
    """Note in the access log that this viewer looks at a case; a page loaded again counts once."""
    parts.accesses.note(viewer().login, case.id, what, "desk", is_again=True)


def worked_case(parts: DeskParts, reference: str) -> Case:
    """Give a case into which this viewer may write; others are refused (403)."""
    case = read_case(parts, reference)
    if not viewer().works(case):
        abort(403)
    return case
