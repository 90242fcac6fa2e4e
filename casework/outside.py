"""Posting to addresses that others have named: never into our own network, never elsewhere.

The address is checked when it is connected to, not before: between the two a name may change.
"""

from __future__ import annotations

import ipaddress
import socket

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

SECONDS = 10  # for connecting, and for an answer
_DONE = range(200, 300)
# What a network may translate to IPv4 addresses of its own (RFC 6052, RFC 8215).
_TRANSLATED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


class NotTaken(Exception):
    """The other side did not take it; the message says why."""


class Outside:
    """Posts bodies to addresses of others; in the demo these may be on this very machine."""

    def __init__(self, *, is_demo: bool) -> None:
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy would connect for us, unchecked
        if not is_demo:
            self._session.mount("https://", _guarded())
            self._session.mount("http://", _Nowhere())

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> None:
        """Post a body; raise NotTaken unless the other side says that it has it."""
        try:
            answer = self._session.post(
                url, data=body, headers=headers, timeout=SECONDS, allow_redirects=False, stream=True
            )
            answer.close()  # what it says beside its status is not read
        except (requests.RequestException, OSError, UnicodeError) as error:
            raise NotTaken(_reason(error)) from error
        if answer.status_code not in _DONE:
            raise NotTaken(f"it answered {answer.status_code}")


def public_address(host: str, port: int) -> str:
    """Give an address of a host, if all it has are on the open internet; raise OSError else."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]) for each in found]
    if not all(_is_public(each) for each in addresses):
        raise OSError(f"{host} is not on the open internet")
    return addresses[0]


def _is_public(written: str) -> bool:
    address = ipaddress.ip_address(written.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    checked = inner or address
    translated = any(address in each for each in _TRANSLATED)
    return checked.is_global and not checked.is_multicast and not translated


def _reason(error: Exception) -> str:
    if isinstance(error, requests.Timeout):
        return f"no answer within {SECONDS} seconds"
    if "open internet" in str(error):
        return "its address is not on the open internet"
    return f"it cannot be reached ({type(error).__name__})"


class _Connection(HTTPSConnection):
    """Connects to the address that was checked, while the certificate must be the host's."""

    def _new_conn(self) -> socket.socket:
        try:
            self._dns_host = public_address(self._dns_host, self.port)
        except (OSError, UnicodeError) as error:
            raise NewConnectionError(self, str(error)) from error
        return super()._new_conn()


class _Pool(HTTPSConnectionPool):
    ConnectionCls = _Connection


def _guarded() -> HTTPAdapter:
    adapter = HTTPAdapter()
    adapter.poolmanager.pool_classes_by_scheme = {"https": _Pool}
    return adapter


class _Nowhere(HTTPAdapter):
    def send(self, *_: object, **__: object) -> requests.Response:
        raise requests.exceptions.InvalidSchema("only https")
