"""The addresses that providers of USSD call."""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from core.database import DatabaseDown
from core.sessions import SessionsDown
from core.webhook_key import key_check
from ussd.entrance import Entrance
from ussd.gateway import Malformed, Reply

log = structlog.get_logger()


def ussd_blueprint(entrance: Entrance, webhook_key: str) -> Blueprint:
    """Make the two addresses of a gateway: its sessions, and how they end."""
    gateway = entrance.gateway
    blueprint = Blueprint(f"ussd_{gateway.name}", __name__, url_prefix=f"/ussd/{gateway.name}")
    blueprint.before_request(key_check(webhook_key))

    @blueprint.post("")
    def session() -> Response:
        return _screen(entrance, entrance.answer(gateway.read(request.form)))

    @blueprint.post("/events")
    def events() -> Response:
        try:
            entrance.record_end(gateway.read_end(request.form))
        except (SessionsDown, DatabaseDown) as trouble:
            log.error("event_not_kept", gateway=gateway.name, why=str(trouble))
            return _plain("Please send this again later.\n", 503)
        return _plain("Noted.\n", 200)

    @blueprint.errorhandler(Malformed)
    def malformed(error: Malformed) -> Response:
        return _plain(f"{error}\n", 400)

    @blueprint.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException):
            return error
        log.error("unforeseen", gateway=gateway.name, exc_info=error)
        if request.path.endswith("/events"):
            return _plain("Please send this again later.\n", 500)
        return _screen(entrance, entrance.apologise())

    return blueprint


def _screen(entrance: Entrance, reply: Reply) -> Response:
    return _plain(entrance.gateway.write(reply), 200)


def _plain(body: str, status: int) -> Response:
    return Response(body, status, content_type="text/plain; charset=utf-8")
