"""Bodies: JSON or nothing, and read to the end before anything is done."""

from __future__ import annotations

import json

from flask import Blueprint, request

from api.problems import Trouble

WRITING = ("POST", "PUT")


def check_bodies(api: Blueprint) -> None:
    """Refuse a POST or PUT whose body is not a JSON object."""

    @api.before_request
    def check_body() -> None:
        if request.method not in WRITING:
            return
        if request.mimetype != "application/json":
            raise Trouble(415, "Content-Type: application/json is wanted.")
        try:
            body = json.loads(request.get_data(cache=True))
        except (ValueError, RecursionError) as error:
            raise Trouble(400, "The body is not JSON.") from error
        if not isinstance(body, dict):
            raise Trouble(422, "The body is not an object.")
