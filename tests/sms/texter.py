"""A person who writes SMS, for tests; the phone simulator plays the provider's part."""

import secrets
from dataclasses import dataclass, field

from werkzeug.test import TestResponse

from tests.service import Service


@dataclass
class Texter:
    """One phone. `inbox` is what it has received, the newest first."""

    service: Service
    phone: str = "+919800000001"
    last: dict[str, str] = field(default_factory=dict)

    def writes(self, text: str) -> "Texter":
        """Send an SMS to the service."""
        message = f"SIMmo_{secrets.token_hex(16)}"
        self.last = {"id": message, "from": self.phone, "to": "PUKAR", "text": text}
        assert self.sends_again().status_code == 200
        return self

    def sends_again(self) -> TestResponse:
        """Let the provider post the last SMS once more."""
        return self.service.client.post("/sms/simulator/inbound", data=self.last)

    @property
    def inbox(self) -> list[str]:
        return self.service.inbox(self.phone)

    @property
    def reads(self) -> str:
        """The newest SMS."""
        return self.inbox[0]
