"""What the processes of the service share about gateways of SMS: shares, slots, decisions.

A share (per cent) is how much of its configured weight a gateway has now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.clock import now
from core.database import Database
from core.tables import gateway_decisions, gateways, tries

FULL_SHARE = 100
_MOST_TRIES = 2000  # looked at to judge a gateway


@dataclass(frozen=True, slots=True)
class Standing:
    """How a gateway stands; its share is not raised before `held_until`."""

    name: str
    share: int
    held_until: datetime | None
    judged_at: datetime


@dataclass(frozen=True, slots=True)
class Tried:
    """One try, as far as it tells of its gateway; `arrived` is what its receipt says."""

    at: datetime
    outcome: str
    milliseconds: int
    settled_at: datetime | None
    arrived: bool | None


@dataclass(frozen=True, slots=True)
class Decision:
    """A change of a gateway's share, and why."""

    at: datetime
    gateway: str
    from_share: int
    to_share: int
    why: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong with a gateway, and when."""

    at: datetime
    what: str


class GatewayShares:
    """The record of the gateways' shares."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def shares(self) -> dict[str, int]:
        """Give the share of each gateway that has one; the others have it all."""
        with self._database.reading() as connection:
            rows = connection.execute(select(gateways.c.name, gateways.c.share))
            return {row.name: row.share for row in rows}

    def take_slot(self, name: str, per_second: float) -> float:
        """Take the next turn to send through a gateway; give the seconds until it comes."""
        moment = now()
        with self._database.writing() as connection:
            row = self._lock(connection, name)
            start = max(moment, row.next_slot)
            following = start + timedelta(seconds=1 / per_second)
            ours = update(gateways).where(gateways.c.name == name)
            connection.execute(ours.values(next_slot=following))
        return float((start - moment).total_seconds())

    def to_judge(self, name: str, every: timedelta) -> Standing | None:
        """Give a gateway's standing if it was not judged of late; the next one waits again."""
        moment = now()
        with self._database.reading() as connection:
            judged_at = connection.scalar(
                select(gateways.c.judged_at).where(gateways.c.name == name)
            )
            if judged_at and moment - judged_at < every:
                return None
        with self._database.writing() as connection:
            row = self._lock(connection, name)
            if judged_at and row.judged_at != judged_at:
                return None  # another process was faster
            ours = update(gateways).where(gateways.c.name == name)
            connection.execute(ours.values(judged_at=moment))
            return Standing(row.name, row.share, row.held_until, row.judged_at)

    def tries_since(self, name: str, since: datetime) -> list[Tried]:
        """List the tries through a gateway, the newest first."""
        query = (
            select(*(tries.c[column] for column in Tried.__dataclass_fields__))
            .where(tries.c.gateway == name, tries.c.at > since)
            .order_by(tries.c.at.desc())
            .limit(_MOST_TRIES)
        )
        with self._database.reading() as connection:
            return [Tried(*row) for row in connection.execute(query)]

    def decide(self, decision: Decision, held_until: datetime) -> None:
        """Change a gateway's share, and keep why."""
        with self._database.writing() as connection:
            ours = update(gateways).where(gateways.c.name == decision.gateway)
            connection.execute(ours.values(share=decision.to_share, held_until=held_until))
            connection.execute(
                gateway_decisions.insert().values(
                    at=decision.at,
                    gateway=decision.gateway,
                    from_share=decision.from_share,
                    to_share=decision.to_share,
                    why=decision.why,
                )
            )

    def decisions(self, most: int = 20, page: int = 1) -> list[Decision]:
        """List decisions, the newest first."""
        names = Decision.__dataclass_fields__
        query = select(*(gateway_decisions.c[name] for name in names))
        query = query.order_by(gateway_decisions.c.id.desc()).limit(most).offset((page - 1) * most)
        with self._database.reading() as connection:
            return [Decision(*row) for row in connection.execute(query)]

    def last_decision(self, name: str) -> datetime | None:
        """Give the moment of the last decision about a gateway."""
        query = select(gateway_decisions.c.at).where(gateway_decisions.c.gateway == name)
        with self._database.reading() as connection:
            return connection.scalar(query.order_by(gateway_decisions.c.id.desc()).limit(1))

    def last_trouble(self, name: str) -> Trouble | None:
        """Give what last went wrong with a gateway."""
        query = select(tries.c.at, tries.c.trouble).where(
            tries.c.gateway == name, tries.c.trouble.is_not(None)
        )
        with self._database.reading() as connection:
            row = connection.execute(query.order_by(tries.c.at.desc()).limit(1)).first()
        return Trouble(*row) if row else None

    def last_sign_of_work(self) -> datetime | None:
        """Give the moment when a worker last looked after the gateways."""
        with self._database.reading() as connection:
            query = select(gateways.c.judged_at).order_by(gateways.c.judged_at.desc())
            return connection.scalar(query.limit(1))

    def _lock(self, connection: Connection, name: str) -> Row[tuple[object, ...]]:
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        fresh = {"name": name, "share": FULL_SHARE, "judged_at": now(), "next_slot": now()}
        connection.execute(insert(gateways).values(fresh).on_conflict_do_nothing())
        query = select(gateways).where(gateways.c.name == name).with_for_update()
        return connection.execute(query).one()
