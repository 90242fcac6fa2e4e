"""The key in the address of webhooks that carry no signature (`WEBHOOK_KEY`)."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from flask import Response, request


def key_check(key: str) -> Callable[[], Response | None]:
    """Make a `before_request` that turns away calls without the right `?key=`.

    Without a key set (demo only) every call is let in.
    """

    def check() -> Response | None:
        given = request.args.get("key", "")
        if key and not hmac.compare_digest(given.encode(), key.encode()):
            return Response("The key is missing or wrong.\n", 403, mimetype="text/plain")
        return None

    return check
