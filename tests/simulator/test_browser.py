"""The phone in a real browser: dial, complain, see the number, be told by SMS."""

import re

import pytest
from playwright.sync_api import Page

from tests.service import Service

pytestmark = pytest.mark.redis

STORY = "कल रात मेरी साइकिल चोरी हो गई"


class Phone:
    """The first phone on the page, as fingers and eyes have it."""

    def __init__(self, page: Page) -> None:
        self.at = page.locator("[data-test=phone]").first

    def press(self, key: str) -> None:
        self.at.locator(f"[data-test={key}]").click()

    def waits_for(self, text: str) -> str:
        screen = self.at.locator("[data-test=screen]", has_text=text)
        screen.wait_for()
        return screen.inner_text()

    def answers(self, text: str) -> None:
        self.at.locator("[data-test=reply]").fill(text)
        self.press("green")


def test_a_complaint_from_dial_to_sms(page: Page, sqlite_service: Service) -> None:
    phone = Phone(page)
    phone.press("quick-dial")
    phone.waits_for("बिहार पुलिस")
    for typed, then in (
        ("1", "1 महिला सुरक्षा"),
        ("4", "पिन कोड"),
        ("800001", "पटना का थाना"),
        ("कोत", "1 कोतवाली"),
        ("1", "क्या हुआ, कब, कहां?"),
        (STORY, "शिकायत भेजें"),
    ):
        phone.answers(typed)
        phone.waits_for(then)
    phone.answers("1")
    shown = phone.waits_for("शिकायत मिली")
    found = re.search(r"\d{3} \d{3} \d{4}", shown)
    assert found
    reference = found[0].replace(" ", "")

    sqlite_service.pukar("cases", "move", reference, "sent_to_station")
    assert len(sqlite_service.inbox()) == 2
    phone.press("red")
    page.locator("[data-test=badge]", has_text="2").first.wait_for()
    phone.press("inbox")
    phone.waits_for(f"आवेदन {reference}: थाने भेजा गया")

    phone.press("red")
    phone.press("red")
    phone.at.press("*")
    for key in f"384*78527*2*{reference}#":
        phone.at.press(key)
    phone.press("green")
    phone.waits_for("थाने भेजा गया")


def test_a_lost_answer_comes_again_and_a_dropped_call_goes_on(page: Page) -> None:
    phone = Phone(page)
    phone.press("quick-dial")
    phone.waits_for("बिहार पुलिस")
    phone.answers("1")
    phone.waits_for("1 महिला सुरक्षा")
    phone.press("lose")
    phone.answers("4")
    phone.waits_for("No answer")
    phone.press("green")
    phone.waits_for("पिन कोड")
    phone.press("drop")
    phone.waits_for("Call dropped")
    phone.press("quick-dial")
    phone.waits_for("बात यहां रुकी थी")
