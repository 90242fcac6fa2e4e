"""What goes wrong on the way to a provider, told apart by whether the letter may have left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from sms.gateway import Silent, TryLater

CONNECT_SECONDS = 3.05


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
    except (requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
        raise Silent("no answer in time") from error
    except requests.RequestException as error:
        raise TryLater(type(error).__name__) from error


def _never_connected(error: requests.ConnectionError) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
