"""Webhooks out: addresses of other systems that are told of events, in order, until they have them.

A hook keeps how far it was told, as a number of the chain. A teller takes a hook that is behind,
lets go of the database, posts the next events, and marks; there are several tellers, so that a slow
system keeps no other waiting. What is not taken is posted again after growing pauses; after five
days the hook rests until its client has it replayed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import structlog
from sqlalchemy import Row, delete, func, or_, select, update

from casework.clients import Client, viewer_of
from casework.exchange import Exchange, Told
from casework.outside import NotTaken, Outside
from casework.viewer import Viewer
from core.clock import now
from core.database import Database
from core.rounds import keep_at_it
from core.sealing import Seal, Unreadable
from core.tables import clients, hooks, ledger_head

LONGEST_ADDRESS = 500  # characters
_PORT = r"(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5]?[0-9]{1,4})"
ADDRESS = (
    r"^https?://[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?"
    rf"(:{_PORT})?(/[!$-;=@-Z_a-z~]*(\?[!$-;=?-Z_a-z~]*)?)?$"
)
MOST_HOOKS = 10  # of one client
BATCH = 100  # events in one post
LEASE = timedelta(minutes=1)  # a post, which ends within 10 seconds, and looking up its address
_TELLERS = 4
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
_MOST_DOUBLINGS = 12
_GIVEN_UP_AFTER = timedelta(days=5)
_ROUND_SECONDS = 1.0
_LONGEST_TROUBLE = 200

log = structlog.get_logger()


class HookError(Exception):
    """What was asked of a hook cannot be done; the message says why."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook as its client sees it: how far it was told, how often in vain, and why."""

    id: int
    client: str
    url: str
    told: int
    is_active: bool
    attempts: int
    trouble: str | None


@dataclass(frozen=True, slots=True)
class _Due:
    """A hook that is behind, ours until the lease runs out."""

    id: int
    url: str
    secret_sealed: bytes
    told: int
    attempts: int
    leased_until: datetime
    viewer: Viewer


class Hooks:
    """The register of hooks, and what tells them."""

    def __init__(
        self, exchange: Exchange, database: Database, seal: Seal, *, is_demo: bool
    ) -> None:
        self._exchange = exchange
        self._database = database
        self._seal = seal
        self._is_demo = is_demo
        self._outside = Outside(is_demo=is_demo)

    # --- The register

    def add(self, client: Client, url: str, after: int | None = None) -> tuple[Hook, str]:
        """Add a hook and give the secret that signs what it is told, this once.

        Raises HookError for an address that may not be, or one too many.
        """
        if not self._is_demo and not url.startswith("https://"):
            raise HookError("The address of a hook begins with https://.")
        secret = f"whsec_{secrets.token_urlsafe(32)}"
        head = self._exchange.head()
        values = {
            "client_id": client.id,
            "url": url,
            "secret_sealed": self._seal.close(secret),
            "told": head if after is None else min(after, head),
            "is_active": True,
            "attempts": 0,
            "due_at": now(),
        }
        mine = select(func.count()).select_from(hooks).where(hooks.c.client_id == client.id)
        with self._database.writing() as connection:
            if (connection.scalar(mine) or 0) >= MOST_HOOKS:
                raise HookError(f"A client has at most {MOST_HOOKS} hooks; delete one first.")
            hook_id = connection.scalar(hooks.insert().values(values).returning(hooks.c.id))
        return self._find(client, int(hook_id or 0)), secret

    def of(self, client: Client) -> list[Hook]:
        """List the hooks of a client."""
        return [each for each in self.all() if each.client == client.name]

    def all(self) -> list[Hook]:
        """List all hooks."""
        query = select(hooks, clients.c.name).join(clients).order_by(hooks.c.id)
        with self._database.reading() as connection:
            return [_hook(row) for row in connection.execute(query)]

    def remove(self, client: Client, hook_id: int) -> bool:
        """Delete a hook of a client; say whether there was one."""
        mine = (hooks.c.id == hook_id) & (hooks.c.client_id == client.id)
        with self._database.writing() as connection:
            return bool(connection.execute(delete(hooks).where(mine)).rowcount)

    def replay(self, client: Client, hook_id: int, after: int) -> Hook | None:
        """Tell a hook everything after a number once more; one that rests is woken by it."""
        mine = (hooks.c.id == hook_id) & (hooks.c.client_id == client.id)
        afresh = {
            "told": min(after, self._exchange.head()),
            "is_active": True,
            "attempts": 0,
            "due_at": now(),
            "leased_until": None,
            "trouble": None,
        }
        with self._database.writing() as connection:
            found = connection.execute(update(hooks).where(mine).values(afresh)).rowcount
        return self._find(client, hook_id) if found else None

    def _find(self, client: Client, hook_id: int) -> Hook:
        return next(each for each in self.of(client) if each.id == hook_id)

    # --- Telling

    def run(self, stop: Event) -> None:
        """Tell hooks, several at once, until told to stop, whatever goes wrong on the way."""
        with ThreadPoolExecutor(_TELLERS, "teller") as tellers:
            for _ in range(_TELLERS):
                tellers.submit(keep_at_it, stop, self.tell_one, who="hooks", pause=_ROUND_SECONDS)

    def tell_one(self) -> bool:
        """Tell one hook that is behind its next events; say whether there was one."""
        due = self._take()
        if due is None:
            return False
        told = self._exchange.events(due.viewer, due.told, BATCH)
        try:
            if told.events:
                self._post(due, told.events, told.next)
        except (NotTaken, Unreadable) as trouble:
            self._put_off(due, str(trouble))
        else:
            self._mark(due, told=told.next, attempts=0, due_at=now(), trouble=None)
        return True

    def _take(self) -> _Due | None:
        moment = now()
        free = or_(hooks.c.leased_until.is_(None), hooks.c.leased_until < moment)
        behind = hooks.c.told < select(ledger_head.c.n).scalar_subquery()
        query = (
            select(hooks, clients.c.name, clients.c.district)
            .join(clients)
            .where(hooks.c.is_active, hooks.c.due_at <= moment, free, behind)
            .where(clients.c.revoked_at.is_(None))
            .order_by(hooks.c.due_at, hooks.c.id)
            .limit(1)
        )
        with self._database.reading() as connection:
            if connection.execute(query).first() is None:
                return None  # nothing to do is no reason to lock
        with self._database.writing() as connection:
            locked = query.with_for_update(skip_locked=True, of=hooks)
            row = connection.execute(locked).first()
            if row is None:
                return None
            until = moment + LEASE
            one = update(hooks).where(hooks.c.id == row.id)
            connection.execute(one.values(leased_until=until))
        return _due(row, until)

    def _post(self, due: _Due, events: list[Told], last: int) -> None:
        told = [
            asdict(each) | {"at": each.at.isoformat().replace("+00:00", "Z")} for each in events
        ]
        payload = {"hook": due.id, "events": told, "next": last}
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        moment = int(now().timestamp())
        secret = self._seal.open(due.secret_sealed)
        headers = {
            "Content-Type": "application/json",
            "Pukar-Delivery": f"{due.id}-{events[0].n}-{events[-1].n}",
            "Pukar-Signature": f"t={moment},v1={signature(secret, moment, body)}",
            "User-Agent": "Pukar",
        }
        self._outside.post(due.url, body, headers)
        log.info("hook_told", hook=due.id, events=len(events), until=events[-1].n)

    def _put_off(self, due: _Due, trouble: str) -> None:
        attempts = due.attempts + 1
        is_over = spent(attempts) >= _GIVEN_UP_AFTER
        said = f"given up after {_GIVEN_UP_AFTER.days} days: {trouble}" if is_over else trouble
        log.warning("hook_not_told", hook=due.id, attempts=attempts, why=said)
        self._mark(
            due,
            attempts=attempts,
            due_at=now() + pause_after(attempts),
            is_active=not is_over,
            trouble=said[:_LONGEST_TROUBLE],
        )

    def _mark(self, due: _Due, **values: object) -> None:
        """Mark how it went, unless the hook was replayed or taken over meanwhile."""
        still_ours = (hooks.c.id == due.id) & (hooks.c.leased_until == due.leased_until)
        marked = update(hooks).where(still_ours).values(leased_until=None, **values)
        with self._database.writing() as connection:
            connection.execute(marked)


def signature(secret: str, moment: int, body: bytes) -> str:
    """Sign a body as posted at a moment (seconds since 1970): 64 hexadecimal digits."""
    signed = f"{moment}.".encode() + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def pause_after(attempts: int) -> timedelta:
    """Give how long to wait after so many attempts in vain."""
    doubled: int = 2 ** min(attempts - 1, _MOST_DOUBLINGS)
    return min(_FIRST_PAUSE * doubled, _LONGEST_PAUSE)


def spent(attempts: int) -> timedelta:
    """Give how long so many attempts have taken, with the pauses between them."""
    return sum((pause_after(each) for each in range(1, attempts)), timedelta())


def _hook(row: Row[Any]) -> Hook:
    return Hook(row.id, row.name, row.url, row.told, row.is_active, row.attempts, row.trouble)


def _due(row: Row[Any], until: datetime) -> _Due:
    viewer = viewer_of(row.client_id, row.name, row.district)
    secret = row.secret_sealed
    return _Due(row.id, row.url, secret, row.told, row.attempts, until, viewer)
