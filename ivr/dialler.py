"""The dialler: makes the calls that are due, in the hours set for them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from threading import Event

import structlog

from core.calls import Call, Calls, Purpose
from core.clock import QuietHours, now
from core.database import DatabaseDown
from core.phone import masked
from core.rounds import keep_at_it
from core.sealing import Seal, Unreadable
from ivr.gateway import Gateway
from providers.transport import Refused, TryLater

_PAUSE_SECONDS = 1
_ROUNDS_BETWEEN_LOOKS = 30

log = structlog.get_logger()


@dataclass(frozen=True)
class Dialler:
    """Makes calls through one gateway.

    In the `quiet_hours` only those are called who have just asked for it. With
    `letters_by_call` those are called, too, whose letters could not be delivered.
    """

    calls: Calls
    gateway: Gateway
    seal: Seal
    quiet_hours: QuietHours
    letters_by_call: bool

    def round(self) -> int:
        """Make the calls that are due now; give how many there were."""
        due = self.calls.take_due(only=self._purposes())
        for call in due:
            self._make(call)
        return len(due)

    def look_for_work(self) -> None:
        """Settle calls that are over or needless, and take up letters that were not delivered."""
        self.calls.settle()
        if self.letters_by_call:
            self.calls.ask_for_letters()

    def run(self, stop: Event) -> None:
        """Make calls until told to stop, whatever goes wrong on the way."""
        rounds = count()

        def work() -> None:
            if next(rounds) % _ROUNDS_BETWEEN_LOOKS == 0:
                self.look_for_work()
            self.round()

        keep_at_it(stop, work, who="dialler", pause=_PAUSE_SECONDS)

    def _purposes(self) -> tuple[Purpose, ...]:
        is_quiet = self.quiet_hours.contain(now())
        return ("story",) if is_quiet else ("story", "callback", "letter")

    def _make(self, call: Call) -> None:
        try:
            phone = self.seal.open(call.phone_sealed)
            placed = self.gateway.place(phone, call.token)
        except (Refused, Unreadable) as trouble:
            self.calls.give_up(call, str(trouble))
            log.error("call_refused", call=call.id, why=str(trouble))
        except TryLater as trouble:
            self.calls.try_again(call, str(trouble))
            log.warning("call_not_placed", call=call.id, why=str(trouble))
        except DatabaseDown:
            raise
        except Exception as fault:  # ours or the SDK's
            log.exception("dialler_stumbled", call=call.id)
            self.calls.try_again(call, repr(fault))
        else:
            self.calls.mark_placed(call, self.gateway.name, placed)
            log.info("call_placed", call=call.id, phone=masked(phone), purpose=call.purpose)
