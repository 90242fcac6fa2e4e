"""Limits of requests: each client so many, counted in Redis for all processes.

While Redis is away, each process counts for itself.
"""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Flask, request
from flask_limiter import Limiter

from api.door import bearer
from core.rates import counted_in
from core.sealing import Seal


def limit_rates(api: Blueprint, redis_url: str, rate: str, seal: Seal) -> Limiter:
    """Limit the requests to a blueprint, and give what limits them, to be set up with the app."""

    def caller() -> str:
        token = bearer()
        return seal.fingerprint("api caller", token) if token else request.remote_addr or "?"

    limiter = Limiter(
        caller,
        key_prefix="pukar:api",
        **counted_in(redis_url),
    )
    limiter.shared_limit(rate, scope="api")(api)
    api.record_once(lambda state: limiter.init_app(cast("Flask", state.app)))
    return limiter
