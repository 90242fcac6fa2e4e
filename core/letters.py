"""Letters: the SMS we send to citizens. Each is a registered wording with ASCII variables.

A letter is never free text (TRAI's template rule), names neither the matter nor a person
(phones are shared), and fits one SMS in every language. What an operator sets once (the
helpline, the code to dial) is part of the wording, not a variable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from core.states import STATES
from core.text import Text

LONGEST_VARIABLE = 30

# The tags that a DLT portal wants for what varies (TRAI, direction of 18 November 2025).
Tag = Literal["numeric", "alphanumeric"]
_TAGS: dict[str, Tag] = {
    "reference": "numeric",
    "fir_number": "alphanumeric",
    "diary_number": "alphanumeric",
    "plate": "alphanumeric",
    "date": "alphanumeric",
}
_REFERENCE: Mapping[str, Tag] = {"reference": "numeric"}
SAMPLES = {
    "reference": "4829135706",
    "fir_number": "12345/2026",
    "diary_number": "12345/2026",
    "plate": "BR01ABC1234",
    "date": "24-11-2026",
    "number": "112",
    "station": "Kotwali, Patna",
    "telephone": "06122219810",
}


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands the same in every letter of this service."""

    helpline: str
    service_code: str
    sms_number: str


@dataclass(frozen=True, slots=True)
class Template:
    """A wording with its variables; one that is not urgent waits behind others and at night."""

    text: Text
    variables: Mapping[str, Tag] = field(default_factory=dict)
    urgent: bool = False


def _of_state(name: str) -> Template:
    state = STATES[name]
    varying = {"reference", *(state.needs & _TAGS.keys())}
    # The first one answers a caller who has just told us; the others bring news.
    return Template(state.letter, {each: _TAGS[each] for each in varying}, name == "received")


def _answer(key: Text, variables: Mapping[str, Tag] | None = None) -> Template:
    return Template(key, variables or {}, urgent=True)


def _of_vehicle(key: Text) -> Template:
    return _answer(key, {each: _TAGS[each] for each in ("plate", "date")})


def _of_fir(key: Text) -> Template:
    return _answer(key, {"fir_number": _TAGS["fir_number"]})


def _news(key: Text) -> Template:
    return Template(key, _REFERENCE)


# Stands in for every question, where words of our own are not carried.
GO_ON = "go_on"
QUESTION = "question"
ANSWER_KEPT = "answer_kept"
APPLICATION_RECEIVED = "application_received"
VEHICLE_UNLISTED = "vehicle.unlisted"
FIR_CLOSED = "fir.closed"

LETTERS: dict[str, Template] = {
    **{f"state.{name}": _of_state(name) for name in STATES},
    GO_ON: _answer(
        Text("This is not finished. Please call {helpline} or dial {service_code}. -Bihar Police")
    ),
    "help": _answer(
        Text(
            "Write one word: SHIKAYAT to complain, HAAL for its status, THANA for police stations,"
            " PUKAR for all. Danger: 112 -Bihar Police"
        )
    ),
    "danger": _answer(Text("In danger? Dial 112 now. -Bihar Police")),
    "letters_off": _answer(
        Text("You will get no more SMS. For SMS again send START to {sms_number}. -Bihar Police")
    ),
    "letters_on": _answer(
        Text("You will get SMS again. For no more send STOP to {sms_number}. -Bihar Police")
    ),
    "draft_removed": _answer(
        Text("What was unfinished is removed. Nothing was sent. -Bihar Police")
    ),
    "no_draft": _answer(
        Text("Nothing is unfinished. What was sent is not withdrawn this way. -Bihar Police")
    ),
    # The police ask something (core/questions.py); it stands for the letter of need_information.
    QUESTION: _news(
        Text(
            "Reference {reference}: the police have a question. Call {helpline}, or send HAAL with"
            " this number. -Bihar Police"
        )
    ),
    ANSWER_KEPT: _answer(
        Text("Reference {reference}: we have your answer. Thank you. -Bihar Police"), _REFERENCE
    ),
    "raised": _news(
        Text("Reference {reference}: it takes long. A senior officer has been told. -Bihar Police")
    ),
    "sign_reminder": _news(
        Text("Reference {reference}: please remember to sign at the station. -Bihar Police")
    ),
    "not_signed": _news(
        Text(
            "Reference {reference}: not signed yet. You can still go to the station, or complain"
            " anew. -Bihar Police"
        )
    ),
    # For what was never a complaint it need not be said that it is no FIR.
    APPLICATION_RECEIVED: Template(
        Text("Reference {reference}: received. Please keep this number. -Bihar Police"),
        _REFERENCE,
        urgent=True,
    ),
    "silent": _answer(
        Text("No SMS is sent about this number. Please call or dial. -Bihar Police"),
    ),
    "added": _answer(
        Text("Reference {reference}: what you added is with the police. -Bihar Police"), _REFERENCE
    ),
    "helpline": _answer(
        Text("The number to call: {number}. In danger dial 112. -Bihar Police"),
        {"number": "numeric"},
    ),
    "station": _answer(
        Text("Your police station: {station}. Tel. {telephone} -Bihar Police"),
        {"station": "alphanumeric", "telephone": "numeric"},
    ),
    # What the police's records say of a vehicle, or of a case (FIR).
    VEHICLE_UNLISTED: _of_vehicle(
        Text("Vehicle {plate}: not in the police's list of {date}. No proof. -Bihar Police")
    ),
    "vehicle.stolen": _of_vehicle(
        Text("Vehicle {plate}: stolen, by records of {date}. -Bihar Police")
    ),
    "vehicle.recovered": _of_vehicle(
        Text("Vehicle {plate}: recovered, by records of {date}. -Bihar Police")
    ),
    FIR_CLOSED: _of_fir(Text("FIR {fir_number}: please ask at the station. -Bihar Police")),
    "fir.fir_registered": _of_fir(Text("FIR {fir_number}: registered. -Bihar Police")),
    "fir.under_investigation": _of_fir(
        Text("FIR {fir_number}: under investigation. -Bihar Police")
    ),
    "fir.chargesheet_filed": _of_fir(Text("FIR {fir_number}: charge-sheet filed. -Bihar Police")),
    "fir.final_report_filed": _of_fir(Text("FIR {fir_number}: final report filed. -Bihar Police")),
    "fir.disposed": _of_fir(Text("FIR {fir_number}: disposed. -Bihar Police")),
    # To an officer's own phone.
    "alert": _answer(
        Text("Reference {reference}: urgent. Please see your desk now. -Bihar Police"), _REFERENCE
    ),
    "duty": _news(
        Text("Reference {reference}: it is due soon. Please see your desk. -Bihar Police")
    ),
    "trouble": _answer(
        Text("We could not answer your last SMS. Please send it again. -Bihar Police")
    ),
}


def letter_of_state(state: str) -> str:
    """Name the template of the letter that tells of a state."""
    return f"state.{state}"


def letter_of_vehicle(status: str) -> str:
    """Name the template of the letter that tells of a vehicle in the police's list."""
    return f"vehicle.{status}"


def letter_of_fir(state: str) -> str:
    """Name the template of the letter that tells how a case (FIR) stands."""
    return f"fir.{state}"


def check_letter(template: str, variables: Mapping[str, str]) -> None:
    """Raise ValueError for variables that could not be registered, KeyError for no template."""
    wanted = LETTERS[template].variables
    if missing := wanted.keys() - variables.keys():
        message = f"{template} needs {', '.join(sorted(missing))}"
        raise ValueError(message)
    for name in wanted:
        value = variables[name]
        if not value.isascii() or len(value) > LONGEST_VARIABLE:
            message = f"{name} must be at most {LONGEST_VARIABLE} ASCII characters"
            raise ValueError(message)
        if wanted[name] == "numeric" and not value.isdigit():
            message = f"{name} must be digits"
            raise ValueError(message)


def write_letter(template: str, variables: Mapping[str, str], letterhead: Letterhead) -> Text:
    """Fill a template; raise as `check_letter` does."""
    check_letter(template, variables)
    return LETTERS[template].text(**variables, **asdict(letterhead))
