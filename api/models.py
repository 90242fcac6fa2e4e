"""What the API takes and gives, as models: its description is made from them."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from casework.hooks import ADDRESS, LONGEST_ADDRESS
from casework.work import LONGEST_NOTE
from core.questions import QUESTIONS
from core.states import REJECTION_REASONS, STATES

LARGEST_CURSOR = 2**31 - 1
KEY_LOOKS = r"^[!-~]{1,64}$"
_YEARS = range(2000, 2100)
# The days of these years, leap days with them: what `format: date` says, and no other century.
_DAYS = (
    r"^20([0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
    r"|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
    r"|([02468][048]|[13579][26])-02-29)$"
)


def _whole(value: object) -> object:
    """Take digits for a number, and no more of what could be made one."""
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,10}", value) else value


def whole_in_json(value: object) -> object:
    """Take 7.0 for 7, as JSON does."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def known(names: Collection[str]) -> AfterValidator:
    """Have a value refused that is none of these."""

    def check(value: str) -> str:
        if value not in names:
            raise ValueError(f"one of these is wanted: {', '.join(names)}")
        return value

    return AfterValidator(check)


def one_of(names: Collection[str]) -> WithJsonSchema:
    """Describe a value as one of these."""
    return WithJsonSchema({"type": "string", "enum": list(names)})


def _real_date(value: str) -> str:
    if date.fromisoformat(value).year not in _YEARS:
        raise ValueError(f"a day from {_YEARS[0]} to {_YEARS[-1]} is wanted")
    return value


StateName = Annotated[str, known(STATES), one_of(STATES)]
Reason = Annotated[str, known(REJECTION_REASONS), one_of(REJECTION_REASONS)]
Question = Annotated[str, known(QUESTIONS), one_of(QUESTIONS)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_]{1,32}$")]
Day = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    AfterValidator(_real_date),
    WithJsonSchema({"type": "string", "pattern": _DAYS, "examples": ["2026-11-24"]}),
]
# Such as 123/2026: books begin anew each year.
YearlyNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,5}/([0-9]{2}|[0-9]{4})$")]
Number = Annotated[int, Field(ge=0, le=LARGEST_CURSOR), BeforeValidator(whole_in_json)]
Cursor = Annotated[int, Field(strict=True, ge=0, le=LARGEST_CURSOR), BeforeValidator(_whole)]
Most = Annotated[int, Field(strict=True, ge=1, le=500), BeforeValidator(_whole)]


class Taken(BaseModel):
    """What comes in: nothing is guessed, and nothing unknown is passed over."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Asked(BaseModel):
    """What stands behind the question mark of an address."""

    model_config = ConfigDict(extra="forbid")


# --- What comes in


class WithKey(BaseModel):
    """A key under which a request may be repeated: it is done once."""

    key: Annotated[str, StringConstraints(pattern=KEY_LOOKS)] | None = Field(
        None,
        alias="Idempotency-Key",
        description="The same key with the same body gets the same answer, for at least a day.",
    )


class MoveDetails(Taken):
    """What a state needs to be told."""

    fir_number: YearlyNumber | None = None
    fir_date: Day | None = None
    diary_number: YearlyNumber | None = Field(None, description="Of the Sanha, for `recorded`.")
    station: Code | None = Field(None, description="Code of the station it is transferred to.")
    reason: Reason | None = None
    question: Question | None = None


class NewMove(Taken):
    """A change of state."""

    state: StateName
    note: Annotated[str, StringConstraints(max_length=LONGEST_NOTE)] | None = Field(
        None, description="For the file; the citizen never sees it."
    )
    details: MoveDetails = MoveDetails()
    version: Number | None = Field(
        None, description="The version you have seen: 409 if it is no longer that."
    )


class NewHook(Taken):
    """An address that is to be told of events."""

    url: Annotated[str, StringConstraints(pattern=ADDRESS, max_length=LONGEST_ADDRESS)]
    after: Number | None = Field(
        None, description="Tell it of events after this number; without it, of those to come."
    )


class Replay(Taken):
    """From where a hook is to be told once more."""

    after: Number


class CasesAsked(Asked):
    """Which cases, and where to go on."""

    after: Cursor = Field(0, description="`next` of the page before.")
    most: Most = Field(100, description="Longest page.")
    state: StateName | None = None
    since: Day | None = Field(None, description="Registered on this day (in Bihar) or later.")


class EventsAsked(Asked):
    """Where to go on."""

    after: Cursor = Field(0, description="`next` of the page before.")
    most: Most = Field(100, description="Longest page.")


class StationsAsked(Asked):
    """Where to go on."""

    after: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{0,32}$")] = Field(
        "", description="`next` of the page before."
    )
    most: Most = Field(200, description="Longest page.")
    district: Code | None = None


# --- What goes out


class Given(BaseModel):
    """What goes out."""

    model_config = ConfigDict(from_attributes=True)


class Registered(Given):
    """A registered case: its number is what the citizen has by SMS.

    Where the case has left the client's district, that is all there is to say of it.
    """

    reference: str
    state: str | None
    version: int | None


class CaseLine(Given):
    """A case with nothing personal in it."""

    cursor: int
    reference: str
    service: str
    kind: str
    language: str
    channel: str
    district: str | None
    station: str | None
    state: str
    stage: str
    state_since: datetime
    registered_at: datetime
    version: int
    protection: str | None
    fir_number: str | None
    diary_number: str | None
    question: str | None
    due_at: datetime | None
    closed_at: datetime | None
    reopened: int
    satisfied: bool | None
    is_joined: bool = Field(description="It goes where another case goes, and not by itself.")
    joined_to: str | None = Field(description="The other case, if this client sees it.")
    is_urgent: bool = Field(description="The police were alerted at once.")
    is_silent: bool = Field(description="No SMS is sent about it.")
    is_demo: bool
    is_spoken: bool


class CaseWhole(CaseLine):
    """A case; `phone`, `story` and `told` are null without the scope cases:read."""

    next_states: list[str]
    phone: str | None = Field(description="Null, too, where an informant kept it to herself.")
    story: str | None = Field(
        description="Null, too, where it was spoken and nobody wrote it down, or no key opens it."
    )
    told: dict[str, str | None] | None = Field(
        description="What was told field by field; a value is null as a story is."
    )


class CasePage(Given):
    """A page of cases; `next` is `after` of the page behind it, null on the last one."""

    cases: list[CaseLine]
    next: int | None


class EventLine(Given):
    """Something that happened to a case; `n` counts everything, in the order of commits."""

    n: int
    at: datetime
    reference: str
    kind: str
    from_state: str | None
    to_state: str
    details: dict[str, str]


class EventPage(Given):
    """Events; `next` is `after` of the question behind it, also when there is `more` only later."""

    events: list[EventLine]
    next: int
    more: bool


class StationLine(Given):
    """A police station."""

    code: str
    district: str
    name_en: str
    name_hi: str
    kind: str
    telephone: str | None
    closed: bool


class StationPage(Given):
    """A page of stations; `next` is null on the last one."""

    stations: list[StationLine]
    next: str | None


class HookLine(Given):
    """An address that is told of events, how far it is, and what is wrong."""

    id: int
    url: str
    told: int
    is_active: bool
    attempts: int
    trouble: str | None


class HookMade(HookLine):
    """A hook with the secret that signs what it is told: it is shown this once."""

    secret: str


class HookList(Given):
    """All hooks of this client."""

    hooks: list[HookLine]


class Fault(BaseModel):
    """What is wrong, and where."""

    where: str
    why: str


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[Fault] | None = None
