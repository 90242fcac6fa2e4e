"""Where a case may go from each state, by the kind of service it belongs to.

The courses follow the usage of Bihar's police (station diary, कांड, अनुसंधान). BNSS 2023 s.193(3): an
informant is told every 90 days that an investigation goes on, so that state leads to itself.
"""

from __future__ import annotations

from core.service_entry import Course

# What may happen to any matter while a station has it.
_ALWAYS = frozenset({"need_information", "transferred", "rejected", "withdrawn"})
_BEFORE_A_STATION = frozenset({"transferred", "rejected", "withdrawn"})
_REOPENED = frozenset({"reopened"})

_AT_STATION = _ALWAYS | {
    "awaiting_signature",
    "under_enquiry",
    "action_taken",
    "fir_registered",
    "station_diary",
}

COMPLAINT: Course = {
    "received": _BEFORE_A_STATION | {"sent_to_station"},
    "sent_to_station": _AT_STATION,
    "awaiting_signature": _AT_STATION - {"awaiting_signature"},
    "under_enquiry": (_AT_STATION | {"disposed"}) - {"under_enquiry"},
    "need_information": frozenset(
        {"under_enquiry", "under_investigation", "transferred", "rejected", "withdrawn"}
    ),
    "action_taken": frozenset({"under_enquiry", "fir_registered", "disposed"}),
    "fir_registered": frozenset({"under_investigation", "transferred"}),
    "under_investigation": frozenset(
        {
            "under_investigation",
            "chargesheet_filed",
            "final_report_filed",
            "need_information",
            "transferred",
        }
    ),
    "chargesheet_filed": frozenset({"disposed"}),
    "final_report_filed": frozenset({"disposed", "reopened"}),
    "station_diary": frozenset({"under_enquiry", "fir_registered", "disposed"}),
    "transferred": _AT_STATION | {"sent_to_station"},
    "disposed": _REOPENED,
    "rejected": _REOPENED,
    "withdrawn": _REOPENED,
    "reopened": _AT_STATION | {"under_investigation", "sent_to_station", "disposed"},
}

_MAY_BE_FOUND = (
    "sent_to_station",
    "awaiting_signature",
    "under_enquiry",
    "need_information",
    "action_taken",
    "fir_registered",
    "under_investigation",
    "station_diary",
    "transferred",
    "reopened",
)

MISSING: Course = {
    **COMPLAINT,
    **{state: COMPLAINT[state] | {"found"} for state in _MAY_BE_FOUND},
    "found": frozenset({"under_enquiry", "under_investigation", "disposed"}),
}

LOST: Course = {
    "received": _ALWAYS | {"recorded"},
    "need_information": (_ALWAYS - {"need_information"}) | {"recorded"},
    "transferred": (_ALWAYS - {"transferred"}) | {"recorded"},
    "recorded": frozenset({"recovered", "reopened"}),
    "recovered": _REOPENED,
    "rejected": _REOPENED,
    "withdrawn": _REOPENED,
    "reopened": _ALWAYS | {"recorded", "recovered"},
}


def _verified(*ends: str) -> Course:
    """Give the course of what a station verifies before it comes to one of these ends."""
    return {
        "received": _BEFORE_A_STATION | {"at_station"},
        "at_station": _ALWAYS | {"verified"},
        "need_information": (_ALWAYS - {"need_information"}) | {"at_station"},
        "transferred": (_ALWAYS - {"transferred"}) | {"at_station"},
        "verified": frozenset({"rejected", *ends}),
        **dict.fromkeys(ends, _REOPENED),
        "rejected": _REOPENED,
        "withdrawn": _REOPENED,
        "reopened": frozenset({"at_station", "verified", "rejected", *ends}),
    }


CERTIFICATE = _verified("issued")
PERMISSION = _verified("permitted")
REGISTRATION = _verified("enrolled")

# Nobody can be asked: the informant is not known.
SECRET: Course = {
    "received": frozenset({"under_enquiry", "rejected"}),
    "under_enquiry": frozenset({"action_taken", "disposed", "rejected"}),
    "action_taken": frozenset({"under_enquiry", "disposed"}),
    "disposed": _REOPENED,
    "rejected": _REOPENED,
    "reopened": frozenset({"under_enquiry", "disposed"}),
}
