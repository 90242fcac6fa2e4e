"""The addresses that providers of voice calls use."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

import structlog
from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from core.database import DatabaseDown
from core.sessions import SessionsDown
from core.webhook_key import key_check
from ivr.entrance import Entrance
from ivr.gateway import (
    Arrived,
    Began,
    Ended,
    Event,
    Lost,
    Malformed,
    Nothing,
    Request,
    Stepped,
)
from providers.signature import address_called

log = structlog.get_logger()


def ivr_blueprint(entrance: Entrance, public_url: str, webhook_key: str) -> Blueprint:
    """Make the addresses of a gateway, one for each of its doors.

    Who calls is checked by the provider's signature, or else by the key in the address.
    """
    gateway = entrance.gateway
    blueprint = Blueprint(f"ivr_{gateway.name}", __name__, url_prefix=f"/ivr/{gateway.name}")
    has_key = key_check(webhook_key)

    @blueprint.before_request
    def check_caller() -> Response | None:
        is_signed = gateway.admits(_request(public_url, ""))
        if is_signed is None:
            return has_key()
        if is_signed:
            return None
        log.warning("webhook_turned_away", path=request.path, why="signature")
        return _plain("The signature is missing or wrong.\n", 403)

    for door in gateway.doors:
        path = f"/{door}" if door else ""
        view = _view(entrance, public_url, door)
        blueprint.add_url_rule(path, door or "call", view, methods=["POST"])

    @blueprint.errorhandler(Malformed)
    def malformed(error: Malformed) -> Response:
        log.warning("webhook_turned_away", path=request.path, why=str(error))
        return _plain(f"{error}\n", 400)

    @blueprint.errorhandler(SessionsDown)
    @blueprint.errorhandler(DatabaseDown)
    def down(error: SessionsDown | DatabaseDown) -> Response:
        log.error("event_not_kept", gateway=gateway.name, why=str(error))
        return _plain("Please send this again later.\n", 503)

    @blueprint.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException):
            return error
        log.error("unforeseen", gateway=gateway.name, exc_info=error)
        return _plain("Please send this again later.\n", 500)

    return blueprint


def _view(entrance: Entrance, public_url: str, door: str) -> Callable[[], Response]:
    def view() -> Response:
        event = entrance.gateway.read(_request(public_url, door))
        document = _answer(entrance, event)
        if document is not None:
            return _document(document)
        return _plain(entrance.gateway.thanks, 200)

    return view


def _answer(entrance: Entrance, event: Event) -> str | None:
    """Take an event; give the document that the provider is to play, where it awaits one."""
    match event:
        case Began() | Stepped() | Lost():
            return _say(entrance, event)
        case Arrived():
            entrance.arrive(event)
        case Ended():
            entrance.end(event)
        case Nothing():
            pass
        case _:
            assert_never(event)
    return None


def _say(entrance: Entrance, event: Began | Stepped | Lost) -> str:
    """Give the document for a caller, who hears of trouble in words whatever it is."""
    try:
        match event:
            case Began():
                return entrance.begin(event)
            case Stepped():
                return entrance.step(event)
            case Lost():
                return entrance.say_again(event)
            case _:
                assert_never(event)
    except Exception:
        log.exception("unforeseen", gateway=entrance.gateway.name)
        return entrance.apologise()


def _request(public_url: str, door: str) -> Request:
    query, fields = MultiDict(request.args), MultiDict(request.form)
    return Request(address_called(public_url), door, query, fields, request.headers)


def _document(xml: str) -> Response:
    return Response(xml, 200, content_type="text/xml; charset=utf-8")


def _plain(body: str, status: int) -> Response:
    return Response(body, status, content_type="text/plain; charset=utf-8")
