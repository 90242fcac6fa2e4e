"""The access log at the desk: who looked at what."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from casework.accesses import Wanted
from core.clock import HERE
from core.reference import grouped, ungrouped
from core.text import Text, Words
from desk import labels
from desk.entry import needs
from desk.parts import DeskParts

_PAGE = 50
_LONGEST_FIELD = 64  # characters
_LARGEST_ID = 2**31 - 1


def audit_pages(desk: Blueprint, parts: DeskParts) -> None:
    """Add the page."""

    @desk.get("/accesses")
    @needs("state", "auditor")
    def access_log() -> ResponseReturnValue:
        asked = {name: _field(name) for name in ("who", "case", "from", "to")}
        case_id, trouble = _case_id(parts, asked["case"])
        wanted = Wanted(asked["who"] or None, case_id, _day(asked["from"]), _end_of(asked["to"]))
        older = request.args.get("older", type=int)
        older = max(0, min(older, _LARGEST_ID)) if older else None
        known = [] if trouble else parts.accesses.search(wanted, most=_PAGE + 1, older_than=older)
        return render_template(
            "desk/audit.html",
            accesses=known[:_PAGE],
            more=known[_PAGE - 1].id if len(known) > _PAGE else None,
            asked={name: value for name, value in asked.items() if value},
            trouble=trouble,
            labels=labels,
            grouped=grouped,
        )


def _field(name: str) -> str:
    return request.args.get(name, "")[:_LONGEST_FIELD].strip().replace("\0", "")


def _case_id(parts: DeskParts, typed: str) -> tuple[int | None, Words | None]:
    """Find the case that is asked for, or say that there is none."""
    if not typed:
        return None, None
    case = parts.office.cases.find(ungrouped(typed))
    return (case.id, None) if case else (None, Text("There is no case with this number."))


def _day(written: str) -> datetime | None:
    """Give the moment at which a day begins in Bihar."""
    try:
        day = date.fromisoformat(written)
        return datetime.combine(day, time(), HERE).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _end_of(written: str) -> datetime | None:
    begins = _day(written)
    return begins + timedelta(days=1) if begins and begins.year < date.max.year else None
