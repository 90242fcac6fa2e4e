"""Where limits of requests are counted: in Redis for all processes, or in each while it is away."""

from __future__ import annotations

import re
from typing import Any

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
