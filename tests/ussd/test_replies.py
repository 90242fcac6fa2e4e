"""The police ask, and the citizen answers on USSD; she says whether she is satisfied."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from core.reference import grouped
from core.replies import Rating, Replies
from simulator.caller import Caller
from tests.desk.cases import change
from tests.officer import asks, case, disposes, events, joins, moves
from tests.service import Service, registers

pytestmark = pytest.mark.redis

QUESTION = "किस दिन, कितने बजे हुआ? लिखें"
SATISFIED = "काम से संतुष्ट हैं?"
STORY = "परसों रात दस बजे"


@pytest.fixture
def reference(caller: Caller) -> str:
    return registers(caller)


@pytest.fixture
def quick(sqlite_service: Service) -> Caller:
    """A caller where the kind of database makes no difference."""
    return sqlite_service.caller()


def looks_up(caller: Caller, reference: str) -> Caller:
    return caller.dials().types("2").types(reference)


def goes_on(caller: Caller) -> str:
    """Page to the end of what is shown, and give all of it."""
    shown = caller.screen
    while "\n9 " in caller.screen:
        shown = shown.partition("\n9 ")[0] + " " + caller.types("9").screen
    return shown


def test_a_question_is_answered_and_lands_on_the_case(
    caller: Caller, service: Service, reference: str
) -> None:
    asks(service, reference)
    letter = service.inbox()[0]
    assert letter == f"आवेदन {reference}: कुछ पूछना है। 06120000000 पर फोन करें। -बिहार पुलिस"
    assert case(service, reference).stage == "waiting"
    shown = goes_on(looks_up(caller, reference))
    assert grouped(reference) in shown
    assert QUESTION in shown
    caller.types(STORY)
    assert not caller.is_connected
    assert f"धन्यवाद। {grouped(reference)}: आपका जवाब पुलिस के पास है।" in caller.screen
    [answer] = events(service, reference, "answered")
    assert (answer.who, answer.note, answer.details["question"]) == ("citizen", STORY, "when")
    answered = case(service, reference)
    assert (answered.state, answered.stage, answered.question) == ("need_information", "open", None)
    assert answered.due_at
    assert answered.due_at > datetime.now(UTC) + timedelta(days=1)
    shown = goes_on(looks_up(caller, reference))
    assert "आपका जवाब पुलिस के पास है।" in shown
    assert QUESTION not in shown


def test_a_request_that_is_repeated_answers_once(quick: Caller, sqlite_service: Service) -> None:
    reference = registers(quick)
    asks(sqlite_service, reference)
    looks_up(quick, reference).types(STORY)
    screen = quick.screen
    assert quick.sends_again().screen == screen
    sqlite_service.redis.flushdb()  # the session is lost, and the conversation is built again
    quick.sends_again()
    assert len(events(sqlite_service, reference, "answered")) == 1


def test_a_question_that_a_dropped_session_left_open_is_gone_on_with(
    quick: Caller, sqlite_service: Service
) -> None:
    reference = registers(quick)
    asks(sqlite_service, reference)
    looks_up(quick, reference).drops()
    assert quick.dials().screen == (f"बात यहां रुकी थी:\n{QUESTION}\n1 आगे बढ़ें\n2 शुरू से\n0 बंद")
    quick.types("1")
    assert QUESTION in goes_on(quick)
    quick.types(STORY)
    [answer] = events(sqlite_service, reference, "answered")
    assert answer.note == STORY


def test_a_question_may_be_left(quick: Caller, sqlite_service: Service) -> None:
    reference = registers(quick)
    asks(sqlite_service, reference)
    assert "कौन सा? या नंबर दें" in looks_up(quick, reference).types("0").screen
    assert events(sqlite_service, reference, "answered") == []
    assert case(sqlite_service, reference).question == "when"
    assert QUESTION in goes_on(looks_up(quick.dials().types("2"), reference))


def test_another_phone_is_asked_nothing(quick: Caller, sqlite_service: Service) -> None:
    asked, disposed = registers(quick), registers(quick.dials(), "और एक बात हुई")
    asks(sqlite_service, asked)
    disposes(sqlite_service, disposed)
    for reference, label in ((asked, "थाने को जानकारी चाहिए"), (disposed, "निपटारा हुआ")):
        stranger = looks_up(sqlite_service.caller("+919800000002"), reference)
        assert not stranger.is_connected
        assert stranger.screen.endswith(f": {label}।")
    rating = Rating(disposed, "+919800000002", "another", is_satisfied=False)
    assert Replies(sqlite_service.parts.cases.files).rate(rating) == "kept"
    assert case(sqlite_service, disposed).satisfied is None


def test_an_answer_to_a_question_that_was_followed_by_another_leaves_that_one_open(
    quick: Caller, sqlite_service: Service
) -> None:
    reference = registers(quick)
    asks(sqlite_service, reference)
    looks_up(quick, reference)
    moves(sqlite_service, reference, "under_enquiry", "need_information", question="where")
    quick.types(STORY)
    [answer] = events(sqlite_service, reference, "answered")
    assert (answer.note, answer.details["question"]) == (STORY, "when")
    left = case(sqlite_service, reference)
    assert (left.question, left.stage) == ("where", "waiting")


def test_the_answer_to_a_joined_case_brings_the_leading_one_back(
    caller: Caller, service: Service, reference: str
) -> None:
    other = service.caller("+919800000002")
    follower = registers(other, "वही साइकिल")
    joins(service, follower, reference)
    asks(service, reference)
    looks_up(other, follower).types(STORY)
    [answer] = events(service, follower, "answered")
    assert answer.note == STORY
    [told] = events(service, reference, "answered")
    assert (told.note, told.details) == (None, {"case": follower})
    assert case(service, reference).stage == case(service, follower).stage == "open"
    assert QUESTION in goes_on(looks_up(caller, reference))  # she may still answer herself


def test_the_answer_to_a_joined_case_makes_no_late_one_early(
    quick: Caller, sqlite_service: Service
) -> None:
    leading = registers(quick)
    other = sqlite_service.caller("+919800000002")
    follower = registers(other, "वही साइकिल")
    asks(sqlite_service, follower)
    moves(sqlite_service, leading, "sent_to_station", "under_enquiry")
    joins(sqlite_service, follower, leading)
    late = datetime.now(UTC) - timedelta(days=20)
    change(sqlite_service, case(sqlite_service, leading), due_at=late, look_at=None, raised=3)
    looks_up(other, follower).types(STORY)
    [told] = events(sqlite_service, leading, "answered")
    assert told.details == {"case": follower}
    left = case(sqlite_service, leading)
    assert (left.state, left.stage, left.due_at, left.raised) == ("under_enquiry", "open", late, 3)
    assert case(sqlite_service, follower).stage == "open"


def test_who_is_not_satisfied_has_the_case_opened_again(
    caller: Caller, service: Service, reference: str
) -> None:
    disposes(service, reference)
    assert service.inbox()[0] == f"आवेदन {reference} निपटा। 56161 पर लिखें: ठीक 1, ना 2 -बिहार पुलिस"
    looks_up(caller, reference)
    assert SATISFIED in caller.screen
    caller.chooses("नहीं")
    assert "फिर से खोला गया" in caller.screen
    reopened = case(service, reference)
    assert (reopened.state, reopened.satisfied, reopened.reopened) == ("reopened", False, 1)
    assert (reopened.officer_id, reopened.raised, reopened.stage) == (None, 2, "new")
    assert reopened.due_at
    caller.types("किसी ने पूछा ही नहीं")
    assert "फिर से खोला गया" in caller.screen
    [rating], [remark] = (events(service, reference, kind) for kind in ("rated", "answered"))
    assert rating.details["satisfied"] == "no"
    assert (remark.note, "question" in remark.details) == ("किसी ने पूछा ही नहीं", False)
    assert events(service, reference, "moved")[-1].who == "citizen"
    assert service.inbox()[0] == f"आवेदन {reference}: फिर से खोला गया। -बिहार पुलिस"
    assert SATISFIED not in goes_on(looks_up(caller, reference))


def test_the_remark_may_be_left_out_and_the_case_is_open_all_the_same(
    quick: Caller, sqlite_service: Service
) -> None:
    said, dropped = registers(quick), registers(quick.dials(), "और एक बात हुई")
    for reference in (said, dropped):
        disposes(sqlite_service, reference)
        looks_up(quick, reference).chooses("नहीं")
        if reference == said:
            quick.chooses("कुछ नहीं कहना")
            assert not quick.is_connected
        assert case(sqlite_service, reference).state == "reopened"
        assert events(sqlite_service, reference, "answered") == []


def test_who_is_satisfied_is_asked_once(quick: Caller, sqlite_service: Service) -> None:
    reference = registers(quick)
    disposes(sqlite_service, reference)
    assert "आपका जवाब दर्ज हुआ" in looks_up(quick, reference).chooses("हां").screen
    rated = case(sqlite_service, reference)
    assert (rated.state, rated.satisfied) == ("disposed", True)
    sqlite_service.redis.flushdb()
    quick.sends_again()
    assert len(events(sqlite_service, reference, "rated")) == 1
    assert "निपटारा हुआ" in goes_on(looks_up(quick, reference))
    assert SATISFIED not in quick.screen


def test_who_does_not_want_to_say_hears_the_status_and_is_asked_another_time(
    quick: Caller, sqlite_service: Service
) -> None:
    reference = registers(quick)
    disposes(sqlite_service, reference)
    assert "गर्दनीबाग" in goes_on(looks_up(quick, reference).chooses("अभी नहीं"))
    assert SATISFIED in looks_up(quick, reference).screen


def test_after_fifteen_days_nobody_is_asked_any_more(
    quick: Caller, sqlite_service: Service
) -> None:
    late, in_time = registers(quick), registers(quick.dials(), "और एक बात हुई")
    disposes(sqlite_service, late, days_ago=15.01)
    disposes(sqlite_service, in_time, days_ago=14.9)
    assert SATISFIED not in goes_on(looks_up(quick, late))
    assert SATISFIED in looks_up(quick, in_time).screen
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1), tick=True):
        quick.chooses("नहीं")  # the screen was left open over night
    assert case(sqlite_service, in_time).state == "disposed"


def test_who_goes_back_after_a_no_does_not_undo_it(quick: Caller, sqlite_service: Service) -> None:
    reference = registers(quick)
    disposes(sqlite_service, reference)
    looks_up(quick, reference).chooses("नहीं").types("0").chooses("हां")
    assert case(sqlite_service, reference).satisfied is False
    assert "फिर से खोला गया" in quick.screen
    assert len(events(sqlite_service, reference, "rated")) == 1


def test_a_case_disposed_of_again_is_rated_again(quick: Caller, sqlite_service: Service) -> None:
    reference = registers(quick)
    disposes(sqlite_service, reference)
    looks_up(quick, reference).chooses("नहीं").chooses("कुछ नहीं कहना")
    moves(sqlite_service, reference, "under_enquiry", "disposed")
    looks_up(quick, reference).chooses("हां")
    assert case(sqlite_service, reference).satisfied is True
    assert [each.details["satisfied"] for each in events(sqlite_service, reference, "rated")] == [
        "no",
        "yes",
    ]


def test_what_was_not_right_is_not_asked_of_a_case_that_is_disposed_of_again(
    quick: Caller, sqlite_service: Service
) -> None:
    reference = registers(quick)
    disposes(sqlite_service, reference)
    looks_up(quick, reference).chooses("नहीं").drops()
    moves(sqlite_service, reference, "under_enquiry", "disposed")
    assert "रुकी थी" not in quick.dials().screen
    assert SATISFIED in looks_up(quick, reference).screen


def test_who_follows_another_case_opens_both_again(
    caller: Caller, service: Service, reference: str
) -> None:
    other = service.caller("+919800000002")
    follower = registers(other, "वही साइकिल")
    joins(service, follower, reference)
    disposes(service, reference)
    looks_up(other, follower).chooses("नहीं")
    assert case(service, reference).state == case(service, follower).state == "reopened"
    assert case(service, follower).satisfied is False
    assert (case(service, reference).satisfied, case(service, follower).raised) == (None, 2)
    assert "फिर से खोला गया" in service.inbox(caller.phone)[0]


def test_who_follows_a_case_that_goes_on_has_her_own_opened_again(
    quick: Caller, sqlite_service: Service
) -> None:
    leading, other = registers(quick), sqlite_service.caller("+919800000002")
    follower = registers(other, "वही साइकिल")
    joins(sqlite_service, follower, leading)
    disposes(sqlite_service, leading)
    going_on = case(sqlite_service, leading)
    change(sqlite_service, going_on, state="under_enquiry", stage="open")
    looks_up(other, follower).chooses("नहीं")
    own = case(sqlite_service, follower)
    assert (own.state, own.joined_to, own.raised) == ("reopened", None, 2)
    assert case(sqlite_service, leading).state == "under_enquiry"
    for reference, told in ((follower, leading), (leading, follower)):
        assert [e.details for e in events(sqlite_service, reference, "apart")] == [{"case": told}]
