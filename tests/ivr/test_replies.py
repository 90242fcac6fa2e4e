"""The police ask, and the citizen answers by a call: what she speaks is kept with her case."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.questions import QUESTIONS
from core.recordings import DELETED_THERE_AFTER, KEPT_WITHOUT_CASE
from core.text import Text
from tests.desk.cases import change
from tests.ivr.conftest import (
    PLAYBACK,
    STOPPED_AT,
    VOICE,
    WHICH,
    Maker,
    Serves,
    aloud,
    at_api,
    beginning,
    gaps,
    hears,
    phone_at,
    phone_of,
    tell,
)
from tests.ivr.phones import Phone
from tests.ivr.twilio_phone import TwilioPhone
from tests.officer import asks, case, disposes, events
from tests.providers import Provider
from tests.service import Service, registers

pytestmark = pytest.mark.redis

QUESTION = QUESTIONS["when"]
SATISFIED = Text("Are you satisfied with the work?")
REMARK = Text("What was not right? Tell it briefly.")
ANSWERED = Text("Thank you. Your answer to {reference} is with the police.")
REOPENED = Text("Thank you. {reference} is opened again.")
KEPT = Text("Thank you. Your answer to {reference} is kept.")


@pytest.fixture
def reference(service: Service) -> str:
    return registers(service.caller())


def looks_up(phone: Phone, reference: str) -> Phone:
    """Ask how a case stands: one of her own is in the list, another has its number."""
    phone.dials().presses("2")
    return phone.presses("1" if aloud(WHICH) in phone.heard else reference)


def hears_thanks(phone: Phone, thanks: Text) -> bool:
    return beginning(thanks) in phone.heard


def test_an_answer_is_spoken_kept_and_fetched(
    serves: Serves, api: Provider, maker: Maker, clock: Callable[[float], None]
) -> None:
    service = serves(**at_api(api, maker))
    reference = registers(service.caller())
    phone = phone_at(api, service, maker)
    asks(service, reference)
    assert hears(looks_up(phone, reference), QUESTION)
    assert hears(tell(phone), PLAYBACK)
    assert events(service, reference, "answered") == []  # she may speak again
    assert hears_thanks(phone.presses("1"), ANSWERED)
    [answer] = events(service, reference, "answered")
    assert (answer.note, answer.details["question"]) == (None, "when")
    assert answer.recording
    assert case(service, reference).stage == "open"
    phone.hangs_up()
    clock(10)
    service.parts.collector.round()
    [recording] = service.parts.recordings.newest()
    assert (recording.id, recording.status) == (answer.recording, "copied")
    for seconds in (DELETED_THERE_AFTER.total_seconds() + 1, KEPT_WITHOUT_CASE.total_seconds()):
        clock(seconds)
        service.parts.collector.round()
    service.parts.collector.tidy_up()
    kept: list[Path] = sorted((service.parts.settings.data_dir / "recordings").glob("*"))
    assert len(kept) == 1
    assert gaps(service) == []


def test_an_answer_is_spoken_again_and_only_that_one_counts(
    phone: Phone, service: Service, reference: str
) -> None:
    asks(service, reference)
    tell(looks_up(phone, reference)).presses("2")
    assert hears(phone, QUESTION)
    tell(phone).presses("1")
    assert hears_thanks(phone, ANSWERED)
    phone.repeats()
    assert len(events(service, reference, "answered")) == 1


def test_who_speaks_and_hangs_up_has_answered(service: Service, reference: str) -> None:
    asks(service, reference)
    phone = phone_of(service, TwilioPhone)
    tell(looks_up(phone, reference)).hangs_up()
    [answer] = events(service, reference, "answered")
    assert answer.recording
    assert service.inbox()[0] == f"आवेदन {reference}: आपका जवाब मिला। धन्यवाद। -बिहार पुलिस"
    assert not hears(phone.dials(), STOPPED_AT)


def test_who_hangs_up_while_speaking_has_answered(
    phone: Phone, service: Service, reference: str
) -> None:
    asks(service, reference)
    looks_up(phone, reference).stays_silent().speaks(VOICE, until="hangup")
    [answer] = events(service, reference, "answered")
    [recording] = service.parts.recordings.newest()
    assert answer.recording == recording.id
    assert case(service, reference).question is None


def test_an_answer_of_a_call_that_another_has_followed_is_kept(
    service: Service, maker: Maker, reference: str
) -> None:
    asks(service, reference)
    first, second = phone_of(service, maker), phone_of(service, maker)
    looks_up(first, reference).stays_silent()
    assert hears(second.dials(), STOPPED_AT, QUESTION)
    first.speaks(VOICE, until="silence")
    [answer] = events(service, reference, "answered")
    assert answer.recording
    assert hears_thanks(second.presses("1"), ANSWERED)
    assert len(events(service, reference, "answered")) == 1


def test_who_would_rather_speak_is_called_and_answers(
    serves: Serves, api: Provider, maker: Maker, clock: Callable[[float], None]
) -> None:
    service = serves(**at_api(api, maker))
    phone = phone_at(api, service, maker)
    reference = registers(service.caller(phone.number))
    asks(service, reference)
    caller = service.caller(phone.number).dials().types("2").types(reference)
    caller.chooses("बोलकर बताएं (फोन आएगा)")
    clock(5)
    dialler = service.parts.dialler
    assert dialler
    assert dialler.round() == 1
    assert hears(phone.answers(), QUESTION)
    assert hears_thanks(tell(phone).presses("1"), ANSWERED)
    assert len(events(service, reference, "answered")) == 1


def test_who_only_hangs_up_is_asked_again(phone: Phone, service: Service, reference: str) -> None:
    asks(service, reference)
    looks_up(phone, reference).hangs_up()
    assert events(service, reference, "answered") == []
    assert case(service, reference).question == "when"
    assert hears(phone.dials(), STOPPED_AT, QUESTION)
    tell(phone.presses("1")).presses("1")
    assert len(events(service, reference, "answered")) == 1


def test_silence_is_no_answer(phone: Phone, service: Service, reference: str) -> None:
    asks(service, reference)
    looks_up(phone, reference)
    for _ in range(9):
        if not phone.is_over:
            phone.stays_silent() if phone.awaits == "keys" else phone.says_nothing()
    assert phone.is_over
    assert events(service, reference, "answered") == []
    assert case(service, reference).question == "when"


def test_a_question_asked_on_a_call_is_answered_on_ussd(
    phone: Phone, service: Service, reference: str
) -> None:
    asks(service, reference)
    looks_up(phone, reference).hangs_up()
    caller = service.caller().dials()
    assert caller.screen.startswith("बात यहां रुकी थी:")
    caller.types("1").types("परसों रात")
    [answer] = events(service, reference, "answered")
    assert answer.note == "परसों रात"


def test_she_says_that_she_is_satisfied(phone: Phone, service: Service, reference: str) -> None:
    disposes(service, reference)
    assert hears(looks_up(phone, reference), SATISFIED)
    assert hears_thanks(phone.presses("1"), KEPT)
    phone.repeats()
    assert case(service, reference).satisfied is True
    assert len(events(service, reference, "rated")) == 1


def test_she_says_that_she_is_not_and_what_was_not_right(
    phone: Phone, service: Service, reference: str
) -> None:
    disposes(service, reference)
    looks_up(phone, reference).presses("2")
    assert case(service, reference).state == "reopened"
    assert hears(phone, REMARK)
    tell(phone).presses("1")
    assert hears_thanks(phone, REOPENED)
    [remark] = events(service, reference, "answered")
    assert remark.recording
    assert gaps(service) == []


def test_what_was_not_right_need_not_be_said(
    phone: Phone, service: Service, reference: str
) -> None:
    disposes(service, reference)
    looks_up(phone, reference).presses("2").presses("1")
    assert hears_thanks(phone, REOPENED)
    assert events(service, reference, "answered") == []


def test_a_story_and_a_phone_that_no_key_opens_keep_nobody_from_being_asked(
    phone: Phone, service: Service, reference: str
) -> None:
    asks(service, reference)
    change(service, case(service, reference), story_sealed=b"lost", phone_sealed=b"lost")
    assert hears(looks_up(phone, reference), QUESTION)
    assert case(service, reference).is_unreadable


def test_another_phone_is_asked_nothing(service: Service, maker: Maker, reference: str) -> None:
    disposes(service, reference)
    stranger = looks_up(phone_of(service, maker, "+919800000002"), reference)
    assert aloud(SATISFIED) not in stranger.heard
    assert case(service, reference).satisfied is None
