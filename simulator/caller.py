"""A person with a phone, for tests and for the terminal; it plays Africa's Talking's part.

caller.dials().types("1").types("800001")
assert "थाना" in caller.screen
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from http import HTTPStatus

from flask.testing import FlaskClient

ADDRESS = "/ussd/africastalking"


@dataclass
class Caller:
    """One phone. `screen` is what it shows; `is_connected` whether a reply is awaited."""

    client: FlaskClient
    phone: str = "+919800000001"
    service_code: str = "*384*78527#"
    screen: str = ""
    is_connected: bool = False
    session: str = ""
    keyed: str = ""
    said: list[str] = field(default_factory=list)

    def dials(self, straight_to: str = "") -> Caller:
        """Dial the service code, or straight to something: `dials("2*4829135706")`."""
        self.session = f"ATUid_{secrets.token_hex(16)}"
        self.keyed = straight_to
        self.said.append(f"dials({straight_to!r})" if straight_to else "dials()")
        return self.sends_again()

    def types(self, text: str) -> Caller:
        """Answer the screen."""
        self.keyed = f"{self.keyed}*{text}" if self.keyed else text
        self.said.append(f"types({text!r})")
        return self.sends_again()

    def chooses(self, label: str) -> Caller:
        """Press the key of an option, on whichever page it stands."""
        while not (found := re.search(rf"^(\d) {re.escape(label)}$", self.screen, re.MULTILINE)):
            if "\n9 " not in self.screen:
                message = f"no {label} here: {self.screen}"
                raise LookupError(message)
            self.types("9")
        return self.types(found[1])

    def sends_again(self) -> Caller:
        """Send the last request once more, as a provider does that got no answer."""
        answer = self.client.post(ADDRESS, data=self.form())
        if answer.status_code != HTTPStatus.OK or answer.text[:4] not in {"CON ", "END "}:
            message = f"no screen but {answer.status}: {answer.text[:200]}"
            raise ConnectionError(message)
        self.screen = answer.text[4:]
        self.is_connected = answer.text.startswith("CON ")
        return self

    def drops(self) -> Caller:
        """Lose the connection; the provider tells the service."""
        self.is_connected = False
        self.said.append("drops()")
        end = {"status": "Incomplete", "hopsCount": "3", "durationInMillis": "20000"}
        self.client.post(f"{ADDRESS}/events", data=self.form() | end)
        return self

    def form(self) -> dict[str, str]:
        """Give the fields as the provider posts them."""
        return {
            "sessionId": self.session,
            "phoneNumber": self.phone,
            "networkCode": "99999",
            "serviceCode": self.service_code,
            "text": self.keyed,
        }
