"""Conversations in Redis, one record per phone, sealed, gone a day after the last turn.

That of an informant is gone after minutes; a draft set aside for it has a record of its own.

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

# Writes the new record if the old one is still there; an empty old one means "none yet". Of what
# stays when it is gone a second record is written with it, or taken away where it has all.
_KEEP = """
local found = redis.call('GET', KEYS[1])
if (found or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
if ARGV[4] == '' then redis.call('DEL', KEYS[2])
else redis.call('SET', KEYS[2], ARGV[4], 'EX', ARGV[5]) end
return 1
"""

# Notes a try and gives how many more are left; where none was left it notes nothing, so that
# going on trying does not make the wait longer. The same try again counts once.
_TRY = """
local guess, moment, most, seconds = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', moment - seconds)
local left = most - redis.call('ZCARD', KEYS[1])
if redis.call('ZSCORE', KEYS[1], guess) then return left end
if left < 1 then return -1 end
redis.call('ZADD', KEYS[1], moment, guess)
redis.call('EXPIRE', KEYS[1], seconds)
return left - 1
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

    def without_secrets(self) -> Session | None:
        """Give what is left when an informant's part is forgotten; None where that is nothing."""
        drafts = [each for each in (self.conversation, self.draft) if each]
        worth = [each for each in drafts if each.is_worth_resuming and not _is_informants(each)]
        left = max(worth, key=lambda each: each.told, default=None)
        return Session(self.language, left, touched=self.touched) if left else None

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
class Tries:
    """How many wrong tries at something are borne in so many seconds."""

    about: str
    most: int
    seconds: int = GUESS_WINDOW_SECONDS


@dataclass(frozen=True)
class Slip:
    """A session as it was read: None where there is none yet, or none that counts.

    `keys` are those of its record and of the draft set aside. `secret` has what the channels knew
    if it was an informant's then.
    """

    keys: tuple[str, str]
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
        self._try = self._redis.register_script(_TRY)
        self._seal = seal

    def open(self, phone: str) -> Slip:
        """Read the session of a phone."""
        phone_hash = self._seal.fingerprint("phone", phone)
        keys = f"pukar:session:{phone_hash}", f"pukar:draft:{phone_hash}"
        with _store_errors():
            records = cast("list[bytes | None]", self._redis.mget(keys))
        found, draft = (record or b"" for record in records)
        session = self._read(found) or self._read(draft)
        return Slip(keys, found, session, _lines_of(session) if session else {})

    def keep(self, slip: Slip, session: Session) -> bool:
        """Write a session back; False where another turn of the same phone was faster."""
        session.touched = time.time()
        if not session.is_secret:
            _forget(session, slip.secret)
        rest = session.without_secrets() if session.is_secret else None
        record, draft = self._write(session), self._write(rest)
        args = (slip.found, record, session.kept_seconds, draft, KEPT_SECONDS)
        with _store_errors():
            return bool(self._keep(keys=[*slip.keys], args=args))

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

    def count_try(self, tries: Tries, guess: str) -> int:
        """Note a try before it is looked at; give how many are left, below 0 if this is too many.

        `guess` names the try: noting the same one again does not count.
        """
        args = (self._guess_of(guess), time.time(), tries.most, tries.seconds)
        with _store_errors():
            return cast("int", self._try(keys=[self._tries_key(tries)], args=args))

    def take_back(self, tries: Tries, guess: str) -> None:
        """Count a try no more: it was right."""
        with _store_errors():
            self._redis.zrem(self._tries_key(tries), self._guess_of(guess))

    def ping(self) -> None:
        """Raise SessionsDown unless the store answers."""
        with _store_errors():
            self._redis.ping()

    def close(self) -> None:
        """Let go of all connections."""
        self._redis.close()

    def _tries_key(self, tries: Tries) -> str:
        return f"pukar:guesses:{self._seal.fingerprint('phone', tries.about)}"

    def _guess_of(self, guess: str) -> str:
        return self._seal.fingerprint("guess", guess)

    def _write(self, session: Session | None) -> bytes:
        if session is None:
            return b""
        return self._seal.close(json.dumps(asdict(session), ensure_ascii=False))

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
