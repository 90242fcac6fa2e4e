"""Letters, gateways, recordings and calls, as the control room and the administrator see them."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from casework.viewer import Role
from core.calls import Wish
from core.clock import now
from core.gateway_shares import Decision
from core.tables import letters
from tests.desk.officers import SignIn
from tests.service import Service, registers

pytestmark = pytest.mark.redis

PAGES = ("/desk/letters", "/desk/gateways", "/desk/recordings", "/desk/calls")


def give_up(service: Service, trouble: str = "unknown subscriber") -> None:
    """Let every letter be one that was given up."""
    dead = {"status": "dead", "attempts": 10, "trouble": trouble, "settled_at": now()}
    with service.parts.database.writing() as connection:
        connection.execute(update(letters).values(dead))


def shown(reference: str) -> str:
    return f"{reference[:3]} {reference[3:6]} {reference[6:]}"


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("station", 403),
        ("women", 403),
        ("district", 403),
        ("state", 200),
        ("auditor", 200),
        ("admin", 200),
    ],
)
def test_letters_are_for_those_who_look_after_them(
    sign_in: SignIn, role: Role, status: int
) -> None:
    browser = sign_in(role)
    assert [browser.get(page).status_code for page in PAGES] == [status] * 4


def test_a_letter_that_was_given_up_says_why_and_is_sent_again(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    reference = registers(sqlite_service.caller())
    give_up(sqlite_service)
    browser = sign_in("state")
    page = browser.page("/desk/letters?status=dead")
    assert "unknown subscriber" in page
    assert "given up: 1" in page
    assert shown(reference) in page
    assert "9800000001" not in page
    answer = browser.submit("/desk/letters/1/again", follow=True)
    assert "Sent again: 1." in answer.text
    assert "There is none." in browser.page("/desk/letters?status=dead")
    assert sqlite_service.inbox()
    assert "Nothing was sent" in browser.submit("/desk/letters/1/again", follow=True).text


def test_all_are_sent_again_only_after_a_question(sqlite_service: Service, sign_in: SignIn) -> None:
    for n in range(2):
        registers(sqlite_service.caller(f"+91980000000{n}"))
    give_up(sqlite_service)
    browser = sign_in("admin")
    assert 'href="/desk/letters/again"' in browser.page("/desk/letters")
    assert "not delivered: 2." in browser.page("/desk/letters/again")
    assert sqlite_service.parts.outbox.counts() == {"dead": 2}
    assert "Sent again: 2." in browser.submit("/desk/letters/again", follow=True).text
    assert sqlite_service.parts.outbox.counts() == {"due": 2}
    assert "There is none." in browser.page("/desk/letters/again")


def test_an_auditor_reads_and_sends_nothing(sqlite_service: Service, sign_in: SignIn) -> None:
    registers(sqlite_service.caller())
    give_up(sqlite_service)
    browser = sign_in("auditor")
    assert "Send again" not in browser.page("/desk/letters")
    for address in ("/desk/letters/1/again", "/desk/letters/again"):
        assert browser.submit(address).status_code == 403
    assert sqlite_service.parts.outbox.counts() == {"dead": 1}


def test_an_administrator_sees_letters_and_not_whose(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    reference = registers(sqlite_service.caller())
    page = sign_in("admin").page("/desk/letters")
    assert "Received" in page
    assert shown(reference) not in page
    assert reference not in page


def test_lists_have_pages(sqlite_service: Service, sign_in: SignIn) -> None:
    for n in range(26):
        registers(sqlite_service.caller(f"+9198000001{n:02}"))
    browser = sign_in("state")
    first, second = (browser.page(f"/desk/letters?page={n}") for n in (1, 2))
    assert 'rel="next"' in first
    assert 'rel="prev"' in second
    assert second.count('<th scope="row">') == 1
    for wrong in ("0", "-1", "99999999999"):
        assert browser.get(f"/desk/letters?page={wrong}").status_code == 404


def test_letters_that_wait_for_a_worker_say_so(sqlite_service: Service, sign_in: SignIn) -> None:
    registers(sqlite_service.caller())
    browser = sign_in("state")
    assert "No worker was ever seen" in browser.page("/desk/letters")
    shares = sqlite_service.parts.shares
    shares.to_judge("simulator", timedelta(0))
    for page in ("/desk/letters", "/desk/gateways"):
        assert "No worker" not in browser.page(page)


def test_gateways_show_weights_decisions_and_what_is_not_registered(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    shares = sqlite_service.parts.shares
    shares.to_judge("simulator", timedelta(0))
    shares.decide(Decision(now(), "simulator", 100, 50, "3 of 4 tries failed"), now())
    page = sign_in("admin").page("/desk/gateways")
    assert "50 %" in page
    assert "100 % → 50 %" in page
    assert "3 of 4 tries failed" in page
    assert "state.received" in page
    assert "No gateway in use is marked dlt" in page


def test_a_lost_recording_says_why(sqlite_service: Service, sign_in: SignIn) -> None:
    recordings = sqlite_service.parts.recordings
    for name in ("r1", "r2"):
        recordings.announce(name, "twilio", "call")
    found = recordings.find("r1")
    assert found
    recordings.mark_lost(found, "404 Not Found")
    browser = sign_in("state")
    lost = browser.page("/desk/recordings?status=lost")
    assert "404 Not Found" in lost
    assert "lost: 1" in lost
    assert "404 Not Found" not in browser.page("/desk/recordings?status=expected")


def test_calls_say_what_for_and_not_whom(sqlite_service: Service, sign_in: SignIn) -> None:
    sqlite_service.parts.calls.ask(Wish("callback", "missed", "+919800000001"))
    page = sign_in("admin").page("/desk/calls")
    assert "returns a missed call" in page
    assert "to be made: 1" in page
    assert "9800000001" not in page
