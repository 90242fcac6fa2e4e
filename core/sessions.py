"""Conversations in Redis, one record per phone, sealed, gone a day after the last turn.

That of an informant is gone after minutes.

One turn at a time per phone without a lock: a turn reads the record, thinks, and writes it
back only if nobody wrote in between (`keep`); otherwise it starts over and finds the other's
turn done. Nobody waits, and a process that dies holds nothing up. Work inside a turn may
therefore run twice, which `Once` asks it to bear.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

from core.conversation import REGISTERED_BEFORE, Conversation
from core.sealing import Seal, Unreadable
from core.services import SERVICES

KEPT_SECONDS = 24 * 3600
# An informant may go on after a drop, and a last screen that was lost is given again. Then nothing
# is left of it, for whoever picks up the phone next.
SECRET_SECONDS = 10 * 60
SECRET_SECONDS_AFTER_END = 2 * 60
GUESS_WINDOW_SECONDS = 3600
_TIMEOUT_SECONDS = 1
_FORMAT = 2  # of a record: raise it when its shape changes, and older ones count as lost

# Writes the new record if the old one is still there; an empty old one means "none yet".
_KEEP = """
local found = redis.call('GET', KEYS[1])
if (found or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""


_NAMELESS = {key for key, service in SERVICES.items() if service.is_nameless}


class SessionsDown(Exception):
    """The session store cannot be reached."""


@dataclass
class Session:
    """What we keep of a phone between turns.

    `draft` is a conversation set aside while the caller dialled straight to something else;
    `lines` holds what each channel needs to know of its own last turn.
    """

    language: str
    conversation: Conversation = field(default_factory=lambda: Conversation(""))
    draft: Conversation | None = None
    lines: dict[str, Any] = field(default_factory=dict)
    touched: float = field(default_factory=time.time)
    format: int = _FORMAT

    @property
    def is_secret(self) -> bool:
        """Whether it is an informant's, of whom nothing is to be kept."""
        return any(_is_informants(each) for each in (self.conversation, self.draft) if each)

    @property
    def kept_seconds(self) -> int:
        """Give how long it is kept after a turn."""
        if not self.is_secret:
            return KEPT_SECONDS
        return SECRET_SECONDS_AFTER_END if self.conversation.over else SECRET_SECONDS

    def begin(self, fresh_id: str, *, straight: bool) -> None:
        """Take up a new contact: offer what was left, unless the caller goes straight on."""
        drafts = [each for each in (self.conversation, self.draft) if each]
        worth = [each for each in drafts if each.is_worth_resuming]
        left = max(worth, key=lambda each: each.told, default=None)
        self.draft = left if straight else None
        if left and not straight:
            # What may be silence is still to be kept or spoken again.
            left.asides = ["playback", "resume"] if left.is_unheard else ["resume"]
            left.misses = 0
            left.answers.pop(REGISTERED_BEFORE, None)
            self.conversation = left
        else:
            # One that has only just begun cannot have registered; a straight one may be rebuilt.
            known: dict[str, Any] = {} if straight else {REGISTERED_BEFORE: None}
            self.conversation = Conversation(fresh_id, known)


def _is_informants(conversation: Conversation) -> bool:
    """Say whether a conversation has come to a service that keeps nobody's name."""
    before = conversation.answers.get(REGISTERED_BEFORE) or {}
    chosen = [each for each in conversation.answers.values() if isinstance(each, str)]
    return not _NAMELESS.isdisjoint([*chosen, before.get("service")])


@dataclass(frozen=True)
class Slip:
    """A session as it was read: None where there is none yet, or none that counts.

    `secret` has what the channels knew if it was an informant's then.
    """

    key: str
    found: bytes
    session: Session | None
    secret: Mapping[str, Any] = field(default_factory=dict)


class Sessions:
    """The session store."""

    def __init__(self, url: str, seal: Seal) -> None:
        self._redis = Redis.from_url(
            url,
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        )
        self._keep = self._redis.register_script(_KEEP)
        self._seal = seal

    def open(self, phone: str) -> Slip:
        """Read the session of a phone."""
        key = f"pukar:session:{self._seal.fingerprint('phone', phone)}"
        with _store_errors():
            found = cast("bytes | None", self._redis.get(key)) or b""
        session = self._read(found)
        return Slip(key, found, session, _lines_of(session) if session else {})

    def keep(self, slip: Slip, session: Session) -> bool:
        """Write a session back; False where another turn of the same phone was faster."""
        session.touched = time.time()
        if not session.is_secret:
            _forget(session, slip.secret)
        sealed = self._seal.close(json.dumps(asdict(session), ensure_ascii=False))
        with _store_errors():
            kept = self._keep(keys=[slip.key], args=[slip.found, sealed, session.kept_seconds])
        return bool(kept)

    def keep_for_caller(self, slip: Slip, session: Session) -> bool:
        """Write a session back for one who waits for the answer, as `keep` does.

        Where the store fails after something was registered, that counts as kept: it stays
        registered, and its number must reach the caller all the same.
        """
        try:
            return self.keep(slip, session)
        except SessionsDown:
            if session.conversation.over:
                return True
            raise

    def count_guess(self, phone: str, guess: str) -> int:
        """Note a wrong reference number of a phone; give how many it tried in the last hour.

        `guess` names the attempt: noting the same one again does not count.
        """
        key = self._guess_key(phone)
        with _store_errors(), self._redis.pipeline() as pipe:
            pipe.zremrangebyscore(key, "-inf", time.time() - GUESS_WINDOW_SECONDS)
            pipe.zadd(key, {self._seal.fingerprint("guess", guess): time.time()}, nx=True)
            pipe.expire(key, GUESS_WINDOW_SECONDS)
            pipe.zcard(key)
            return int(pipe.execute()[-1])

    def guesses(self, phone: str) -> int:
        """Count the wrong reference numbers of a phone in the last hour."""
        since = time.time() - GUESS_WINDOW_SECONDS
        with _store_errors():
            return int(self._redis.zcount(self._guess_key(phone), since, "+inf"))

    def ping(self) -> None:
        """Raise SessionsDown unless the store answers."""
        with _store_errors():
            self._redis.ping()

    def close(self) -> None:
        """Let go of all connections."""
        self._redis.close()

    def _guess_key(self, phone: str) -> str:
        return f"pukar:guesses:{self._seal.fingerprint('phone', phone)}"

    def _read(self, found: bytes) -> Session | None:
        if not found:
            return None
        try:
            kept = json.loads(self._seal.open(found))
        except Unreadable:
            return None  # sealed with a key that is no more
        if kept.get("format") != _FORMAT:
            return None
        conversation = Conversation(**kept.pop("conversation"))
        draft = kept.pop("draft")
        session = Session(
            **kept, conversation=conversation, draft=Conversation(**draft) if draft else None
        )
        is_over = session.touched < time.time() - session.kept_seconds
        return None if is_over else session


def _lines_of(session: Session) -> Mapping[str, Any]:
    return dict(session.lines) if session.is_secret else {}


def _forget(session: Session, lines: Mapping[str, Any]) -> None:
    """Take out what channels still know of an informant's conversation that another has followed.

    A channel that was used since knows it no more.
    """
    for channel, line in lines.items():
        if session.lines.get(channel) is line:
            del session.lines[channel]


@contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise SessionsDown(str(error)) from error
