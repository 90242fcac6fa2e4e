"""The officer on duty: what a script asks of the police, answered from the real register."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from core.calls import Calls, Wish
from core.cases import Case, Cases, Event, NewCase
from core.citizens import Citizens
from core.clock import local_date
from core.dialogue import Recorded, Typed
from core.directory import SPECIAL_STATIONS, Directory
from core.gazetteer import Gazetteer
from core.language import Languages
from core.police import Outcome, Place, Standing
from core.reference import is_well_formed
from core.replies import Asking, Rating, Replies, Reply, asks_rating
from core.scripts.register_complaint import SENSITIVE_KINDS
from core.sessions import Session, Sessions
from core.text import Words

WRONG_NUMBERS_PER_HOUR = 5


@dataclass(frozen=True)
class Office:
    """What every officer on duty works with.

    `carries_news` says whether letters in a language go out at all; without `calls` nobody is
    called.
    """

    gazetteer: Gazetteer
    languages: Languages
    cases: Cases
    citizens: Citizens
    sessions: Sessions
    helpline: str
    sms_number: str
    carries_news: Callable[[str], bool]
    calls: Calls | None = None

    @property
    def directory(self) -> Directory:
        """Give the districts, stations and PIN codes as they are now."""
        return self.gazetteer.directory


@dataclass(frozen=True)
class Contact:
    """Who is calling, and how: the `languages` (code, name) are those that the channel carries.

    What is said by SMS `stays_on_phone`, which others hold as well.
    """

    phone: str
    channel: str
    languages: Sequence[tuple[str, Words]]
    stays_on_phone: bool = False


class DutyOfficer:
    """Serves one caller in one turn: the `Police` of the scripts."""

    def __init__(self, office: Office, contact: Contact, session: Session) -> None:
        self._office = office
        self._contact = contact
        self._session = session
        self._directory = office.directory

    @property
    def directory(self) -> Directory:
        """Give the districts, stations and PIN codes; they stay the same for the whole turn."""
        return self._directory

    @property
    def languages(self) -> Sequence[tuple[str, Words]]:
        """List the languages the caller's channel carries: code and own name."""
        return self._contact.languages

    @property
    def helpline(self) -> str:
        """Give the voice number where a person is helped by a call."""
        return self._office.helpline

    @property
    def sms_number(self) -> str:
        """Give the number to which citizens write SMS."""
        return self._office.sms_number

    def speak(self, language: str) -> None:
        """Go on in this language, now and whenever this phone calls."""
        self._office.citizens.choose_language(self._contact.phone, language)
        self._session.language = language

    def usual_station(self) -> str | None:
        """Give the code of the station this phone last wrote to."""
        return self._office.citizens.usual_station_of(self._contact.phone)

    def register(self, kind: str, place: Place, story: Typed | Recorded) -> str:
        """Register a complaint and give its reference number."""
        return self._office.cases.register(
            NewCase(
                conversation=self._session.conversation.id,
                service="complaint",
                kind=kind,
                phone=self._contact.phone,
                language=self._session.language,
                channel=self._contact.channel,
                district=place.district,
                station=place.station,
                usual_station=self._usual_station_after(kind, place),
                story=story,
            )
        )

    def sends_news(self) -> bool:
        """Say whether this phone will be told of news by SMS."""
        wanted = self._office.citizens.wants_letters(self._contact.phone)
        written = self._office.languages.get(self._session.language)
        return wanted and self._office.carries_news(written.code)

    @property
    def calls_back(self) -> Callable[[], bool] | None:
        """Give what has this phone called to speak its story, if calls can be made."""
        return self._ask_for_call if self._office.calls else None

    def _ask_for_call(self) -> bool:
        conversation = self._session.conversation.id
        calls = self._office.calls
        return calls is not None and calls.ask(Wish("story", conversation, self._contact.phone))

    def registered_before(self) -> str | None:
        """Give the reference number if this very conversation has registered."""
        return self._office.cases.reference_of(self._session.conversation.id)

    def _usual_station_after(self, kind: str, place: Place) -> str | None:
        """Give the station to offer again; phones are shared, so never one that tells a tale."""
        return None if self._tells_a_tale(kind, place.station) else place.station

    def _tells_a_tale(self, kind: str, code: str | None) -> bool:
        station = self.directory.station(code)
        is_special = station is not None and station.kind in SPECIAL_STATIONS
        return kind in SENSITIVE_KINDS or is_special

    def standing(self, reference: str) -> Standing:
        """Look up a case; too many wrong numbers from one phone make it wait."""
        if self._office.sessions.guesses(self._contact.phone) >= WRONG_NUMBERS_PER_HOUR:
            return Standing(outcome="wait")
        if not is_well_formed(reference):
            return self._wrong("mistyped", reference)
        case = self._office.cases.find(reference)
        return self._describe(case) if case else self._wrong("unknown", reference)

    def _wrong(self, outcome: Literal["mistyped", "unknown"], reference: str) -> Standing:
        """Count a wrong number; a repeated request for the same one counts once."""
        guess = f"{self._session.conversation.id}:{reference}"
        guesses = self._office.sessions.count_guess(self._contact.phone, guess)
        if guesses >= WRONG_NUMBERS_PER_HOUR:
            return Standing(outcome="wait")
        return Standing(outcome=outcome)

    def _describe(self, case: Case) -> Standing:
        if case.phone_hash != self._phone_hash:
            return Standing(outcome="found", reference=case.reference, state=case.state, own=False)
        happened = self._office.cases.events_of(case)
        moves = [each for each in happened if each.kind == "moved"]
        tells_a_tale = case.protection or self._tells_a_tale(case.kind, case.station)
        hides = self._contact.stays_on_phone and tells_a_tale
        return Standing(
            outcome="found",
            reference=case.reference,
            state=case.state,
            own=True,
            since=local_date(case.state_since),
            district=case.district,
            station=None if hides else case.station,
            fir_number=case.fir_number,
            reason=moves[-1].details.get("reason"),
            news=self._office.citizens.wants_letters(self._contact.phone),
            question=case.question,
            answered=_is_answered(happened),
            asks_rating=asks_rating(case),
        )

    @property
    def _phone_hash(self) -> str:
        return self._office.cases.files.seal.fingerprint("phone", self._contact.phone)

    # --- What the citizen answers

    def answer(self, reference: str, question: str, story: Typed | Recorded) -> None:
        """Pass on the answer to what the police ask about a case."""
        self._replies.answer(self._reply(reference, story, question))

    def rate(self, reference: str, *, is_satisfied: bool) -> Outcome:
        """Note whether she is satisfied, and say whether the case was opened again."""
        conversation = self._session.conversation.id
        rating = Rating(reference, self._contact.phone, conversation, is_satisfied)
        return self._replies.rate(rating)

    def remark(self, reference: str, story: Typed | Recorded) -> None:
        """Note what was not right with a case."""
        self._replies.answer(self._reply(reference, story))

    def is_open(self, reference: str) -> bool:
        """Say whether a case is worked on, not closed."""
        case = self._office.cases.find(reference)
        return case is not None and case.stage != "closed"

    def asking(self) -> list[Asking]:
        """List the cases that ask this phone something, the last to ask first."""
        return self._replies.asking(self._contact.phone)

    @property
    def _replies(self) -> Replies:
        return Replies(self._office.cases.files)

    def _reply(self, reference: str, story: Typed | Recorded, question: str | None = None) -> Reply:
        conversation = self._session.conversation.id
        return Reply(reference, self._contact.phone, conversation, story, question)


def _is_answered(happened: Sequence[Event]) -> bool:
    """Say whether the citizen has answered since the last move (not another's, told of here)."""
    last_move = max(each.id for each in happened if each.kind == "moved")
    answers = (each for each in happened if each.kind == "answered" and "case" not in each.details)
    return any(each.id > last_move for each in answers)
