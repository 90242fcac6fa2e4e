"""The demo's gateway: letters land in a file, which the phone simulator shows as an inbox."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from core.clock import now
from sms.gateway import Outgoing, TryLater

SENDER = "VK-PUKARB"


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

    def __init__(self, file: Path) -> None:
        self._file = file

    def send(self, letter: Outgoing) -> str:
        """Put the letter into the inbox of its phone."""
        line = {**asdict(letter), "at": now().isoformat()}
        try:
            self._file.touch(mode=0o600)
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            raise TryLater(str(error)) from error
        return f"sim-{letter.id}"

    def letters(self, phone: str) -> list[Received]:
        """List the letters of a phone, the newest first."""
        if not self._file.exists():
            return []
        lines = [json.loads(line) for line in self._file.read_text(encoding="utf-8").splitlines()]
        return [
            Received(str(line["id"]), datetime.fromisoformat(line["at"]), SENDER, line["text"])
            for line in reversed(lines)
            if line["phone"] == phone
        ]
