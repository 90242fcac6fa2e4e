"""The postman: takes letters that are due, lets go of the database, sends, marks.

Several hands carry at once, so that a slow gateway does not hold up the others' letters.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Event
from typing import TypeAlias

import structlog

from core.citizens import Citizens
from core.clock import QuietHours, now
from core.database import DatabaseDown
from core.deliveries import Deliveries
from core.dlt import Register
from core.language import Languages, render
from core.letters import GO_ON, Letterhead, write_letter
from core.outbox import Letter, Outbox, Try, new_token
from core.phone import masked
from core.sealing import Seal, Unreadable
from providers.transport import Refused, Silent, TryLater
from sms.gateway import Handed, OptedOut, Outgoing
from sms.switchboard import Route, Switchboard

HANDS = 8
_PAUSE_SECONDS = 0.5
_PAUSE_IN_TROUBLE_SECONDS = 5
_MARKING_SECONDS = 600  # a database that restarts is back by then

log = structlog.get_logger()

_SAID = {
    "sent": "letter_sent",
    "refused": "letter_refused",
    "failed": "letter_not_taken",
    "silent": "gateway_silent",
}
Ending: TypeAlias = Handed | TryLater | Refused


@dataclass(frozen=True)
class PostOffice:
    """What a postman works with."""

    outbox: Outbox
    deliveries: Deliveries
    citizens: Citizens
    switchboard: Switchboard
    register: Register
    languages: Languages
    letterhead: Letterhead
    seal: Seal
    quiet_hours: QuietHours


class Postman:
    """Carries letters from the outbox to gateways."""

    def __init__(self, office: PostOffice, hands: int = HANDS) -> None:
        self.office = office
        self._hands = hands
        self._stop = Event()
        self._was_down = False

    def round(self) -> int:
        """Carry the letters that are due now; give how many there were."""
        letters = self._take(self._hands)
        with ThreadPoolExecutor(self._hands) as pool:
            list(pool.map(self._carry, letters))
        return len(letters)

    def run(self, stop: Event) -> None:
        """Carry letters until told to stop, whatever goes wrong on the way."""
        self._stop = stop
        carrying: set[Future[None]] = set()
        with ThreadPoolExecutor(self._hands) as pool:
            while not stop.is_set():
                pause = self._send_off(pool, carrying)
                if carrying:
                    wait(carrying, timeout=pause, return_when=FIRST_COMPLETED)
                else:
                    stop.wait(pause)
                carrying = {each for each in carrying if not each.done()}

    def _send_off(self, pool: ThreadPoolExecutor, carrying: set[Future[None]]) -> float:
        """Give every free hand a letter; give the seconds to wait before looking again."""
        try:
            self.office.switchboard.judge()
            if self._was_down:
                # It is back: first those who carry may mark what they sent meanwhile.
                self._was_down = False
                return _PAUSE_IN_TROUBLE_SECONDS
            for letter in self._take(self._hands - len(carrying)):
                carrying.add(pool.submit(self._carry_surely, letter))
        except DatabaseDown as trouble:
            log.warning("postman_waits", why=str(trouble))
            self._was_down = True
            return _PAUSE_IN_TROUBLE_SECONDS
        except Exception:  # a postman who stops is worse than one who stumbles
            log.exception("postman_stumbled")
            return _PAUSE_IN_TROUBLE_SECONDS
        return _PAUSE_SECONDS

    def _take(self, most: int) -> list[Letter]:
        if most < 1 or not self.office.switchboard.routes:
            return []  # without a gateway they wait
        is_quiet = self.office.quiet_hours.contain(now())
        return self.office.outbox.take_due(most, urgent_only=is_quiet)

    def _carry_surely(self, letter: Letter) -> None:
        try:
            self._carry(letter)
        except DatabaseDown as trouble:  # the lease runs out, and it is due again
            log.warning("postman_waits", why=str(trouble))
        except Exception as fault:
            log.exception("postman_stumbled", letter=letter.id)
            self._surely(partial(self.office.outbox.postpone, letter, repr(fault)))

    def _carry(self, letter: Letter) -> None:
        """Try one gateway after the other until one takes the letter."""
        troubles: list[str] = []
        has_hope = is_unwanted = False
        for route in self._routes(letter):
            try:
                outgoing = self._write(letter, route)
            except _Unregistered as trouble:
                has_hope = True  # the operator may import its id
                troubles.append(f"{route.gateway.name}: {trouble}")
                continue
            except (Unreadable, KeyError, ValueError) as trouble:
                # No key opens it, or its template or variables are no more.
                self._end_dead(letter, repr(trouble))
                return
            held = self._held_till_slot(letter, route)
            if held is None:
                return  # it is no longer ours, or we are to stop
            letter = held
            ending = self._hand_over(letter, outgoing, route)
            if isinstance(ending, Handed | Silent):
                return
            troubles.append(f"{route.gateway.name}: {ending}")
            has_hope = has_hope or isinstance(ending, TryLater)
            if isinstance(ending, OptedOut):
                is_unwanted = True
                if letter.can_wait:
                    break  # an answer may go through another gateway, which knows of no opt-out
        why = "; ".join(troubles)
        if is_unwanted and (letter.can_wait or not has_hope):
            self._end_stopped(letter, why)
        else:
            self._give_up_for_now(letter, why, has_hope=has_hope)

    def _routes(self, letter: Letter) -> list[Route]:
        is_question = letter.template == GO_ON  # which only says that there is one
        in_words = bool(letter.words_sealed)
        return self.office.switchboard.order(words=in_words, stands_in=not is_question)

    def _give_up_for_now(self, letter: Letter, trouble: str, *, has_hope: bool) -> None:
        if has_hope:
            self._surely(partial(self.office.outbox.postpone, letter, trouble))
            log.warning("letter_postponed", letter=letter.id, why=trouble)
        else:
            self._end_dead(letter, trouble or "no gateway")

    def _end_stopped(self, letter: Letter, trouble: str) -> None:
        """Honour an opt-out that a gateway tells of."""
        citizens = self.office.citizens
        stop = partial(citizens.stop_letters, letter.phone_hash, letter.phone_sealed)
        self._surely(stop)
        self._surely(partial(self.office.outbox.mark_stopped, letter, trouble))
        log.info("letters_stopped", letter=letter.id, why=trouble)

    def _end_dead(self, letter: Letter, trouble: str) -> None:
        self._surely(partial(self.office.outbox.mark_dead, letter, trouble))
        log.error("letter_dead", letter=letter.id, why=trouble)

    def _held_till_slot(self, letter: Letter, route: Route) -> Letter | None:
        """Wait for the route's turn; give the letter if it is ours for the length of a try."""
        self._stop.wait(self.office.switchboard.seconds_to_slot(route))
        return None if self._stop.is_set() else self.office.outbox.hold(letter)

    def _hand_over(self, letter: Letter, outgoing: Outgoing, route: Route) -> Ending:
        """Hand a letter to a gateway, and note how it went."""
        started = now()
        try:
            ending: Ending = route.gateway.send(outgoing)
        except (TryLater, Refused) as trouble:
            ending = trouble
        except Exception as fault:  # ours or the SDK's: nobody knows whether the letter left
            log.exception("gateway_stumbled", gateway=route.gateway.name)
            ending = Silent(repr(fault))
        tried = _describe(outgoing.token, route, started, ending)
        self._surely(partial(self._note, letter, tried, ending))
        phone = masked(outgoing.phone)
        said = {"letter": letter.id, "gateway": tried.gateway, "phone": phone}
        why = {"why": tried.trouble} if tried.trouble else {}
        log.info(_SAID[tried.outcome], **said, **why)
        return ending

    def _note(self, letter: Letter, tried: Try, ending: Ending) -> None:
        outbox = self.office.outbox
        if isinstance(ending, Handed):
            outbox.mark_sent(letter, tried)
        elif isinstance(ending, Silent):
            outbox.postpone_silent(letter, tried)
        else:
            outbox.note_try(letter, tried)
        # Its receipt may have come before our own mark.
        self.office.deliveries.settle(tried.gateway, tried.token, tried.gateway_id)

    def _surely(self, mark: Callable[[], None]) -> None:
        """Mark, even if the database is down for a while: unmarked, a letter would go twice."""
        deadline = time.monotonic() + _MARKING_SECONDS
        while True:
            try:
                mark()
            except DatabaseDown:
                if self._stop.is_set() or time.monotonic() > deadline:
                    raise
                self._stop.wait(1)
            else:
                return

    def _write(self, letter: Letter, route: Route) -> Outgoing:
        phone = self.office.seal.open(letter.phone_sealed)
        token = new_token(letter.id, self.office.seal)
        language = self.office.languages.get(letter.language)
        if letter.words_sealed and not route.is_dlt:
            words = self.office.seal.open(letter.words_sealed)
            return Outgoing(letter.id, token, phone, words)
        wording = write_letter(letter.template, letter.variables, self.office.letterhead)
        text = render(wording, language)
        dlt_id = self._dlt_id(letter.template, language.code, text) if route.is_dlt else None
        return Outgoing(letter.id, token, phone, text, dlt_id)

    def _dlt_id(self, template: str, language: str, text: str) -> str:
        registered = self.office.register.find(template, language)
        if registered is None:
            raise _Unregistered(f"{template} ({language}) is not registered")
        if not registered.covers(text):
            raise _Unregistered(f"{template} ({language}) reads otherwise at the portal")
        return registered.dlt_id


class _Unregistered(Exception):
    """A DLT gateway would refuse this wording."""


def _describe(token: str, route: Route, started: datetime, ending: Ending) -> Try:
    if isinstance(ending, Handed):
        name, parts = route.gateway.name, ending.parts
        return Try(token, name, started, "sent", ending.gateway_id, parts)
    if isinstance(ending, Refused):
        outcome = "refused"
    else:
        outcome = "silent" if isinstance(ending, Silent) else "failed"
    return Try(token, route.gateway.name, started, outcome, trouble=str(ending))
