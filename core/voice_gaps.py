"""Clips that were missing when a call needed them: counted, so that somebody records them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from core.clock import now
from core.database import Database
from core.tables import voice_gaps

_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Gap:
    """A clip that was missing: how often, and when last."""

    language: str
    clip: str
    times: int
    last_at: datetime


class VoiceGaps:
    """The record of missing clips."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, language: str, clip: str) -> None:
        """Note that a clip was missing once more."""
        values = {"language": language, "clip": clip[:_LONGEST_NAME], "times": 1, "last_at": now()}
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        new = insert(voice_gaps).values(values)
        counted = {"times": voice_gaps.c.times + 1, "last_at": now()}
        with self._database.writing() as connection:
            connection.execute(
                new.on_conflict_do_update(index_elements=["language", "clip"], set_=counted)
            )

    def all(self) -> list[Gap]:
        """List the gaps, those met most often first."""
        query = select(voice_gaps).order_by(voice_gaps.c.times.desc())
        with self._database.reading() as connection:
            return [Gap(**row) for row in connection.execute(query).mappings()]
