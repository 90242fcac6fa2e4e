"""What callers spoke and whom we call, as the operator and the officer see it."""

from pathlib import Path

import pytest

from core.calls import Wish
from core.cases import NewCase
from core.dialogue import Recorded, Typed
from core.police import Told
from tests.service import Service, registers

pytestmark = pytest.mark.redis

SOUND = b"RIFF a story"


def spoken_case(service: Service) -> str:
    """Register a complaint that was spoken."""
    service.parts.recordings.announce("r1", "twilio", "CA1")
    return service.parts.cases.register(
        NewCase(
            conversation="c1",
            service="complaint",
            kind="theft",
            phone="+919800000001",
            language="hi",
            channel="ivr",
            district=None,
            station=None,
            usual_station=None,
            story=Recorded("r1"),
        )
    )


def test_a_spoken_story_is_on_its_way_then_here_and_can_be_heard(
    service: Service, tmp_path: Path
) -> None:
    parts, reference = service.parts, spoken_case(service)
    assert "spoken, on its way (expected)" in service.pukar("cases", "show", reference)
    runner = service.app.test_cli_runner()
    result = runner.invoke(args=["cases", "listen", reference])
    assert "The recording is not here: on its way" in result.output
    recording = parts.recordings.find("r1")
    assert recording
    parts.vault.keep("r1", SOUND)
    parts.recordings.mark_copied(recording, "audio/wav")
    assert "pukar cases listen" in service.pukar("cases", "show", reference)
    out = tmp_path / "story.wav"
    assert "delete it" in service.pukar("cases", "listen", reference, "--out", str(out))
    assert out.read_bytes() == SOUND


def test_what_was_spoken_in_a_form_is_listed_with_its_case_and_heard(
    sqlite_service: Service, tmp_path: Path
) -> None:
    parts = sqlite_service.parts
    parts.recordings.announce("r1", "twilio", "CA1")
    told: Told = {"missing_name": Recorded("r1"), "missing_sex": "male", "missing_age": "14"}
    new = NewCase(
        conversation="a call",
        service="missing_person",
        kind="missing_person",
        phone="+919800000001",
        language="hi",
        channel="ivr",
        district="PATNA",
        station="5117029",
        usual_station=None,
        story=Typed(""),
        told=told,
    )
    reference = parts.cases.register(new)
    shown = sqlite_service.pukar("cases", "show", reference)
    assert "Kind       missing_person (urgent)" in shown
    assert "  Name of the missing person: spoken, on its way (expected)" in shown
    assert "  Sex: Male\n  Age: 14\n" in shown
    assert reference in sqlite_service.pukar("recordings")

    recording = parts.recordings.find("r1")
    assert recording
    parts.vault.keep("r1", SOUND)
    parts.recordings.mark_copied(recording, "audio/wav")
    shown = sqlite_service.pukar("cases", "show", reference)
    assert f"hear it: pukar cases listen {reference} --field missing_name" in shown
    out = tmp_path / "name.wav"
    listen = ("cases", "listen", reference, "--field")
    sqlite_service.pukar(*listen, "missing_name", "--out", str(out))
    assert out.read_bytes() == SOUND
    runner = sqlite_service.app.test_cli_runner()
    assert "This field was written" in runner.invoke(args=[*listen, "missing_sex"]).output
    assert "what was spoken here: missing_name." in runner.invoke(args=[*listen, "hat"]).output


def test_a_lost_recording_is_said_to_be_lost(service: Service) -> None:
    parts, reference = service.parts, spoken_case(service)
    recording = parts.recordings.find("r1")
    assert recording
    parts.recordings.mark_lost(recording, "status 410")
    assert "LOST: status 410" in service.pukar("cases", "show", reference)
    listed = service.pukar("recordings", "--status", "lost")
    assert "lost: 1" in listed
    assert "status 410" in listed


def test_a_written_story_is_not_to_be_heard(service: Service) -> None:
    reference = registers(service.caller())
    result = service.app.test_cli_runner().invoke(args=["cases", "listen", reference])
    assert "This story was written" in result.output


def test_calls_are_listed_with_what_they_are_for(service: Service) -> None:
    parts = service.parts
    assert parts.calls.ask(Wish("callback", "x", "+919800000001"))
    listed = service.pukar("calls")
    assert "VOICE_GATEWAY names no gateway" in listed
    assert "due: 1" in listed
    assert "callback" in listed
    assert "9800000001" not in listed
