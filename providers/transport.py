"""What goes wrong on the way to a provider, told apart by whether it may have been done."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from requests.exceptions import ChunkedEncodingError, ContentDecodingError, InvalidJSONError
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProxyError, SSLError

from core.phone import masked

CONNECT_SECONDS = 3.05
NOT_UNDERSTOOD = "an answer that we do not understand"
UNSURE = {408, 502, 504}  # somebody in between gave up waiting
_LONGEST_SAID = 200  # characters of what a provider says


class TryLater(Exception):
    """The provider did not take it now; it may later, and another one may now."""


class Silent(TryLater):
    """The provider gave no answer: it may have done what we asked."""


class Refused(Exception):
    """The provider will never do it; the message says why."""


@contextmanager
def over_http() -> Iterator[None]:
    """Raise TryLater where nothing was sent, Silent where no answer came back."""
    try:
        yield
    except requests.ConnectTimeout as error:
        raise TryLater("no connection") from error
    except requests.ConnectionError as error:
        if _never_connected(error):
            raise TryLater("no connection") from error
        raise Silent("the connection broke") from error
    except requests.Timeout as error:
        raise Silent("no answer in time") from error
    except ChunkedEncodingError as error:
        raise Silent("the connection broke") from error
    except (ContentDecodingError, InvalidJSONError) as error:
        raise Silent(NOT_UNDERSTOOD) from error
    except requests.RequestException as error:
        raise TryLater(type(error).__name__) from error


def said(answer: str, phone: str) -> str:
    """Give what a provider said as a line for logs, without the phone that it may name."""
    line = " ".join(answer.split()).replace(phone[3:], masked(phone)[3:])
    return line[:_LONGEST_SAID]


def _never_connected(error: requests.ConnectionError) -> bool:
    """Say whether it broke before anything was sent; a proxy or a certificate may be why."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else None
    if isinstance(reason, SSLError):
        return isinstance(reason.args[0], ssl.SSLCertVerificationError)
    return isinstance(reason, NewConnectionError | ProxyError)
