"""Who calls: a client with its token, which may do what its scopes say."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import structlog
from flask import Blueprint, g, request

from api.problems import Trouble
from casework.clients import Client, Clients, Scope
from core.sealing import Seal

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


class Door:
    """Finds out who calls, and remembers which tokens were right while this process runs."""

    def __init__(self, clients: Clients, seal: Seal) -> None:
        self._clients = clients
        self._seal = seal
        self._right: set[str] = set()

    def caller(self) -> str:
        """Give a name for the token of this request, empty where there is none."""
        token = bearer()
        return self._seal.fingerprint("api caller", token) if token else ""

    def has_let_in(self) -> bool:
        """Say whether the token of this request was right before; it may be revoked since."""
        return self.caller() in self._right

    def let_in(self) -> Client:
        """Give the client that calls; raise Trouble where it is none."""
        token = bearer()
        found = self._clients.find(token) if token else None
        if found is None:
            self._right.discard(self.caller())
            why = 'error="invalid_token"' if token else ""
            log.warning("api_turned_away", path=request.path, why="token" if token else "no token")
            challenge = {"WWW-Authenticate": f"{REALM}, {why}" if why else REALM}
            raise Trouble(401, "A token is wanted: Authorization: Bearer …", headers=challenge)
        self._right.add(self.caller())
        return found


def keep_door(api: Blueprint, door: Door, open_endpoint: str) -> None:
    """Turn away whoever has no token, except from what is open."""

    @api.before_request
    def check_token() -> None:
        if request.endpoint != open_endpoint:
            g.api_client = door.let_in()


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
