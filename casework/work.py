"""What an officer does to a case, each thing one event; and to cases that tell of the same.

A case that was joined to another one goes where that one goes. Whoever works the leading one moves
all that follow it, wherever they are, so only cases that are protected alike are joined, and what
protects one protects all. Each keeps its own officer: who has one of them reads that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from casework.form import as_kept, as_shown, plain
from casework.viewer import Viewer
from core.case_file import CaseError, CaseFile, CaseFiles, Entry, Overtaken
from core.cases import Move, check_fir, check_move, entry_of
from core.directory import read_directory
from core.language import Language, render
from core.protection import KEPT_FROM_STATIONS, PROTECTIONS
from core.reference import grouped
from core.sealing import Unreadable
from core.service_entry import Field
from core.services import SERVICES

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
        """Move a case to another state, and with it those that follow it."""
        with self._open(viewer, reference, move.seen) as file:
            check_move(file, move)
            _check_kept(viewer, file.followers())
            entry = entry_of(replace(move, note=_checked_note(move.note)))
            is_nobodys = file.row.officer_id is None and move.to != "transferred"
            if is_nobodys and viewer.role in ("station", "women"):
                # Who begins with a case, has it.
                entry = replace(entry, changes={"officer_id": viewer.id, **entry.changes})
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

    def fill(
        self,
        viewer: Viewer,
        reference: str,
        values: Mapping[str, str],
        seen: int | None,
        language: Language,
    ) -> None:
        """Fill in fields of the form of a case, or correct them; what is empty stays as it is.

        The note of the event says, in the officer's language, what was written and what stood
        there before, but no phone number in full. Only what differs is read, so that what a citizen
        told, however long, stands in nobody's way. Raises NotReadable for a value that its field
        does not take.
        """
        with self._open(viewer, reference, seen) as file:
            fields = SERVICES[file.row.service].fields
            if values.keys() - fields.keys():
                raise CaseError("The form of this case has no such field.")
            before = _told_in(file)
            read = {
                name: as_kept(field, values[name])
                for name, field in fields.items()
                if plain(values.get(name, "")) not in ("", plain(before.get(name, "")))
            }
            told = {name: words for name, words in read.items() if words != before.get(name)}
            if not told:
                raise CaseError("Fill in at least one field.")
            lines = [
                _line_of(fields[name], before.get(name, ""), words, language)
                for name, words in told.items()
            ]
            details = {"fields": ",".join(told)}
            note = "\n".join(lines)
            file.write(Entry("filled", viewer.login, note=note, details=details, told=told))

    def unlock(self, viewer: Viewer, reference: str, seen: int | None = None) -> None:
        """Take the PIN of a case away, of a citizen who has forgotten it and shown who she is."""
        with self._open(viewer, reference, seen) as file:
            if file.row.pin_hash is None:
                raise CaseError("This case has no PIN.")
            file.write(Entry("unlocked", viewer.login, changes={"pin_hash": None}))

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
        """Protect a case with all that are joined ("" ends it, which only a supervisor may)."""
        if protection and protection not in PROTECTIONS:
            raise CaseError(f"Protections are: {', '.join(PROTECTIONS)}.")
        with self._open(viewer, reference, seen) as file:
            group = file.group()
            is_protected = any(each.row.protection for each in group)
            if not viewer.supervises and (not protection or is_protected):
                raise NotAllowed("Only a supervisor takes a protection away.")
            if is_protected:
                _check_works(viewer, group)
            changes = {"protection": protection or None}
            details = {"protection": protection}
            for each in group:
                each.write(Entry("protected", viewer.login, details=details, changes=changes))

    def join(self, viewer: Viewer, reference: str, other: str, seen: int | None = None) -> None:
        """Join a case to another one that tells of the same: from now on it goes where that goes.

        Those that follow it follow the other from then on. All keep their reference numbers, and
        all their citizens are told of every move.
        """
        with self._open(viewer, reference, seen, beside=other) as file:
            leading = _other(file, viewer, other)
            followers = file.followers()
            _check_join(file, leading, followers)
            _check_kept(viewer, followers)
            for each in (file, *followers):
                follows = {"case": leading.row.reference, "as": "follows"}
                changes = {"joined_to": leading.row.id, "look_at": None}
                each.write(Entry("joined", viewer.login, details=follows, changes=changes))
                leads = {"case": each.row.reference, "as": "leads"}
                leading.write(Entry("joined", viewer.login, details=leads))

    def set_apart(
        self, viewer: Viewer, reference: str, other: str, seen: int | None = None
    ) -> None:
        """Note that two cases are not the same, so that it is not proposed again.

        If the one follows the other, that ends.
        """
        with self._open(viewer, reference, seen, beside=other) as file:
            found = _other(file, viewer, other)
            if file.row.joined_to == found.row.id:
                file.part_from(found, viewer.login)
            elif found.row.joined_to == file.row.id:
                found.part_from(file, viewer.login)
            else:
                details = {"case": found.row.reference}
                file.write(Entry("apart", viewer.login, details=details))

    @contextmanager
    def _open(
        self, viewer: Viewer, reference: str, seen: int | None, beside: str | None = None
    ) -> Iterator[CaseFile]:
        with self.files.open(reference, beside=beside) as file:
            if not viewer.sees(file.row):
                raise CaseError(f"There is no case {grouped(reference)}.")
            if not viewer.works(file.row):
                raise NotAllowed("You may not write into this case.")
            if seen is not None and seen != file.row.version:
                raise Overtaken(f"Somebody else has changed {grouped(reference)} meanwhile.")
            yield file


def _told_in(file: CaseFile) -> dict[str, str]:
    try:
        return file.told()
    except Unreadable as error:  # what stands there must not be lost
        raise CaseError(
            "What is sealed in this case cannot be opened: its key is missing."
            " Tell the administrator."
        ) from error


def _line_of(field: Field, before: str, after: str, language: Language) -> str:
    """Note what was written into a field, and what it replaced."""
    values = [as_shown(field, kept, read_directory()) for kept in (before, after) if kept]
    changed = " → ".join(render(each, language) for each in values)
    return f"{render(field.label, language)}: {changed}"


def _other(file: CaseFile, viewer: Viewer, reference: str) -> CaseFile:
    found = file.other(reference)
    if found is None or not viewer.works(found.row):
        raise CaseError(f"There is no case {grouped(reference)}.")
    return found


def _check_join(file: CaseFile, leading: CaseFile, followers: Iterable[CaseFile]) -> None:
    """Raise CaseError, with what can be done instead, where a case may not follow another."""
    if leading.row.id == file.row.id:
        raise CaseError("These are the same case.")
    if leading.row.joined_to or file.row.joined_to:
        raise CaseError("One of the two is joined already; join to the one it follows.")
    if file.row.stage == "closed":
        raise CaseError("This case is closed; open it again first.")
    if leading.row.stage == "closed":
        raise CaseError("The other case is closed; open it again first.")
    numbers = {each.row.fir_number for each in (file, *followers)} - {None}
    if numbers - {leading.row.fir_number}:
        raise CaseError("There is an FIR in this case: join the other case to this one.")
    if {each.row.protection for each in (file, *followers)} != {leading.row.protection}:
        raise CaseError("The two are not protected in the same way; protect both alike first.")


def _check_kept(viewer: Viewer, followers: Iterable[CaseFile]) -> None:
    """Raise NotAllowed where what is kept from stations would be moved by who does not work it."""
    kept = [each for each in followers if each.row.protection in KEPT_FROM_STATIONS]
    _check_works(viewer, kept)


def _check_works(viewer: Viewer, files: Iterable[CaseFile]) -> None:
    if not all(viewer.works(each.row) for each in files):
        raise NotAllowed(
            "A case that is joined to it is not yours; the state control room can do it."
        )


def _checked_note(words: str | None) -> str | None:
    if words and len(words) > LONGEST_NOTE:
        raise CaseError(f"A note takes at most {LONGEST_NOTE} characters.")
    return words or None


def _needed_note(words: str) -> str:
    checked = _checked_note(words.strip())
    if not checked:
        raise CaseError("Write a few words.")
    return checked
