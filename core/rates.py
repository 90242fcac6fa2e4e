"""Limits of requests: whose they are, and where they are counted.

They are counted in Redis for all processes, or in each while it is away.
"""

from __future__ import annotations

import re
from typing import Any

from flask import request

_SECONDS = 1  # that a count may take


def counted_in(redis_url: str) -> dict[str, Any]:
    """Give what Flask-Limiter is to be told of the store."""
    # Of redis-py. With a `retry` the first request after Redis went away would wait for seconds.
    options = {"socket_connect_timeout": _SECONDS, "socket_timeout": _SECONDS, "retry": None}
    return {
        "storage_uri": re.sub(r"^unix://", "redis+unix://", redis_url),
        "storage_options": options,
        "in_memory_fallback_enabled": True,
    }


def address(proxies: int) -> str:
    """Give the address that this request came from, as the outermost of our proxies says it."""
    route = [*request.access_route]
    if not proxies or len(route) < proxies:
        return request.remote_addr or "?"
    return route[-proxies]
