"""What officers call things: kinds, states, channels, roles, events, letters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from casework.form import NotReadable
from casework.overseer import AT_STATE, AT_SUPERVISOR
from core.case_file import CaseError
from core.directory import Directory
from core.services import KIND_LABELS, SERVICES
from core.states import REJECTION_REASONS, STATES
from core.text import Joined, Name, Text, Words
from desk.roles import ROLE_NAMES
from desk.words import say

# States as officers say them: of the case (आवेदन), not to the citizen about her complaint.
_OFFICERS_STATES = {
    "received": Text("Received"),
    "sent_to_station": Text("Sent to the station"),
    "awaiting_signature": Text("Waiting for the signature"),
    "need_information": Text("Waiting for information"),
    "fir_registered": Text("FIR registered"),
    "recorded": Text("Sanha of the loss written"),
    "transferred": Text("Sent to another station"),
    "disposed": Text("Disposed"),
    "rejected": Text("Not accepted"),
    "withdrawn": Text("Withdrawn"),
    "reopened": Text("Reopened"),
}
TAKE_UP = Text("Take it up at the station")
_COMPLAINT = "complaint"  # whose kinds everybody knows by themselves
# What an officer does to bring a case into a state, in the order in which it is offered.
MOVES: dict[str, Text] = {
    "sent_to_station": Text("Send to the station"),
    "at_station": Text("Go on with the verification"),
    "recorded": Text("The Sanha has been written"),
    "issued": Text("It is ready: the citizen can collect it"),
    "permitted": Text("Permission is given"),
    "enrolled": Text("Enter in the list of the station"),
    "verified": Text("It has been verified"),
    "under_enquiry": Text("Begin the enquiry"),
    "found": Text("The missing person has been found"),
    "recovered": Text("It has been recovered"),
    "need_information": Text("Ask the citizen for information"),
    "awaiting_signature": Text("Ask for the signature"),
    "action_taken": Text("Action has been taken"),
    "fir_registered": Text("FIR has been registered"),
    "station_diary": Text("Enter in the station diary (Sanha)"),
    "under_investigation": Text("Under investigation: tell the citizen"),
    "chargesheet_filed": Text("Charge-sheet has been filed"),
    "final_report_filed": Text("Final report has been filed"),
    "disposed": Text("Dispose of it"),
    "reopened": Text("Open it again"),
    "transferred": Text("Transfer to another station"),
    "rejected": Text("Do not accept"),
    "withdrawn": Text("The citizen has withdrawn it"),
}
CHANNELS: dict[str, Text] = {
    "ussd": Text("USSD"),
    "ivr": Text("Call"),
    "sms": Text("SMS"),
    "api": Text("Another system"),
    "desk": Text("Desk"),
    "console": Text("Command line"),
}
PROTECTIONS: dict[str, Text] = {
    "women": Text("concerns a woman"),
    "child": Text("concerns a child"),
    "conduct": Text("complaint about the police"),
    "secret": Text("secret information"),
}
EVENTS: dict[str, Text] = {
    "moved": Text("Moved"),
    "assigned": Text("Given to an officer"),
    "noted": Text("Internal note"),
    "heard": Text("What the recording says"),
    "answered": Text("The citizen answered"),
    "linked": Text("Linked to an FIR"),
    "protected": Text("Protection changed"),
    "joined": Text("Joined"),
    "apart": Text("Found not to be the same"),
    "filled": Text("The form is filled in"),
    "alerted": Text("Alarm: it is urgent"),
    "unlocked": Text("The PIN is taken away"),
    "reminded": Text("Reminder"),
    "raised": Text("Raised"),
    "rated": Text("The citizen's judgement"),
}
LETTER_STATES: dict[str, Text] = {
    "due": Text("waits to be sent"),
    "sent": Text("sent, not yet confirmed"),
    "delivered": Text("delivered"),
    "failed": Text("not delivered"),
    "dead": Text("given up"),
    "stopped": Text("not sent: the citizen wants no SMS"),
}
LETTERS: dict[str, Text] = {
    "application_received": Text("Received"),
    "added": Text("we have what you added"),
    "helpline": Text("a number to call"),
    "station": Text("the telephone of a station"),
    "silent": Text("no SMS about this"),
    "alert": Text("alarm to the officer: it is urgent"),
    "question": Text("the police have a question"),
    "answer_kept": Text("we have your answer"),
    "raised": Text("it takes long; a senior officer was told"),
    "sign_reminder": Text("reminder to sign"),
    "not_signed": Text("not signed yet"),
    "duty": Text("reminder to the officer"),
}
RECORDING_STATES: dict[str, Text] = {
    "expected": Text("The recording is on its way."),
    "due": Text("The recording is on its way."),
    "lost": Text("The recording is lost."),
    "dropped": Text("The recording was removed."),
}
ACCESSES: dict[str, Text] = {
    "story": Text("read the case"),
    "recording": Text("listened to a recording"),
    "phone": Text("saw the phone number"),
    "print": Text("printed the case"),
    "export": Text("exported the case"),
}
RAISED: dict[int, Text] = {
    AT_SUPERVISOR: Text("Raised to the supervisor"),
    AT_STATE: Text("Raised to the state"),
}
# Whom the overseer turns to, and whom he found missing.
ADDRESSEES: dict[str, Text] = {
    "citizen": Text("the citizen"),
    "officer": Text("the officer"),
    "station": Text("the station"),
    "supervisor": Text("the district supervisor"),
    "district": Text("the district supervisor"),
    "state": Text("the state control room"),
    "nobody": Text("nobody"),
}
REMINDERS: dict[str, Text] = {
    "due": Text("the next step is due"),
    "answer": Text("the citizen's answer is awaited"),
    "signature": Text("the signature is awaited"),
    "not_signed": Text("it was not signed in time"),
}
FOLDERS: dict[str, Text] = {
    "new": Text("New"),
    "urgent": Text("Urgent"),
    "mine": Text("Mine"),
    "waiting": Text("Waiting for the citizen"),
    "today": Text("Due today"),
    "overdue": Text("Overdue"),
    "unsigned": Text("Not signed"),
    "raised": Text("Raised to me"),
    "unplaced": Text("Without a place"),
    "all": Text("All"),
}
_ACTORS = {
    "citizen": Text("the citizen"),
    "overseer": Text("the service, by itself"),
}
_LANGUAGES = {
    "hi": Text("Hindi"),
    "hi_Latn": Text("Hindi in Roman letters"),
    "en": Text("English"),
    "bho": Text("Bhojpuri"),
    "mai": Text("Maithili"),
    "mag": Text("Magahi"),
}


def state_label(state: str) -> Words:
    """Say a state as officers say it."""
    return (
        _OFFICERS_STATES.get(state) or STATES[state].label
        if state in STATES
        else Name(state, state)
    )


def kind_label(kind: str) -> Words:
    """Say what a case is about."""
    return _named(KIND_LABELS, kind)


def matter_label(service: str, kind: str) -> Words:
    """Say what a case is about: of a service with kinds of its own, both."""
    known = SERVICES.get(service)
    if known is None or service == _COMPLAINT or len(known.kinds) == 1:
        return kind_label(kind)
    return Joined((known.label, kind_label(kind)), ": ")


def channel_label(channel: str) -> Words:
    """Say by what a case came, or was looked at."""
    return _named(CHANNELS, channel)


def role_label(role: str) -> Words:
    """Say what an officer is."""
    return _named(ROLE_NAMES, role)


def reason_label(reason: str) -> Words:
    """Say why a case was not accepted."""
    return _named(REJECTION_REASONS, reason)


def protection_label(protection: str) -> Words:
    """Say why not everybody may see a case."""
    return _named(PROTECTIONS, protection)


def event_label(kind: str) -> Words:
    """Say what happened."""
    return _named(EVENTS, kind)


def language_label(code: str) -> Words:
    """Say what a citizen speaks."""
    return _named(_LANGUAGES, code)


def actor_label(who: str) -> Words:
    """Say who did it: a login stands for itself."""
    return _named(_ACTORS, who)


def raised_label(level: int) -> Words | None:
    """Say how far up a case was raised, if it was."""
    return RAISED.get(level)


def addressee_label(whom: str) -> Words:
    """Say whom the service turned to: somebody by his part, or an officer by his login."""
    return _named(ADDRESSEES, whom)


def reminder_label(of: str) -> Words:
    """Say what somebody was reminded of."""
    return _named(REMINDERS, of)


def place_label(directory: Directory, district: str | None, station: str | None) -> Words:
    """Say where a case belongs: a station with its district, a district, or nowhere yet."""
    if found := directory.station(station):
        place = Joined((found.name, found.district.name), ", ")
        return Joined((place, Text("(closed)"))) if found.closed else place
    if known := directory.district(district):
        return Text("{district}, no station")(district=known.name)
    return Text("No place yet")


def letter_label(template: str) -> Words:
    """Say what a letter tells of."""
    state = template.removeprefix("state.")
    if state != template and state in STATES:
        return state_label(state)
    return _named(LETTERS, template)


def _named(labels: Mapping[Any, Text], key: str) -> Text | Name:
    """Name something; what is newer than its label is shown as it is kept."""
    return labels.get(key) or Name(key, key)


# What the register refuses, to be translated: `say(str(error))` finds it by its words.
TROUBLES = (
    Text("Write a few words."),
    Text("A note takes at most 4000 characters."),
    Text("An FIR number looks like 123/2026."),
    Text("The date of an FIR looks like 24-11-2026, and is not in the future."),
    Text("Only a supervisor takes a protection away."),
    Text("One of the two is joined already; join to the one it follows."),
    Text("These are the same case."),
    Text("There is an FIR in this case: join the other case to this one."),
    Text("This case is closed; open it again first."),
    Text("The other case is closed; open it again first."),
    Text("The two are not protected in the same way; protect both alike first."),
    Text("A case that is joined to it is not yours; the state control room can do it."),
    Text("You may not write into this case."),
    Text("This case is joined to another, and goes where that one goes."),
    Text("This case has no station yet: transfer it to one."),
    Text("This recording is not of this case."),
    Text("Choose one of the officers."),
    Text("A Sanha number looks like 123/2026."),
    Text("The form of this case has no such field."),
    Text("Fill in at least one field."),
    Text("This case has no PIN."),
    Text("A field takes at most 1000 characters."),
    Text("Choose one of the list."),
    Text("A day looks like 24-11-2026."),
    Text("Write it in digits only."),
    Text("This is no telephone number."),
)


def say_trouble(error: CaseError) -> str:
    """Say why something could not be done, as far as its words are in the catalogue."""
    why = say(str(error))
    return f"{say(error.label)}: {why}" if isinstance(error, NotReadable) else why
