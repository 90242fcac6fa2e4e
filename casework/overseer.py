"""The overseer: nothing goes late in silence. It looks at a case when its `look_at` has come.

| the case waits for | a day before its time is over | when it is over | then |
|---|---|---|---|
| work | the officer is reminded | raised to the supervisor | after 7 days to the state |
| a signature | the citizen is reminded (1) | she is told what still works (2) | - |
| an answer | she is asked again | the officer is reminded | after 7 days to the supervisor |

and from then on a trace every 30 days. (1) On the day after she was asked for it. (2) It stays as
it is, marked as not signed; whoever does not sign is nobody's fault, so it is not raised.

| what is urgent | at once | when nobody took it for half an hour |
|---|---|---|
| while it is new | those who can act get an SMS (3) | so do those above them, once |

(3) Also at night: at the station, or else the supervisor, or else the state (casework/alert.py).
Who has told no phone number cannot be alerted, and is passed over. A station to which it is sent
while it is new is alerted as well, once. Alarms without end are none: in an hour there are SMS of
three cases of a phone, and twenty to an officer. The event says so where no SMS went (`held`), and
the desk shows the case as urgent all the same.

Who is missing is passed over, and the event says so: without an officer the supervisor is reminded,
without a supervisor the case is raised to the state, and without anybody there it is marked so all
the same. `cases.raised` is 1 once the officer was reminded, 2 once raised to the supervisor, 3 to
the state. An answer that has come is work again. The citizen hears once in the life of a case that
it was raised.

Where a clock went wrong and was put right, a `look_at` may lie further away than it ever should.
Such a case is looked at, too, and what is not due yet is put back to its day.

A change of state begins anew (core/case_file.py), also one to the same state, as when the informant
is told of the progress of an investigation. A case that is joined to another is looked at with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any, Literal, TypeAlias

import structlog
from sqlalchemy import ColumnElement, Row, exists, func, or_, select, update

from casework.alert import LEVELS, who_can_act
from casework.alert import Level as AlertLevel
from core.case_file import CaseFile, CaseFiles, Entry, letter_of
from core.cases import FIRST_STATE
from core.clock import now
from core.database import DatabaseDown
from core.gazetteer import Gazetteer
from core.limits import REMINDED_BEFORE
from core.outbox import Draft, Recipient, post
from core.rounds import keep_at_it
from core.sealing import Unreadable
from core.states import STATES
from core.tables import cases, events, letters, officers

WHO = "overseer"
SUPERVISOR_HAS = timedelta(days=7)
AGAIN_AFTER = timedelta(days=30)
# House rule, to be confirmed: who is above is alerted if nobody took an urgent case for so long.
ALERTED_AGAIN_AFTER = timedelta(minutes=30)
# House rules, to be confirmed.
ALERTED_CASES_OF_A_PHONE, ALERTS_TO_AN_OFFICER = 3, 20
_ALERTS_COUNTED = timedelta(hours=1)
_ASTRAY_AFTER = AGAIN_AFTER + timedelta(days=1)
# A case taken out is looked at again after so long if whoever took it could not.
LEASE = timedelta(minutes=10)
AFTER_STUMBLING = timedelta(hours=1)
_MOST = 50
_PAUSE_SECONDS = 20

REMINDED, AT_SUPERVISOR, AT_STATE = 1, 2, 3
_ALERTING = (FIRST_STATE, "transferred")
Level: TypeAlias = Literal["district", "state"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Taken:
    """A case taken out to be looked at; nobody else looks at it until `until`."""

    id: int
    reference: str
    until: datetime


@dataclass(frozen=True)
class Overseer:
    """Alerts, reminds, raises, and leaves a trace of each."""

    files: CaseFiles
    gazetteer: Gazetteer

    def round(self) -> int:
        """Look at cases whose time has come, some at a time; give how many there were."""
        taken = self._take()
        for each in taken:
            self._look_surely(each)
        return len(taken)

    def run(self, stop: Event) -> None:
        """Look at cases until told to stop, whatever goes wrong on the way."""
        keep_at_it(stop, lambda: self.round() == _MOST, who="overseer", pause=_PAUSE_SECONDS)

    def _take(self) -> list[Taken]:
        """Take out cases to look at, which are then nobody else's."""
        moment = now()
        is_due = or_(cases.c.look_at <= moment, _is_astray(moment))
        due = select(cases.c.id).where(is_due, cases.c.joined_to.is_(None))
        # After an outage what is urgent does not wait behind what is late.
        due = due.order_by(cases.c.is_urgent.desc(), cases.c.look_at).limit(_MOST)
        with self.files.database.reading() as connection:
            if connection.scalar(due.limit(1)) is None:
                return []
        until = moment + LEASE
        with self.files.database.writing() as connection:
            ids = list(connection.scalars(due.with_for_update(skip_locked=True)))
            ours = update(cases).where(cases.c.id.in_(ids)).values(look_at=until)
            rows = connection.execute(ours.returning(cases.c.id, cases.c.reference)).all()
        references = {row.id: row.reference for row in rows}
        return [Taken(each, references[each], until) for each in ids]

    def _look_surely(self, taken: Taken) -> None:
        try:
            self._look(taken)
        except DatabaseDown:
            raise
        except Exception:  # one bad case is not to keep us from the others
            log.exception("overseer_stumbled", case=taken.id)
            later = update(cases).where(cases.c.id == taken.id, cases.c.look_at == taken.until)
            with self.files.database.writing() as connection:
                connection.execute(later.values(look_at=now() + AFTER_STUMBLING))

    def _look(self, taken: Taken) -> None:
        with self.files.open(taken.reference) as file:
            # Somebody may have moved it since it was taken out.
            if file.row.look_at == taken.until:
                _Look(self, file, now()).act()


class _Look:
    """One look at one case, within its transaction."""

    def __init__(self, overseer: Overseer, file: CaseFile, moment: datetime) -> None:
        self._files = overseer.files
        self._gazetteer = overseer.gazetteer
        self._file = file
        self._row = file.row
        self._moment = moment

    def act(self) -> None:
        """Do what is to be done now."""
        row = self._row
        may_alert = row.is_urgent and row.state in _ALERTING
        if may_alert and self._see_to_alert():
            return
        if row.stage == "closed" or row.due_at is None:
            self._set_times()
        elif row.state == "awaiting_signature":
            self._see_to_signature()
        elif self._moment < row.due_at - REMINDED_BEFORE:
            self._look_again(row.due_at - REMINDED_BEFORE)
        elif row.state == "need_information" and row.stage == "waiting":
            self._see_to_answer()
        else:
            self._see_to_work()

    def _set_times(self) -> None:
        """Begin to watch a case from before there were limits; leave a closed one alone."""
        row = self._row
        times = self._files.limits.times(row.service, row.state, row.district, self._moment)
        self._look_again(times.look_at, due_at=times.due_at)

    def _look_again(self, look_at: datetime | None, **changes: object) -> None:
        this = update(cases).where(cases.c.id == self._row.id)
        self._file.connection.execute(this.values(look_at=look_at, **changes))

    # --- What is urgent

    def _see_to_alert(self) -> bool:
        """Alert who can act, or later who is above; say whether there is more of this to come."""
        query = select(events.c.at, events.c.details).where(
            events.c.case_id == self._row.id, events.c.kind == "alerted"
        )
        rows = self._file.connection.execute(query.order_by(events.c.id)).all()
        alerts = [row for row in rows if row.details.get("station") == (self._row.station or "")]
        if not alerts:
            if not self._is_new_here():
                return False
            self._alert(LEVELS)
            return True
        first = alerts[0]
        above = _above(first.details["whom"])
        if not above or len(alerts) > 1 or self._row.officer_id is not None:
            return False
        if self._moment < first.at + ALERTED_AGAIN_AFTER:
            self._look_again(first.at + ALERTED_AGAIN_AFTER)
        else:
            self._alert(above, is_last=True)
        return True

    def _alert(self, levels: tuple[AlertLevel, ...], *, is_last: bool = False) -> None:
        """Alert those of the lowest of these levels at which anybody can be reached."""
        passed_over: list[str] = []
        whom, is_held = "nobody", False
        for level in levels:
            if recipients := self._recipients(level):
                whom, is_held = level, not self._send_alert(recipients)
                break
            passed_over.append(level)
        row, moment = self._row, self._moment
        details = {"whom": whom, "station": row.station or ""}
        if passed_over:
            details["without"] = ",".join(passed_over)
        if is_held:
            details["held"] = "yes"
        look_at = max(moment, row.due_at - REMINDED_BEFORE) if row.due_at else moment
        if not is_last and _above(whom):
            look_at = moment + ALERTED_AGAIN_AFTER
        self._write(Entry("alerted", WHO, details=details, changes={"look_at": look_at}))

    def _is_new_here(self) -> bool:
        """Say whether nobody had begun with it when it came to this station."""
        moves = select(events.c.from_state).where(
            events.c.case_id == self._row.id, events.c.kind == "moved"
        )
        came_from = self._file.connection.scalar(moves.order_by(events.c.id.desc()).limit(1))
        return came_from is None or STATES[came_from].stage == "new"

    def _recipients(self, level: AlertLevel) -> list[Recipient]:
        """Give those of a level who can be reached; a station may have one phone for several."""
        connection, directory = self._file.connection, self._gazetteer.directory
        officers_there = who_can_act(connection, directory, self._row, level)
        reached = filter(None, map(self._recipient, officers_there))
        return list({each.phone_hash: each for each in reached}.values())

    def _send_alert(self, recipients: list[Recipient]) -> bool:
        """Send the alert, unless there are too many; say whether it goes to anybody."""
        if self._is_one_of_many():
            return False
        unheld = [each for each in recipients if not self._has_many_alerts(each)]
        for each in unheld:
            post(self._file.connection, each, Draft("alert", {"reference": self._row.reference}))
        return bool(unheld)

    def _is_one_of_many(self) -> bool:
        """Say whether there were SMS of several other cases of the same phone just now."""
        if not self._row.phone_hash:
            return False
        query = select(events.c.case_id, events.c.details).join(cases)
        others = query.where(
            cases.c.phone_hash == self._row.phone_hash,
            cases.c.id != self._row.id,
            events.c.kind == "alerted",
            events.c.at > self._moment - _ALERTS_COUNTED,
        )
        rows = self._file.connection.execute(others).all()
        told_of = {row.case_id for row in rows if "held" not in row.details}
        return len(told_of) >= ALERTED_CASES_OF_A_PHONE

    def _has_many_alerts(self, recipient: Recipient) -> bool:
        theirs = select(func.count()).where(
            letters.c.phone_hash == recipient.phone_hash,
            letters.c.template == "alert",
            letters.c.posted_at > self._moment - _ALERTS_COUNTED,
        )
        return (self._file.connection.scalar(theirs) or 0) >= ALERTS_TO_AN_OFFICER

    # --- The three kinds of waiting

    def _see_to_work(self) -> None:
        row = self._row
        if not self._is_late:
            self._remind_officer("due", look_at=row.due_at)
        elif row.raised < AT_SUPERVISOR:
            self._raise("district", SUPERVISOR_HAS)
        else:
            self._raise("state", AGAIN_AFTER)

    def _see_to_answer(self) -> None:
        row = self._row
        if not self._is_late:
            asked = {"question": row.question} if row.question else {}
            letter = letter_of(row.state, row.reference, asked, row.service)
            self._remind_citizen("answer", letter, row.due_at)
        elif row.raised < REMINDED:
            self._remind_officer("answer", look_at=self._moment + SUPERVISOR_HAS)
        else:
            self._raise("district", AGAIN_AFTER)

    def _see_to_signature(self) -> None:
        row = self._row
        if not self._is_late:
            self._remind_citizen("signature", self._letter("sign_reminder"), row.due_at)
        else:
            letter = self._letter("not_signed", since=row.state_since)
            self._remind_citizen("not_signed", letter, self._moment + AGAIN_AFTER)

    # --- What is done

    def _remind_citizen(self, of: str, letter: Draft | None, look_at: datetime) -> None:
        is_told = letter is not None and not self._row.is_silent
        details = {"of": of, "whom": "citizen" if is_told else "station"}
        self._write(
            Entry("reminded", WHO, details=details, changes={"look_at": look_at}, letter=letter)
        )

    def _remind_officer(self, of: str, look_at: datetime) -> None:
        officer, missing = self._officer(), self._missing()
        details = {"of": of, "whom": "officer" if officer else self._next_level(missing)}
        if officer:
            details["officer"] = officer.login
            self._send_to(officer)
        else:
            details["without"] = _passed_over(missing, details["whom"])
        raised = max(self._row.raised, REMINDED)
        changes = {"raised": raised, "look_at": look_at}
        self._write(Entry("reminded", WHO, details=details, changes=changes))

    def _raise(self, to: Level, then_after: timedelta) -> None:
        missing = self._missing()
        if to == "district" and "supervisor" in missing:
            to, then_after = "state", AGAIN_AFTER
        raised = AT_SUPERVISOR if to == "district" else AT_STATE
        details: dict[str, str] = {"to": to}
        if without := _passed_over(missing, to):
            details["without"] = without
        if self._row.raised >= raised:
            details["again"] = "yes"
        changes = {"raised": raised, "look_at": self._moment + then_after}
        letter = self._letter("raised", since=self._row.registered_at)
        self._write(Entry("raised", WHO, details=details, changes=changes, letter=letter))

    def _write(self, entry: Entry) -> None:
        """Write into the case; its followers' citizens are told of the same."""
        self._file.write(entry)
        connection = self._file.connection
        following = select(cases).where(cases.c.joined_to == self._row.id).order_by(cases.c.id)
        for row in connection.execute(following.with_for_update()).all():
            letter = entry.letter and replace(entry.letter, variables={"reference": row.reference})
            changes = {**entry.changes, "look_at": None}
            follower = CaseFile(connection, self._files.seal, self._files.limits, row)
            follower.write(replace(entry, changes=changes, letter=letter))

    def _send_to(self, officer: Row[Any]) -> None:
        """Send the officer an SMS, if he has told a number."""
        if recipient := self._recipient(officer):
            duty = Draft("duty", {"reference": self._row.reference})
            post(self._file.connection, recipient, duty)

    def _recipient(self, officer: Row[Any]) -> Recipient | None:
        """Give where an officer gets SMS, if he has told a number.

        What goes there is no letter of the case, whose letters are those to its citizen.
        """
        if officer.phone_sealed is None:
            return None
        seal = self._files.seal
        try:
            phone_hash = seal.fingerprint("phone", seal.open(officer.phone_sealed))
        except Unreadable:
            log.warning("officer_without_phone", officer=officer.id)
            return None
        return Recipient(phone_hash, officer.phone_sealed, officer.language)

    # --- What is known

    @property
    def _is_late(self) -> bool:
        return bool(self._row.due_at <= self._moment)

    def _letter(self, template: str, since: datetime | None = None) -> Draft | None:
        """Give a letter, or None if the citizen has had it `since`."""
        of_this = (letters.c.case_id == self._row.id) & (letters.c.template == template)
        if since and self._is_there(of_this & (letters.c.posted_at >= since)):
            return None
        return Draft(template, {"reference": self._row.reference})

    def _officer(self) -> Row[Any] | None:
        """Find the officer of the case, if he still is where he can work on it."""
        if self._row.officer_id is None:
            return None
        its_place = (
            (officers.c.station == self._row.station)
            | ((officers.c.district == self._row.district) & (officers.c.role != "station"))
            | (officers.c.role == "state")
        )
        his = (officers.c.id == self._row.officer_id) & officers.c.is_active & its_place
        return self._file.connection.execute(select(officers).where(his)).first()

    def _missing(self) -> list[str]:
        """Name who is not there: officer, supervisor, state."""
        of_district = (officers.c.role == "district") & (officers.c.district == self._row.district)
        is_there = {
            "officer": self._officer() is not None,
            "supervisor": self._is_there(of_district & officers.c.is_active),
            "state": self._is_there((officers.c.role == "state") & officers.c.is_active),
        }
        return [name for name in is_there if not is_there[name]]

    def _next_level(self, missing: list[str]) -> str:
        if "supervisor" not in missing:
            return "district"
        return "nobody" if "state" in missing else "state"

    def _is_there(self, condition: ColumnElement[bool]) -> bool:
        return bool(self._file.connection.scalar(select(exists().where(condition))))


def _is_astray(moment: datetime) -> ColumnElement[bool]:
    """Say of a case that it waits for longer than the overseer, or its limit, lets it wait."""
    is_far = cases.c.look_at > moment + _ASTRAY_AFTER
    return is_far & (cases.c.due_at.is_(None) | (cases.c.look_at > cases.c.due_at))


def _above(whom: str) -> tuple[AlertLevel, ...]:
    """Give the levels above the one that was alerted; above nobody there is none."""
    names = [str(level) for level in LEVELS]
    return LEVELS[names.index(whom) + 1 :] if whom in names else ()


def _passed_over(missing: list[str], to: str) -> str:
    """Name who was missing on the way up."""
    return ",".join(each for each in missing if each != "state" or to != "district")
