"""Cases: register, find, move. One transaction each; every move is an event and a letter."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection, Row, insert, select
from sqlalchemy.exc import IntegrityError

from core.case_file import (
    CaseError,
    CaseFile,
    CaseFiles,
    Entry,
    EventKind,
    checked_reference,
    index_words,
    letter_of,
    words_to_find,
)
from core.citizens import remember_citizen
from core.clock import HERE, now
from core.dialogue import Recorded, Typed
from core.ledger import record
from core.outbox import Draft, Recipient, post
from core.police import Told
from core.protection import KEPT_FROM_STATIONS, Protection
from core.questions import QUESTIONS
from core.reference import new_reference
from core.sealing import Seal, Unreadable
from core.secret_numbers import kept_words
from core.services import KINDS, course_of
from core.states import REJECTION_REASONS, STATES, Stage
from core.tables import cases, events, told

FIRST_STATE = "received"
_AT_A_STATION = {"sent_to_station", "at_station", "recorded"}
_ATTEMPTS = 5
_SEALED = ("phone", "story")
_FIR_NUMBER = re.compile(r"[0-9]{1,5}/([0-9]{2}|[0-9]{4})")
_DATE = re.compile(r"[0-9]{2}-[0-9]{2}-[2-9][0-9]{3}")  # from 2000 on

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case as it comes from a conversation; `usual_station` is the one to offer again.

    `told` has what was told field by field. One without a `phone` is from an informant, who may
    add to it with a `code`. `pin` opens one from any phone; no letters are written about one that
    `is_silent`. One that was made up for the demo `is_demo`, which the desk shows.
    """

    conversation: str
    service: str
    kind: str
    phone: str
    language: str
    channel: str
    district: str | None
    station: str | None
    usual_station: str | None
    story: Typed | Recorded
    told: Told = field(default_factory=dict)
    pin: str | None = None
    code: str | None = None
    is_silent: bool = False
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a case: a move, or what was done while its state stayed.

    The note of one that `is_unreadable` is sealed with a key that is no more.
    """

    id: int
    at: datetime
    who: str
    kind: EventKind
    from_state: str | None
    to_state: str
    note: str | None
    details: dict[str, str]
    recording: str | None
    is_unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A registered case, opened for reading; its story is empty where it was spoken.

    One that `is_unreadable` was sealed with a key that is no more: its story, its phone or both
    are empty.
    """

    id: int
    reference: str
    service: str
    kind: str
    phone: str
    phone_hash: str
    language: str
    channel: str
    district: str | None
    station: str | None
    story: str
    recording: str | None
    state: str
    state_since: datetime
    registered_at: datetime
    version: int
    stage: Stage
    protection: Protection | None
    officer_id: int | None
    fir_number: str | None
    question: str | None
    due_at: datetime | None
    raised: int
    joined_to: int | None
    closed_at: datetime | None
    reopened: int
    satisfied: bool | None
    is_demo: bool
    is_silent: bool
    is_urgent: bool
    pin_hash: str | None
    diary_number: str | None
    is_unreadable: bool


@dataclass(frozen=True, slots=True)
class ToldField:
    """What was told of one field: in words, or spoken, and perhaps written down since.

    Words that are unreadable were sealed with a key that is no more.
    """

    field: str
    words: str
    recording: str | None
    is_unreadable: bool = False


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as a line of a list, with nothing personal in it."""

    reference: str
    kind: str
    district: str | None
    station: str | None
    state: str
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class Move:
    """A change of state: where to, by whom, and what the state needs to be told.

    `seen` is the version of the case that the officer had before him.
    """

    to: str
    who: str
    note: str | None = None
    details: dict[str, str] | None = None
    seen: int | None = None


class Movable(Protocol):
    """A case, as far as it says where it may go."""

    @property
    def service(self) -> str:
        """Give the service it is of."""

    @property
    def state(self) -> str:
        """Give its state."""

    @property
    def station(self) -> str | None:
        """Give its station."""

    @property
    def protection(self) -> str | None:
        """Say why not everybody may see it."""

    @property
    def joined_to(self) -> object:
        """Give the case that it follows, if it does."""


class Cases:
    """The register of cases."""

    def __init__(self, files: CaseFiles) -> None:
        self.files = files
        self._database = files.database
        self._seal = files.seal

    def register(self, new: NewCase) -> str:
        """Register a case and give its reference number.

        A conversation registers once: asked again, by whoever, it gives the same number. Should
        the same conversation tell something else, that is a case of its own.
        """
        other = self._seal.fingerprint("case", new.conversation, *_contents(new))
        for _ in range(_ATTEMPTS):
            for key in (new.conversation, other):
                row = self._row_of(key)
                if row is None:
                    if reference := self._insert(new, key, new_reference(secrets.randbelow)):
                        return reference
                    break  # another turn registered it meanwhile, or the number is taken
                if self._is_same(self._open(row), new):
                    return str(row.reference)
        message = "no free reference number found"
        raise CaseError(message)

    def register_once(self, new: NewCase) -> str:
        """Register the only case of a conversation and give its reference number.

        Asked again it gives the same number, whatever else is told then: the caller compares.
        """
        for _ in range(_ATTEMPTS):
            if reference := self.reference_of(new.conversation):
                return reference
            if reference := self._insert(new, new.conversation, new_reference(secrets.randbelow)):
                return reference
        message = "no free reference number found"
        raise CaseError(message)

    def reference_of(self, conversation: str) -> str | None:
        """Give the reference number that a conversation has registered."""
        row = self._row_of(conversation)
        return row.reference if row else None

    def find(self, reference: str) -> Case | None:
        """Find a case by its reference number."""
        with self._database.reading() as connection:
            row = connection.execute(select(cases).where(cases.c.reference == reference)).first()
        return self._open(row) if row else None

    def find_by_code(self, code: str) -> Case | None:
        """Find what an informant told by the code that she was given."""
        query = select(cases).where(cases.c.code_hash == self.code_hash(code))
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return self._open(row) if row else None

    def of_phone(self, phone: str, most: int = 8) -> list[Case]:
        """List the cases of a phone, the newest first; none that is silent or secret."""
        query = select(cases).where(
            cases.c.phone_hash == self._seal.fingerprint("phone", phone),
            cases.c.is_silent.is_(False),
        )
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(cases.c.id.desc()).limit(most)).all()
        return [self._open(row) for row in rows]

    def look_up(self, typed_reference: str) -> Case:
        """Find a case by its number as somebody typed it; raise CaseError where there is none."""
        case = self.find(checked_reference(typed_reference))
        if case is None:
            raise CaseError(f"There is no case {typed_reference}.")
        return case

    def events_of(self, case: Case) -> list[Event]:
        """List what happened to a case, the first event first."""
        query = select(events).where(events.c.case_id == case.id).order_by(events.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [self._event(row) for row in rows]

    def told_of(self, case: Case) -> dict[str, ToldField]:
        """Give what was told of a case, by the names of its fields."""
        query = select(told).where(told.c.case_id == case.id)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return {row.field: self._told(row) for row in rows}

    def newest(self, *, state: str | None = None, most: int = 50, page: int = 1) -> list[CaseLine]:
        """List cases, the newest first."""
        query = select(*(cases.c[each.name] for each in fields(CaseLine)))
        query = query.order_by(cases.c.id.desc()).limit(most).offset((page - 1) * most)
        if state:
            query = query.where(cases.c.state == state)
        with self._database.reading() as connection:
            return [CaseLine(*row) for row in connection.execute(query)]

    def move(self, typed_reference: str, move: Move) -> Case:
        """Move a case to another state and tell the citizen; raise CaseError if it may not."""
        with self.files.open(typed_reference, seen=move.seen) as file:
            check_move(file, move)
            file.write(entry_of(move))
        return self._open(file.row)

    def _is_same(self, case: Case, new: NewCase) -> bool:
        """Say whether a case tells the same; its place may have changed by a transfer."""
        words = {name: (each.words, each.recording) for name, each in self.told_of(case).items()}
        before = (case.kind, case.recording or case.story, words if case.stage == "new" else None)
        now_told = {name: _parts_of(value) for name, value in new.told.items()}
        after = (new.kind, _recording_of(new.story) or _words_of(new.story), now_told)
        return before[:2] == after[:2] and before[2] in (None, after[2])

    def _told(self, row: Row[Any]) -> ToldField:
        words = _opened(self._seal, row.value_sealed)
        return ToldField(row.field, words or "", row.recording, is_unreadable=words is None)

    def _row_of(self, conversation: str) -> Row[Any] | None:
        query = select(cases).where(cases.c.conversation == conversation)
        with self._database.reading() as connection:
            return connection.execute(query).first()

    def _insert(self, new: NewCase, key: str, reference: str) -> str | None:
        try:
            self._write(new, key, reference)
        except IntegrityError:
            return None
        return reference

    def _write(self, new: NewCase, key: str, reference: str) -> None:
        moment = now()
        recipient = self._recipient(new)
        kind = KINDS[new.kind]
        limits = self.files.limits
        times = limits.times(new.service, FIRST_STATE, new.district, moment, moment)
        with self._database.writing() as connection:
            case_id = connection.scalar(
                cases.insert()
                .values(
                    reference=reference,
                    conversation=key,
                    service=new.service,
                    kind=new.kind,
                    phone_hash=recipient.phone_hash if recipient else "",
                    phone_sealed=recipient.phone_sealed if recipient else b"",
                    language=new.language,
                    channel=new.channel,
                    district=new.district,
                    station=new.station,
                    story_sealed=self._seal.close(_words_of(new.story)),
                    recording=_recording_of(new.story),
                    state=FIRST_STATE,
                    state_since=moment,
                    registered_at=moment,
                    stage=STATES[FIRST_STATE].stage,
                    protection=kind.protection,
                    due_at=times.due_at,
                    # What is urgent, the overseer tells the police of at once.
                    look_at=moment if kind.is_urgent else times.look_at,
                    is_demo=new.is_demo,
                    is_silent=new.is_silent or recipient is None,
                    is_urgent=kind.is_urgent,
                    pin_hash=self.pin_hash(reference, new.pin) if new.pin else None,
                    code_hash=self.code_hash(new.code) if new.code else None,
                )
                .returning(cases.c.id)
            )
            first = events.insert().values(
                case_id=case_id, at=moment, who="citizen", to_state=FIRST_STATE, details={}
            )
            event_id = connection.scalar(first.returning(events.c.id))
            record(connection, self._seal, "event", int(event_id or 0))
            self._write_told(connection, int(case_id or 0), new)
            if recipient:
                remember_citizen(connection, recipient, station=new.usual_station)
            if recipient and not new.is_silent:
                letter = letter_of(FIRST_STATE, reference, {}, new.service)
                post(connection, recipient, letter, case_id=case_id)

    def _recipient(self, new: NewCase) -> Recipient | None:
        if not new.phone:
            return None
        phone_hash = self._seal.fingerprint("phone", new.phone)
        return Recipient(phone_hash, self._seal.close(new.phone), new.language)

    def _write_told(self, connection: Connection, case_id: int, new: NewCase) -> None:
        parts = {name: _parts_of(value) for name, value in new.told.items()}
        rows = [
            {
                "case_id": case_id,
                "field": name,
                "value_sealed": self._seal.close(words),
                "recording": recording,
            }
            for name, (words, recording) in parts.items()
        ]
        if rows:
            connection.execute(insert(told), rows)
            told_words = {name: words for name, (words, _) in parts.items()}
            index_words(connection, self._seal, case_id, words_to_find(new.service, told_words))

    def pin_hash(self, reference: str, pin: str) -> str:
        """Give the keyed hash under which a PIN is kept with its case."""
        return self._seal.fingerprint("pin", reference, pin)

    def code_hash(self, code: str) -> str:
        """Give the keyed hash under which an informant's code is kept."""
        return self._seal.fingerprint("code", code)

    def _open(self, row: Row[Any]) -> Case:
        known = {each.name: getattr(row, each.name, None) for each in fields(Case)}
        sealed = {name: _opened(self._seal, getattr(row, f"{name}_sealed")) for name in _SEALED}
        is_unreadable = None in sealed.values()
        if is_unreadable:
            log.error("case_unreadable", case=row.id, why="no key of the ring opens it")
        readable = {name: words or "" for name, words in sealed.items()}
        opened: dict[str, Any] = {**known, **readable, "is_unreadable": is_unreadable}
        return Case(**opened)

    def _event(self, row: Row[Any]) -> Event:
        note = _opened(self._seal, row.note_sealed) if row.note_sealed else None
        return Event(
            id=row.id,
            at=row.at,
            who=row.who,
            kind=row.kind,
            from_state=row.from_state,
            to_state=row.to_state,
            note=note,
            details=row.details,
            recording=row.recording,
            is_unreadable=note is None and row.note_sealed is not None,
        )


def check_move(file: CaseFile, move: Move) -> None:
    """Raise CaseError, with what can be done instead, if a case may not go where it is to go."""
    state = file.row.state
    if move.to not in STATES:
        raise CaseError(f"There is no state {move.to}. States: {', '.join(sorted(STATES))}.")
    if file.row.joined_to:
        raise CaseError("This case is joined to another, and goes where that one goes.")
    allowed = next_states(file.row)
    if move.to in course_of(file.row.service)[state] - allowed:
        raise CaseError("This case has no station yet: transfer it to one.")
    if move.to not in allowed:
        raise CaseError(
            f"A case cannot go from {state} to {move.to}. From {state} it can go to:"
            f" {', '.join(sorted(allowed))}."
        )
    check_details(move)


def next_states(case: Movable) -> frozenset[str]:
    """Give the states to which a case may be moved; one that is joined goes with the other."""
    if case.joined_to:
        return frozenset()
    allowed = course_of(case.service)[case.state]
    # Without a station nobody would find it there; what no station sees, a supervisor takes up.
    is_somewhere = case.station or case.protection in KEPT_FROM_STATIONS
    return allowed if is_somewhere else allowed - _AT_A_STATION


def entry_of(move: Move) -> Entry:
    """Give what a move writes into its case."""
    details = move.details or {}
    changes = {name: details[name] for name in ("question",) if name in details}
    return Entry("moved", move.who, to=move.to, note=move.note, details=details, changes=changes)


def letter_of_move(move: Move, case: Case) -> Draft:
    """Give the letter by which the citizen will be told of a move."""
    return letter_of(move.to, case.reference, move.details or {}, case.service)


def check_details(move: Move) -> None:
    """Raise CaseError where a move lacks what its state needs, or brings what it does not take."""
    details = move.details or {}
    state = STATES[move.to]
    if missing := state.needs - details.keys():
        raise CaseError(f"{move.to} needs {', '.join(sorted(missing))}.")
    if extra := details.keys() - state.needs - state.takes:
        raise CaseError(f"{move.to} takes no {', '.join(sorted(extra))}.")
    if "reason" in details and details["reason"] not in REJECTION_REASONS:
        raise CaseError(f"Reasons are: {', '.join(REJECTION_REASONS)}.")
    if "question" in details and details["question"] not in QUESTIONS:
        raise CaseError(f"Questions are: {', '.join(QUESTIONS)}.")
    check_fir(details)
    if "diary_number" in details and not _FIR_NUMBER.fullmatch(details["diary_number"]):
        raise CaseError("A Sanha number looks like 123/2026.")


def check_fir(details: Mapping[str, str]) -> None:
    """Raise CaseError where an FIR is named otherwise than by number and date."""
    if "fir_number" in details and not _FIR_NUMBER.fullmatch(details["fir_number"]):
        raise CaseError("An FIR number looks like 123/2026.")
    if "fir_date" in details and not _is_past_date(details["fir_date"]):
        raise CaseError("The date of an FIR looks like 24-11-2026, and is not in the future.")


def _is_past_date(written: str) -> bool:
    if not _DATE.fullmatch(written):
        return False
    try:
        date = datetime.strptime(written, "%d-%m-%Y").replace(tzinfo=HERE)
    except ValueError:
        return False
    return date <= now()


def _opened(seal: Seal, sealed: bytes) -> str | None:
    """Open what is sealed; None where no key does."""
    try:
        return seal.open(sealed) if sealed else ""  # of an informant no phone is kept
    except Unreadable:
        return None


def _contents(new: NewCase) -> tuple[str, ...]:
    """Give what tells one case of a conversation from another."""
    parts = [f"{name}={'|'.join(map(str, _parts_of(value)))}" for name, value in new.told.items()]
    return (new.kind, _recording_of(new.story) or _words_of(new.story), *parts)


def _parts_of(value: str | Typed | Recorded) -> tuple[str, str | None]:
    """Give the words of something told, and its recording."""
    if isinstance(value, Recorded):
        return "", value.recording
    words = value.words if isinstance(value, Typed) else value
    return kept_words(words), None


def _words_of(story: Typed | Recorded) -> str:
    return kept_words(story.words) if isinstance(story, Typed) else ""


def _recording_of(story: Typed | Recorded) -> str | None:
    return story.recording if isinstance(story, Recorded) else None
