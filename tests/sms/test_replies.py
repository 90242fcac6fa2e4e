"""The police ask, and the citizen answers by SMS: after HAAL, or straight to the letter."""

from pathlib import Path

import pytest

from core.cases import Move
from core.reference import grouped
from tests.officer import asks, case, disposes, events, moves
from tests.service import Service, registers, service_with
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

QUESTION = "किस दिन, कितने बजे हुआ? लिखें"
STORY = "परसों रात दस बजे"
COMPLAINT = "शिकायत 800001 कल रात मेरी गाय चोरी हो गई"
WHICH = "यह किसका जवाब है? नंबर भेजें\n1 आवेदन {}\n2 कुछ और"


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


@pytest.mark.parametrize("text", ["किरायेदार", "चालक", "जुलूस में", "गुम मोबाइल काला", "khoya mobile"])
def test_an_answer_in_a_word_that_calls_a_service_otherwise_is_the_answer(
    texter: Texter, reference: str, text: str
) -> None:
    asked_again = registers(texter.service.caller(texter.phone), "और एक बात हुई")
    asks(texter.service, reference, "who")
    texter.writes(text)
    asks(texter.service, asked_again, "what_lost")
    texter.writes(asked_again).writes(text)
    for each in (reference, asked_again):
        assert [answer.note for answer in events(texter.service, each, "answered")] == [text]


def test_a_word_for_a_service_answers_the_letter_that_came_after_our_question(
    texter: Texter, reference: str
) -> None:
    texter.writes("लापता")
    asks(texter.service, reference, "who")
    texter.writes("किरायेदार")
    assert [each.note for each in events(texter.service, reference, "answered")] == ["किरायेदार"]


@pytest.mark.parametrize("text", ["112", "मदद", "STOP", "थाना 800001", "12", "?"])
def test_what_means_something_else_is_no_answer(texter: Texter, reference: str, text: str) -> None:
    asks(texter.service, reference)
    texter.writes(text)
    assert events(texter.service, reference, "answered") == []
    assert case(texter.service, reference).question == "when"


def test_what_another_phone_writes_is_no_answer(texter: Texter, reference: str) -> None:
    asks(texter.service, reference)
    stranger = Texter(texter.service, "+919800000002").writes(STORY)
    assert "शिकायत, हाल, थाना" in stranger.reads
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
    assert "फिर से खोला गया" in texter.reads
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
    assert "शिकायत, हाल, थाना" in texter.reads
    assert events(texter.service, reference, "rated") == []


def test_a_draft_is_left_as_it_was(texter: Texter, reference: str) -> None:
    asks(texter.service, reference)
    texter.service.caller(texter.phone).dials().types("1").types("4").drops()
    texter.writes(STORY)
    assert len(events(texter.service, reference, "answered")) == 1
    assert "बात यहां रुकी थी" in texter.service.caller(texter.phone).dials().screen


@pytest.mark.parametrize(("text", "is_satisfied"), [("1", True), ("2", False), ("haan", True)])
def test_a_number_that_may_answer_a_draft_or_a_letter_that_came_later_is_neither_until_she_says(
    texter: Texter, reference: str, text: str, *, is_satisfied: bool
) -> None:
    texter.writes(COMPLAINT)
    disposes(texter.service, reference)
    assert texter.writes(text).reads == WHICH.format(grouped(reference))
    assert case(texter.service, reference).satisfied is None
    texter.writes("1")
    texter.sends_again()
    assert case(texter.service, reference).satisfied is is_satisfied
    assert len(events(texter.service, reference, "rated")) == 1
    assert len(texter.service.parts.cases.newest()) == 1
    assert "शिकायत भेजें?" in texter.service.caller(texter.phone).dials().screen


@pytest.mark.parametrize(("text", "registered"), [("1", 2), ("2", 1)])
def test_a_number_that_was_meant_for_the_draft_leaves_the_case_alone(
    texter: Texter, reference: str, text: str, registered: int
) -> None:
    texter.writes(COMPLAINT)
    disposes(texter.service, reference)
    texter.writes(text).writes("मदद").writes("कुछ और")
    assert len(texter.service.parts.cases.newest()) == registered
    assert texter.reads.startswith("आवेदन" if registered > 1 else "कुछ नहीं भेजा गया।")
    assert case(texter.service, reference).satisfied is None
    texter.writes("1")
    assert case(texter.service, reference).satisfied is True


def test_who_does_not_say_which_is_asked_again_with_what_she_writes_then(
    texter: Texter, reference: str
) -> None:
    texter.writes(COMPLAINT)
    disposes(texter.service, reference)
    assert texter.writes("1").writes("नहीं").reads == WHICH.format(grouped(reference))
    texter.writes("1")
    assert case(texter.service, reference).satisfied is False


def test_which_of_two_letters_is_asked_as_well(texter: Texter, reference: str) -> None:
    other = registers(texter.service.caller(texter.phone), "और एक बात हुई")
    texter.writes(COMPLAINT)
    for each in (reference, other):
        disposes(texter.service, each)
    texter.writes("1")
    assert [line[:2] for line in texter.reads.splitlines()[1:]] == ["1 ", "2 ", "3 "]
    texter.writes("2")
    assert case(texter.service, reference).satisfied is True
    assert case(texter.service, other).satisfied is None


def test_a_story_that_may_answer_a_draft_or_the_police_is_neither_until_she_says(
    texter: Texter, reference: str
) -> None:
    for text in ("शिकायत", "4", "800001", "1"):
        texter.writes(text)
    asks(texter.service, reference)
    assert texter.writes(STORY).reads == WHICH.format(grouped(reference))
    assert events(texter.service, reference, "answered") == []
    texter.writes("1")
    assert [each.note for each in events(texter.service, reference, "answered")] == [STORY]
    texter.writes("नमस्ते").writes("1").writes("कल रात चोरी हुई").writes("1")
    assert len(texter.service.parts.cases.newest()) == 2


def test_a_story_for_a_draft_that_was_offered_again_is_not_taken_for_an_answer(
    texter: Texter, reference: str
) -> None:
    for text in ("शिकायत", "4", "800001", "1"):
        texter.writes(text)
    texter.service.caller(texter.phone).dials().drops()
    assert texter.writes("नमस्ते").reads.startswith("बात यहां रुकी थी:")
    asks(texter.service, reference)
    assert texter.writes(STORY).writes("2").reads.startswith("चोरी। गर्दनीबाग, पटना।")
    assert events(texter.service, reference, "answered") == []


def test_what_can_answer_only_the_letter_answers_it_and_the_draft_stays(
    texter: Texter, reference: str
) -> None:
    texter.writes(COMPLAINT)
    asks(texter.service, reference)
    texter.writes(STORY)
    assert [each.note for each in events(texter.service, reference, "answered")] == [STORY]
    assert "शिकायत भेजें?" in texter.writes("नमस्ते").reads


def test_a_letter_that_came_before_the_question_is_not_what_a_number_answers(
    texter: Texter, reference: str
) -> None:
    disposes(texter.service, reference)
    texter.writes(COMPLAINT).writes("1")
    assert len(texter.service.parts.cases.newest()) == 2
    assert case(texter.service, reference).satisfied is None


def test_a_letter_that_has_not_gone_out_is_not_what_a_number_answers(
    texter: Texter, reference: str
) -> None:
    texter.writes(COMPLAINT)
    for state in ("sent_to_station", "under_enquiry", "disposed"):
        texter.service.parts.cases.move(reference, Move(state, "officer"))
    texter.writes("1")
    assert len(texter.service.parts.cases.newest()) == 2
    assert case(texter.service, reference).satisfied is None


@pytest.mark.parametrize(("text", "is_satisfied"), [("1", True), ("2", False)])
def test_what_was_not_right_is_asked_no_more_once_the_case_is_disposed_of_again(
    texter: Texter, reference: str, text: str, *, is_satisfied: bool
) -> None:
    disposes(texter.service, reference)
    texter.writes("2")
    moves(texter.service, reference, "disposed")
    texter.writes(text)
    assert case(texter.service, reference).satisfied is is_satisfied
    rated = [each.details["satisfied"] for each in events(texter.service, reference, "rated")]
    assert rated == ["no", "yes" if is_satisfied else "no"]


def test_a_question_that_came_while_a_remark_was_awaited_is_answered(
    texter: Texter, reference: str
) -> None:
    disposes(texter.service, reference)
    texter.writes("2")
    moves(texter.service, reference, "under_enquiry", "need_information", question="when")
    texter.writes(STORY)
    [answer] = events(texter.service, reference, "answered")
    assert answer.details["question"] == "when"


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
