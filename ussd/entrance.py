"""Where USSD comes in: one turn, from what was keyed to the next screen."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from core.database import DatabaseDown
from core.duty_officer import Office
from core.language import Language, render
from core.phone import masked
from core.sealing import Seal
from core.session_ends import SessionEnd, SessionEnds
from core.sessions import Session, SessionsDown
from core.text import Text, Words
from ussd.gateway import Ended, Gateway, Keyed, Reply
from ussd.line import Line
from ussd.visit import CHANNEL, Visit

TROUBLE = Text("Trouble on our side. Please dial again soon, or call {helpline}.")
OVER = Text("This call is over. Please dial again.")
_MOST_RACES = 60

log = structlog.get_logger()


@dataclass(frozen=True)
class Entrance:
    """Takes the turns of all callers of one gateway."""

    gateway: Gateway
    office: Office
    session_ends: SessionEnds
    seal: Seal

    def answer(self, keyed: Keyed) -> Reply:
        """Take one turn; where a store is down, say so politely and leave all as it was."""
        try:
            return self._take_turn(keyed)
        except (SessionsDown, DatabaseDown) as trouble:
            log.error("store_down", channel=CHANNEL, phone=masked(keyed.phone), why=str(trouble))
            return self.apologise()

    def apologise(self) -> Reply:
        """Say that we cannot serve now, in the language most callers know."""
        return self._last_words(TROUBLE(helpline=self.office.helpline), self._language(None))

    def record_end(self, ended: Ended) -> None:
        """Keep how a session ended, and whose it was and at which question it stood.

        Of one that another has followed, or that is forgotten, nobody can say any more whether it
        was an informant's: it counts without the number.
        """
        session = self.office.sessions.open(ended.phone).session
        line = Line.from_json(session.lines.get(CHANNEL) if session else None)
        is_this = line.session == ended.session
        is_named = is_this and session is not None and not session.is_secret
        self.session_ends.record(
            SessionEnd(
                gateway=self.gateway.name,
                session=ended.session,
                phone=ended.phone if is_named else "",
                outcome=ended.outcome,
                question=line.question if is_named else None,
                hops=ended.hops,
                milliseconds=ended.milliseconds,
            )
        )

    def _take_turn(self, keyed: Keyed) -> Reply:
        for _ in range(_MOST_RACES):
            slip = self.office.sessions.open(keyed.phone)
            session = slip.session or self._first_session(keyed)
            line = Line.from_json(session.lines.get(CHANNEL))
            if known := self._known_reply(line, keyed, session):
                return known
            reply = Visit(self.gateway, self.office, self.seal, session, keyed).reply(line)
            if self.office.sessions.keep_for_caller(slip, session):
                return reply
        message = "too many turns at once"
        raise SessionsDown(message)

    def _known_reply(self, line: Line, keyed: Keyed, session: Session) -> Reply | None:
        """Reply to a repeated or late call, which changes nothing."""
        if line.is_over_for(keyed):
            return self._last_words(OVER, self._language(session.language))
        if line.session == keyed.session and line.newly_typed(keyed, self.seal) is None:
            return line.reply
        return None

    def _first_session(self, keyed: Keyed) -> Session:
        chosen = self.office.citizens.language_of(keyed.phone)
        return Session(language=self._language(chosen).code)

    def _language(self, code: str | None) -> Language:
        return self.office.languages.get(code, unicode=self.gateway.budget.carries_unicode)

    def _last_words(self, words: Words, language: Language) -> Reply:
        return Reply(render(words, language), goes_on=False)
