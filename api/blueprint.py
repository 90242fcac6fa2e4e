"""The API for other systems, below `/api/v1/`."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from api.bodies import check_bodies
from api.cases import case_views
from api.description import new_description, written
from api.door import Door, keep_door
from api.feed import feed_views
from api.hooks import hook_views
from api.once import do_once
from api.parts import ApiParts
from api.problems import answer_problems
from api.rates import limit_rates
from api.records import record_views
from api.requests_seen import name_requests

_OPEN = "api.describe"


def api_blueprint(parts: ApiParts) -> Blueprint:
    """Make the API: who calls is checked first, then the body, then whether it is a repeat."""
    api = Blueprint("api", __name__, url_prefix="/api/v1")
    spec = new_description()
    door = Door(parts.clients, parts.seal)
    limiter = limit_rates(api, parts, door)
    name_requests(api)
    answer_problems(api, limiter)
    keep_door(api, door, _OPEN)
    check_bodies(api)
    do_once(api, parts.repeats)
    case_views(api, spec, parts)
    feed_views(api, spec, parts)
    hook_views(api, spec, parts)
    record_views(api, spec, parts)

    @api.get("/openapi.json")
    def describe() -> Response:
        return jsonify(written(spec))

    return api
