"""Cases: register, find, move. One transaction each; every move is an event and a letter."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.exc import IntegrityError

from core.citizens import chosen_language, remember_citizen
from core.clock import HERE, now
from core.database import Database
from core.dialogue import Recorded, Typed
from core.letters import letter_of_state
from core.outbox import Draft, Recipient, post
from core.reference import grouped, is_well_formed, new_reference, ungrouped
from core.sealing import Seal
from core.states import REJECTION_REASONS, STATES
from core.tables import cases, events

FIRST_STATE = "received"
_ATTEMPTS = 5
_LONGEST_NAME = 64
_FIR_NUMBER = re.compile(r"[0-9]{1,5}/([0-9]{2}|[0-9]{4})")


class CaseError(Exception):
    """What was asked of a case cannot be done; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class NewCase:
    """A complaint as it comes from a conversation; `usual_station` is the one to offer again."""

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


@dataclass(frozen=True, slots=True)
class Event:
    """One move of a case."""

    at: datetime
    who: str
    from_state: str | None
    to_state: str
    note: str | None
    details: dict[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """A registered case, opened for reading; its story is empty where it was spoken."""

    id: int
    reference: str
    service: str
    kind: str
    phone: str
    language: str
    channel: str
    district: str | None
    station: str | None
    story: str
    recording: str | None
    state: str
    state_since: datetime
    registered_at: datetime


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
    """A change of state: where to, by whom, and what the state needs to be told."""

    to: str
    who: str
    note: str | None = None
    details: dict[str, str] | None = None


class Cases:
    """The register of cases."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

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
                if _contents(self._open(row)) == _contents(new):
                    return str(row.reference)
        message = "no free reference number found"
        raise CaseError(message)

    def reference_of(self, conversation: str) -> str | None:
        """Give the reference number that a conversation has registered."""
        row = self._row_of(conversation)
        return row.reference if row else None

    def references_by_recording(self, ids: Sequence[str]) -> dict[str, str]:
        """Give the reference numbers of the cases whose stories were recorded under these ids."""
        query = select(cases.c.recording, cases.c.reference).where(cases.c.recording.in_(ids))
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def find(self, reference: str) -> Case | None:
        """Find a case by its reference number."""
        with self._database.reading() as connection:
            row = connection.execute(select(cases).where(cases.c.reference == reference)).first()
        return self._open(row) if row else None

    def look_up(self, typed_reference: str) -> Case:
        """Find a case by its number as somebody typed it; raise CaseError where there is none."""
        case = self.find(_checked(typed_reference))
        if case is None:
            raise CaseError(f"There is no case {typed_reference}.")
        return case

    def events_of(self, case: Case) -> list[Event]:
        """List the moves of a case, the first one first."""
        query = select(events).where(events.c.case_id == case.id).order_by(events.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [
            Event(
                at=row.at,
                who=row.who,
                from_state=row.from_state,
                to_state=row.to_state,
                note=self._seal.open(row.note_sealed) if row.note_sealed else None,
                details=row.details,
            )
            for row in rows
        ]

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
        reference = _checked(typed_reference)
        with self._database.writing() as connection:
            query = select(cases).where(cases.c.reference == reference).with_for_update()
            row = connection.execute(query).first()
            if row is None:
                raise CaseError(f"There is no case {grouped(reference)}.")
            _check_move(row.state, move)
            self._apply(connection, row, move)
            moved = connection.execute(query).one()
        return self._open(moved)

    def _apply(self, connection: Connection, row: Row[Any], move: Move) -> None:
        moment = now()
        details = move.details or {}
        place = {name: details[name] for name in ("district", "station") if name in details}
        changed = update(cases).where(cases.c.id == row.id)
        connection.execute(changed.values(state=move.to, state_since=moment, **place))
        connection.execute(
            events.insert().values(
                case_id=row.id,
                at=moment,
                who=move.who,
                from_state=row.state,
                to_state=move.to,
                note_sealed=self._seal.close(move.note) if move.note else None,
                details=details,
            )
        )
        language = chosen_language(connection, row.phone_hash) or row.language
        recipient = Recipient(row.phone_hash, row.phone_sealed, language)
        variables = _letter_variables(move.to, row.reference, details)
        post(connection, recipient, Draft(letter_of_state(move.to), variables), case_id=row.id)

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
        recipient = Recipient(
            self._seal.fingerprint("phone", new.phone), self._seal.close(new.phone), new.language
        )
        with self._database.writing() as connection:
            case_id = connection.scalar(
                cases.insert()
                .values(
                    reference=reference,
                    conversation=key,
                    service=new.service,
                    kind=new.kind,
                    phone_hash=recipient.phone_hash,
                    phone_sealed=recipient.phone_sealed,
                    language=new.language,
                    channel=new.channel,
                    district=new.district,
                    station=new.station,
                    story_sealed=self._seal.close(_words_of(new.story)),
                    recording=_recording_of(new.story),
                    state=FIRST_STATE,
                    state_since=moment,
                    registered_at=moment,
                )
                .returning(cases.c.id)
            )
            connection.execute(
                events.insert().values(
                    case_id=case_id, at=moment, who="citizen", to_state=FIRST_STATE, details={}
                )
            )
            remember_citizen(connection, recipient, station=new.usual_station)
            variables = _letter_variables(FIRST_STATE, reference, {})
            draft = Draft(letter_of_state(FIRST_STATE), variables)
            post(connection, recipient, draft, case_id=case_id)

    def _open(self, row: Row[Any]) -> Case:
        return Case(
            id=row.id,
            reference=row.reference,
            service=row.service,
            kind=row.kind,
            phone=self._seal.open(row.phone_sealed),
            language=row.language,
            channel=row.channel,
            district=row.district,
            station=row.station,
            story=self._seal.open(row.story_sealed),
            recording=row.recording,
            state=row.state,
            state_since=row.state_since,
            registered_at=row.registered_at,
        )


def _letter_variables(state: str, reference: str, details: dict[str, str]) -> dict[str, str]:
    wanted = STATES[state].needs & {"fir_number"}
    return {"reference": reference} | {name: details[name] for name in wanted}


def _checked(typed: str) -> str:
    reference = ungrouped(typed)
    if not is_well_formed(reference):
        raise CaseError(f"{typed} is no reference number: a digit is wrong or missing.")
    return reference


def _check_move(state: str, move: Move) -> None:
    if move.to not in STATES:
        raise CaseError(f"There is no state {move.to}. States: {', '.join(sorted(STATES))}.")
    allowed = STATES[state].leads_to
    if move.to not in allowed:
        raise CaseError(
            f"A case cannot go from {state} to {move.to}. From {state} it can go to:"
            f" {', '.join(sorted(allowed))}."
        )
    _check_details(move)


def _check_details(move: Move) -> None:
    details = move.details or {}
    if not 0 < len(move.who) <= _LONGEST_NAME:
        raise CaseError(f"Who does it takes at most {_LONGEST_NAME} characters.")
    if missing := STATES[move.to].needs - details.keys():
        raise CaseError(f"{move.to} needs {', '.join(sorted(missing))}.")
    if extra := details.keys() - STATES[move.to].needs:
        raise CaseError(f"{move.to} takes no {', '.join(sorted(extra))}.")
    if "reason" in details and details["reason"] not in REJECTION_REASONS:
        raise CaseError(f"Reasons are: {', '.join(REJECTION_REASONS)}.")
    if "fir_number" in details and not _FIR_NUMBER.fullmatch(details["fir_number"]):
        raise CaseError("An FIR number looks like 123/2026.")
    if "fir_date" in details and not _is_past_date(details["fir_date"]):
        raise CaseError("The date of an FIR looks like 24-11-2026, and is not in the future.")


def _is_past_date(written: str) -> bool:
    try:
        date = datetime.strptime(written, "%d-%m-%Y").replace(tzinfo=HERE)
    except ValueError:
        return False
    return date <= now()


def _contents(told: NewCase | Case) -> tuple[str, ...]:
    """Give what tells one case from another; the place may have changed by a transfer."""
    if isinstance(told, Case):
        return (told.kind, told.recording or told.story)
    return (told.kind, _recording_of(told.story) or _words_of(told.story))


def _words_of(story: Typed | Recorded) -> str:
    return story.words if isinstance(story, Typed) else ""


def _recording_of(story: Typed | Recorded) -> str | None:
    return story.recording if isinstance(story, Recorded) else None
