"""Letters, gateways, recordings and calls: what went out and came in, what did not, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.viewer import Role
from core.clock import local_time, now
from core.gateway_shares import FULL_SHARE
from core.outbox import LetterLine
from core.text import Text
from desk.entry import needs, viewer
from desk.labels import LETTER_STATES, language_label, letter_label
from desk.parts import DeskParts
from desk.words import say

READERS: tuple[Role, ...] = ("state", "auditor", "admin")
SENDERS: tuple[Role, ...] = ("state", "admin")
_PAGE = 25
_LAST_PAGE = 1_000_000
_SILENCE = timedelta(minutes=2)
_ID = "<int(max=2147483647):letter_id>"
_GIVEN_UP = ("dead", "failed")

STATES_OF_RECORDINGS: dict[str, Text] = {
    "expected": Text("address not known yet"),
    "due": Text("to be fetched"),
    "copied": Text("ours is safe, the provider's is to be deleted"),
    "kept": Text("kept"),
    "lost": Text("lost"),
    "dropped": Text("removed: no case needed it"),
}
STATES_OF_CALLS: dict[str, Text] = {
    "due": Text("to be made"),
    "placed": Text("ringing"),
    "answered": Text("answered"),
    "done": Text("done"),
    "failed": Text("not reached"),
}
PURPOSES: dict[str, Text] = {
    "callback": Text("returns a missed call"),
    "story": Text("takes a story"),
    "letter": Text("reads out a letter"),
}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a list: which status is looked at, how many there are of each, where one is."""

    status: str
    labels: Mapping[str, Text]
    counts: Mapping[str, int]
    page: int
    has_more: bool


def letters_pages(desk: Blueprint, parts: DeskParts) -> None:
    """Add the pages."""
    _add_letters(desk, parts)
    _add_sending(desk, parts)
    _add_gateways(desk, parts)
    _add_recordings(desk, parts)
    _add_calls(desk, parts)


def _add_letters(desk: Blueprint, parts: DeskParts) -> None:
    @desk.get("/letters")
    @needs(*READERS)
    def letters() -> str:
        status, page = _status(LETTER_STATES), _page()
        found = parts.outbox.newest(status=status or None, most=_PAGE, page=page)
        counts = parts.outbox.counts()
        return render_template(
            "desk/letters.html",
            sheet=Sheet(status, LETTER_STATES, counts, page, len(found) == _PAGE),
            lines=[_as_row(parts, each) for each in found],
            references=parts.seen.of_letters(viewer(), [each.id for each in found]),
            given_up=sum(counts.get(each, 0) for each in _GIVEN_UP),
            may_send=viewer().role in SENDERS,
            no_worker=_no_worker_since(parts) if counts.get("due") else None,
            letter_label=letter_label,
            language_label=language_label,
        )


def _add_sending(desk: Blueprint, parts: DeskParts) -> None:
    @desk.post(f"/letters/{_ID}/again")
    @needs(*SENDERS)
    def send_again(letter_id: int) -> ResponseReturnValue:
        """Try a letter anew that was given up or not delivered."""
        return _revived(parts.outbox.revive(letter_id), letter_id)

    @desk.get("/letters/again")
    @needs(*SENDERS)
    def ask_to_send_all() -> str:
        """Ask before all of them are sent: each costs something, and reaches somebody."""
        counts = parts.outbox.counts()
        given_up = sum(counts.get(each, 0) for each in _GIVEN_UP)
        return render_template("desk/letters_again.html", given_up=given_up)

    @desk.post("/letters/again")
    @needs(*SENDERS)
    def send_all_again() -> ResponseReturnValue:
        return _revived(parts.outbox.revive())


def _revived(count: int, letter: int | None = None) -> ResponseReturnValue:
    if count:
        log.info("letters_revived", who=viewer().login, count=count, letter=letter)
        flash(say(Text("Sent again: {count}.")(count=count)), "success")
    else:
        said = Text("Nothing was sent: it is on its way already, or the citizen wants no SMS.")
        flash(say(said), "warning")
    return redirect(url_for("desk.letters"), 303)


def _add_gateways(desk: Blueprint, parts: DeskParts) -> None:
    @desk.get("/gateways")
    @needs(*READERS)
    def gateways() -> str:
        page = _page()
        decisions = parts.shares.decisions(_PAGE, page)
        shares = parts.shares.shares()
        in_use = parts.settings.gateways_in_use
        routes = [
            (each, shares.get(each.name, FULL_SHARE), _trouble(parts, each.name)) for each in in_use
        ]
        return render_template(
            "desk/gateways.html",
            routes=routes,
            decisions=decisions,
            sheet=Sheet("", {}, {}, page, len(decisions) == _PAGE),
            no_worker=_no_worker_since(parts),
            missing=parts.register.missing(),
            needs_dlt=any(each.is_dlt for each in in_use),
            local_time=local_time,
            letter_label=letter_label,
            language_label=language_label,
        )


def _trouble(parts: DeskParts, gateway: str) -> str:
    found = parts.shares.last_trouble(gateway)
    return f"{local_time(found.at)}: {found.what}" if found else ""


def _add_recordings(desk: Blueprint, parts: DeskParts) -> None:
    @desk.get("/recordings")
    @needs(*READERS)
    def recordings() -> str:
        """List what callers spoke, and how far each recording has come."""
        status, page = _status(STATES_OF_RECORDINGS), _page()
        found = parts.recordings.newest(status=status or None, most=_PAGE, page=page)
        counts = parts.recordings.counts()
        return render_template(
            "desk/letters_recordings.html",
            sheet=Sheet(status, STATES_OF_RECORDINGS, counts, page, len(found) == _PAGE),
            lines=found,
            references=parts.seen.of_recordings(viewer(), [each.id for each in found]),
            local_time=local_time,
        )


def _add_calls(desk: Blueprint, parts: DeskParts) -> None:
    @desk.get("/calls")
    @needs(*READERS)
    def calls() -> str:
        """List the calls that we make."""
        status, page = _status(STATES_OF_CALLS), _page()
        found = parts.calls.newest(status=status or None, most=_PAGE, page=page)
        return render_template(
            "desk/letters_calls.html",
            sheet=Sheet(status, STATES_OF_CALLS, parts.calls.counts(), page, len(found) == _PAGE),
            lines=found,
            has_voice=parts.settings.has_voice,
            purposes=PURPOSES,
            local_time=local_time,
        )


def _as_row(parts: DeskParts, letter: LetterLine) -> dict[str, Any]:
    """Say of a letter when its last was, and why it stands where it does."""
    why = letter.trouble or ""
    if letter.status == "due":
        waits = letter.can_wait and parts.settings.nights.contain(now())
        after = (
            Text("quiet hours") if waits else Text("from {time}")(time=local_time(letter.due_at))
        )
        why = f"{say(after)} {why}".strip()
    return {
        "letter": letter,
        "when": local_time(letter.settled_at or letter.sent_at or letter.posted_at),
        "why": why,
        "is_given_up": letter.status in _GIVEN_UP,
    }


def _no_worker_since(parts: DeskParts) -> str | None:
    """Say since when no worker was seen, "" if never; None if there is one, or need for none."""
    if not parts.settings.gateways_in_use:
        return None
    seen = parts.shares.last_sign_of_work()
    if seen is None:
        return ""
    return local_time(seen) if now() - seen > _SILENCE else None


def _status(known: Mapping[str, Text]) -> str:
    status = request.args.get("status", "")
    return status if status in known else ""


def _page() -> int:
    page = request.args.get("page", 1, type=int)
    if not 0 < page <= _LAST_PAGE:
        abort(404)
    return page
