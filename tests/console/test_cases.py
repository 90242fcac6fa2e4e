"""`pukar cases`: what an officer does until there is a desk."""

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from core.cases import NewCase
from core.dialogue import Typed
from core.services import SERVICES
from core.states import STATES
from core.tables import events, told
from tests.service import Service, registers

pytestmark = pytest.mark.redis


def test_list_shows_cases_newest_first_and_pages(service: Service) -> None:
    references = [registers(service.caller(f"+9198000000{n:02}")) for n in range(21)]
    first = service.pukar("cases", "list")
    grouped = f"{references[-1][:3]} {references[-1][3:6]} {references[-1][6:]}"
    assert first.startswith(grouped)
    assert "Gardani Bagh, Patna" in first
    assert "pukar cases list --page 2" in first
    assert service.pukar("cases", "list", "--page", "2").count("\n") == 1
    assert "No cases here" in service.pukar("cases", "list", "--state", "disposed")


def test_show_opens_a_case_and_masks_the_phone(service: Service) -> None:
    reference = registers(service.caller())
    shown = service.pukar("cases", "show", f"{reference[:3]}-{reference[3:]}")
    assert "कल रात साइकिल चोरी हो गई" in shown
    assert "+91******0001" in shown
    assert "9800000001" not in shown
    assert "- -> received  by citizen" in shown


def test_a_move_is_an_event_and_an_sms(service: Service) -> None:
    reference = registers(service.caller())
    moved = service.pukar(
        "cases", "move", reference, "sent_to_station", "--note", "ok", "--who", "A"
    )
    assert "is now sent_to_station" in moved
    assert service.inbox()[0] == f"आवेदन {reference}: थाने भेजा गया। -बिहार पुलिस"
    assert "received -> sent_to_station  by A    ok" in service.pukar("cases", "show", reference)


def registers_loss(running: Service, **more: object) -> str:
    """Register a lost phone at Gardanibagh, Patna, and give its reference number."""
    values: dict[str, object] = {
        "conversation": "a loss",
        "service": "lost_property",
        "kind": "lost_property",
        "phone": "+919800000001",
        "language": "hi",
        "channel": "ussd",
        "district": "PATNA",
        "station": "5117029",
        "usual_station": None,
        "story": Typed(""),
        "told": {"lost_on": "2026-11-20", "lost": "mobile"},
    }
    return running.parts.cases.register(NewCase(**(values | more)))  # type: ignore[arg-type]


def test_show_has_the_form_in_its_order_and_the_number_of_the_sanha(service: Service) -> None:
    reference = registers_loss(service)
    assert "Told\n  What is lost: Mobile phone\n  On which day: 2026-11-20\n" in service.pukar(
        "cases", "show", reference
    )
    moved = service.pukar("cases", "move", reference, "recorded", "--diary-number", "12/2026")
    assert "a letter to the citizen is in the outbox" in moved
    assert "12/2026" in service.inbox()[0]
    assert "Sanha      12/2026\n" in service.pukar("cases", "show", reference)
    assert "lost_property" in service.pukar("cases", "list", "--state", "recorded")


def test_a_sanha_needs_its_number(service: Service) -> None:
    reference = registers_loss(service)
    runner = service.app.test_cli_runner()
    for number, why in ((), "recorded needs diary_number"), (("12",), "looks like 123/2026"):
        option = ("--diary-number", *number) if number else ()
        result = runner.invoke(args=["cases", "move", reference, "recorded", *option])
        assert result.exit_code == 1
        assert why in result.output


def test_what_no_key_opens_is_said(service: Service) -> None:
    reference = registers_loss(service)
    with service.parts.database.writing() as connection:
        one = update(told).where(told.c.field == "lost").values(value_sealed=b"broken")
        connection.execute(one)
    assert "  What is lost: UNREADABLE" in service.pukar("cases", "show", reference)


def test_a_silent_case_and_an_informants_are_told_of_to_nobody(service: Service) -> None:
    silent = registers_loss(service, is_silent=True)
    assert "SMS        none about this case" in service.pukar("cases", "show", silent)
    moved = service.pukar("cases", "move", silent, "recorded", "--diary-number", "12/2026")
    assert "no SMS is sent about this case" in moved
    secret = registers_loss(
        service,
        conversation="a secret",
        service="secret_information",
        kind="secret_information",
        phone="",
        told={},
        story=Typed("गोदाम में शराब है"),
    )
    shown = service.pukar("cases", "show", secret)
    assert "Phone      not kept\n" in shown
    assert "गोदाम में शराब है" in shown
    service.pukar("cases", "move", secret, "under_enquiry")
    assert service.inbox() == []


def test_an_fir_comes_with_its_number(service: Service) -> None:
    caller = service.caller()
    reference = registers(caller)
    service.pukar("cases", "move", reference, "sent_to_station")
    service.pukar("cases", "move", reference, "fir_registered", "--fir-number", "123/2026")
    assert service.inbox()[0] == f"आवेदन {reference} पर FIR 123/2026 दर्ज हुई। -बिहार पुलिस"
    screen = caller.dials(f"2*{reference}").screen
    while "\n9 " in caller.screen:
        screen += caller.types("9").screen
    assert "123/2026" in screen


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        pytest.param(["disposed"], "cannot go from received to disposed", id="move not allowed"),
        pytest.param(["flying"], "There is no state flying", id="no such state"),
        pytest.param(["rejected"], "rejected needs reason", id="reason missing"),
    ],
)
def test_a_move_that_is_not_allowed_is_refused_with_its_reason(
    service: Service, arguments: list[str], why: str
) -> None:
    reference = registers(service.caller())
    runner = service.app.test_cli_runner()
    result = runner.invoke(args=["cases", "move", reference, *arguments])
    assert result.exit_code == 1
    assert why in result.output
    assert "Traceback" not in result.output
    assert len(service.inbox()) == 1


@pytest.mark.parametrize(
    ("reference", "why"), [("1234567891", "a digit is wrong"), ("2527702793", "There is no case")]
)
def test_a_wrong_reference_is_refused_with_its_reason(
    service: Service, reference: str, why: str
) -> None:
    result = service.app.test_cli_runner().invoke(args=["cases", "move", reference, "disposed"])
    assert result.exit_code == 1
    assert why in result.output


@pytest.mark.parametrize("fir_number", ["x", "1" * 40, "प्राथमिकी 1", "12"])
def test_an_fir_number_looks_like_one(service: Service, fir_number: str) -> None:
    reference = registers(service.caller())
    service.pukar("cases", "move", reference, "sent_to_station")
    result = service.app.test_cli_runner().invoke(
        args=["cases", "move", reference, "fir_registered", "--fir-number", fir_number]
    )
    assert result.exit_code == 1
    assert "123/2026" in result.output


@pytest.mark.parametrize("date", ["99-99-2026", "yesterday", "01-01-2199", ""])
def test_an_fir_date_is_a_date_of_the_past(service: Service, date: str) -> None:
    reference = registers(service.caller())
    service.pukar("cases", "move", reference, "sent_to_station")
    options = ["--fir-number", "1/2026", "--fir-date", date]
    move = ["cases", "move", reference, "fir_registered", *options]
    result = service.app.test_cli_runner().invoke(args=move)
    assert result.exit_code == 1
    assert "24-11-2026" in result.output


def test_events_are_never_changed(service: Service) -> None:
    registers(service.caller())
    for change in (update(events).values(who="nobody"), delete(events)):
        with pytest.raises(DBAPIError, match="never changed"):  # noqa: SIM117
            with service.parts.database.writing() as connection:
                connection.execute(change)


def test_every_state_can_be_reached_and_leads_to_states() -> None:
    reached = set()
    for service in SERVICES.values():
        course = service.course or {}
        of_this = {"received"} if course else set()
        for following in course.values():
            of_this |= following
        assert of_this == course.keys(), service.key
        reached |= of_this
    assert reached == STATES.keys()
