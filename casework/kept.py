"""What takes long to work out is kept for a while: the longer it took, the longer it counts."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")

# So the database spends at most a thirtieth of its time on one question from one process; what it
# answers at once is not kept.
_TIMES_AS_LONG = 30
_AT_ONCE_SECONDS = 0.2
_LONGEST_SECONDS = 600.0
_MOST = 200


@dataclass
class _Entry(Generic[T]):
    value: T | None = None
    until: float = 0.0
    lock: Lock = field(default_factory=Lock)


class Kept(Generic[T]):
    """Answers, each under its question."""

    def __init__(self) -> None:
        self._entries: dict[Hashable, _Entry[T]] = {}

    def get(self, question: Hashable, work: Callable[[], T], *, least_seconds: float = 0) -> T:
        """Give the answer to a question; work it out if there is none, or none new enough.

        While somebody else works it out, the one before will do.
        """
        entry = self._entries.get(question) or self._add(question)
        if entry.value is not None and entry.until > time.monotonic():
            return entry.value
        if not entry.lock.acquire(blocking=entry.value is None) and entry.value is not None:
            return entry.value
        try:
            return self._work_out(entry, work, least_seconds)
        finally:
            entry.lock.release()

    def _work_out(self, entry: _Entry[T], work: Callable[[], T], least_seconds: float) -> T:
        started = time.monotonic()
        if entry.value is not None and entry.until > started:
            return entry.value  # while we waited
        entry.value = work()
        ended = time.monotonic()
        took = ended - started
        lasts = min(took * _TIMES_AS_LONG, _LONGEST_SECONDS) if took > _AT_ONCE_SECONDS else 0
        entry.until = ended + max(lasts, least_seconds)
        return entry.value

    def _add(self, question: Hashable) -> _Entry[T]:
        if len(self._entries) >= _MOST:
            self._entries.clear()
        return self._entries.setdefault(question, _Entry())
