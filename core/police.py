"""What a script may ask of the police: reading at any time, work only inside `Once`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias, TypedDict

from core.dialogue import Recorded, Typed
from core.directory import Directory
from core.text import Words


@dataclass(frozen=True, slots=True)
class Place:
    """Where a matter belongs; what is not known is None, and the police route it on."""

    district: str | None
    station: str | None


Told: TypeAlias = Mapping[str, str | Typed | Recorded]


@dataclass(frozen=True, slots=True)
class Application:
    """What a citizen brings before the police: of which service and kind, where, and what she told.

    `told` has a value for each field of the service that was asked. `pin` are the four digits
    she chose for herself; one that is `silent` is never written to her about.
    """

    service: str
    kind: str
    place: Place
    story: Typed | Recorded | None = None
    told: Told = field(default_factory=dict)
    pin: str | None = None
    is_silent: bool = False


# What became of a rating: the case was opened again, or it is kept with the case.
Outcome: TypeAlias = Literal["reopened", "kept"]


class Registered(TypedDict):
    """What a conversation has registered, and how: with a PIN, without letters."""

    service: str
    reference: str
    has_pin: bool
    is_silent: bool


class Standing(TypedDict, total=False):
    """How a look-up by reference number came out; the rest is there when it was found.

    `own` says whether everything may be told: the phone asking registered the case, or the PIN was
    right. Otherwise only the state is told, so nothing after `letter` is filled, which names the
    letter that tells of the state. `has_pin` says that a PIN would open it, `is_silent` that
    nothing of it is told by SMS. `news` says whether its phone is told of news by SMS. `question`
    is what the police ask (a key of `QUESTIONS`), `answered` that she has answered since,
    `asks_rating` that she is to be asked whether she is satisfied. `may` names what she can do
    herself.
    """

    outcome: Literal["found", "unknown", "mistyped", "wait", "silent", "wrong_pin", "wait_a_day"]
    reference: str
    service: str
    state: str
    own: bool
    has_pin: bool
    is_silent: bool
    letter: str
    since: str
    district: str | None
    station: str | None
    fir_number: str | None
    diary_number: str | None
    reason: str | None
    news: bool
    question: str | None
    answered: bool
    asks_rating: bool
    may: list[Literal["add", "withdraw", "object"]]


class OwnCase(TypedDict):
    """A case of the phone that asks, as a list shows it: never what it is about."""

    reference: str
    date: str
    state: str


class Days(TypedDict):
    """Days around today, as 2026-11-24: `first` is a year ago, `last` a year from now."""

    today: str
    yesterday: str
    tomorrow: str
    first: str
    last: str


class Terms(TypedDict):
    """What a service costs (rupees; empty where no fee is set) and how many days it may take."""

    fee: str
    days: int | None
    counted: str


class VehicleFound(TypedDict):
    """A vehicle in the police's list: its plate, what is known, at which station."""

    plate: str
    status: Literal["stolen", "recovered"]
    district: str | None
    station: str | None


class VehicleList(TypedDict):
    """The vehicles in the police's list that answer to a plate, as of a day."""

    date: str
    vehicles: list[VehicleFound]


class FirFound(TypedDict):
    """How a case (FIR) stands, as of a day.

    "closed" where nothing may be said of it here, or where there is none; "wait" where too many
    were asked for.
    """

    outcome: Literal["found", "closed", "wait"]
    state: str
    date: str


class WantedPerson(TypedDict):
    """Somebody wanted: the name in both alphabets, and the reward in rupees if there is one."""

    latin: str
    devanagari: str
    reward: str


MOST_WANTED_NAMED = 3  # with their rewards, that is an answer of three SMS


class WantedList(TypedDict):
    """Who is wanted in a district, as of a day, and how many others besides."""

    date: str
    persons: list[WantedPerson]
    others: int


class Police(Protocol):
    """The officer on duty, as one caller meets him in one conversation."""

    @property
    def directory(self) -> Directory:
        """Give the districts, stations and PIN codes."""

    @property
    def languages(self) -> Sequence[tuple[str, Words]]:
        """List the languages the caller's channel carries: code and own name."""

    @property
    def helpline(self) -> str:
        """Give the voice number where a person is helped by a call."""

    @property
    def sms_number(self) -> str:
        """Give the number to which citizens write SMS."""

    @property
    def is_written_to(self) -> bool:
        """Whether what we say arrives as SMS, and so stays on the phone."""

    def offers(self, service: str) -> bool:
        """Say whether a service can be offered: there are the records that it looks into."""

    def speak(self, language: str) -> None:
        """Go on in this language, now and whenever this phone calls. For `Once`."""

    def usual_station(self) -> str | None:
        """Give the code of the station this phone last wrote to. For `Once`."""

    def days(self) -> Days:
        """Give the days around today. For `Once`."""

    def terms(self, service: str) -> Terms:
        """Give what a service costs, and how long it may take. For `Once`."""

    def write_to_her(self, template: str, variables: Mapping[str, str]) -> bool:
        """Send a letter that she has asked for; say whether SMS can be sent. For `Once`."""

    # --- What is registered

    def register(self, application: Application) -> str:
        """Register a matter and give its reference number. For `Once`."""

    def sends_news(self) -> bool:
        """Say whether this phone will be told of news by SMS. For `Once`."""

    def registered_before(self) -> Registered | None:
        """Give what this very conversation has registered. For `Once`."""

    def informant_code(self) -> str:
        """Give the code by which an informant adds to what she has just told. For `Once`."""

    def inform(self, code: str, story: Typed | Recorded) -> bool:
        """Add to secret information; say whether it was found by its code. For `Once`."""

    def knows_code(self, code: str) -> Literal["found", "unknown", "wait"]:
        """Look whether an informant's code is one. For `Once`."""

    # --- Her cases

    def own_cases(self) -> list[OwnCase]:
        """List the cases of this phone, the newest first. For `Once`."""

    def standing(self, reference: str) -> Standing:
        """Look up a case by what was keyed in as its reference number. For `Once`."""

    def unlock(self, reference: str, pin: str) -> Standing:
        """Look up a case with its PIN. For `Once`."""

    def answer(self, reference: str, question: str, story: Typed | Recorded) -> None:
        """Pass on the answer to what the police ask about a case. For `Once`."""

    def rate(self, reference: str, *, is_satisfied: bool) -> Outcome:
        """Note whether she is satisfied, and say whether the case was opened again. For `Once`."""

    def is_open(self, reference: str) -> bool:
        """Say whether a case is worked on, not closed."""

    def remark(self, reference: str, story: Typed | Recorded) -> None:
        """Add what a citizen says of her case. For `Once`."""

    def withdraw(self, reference: str) -> bool:
        """Withdraw a case; say whether that could be done. For `Once`."""

    def object_to(self, reference: str) -> bool:
        """Open a case again that was closed; say whether that could be done. For `Once`."""

    # --- What the police know

    def vehicles(self, plate: str) -> VehicleList:
        """Look for a vehicle by its plate, whole or as keyed on a keypad. For `Once`."""

    def fir(self, station: str, number: str, year: str) -> FirFound:
        """Look how a case (FIR) stands. For `Once`."""

    def wanted(self, district: str) -> WantedList:
        """List who is wanted in a district. For `Once`."""
