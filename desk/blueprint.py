"""The addresses of the desk, below `/desk/`: each group of pages in a file of its own."""

from __future__ import annotations

from flask import Blueprint

from desk.acts import act_pages
from desk.audit import audit_pages
from desk.case import case_pages
from desk.entry import guard
from desk.headers import wear_headers
from desk.inbox import inbox_pages
from desk.letters import letters_pages
from desk.listen import listening_pages
from desk.moves import move_pages
from desk.open import open_pages
from desk.parts import DeskParts
from desk.people import people_pages
from desk.sign_in import sign_in_pages
from desk.stations import station_pages
from desk.supervisor import supervisor_pages


def desk_blueprint(parts: DeskParts) -> Blueprint:
    """Make the desk."""
    desk = Blueprint(
        "desk",
        __name__,
        url_prefix="/desk",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    # Each group of pages is added by a function of its own: inbox_pages(desk, parts), …
    wear_headers(desk, is_secure=parts.settings.public_url.startswith("https:"))
    guard(desk, parts)
    sign_in_pages(desk, parts)
    people_pages(desk, parts)
    inbox_pages(desk, parts)
    case_pages(desk, parts)
    act_pages(desk, parts)
    move_pages(desk, parts)
    listening_pages(desk, parts)
    supervisor_pages(desk, parts)
    letters_pages(desk, parts)
    open_pages(desk, parts)
    station_pages(desk, parts)
    audit_pages(desk, parts)
    return desk
