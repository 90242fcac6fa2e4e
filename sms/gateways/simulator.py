"""The demo's gateway: letters land in a file, which the phone simulator shows as an inbox.

The page with the phones plays the provider's other half: it posts the SMS that are written on
them, and receipts for those that they got.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from werkzeug.datastructures import MultiDict

from core.clock import now
from core.receipt import Receipt, Status
from providers.transport import TryLater
from sms.gateway import Call, Door, Handed, Incoming, Malformed, Outgoing

SENDER = "VK-PUKARB"
_FINAL: dict[str, Status] = {"delivered": "delivered", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class Received:
    """An SMS as the phone shows it; `at` is in UTC."""

    id: str
    at: datetime
    sender: str
    text: str


class Simulator:
    """A gateway whose phones are the simulator's."""

    name = "simulator"
    method = "POST"
    doors: Mapping[str, Door] = {"inbound": "message", "delivery": "receipt"}
    thanks = ("text/plain", "")

    def __init__(self, file: Path) -> None:
        self._file = file

    def admits(self, call: Call) -> None:
        """Let everybody in: there is a simulator in the demo only."""

    def send(self, letter: Outgoing) -> Handed:
        """Put the letter into the inbox of its phone, once: its id is a key of idempotency."""
        if not any(line["id"] == letter.id for line in self._lines()):
            self._write(letter)
        return Handed(f"sim-{letter.id}")

    def received(self, fields: MultiDict[str, str]) -> Incoming:
        """Understand an SMS."""
        if not fields.get("id") or not fields.get("from"):
            message = "id or from is missing"
            raise Malformed(message)
        return Incoming(fields["id"], fields["from"], fields.get("text", ""))

    def receipt(self, fields: MultiDict[str, str]) -> Receipt:
        """Understand a receipt for a letter of the inbox."""
        if not fields.get("id"):
            message = "id is missing"
            raise Malformed(message)
        status: Status = _FINAL.get(fields.get("status", ""), "underway")
        return Receipt(f"sim-{fields['id']}", status)

    def letters(self, phone: str) -> list[Received]:
        """List the letters of a phone, the newest first."""
        lines = [line for line in self._lines() if line["phone"] == phone]
        return [
            Received(str(line["id"]), datetime.fromisoformat(line["at"]), SENDER, line["text"])
            for line in reversed(lines)
        ]

    def _write(self, letter: Outgoing) -> None:
        line = {
            "id": letter.id,
            "phone": letter.phone,
            "text": letter.text,
            "at": now().isoformat(),
        }
        try:
            self._file.touch(mode=0o600)
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            raise TryLater(str(error)) from error

    def _lines(self) -> Iterator[dict[str, Any]]:
        if self._file.exists():
            with self._file.open(encoding="utf-8") as file:
                yield from map(json.loads, file)
