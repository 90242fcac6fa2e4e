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
    """A state: what it is called, what the citizen does next, the SMS.

    A move to it `needs` these details and `takes` those. Where it may lead is a matter of the
    service (core/courses.py).
    """

    label: Text
    advice: Text
    letter: Text
    needs: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()
    stage: Stage = "open"


WAIT = Text("Please wait for our SMS.")
_VISIT = Text("Please go to the station with this number.")
_CLOSED = Text("If you do not agree, go to the station or to the SP with this number.")

STATES: dict[str, State] = {
    "received": State(
        Text("Received"),
        WAIT,
        Text("Reference {reference}: received. Keep this number. Not yet an FIR. -Bihar Police"),
        stage="new",
    ),
    "sent_to_station": State(
        Text("Sent to the station"),
        WAIT,
        Text("Reference {reference}: sent to the police station. -Bihar Police"),
        stage="new",
    ),
    "awaiting_signature": State(
        Text("Waiting for your signature"),
        Text("Please go to the station and sign within 3 days."),
        Text("Reference {reference}: please sign at the station within 3 days. -Bihar Police"),
        stage="waiting",
    ),
    "under_enquiry": State(
        Text("Under enquiry"),
        WAIT,
        Text("Reference {reference}: the police are enquiring. -Bihar Police"),
    ),
    "need_information": State(
        Text("More information needed"),
        _VISIT,
        Text("Reference {reference}: the station needs to know more. Please go. -Bihar Police"),
        takes=frozenset({"question"}),
        stage="waiting",
    ),
    "action_taken": State(
        Text("Action taken"),
        WAIT,
        Text("Reference {reference}: action has been taken. -Bihar Police"),
    ),
    "fir_registered": State(
        Text("FIR registered"),
        Text("You can get a copy of the FIR free of charge at the station."),
        Text("Reference {reference}: FIR {fir_number} registered. -Bihar Police"),
        needs=frozenset({"fir_number", "fir_date"}),
    ),
    "under_investigation": State(
        Text("Under investigation"),
        WAIT,
        Text("Reference {reference}: investigation is going on. -Bihar Police"),
    ),
    "chargesheet_filed": State(
        Text("Charge-sheet filed"),
        Text("The case is now before the court."),
        Text("Reference {reference}: charge-sheet filed in court. -Bihar Police"),
    ),
    "final_report_filed": State(
        Text("Final report filed"),
        Text("If you do not agree, you can object in court."),
        Text("Reference {reference}: final report filed in court. -Bihar Police"),
    ),
    "station_diary": State(
        Text("Entered in the station diary (Sanha)"),
        _VISIT,
        Text("Reference {reference}: entered in the station diary (Sanha). -Bihar Police"),
    ),
    "transferred": State(
        Text("Sent to another station"),
        WAIT,
        Text("Reference {reference}: sent to another station. Same number. -Bihar Police"),
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
        stage="closed",
    ),
    "rejected": State(
        Text("Not accepted"),
        _CLOSED,
        Text(
            "Reference {reference}: not accepted. Ask at the station or the SP why. -Bihar Police"
        ),
        needs=frozenset({"reason"}),
        stage="closed",
    ),
    "withdrawn": State(
        Text("Withdrawn"),
        Text("You can begin anew at any time."),
        Text("Reference {reference}: withdrawn. Not your wish? Go to the station. -Bihar Police"),
        stage="closed",
    ),
    "at_station": State(
        Text("At the station, to be verified"),
        WAIT,
        Text("Reference {reference}: the station is verifying it. -Bihar Police"),
    ),
    "verified": State(
        Text("Verified"),
        WAIT,
        Text("Reference {reference}: verified. Please wait for the last step. -Bihar Police"),
    ),
    "issued": State(
        Text("Ready"),
        Text("Please collect it at the station with this number."),
        Text("Reference {reference}: ready. Collect it at the station. -Bihar Police"),
        stage="closed",
    ),
    "permitted": State(
        Text("Permitted"),
        Text("Please take the written permission from the station."),
        Text("Reference {reference}: permitted. Take the paper at the station. -Bihar Police"),
        stage="closed",
    ),
    "enrolled": State(
        Text("On the list of the station"),
        Text("If you need help, call the station or 112."),
        Text("Reference {reference}: entered in the list of the station. -Bihar Police"),
        stage="closed",
    ),
    "recorded": State(
        Text("Sanha written"),
        Text("You can ask for a copy of the Sanha at the station."),
        Text("Reference {reference}: Sanha {diary_number} written. -Bihar Police"),
        needs=frozenset({"diary_number"}),
        stage="closed",
    ),
    "recovered": State(
        Text("Recovered"),
        Text("Please come to the station with this number and a proof."),
        Text("Reference {reference}: recovered. Please come to the station. -Bihar Police"),
        stage="closed",
    ),
    "found": State(
        Text("Found"),
        Text("Please come to the station with this number."),
        Text("Reference {reference}: there is news. Please go to the station. -Bihar Police"),
    ),
    "reopened": State(
        Text("Opened again"),
        WAIT,
        Text("Reference {reference}: opened again. -Bihar Police"),
        stage="new",
    ),
}

# What the public may be told of a case (FIR) that was not registered with us.
FIR_STATES = (
    "fir_registered",
    "under_investigation",
    "chargesheet_filed",
    "final_report_filed",
    "disposed",
)

REJECTION_REASONS: dict[str, Text] = {
    "not_police": Text("This is not a matter for the police."),
    "duplicate": Text("It is already registered under another number."),
    "not_found_true": Text("The enquiry did not confirm it."),
    "no_signature": Text("It was not signed within the time."),
    "incomplete": Text("Necessary information was not given."),
}
