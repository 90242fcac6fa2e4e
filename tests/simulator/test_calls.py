"""The phone calls and is called, in a real browser; a script stands in for the service."""

from __future__ import annotations

import re
import struct
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask, Response, request
from playwright.sync_api import Page, expect

from simulator.page import simulator_page
from simulator.voice import LARGEST_RECORDING, Voice
from sms.gateways.simulator import Simulator
from tests.simulator.conftest import serving
from tests.simulator.test_browser import Phone
from tests.simulator.test_sms import until

HELPLINE = "06120000000"
MISSED_CALL = "06120000001"
PHONE = "+919800000001"
CALLBACK = "/ivr/africastalking"
MENU = '<GetDigits timeout="{2}" numDigits="1" callbackUrl="{0}"><Play url="{1}"/></GetDigits>'
SAID = {
    "/audio/welcome.wav": "पुकार में आपका स्वागत है।",
    "/audio/menu.wav": "शिकायत के लिए 1 दबाइए।",
    "/audio/again.wav": "फिर से सुनिए।",
    "/audio/speak.wav": "बीप के बाद बोलिए।",
}
# Notes every sound that is started: its seconds, its loudest sample.
LISTEN = """
  window.heard = [];
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...rest) {
    if (this.context instanceof AudioContext) {
      const loudest = this.buffer.getChannelData(0).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      heard.push({ seconds: this.buffer.duration, loudest, at: this.context });
    }
    return start.apply(this, rest);
  };
"""


@dataclass
class Script:
    """A service that answers as a test has written, and keeps what it was asked."""

    answers: dict[str, str] = field(default_factory=dict)
    posted: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    seconds: float = 0.4

    def says(self, *actions: str, at: str = "") -> None:
        self.answers[CALLBACK + at] = f"<Response>{''.join(actions)}</Response>"

    def answer(self, step: str) -> Response:
        path = f"{CALLBACK}/{step}" if step else CALLBACK
        fields = request.form.to_dict()
        self.posted.append((path.removeprefix(CALLBACK), fields))
        body = self.answers[path] if fields["isActive"] == "1" else ""
        return Response(body, mimetype="application/xml")

    def sound(self, _name: str) -> Response:
        return Response(mu_law(self.seconds), mimetype="audio/wav")

    @property
    def last(self) -> tuple[str, dict[str, str]]:
        return self.posted[-1]

    @property
    def is_over(self) -> bool:
        return bool(self.posted) and self.last[1]["isActive"] == "0"


def mu_law(seconds: float) -> bytes:
    """A WAV as a telephone has it: a tone in G.711 µ-law at 8 kHz."""
    tone = b"\x90\x90\x90\x90\x10\x10\x10\x10" * int(1000 * seconds)
    form = struct.pack("<4sIHHIIHHH", b"fmt ", 18, 7, 1, 8000, 8000, 1, 8, 0)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(tone)) + tone
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def pcm(seconds: float, rate: int = 44100) -> bytes:
    """A WAV as a computer has it: stereo."""
    file = BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes((b"\x00\x20" * 80 + b"\x00\xe0" * 80) * int(rate * seconds / 80))
    return file.getvalue()


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def app(script: Script, tmp_path: Path) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 256 * 1024  # as app.py has it
    inbox = Simulator(tmp_path / "inbox.jsonl")
    voice = Voice(HELPLINE, MISSED_CALL, tmp_path / "voice", lambda path: SAID.get(path, ""))
    app.register_blueprint(simulator_page(inbox, "*384*78527#", "56161", voice))
    app.add_url_rule(CALLBACK, view_func=script.answer, methods=["POST"], defaults={"step": ""})
    app.add_url_rule(f"{CALLBACK}/<step>", "step", script.answer, methods=["POST"])
    app.add_url_rule("/audio/<_name>", view_func=script.sound)
    return app


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with serving(app) as address:
        yield address


class Speaker(Phone):
    """A phone that also calls."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.said = self.at.locator("[data-test=said]")
        self.state = self.at.locator("[data-test=call-state]")
        self.file = self.at.locator("[data-test=sound-file]")

    def is_in(self, state: str) -> None:
        expect(self.at).to_have_attribute("data-state", state)


@pytest.fixture
def phone(page: Page) -> Speaker:
    page.add_init_script(LISTEN)
    page.reload()
    return Speaker(page)


@pytest.fixture
def called(page: Page) -> Callable[[], str]:
    """Have the service call the first phone, through the provider's API."""

    def call() -> str:
        answer = page.request.post(
            "/simulator/voice/call",
            form={"username": "demo", "from": HELPLINE, "to": PHONE, "clientRequestId": "back-7"},
            headers={"apiKey": "k"},
        )
        told = answer.json()
        assert told["errorMessage"] == "None"
        [entry] = told["entries"]
        assert entry["phoneNumber"] == PHONE
        assert entry["status"] == "Queued"
        return str(entry["sessionId"])

    return call


def test_a_call_is_heard_read_and_answered_with_keys(
    page: Page, phone: Speaker, script: Script
) -> None:
    script.says(
        '<Play url="/audio/welcome.wav"/>',
        MENU.format("africastalking/menu?turn=1", "http://other.example:8000/audio/menu.wav", 30),
    )
    script.answers[f"{CALLBACK}/menu"] = "<Response><Say>Thank you</Say></Response>"
    phone.press("green")
    phone.is_in("calling")
    expect(phone.said).to_have_text(["पुकार में आपका स्वागत है।", "शिकायत के लिए 1 दबाइए।"])
    expect(phone.said.first).to_have_attribute("lang", "hi")
    expect(phone.state).to_have_text(re.compile(r"Connected 0:\d\d"))
    phone.press("key-1")
    phone.waits_for("Thank you")
    expect(phone.at.locator("[data-test=pressed]")).to_have_text("1")
    phone.waits_for("Call ended")
    phone.is_in("ended")

    heard = page.evaluate("heard.map(({ seconds, loudest }) => [seconds, loudest])")
    assert [seconds for seconds, _ in heard] == pytest.approx([0.4, 0.4], abs=0.01)
    assert min(loudest for _, loudest in heard) > 0.1
    assert page.evaluate("heard[0].at.currentTime") > 0.4  # it went out

    until(page, lambda: script.is_over)
    (_, first), (path, second), (_, last) = script.posted
    session = first["sessionId"]
    assert first == {
        "isActive": "1",
        "sessionId": session,
        "direction": "Inbound",
        "callerNumber": PHONE,
        "callerCountryCode": "91",
        "destinationNumber": HELPLINE,
        "callSessionState": "Ringing",
        "callStartTime": "None",
    }
    assert path == "/menu"
    assert second["dtmfDigits"] == "1"
    assert second["callSessionState"] == "Answered"
    assert last["sessionId"] == session
    assert last["hangupCause"] == "NORMAL_CLEARING"
    assert last["status"] == "Success"
    assert last["callSessionState"] == "Completed"
    assert last["currencyCode"] == "INR"
    assert int(last["durationInSeconds"]) >= 0


def test_a_key_stops_the_prompt(page: Page, phone: Speaker, script: Script) -> None:
    script.seconds = 60
    script.says(
        '<GetDigits timeout="20" finishOnKey="#" callbackUrl="africastalking/pin">'
        '<Play url="/audio/menu.wav"/></GetDigits>'
    )
    script.says("<Say>1 2</Say>", at="/pin")
    phone.press("call")
    phone.waits_for("शिकायत")
    until(page, lambda: bool(page.evaluate("heard.length")))
    for key in ("key-1", "key-2", "key-hash"):
        phone.press(key)
    phone.waits_for("1 2")
    assert script.posted[1][0] == "/pin"
    assert script.posted[1][1]["dtmfDigits"] == "12"


def test_silence_goes_on_to_the_next_element_and_nobody_is_told(
    page: Page, phone: Speaker, script: Script
) -> None:
    script.says(
        MENU.format("africastalking/first", "/audio/menu.wav", 1),
        MENU.format("africastalking/second", "/audio/again.wav", 1),
        "<Redirect>africastalking/silent?turn=2</Redirect>",
    )
    script.says("<Say>Goodbye</Say>", at="/silent")
    phone.press("call")
    phone.waits_for("Goodbye")
    expect(phone.said).to_have_text([SAID["/audio/menu.wav"], SAID["/audio/again.wav"], "Goodbye"])
    until(page, lambda: script.is_over)
    assert [path for path, _ in script.posted] == ["", "/silent", ""]
    assert all("dtmfDigits" not in fields for _, fields in script.posted)


RECORD = (
    '<Record finishOnKey="#" maxLength="30" timeout="5" trimSilence="true" playBeep="true"'
    ' callbackUrl="/ivr/africastalking/story"><Play url="/audio/speak.wav"/></Record>'
)


def recording_of(page: Page, fields: dict[str, str]) -> wave.Wave_read:
    answer = page.request.get(fields["recordingUrl"])
    assert answer.headers["content-type"] == "audio/wav"
    return wave.Wave_read(BytesIO(answer.body()))


def test_a_file_is_recorded_as_a_telephone_has_it(
    page: Page, phone: Speaker, script: Script
) -> None:
    script.says(RECORD)
    script.says("<Say>Thank you</Say>", at="/story")
    phone.press("call")
    phone.is_in("recording")
    sound = {"name": "story.wav", "mimeType": "audio/wav", "buffer": pcm(20)}  # 3.5 MB
    phone.file.set_input_files(sound)  # type: ignore[arg-type]
    phone.waits_for("Recorded 20 s")
    phone.waits_for("Thank you")
    path, fields = script.posted[1]
    assert path == "/story"
    assert fields["durationInSeconds"] == "20"
    with recording_of(page, fields) as kept:
        assert kept.getparams()[:3] == (1, 2, 8000)
        assert kept.getnframes() == pytest.approx(160_000, rel=0.01)
    until(page, lambda: script.is_over)
    path, last = script.last
    assert path == "/story"  # the callback of a recording is that of the rest of the call
    assert last["recordingUrl"] == fields["recordingUrl"]


def test_the_microphone_is_recorded_until_a_key(page: Page, phone: Speaker, script: Script) -> None:
    script.says(RECORD)
    script.says("<Say>Thank you</Say>", at="/story")
    phone.press("call")
    phone.is_in("recording")
    expect(phone.state).to_have_text(re.compile("Recording 0:0[2-9]"))
    phone.press("key-hash")
    phone.waits_for("Thank you")
    _, fields = script.posted[1]
    with recording_of(page, fields) as kept:
        assert kept.getparams()[:3] == (1, 2, 8000)
        assert kept.getnframes() > 8000
        assert any(kept.readframes(8000))


def test_what_was_recorded_before_one_hangs_up_is_told_at_the_end(
    page: Page, phone: Speaker, script: Script
) -> None:
    script.says(RECORD)
    phone.press("call")
    phone.is_in("recording")
    expect(phone.state).to_have_text(re.compile("Recording 0:0[1-9]"))
    phone.press("red")
    until(page, lambda: script.is_over)
    path, last = script.last
    assert path == "/story"
    with recording_of(page, last) as kept:
        assert kept.getframerate() == 8000


def test_without_a_microphone_a_file_does(page: Page, phone: Speaker, script: Script) -> None:
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = async () => {"
        "  throw new DOMException('', 'NotAllowedError'); };"
    )
    page.reload()
    script.says(RECORD)
    script.says("<Say>Thank you</Say>", at="/story")
    phone.press("call")
    phone.waits_for("The microphone was refused. Choose a sound file")
    text = {"name": "story.txt", "mimeType": "text/plain", "buffer": b"words"}
    phone.file.set_input_files(text)  # type: ignore[arg-type]
    phone.waits_for("no sound that can be read")
    sound = {"name": "story.wav", "mimeType": "audio/wav", "buffer": pcm(1, rate=16000)}
    phone.file.set_input_files(sound)  # type: ignore[arg-type]
    phone.waits_for("Thank you")
    assert script.posted[1][1]["durationInSeconds"] == "1"


def test_hanging_up_ends_the_call_at_once(page: Page, phone: Speaker, script: Script) -> None:
    script.seconds = 60
    script.says('<Play url="/audio/welcome.wav"/>', "<Say>never</Say>")
    phone.press("call")
    phone.waits_for("स्वागत")
    phone.press("red")
    phone.is_in("ended")
    assert "स्वागत" in phone.waits_for("Call ended")
    until(page, lambda: script.is_over)
    assert [fields["isActive"] for _, fields in script.posted] == ["1", "0"]
    assert script.last[1]["hangupCause"] == "NORMAL_CLEARING"
    phone.press("red")
    phone.is_in("idle")


def test_a_missed_call_is_rejected_and_then_answered(
    page: Page, phone: Speaker, script: Script, called: Callable[[], str]
) -> None:
    script.says("<Reject/>")
    for digit in MISSED_CALL:
        phone.press(f"key-{digit}")
    phone.press("green")
    phone.waits_for("Rejected: the call cost nothing")
    until(page, lambda: script.is_over)
    assert script.posted[0][1]["destinationNumber"] == MISSED_CALL
    assert script.last[1]["hangupCause"] == "CALL_REJECTED"
    assert script.last[1]["durationInSeconds"] == "0"

    script.posted.clear()
    script.says('<GetDigits timeout="9" numDigits="1"><Say>Welcome back</Say></GetDigits>')
    session = called()
    phone.waits_for("Pukar is calling")
    phone.press("green")
    phone.waits_for("Welcome back")
    assert script.posted[0][1] | {"callStartTime": ""} == {
        "isActive": "1",
        "sessionId": session,
        "clientRequestId": "back-7",
        "direction": "Outbound",
        "callerNumber": PHONE,
        "callerCountryCode": "91",
        "destinationNumber": HELPLINE,
        "callSessionState": "Answered",
        "callStartTime": "",
    }
    assert page.request.get("/simulator/voice/ringing", params={"phone": PHONE}).json() == []
    phone.press("red")
    until(page, lambda: script.is_over)
    assert script.last[1]["direction"] == "Outbound"


def test_a_call_is_declined(
    page: Page, phone: Speaker, script: Script, called: Callable[[], str]
) -> None:
    session = called()
    phone.is_in("ringing")
    phone.press("red")
    phone.is_in("idle")
    until(page, lambda: script.is_over)
    [(path, fields)] = script.posted
    assert path == ""
    assert fields["sessionId"] == session
    assert fields["hangupCause"] == "CALL_REJECTED"
    assert fields["status"] == "Aborted"
    assert fields["callSessionState"] == "Completed"


def test_a_call_that_nobody_answers_is_over_after_half_a_minute(
    page: Page, phone: Speaker, script: Script, called: Callable[[], str]
) -> None:
    page.clock.install()
    page.reload()
    called()
    page.clock.run_for(2_500)
    phone.is_in("ringing")
    page.clock.run_for(31_000)
    phone.waits_for("Missed call")
    until(page, lambda: script.is_over)
    assert script.last[1]["hangupCause"] == "NO_ANSWER"


def test_a_phone_that_is_off_cannot_be_called(
    page: Page, phone: Speaker, script: Script, called: Callable[[], str]
) -> None:
    phone.press("off")
    called()
    until(page, lambda: script.is_over)
    assert script.last[1]["hangupCause"] == "SUBSCRIBER_ABSENT"
    phone.is_in("off")


def test_a_call_that_another_page_takes_rings_no_longer(
    page: Page, phone: Speaker, called: Callable[[], str]
) -> None:
    session = called()
    phone.is_in("ringing")
    for taken in (True, False):
        answer = page.request.post("/simulator/voice/taken", form={"session": session})
        assert answer.json() == {"taken": taken}
    phone.waits_for("Missed call")


def test_a_caller_is_connected_to_the_police(page: Page, phone: Speaker, script: Script) -> None:
    script.says('<Dial phoneNumbers="+91112"/>')
    phone.press("call")
    phone.waits_for("Connected to +91112")
    phone.press("red")
    until(page, lambda: script.is_over)
    assert script.last[1]["dialDestinationNumber"] == "+91112"


def test_a_service_in_trouble_ends_the_call(page: Page, phone: Speaker, script: Script) -> None:
    script.answers[CALLBACK] = "<Answer/>"
    phone.press("call")
    phone.waits_for("The answer is no <Response>")
    phone.waits_for("Call dropped")
    until(page, lambda: script.is_over)
    assert script.last[1]["hangupCause"] == "NORMAL_TEMPORARY_FAILURE"


def test_the_provider_wants_a_key_a_number_and_sounds_that_are_sounds(app: Flask) -> None:
    client = app.test_client()
    form = {"username": "demo", "from": HELPLINE, "to": "98000"}
    assert client.post("/simulator/voice/call", data=form).status_code == 401
    key = {"apiKey": "k"}
    answer = client.post("/simulator/voice/call", data=form, headers=key)
    assert answer.json
    assert answer.json["entries"][0]["status"] == "InvalidPhoneNumber"
    answer = client.post("/simulator/voice/call", data={"username": "demo"}, headers=key)
    assert answer.json == {"entries": [], "errorMessage": "Invalid callerId"}

    recordings = "/simulator/voice/recordings"
    assert client.post(recordings, data=b"words").status_code == 400
    assert client.post(recordings, data=bytes(LARGEST_RECORDING + 1)).status_code == 413
    assert client.get(f"{recordings}/{'0' * 32}.wav").status_code == 404
    answer = client.post("/simulator/voice/taken", data={"session": "../../inbox"})
    assert answer.json == {"taken": False}


def test_calls_and_recordings_do_not_stay(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = app.test_client()
    form = {"username": "demo", "from": HELPLINE, "to": PHONE}
    client.post("/simulator/voice/call", data=form, headers={"apiKey": "k"})
    client.post("/simulator/voice/recordings", data=pcm(1))
    ringing = {"phone": PHONE}
    assert len(client.get("/simulator/voice/ringing", query_string=ringing).get_json()) == 1
    monkeypatch.setattr("simulator.voice._SECONDS_A_CALL_WAITS", -1)
    monkeypatch.setattr("simulator.voice._SECONDS_A_RECORDING_STAYS", -1)
    assert client.get("/simulator/voice/ringing", query_string=ringing).get_json() == []
    client.post("/simulator/voice/recordings", data=pcm(1))
    assert len(list((tmp_path / "voice" / "recordings").iterdir())) == 1
