"""A call in a real browser, to the real service: heard, pressed, spoken, and gone on with."""

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from playwright.sync_api import Page

from audio.sound import read
from tests.service import Service
from tests.simulator.conftest import serving
from tests.simulator.test_calls import LISTEN, Speaker, pcm
from tests.simulator.test_sms import until

pytestmark = pytest.mark.redis

SECONDS = 3


@pytest.fixture
def address(speaking: Service) -> Iterator[str]:
    with serving(speaking.app, speaking.parts.settings.port) as address:
        yield address


@pytest.fixture
def phone(page: Page) -> Speaker:
    page.add_init_script(LISTEN)
    page.reload()
    return Speaker(page)


def tells(phone: Speaker) -> None:
    """Speak a story: a file stands in for the voice."""
    phone.waits_for("बीप के बाद बोलें")
    phone.press("key-hash")
    phone.is_in("recording")
    sound = {"name": "story.wav", "mimeType": "audio/wav", "buffer": pcm(SECONDS)}
    phone.file.set_input_files(sound)  # type: ignore[arg-type]
    phone.waits_for("आवाज मिल गई")
    phone.press("key-1")
    phone.waits_for("शिकायत भेज दें")


def number_told(phone: Speaker) -> str:
    """Give the reference number as it was read out, twice the same."""
    told = phone.waits_for("शिकायत दर्ज हुई")
    once, again = re.findall(r"\d(?: \d){9}", " ".join(told.split()))
    assert once == again
    return str(once).replace(" ", "")


def calls_about_a_theft(phone: Speaker) -> None:
    """Call, and press the keys of a theft at Gardanibagh until the story is asked for."""
    phone.press("green")
    for keys, then in (
        ("", "नई शिकायत के लिए 1"),
        ("1", "चोरी के लिए 4"),
        ("4", "डाक पिन कोड दबाने के लिए 3"),
        ("3", "डाक पिन कोड के 6 अंक"),
        ("800001", "पहले तीन अक्षर"),
        ("427", "गर्दनीबाग के लिए 1"),
        ("1", "बीप के बाद"),
    ):
        for key in keys:
            phone.press(f"key-{key}")
        phone.waits_for(then)


def test_a_complaint_by_voice_and_its_status(page: Page, phone: Speaker, speaking: Service) -> None:
    calls_about_a_theft(phone)
    tells(phone)
    phone.press("key-1")
    reference = number_told(phone)
    case = speaking.only_case()
    assert (case.reference, case.kind, case.channel) == (reference, "theft", "ivr")
    sounds = page.evaluate("heard.map(({ loudest }) => loudest)")
    assert min(sounds) > 0.1
    phone.press("red")

    # The story is fetched from the provider, and heard by the police.
    assert case.recording
    until(page, lambda: speaking.parts.collector.round() > 0)
    samples, rate = read(BytesIO(speaking.parts.vault.open(case.recording)))
    assert len(samples) / rate == pytest.approx(SECONDS, abs=0.1)

    speaking.pukar("cases", "move", reference, "sent_to_station")
    phone.press("red")
    phone.press("green")
    phone.waits_for("हाल जानने के लिए 2")
    phone.press("key-2")
    phone.waits_for("इसके लिए 1 दबाएं")
    phone.press("key-1")
    phone.waits_for("थाने भेजा गया तारीख")


def test_who_would_rather_speak_is_called_and_finishes_by_voice(
    phone: Speaker, page: Page, speaking: Service
) -> None:
    phone.press("quick-dial")
    phone.waits_for("बिहार पुलिस")
    for typed, then in (("1", "1 महिला"), ("4", "पिन कोड"), ("2", "1 बोलकर बताएं (फोन आएगा)")):
        phone.answers(typed)
        phone.waits_for(then)
    phone.answers("1")
    phone.waits_for("आपके पास फोन आएगा")
    phone.press("red")
    until(page, lambda: speaking.parts.dialler is not None and speaking.parts.dialler.round() > 0)
    phone.waits_for("is calling")
    phone.press("green")
    tells(phone)
    phone.press("key-1")
    told = number_told(phone)
    assert speaking.only_case().reference == told


def test_a_missed_call_is_returned(phone: Speaker, page: Page, speaking: Service) -> None:
    phone.press("missed-call")
    until(page, lambda: speaking.parts.dialler is not None and speaking.parts.dialler.round() > 0)
    phone.waits_for("is calling")
    phone.press("green")
    phone.waits_for("पुकार, बिहार पुलिस")
