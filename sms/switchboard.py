"""Which gateway a letter goes through: by weight, which one that does badly loses for a while.

A gateway's configured weight counts by its share (per cent). Failing or slow tries, and letters
that arrive late, halve the share; good ones give it back in small steps. After a loss it is held
for some minutes, so that a gateway that comes and goes does not take the letters along.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from core.clock import now
from core.dlt import Register
from core.gateway_shares import FULL_SHARE, Decision, GatewayShares, Standing, Tried
from sms.gateway import Gateway

LOOKED_AT = timedelta(minutes=10)
JUDGED_EVERY = timedelta(seconds=15)
HELD_AFTER_LOSS = timedelta(minutes=5)
HELD_AFTER_GAIN = timedelta(minutes=1)
LEAST_SHARE = 5  # a trickle, by which a gateway shows that it is well again
_GAIN = 10
_LEAST_TRIES = 3
_BAD, _GOOD = 0.3, 0.1  # of the tries
_FAILED = {"failed", "silent"}
_SLOW_MILLISECONDS = 10_000
_LATE = timedelta(minutes=5)  # from handing over to arrival

log = structlog.get_logger()


@dataclass(frozen=True)
class Route:
    """A gateway in use, as the operator set it up; `per_second` 0 means no limit.

    One that `is_dlt` carries registered wordings only.
    """

    gateway: Gateway
    weight: int = 1
    per_second: float = 0
    is_dlt: bool = False


class Switchboard:
    """Chooses among the routes, and judges them."""

    def __init__(self, routes: Sequence[Route], shares: GatewayShares) -> None:
        self.routes = tuple(routes)
        self._shares = shares

    @property
    def carries_words(self) -> bool:
        """Whether any route carries words of our own, not registered wordings only."""
        return any(not route.is_dlt for route in self.routes)

    def carries_news(self, register: Register, language: str) -> bool:
        """Say whether letters that bring news of a case go out in a language."""
        if not self.routes:
            return False
        return self.carries_words or register.covers_news(language)

    def order(self, *, words: bool = False, stands_in: bool = True) -> list[Route]:
        """List the routes in the order to try them for one letter, drawn by weight.

        Words of our own take a route that carries them, if there is one at all. Behind those come
        the others, if the letter in their place `stands_in` for what they say.
        """
        able = [route for route in self.routes if not (words and route.is_dlt)]
        others = [route for route in self.routes if route not in able]
        return self._drawn(able) + (self._drawn(others) if stands_in or not able else [])

    def _drawn(self, routes: list[Route]) -> list[Route]:
        shares = self._shares.shares()

        def drawn(route: Route) -> float:
            weight = max(1, route.weight) * shares.get(route.gateway.name, FULL_SHARE)
            # Sorting by u^(1/w) draws without replacement in proportion to w (Efraimidis and
            # Spirakis 2006).
            return float(random.random() ** (1 / weight))  # noqa: S311  # a choice, no secret

        return sorted(routes, key=drawn, reverse=True)

    def seconds_to_slot(self, route: Route) -> float:
        """Take the next turn of a route with a rate; give the seconds until it comes."""
        if not route.per_second:
            return 0
        return self._shares.take_slot(route.gateway.name, route.per_second)

    def judge(self) -> None:
        """Look at each gateway that was not looked at of late, and change its share if need be."""
        for route in self.routes:
            if standing := self._shares.to_judge(route.gateway.name, JUDGED_EVERY):
                self._judge(standing)

    def _judge(self, standing: Standing) -> None:
        moment = now()
        # What a decision was made of does not count again.
        decided = self._shares.last_decision(standing.name)
        since = max(filter(None, (decided, moment - LOOKED_AT)))
        verdict = verdict_on(standing, self._shares.tries_since(standing.name, since), moment)
        if verdict is None:
            return
        share, why = verdict
        hold = HELD_AFTER_LOSS if share < standing.share else HELD_AFTER_GAIN
        decision = Decision(moment, standing.name, standing.share, share, why)
        self._shares.decide(decision, moment + hold)
        log.warning("gateway_share", gateway=standing.name, to=share, why=why)


def verdict_on(
    standing: Standing, tried: Sequence[Tried], moment: datetime
) -> tuple[int, str] | None:
    """Say what share a gateway deserves after these tries, and why; None where it keeps its own."""
    failed = sum(each.outcome in _FAILED or each.arrived is False for each in tried)
    slow = sum(each.outcome == "sent" and each.milliseconds > _SLOW_MILLISECONDS for each in tried)
    late = _count_late(tried, moment)
    bad = failed + slow + late
    counts = f"of {len(tried)} tries {failed} failed, {slow} were slow, {late} arrived late"
    if len(tried) >= _LEAST_TRIES and bad / len(tried) >= _BAD and standing.share > LEAST_SHARE:
        return max(LEAST_SHARE, standing.share // 2), counts
    is_held = standing.held_until is not None and moment < standing.held_until
    if standing.share < FULL_SHARE and not is_held and tried and bad / len(tried) <= _GOOD:
        return min(FULL_SHARE, standing.share + _GAIN), counts
    return None


def _count_late(tried: Sequence[Tried], moment: datetime) -> int:
    """Count the letters that took long to arrive; a gateway that sends no receipts has none."""
    sent = [each for each in tried if each.outcome == "sent"]
    if not any(each.settled_at for each in sent):
        return 0
    return sum(
        each.arrived is not False and (each.settled_at or moment) - each.at > _LATE for each in sent
    )
