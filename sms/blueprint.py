"""The addresses that providers of SMS call."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from core.database import DatabaseDown
from core.webhook_key import key_check
from providers.signature import address_called
from sms.entrance import Entrance
from sms.gateway import Call, Door, Gateway, Malformed

log = structlog.get_logger()


def sms_blueprint(
    gateway: Gateway, entrance: Entrance, public_url: str, webhook_key: str
) -> Blueprint:
    """Make the addresses of a gateway, one for each of its doors.

    Who calls is checked by the provider's signature, or else by the key in the address.
    """
    blueprint = Blueprint(f"sms_{gateway.name}", __name__, url_prefix=f"/sms/{gateway.name}")
    has_key = key_check(webhook_key)

    @blueprint.before_request
    def check_caller() -> Response | None:
        is_signed = gateway.admits(_call(public_url))
        if is_signed is None:
            return has_key()
        if is_signed:
            return None
        log.warning("webhook_turned_away", path=request.path, why="signature")
        return _plain("The signature is missing or wrong.\n", 403)

    for path, door in gateway.doors.items():
        blueprint.add_url_rule(
            f"/{path}", path, _view(gateway, entrance, door), methods=[gateway.method]
        )

    @blueprint.errorhandler(Malformed)
    def malformed(error: Malformed) -> Response:
        log.warning("webhook_turned_away", path=request.path, why=str(error))
        return _plain(f"{error}\n", 400)

    @blueprint.errorhandler(DatabaseDown)
    def down(error: DatabaseDown) -> Response:
        log.error("sms_not_kept", gateway=gateway.name, why=str(error))
        return _plain("Please send this again later.\n", 503)

    @blueprint.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException):
            return error
        log.error("unforeseen", gateway=gateway.name, exc_info=error)
        return _plain("Please send this again later.\n", 500)

    return blueprint


def _view(gateway: Gateway, entrance: Entrance, door: Door) -> Callable[[], Response]:
    def view() -> Response:
        fields = _fields()
        if door == "message":
            entrance.take(gateway.name, gateway.received(fields))
        else:
            entrance.take_receipt(gateway.name, gateway.receipt(fields))
        kind, body = gateway.thanks
        return Response(body, 200, content_type=f"{kind}; charset=utf-8")

    return view


def _fields() -> MultiDict[str, str]:
    """Give the fields of a call, without the NUL that PostgreSQL cannot keep."""
    given = request.values
    return MultiDict(
        (name, value.replace("\0", "")) for name in given for value in given.getlist(name)
    )


def _call(public_url: str) -> Call:
    return Call(address_called(public_url), request.form, request.headers)


def _plain(body: str, status: int) -> Response:
    return Response(body, status, content_type="text/plain; charset=utf-8")
