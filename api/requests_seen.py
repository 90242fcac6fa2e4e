"""A name for each request, which the caller may give, to find it in logs."""

from __future__ import annotations

import re
import secrets

from flask import Blueprint, Response, g, request

HEADER = "X-Request-ID"
_LOOKS = re.compile(r"[A-Za-z0-9._-]{1,64}")


def request_id() -> str:
    """Give the name of this request."""
    if "request_id" not in g:
        given = request.headers.get(HEADER, "")
        g.request_id = given if _LOOKS.fullmatch(given) else secrets.token_hex(8)
    name: str = g.request_id
    return name


def name_requests(api: Blueprint) -> None:
    """Have every answer below the blueprint's address bear its request's name."""

    @api.after_app_request
    def name_it(response: Response) -> Response:
        if request.path.startswith("/api/"):
            response.headers[HEADER] = request_id()
            response.headers["Cache-Control"] = "no-store"
            response.headers["X-Content-Type-Options"] = "nosniff"
        return response
