"""The key in the address of webhooks that carry no signature (`WEBHOOK_KEY`)."""

from __future__ import annotations

import hmac
from collections.abc import Callable

import structlog
from flask import Response, request

log = structlog.get_logger()


def key_check(key: str) -> Callable[[], Response | None]:
    """Make a `before_request` that turns away calls without the right `?key=`.

    Without a key set (demo only) every call is let in.
    """

    def check() -> Response | None:
        given = request.args.get("key", "")
        if key and not hmac.compare_digest(given.encode(), key.encode()):
            log.warning("webhook_turned_away", path=request.path, why="key")
            return Response("The key is missing or wrong.\n", 403, mimetype="text/plain")
        return None

    return check
