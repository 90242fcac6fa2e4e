"""Who calls: a client with its token, which may do what its scopes say."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import structlog
from flask import Blueprint, g, request

from api.problems import Trouble
from casework.clients import Client, Clients, Scope

P = ParamSpec("P")
R = TypeVar("R")
REALM = 'Bearer realm="Pukar"'

log = structlog.get_logger()


def bearer() -> str:
    """Give the token of this request, or nothing."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def client() -> Client:
    """Give the client of this request."""
    known: Client = g.api_client
    return known


def keep_door(api: Blueprint, clients: Clients, open_endpoint: str) -> None:
    """Turn away whoever has no token, except from what is open."""

    @api.before_request
    def check_token() -> None:
        if request.endpoint == open_endpoint:
            return
        token = bearer()
        found = clients.find(token) if token else None
        if found is None:
            why = 'error="invalid_token"' if token else ""
            log.warning("api_turned_away", path=request.path, why="token" if token else "no token")
            challenge = {"WWW-Authenticate": f"{REALM}, {why}" if why else REALM}
            raise Trouble(401, "A token is wanted: Authorization: Bearer …", headers=challenge)
        g.api_client = found


def needs(*scopes: Scope) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let in only clients that have one of these scopes."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            if not client().scopes & set(scopes):
                wanted = " or ".join(scopes)
                challenge = f'{REALM}, error="insufficient_scope", scope="{" ".join(scopes)}"'
                headers = {"WWW-Authenticate": challenge}
                raise Trouble(403, f"This needs the scope {wanted}.", headers=headers)
            return view(*args, **kwargs)

        return checked

    return decorate
