"""Posting to addresses that others have named: never into our own network, never for long.

The address is checked when it is connected to, not before: between the two a name may change. The
timeout of a socket is for each byte, so a timer beside it ends the connection in any case.
"""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from contextvars import ContextVar
from threading import Lock, Timer
from types import TracebackType
from typing import Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

SECONDS = 10  # from the beginning of a post to the end of what answers it
_LATE = f"no answer within {SECONDS} seconds"
_DONE = range(200, 300)
# Of IPv6, what is given out for the open internet (RFC 4291); besides there are addresses that a
# network takes for its own, or translates to IPv4 addresses of its own.
_GIVEN_OUT = ipaddress.ip_network("2000::/3")


class NotTaken(Exception):
    """The other side did not take it; the message says why."""


class Outside:
    """Posts bodies to addresses of others; in the demo these may be on this very machine."""

    def __init__(self, *, is_demo: bool) -> None:
        self._is_demo = is_demo

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> None:
        """Post a body; raise NotTaken unless the other side says in time that it has it."""
        with _Deadline() as deadline, self._session() as session:
            try:
                answer = session.post(
                    url,
                    data=body,
                    headers=headers,
                    timeout=SECONDS,
                    allow_redirects=False,
                    stream=True,
                )
                answer.close()  # what it says beside its status is not read
            except (requests.RequestException, OSError, UnicodeError) as error:
                raise NotTaken(_LATE if deadline.is_over else _reason(error)) from error
        if deadline.is_over:  # what was cut off looks like an answer, if its first line was there
            raise NotTaken(_LATE)
        if answer.status_code not in _DONE:
            raise NotTaken(f"it answered {answer.status_code}")

    def _session(self) -> requests.Session:
        """Make a session for one post: what is connected for it, no other post goes on with."""
        session = requests.Session()
        session.trust_env = False  # a proxy would connect for us, unchecked
        session.mount("https://", _Door(_AnyPool if self._is_demo else _CheckedPool))
        session.mount("http://", _Door(_PlainPool) if self._is_demo else _Nowhere())
        return session


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
    is_given_out = checked.version == 4 or checked in _GIVEN_OUT  # noqa: PLR2004  # IPv4
    return checked.is_global and not checked.is_multicast and is_given_out


def _reason(error: Exception) -> str:
    if isinstance(error, requests.Timeout):
        return _LATE
    if "open internet" in str(error):
        return "its address is not on the open internet"
    return f"it cannot be reached ({type(error).__name__})"


class _Deadline:
    """The time of one post: when it is up, its connection ends, whatever still drips in."""

    def __init__(self) -> None:
        self.is_over = False
        self._line: socket.socket | None = None
        self._lock = Lock()
        self._timer = Timer(SECONDS, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        _running.set(self)
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            if self._line:
                self._line.close()
                self._line = None

    def watch(self, line: socket.socket) -> socket.socket:
        """Take a connection under watch; raise TimeoutError where it comes too late."""
        with self._lock:
            if self.is_over:
                line.close()
                raise TimeoutError
            self._line = line.dup()  # TLS will take the connection out of this socket
        return line

    def _end(self) -> None:
        with self._lock:
            self.is_over = True
            if self._line:
                with suppress(OSError):  # it ended by itself
                    self._line.shutdown(socket.SHUT_RDWR)


_running: ContextVar[_Deadline] = ContextVar("the deadline of the post that connects")


class _Watched(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _running.get().watch(super()._new_conn())


class _WatchedSecure(_Watched, HTTPSConnection):
    pass


class _Checked(_WatchedSecure):
    """Connects to the address that was checked, while the certificate must be the host's."""

    def _new_conn(self) -> socket.socket:
        try:
            self._dns_host = public_address(self._dns_host, self.port)
        except (OSError, UnicodeError) as error:
            raise NewConnectionError(self, str(error)) from error
        return super()._new_conn()


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _AnyPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedSecure


class _CheckedPool(HTTPSConnectionPool):
    ConnectionCls = _Checked


class _Door(HTTPAdapter):
    """Connects by one kind of pool only."""

    def __init__(self, pool: type[HTTPConnectionPool]) -> None:
        super().__init__()
        self.poolmanager.pool_classes_by_scheme = {pool.scheme: pool}


class _Nowhere(HTTPAdapter):
    def send(self, *_: object, **__: object) -> requests.Response:
        raise requests.exceptions.InvalidSchema("only https")
