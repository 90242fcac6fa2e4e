"""What callers spoke: known from the moment it was spoken, fetched from the provider later.

A recording is named by us while the caller speaks, and that name stands in the answers at once.
Its address may come with the caller's next step, with a call of the provider's own, or with the
end of the call; the audio may take longer still. The worker fetches it, keeps trying for days,
and what cannot be had in the end is lost, for all to see. In which call it was spoken is forgotten
as soon as nothing more is to come of that: the provider knows by it who called.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.clock import now
from core.database import Database
from core.sealing import Seal, Unreadable
from core.tables import cases, events, recordings, told

LEASE = timedelta(minutes=3)
GIVE_UP_AFTER = timedelta(days=5)
# What belongs to no case by then was spoken again, or never sent: nobody is to keep it.
KEPT_WITHOUT_CASE = timedelta(days=10)
# The caller may hear it once more from the provider until then.
DELETED_THERE_AFTER = timedelta(minutes=30)
_BEFORE_IT_IS_READY = timedelta(seconds=8)
_FIRST_PAUSE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(hours=2)
_DOUBLINGS = 12
_LONGEST_TROUBLE = 200
_NO_CALL: Mapping[str, object] = {"call": "", "address_sealed": None}


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording, opened for work; `address` is where the provider keeps it, if it is known."""

    id: str
    gateway: str
    call: str
    address: str | None
    status: str
    seconds: int | None
    kind: str | None
    attempts: int
    made_at: datetime
    settled_at: datetime | None
    trouble: str | None

    @property
    def is_too_old(self) -> bool:
        """Whether it has been asked for so long that it is given up."""
        return now() - self.made_at > GIVE_UP_AFTER


class Recordings:
    """The list of recordings, and how far each has come."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    def announce(self, recording: str, gateway: str, call: str) -> None:
        """Note that somebody has spoken; where it is kept will be told later."""
        values = {
            "id": recording,
            "gateway": gateway,
            "call": call[:64],
            "status": "expected",
            "attempts": 0,
            "made_at": now(),
            "due_at": now() + GIVE_UP_AFTER,
        }
        with self._database.writing() as connection:
            insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
            connection.execute(insert(recordings).values(values).on_conflict_do_nothing())

    def locate(
        self, recording: str, address: str, seconds: int | None = None, *, is_ready: bool = True
    ) -> None:
        """Note where the provider keeps a recording that was announced, and whether it is ready.

        The first address stands: a repeat, or somebody else's, changes nothing.
        """
        values: dict[str, object] = {
            "address_sealed": func.coalesce(recordings.c.address_sealed, self._seal.close(address)),
            "status": "due",
            "due_at": now() if is_ready else now() + _BEFORE_IT_IS_READY,
        }
        if seconds is not None:
            values["seconds"] = seconds
        open_still = recordings.c.status.in_(["expected", "due"])
        changed = update(recordings).where((recordings.c.id == recording) & open_still)
        with self._database.writing() as connection:
            connection.execute(changed.values(values))

    def latest_of_call(self, gateway: str, call: str) -> str | None:
        """Name the recording of a call that still waits for its address, the last one first."""
        query = select(recordings.c.id).where(
            recordings.c.gateway == gateway,
            recordings.c.call == call[:64],
            recordings.c.status == "expected",
        )
        with self._database.reading() as connection:
            return connection.scalar(query.order_by(recordings.c.made_at.desc()).limit(1))

    def take_due(self, most: int = 4) -> list[Recording]:
        """Take out recordings to fetch, or to delete at the provider."""
        moment = now()
        free = or_(recordings.c.leased_until.is_(None), recordings.c.leased_until < moment)
        open_still = recordings.c.status.in_(["expected", "due", "copied"])
        due = select(recordings.c.id).where(open_still, recordings.c.due_at <= moment, free)
        due = due.order_by(recordings.c.due_at).limit(most)
        with self._database.reading() as connection:
            if connection.scalar(due.limit(1)) is None:
                return []
        with self._database.writing() as connection:
            ids = list(connection.scalars(due.with_for_update(skip_locked=True)))
            ours = recordings.c.id.in_(ids)
            leased = update(recordings).where(ours).values(leased_until=moment + LEASE)
            connection.execute(leased)
            return self._read(connection, ours)

    def mark_copied(self, recording: Recording, kind: str, seconds: int | None = None) -> None:
        """Note that a safe copy is ours, and how long it is; the provider's is to be deleted."""
        copied = {"status": "copied", "kind": kind, "attempts": 0, "trouble": None}
        if seconds is not None:
            copied["seconds"] = seconds
        self._mark(recording, **copied, due_at=now() + DELETED_THERE_AFTER)

    def mark_kept(self, recording: Recording) -> None:
        """Note that ours is the only copy."""
        self._mark(recording, status="kept", settled_at=now(), trouble=None, **_NO_CALL)

    def mark_lost(self, recording: Recording, trouble: str) -> None:
        """Note that it cannot be had any more, and why."""
        why = trouble[:_LONGEST_TROUBLE]
        no_call = _NO_CALL if self._is_of_informant(recording) else {}
        self._mark(recording, status="lost", settled_at=now(), trouble=why, **no_call)

    def mark_dropped(self, recording: Recording) -> None:
        """Note that nobody is to keep it."""
        self._mark(recording, status="dropped", settled_at=now(), **_NO_CALL)

    def postpone(self, recording: Recording, trouble: str) -> None:
        """Try again after a pause that grows with each attempt."""
        pause = min(_FIRST_PAUSE * 2 ** min(recording.attempts, _DOUBLINGS), _LONGEST_PAUSE)
        jitter = random.uniform(1, 1.25)  # noqa: S311  # no secret
        due_at = now() + timedelta(seconds=pause.total_seconds() * jitter)
        why = trouble[:_LONGEST_TROUBLE]
        self._mark(recording, attempts=recording.attempts + 1, due_at=due_at, trouble=why)

    def without_case(self, most: int = 20) -> list[Recording]:
        """List recordings that came to nothing: spoken again, or never sent."""
        old = recordings.c.made_at < now() - KEPT_WITHOUT_CASE
        settled = recordings.c.status.in_(["kept", "lost"])
        in_a_case = exists().where(cases.c.recording == recordings.c.id)
        in_an_answer = exists().where(events.c.recording == recordings.c.id)
        in_a_field = exists().where(told.c.recording == recordings.c.id)
        unused = old & settled & ~in_a_case & ~in_an_answer & ~in_a_field
        with self._database.reading() as connection:
            return self._read(connection, unused)[:most]

    def find(self, recording: str) -> Recording | None:
        """Find a recording by its id."""
        with self._database.reading() as connection:
            found = self._read(connection, recordings.c.id == recording)
        return found[0] if found else None

    def newest(
        self, *, status: str | None = None, most: int = 20, page: int = 1
    ) -> list[Recording]:
        """List recordings, of one status or all, the newest first."""
        query = select(recordings).order_by(recordings.c.made_at.desc())
        if status:
            query = query.where(recordings.c.status == status)
        with self._database.reading() as connection:
            rows = connection.execute(query.limit(most).offset((page - 1) * most)).mappings().all()
        return [self._open(dict(row)) for row in rows]

    def counts(self) -> dict[str, int]:
        """Count the recordings of each status."""
        query = select(recordings.c.status, func.count()).group_by(recordings.c.status)
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def _is_of_informant(self, recording: Recording) -> bool:
        """Say whether somebody spoke whose number is kept nowhere."""
        story = exists().where(cases.c.recording == recording.id, cases.c.phone_hash == "")
        of_case = (events.c.case_id == cases.c.id) & (cases.c.phone_hash == "")
        added = exists().where(events.c.recording == recording.id, of_case)
        with self._database.reading() as connection:
            return bool(connection.scalar(select(or_(story, added))))

    def _mark(self, recording: Recording, **values: object) -> None:
        # Another worker may have got further while ours was slow.
        as_it_was = recordings.c.status == recording.status
        changed = update(recordings).where((recordings.c.id == recording.id) & as_it_was)
        with self._database.writing() as connection:
            connection.execute(changed.values(leased_until=None, **values))

    def _read(self, connection: Connection, which: ColumnElement[bool]) -> list[Recording]:
        query = select(recordings).where(which).order_by(recordings.c.made_at)
        rows: Sequence[object] = connection.execute(query).mappings().all()
        return [self._open(dict(row)) for row in rows]  # type: ignore[call-overload]

    def _open(self, row: dict[str, object]) -> Recording:
        sealed = row.pop("address_sealed")
        address = None
        with suppress(Unreadable):  # no key opens it: as good as not told
            address = self._seal.open(sealed) if isinstance(sealed, bytes) else None
        known = {name: row[name] for name in Recording.__dataclass_fields__ if name in row}
        return Recording(address=address, **known)  # type: ignore[arg-type]
