"""Background work: the same again and again, until told to stop, whatever goes wrong on the way."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import structlog

from core.database import DatabaseDown

_PAUSE_IN_TROUBLE_SECONDS = 5

log = structlog.get_logger()


def keep_at_it(stop: Event, work: Callable[[], object], *, who: str, pause: float) -> None:
    """Work until told to stop, with a pause (seconds) between rounds.

    A round that gives True has more to do, and is followed at once. `who` works stands in the log.
    """
    while not stop.is_set():
        seconds = pause
        try:
            if work() is True:
                seconds = 0
        except DatabaseDown as trouble:
            log.warning("worker_waits", who=who, why=str(trouble))
            seconds = max(pause, _PAUSE_IN_TROUBLE_SECONDS)
        except Exception:  # whoever stops is worse than one who stumbles
            log.exception("worker_stumbled", who=who)
            seconds = max(pause, _PAUSE_IN_TROUBLE_SECONDS)
        stop.wait(seconds)
