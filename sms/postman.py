"""The postman: takes letters that are due, lets go of the database, sends, marks."""

from __future__ import annotations

from threading import Event

import structlog

from core.clock import now
from core.database import DatabaseDown
from core.language import Languages, render
from core.letters import write_letter
from core.outbox import Letter, Outbox
from core.phone import masked
from core.sealing import Seal, Unreadable
from sms.gateway import Gateway, Outgoing, Refused, TryLater

_PAUSE_SECONDS = 0.5
_PAUSE_IN_TROUBLE_SECONDS = 5

log = structlog.get_logger()


class Postman:
    """Carries letters from the outbox to a gateway."""

    def __init__(self, outbox: Outbox, gateway: Gateway, languages: Languages, seal: Seal) -> None:
        self._outbox = outbox
        self._gateway = gateway
        self._languages = languages
        self._seal = seal

    def round(self) -> int:
        """Carry the letters that are due now; give how many there were."""
        letters = self._outbox.take_due()
        for letter in letters:
            # Where sending was slow another postman may have the rest by now.
            if letter.leased_until > now():
                self._carry(letter)
        return len(letters)

    def run(self, stop: Event) -> None:
        """Go on rounds until told to stop, whatever goes wrong on one."""
        while not stop.is_set():
            try:
                pause = 0.0 if self.round() else _PAUSE_SECONDS
            except DatabaseDown as trouble:
                log.warning("postman_waits", why=str(trouble))
                pause = _PAUSE_IN_TROUBLE_SECONDS
            except Exception:  # a postman who stops is worse than one who stumbles
                log.exception("postman_stumbled")
                pause = _PAUSE_IN_TROUBLE_SECONDS
            stop.wait(pause)

    def _carry(self, letter: Letter) -> None:
        try:
            outgoing = self._write(letter)
            gateway_id = self._gateway.send(outgoing)
        except TryLater as trouble:
            self._outbox.postpone(letter, str(trouble))
            log.warning("letter_postponed", letter=letter.id, why=str(trouble))
        except (Refused, Unreadable, KeyError, ValueError) as trouble:
            # The last three: no key opens it, or its template or variables are no more.
            self._outbox.mark_dead(letter, repr(trouble))
            log.error("letter_dead", letter=letter.id, why=repr(trouble))
        else:
            self._outbox.mark_sent(letter, self._gateway.name, gateway_id)
            log.info("letter_sent", letter=letter.id, phone=masked(outgoing.phone))

    def _write(self, letter: Letter) -> Outgoing:
        words = write_letter(letter.template, letter.variables)
        text = render(words, self._languages.get(letter.language))
        return Outgoing(letter.id, self._seal.open(letter.phone_sealed), text)
