"""The officer on duty: what a script asks of the police, answered from the real register."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from stdnum import verhoeff

from core.asked_letters import post_asked
from core.calls import Calls, Wish
from core.cases import Case, Cases, Event, NewCase
from core.citizens import Citizens
from core.clock import HERE, local_date, now
from core.days import around
from core.dialogue import Recorded, Typed
from core.directory import SPECIAL_STATIONS, Directory
from core.gazetteer import Gazetteer
from core.language import Languages
from core.letters import letter_of_state
from core.limits import ANY
from core.outbox import Draft, Recipient
from core.police import (
    Application,
    Days,
    FirFound,
    Outcome,
    OwnCase,
    Registered,
    Standing,
    Terms,
    VehicleList,
    WantedList,
)
from core.records import RecordBooks
from core.reference import is_well_formed
from core.replies import Asking, Rating, Replies, Reply, asks_rating, may
from core.services import KINDS, SERVICES
from core.sessions import Session, Sessions, Tries
from core.text import Words

WRONG_NUMBERS_PER_HOUR = 5
WRONG_PINS_PER_HOUR = 5  # from one phone
# All phones but hers together: whoever guesses from many cannot keep her out.
WRONG_PINS_PER_DAY = 20
MOST_OWN_CASES = 5  # more would be long to listen to
FIRS_PER_HOUR = 10
CODE_LENGTH = 8
# Not a whole year: tomorrow, keyed in by mistake, would be a day of last year.
_DAYS_LOOKED_AT = 330
_DAY_SECONDS = 24 * 3600
# The work that looks up a case (core/scripts/check_status.py): what it gave was told.
_LOOKED_UP = ("standing_", "unlocked_")


@dataclass(frozen=True)
class Office:
    """What every officer on duty works with.

    `fees` are what services cost, in rupees. `carries_news` says whether letters in a language go
    out at all; without `calls` nobody is called.
    """

    gazetteer: Gazetteer
    languages: Languages
    cases: Cases
    citizens: Citizens
    sessions: Sessions
    helpline: str
    sms_number: str
    carries_news: Callable[[str], bool]
    records: RecordBooks
    fees: Mapping[str, str] = field(default_factory=dict)
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

    @property
    def is_written_to(self) -> bool:
        """Whether what we say arrives as SMS, and so stays on the phone."""
        return self._contact.stays_on_phone

    def offers(self, service: str) -> bool:
        """Say whether a service can be offered: there are the records that it looks into."""
        needs = SERVICES[service].needs
        return needs is None or needs in self._office.records.kinds

    def days(self) -> Days:
        """Give the days around today."""
        today = now().astimezone(HERE).date()
        return Days(
            today=today.isoformat(),
            yesterday=around(today, -1),
            tomorrow=around(today, 1),
            first=around(today, -_DAYS_LOOKED_AT),
            last=around(today, _DAYS_LOOKED_AT),
        )

    def terms(self, service: str) -> Terms:
        """Give what a service costs, and how long it may take."""
        limit = self._office.cases.files.limits.of(service, ANY, None)
        return Terms(
            fee=self._office.fees.get(service, ""),
            days=limit.days if limit else None,
            counted=limit.counted if limit else "",
        )

    def write_to_her(self, template: str, variables: Mapping[str, str]) -> bool:
        """Send a letter that she has asked for; say whether SMS can be sent."""
        written = self._office.languages.get(self._session.language)
        if not self._office.carries_news(written.code):
            return False
        files = self._office.cases.files
        sealed = files.seal.close(self._contact.phone)
        recipient = Recipient(self._phone_hash, sealed, written.code)
        post_asked(files.database, recipient, Draft(template, variables))
        return True

    def register(self, application: Application) -> str:
        """Register a matter and give its reference number."""
        service = SERVICES[application.service]
        conversation = self._session.conversation.id
        new = NewCase(
            conversation=conversation,
            service=service.key,
            kind=application.kind,
            phone="" if service.is_nameless else self._contact.phone,
            language=self._session.language,
            channel=self._contact.channel,
            district=application.place.district,
            station=application.place.station,
            usual_station=self._usual_station_after(application),
            story=application.story or Typed(""),
            told=application.told,
            pin=application.pin,
            code=self._free_code() if service.is_nameless else None,
            is_silent=application.is_silent,
        )
        return self._office.cases.register(new)

    def sends_news(self) -> bool:
        """Say whether this phone will be told of news by SMS."""
        registered = self.registered_before()
        if registered and registered["is_silent"]:
            return False
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

    def registered_before(self) -> Registered | None:
        """Give what this very conversation has registered."""
        reference = self._office.cases.reference_of(self._session.conversation.id)
        case = self._office.cases.find(reference) if reference else None
        if case is None:
            return None
        return Registered(
            service=case.service,
            reference=case.reference,
            has_pin=case.pin_hash is not None,
            is_silent=case.is_silent,
        )

    def _usual_station_after(self, application: Application) -> str | None:
        """Give the station to offer again; phones are shared, so never one that tells a tale."""
        station = application.place.station
        tells_a_tale = application.is_silent or self._tells_a_tale(application.kind, station)
        return None if tells_a_tale else station

    def _tells_a_tale(self, kind: str, code: str | None) -> bool:
        station = self.directory.station(code)
        is_special = station is not None and station.kind in SPECIAL_STATIONS
        return KINDS[kind].is_sensitive or KINDS[kind].protection == "secret" or is_special

    def standing(self, reference: str) -> Standing:
        """Look up a case; too many wrong numbers from one phone make it wait."""
        left = self._count(self._wrong_numbers, reference)
        if left < 0:
            return Standing(outcome="wait")
        may_be_one = is_well_formed(reference)
        if may_be_one and (case := self._office.cases.find(reference)):
            self._take_back(self._wrong_numbers, reference)
            return self._describe(case)
        wrong: Literal["mistyped", "unknown"] = "unknown" if may_be_one else "mistyped"
        return Standing(outcome=wrong if left else "wait")

    def unlock(self, reference: str, pin: str) -> Standing:
        """Look up a case with its PIN; too many wrong ones make a phone wait, and all but hers."""
        case = self._office.cases.find(reference)
        if case is None:
            return Standing(outcome="unknown")
        if case.pin_hash is None:
            return self._describe(case)  # it was taken away at the station meanwhile
        limits = self._wrong_pins(case)
        said: Literal["wrong_pin", "wait", "wait_a_day"] = "wrong_pin"
        for outcome, tries in limits.items():
            left = self._count(tries, pin)
            if left < 0:
                return Standing(outcome=outcome)
            said = said if left else outcome
        if self._office.cases.pin_hash(reference, pin) != case.pin_hash:
            return Standing(outcome=said)
        for tries in limits.values():
            self._take_back(tries, pin)
        return self._describe(case, is_opened=True)

    def _wrong_pins(self, case: Case) -> dict[Literal["wait", "wait_a_day"], Tries]:
        """Give the limits of wrong PINs, and what is said beyond each."""
        about = f"pin {case.reference}"
        of_phone = Tries(f"{about} {self._contact.phone}", WRONG_PINS_PER_HOUR)
        if case.phone_hash == self._phone_hash:
            return {"wait": of_phone}
        return {"wait": of_phone, "wait_a_day": Tries(about, WRONG_PINS_PER_DAY, _DAY_SECONDS)}

    def own_cases(self) -> list[OwnCase]:
        """List the cases of this phone, the newest first: none that others must not know of."""
        return [
            OwnCase(reference=case.reference, date=local_date(case.registered_at), state=case.state)
            for case in self._office.cases.of_phone(self._contact.phone, MOST_OWN_CASES)
        ]

    @property
    def _wrong_numbers(self) -> Tries:
        """Give the limit of what this phone may guess: reference numbers, informants' codes."""
        return Tries(self._contact.phone, WRONG_NUMBERS_PER_HOUR)

    def _count(self, tries: Tries, said: str) -> int:
        """Count what may be a guess, before it is looked at; repeated requests for it count once.

        Counted afterwards, many at once would all be looked at before any of them counts.
        """
        return self._office.sessions.count_try(tries, self._guess(said))

    def _take_back(self, tries: Tries, said: str) -> None:
        self._office.sessions.take_back(tries, self._guess(said))

    def _guess(self, said: str) -> str:
        return f"{self._session.conversation.id}:{said}"

    def _describe(self, case: Case, *, is_opened: bool = False) -> Standing:
        is_strange = case.phone_hash not in {"", self._phone_hash} and not is_opened
        if case.is_silent and self._contact.stays_on_phone and not is_strange:
            return Standing(outcome="silent", reference=case.reference)
        is_own = case.phone_hash == self._phone_hash and not case.pin_hash
        shown = Standing(
            outcome="found",
            reference=case.reference,
            service=case.service,
            state=case.state,
            own=is_own or is_opened,
            has_pin=case.pin_hash is not None,
            is_silent=case.is_silent,
            letter=SERVICES[case.service].letters.get(case.state, letter_of_state(case.state)),
        )
        return {**shown, **self._details(case)} if shown["own"] else shown

    def _details(self, case: Case) -> Standing:
        """Give what only she is told to whom the case belongs."""
        happened = self._office.cases.events_of(case)
        moves = [each for each in happened if each.kind == "moved"]
        tells_a_tale = case.protection or self._tells_a_tale(case.kind, case.station)
        hides = self._contact.stays_on_phone and tells_a_tale
        return Standing(
            since=local_date(case.state_since),
            district=case.district,
            station=None if hides else case.station,
            fir_number=case.fir_number,
            diary_number=case.diary_number,
            reason=moves[-1].details.get("reason"),
            news=self._office.citizens.wants_letters(case.phone),
            question=case.question,
            answered=_is_answered(happened),
            asks_rating=asks_rating(case),
            may=may(case),
        )

    @property
    def _phone_hash(self) -> str:
        return self._office.cases.files.seal.fingerprint("phone", self._contact.phone)

    # --- Informants

    def informant_code(self) -> str:
        """Give the code of this conversation: asked again, the same."""
        before = self.registered_before()
        own = before["reference"] if before else None
        owners = ((code, self._office.cases.find_by_code(code)) for code in self._codes())
        return next(code for code, case in owners if case is None or case.reference == own)

    def _free_code(self) -> str:
        """Give the first code of this conversation that nobody has."""
        return next(code for code in self._codes() if not self._office.cases.find_by_code(code))

    def _codes(self) -> Iterator[str]:
        """Draw codes for this conversation, the same ones in the same order each time."""
        seal = self._office.cases.files.seal
        for draw in count():
            drawn = seal.fingerprint("informant", self._session.conversation.id, str(draw))
            payload = f"{int(drawn, 16) % 10 ** (CODE_LENGTH - 1):0{CODE_LENGTH - 1}}"
            yield payload + verhoeff.calc_check_digit(payload)

    def knows_code(self, code: str) -> Literal["found", "unknown", "wait"]:
        """Look whether an informant's code is one; wrong ones count as wrong numbers do."""
        left = self._count(self._wrong_numbers, code)
        if left < 0:
            return "wait"
        if self._office.cases.find_by_code(code):
            self._take_back(self._wrong_numbers, code)
            return "found"
        return "unknown" if left else "wait"

    def inform(self, code: str, story: Typed | Recorded) -> bool:
        """Add to secret information; say whether it was found by its code."""
        case = self._office.cases.find_by_code(code)
        if case is None:
            return False
        self._replies.add(case.reference, story)
        return True

    # --- What the police know

    def vehicles(self, plate: str) -> VehicleList:
        """Look for a vehicle by its plate, whole or as keyed on a keypad."""
        return self._office.records.vehicles(plate)

    def fir(self, station: str, number: str, year: str) -> FirFound:
        """Look how a case (FIR) stands.

        Their numbers count up, so each one that a phone asks for is counted, not wrong ones only.
        """
        tries = Tries(f"fir {self._contact.phone}", FIRS_PER_HOUR)
        if self._count(tries, f"{station}:{int(number)}:{year}") < 0:
            return FirFound(outcome="wait", state="", date="")
        return self._office.records.fir(station, int(number), int(year))

    def wanted(self, district: str) -> WantedList:
        """List who is wanted in a district."""
        return self._office.records.wanted(district)

    # --- What the citizen answers

    def answer(self, reference: str, question: str, story: Typed | Recorded) -> None:
        """Pass on the answer to what the police ask about a case."""
        if self._has_told(reference):
            self._replies.answer(self._reply(reference, story, question))

    def rate(self, reference: str, *, is_satisfied: bool) -> Outcome:
        """Note whether she is satisfied, and say whether the case was opened again."""
        if not self._has_told(reference):
            return "kept"
        conversation = self._session.conversation.id
        return self._replies.rate(Rating(reference, None, conversation, is_satisfied))

    def remark(self, reference: str, story: Typed | Recorded) -> None:
        """Add what a citizen says of her case."""
        if self._has_told(reference):
            self._replies.answer(self._reply(reference, story))

    def withdraw(self, reference: str) -> bool:
        """Withdraw a case; say whether that could be done."""
        return self._has_told(reference) and self._replies.withdraw(reference)

    def object_to(self, reference: str) -> bool:
        """Open a case again that was closed against her wish; say whether it could be."""
        return self._has_told(reference) and self._replies.object_to(reference)

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
        return Reply(reference, None, self._session.conversation.id, story, question)

    def _has_told(self, reference: str) -> bool:
        """Say whether all of a case was told here: only who was told it may write into it.

        The one set aside counts as well: what was spoken in it may come after another has begun.
        """
        conversations = filter(None, (self._session.conversation, self._session.draft))
        looked_up = (
            kept
            for conversation in conversations
            for name, kept in conversation.answers.items()
            if name.startswith(_LOOKED_UP)
        )
        return any(each.get("own") and each["reference"] == reference for each in looked_up)


def _is_answered(happened: Sequence[Event]) -> bool:
    """Say whether the citizen has answered what was asked with the last move.

    What she added unasked, or another has answered, does not count.
    """
    last_move = max(each.id for each in happened if each.kind == "moved")
    answers = (each for each in happened if each.kind == "answered" and "question" in each.details)
    return any(each.id > last_move for each in answers)
