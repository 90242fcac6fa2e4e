"""A month of cases as they might have been, for the demo: what was told when, and what came of it.

Everything is done through the same doors as in life, at the moments at which it is said to have
happened.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from console.matters import MATTERS, Form, Step
from core.clock import HERE
from core.services import KINDS, SERVICES

CASES = 175
DAYS = 32
_FIRST_HOUR, _LAST_HOUR = 7, 21
_CHANNELS = {"ussd": 45, "ivr": 30, "sms": 25}
_LANGUAGES = {"hi": 78, "hi_Latn": 18, "en": 4}
_WITHOUT_A_STATION = ("police_conduct", "secret_information")  # only the district is asked
_SILENT = 0.7  # of those who are asked whether they want SMS


@dataclass(frozen=True, slots=True)
class Told:
    """A matter of the month; without a `phone` it is an informant's."""

    number: int
    at: datetime
    kind: str
    story: str
    channel: str
    language: str
    phone: str
    place: tuple[str | None, str | None]
    way: tuple[Step, ...]
    form: Form = field(default_factory=dict)
    later: Mapping[str, str] = field(default_factory=dict)
    pin: str | None = None
    is_silent: bool = False

    @property
    def service(self) -> str:
        """Name the service it is of."""
        return next(each.key for each in SERVICES.values() if self.kind in each.kinds)


def matters(places: list[tuple[str, str]], until: datetime, chance: Random) -> Iterator[Told]:
    """Make up the matters of the month that ends now; `places` are (district, station)."""
    shares = {kind: matter.share for kind, matter in MATTERS.items()}
    for number in range(CASES):
        at = _some_time(until, chance)
        kind = _drawn(shares, chance)
        matter, place = MATTERS[kind], _place(kind, places, chance)
        is_sensitive = KINDS[kind].is_sensitive
        told = Told(
            number=number,
            at=at,
            kind=kind,
            story=chance.choice(matter.stories),
            channel=_drawn(_CHANNELS, chance),
            language=_drawn(_LANGUAGES, chance),
            phone=f"+9199999{chance.randrange(100_000):05}",
            place=place,
            way=chance.choice(matter.ways),
            form=matter.form(chance, at.astimezone(HERE).date()) if matter.form else {},
            later=chance.choice(matter.later),
            pin=f"{chance.randrange(10_000):04}" if is_sensitive else None,
            is_silent=is_sensitive and chance.random() < _SILENT,
        )
        yield told


def in_order(
    told: list[Told], until: datetime, chance: Random
) -> Iterator[tuple[datetime, Told, int]]:
    """Give what happens, the earliest first: when, to which matter, and which step of its way.

    Step -1 is that it is told. What would come after `until` has not happened yet.
    """
    tie = count()
    due = [(each.at, next(tie), each, -1) for each in told]
    heapq.heapify(due)
    while due:
        at, _, each, step = heapq.heappop(due)
        if at > until:
            continue
        yield at, each, step
        if step + 1 < len(each.way):
            then = at + timedelta(hours=chance.uniform(*each.way[step + 1].hours))
            heapq.heappush(due, (_in_the_day(then), next(tie), each, step + 1))


def _place(
    kind: str, places: list[tuple[str, str]], chance: Random
) -> tuple[str | None, str | None]:
    district, station = chance.choice(places)
    if kind in _WITHOUT_A_STATION:
        return district, None
    if chance.random() < 0.04:  # noqa: PLR2004  # "I do not know my station"
        return None, None
    return district, station


def _some_time(until: datetime, chance: Random) -> datetime:
    at = until - timedelta(days=DAYS * chance.random() ** 1.3)
    return min(_in_the_day(at), until - timedelta(minutes=chance.randrange(5, 50)))


def _in_the_day(at: datetime) -> datetime:
    """Move what would happen at night to the next morning, at no round minute."""
    here = at.astimezone(HERE)
    if _FIRST_HOUR <= here.hour < _LAST_HOUR:
        return at
    morning = here.replace(hour=_FIRST_HOUR, minute=here.second)
    return morning + timedelta(days=1 if here.hour >= _LAST_HOUR else 0, hours=2)


def _drawn(weights: dict[str, int], chance: Random) -> str:
    return chance.choices(list(weights), weights=list(weights.values()))[0]
