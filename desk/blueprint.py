"""The addresses of the desk, below `/desk/`: each group of pages in a file of its own."""

from __future__ import annotations

from flask import Blueprint

from desk.parts import DeskParts


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
    del parts
    return desk
