"""Where calls come in: each step of a caller is answered with what she hears next.

A step is known by the call and the number of the document it answers; a repeat of it, however
late, gets the document that followed. A call that ends leaves the draft where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import structlog

from core.calls import Call, Calls, Wish
from core.database import DatabaseDown
from core.dialogue import Script
from core.letters import Letterhead, write_letter
from core.outbox import Outbox, Recipient
from core.phone import PhoneError, masked, normalise_phone
from core.recordings import Recordings
from core.scripts.read_letter import read_letter
from core.session_ends import SessionEnd, SessionEnds
from core.sessions import Session, SessionsDown
from core.text import Text, Words
from ivr.gateway import Arrived, Began, Decline, Ended, Gateway, Lost, Reply, Stepped
from ivr.line import Line
from ivr.visit import CHANNEL, Desk, Visit, recording_of
from ivr.voice import said_in_turn

TROUBLE = Text("We have trouble on our side. Please call again soon. In danger dial 112.")
HIDDEN = Text("We cannot see your number. Please call from a phone that shows it.")
OVER = Text("This call is over. Please call again.")
_MOST_RACES = 60
_LETTER = "letter "
COUNTRY = "+91"  # calls abroad are dear, and a caller's number is easily made up

log = structlog.get_logger()


@dataclass(frozen=True)
class Files:
    """What is kept of calls."""

    calls: Calls
    recordings: Recordings
    outbox: Outbox
    session_ends: SessionEnds
    letterhead: Letterhead


@dataclass(frozen=True)
class Entrance:
    """Takes the calls of one gateway; those to `missed_call_number` are declined and returned."""

    gateway: Gateway
    desk: Desk
    files: Files
    missed_call_number: str

    def begin(self, began: Began) -> str:
        """Answer a call that came in, or one of ours that was answered."""
        if self._is_missed_call(began):
            return self._decline(began)
        try:
            phone = normalise_phone(began.phone)
        except PhoneError:
            return self._last_words(HIDDEN)
        return self._surely(partial(self._begin, began, phone), phone)

    def step(self, stepped: Stepped) -> str:
        """Answer what a caller did."""
        try:
            phone = normalise_phone(stepped.phone)
        except PhoneError:
            return self._last_words(HIDDEN)
        return self._surely(partial(self._take_step, stepped, phone), phone)

    def say_again(self, lost: Lost) -> str:
        """Give the last document once more to a provider that could not get it."""
        try:
            phone = normalise_phone(lost.phone)
        except PhoneError:
            return self.apologise()

        def again() -> str:
            line = self._line_of(phone)
            is_known = line.call == lost.call and line.document
            return line.document if is_known else self.apologise()

        return self._surely(again, phone)

    def arrive(self, arrived: Arrived) -> None:
        """Note where a recording is; the stores' exceptions have the provider call again."""
        recordings = self.files.recordings
        recordings.announce(arrived.recording, self.gateway.name, arrived.call)
        recordings.locate(arrived.recording, arrived.address, arrived.seconds)

    def end(self, ended: Ended) -> None:
        """Note that a call is over: keep what was spoken last, and how it ended.

        One that another has followed, or that is forgotten, may have been an informant's: it counts
        without the number.
        """
        try:
            phone = normalise_phone(ended.phone)
        except PhoneError:
            return
        session = self.desk.office.sessions.open(phone).session
        line = self._line_in(session)
        if ended.address:
            self._keep_last_words(ended, line)
        is_this = line.call == ended.call
        is_named = is_this and session is not None and not session.is_secret
        if is_this:
            self._hang_up(ended, phone)
        is_news = self.files.session_ends.record(
            SessionEnd(
                gateway=self.gateway.name,
                session=ended.call,
                phone=phone if is_named else "",
                outcome=ended.outcome,
                question=line.question if is_named else None,
                hops=line.step if is_this else None,
                milliseconds=None if ended.seconds is None else ended.seconds * 1000,
            )
        )
        ours = self.files.calls.find(gateway=self.gateway.name, provider_call=ended.call)
        if ours and is_news:
            self._close(ours, ended)

    def apologise(self) -> str:
        """Say that we cannot serve now, in the language most callers know."""
        return self._last_words(TROUBLE)

    # --- A call begins

    def _begin(self, began: Began, phone: str) -> str:
        ours = self._ours(began)
        if began.token and ours is None:
            log.warning("call_unknown", gateway=self.gateway.name)
        if ours:
            self.files.calls.mark_answered(ours, self.gateway.name, began.call)
        purpose = f"{_LETTER}{ours.letter_id}" if ours and ours.letter_id else ""

        def turn(session: Session, line: Line) -> Visit | str:
            if line.call == began.call:
                return line.document
            if began.call in line.past:
                return self._last_words(OVER)
            visit = self._visit(session, phone, line.begun(began.call, purpose))
            visit.note(visit.begin(ours))
            return visit

        return self._turn(phone, turn)

    def _decline(self, began: Began) -> str:
        """Decline a missed call, which must cost her nothing, and have it returned."""
        wish = partial(Wish, "callback", f"{self.gateway.name} {began.call}")
        try:
            phone = normalise_phone(began.phone)
            is_new = phone.startswith(COUNTRY) and self._ours(began) is None
            if is_new and not self.files.calls.ask(wish(phone)):
                log.warning("missed_call_not_returned", phone=masked(phone), why="too many")
        except PhoneError:
            pass  # a number that is hidden cannot be called
        except DatabaseDown as trouble:
            log.error("missed_call_lost", why=str(trouble))
        return self.gateway.write(Reply(1, (), Decline()))

    def _ours(self, began: Began) -> Call | None:
        calls = self.files.calls
        if began.token and (found := calls.find(token=began.token)):
            return found
        return calls.find(gateway=self.gateway.name, provider_call=began.call)

    def _is_missed_call(self, began: Began) -> bool:
        """Say whether a call came in at the number for missed calls."""
        try:
            number = normalise_phone(began.number)
        except PhoneError:
            return False
        return bool(self.missed_call_number) and number == self.missed_call_number

    # --- A step

    def _take_step(self, step: Stepped, phone: str) -> str:
        if step.has_spoken:
            self._announce(step)

        def turn(session: Session, line: Line) -> Visit | str:
            if step.call in line.past:
                return self._after_all(session, phone, step, line)
            if line.call != step.call:  # the record of this call was lost
                visit = self._visit(session, phone, line.begun(step.call, ""))
                visit.note(visit.begin(None, is_rebuilt=True))
                return visit
            is_repeat = bool(step.repeat) and step.repeat == line.repeat
            if is_repeat or step.step != line.step:
                return line.document
            visit = self._visit(session, phone, replace(line, repeat=step.repeat))
            visit.note(visit.hear(step))
            return visit

        return self._turn(phone, turn)

    def _announce(self, step: Stepped) -> None:
        """Note that something was spoken, before the conversation says so."""
        recordings = self.files.recordings
        name = recording_of(self.desk, self.gateway, step.call, step.step)
        recordings.announce(name, self.gateway.name, step.call)
        if step.address:
            recordings.locate(name, step.address, step.seconds, is_ready=False)

    def _after_all(self, session: Session, phone: str, step: Stepped, line: Line) -> Visit | str:
        """Take a step of a call that another has followed: what was spoken in it still counts."""
        visit = self._visit(session, phone, line)
        name = recording_of(self.desk, self.gateway, step.call, step.step)
        if not (step.has_spoken and visit.keep_story(name)):
            return self._last_words(OVER)
        return visit

    # --- A turn

    def _turn(self, phone: str, turn: Callable[[Session, Line], Visit | str]) -> str:
        """Take a turn of a phone: one at a time, and kept before it is told."""
        for _ in range(_MOST_RACES):
            slip = self.desk.office.sessions.open(phone)
            session = slip.session or self._first_session(phone)
            line = Line.from_json(session.lines.get(CHANNEL))
            outcome = turn(session, line)
            if isinstance(outcome, str):
                return outcome
            session.lines[CHANNEL] = outcome.line.to_json()
            if self.desk.office.sessions.keep_for_caller(slip, session):
                self._post_letters(outcome)
                return outcome.line.document
        message = "too many turns at once"
        raise SessionsDown(message)

    def _post_letters(self, visit: Visit) -> None:
        seal = self.desk.seal
        written = self.desk.office.languages.get(visit.session.language)
        phone_hash = seal.fingerprint("phone", visit.phone)
        recipient = Recipient(phone_hash, seal.close(visit.phone), written.code)
        for draft in visit.letters:
            self.files.outbox.answer(recipient, draft)

    def _visit(self, session: Session, phone: str, line: Line) -> Visit:
        return Visit(self.desk, self.gateway, session, phone, line, self._script_of(line))

    def _script_of(self, line: Line) -> Script | None:
        """Give the script of a call that has a purpose of its own: it reads a letter."""
        if not line.purpose.startswith(_LETTER):
            return None
        letter_id = int(line.purpose.removeprefix(_LETTER))
        letter = self.files.outbox.find(letter_id)
        if letter is None:
            return None
        words: Words = write_letter(letter.template, letter.variables, self.files.letterhead)
        confirm = partial(self._confirm, letter_id, line.call)
        return partial(read_letter, words, confirm)

    def _confirm(self, letter_id: int, call: str) -> None:
        self.files.outbox.mark_read_out(letter_id, self.gateway.name)
        if ours := self.files.calls.find(gateway=self.gateway.name, provider_call=call):
            self.files.calls.mark_done(ours)

    def _first_session(self, phone: str) -> Session:
        office = self.desk.office
        chosen = office.citizens.language_of(phone)
        return Session(language=chosen or office.languages.voice_of(None).code)

    def _line_of(self, phone: str) -> Line:
        return self._line_in(self.desk.office.sessions.open(phone).session)

    def _line_in(self, session: Session | None) -> Line:
        return Line.from_json(session.lines.get(CHANNEL) if session else None)

    # --- A call ends

    def _keep_last_words(self, ended: Ended, line: Line) -> None:
        """Keep a recording told of at the end: spoken as she hung up, or ready only now."""
        if line.call == ended.call and line.recording:
            spoken = Stepped(
                ended.call, ended.phone, line.step, has_spoken=True, address=ended.address
            )
            self._take_step(spoken, normalise_phone(ended.phone))
        elif waiting := self.files.recordings.latest_of_call(self.gateway.name, ended.call):
            self.files.recordings.locate(waiting, ended.address)
        elif ended.call in line.past:  # she has called again meanwhile
            spoken = Stepped(ended.call, ended.phone, 0, has_spoken=True, address=ended.address)
            self._take_step(spoken, normalise_phone(ended.phone))

    def _hang_up(self, ended: Ended, phone: str) -> None:
        """Let count what she was asked to keep when she hung up; forget an informant."""

        def turn(session: Session, line: Line) -> Visit | str:
            if line.call != ended.call:
                return line.document  # she has called again meanwhile
            visit = self._visit(session, phone, line)
            has_come_to_something = visit.hang_up()
            return visit if visit.forget() or has_come_to_something else line.document

        self._turn(phone, turn)

    def _close(self, ours: Call, ended: Ended) -> None:
        calls = self.files.calls
        if ours.status != "answered":
            calls.try_again(ours, ended.outcome)
        elif ours.purpose == "letter":
            calls.try_again(ours, "not confirmed")
        else:
            calls.mark_done(ours)

    # --- Trouble

    def _surely(self, answer: Callable[[], str], phone: str) -> str:
        """Answer; where a store is down, say so politely and leave all as it was."""
        try:
            return answer()
        except (SessionsDown, DatabaseDown) as trouble:
            log.error("store_down", channel=CHANNEL, phone=masked(phone), why=str(trouble))
            return self.apologise()

    def _last_words(self, words: Words) -> str:
        language = self.desk.office.languages.voice_of(None)
        speech = said_in_turn([words], language)
        pieces = self.desk.voices.say(speech, language, speaks=self.gateway.speaks)
        return self.gateway.write(Reply(1, pieces, None))
