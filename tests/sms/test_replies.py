"""The police ask, and the citizen answers by SMS: after HAAL, or straight to the letter."""

from pathlib import Path

import pytest

from core.reference import grouped
from tests.officer import asks, case, disposes, events
from tests.service import Service, registers, service_with
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

QUESTION = "किस दिन, कितने बजे हुआ? लिखें"
STORY = "परसों रात दस बजे"


@pytest.fixture
def texter(sqlite_service: Service) -> Texter:
    return Texter(sqlite_service)


@pytest.fixture
def reference(texter: Texter) -> str:
    return registers(texter.service.caller(texter.phone))


def test_after_haal_the_question_comes_and_the_next_sms_answers_it(
    texter: Texter, reference: str
) -> None:
    asks(texter.service, reference)
    assert QUESTION in texter.writes(f"HAAL {reference}").reads
    thanks = texter.writes(STORY).reads
    assert "आपका जवाब पुलिस के पास है" in thanks
    assert grouped(reference) in thanks
    texter.sends_again()
    [answer] = events(texter.service, reference, "answered")
    assert (answer.note, answer.details["question"]) == (STORY, "when")


def test_words_that_follow_the_letter_are_the_answer(service: Service) -> None:
    texter = Texter(service)
    reference = registers(service.caller(texter.phone))
    asks(service, reference)
    thanks = texter.writes(STORY).reads
    assert grouped(reference) in thanks
    texter.sends_again()
    [answer] = events(service, reference, "answered")
    assert answer.note == STORY
    texter.writes("और कुछ कहना है")
    assert len(events(service, reference, "answered")) == 1


@pytest.mark.parametrize("text", ["112", "मदद", "STOP", "थाना 800001", "12", "?"])
def test_what_means_something_else_is_no_answer(texter: Texter, reference: str, text: str) -> None:
    asks(texter.service, reference)
    texter.writes(text)
    assert events(texter.service, reference, "answered") == []
    assert case(texter.service, reference).question == "when"


def test_what_another_phone_writes_is_no_answer(texter: Texter, reference: str) -> None:
    asks(texter.service, reference)
    stranger = Texter(texter.service, "+919800000002").writes(STORY)
    assert "शिकायत, हाल या थाना" in stranger.reads
    assert "?" not in stranger.writes(f"HAAL {reference}").reads
    assert events(texter.service, reference, "answered") == []


@pytest.mark.parametrize(
    ("text", "is_satisfied"),
    [
        *(("1", True), ("१", True), ("हां", True), ("haan", True), ("YES", True)),
        *(("2", False), ("नहीं", False), ("nahin", False), ("no", False)),
    ],
)
def test_one_word_says_whether_she_is_satisfied(
    texter: Texter, reference: str, text: str, *, is_satisfied: bool
) -> None:
    disposes(texter.service, reference)
    texter.writes(text)
    texter.sends_again()
    assert case(texter.service, reference).satisfied is is_satisfied
    assert len(events(texter.service, reference, "rated")) == 1
    assert case(texter.service, reference).state == ("disposed" if is_satisfied else "reopened")


def test_what_was_not_right_is_told_by_the_next_sms(service: Service) -> None:
    texter = Texter(service)
    reference = registers(service.caller(texter.phone))
    disposes(service, reference)
    texter.writes("2")
    assert any("क्या ठीक नहीं हुआ?" in each for each in texter.inbox[:2])
    texter.writes("किसी ने पूछा ही नहीं")
    assert "फिर से खोली गई" in texter.reads
    [remark] = events(service, reference, "answered")
    assert remark.note == "किसी ने पूछा ही नहीं"


def test_a_number_answers_the_case_that_can_be_rated_and_words_the_one_that_asks(
    texter: Texter, reference: str
) -> None:
    other = registers(texter.service.caller(texter.phone), "और एक बात हुई")
    disposes(texter.service, reference)
    asks(texter.service, other)
    texter.writes("1")
    assert case(texter.service, reference).satisfied is True
    texter.writes(STORY)
    assert [each.note for each in events(texter.service, other, "answered")] == [STORY]


@pytest.mark.parametrize("days_ago", [15.01, None])
def test_a_number_means_nothing_where_nothing_is_to_be_rated(
    texter: Texter, reference: str, days_ago: float | None
) -> None:
    if days_ago:
        disposes(texter.service, reference, days_ago=days_ago)
    texter.writes("2")
    assert "शिकायत, हाल या थाना" in texter.reads
    assert events(texter.service, reference, "rated") == []


def test_a_draft_is_left_as_it_was(texter: Texter, reference: str) -> None:
    asks(texter.service, reference)
    texter.service.caller(texter.phone).dials().types("1").types("4").drops()
    texter.writes(STORY)
    assert len(events(texter.service, reference, "answered")) == 1
    assert "बात यहां रुकी थी" in texter.service.caller(texter.phone).dials().screen


def test_to_cancel_a_question_says_nothing_of_a_complaint(texter: Texter, reference: str) -> None:
    asks(texter.service, reference)
    texter.writes(f"HAAL {reference}").writes("रद्द")
    assert texter.reads.startswith("अधूरा आवेदन नहीं है।")


def test_where_only_registered_wordings_are_carried_the_letter_asks_again(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    dlt = {"sms_gateways": "simulator:1:0:dlt", "dlt_entity_id": "1101", "dlt_header": "BRPOLC"}
    with service_with(**stores, data_dir=tmp_path, **dlt) as service:
        phone = "+919800000001"
        asked = registers(service.caller(phone))
        disposed = registers(service.caller(phone), "और एक बात हुई")
        asks(service, asked)
        disposes(service, disposed)
        texter = Texter(service, phone)
        for reference, letter in ((asked, "question"), (disposed, "state.disposed")):
            texter.writes(f"HAAL {reference}")
            assert service.parts.outbox.newest(most=1)[0].template == letter
        texter.writes("1").writes(STORY)
        assert case(service, disposed).satisfied is True
        assert [each.note for each in events(service, asked, "answered")] == [STORY]
