"""One case, opened for writing: whatever happens to it is one event, in one transaction.

With the event go the columns of the case, the letters to its citizen (and to those of cases joined
to it), and the link of the chain. `version` counts the entries, so that who has an older page
before him is told, and overwrites nothing. A case is locked with all that are joined together with
it, always in the order of their ids, so that no two writers wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select, update

from core.citizens import chosen_language
from core.clock import now
from core.database import Database
from core.ledger import record
from core.letters import LETTERS, QUESTION, letter_of_state
from core.limits import REMINDED_BEFORE, Limits
from core.outbox import Draft, Recipient, post
from core.reference import grouped, is_well_formed, ungrouped
from core.sealing import Seal
from core.secret_numbers import kept_words
from core.services import SERVICES
from core.spelling import words_of
from core.states import STATES
from core.tables import cases, events, note_words, told

_LONGEST_WHO = 64
_FOUND_BY = ("words", "phone")  # kinds of fields; what was chosen from a list finds too much

# What may happen to a case: a change of state, or something while its state stays.
EventKind: TypeAlias = Literal[
    "moved",  # to another state
    "assigned",  # to an officer; details: officer (login)
    "noted",  # an internal note
    "heard",  # an officer wrote down what a recording says; details: recording
    "answered",  # the citizen did; details: key, question (none: on her rating); or case, that did
    "linked",  # to an FIR that exists; details: fir_number, fir_date
    "protected",  # details: protection ("" for none)
    "joined",  # to another case, or another to it; details: case, as ("follows" or "leads")
    "apart",  # found not to be the same as another, and joined to it no more; details: case
    "reminded",  # the overseer reminded somebody; details: of, whom, officer (login), without
    "raised",  # the overseer raised it; details: to, without, again
    "filled",  # an officer filled in fields of the form; details: fields (names, with commas)
    "alerted",  # of something urgent; details: whom, without, station, held (no SMS went)
    "unlocked",  # the PIN was taken away at the station
    "rated",  # the citizen is satisfied or not; details: satisfied ("yes" or "no"), key
]


class CaseError(Exception):
    """What was asked of a case cannot be done; the message says why and what to do."""


class Overtaken(CaseError):
    """Somebody else has written into the case meanwhile; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is written into a case: an event, and what goes with it.

    `to` is the new state, None where it stays; `changes` are columns of the case; `letter` goes to
    its citizen (a change of state has one by itself). `told` has fields of its form in words: what
    was told there before is replaced, a recording of it stays.
    """

    kind: EventKind
    who: str
    to: str | None = None
    note: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    recording: str | None = None
    changes: Mapping[str, object] = field(default_factory=dict)
    letter: Draft | None = None
    told: Mapping[str, str] = field(default_factory=dict)


class CaseFile:
    """A case that nobody else can write into until the transaction ends, nor what is joined."""

    def __init__(self, connection: Connection, seal: Seal, limits: Limits, row: Row[Any]) -> None:
        self.connection = connection
        self.row = row
        self._seal = seal
        self._limits = limits

    def write(self, entry: Entry) -> None:
        """Write an entry; a change of state takes along the cases that are joined to this one."""
        if entry.note:
            entry = replace(entry, note=kept_words(entry.note))
        if not 0 < len(entry.who) <= _LONGEST_WHO:
            raise CaseError(f"Who does it takes at most {_LONGEST_WHO} characters.")
        self._write(self.row, entry)
        if entry.to:
            # Each keeps its own officer: a protected case is read by whoever has it.
            kept = {name: value for name, value in entry.changes.items() if name != "officer_id"}
            for follower in self.followers():
                self._write(follower.row, replace(entry, note=None, changes=kept, told={}))
        self.row = self.connection.execute(_by_id(self.row.id)).one()

    def told(self) -> dict[str, str]:
        """Give the words told of each field, "" where it was only spoken.

        Raises Unreadable where no key of the ring opens them.
        """
        query = select(told.c.field, told.c.value_sealed).where(told.c.case_id == self.row.id)
        rows = self.connection.execute(query).all()
        return {row.field: self._seal.open(row.value_sealed) for row in rows}

    def part_from(self, leading: CaseFile, who: str) -> None:
        """Take the case apart from the one it follows; its time goes on as its own moves began it.

        An event says so in both.
        """
        due_at, moment = self.row.due_at, now()
        look_at = max(moment, due_at - REMINDED_BEFORE) if due_at else moment
        is_closed = self.row.stage == "closed"
        changes = {"joined_to": None, "look_at": None if is_closed else look_at}
        details = {"case": leading.row.reference}
        self.write(Entry("apart", who, details=details, changes=changes))
        leading.write(Entry("apart", who, details={"case": self.row.reference}))

    def leading(self) -> CaseFile | None:
        """Open the case that this one follows, if it is joined to one."""
        return next(self._those(cases.c.id == self.row.joined_to), None)

    def followers(self) -> list[CaseFile]:
        """Open the cases that follow this one."""
        return list(self._those(cases.c.joined_to == self.row.id))

    def group(self) -> list[CaseFile]:
        """Open all that are joined together with this one and itself, the leading one first."""
        head = self.leading() or self
        return [head, *head.followers()]

    def other(self, reference: str) -> CaseFile | None:
        """Open the case beside which this one was opened, by its reference number."""
        return next(self._those(cases.c.reference == reference), None)

    def _those(self, condition: ColumnElement[bool]) -> Iterator[CaseFile]:
        query = select(cases).where(condition).order_by(cases.c.id)
        for row in self.connection.execute(query).all():
            yield CaseFile(self.connection, self._seal, self._limits, row)

    def _write(self, row: Row[Any], entry: Entry) -> None:
        moment = now()
        changes: dict[str, object] = {"version": cases.c.version + 1}
        if entry.to:
            changes |= self._changes_of_move(row, entry)
        changes |= entry.changes
        self.connection.execute(update(cases).where(cases.c.id == row.id).values(changes))
        event = insert(events).values(
            case_id=row.id,
            at=moment,
            who=entry.who,
            kind=entry.kind,
            from_state=row.state,
            to_state=entry.to or row.state,
            note_sealed=self._seal.close(entry.note) if entry.note else None,
            details=dict(entry.details),
            recording=entry.recording,
        )
        event_id = self.connection.scalar(event.returning(events.c.id))
        record(self.connection, self._seal, "event", int(event_id or 0))
        if entry.note and not entry.told:  # whose own words are indexed, without the labels
            index_words(self.connection, self._seal, row.id, entry.note)
        self._write_told(row, entry.told)
        self._tell(row, entry)

    def _changes_of_move(self, row: Row[Any], entry: Entry) -> dict[str, object]:
        moment, to = now(), entry.to or row.state
        district = entry.details.get("district", row.district)
        begun = None if row.reopened or to == "reopened" else row.registered_at
        times = self._limits.times(row.service, to, district, moment, begun)
        stage = STATES[to].stage
        look_at = times.look_at
        if to == "transferred" and row.is_urgent and row.stage == "new":
            look_at = moment  # the overseer alerts the new station
        changes: dict[str, object] = {
            "state": to,
            "state_since": moment,
            "stage": stage,
            "due_at": times.due_at,
            # Whoever watches the case that this one is joined to, watches both.
            "look_at": None if row.joined_to else look_at,
            "raised": 0,
            "closed_at": moment if stage == "closed" else None,
            "question": None,
        }
        changes |= {
            name: entry.details[name]
            for name in ("district", "station", "fir_number", "diary_number")
            if name in entry.details
        }
        if to == "transferred":
            changes["officer_id"] = None
        if to == "disposed":
            changes["satisfied"] = None
        if to == "reopened":
            changes["reopened"] = cases.c.reopened + 1
        return changes

    def _write_told(self, row: Row[Any], values: Mapping[str, str]) -> None:
        kept = {name: kept_words(words) for name, words in values.items()}
        for name, words in kept.items():
            sealed = {"value_sealed": self._seal.close(words)}
            this = (told.c.case_id == row.id) & (told.c.field == name)
            if not self.connection.execute(update(told).where(this).values(sealed)).rowcount:
                new = insert(told).values(case_id=row.id, field=name, **sealed)
                self.connection.execute(new)
        index_words(self.connection, self._seal, row.id, words_to_find(row.service, kept))

    def _tell(self, row: Row[Any], entry: Entry) -> None:
        letter = entry.letter
        if entry.to:
            letter = letter or letter_of(entry.to, row.reference, entry.details, row.service)
        if letter and not row.is_silent:
            language = chosen_language(self.connection, row.phone_hash) or row.language
            recipient = Recipient(row.phone_hash, row.phone_sealed, language)
            post(self.connection, recipient, letter, case_id=row.id)


def words_to_find(service: str, values: Mapping[str, str]) -> str:
    """Give what of the words told a case is found by: names and numbers, not what was chosen."""
    fields = SERVICES[service].fields
    found_by = {name for name, field in fields.items() if field.kind in _FOUND_BY}
    return "\n".join(words for name, words in values.items() if name in found_by)


def index_words(connection: Connection, seal: Seal, case_id: int, text: str) -> None:
    """Keep the words of a note, or of what was told, as keyed hashes to find the case by."""
    hashes = {seal.fingerprint("word", word) for word in words_of(text)}
    if not hashes:
        return
    known = select(note_words.c.word_hash).where(note_words.c.case_id == case_id)
    new = hashes - set(connection.scalars(known))
    if new:
        rows = [{"word_hash": each, "case_id": case_id} for each in sorted(new)]
        connection.execute(insert(note_words), rows)


class CaseFiles:
    """Opens cases for writing."""

    def __init__(self, database: Database, seal: Seal, limits: Limits) -> None:
        self.database = database
        self.seal = seal
        self.limits = limits

    @contextmanager
    def open(
        self, typed_reference: str, *, seen: int | None = None, beside: str | None = None
    ) -> Iterator[CaseFile]:
        """Open a case for one transaction; one `beside` which it is worked is locked with it.

        Raises CaseError where there is none, Overtaken where it is no longer as it was `seen`
        (its version then).
        """
        reference = checked_reference(typed_reference)
        with self.database.writing() as connection:
            rows = _locked(connection, [reference, beside] if beside else [reference])
            row = next((each for each in rows if each.reference == reference), None)
            if row is None:
                raise CaseError(f"There is no case {grouped(reference)}.")
            if seen is not None and row.version != seen:
                raise Overtaken(f"Somebody else has changed {grouped(reference)} meanwhile.")
            yield CaseFile(connection, self.seal, self.limits, row)


def checked_reference(typed: str) -> str:
    """Give a reference number as it is kept; raise CaseError for what is none."""
    reference = ungrouped(typed)
    if not is_well_formed(reference):
        raise CaseError(f"{typed} is no reference number: a digit is wrong or missing.")
    return reference


def letter_of(state: str, reference: str, details: Mapping[str, str], service: str) -> Draft:
    """Give the letter that tells of a change of state: a question has one of its own."""
    if "question" in details:
        return Draft(QUESTION, {"reference": reference})
    template = SERVICES[service].letters.get(state) or letter_of_state(state)
    wanted = LETTERS[template].variables.keys() - {"reference"}
    variables = {"reference": reference} | {name: details[name] for name in wanted}
    return Draft(template, variables)


def _locked(connection: Connection, references: Collection[str]) -> Sequence[Row[Any]]:
    """Lock cases and all that are joined together with them."""
    while True:
        attempt = connection.begin_nested()
        ids = _together(connection, references)
        query = select(cases).where(cases.c.id.in_(ids)).order_by(cases.c.id)
        # Nobody changes a key: whoever only notes a look at a case need not wait.
        rows = connection.execute(query.with_for_update(key_share=True)).all()
        if _together(connection, references) == ids:
            attempt.commit()
            return rows
        attempt.rollback()  # they were joined or taken apart meanwhile: let go of all, look again


def _together(connection: Connection, references: Collection[str]) -> Sequence[int]:
    """Give the ids of cases and of all that are joined together with them."""
    leading = select(func.coalesce(cases.c.joined_to, cases.c.id))
    heads = connection.scalars(leading.where(cases.c.reference.in_(references))).all()
    together = or_(cases.c.id.in_(heads), cases.c.joined_to.in_(heads))
    return connection.scalars(select(cases.c.id).where(together).order_by(cases.c.id)).all()


def _by_id(case_id: int) -> Any:  # noqa: ANN401  # SQLAlchemy's own type is longer than the line
    return select(cases).where(cases.c.id == case_id)
