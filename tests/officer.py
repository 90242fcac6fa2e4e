"""What an officer does to a case, for tests of what its citizen hears and answers."""

from datetime import UTC, datetime, timedelta

import time_machine

from casework.viewer import Viewer
from casework.work import Work
from core.cases import Case, Event, Move
from tests.service import Service

STATE = Viewer(1, "state", "state")


def moves(service: Service, reference: str, *states: str, **details: str) -> None:
    """Move a case through states, the letters reach the phone; the details go with the last."""
    for state in states:
        given = details if state == states[-1] else {}
        service.parts.cases.move(reference, Move(state, "officer", details=given))
    service.inbox()


def asks(service: Service, reference: str, question: str = "when") -> None:
    """Ask the citizen something about a new case."""
    moves(service, reference, "sent_to_station", "need_information", question=question)


def disposes(service: Service, reference: str, *, days_ago: float = 0) -> None:
    """Dispose of a new case."""
    moment = datetime.now(UTC) - timedelta(days=days_ago)
    with time_machine.travel(moment, tick=True):
        moves(service, reference, "sent_to_station", "under_enquiry", "disposed")


def joins(service: Service, follower: str, leading: str) -> None:
    """Join a case to another."""
    Work(service.parts.cases.files).join(STATE, follower, leading)


def case(service: Service, reference: str) -> Case:
    return service.parts.cases.look_up(reference)


def events(service: Service, reference: str, kind: str) -> list[Event]:
    """List the events of one kind, the first one first."""
    found = service.parts.cases.events_of(case(service, reference))
    return [each for each in found if each.kind == kind]
