"""Fetching what a provider recorded, with limits: it is somebody else's file."""

from __future__ import annotations

import time

import requests

from providers.transport import CONNECT_SECONDS, Refused, TryLater, over_http

LARGEST_RECORDING = 12 * 1024 * 1024  # bytes; two minutes take two at 8 kHz and 16 bits
_TIMEOUT = 20  # seconds without a byte
_TIMEOUTS_IN_ALL = 5  # less than the lease of a recording
_CHUNK = 4 * 1024
_NOT_YET = {401, 403, 404, 408, 425, 429}  # not there yet, or an account's trouble


class TooLarge(Refused):
    """No citizen speaks so long."""


def download(address: str, auth: tuple[str, str] | None = None) -> bytes:
    """Fetch a file; raise TryLater, or Refused for one that is too large or moved elsewhere.

    Redirects are not followed: they would lead our credentials, or us, to another host.
    """
    with (
        over_http(),
        requests.get(
            address,
            auth=auth,
            stream=True,
            allow_redirects=False,
            timeout=(CONNECT_SECONDS, _TIMEOUT),
        ) as answer,
    ):
        if answer.status_code != requests.codes.ok:
            is_passing = answer.status_code in _NOT_YET or answer.status_code >= 500  # noqa: PLR2004
            raise (TryLater if is_passing else Refused)(f"status {answer.status_code}")
        content = bytearray()
        deadline = time.monotonic() + _TIMEOUTS_IN_ALL * _TIMEOUT
        for chunk in answer.iter_content(_CHUNK):
            content += chunk
            if time.monotonic() > deadline:
                raise TryLater("it only trickles in")
            if len(content) > LARGEST_RECORDING:
                raise TooLarge("too large")
    return bytes(content)
