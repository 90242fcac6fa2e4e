"""The states of a case and the moves between them, as data, with the words for each.

No official public list exists; states and words follow police usage in Bihar. The three
days for a signature are BNSS 2023 s.173(1). A letter names neither the matter nor a person,
since phones are shared, and fits one SMS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from core.text import Text

# The folders of the desk: a case is new, worked on, waits for the citizen, or is closed.
Stage: TypeAlias = Literal["new", "open", "waiting", "closed"]


@dataclass(frozen=True, slots=True)
class State:
    """A state: what it is called, what the citizen does next, the SMS, where it may lead.

    A move to it `needs` these details and `takes` those.
    """

    label: Text
    advice: Text
    letter: Text
    leads_to: frozenset[str]
    needs: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()
    stage: Stage = "open"


_AT_STATION = frozenset(
    [
        "awaiting_signature",
        "under_enquiry",
        "need_information",
        "action_taken",
        "fir_registered",
        "station_diary",
        "transferred",
        "rejected",
        "withdrawn",
    ]
)
WAIT = Text("Please wait for our SMS.")
_VISIT = Text("Please go to the station with this number.")
_CLOSED = Text("If you do not agree, go to the station or to the SP with this number.")

STATES: dict[str, State] = {
    "received": State(
        Text("Received"),
        WAIT,
        Text("Reference {reference}: received. Keep this number. Not yet an FIR. -Bihar Police"),
        frozenset({"sent_to_station", "transferred", "rejected", "withdrawn"}),
        stage="new",
    ),
    "sent_to_station": State(
        Text("Sent to the station"),
        WAIT,
        Text("Reference {reference}: sent to the police station. -Bihar Police"),
        _AT_STATION,
        stage="new",
    ),
    "awaiting_signature": State(
        Text("Waiting for your signature"),
        Text("Please go to the station and sign within 3 days."),
        Text("Reference {reference}: please sign at the station within 3 days. -Bihar Police"),
        _AT_STATION - {"awaiting_signature"},
        stage="waiting",
    ),
    "under_enquiry": State(
        Text("Under enquiry"),
        WAIT,
        Text("Reference {reference}: the police are enquiring. -Bihar Police"),
        (_AT_STATION | {"disposed"}) - {"under_enquiry"},
    ),
    "need_information": State(
        Text("More information needed"),
        _VISIT,
        Text("Reference {reference}: the station needs to know more. Please go. -Bihar Police"),
        frozenset({"under_enquiry", "under_investigation", "transferred", "rejected", "withdrawn"}),
        takes=frozenset({"question"}),
        stage="waiting",
    ),
    "action_taken": State(
        Text("Action taken"),
        WAIT,
        Text("Reference {reference}: action has been taken. -Bihar Police"),
        frozenset({"under_enquiry", "fir_registered", "disposed"}),
    ),
    "fir_registered": State(
        Text("FIR registered"),
        Text("You can get a copy of the FIR free of charge at the station."),
        Text("Reference {reference}: FIR {fir_number} registered. -Bihar Police"),
        frozenset({"under_investigation", "transferred"}),
        needs=frozenset({"fir_number", "fir_date"}),
    ),
    "under_investigation": State(
        Text("Under investigation"),
        WAIT,
        Text("Reference {reference}: investigation is going on. -Bihar Police"),
        frozenset(
            {
                "under_investigation",  # the informant is told of it every 90 days (BNSS s.193(3))
                "chargesheet_filed",
                "final_report_filed",
                "need_information",
                "transferred",
            }
        ),
    ),
    "chargesheet_filed": State(
        Text("Charge-sheet filed"),
        Text("The case is now before the court."),
        Text("Reference {reference}: charge-sheet filed in court. -Bihar Police"),
        frozenset({"disposed"}),
    ),
    "final_report_filed": State(
        Text("Final report filed"),
        Text("If you do not agree, you can object in court."),
        Text("Reference {reference}: final report filed in court. -Bihar Police"),
        frozenset({"disposed", "reopened"}),
    ),
    "station_diary": State(
        Text("Entered in the station diary (Sanha)"),
        _VISIT,
        Text("Reference {reference}: entered in the station diary (Sanha). -Bihar Police"),
        frozenset({"under_enquiry", "fir_registered", "disposed"}),
    ),
    "transferred": State(
        Text("Sent to another station"),
        WAIT,
        Text("Reference {reference}: sent to another station. Same number. -Bihar Police"),
        _AT_STATION | {"sent_to_station"},
        needs=frozenset({"district", "station"}),
        stage="new",
    ),
    "disposed": State(
        Text("Disposed"),
        _CLOSED,
        Text(
            "Reference {reference}: disposed. Satisfied? Send 1 to {sms_number}; if not, 2."
            " -Bihar Police"
        ),
        frozenset({"reopened"}),
        stage="closed",
    ),
    "rejected": State(
        Text("Not accepted"),
        _CLOSED,
        Text(
            "Reference {reference}: not accepted. Ask at the station or the SP why. -Bihar Police"
        ),
        frozenset({"reopened"}),
        needs=frozenset({"reason"}),
        stage="closed",
    ),
    "withdrawn": State(
        Text("Withdrawn"),
        Text("You can make a new complaint at any time."),
        Text("Reference {reference}: withdrawn. Not your wish? Go to the station. -Bihar Police"),
        frozenset({"reopened"}),
        stage="closed",
    ),
    "reopened": State(
        Text("Opened again"),
        WAIT,
        Text("Reference {reference}: opened again. -Bihar Police"),
        _AT_STATION | {"under_investigation", "sent_to_station", "disposed"},
        stage="new",
    ),
}

REJECTION_REASONS: dict[str, Text] = {
    "not_police": Text("This is not a matter for the police."),
    "duplicate": Text("It is already registered under another number."),
    "not_found_true": Text("The enquiry did not confirm it."),
    "no_signature": Text("It was not signed within the time."),
    "incomplete": Text("Necessary information was not given."),
}
