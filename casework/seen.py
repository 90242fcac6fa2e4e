"""Which case a letter or a recording belongs to, for those who may see that case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, or_, select

from casework.viewer import Viewer
from core.database import Database
from core.tables import cases, events, letters


class SeenCases:
    """Finds the reference numbers of cases that a viewer sees."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_letters(self, viewer: Viewer, ids: Sequence[int]) -> dict[int, str]:
        """Give them by the numbers of letters."""
        query = select(letters.c.id, cases.c.reference).select_from(letters.join(cases))
        return dict(self._rows(query.where(viewer.sees_rows(), letters.c.id.in_(ids))))

    def of_recordings(self, viewer: Viewer, ids: Sequence[str]) -> dict[str, str]:
        """Give them by the ids of recordings: of a story, or of what was told later."""
        told = cases.outerjoin(events, events.c.case_id == cases.c.id)
        query = select(cases.c.recording, events.c.recording, cases.c.reference).select_from(told)
        either = or_(cases.c.recording.in_(ids), events.c.recording.in_(ids))
        rows = self._rows(query.where(viewer.sees_rows(), either))
        return {own: reference for *recordings, reference in rows for own in recordings if own}

    def _rows(self, query: Select[Any]) -> list[Any]:
        with self._database.reading() as connection:
            return [tuple(row) for row in connection.execute(query)]
