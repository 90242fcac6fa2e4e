"""Which case a letter or a recording belongs to, for those who may see that case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CompoundSelect, Select, select, union

from casework.viewer import Viewer
from core.database import Database
from core.tables import cases, events, letters, told


class SeenCases:
    """Finds the reference numbers of cases that a viewer sees."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_letters(self, viewer: Viewer, ids: Sequence[int]) -> dict[int, str]:
        """Give them by the numbers of letters."""
        query = select(letters.c.id, cases.c.reference).select_from(letters.join(cases))
        return dict(self._rows(query.where(viewer.sees_rows(), letters.c.id.in_(ids))))

    def of_recordings(self, viewer: Viewer, ids: Sequence[str]) -> dict[str, str]:
        """Give them by the ids of recordings: of a story, of a field, or of what was told later."""
        with_each = {
            cases.c.recording: select(cases),
            told.c.recording: select(cases).join(told),
            events.c.recording: select(cases).join(events),
        }
        queries = (
            query.with_only_columns(recording, cases.c.reference).where(
                viewer.sees_rows(), recording.in_(ids)
            )
            for recording, query in with_each.items()
        )
        return dict(self._rows(union(*queries)))

    def _rows(self, query: Select[Any] | CompoundSelect[Any]) -> list[Any]:
        with self._database.reading() as connection:
            return [tuple(row) for row in connection.execute(query)]
