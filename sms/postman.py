"""The postman: takes letters that are due, lets go of the database, sends, marks."""

from __future__ import annotations

from threading import Event

import structlog

from core.alphabet import normalise
from core.database import DatabaseDown
from core.language import Languages, render
from core.letters import write_letter
from core.outbox import Letter, Outbox
from core.phone import masked
from sms.gateway import Gateway, Outgoing, Refused, TryLater

_PAUSE_SECONDS = 0.5
_PAUSE_IN_TROUBLE_SECONDS = 5

log = structlog.get_logger()


class Postman:
    """Carries letters from the outbox to a gateway."""

    def __init__(self, outbox: Outbox, gateway: Gateway, languages: Languages) -> None:
        self._outbox = outbox
        self._gateway = gateway
        self._languages = languages

    def round(self) -> int:
        """Carry the letters that are due now; give how many there were."""
        letters = self._outbox.take_due()
        for letter in letters:
            self._carry(letter)
        return len(letters)

    def run(self, stop: Event) -> None:
        """Go on rounds until told to stop; a database that is away is waited for."""
        while not stop.is_set():
            try:
                pause = 0 if self.round() else _PAUSE_SECONDS
            except DatabaseDown as trouble:
                log.warning("postman_waits", why=str(trouble))
                pause = _PAUSE_IN_TROUBLE_SECONDS
            stop.wait(pause)

    def _carry(self, letter: Letter) -> None:
        try:
            gateway_id = self._gateway.send(self._write(letter))
        except TryLater as trouble:
            self._outbox.postpone(letter, str(trouble))
            log.warning("letter_postponed", letter=letter.id, why=str(trouble))
        except Refused as trouble:
            self._outbox.mark_dead(letter, str(trouble))
            log.error("letter_dead", letter=letter.id, why=str(trouble))
        else:
            self._outbox.mark_sent(letter, self._gateway.name, gateway_id)
            log.info(
                "letter_sent",
                letter=letter.id,
                template=letter.template,
                phone=masked(letter.phone),
            )

    def _write(self, letter: Letter) -> Outgoing:
        words = write_letter(letter.template, letter.variables)
        text = normalise(render(words, self._languages.get(letter.language)))
        return Outgoing(letter.id, letter.phone, text)
