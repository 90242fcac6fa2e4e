"""What a provider's signature covers, as the provider saw it."""

from __future__ import annotations

from flask import request


def address_called(public_url: str) -> str:
    """Give the address of the current request as the provider called it.

    It is the same whatever a proxy has made of it. The query is taken as it came over the wire:
    Flask's own `request.url` is decoded, and so no longer what was signed.
    """
    query = request.environ.get("QUERY_STRING", "")
    return f"{public_url}{request.path}{'?' if query else ''}{query}"
