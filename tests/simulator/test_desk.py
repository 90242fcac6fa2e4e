"""From a citizen's call to the desk and back to her phone, in a real browser; axe looks at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from casework.accesses import Wanted
from casework.credentials import code_at
from casework.officers import Profile
from core.clock import now
from core.reference import grouped
from tests.desk.officers import GARDANIBAGH, PASSWORD, PATNA, add, officers_of
from tests.service import Service
from tests.simulator.conftest import serving
from tests.simulator.test_calls import LISTEN, Speaker
from tests.simulator.test_service_calls import calls_about_a_theft, number_told, tells
from tests.simulator.test_sms import until

pytestmark = pytest.mark.redis

KOTWALI = "5117044"
AXE = Axe()
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
ANSWER = "परसों रात दस बजे, बाजार में"
REMARK = "मेरा सामान नहीं मिला"


@pytest.fixture
def address(speaking: Service) -> Iterator[str]:
    with serving(speaking.app, speaking.parts.settings.port) as address:
        yield address


@pytest.fixture
def phone(page: Page) -> Speaker:
    page.add_init_script(LISTEN)
    page.reload()
    return Speaker(page)


@dataclass
class Desk:
    """A browser in which an officer works, in Hindi or English."""

    page: Page

    def sees(self, words: str) -> None:
        expect(self.page.locator("main")).to_contain_text(words)

    def is_accessible(self) -> None:
        """Fail for what axe finds on the page that is open."""
        found = AXE.run(self.page, options=WCAG)
        assert found.violations_count == 0, found.generate_report()

    def presses(self, name: str) -> None:
        """Press a button or follow a link, and look at where it leads to."""
        either = self.page.get_by_role("button", name=name, exact=True)
        link = self.page.get_by_role("link", name=name, exact=True)
        either.or_(link).first.click()
        self.page.wait_for_load_state()
        self.is_accessible()

    def opens(self, reference: str) -> None:
        self.page.get_by_role("searchbox").fill(reference)
        self.presses("Search")
        self.presses(grouped(reference))

    def moves(self, name: str, tells: str) -> None:
        """Make a move whose letter was read before."""
        self.presses(name)
        if self.page.get_by_role("button", name="Show what the citizen will be told").count():
            self.presses("Show what the citizen will be told")
        expect(self.page.locator("blockquote.sms")).to_contain_text(tells)
        self.presses("Do it and send the SMS")


@dataclass
class Station:
    """Where officers sign in, each in a browser of his own."""

    service: Service
    browser: Browser
    address: str

    def sign_in(self, login: str, profile: Profile) -> Desk:
        officers = officers_of(self.service)
        secret = add(self.service, officers, login, profile)
        page = self.browser.new_context(base_url=self.address, locale="en-IN").new_page()
        page.set_default_timeout(10_000)
        page.goto("/desk/")
        desk = Desk(page)
        desk.is_accessible()
        page.get_by_label("Login").fill(login)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_label("Code from your phone").fill(code_at(secret, now()))
        desk.presses("Sign in")
        return desk


@pytest.fixture
def station(speaking: Service, page: Page, address: str) -> Station:
    assert page.context.browser
    return Station(speaking, page.context.browser, address)


def complains(phone: Speaker) -> str:
    """Call, speak a story for Gardanibagh, and give the reference number that was told."""
    calls_about_a_theft(phone)
    tells(phone)
    phone.press("key-1")
    reference = number_told(phone)
    phone.press("red")
    phone.press("red")
    return reference


def listens(desk: Desk) -> None:
    player = desk.page.locator("audio").first
    seconds = player.evaluate(
        "async (audio) => { audio.muted = true; await audio.play(); return audio.duration; }"
    )
    assert seconds == pytest.approx(3, abs=0.2)


def gets(service: Service, phone: Speaker, words: str) -> None:
    """See a letter arrive on the phone."""
    service.inbox()
    phone.press("inbox")
    expect(phone.at.locator("[data-test=sms]").first).to_contain_text(words)
    phone.press("red")


def test_a_case_goes_from_the_phone_through_the_desk_and_comes_back(  # noqa: PLR0915
    page: Page, phone: Speaker, speaking: Service, station: Station
) -> None:
    reference = complains(phone)
    until(page, lambda: speaking.parts.collector.round() > 0)
    officer = station.sign_in("munshi", Profile("मुंशी", "station", station=GARDANIBAGH))
    officer.presses("English")
    officer.sees(grouped(reference))
    officer.opens(reference)
    listens(officer)
    officer.sees("3 seconds")
    officer.page.get_by_label("Write what you hear").fill("साइकिल चोरी हुई")
    officer.presses("Save what I heard")
    officer.sees("साइकिल चोरी हुई")
    assert _looks(speaking, reference).count("recording") == 1

    officer.moves("Take it up at the station", "थाने भेजा गया")
    gets(speaking, phone, "थाने भेजा गया")
    officer.presses("Ask the citizen for information")
    officer.page.get_by_label("On which day and at what time").check()
    officer.presses("Show what the citizen will be told")
    officer.presses("Do it and send the SMS")
    gets(speaking, phone, "कुछ पूछना है")

    phone.press("quick-dial")
    for typed, then in (
        ("2", "कौन सा?"),
        (reference, "किस दिन"),
        (ANSWER, "जवाब पुलिस के पास"),
    ):
        phone.answers(typed)
        phone.waits_for(then)
    phone.press("red")
    officer.page.reload()
    officer.sees(ANSWER)

    officer.presses("Transfer to another station")
    officer.page.get_by_label("first letters").fill("kotwali")
    officer.presses("Look")
    officer.page.get_by_label(re.compile("Kotwali, Patna")).check()
    officer.presses("Show what the citizen will be told")
    officer.presses("Do it and send the SMS")
    gets(speaking, phone, "दूसरे थाने")

    other = station.sign_in("daroga", Profile("दारोगा", "station", station=KOTWALI, language="en"))
    other.opens(reference)
    other.presses("FIR has been registered")
    other.page.get_by_label("FIR number, such as 123/2026").fill("123/2026")
    other.presses("Show what the citizen will be told")
    other.presses("Do it and send the SMS")
    gets(speaking, phone, "123/2026")
    other.moves("Under investigation: tell the citizen", "अनुसंधान")
    other.moves("Final report has been filed", "अंतिम")
    other.moves("Dispose of it", "निपटा")
    gets(speaking, phone, "निपटा")

    phone.press("inbox")
    phone.press("write")
    phone.at.locator("[data-test=sms-text]").fill("2")
    phone.press("green")
    expect(phone.at).to_have_attribute("data-state", "list")
    phone.press("red")
    gets(speaking, phone, "फिर")
    assert speaking.parts.cases.look_up(reference).state == "reopened"
    supervisor = station.sign_in(
        "sp-patna", Profile("एसपी", "district", district=PATNA, language="en")
    )
    supervisor.presses("Raised to me 1")
    supervisor.presses(grouped(reference))
    supervisor.sees("Opened again")
    supervisor.presses("Figures")


def _looks(service: Service, reference: str) -> list[str]:
    case = service.parts.cases.look_up(reference)
    return [each.what for each in service.parts.accesses.search(Wanted(case_id=case.id))]
