"""Limits of requests: each client so many, and each address so many that are turned away.

They are counted in Redis for all processes; while it is away, each process counts for itself.
"""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Flask, Response
from flask_limiter import Limiter

from api.door import Door
from api.parts import ApiParts
from core.rates import address, counted_in

FAILURES_OF_AN_ADDRESS = "60/minute"


def limit_rates(api: Blueprint, parts: ApiParts, door: Door) -> Limiter:
    """Limit the requests to a blueprint, and give what limits them, to be set up with the app."""

    def here() -> str:
        return address(parts.proxies)

    limiter = Limiter(
        lambda: door.caller() or here(),
        key_prefix="pukar:api",
        **counted_in(parts.redis_url),
    )
    # A client that shares its address with a guesser is let in all the same.
    limiter.shared_limit(
        FAILURES_OF_AN_ADDRESS,
        scope="api failures",
        key_func=here,
        exempt_when=door.has_let_in,
        deduct_when=_is_turned_away,
    )(api)
    limiter.shared_limit(parts.rate, scope="api")(api)
    api.record_once(lambda state: limiter.init_app(cast("Flask", state.app)))
    return limiter


def _is_turned_away(response: Response) -> bool:
    return response.status_code == 401  # noqa: PLR2004  # no token, or none of ours
