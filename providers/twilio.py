"""An account with Twilio, through the provider's SDK: its host, its signature.

Sources: twilio.com/docs, "Webhooks security"; the SDK's `request_validator.py`, `http_client.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit, urlunsplit

from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from werkzeug.datastructures import Headers, MultiDict

from providers.transport import CONNECT_SECONDS

_HOST = "https://api.twilio.com"


@dataclass(frozen=True)
class Account:
    """An account; without a `base_url` it is with the provider itself."""

    account_sid: str
    auth_token: str
    base_url: str = ""

    @property
    def host(self) -> str:
        """Give where the provider's API is."""
        return self.base_url or _HOST

    def admits(self, url: str, fields: MultiDict[str, str], headers: Headers) -> bool:
        """Check `X-Twilio-Signature` over the address as Twilio called it, and all fields."""
        if not self.auth_token:
            return False
        signature = headers.get("X-Twilio-Signature", "")
        return bool(RequestValidator(self.auth_token).validate(url, fields, signature))

    def client(self, timeout: float) -> Client:
        """Give the SDK's client, which waits so many seconds for an answer."""
        http = _HttpClient(self.host, timeout)
        return Client(self.account_sid, self.auth_token, http_client=http)


class _HttpClient(TwilioHttpClient):  # type: ignore[misc]  # the SDK has no types
    """The SDK's client with a time limit, and with a host that can be set."""

    def __init__(self, base_url: str, timeout: float) -> None:
        # A connection for each letter: one that was kept open and broke says nothing.
        super().__init__(pool_connections=False)
        self.timeout = (CONNECT_SECONDS, timeout)  # the SDK's own argument takes one for both
        self._base = urlsplit(base_url)

    def request(self, method: str, url: str, *args: object, **more: object) -> Response:
        """Make a request at our host instead of the SDK's."""
        parts = urlsplit(url)
        path = self._base.path.rstrip("/") + parts.path
        ours = parts._replace(scheme=self._base.scheme, netloc=self._base.netloc, path=path)
        answer = super().request(method, urlunsplit(ours), *args, **more)
        return cast("Response", answer)
