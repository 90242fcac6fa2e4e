"""Where SMS come in: each is kept, then answered, at once or by the worker.

A message is done in this order, so that a crash between two steps neither loses nor doubles it:
it is kept in the inbox; the conversation is taken on, and its record in the session store says
which message was heard last and what was answered; the answer is posted in the same transaction
that closes the message. One that is heard again after its record was written gets that answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from threading import Event

import structlog

from core.database import DatabaseDown
from core.deliveries import Deliveries
from core.duty_officer import Office
from core.inbox import Inbox, Message, Reply
from core.outbox import Draft, Recipient
from core.phone import PhoneError, masked, normalise_phone
from core.receipt import Receipt
from core.rounds import keep_at_it
from core.sealing import Seal, Unreadable
from core.sessions import Session, SessionsDown
from sms.commands import Wanted, read_command
from sms.gateway import Incoming
from sms.thread import Thread
from sms.visit import Answer, Visit

_MOST_RACES = 60
_PAUSE_SECONDS = 2.0
_ROUNDS_BETWEEN_TIDYING = 300
# Two machines that write to each other are stopped by these.
_SPAN = timedelta(hours=1)
_MOST_IN_SPAN = 60
_MOST_THE_SAME = 4
_ALWAYS_HEARD = {Wanted.DANGER, Wanted.STOP, Wanted.START}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Heard:
    """What came of a message: the answer, in which language; `is_secret` if an informant wrote."""

    answer: Answer | None
    language: str
    is_secret: bool


@dataclass(frozen=True)
class Entrance:
    """Takes the SMS of all phones, whichever gateway they come through."""

    office: Office
    inbox: Inbox
    deliveries: Deliveries
    seal: Seal
    own_numbers: frozenset[str]
    carries_words: bool

    def take(self, gateway: str, incoming: Incoming) -> None:
        """Keep an SMS, then answer it if that can be done now; a repeat does nothing.

        Raises DatabaseDown where it could not be kept.
        """
        try:
            phone = normalise_phone(incoming.sender)
        except PhoneError:
            log.info("sms_from_no_phone", gateway=gateway)  # a header such as AX-BANKIN
            return
        if phone in self.own_numbers:
            log.warning("sms_from_ourselves", gateway=gateway)
            return
        message = self.inbox.take_in(gateway, incoming.message, phone, incoming.text, incoming.wish)
        if message:
            self._handle(message)

    def take_receipt(self, gateway: str, receipt: Receipt) -> None:
        """Keep what a gateway tells of a letter; raise DatabaseDown where it could not be kept."""
        self.deliveries.keep(gateway, receipt)
        phone = receipt.wants_no_letters and self.deliveries.phone_of(gateway, receipt.message)
        if phone:
            self.office.citizens.stop_letters(*phone)

    def work_off(self) -> int:
        """Answer what waits; give how many there were."""
        waiting = self.inbox.take_waiting()
        for message in waiting:
            self._handle(message)
        return len(waiting)

    def run(self, stop: Event) -> None:
        """Answer what waits, again and again until told to stop; take out words that are old."""
        rounds = count()

        def work() -> None:
            self.work_off()
            if next(rounds) % _ROUNDS_BETWEEN_TIDYING == 0:
                self.inbox.tidy_up()

        keep_at_it(stop, work, who="inbox", pause=_PAUSE_SECONDS)

    def _handle(self, message: Message) -> None:
        """Answer a message; where a store is down, or we stumble, leave it for later."""
        try:
            self._answer(message)
        except (SessionsDown, DatabaseDown) as trouble:
            log.warning("sms_waits", message=message.id, why=str(trouble))
            self._leave(message)
        except Exception:
            log.exception("sms_stumbled", message=message.id)
            self._leave(message)

    def _leave(self, message: Message) -> None:
        try:
            if message.is_too_old:
                self._give_up(message)
            else:
                self.inbox.put_back(message)
        except DatabaseDown:
            pass  # its lease runs out by itself

    def _give_up(self, message: Message) -> None:
        try:
            language = self._language(message)
        except Unreadable:
            self.inbox.close(message, "dead")  # no key opens it: nobody can be told
        else:
            self.inbox.close(message, "dead", _reply(message, language, Draft("trouble")))

    def _answer(self, message: Message) -> None:
        phone = self.seal.open(message.phone_sealed)
        text = self.seal.open(message.text_sealed)
        is_yes = text.strip(" .!").casefold() == "yes"
        if message.wish and not (message.wish == "start" and is_yes):
            self._honour(message)
            return
        heard = self._converse(message, phone, text)
        # YES to a carrier begins the letters again, and to us it may be an answer as well.
        wish = heard.answer.wants_letters if heard.answer else None
        wants_letters = True if message.wish == "start" else wish
        draft = heard.answer.draft(self.seal) if heard.answer else None
        reply = _reply(message, heard.language, draft) if draft else None
        self.inbox.close(
            message, "done", reply, wants_letters=wants_letters, is_secret=heard.is_secret
        )
        if wants_letters is not None:
            said = "letters_started" if wants_letters else "letters_stopped"
            log.info(said, phone=masked(phone))

    def _honour(self, message: Message) -> None:
        """Do as a provider says that a phone wishes; it has answered by itself."""
        wishes = {"stop": False, "start": True}
        self.inbox.close(message, "done", wants_letters=wishes.get(message.wish))
        log.info("wish_honoured", message=message.id, wish=message.wish)

    def _is_loop(self, message: Message, text: str, *, is_awaited: bool) -> bool:
        """Say whether a machine writes: too much, or the same again and again, unasked."""
        sent, same = self.inbox.count_since(message, _SPAN)
        repeats = same >= _MOST_THE_SAME and not is_awaited
        if sent > _MOST_IN_SPAN or repeats:
            log.warning("sms_loop", message=message.id, sent=sent, same=same)
        command = read_command(text)
        is_heard = command is not None and command.wanted in _ALWAYS_HEARD
        return (sent > _MOST_IN_SPAN or repeats) and not is_heard

    def _converse(self, message: Message, phone: str, text: str) -> _Heard:
        """Take the conversation on by this message; give the answer, and in which language."""
        for _ in range(_MOST_RACES):
            slip = self.office.sessions.open(phone)
            session = slip.session or Session(language=self._language(message))
            was_secret = session.is_secret
            visit = Visit(self.office, self.seal, session, message, phone, self.carries_words)
            if visit.was_heard:
                return _Heard(visit.answer_before, session.language, was_secret)
            if self._is_loop(message, text, is_awaited=visit.is_awaited):
                return _Heard(None, session.language, was_secret)
            answer = visit.hear(text)
            is_secret = was_secret or session.is_secret
            if is_secret:
                _forget_other_answers(session, message)
            if self.office.sessions.keep(slip, session):
                return _Heard(answer, session.language, is_secret)
        problem = "too many turns at once"
        raise SessionsDown(problem)

    def _language(self, message: Message) -> str:
        """Give the language that the phone has chosen, or else one in the script that it writes."""
        chosen = self.office.citizens.language_of(self.seal.open(message.phone_sealed))
        return Visit.language(self.office, chosen, self.seal.open(message.text_sealed)).code


def own_numbers(numbers: Iterable[str]) -> frozenset[str]:
    """Give our own numbers, as far as they are numbers, so that we never answer ourselves."""
    found = set()
    for number in numbers:
        try:
            found.add(normalise_phone(number))
        except PhoneError:
            continue  # a header, or none
    return frozenset(found)


def _reply(message: Message, language: str, draft: Draft) -> Reply:
    return Reply(Recipient(message.phone_hash, message.phone_sealed, language), draft)


def _forget_other_answers(session: Session, message: Message) -> None:
    """Keep of what was said to an informant only the answer that may still have to be posted."""
    thread = Thread.from_json(session.lines[Visit.CHANNEL])
    mine = {each: said for each, said in thread.answers.items() if each == str(message.id)}
    session.lines[Visit.CHANNEL] = replace(thread, answers=mine).to_json()
