"""The page with the phones, and the letters that each of them has received.

The phones speak to the service through its public webhooks, as a provider does; the page
itself adds a look into the SMS that went out, and what calls need (voice.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify, render_template, request

from simulator.voice import Voice, voice_blueprint

INDIA = ZoneInfo("Asia/Kolkata")

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Received(Protocol):
    """An SMS as it reached a phone; `at` is in UTC."""

    @property
    def id(self) -> str:
        """Tell it from every other letter of the phone."""

    @property
    def at(self) -> datetime:
        """Give the moment it arrived."""

    @property
    def sender(self) -> str:
        """Give the header or number it came from."""

    @property
    def text(self) -> str:
        """Give its words."""


class Inbox(Protocol):
    """Where the page finds the SMS of a phone."""

    def letters(self, phone: str) -> Sequence[Received]:
        """List what a number has received."""


def simulator_page(
    inbox: Inbox, service_code: str, sms_number: str, voice: Voice | None = None
) -> Blueprint:
    """Make the page whose phones can dial one service code (`*384*112#`) and write to a number.

    With `voice` they can call, too, and be called.
    """
    page = Blueprint(
        "simulator",
        __name__,
        url_prefix="/simulator",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )

    @page.get("/")
    def show_phones() -> str:
        return render_template(
            "simulator.html",
            service_code=service_code,
            sms_number=sms_number,
            voice_number=voice.number if voice else "",
            missed_call_number=voice.missed_call_number if voice else "",
        )

    @page.get("/inbox")
    def list_letters() -> Response:
        phone = request.args.get("phone", "")
        if not _E164.fullmatch(phone):
            return _refuse("Give the phone number with its country code, like +919800000001.")
        return _list(inbox.letters(phone))

    if voice:
        page.register_blueprint(voice_blueprint(voice))
    page.after_request(_protect)
    return page


def _list(letters: Iterable[Received]) -> Response:
    newest_first = sorted(letters, key=lambda letter: letter.at, reverse=True)
    response = jsonify([_describe(letter) for letter in newest_first])
    response.cache_control.no_store = True
    return response


def _describe(letter: Received) -> dict[str, str]:
    return {
        "id": letter.id,
        "at": letter.at.astimezone(INDIA).isoformat(timespec="seconds"),
        "sender": letter.sender,
        "text": letter.text,
    }


def _refuse(reason: str) -> Response:
    response = jsonify(error=reason)
    response.status_code = 400
    return response


def _protect(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response
