"""What citizens answer the police: to a question about their case, and whether they are satisfied.

Work of a conversation may be repeated, so each answer has a key, which stands in its event.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, func, select

from core.case_file import CaseFile, CaseFiles, Entry
from core.cases import Case
from core.clock import now
from core.dialogue import Recorded, Typed
from core.letters import QUESTION, letter_of_state
from core.police import Outcome
from core.questions import QUESTIONS
from core.services import KINDS, course_of
from core.tables import cases, events, letters

REOPEN_WITHIN = timedelta(days=15)
CITIZEN = "citizen"
RAISED_TO_SUPERVISOR = 2
_ASKED_BACK = "under_enquiry"  # its limit of time begins anew with an answer
_MOST_ASKING = 5
_OBJECTED_TO = {"rejected", "withdrawn", "recorded", "recovered"}
_LETTERS_THAT_ASK = (QUESTION, letter_of_state("disposed"))


@dataclass(frozen=True, slots=True)
class Reply:
    """What a citizen says to a case in a conversation: to a `question`, or of her own accord.

    `question` is a key of `QUESTIONS`. A `phone` must be the one that the case came from; there is
    none where it is known already that she may write into it.
    """

    reference: str
    phone: str | None
    conversation: str
    story: Typed | Recorded
    question: str | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """Whether a citizen, in a conversation, is satisfied with how her case was disposed of."""

    reference: str
    phone: str | None
    conversation: str
    is_satisfied: bool


@dataclass(frozen=True, slots=True)
class Asking:
    """A case that asks its citizen something, and when she last got its letter, if she did."""

    reference: str
    told_at: datetime | None


@dataclass(frozen=True)
class Replies:
    """Writes into cases what their citizens answer; another phone's answer changes nothing."""

    files: CaseFiles

    def answer(self, reply: Reply) -> None:
        """Write down an answer, and bring the case back before the officers.

        The question is open no more if it is the one that was answered; of a case that follows
        another, the leading one is brought back as well if it waits for an answer, too. A case
        that was closed while her screen stood open is opened again: nobody looks into a closed one.
        """
        key = self._key_of(reply)
        with self._opened(reply.reference, reply.phone) as own:
            if own is None or _find(own, "answered", key):
                return
            is_asked = reply.question in QUESTIONS and own.row.question == reply.question
            own.write(self._answered(own, reply, key, brings_back=is_asked))
            if is_asked and (leading := own.leading()):
                details = {"case": own.row.reference}
                changes = self._brings_back(leading)
                leading.write(Entry("answered", CITIZEN, details=details, changes=changes))
            if own.row.stage == "closed":
                _reopen(own)

    def rate(self, rating: Rating) -> Outcome:
        """Write down whether she is satisfied; if not, open the case again for the supervisor.

        A case is rated once, and opened again within `REOPEN_WITHIN` of its end.
        """
        key = self.files.seal.fingerprint("rating", rating.conversation, rating.reference)
        with self._opened(rating.reference, rating.phone) as own:
            if own is None:
                return "kept"
            if before := _find(own, "rated", key):
                is_open = own.row.state == "reopened"
                return "reopened" if is_open and before["satisfied"] == "no" else "kept"
            if not asks_rating(own.row):
                return "kept"
            own.write(_rated(rating, key))
            return "kept" if rating.is_satisfied else _reopen(own)

    def add(self, reference: str, story: Typed | Recorded) -> None:
        """Write down what an informant adds; what was spoken or said before counts once.

        What is closed is opened again for the supervisor: else nobody would see it.
        """
        words = story.recording if isinstance(story, Recorded) else story.words
        key = self.files.seal.fingerprint("added", reference, words)
        with self.files.open(reference) as file:
            if not _find(file, "answered", key):
                file.write(_answered(story, {"key": key}))
                if file.row.stage == "closed":
                    _reopen(file)

    def withdraw(self, reference: str) -> bool:
        """Withdraw a case on behalf of its citizen; say whether it is withdrawn now.

        One that others follow would take theirs along: that is for the station to sort out.
        """
        with self.files.open(reference) as file:
            if "withdraw" in may(file.row) and not file.followers():
                file.write(Entry("moved", CITIZEN, to="withdrawn"))
                return True
            return bool(file.row.state == "withdrawn")

    def object_to(self, reference: str) -> bool:
        """Open a case again that was closed against its citizen's wish; say whether it is open."""
        with self.files.open(reference) as file:
            if "object" in may(file.row):
                _reopen(file)
                return True
            return bool(file.row.state == "reopened")

    def asking(self, phone: str) -> list[Asking]:
        """List the cases that ask a phone something, the last to ask first.

        None that wants a PIN, or no SMS: whoever holds the phone would answer.
        """
        told_at = select(func.max(func.coalesce(letters.c.settled_at, letters.c.sent_at))).where(
            letters.c.case_id == cases.c.id,
            letters.c.template.in_(_LETTERS_THAT_ASK),
            letters.c.status.in_(["sent", "delivered"]),
            letters.c.posted_at >= cases.c.state_since,
        )
        query = select(cases, told_at.scalar_subquery().label("told_at")).where(
            cases.c.phone_hash == self.files.seal.fingerprint("phone", phone),
            cases.c.pin_hash.is_(None),
            cases.c.is_silent.is_(False),
            cases.c.question.is_not(None)
            | ((cases.c.state == "disposed") & (cases.c.closed_at > now() - REOPEN_WITHIN)),
        )
        with self.files.database.reading() as connection:
            rows = connection.execute(query.order_by(cases.c.state_since.desc())).all()
        asking = (row for row in rows if row.question or asks_rating(row))
        return [Asking(row.reference, row.told_at) for row in asking][:_MOST_ASKING]

    def _answered(self, file: CaseFile, reply: Reply, key: str, *, brings_back: bool) -> Entry:
        asked = {"question": reply.question} if reply.question else {}
        return replace(
            _answered(reply.story, {**asked, "key": key}),
            changes={"question": None, **self._brings_back(file)} if brings_back else {},
        )

    def _brings_back(self, file: CaseFile) -> dict[str, object]:
        """Take a case out of those that wait for the citizen, as if it were enquired anew.

        One that does not wait keeps its time: it may be late, whatever another case was asked.
        """
        row = file.row
        if (row.state, row.stage) != ("need_information", "waiting"):
            return {}
        times = self.files.limits.times(row.service, _ASKED_BACK, row.district, now())
        look_at = None if row.joined_to else times.look_at
        return {"stage": "open", "due_at": times.due_at, "look_at": look_at, "raised": 0}

    def _key_of(self, reply: Reply) -> str:
        if isinstance(reply.story, Recorded):
            return self.files.seal.fingerprint("reply", reply.story.recording)
        about = (reply.conversation, reply.reference, reply.question or "")
        return self.files.seal.fingerprint("reply", *about, reply.story.words)

    @contextmanager
    def _opened(self, reference: str, phone: str | None) -> Iterator[CaseFile | None]:
        """Open a case, unless it is another phone's."""
        with self.files.open(reference) as file:
            phone_hash = self.files.seal.fingerprint("phone", phone) if phone else None
            yield file if phone_hash in (None, file.row.phone_hash) else None


def asks_rating(case: Row[Any] | Case) -> bool:
    """Say whether the citizen is to be asked if she is satisfied."""
    is_new = case.state == "disposed" and case.satisfied is None
    return bool(is_new and case.closed_at and now() - case.closed_at < REOPEN_WITHIN)


def may(case: Row[Any] | Case) -> list[Literal["add", "withdraw", "object"]]:
    """Name what a citizen may do to her case by herself.

    What is protected, sensitive or urgent is withdrawn at the station only: somebody may force her,
    or hold her phone. So is what was opened again, or it would go back and forth without end.
    """
    course = course_of(case.service)[case.state]
    acts: list[Literal["add", "withdraw", "object"]] = []
    if case.stage != "closed":
        acts.append("add")
        kind = KINDS[case.kind]
        at_station_only = case.protection or kind.is_sensitive or kind.is_urgent or case.reopened
        if "withdrawn" in course and not at_station_only and not case.joined_to:
            acts.append("withdraw")
    is_new = case.closed_at is not None and now() - case.closed_at < REOPEN_WITHIN
    if case.state in _OBJECTED_TO and is_new and "reopened" in course:
        acts.append("object")
    return acts


def _answered(story: Typed | Recorded, details: dict[str, str]) -> Entry:
    return Entry(
        "answered",
        CITIZEN,
        note=None if isinstance(story, Recorded) else story.words,
        recording=story.recording if isinstance(story, Recorded) else None,
        details=details,
    )


def _find(file: CaseFile, kind: str, key: str) -> dict[str, str] | None:
    """Give the details of the event of a case that was written with a key before."""
    query = select(events.c.details).where(
        events.c.case_id == file.row.id, events.c.kind == kind, events.c.who == CITIZEN
    )
    found = file.connection.scalars(query).all()
    return next((details for details in found if details.get("key") == key), None)


def _rated(rating: Rating, key: str) -> Entry:
    return Entry(
        "rated",
        CITIZEN,
        details={"satisfied": "yes" if rating.is_satisfied else "no", "key": key},
        changes={"satisfied": rating.is_satisfied},
    )


def _reopen(own: CaseFile) -> Outcome:
    """Open a case again, or the one it follows, which takes it along.

    Where that one goes on and cannot be opened again, hers goes a way of its own.
    """
    leading = own.leading()
    if leading and "reopened" not in course_of(leading.row.service)[leading.row.state]:
        own.part_from(leading, CITIZEN)
        leading = None
    changes = {"officer_id": None, "raised": RAISED_TO_SUPERVISOR}
    (leading or own).write(Entry("moved", CITIZEN, to="reopened", changes=changes))
    return "reopened"
