"""The phone writes SMS: typed, counted, sent, answered; and what a provider does around it."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, Request, expect

from core.alphabet import split
from tests.service import Service, registers
from tests.simulator.test_browser import Phone

pytestmark = pytest.mark.redis

HELP = "मदद"


class Writer(Phone):
    """A phone that also writes."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.text = self.at.locator("[data-test=sms-text]")
        self.list = self.at.locator("[data-test=sms]")
        self.meter = self.at.locator("[data-test=meter]")
        self.handset = self.at.get_by_role("group")

    def opens_writing(self) -> None:
        self.press("inbox")
        self.press("write")
        expect(self.text).to_be_focused()

    def sends(self, text: str) -> None:
        self.text.fill(text)
        self.press("green")

    def is_in(self, state: str) -> None:
        expect(self.at).to_have_attribute("data-state", state)


class Posted:
    """The forms that the page posts to one door of the service, in their order."""

    def __init__(self, page: Page, door: str) -> None:
        self._path = f"/sms/simulator/{door}"
        self.forms: list[dict[str, str]] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if request.url.endswith(self._path):
            fields = parse_qs(request.post_data or "", keep_blank_values=True)
            self.forms.append({name: value for name, [value] in fields.items()})


@pytest.fixture
def phone(page: Page) -> Writer:
    return Writer(page)


@pytest.fixture
def inbound(page: Page) -> Posted:
    return Posted(page, "inbound")


@pytest.fixture
def delivery(page: Page) -> Posted:
    return Posted(page, "delivery")


def until(page: Page, happened: Callable[[], bool]) -> None:
    """Let the page go on until something has happened."""
    for _ in range(200):
        if happened():
            return
        page.wait_for_timeout(50)
    pytest.fail("it has not happened in ten seconds")


def test_an_sms_is_written_sent_and_answered(
    page: Page, phone: Writer, inbound: Posted, sqlite_service: Service
) -> None:
    phone.opens_writing()
    phone.sends(HELP)
    expect(phone.list).to_have_count(1)
    expect(phone.list).to_have_class("written")
    [form] = inbound.forms
    assert re.fullmatch("SIMmo_[0-9a-f]{32}", form.pop("id"))
    assert form == {"from": "+919800000001", "to": "56161", "text": HELP}

    [answer] = sqlite_service.inbox()
    expect(phone.list).to_have_count(2)
    expect(phone.list.first).not_to_have_class("written")
    phone.list.first.click()
    phone.waits_for(answer.splitlines()[0])
    expect(phone.at.locator("[data-test=write]")).to_have_text("Reply")
    phone.press("write")
    expect(phone.text).to_be_focused()
    phone.press("clear")
    phone.waits_for(answer.splitlines()[0])

    page.reload()
    phone.press("inbox")
    expect(phone.list).to_have_count(2)
    expect(phone.list.last).to_have_class("written")


def test_all_of_it_goes_by_keyboard(page: Page, phone: Writer, inbound: Posted) -> None:
    phone.press("inbox")
    phone.handset.focus()
    page.keyboard.press("Enter")  # there is nothing to read: green writes
    expect(phone.text).to_be_focused()
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two!")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    phone.is_in("list")
    assert [form["text"] for form in inbound.forms] == ["one\ntwo"]

    page.keyboard.press("Enter")
    assert "one\ntwo" in phone.waits_for("To 56161")
    page.keyboard.press("Backspace")
    phone.is_in("list")
    page.keyboard.press("Tab")
    expect(phone.at.locator("[data-test=write]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(phone.text).to_be_focused()
    page.keyboard.press("Backspace")
    phone.is_in("list")


def test_keys_of_the_phone_type_and_erase_and_leave_what_was_begun(phone: Writer) -> None:
    phone.opens_writing()
    for key in ("key-1", "key-star", "key-2", "clear"):
        phone.press(key)
    expect(phone.text).to_have_value("1*")
    phone.press("red")
    phone.is_in("idle")
    phone.opens_writing()
    expect(phone.text).to_have_value("1*")
    phone.press("clear")
    phone.press("clear")
    phone.is_in("writing")
    phone.press("green")  # like a real phone, never nothing
    phone.is_in("writing")
    phone.press("clear")
    phone.is_in("list")


def test_a_text_is_counted_as_the_service_splits_it(phone: Writer) -> None:
    phone.opens_writing()
    for text, size in (
        ("", "0 of 160 GSM-7 septets · 1 SMS"),
        ("a" * 160, "160 of 160 GSM-7 septets · 1 SMS"),
        ("a" * 159 + "€", "161 of 306 GSM-7 septets · 2 SMS"),
        ("a" * 152 + "€" + "a" * 152, "306 of 459 GSM-7 septets · 3 SMS"),  # € is not broken
        ("चोरी\nहुई", "8 of 70 UCS-2 units · 1 SMS"),
        ("क" * 70, "70 of 70 UCS-2 units · 1 SMS"),
        ("क" * 71, "71 of 134 UCS-2 units · 2 SMS"),
        ("a" * 66 + "😀" + "क" * 66, "134 of 201 UCS-2 units · 3 SMS"),  # nor is a face
    ):
        phone.text.fill(text)
        expect(phone.at.locator("[data-test=sms-length]")).to_have_text(size)
        expect(phone.meter).to_have_text(f"{size} · writing")
        assert size.endswith(f"{len(split(text))} SMS")


def test_a_text_ends_at_a_thousand_characters(page: Page, phone: Writer) -> None:
    phone.opens_writing()
    phone.text.fill("a" * 999)
    page.keyboard.type("bc")
    phone.press("key-1")
    expect(phone.text).to_have_value("a" * 999 + "b")


def test_the_size_of_a_letter_is_shown_with_it(phone: Writer, sqlite_service: Service) -> None:
    registers(sqlite_service.caller())
    [letter] = sqlite_service.inbox()
    phone.press("inbox")
    phone.list.first.click()
    expect(phone.meter).to_have_text(f"{len(letter)} of 70 UCS-2 units · 1 SMS · letter")


def test_what_was_not_taken_stays_and_goes_again_as_the_same(
    phone: Writer, inbound: Posted, sqlite_service: Service
) -> None:
    phone.press("lose")
    phone.opens_writing()
    phone.sends(HELP)
    phone.waits_for("Not sent")
    expect(phone.text).to_have_value(HELP)
    phone.press("green")
    expect(phone.list.first).to_have_class("written")
    first, again = inbound.forms
    assert first == again
    assert len(sqlite_service.inbox()) == 1

    phone.press("write")
    expect(phone.text).to_have_value("")
    phone.sends(HELP)
    expect(phone.at.locator(".written")).to_have_count(2)
    assert inbound.forms[-1]["id"] != first["id"]


def test_other_words_after_a_failure_are_another_sms(
    page: Page, phone: Writer, inbound: Posted
) -> None:
    taken = [False, True]
    page.route(
        "**/sms/simulator/inbound",
        lambda route: route.fulfill(status=200 if taken.pop(0) else 202),  # a 202 is no yes
    )
    phone.opens_writing()
    phone.sends("one")
    phone.waits_for("Not sent")
    phone.sends("two")
    expect(phone.list).to_have_count(1)
    phone.waits_for("two")
    assert inbound.forms[0]["id"] != inbound.forms[1]["id"]


def test_the_next_sms_is_sent_twice(
    phone: Writer, inbound: Posted, sqlite_service: Service
) -> None:
    phone.press("twice")
    phone.opens_writing()
    phone.sends(HELP)
    expect(phone.list).to_have_count(1)
    first, again = inbound.forms
    assert first == again
    expect(phone.at.locator("[data-test=twice]")).to_have_attribute("aria-pressed", "false")
    assert len(sqlite_service.inbox()) == 1


def test_fifty_sent_sms_are_kept(page: Page, phone: Writer) -> None:
    page.evaluate(
        """() => {
          const letter = (n) => ({
            id: `SIMmo_${n}`,
            at: new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString(),
            sender: "PUKAR",
            text: `letter ${n}`,
            sent: true,
          });
          const sent = Array.from({ length: 50 }, (_, n) => letter(50 - n));
          addEventListener("pagehide", () =>
            localStorage.setItem("pukar-simulator", JSON.stringify(
              [{ number: "+919800000001", read: [], sent }],
            )),
          );
        }"""
    )
    page.reload()
    phone.opens_writing()
    phone.sends("letter 51")
    expect(phone.list.first).to_contain_text("letter 51")
    expect(phone.list).to_have_count(50)
    expect(phone.list.last).to_contain_text("letter 2")


def test_a_letter_is_reported_as_delivered_once(
    page: Page, phone: Writer, delivery: Posted, sqlite_service: Service
) -> None:
    registers(sqlite_service.caller())
    sqlite_service.inbox()
    inbox = page.request.get("/simulator/inbox", params={"phone": "+919800000001"}).json()
    until(page, lambda: bool(delivery.forms))
    phone.waits_for("1 new message")
    with page.expect_response("**/simulator/inbox?*00001"):
        page.reload()
    phone.waits_for("1 new message")
    with page.expect_response("**/simulator/inbox?*00001"):
        pass  # one more round
    assert delivery.forms == [{"id": inbox[0]["id"], "status": "delivered"}]


def test_a_phone_that_is_off_gets_nothing_until_it_is_on(
    page: Page, phone: Writer, delivery: Posted, sqlite_service: Service
) -> None:
    phone.press("quick-dial")
    phone.waits_for("बिहार पुलिस")
    phone.press("off")
    phone.is_in("off")
    expect(phone.at.locator("[data-test=off]")).to_have_attribute("aria-pressed", "true")
    expect(phone.at.locator("[data-test=screen]")).to_be_hidden()
    expect(phone.at.locator("[data-test=quick-dial]")).to_be_disabled()
    registers(sqlite_service.caller())
    sqlite_service.inbox()
    for key in ("inbox", "green", "red", "key-1", "ok"):
        phone.press(key)
    with page.expect_response("**/simulator/inbox?*00002"):
        pass  # a round of the other phone
    phone.is_in("off")
    assert delivery.forms == []

    phone.press("off")
    phone.waits_for("1 new message")
    until(page, lambda: len(delivery.forms) == 1)
