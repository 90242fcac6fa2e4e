"""Cases for tests of the desk, put into the register as conversations would."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import count

from sqlalchemy import update

from core.cases import Case, NewCase
from core.clock import now
from core.dialogue import Recorded, Typed
from core.police import Told
from core.services import SERVICES
from core.tables import cases
from tests.desk.officers import GARDANIBAGH, PATNA
from tests.service import Service

_NUMBERS = count(1)


def register(  # noqa: PLR0913  # one for each thing a test may care about
    service: Service,
    story: str | Recorded = "कल रात साइकिल चोरी हो गई",
    *,
    kind: str = "theft",
    phone: str = "+919800000001",
    place: tuple[str | None, str | None] = (PATNA, GARDANIBAGH),
    language: str = "hi",
    told: Told | None = None,
    pin: str | None = None,
    is_silent: bool = False,
) -> Case:
    """Register a case; by default a theft at Gardanibagh.

    One of another kind is of its service; what is `told` is told in place of a story.
    """
    of_service = next(each for each in SERVICES.values() if kind in each.kinds)
    if told is not None:
        story = ""
    district, station = place
    reference = service.parts.cases.register(
        NewCase(
            conversation=f"conversation {next(_NUMBERS)}",
            service=of_service.key,
            kind=kind,
            phone="" if of_service.is_nameless else phone,
            language=language,
            channel="ussd",
            district=district,
            station=station,
            usual_station=None,
            story=Typed(story) if isinstance(story, str) else story,
            told=told or {},
            pin=pin,
            is_silent=is_silent,
        )
    )
    return found(service, reference)


def found(service: Service, reference: str) -> Case:
    """Open a case as it is now."""
    case = service.parts.cases.find(reference)
    assert case
    return case


def change(service: Service, case: Case, **columns: object) -> None:
    """Change columns of a case behind everybody's back."""
    with service.parts.database.writing() as connection:
        connection.execute(update(cases).where(cases.c.id == case.id).values(**columns))


def make_overdue(service: Service, case: Case, days: int = 3) -> None:
    change(service, case, due_at=now() - timedelta(days=days))


def spoken(
    service: Service,
    name: str,
    content: bytes,
    kind: str = "audio/wav",
    seconds: int | None = None,
) -> Recorded:
    """Keep a recording as if it had been fetched from a provider."""
    recordings = service.parts.recordings
    recordings.announce(name, "twilio", f"call-{name}")
    recordings.locate(name, "https://provider.test/r", seconds)
    due = recordings.find(name)
    assert due
    service.parts.vault.keep(name, content)
    recordings.mark_copied(due, kind)
    return Recorded(name)


def form(case: Case, **fields: object) -> Mapping[str, object]:
    """Give what a form on the page of a case sends."""
    return {"seen": case.version, **fields}
