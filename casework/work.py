"""What an officer does to a case beside moving it: each is one event."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, select, update

from casework.viewer import Viewer
from core.case_file import CaseError, CaseFile, CaseFiles, Entry, Overtaken
from core.cases import Move, check_fir, check_move, entry_of
from core.protection import PROTECTIONS
from core.reference import grouped
from core.tables import cases

LONGEST_NOTE = 4000  # characters


class NotAllowed(CaseError):
    """The viewer may not do this to this case."""


@dataclass(frozen=True)
class Work:
    """Writes into cases, on behalf of a viewer.

    Every method raises CaseError where it cannot be done, NotAllowed where he may not, Overtaken
    where the case is no longer as he has `seen` it (its version then).
    """

    files: CaseFiles

    def move(self, viewer: Viewer, reference: str, move: Move) -> None:
        """Move a case to another state."""
        with self._open(viewer, reference, move.seen) as file:
            check_move(file, move)
            entry = entry_of(replace(move, note=_checked_note(move.note)))
            if file.row.officer_id is None and viewer.role in ("station", "women"):
                # Who begins with a case, has it.
                entry = replace(entry, changes={"officer_id": viewer.id, **entry.changes})
            if move.to == "transferred":
                entry = replace(entry, changes={**entry.changes, "officer_id": None})
            file.write(entry)

    def note(self, viewer: Viewer, reference: str, words: str, seen: int | None = None) -> None:
        """Add an internal note, which the citizen never sees."""
        with self._open(viewer, reference, seen) as file:
            file.write(Entry("noted", viewer.login, note=_needed_note(words)))

    def hear(
        self, viewer: Viewer, reference: str, recording: str, words: str, seen: int | None = None
    ) -> None:
        """Write down what a recording says."""
        with self._open(viewer, reference, seen) as file:
            details = {"recording": recording}
            file.write(Entry("heard", viewer.login, note=_needed_note(words), details=details))

    def assign(
        self, viewer: Viewer, reference: str, officer: tuple[int, str], seen: int | None = None
    ) -> None:
        """Give a case to an officer (his id and login)."""
        with self._open(viewer, reference, seen) as file:
            officer_id, login = officer
            changes = {"officer_id": officer_id}
            details = {"officer": login}
            file.write(Entry("assigned", viewer.login, details=details, changes=changes))

    def link(
        self,
        viewer: Viewer,
        reference: str,
        fir_number: str,
        fir_date: str,
        seen: int | None = None,
    ) -> None:
        """Link a case to an FIR that there is already; the citizen hears of it when she asks."""
        details = {"fir_number": fir_number, "fir_date": fir_date}
        check_fir(details)
        with self._open(viewer, reference, seen) as file:
            changes = {"fir_number": fir_number}
            file.write(Entry("linked", viewer.login, details=details, changes=changes))

    def protect(
        self, viewer: Viewer, reference: str, protection: str, seen: int | None = None
    ) -> None:
        """Protect a case ("" ends it, which only a supervisor may)."""
        if protection and protection not in PROTECTIONS:
            raise CaseError(f"Protections are: {', '.join(PROTECTIONS)}.")
        with self._open(viewer, reference, seen) as file:
            if not viewer.supervises and (not protection or file.row.protection):
                raise NotAllowed("Only a supervisor takes a protection away.")
            changes = {"protection": protection or None}
            details = {"protection": protection}
            file.write(Entry("protected", viewer.login, details=details, changes=changes))

    def join(self, viewer: Viewer, reference: str, other: str, seen: int | None = None) -> None:
        """Join a case to another one that tells of the same: from now on it goes where that goes.

        Both keep their reference numbers, and both citizens are told of every move.
        """
        with self._open(viewer, reference, seen) as file:
            leading = self._other(file, viewer, other)
            if leading.joined_to or file.row.joined_to:
                raise CaseError("One of the two is joined already; join to the one it follows.")
            if leading.id == file.row.id:
                raise CaseError("These are the same case.")
            if leading.stage == "closed":
                raise CaseError("The other case is closed; open it again first.")
            file.connection.execute(  # those that follow this one follow the other now
                update(cases).where(cases.c.joined_to == file.row.id).values(joined_to=leading.id)
            )
            follows = {"case": leading.reference, "as": "follows"}
            changes = {"joined_to": leading.id, "officer_id": leading.officer_id, "look_at": None}
            file.write(Entry("joined", viewer.login, details=follows, changes=changes))
            leads = {"case": file.row.reference, "as": "leads"}
            lead = CaseFile(file.connection, self.files.seal, self.files.limits, leading)
            lead.write(Entry("joined", viewer.login, details=leads))

    def set_apart(
        self, viewer: Viewer, reference: str, other: str, seen: int | None = None
    ) -> None:
        """Note that two cases are not the same, so that it is not proposed again."""
        with self._open(viewer, reference, seen) as file:
            found = self._other(file, viewer, other)
            file.write(Entry("apart", viewer.login, details={"case": found.reference}))

    @contextmanager
    def _open(self, viewer: Viewer, reference: str, seen: int | None) -> Iterator[CaseFile]:
        with self.files.open(reference) as file:
            if not viewer.sees(file.row):
                raise CaseError(f"There is no case {grouped(reference)}.")
            if not viewer.works(file.row):
                raise NotAllowed("You may not write into this case.")
            if seen is not None and seen != file.row.version:
                raise Overtaken(f"Somebody else has changed {grouped(reference)} meanwhile.")
            yield file

    def _other(self, file: CaseFile, viewer: Viewer, reference: str) -> Row[Any]:
        query = select(cases).where(cases.c.reference == reference).with_for_update()
        row = file.connection.execute(query).first()
        if row is None or not viewer.works(row):
            raise CaseError(f"There is no case {grouped(reference)}.")
        return row


def _checked_note(words: str | None) -> str | None:
    if words and len(words) > LONGEST_NOTE:
        raise CaseError(f"A note takes at most {LONGEST_NOTE} characters.")
    return words or None


def _needed_note(words: str) -> str:
    checked = _checked_note(words.strip())
    if not checked:
        raise CaseError("Write a few words.")
    return checked
