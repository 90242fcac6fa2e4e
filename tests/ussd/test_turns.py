"""One turn at a time: repeats, late calls and races change nothing twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.service import Service, reference_on, registers

pytestmark = pytest.mark.redis

TO_CONFIRM = ("1", "4", "800001", "1", "कल रात साइकिल चोरी हो गई")


def test_the_same_request_again_gives_the_same_screen(service: Service) -> None:
    caller = service.caller().dials()
    for typed in TO_CONFIRM:
        screen = caller.types(typed).screen
        assert caller.sends_again().screen == screen
    screen = caller.types("1").screen
    assert caller.sends_again().screen == screen
    assert len(service.parts.cases.newest()) == 1


def test_the_confirming_request_fifty_times_at_once_registers_once(service: Service) -> None:
    caller = service.caller().dials()
    for typed in TO_CONFIRM:
        caller.types(typed)
    form = caller.form() | {"text": f"{caller.keyed}*1"}

    def confirm(_: int) -> str:
        return service.client.post("/ussd/africastalking", data=form).text

    with ThreadPoolExecutor(25) as pool:
        screens = set(pool.map(confirm, range(50)))
    assert len(screens) == 1
    case = service.only_case()
    assert reference_on(screens.pop()) == case.reference
    assert len(service.parts.cases.events_of(case)) == 1
    assert len(service.inbox()) == 1


def test_callers_at_once_get_numbers_of_their_own(service: Service) -> None:
    def call(number: int) -> str:
        return registers(service.caller(f"+9198000001{number:02}"))

    with ThreadPoolExecutor(8) as pool:
        references = list(pool.map(call, range(24)))
    assert len(set(references)) == 24
    assert {case.reference for case in service.parts.cases.newest()} == set(references)


def test_the_first_request_fifty_times_at_once_gives_one_menu(service: Service) -> None:
    form = service.caller().dials().form() | {"sessionId": "ATUid_new", "text": "1*4"}

    def dial(_: int) -> str:
        return service.client.post("/ussd/africastalking", data=form).text

    with ThreadPoolExecutor(25) as pool:
        assert len(set(pool.map(dial, range(50)))) == 1


@pytest.mark.parametrize(
    "late",
    [
        pytest.param("", id="the dial"),
        pytest.param("1", id="shorter"),
        pytest.param("1*2", id="different"),
        pytest.param("1*44", id="longer, but not by an answer"),
    ],
)
def test_a_late_request_changes_nothing(service: Service, late: str) -> None:
    caller = service.caller().dials().types("1").types("4")
    form = caller.form() | {"text": late}
    answer = service.client.post("/ussd/africastalking", data=form)
    assert answer.text == f"CON {caller.screen}"
    assert "थाना" in caller.types("800001").screen


def test_nothing_follows_the_last_screen(service: Service) -> None:
    caller = service.caller().dials().types("0")
    assert not caller.is_connected
    assert caller.types("1").screen.startswith("धन्यवाद")


def test_a_late_request_of_an_earlier_session_leaves_the_present_one_alone(
    service: Service,
) -> None:
    earlier = service.caller().dials().types("1")
    caller = service.caller().dials().types("1")
    assert not earlier.types("2").is_connected
    assert "फिर डायल करें" in earlier.screen
    assert "पिन कोड" in caller.types("1").screen


def test_two_phones_do_not_disturb_each_other(service: Service) -> None:
    first, second = service.caller(), service.caller("+919800000002")
    first.dials().types("1").types("4")
    second.dials().types("2")
    assert "थाना" in first.types("800001").screen
    assert "10 अंक" in second.sends_again().screen


def test_a_star_inside_an_answer_is_part_of_it(service: Service) -> None:
    caller = service.caller().dials()
    for typed in (*TO_CONFIRM[:4], "रात * दस बजे * चोरी", "1"):
        caller.types(typed)
    case = service.only_case()
    assert case.story == "रात * दस बजे * चोरी"


def test_a_session_whose_record_was_lost_is_rebuilt_from_what_was_keyed(service: Service) -> None:
    caller = service.caller().dials().types("1").types("4")
    _lose_records(service)
    assert caller.types("800001").screen.startswith("पटना का थाना?")


def test_a_rebuilt_session_never_guesses_a_story(service: Service) -> None:
    """What followed a story cannot be told from it."""
    caller = service.caller().dials()
    for typed in TO_CONFIRM:
        caller.types(typed)
    _lose_records(service)
    assert "क्या हुआ, कब, कहां?" in caller.types("1").screen
    reference_on(caller.types("साइकिल चोरी हुई").types("1").screen)
    assert service.only_case().story == "साइकिल चोरी हुई"


def test_a_rebuilt_session_that_had_registered_tells_the_number_again(service: Service) -> None:
    caller = service.caller().dials()
    for typed in (*TO_CONFIRM, "1"):
        caller.types(typed)
    reference = reference_on(caller.screen)
    _lose_records(service)
    assert reference_on(caller.sends_again().screen) == reference
    assert service.only_case().reference == reference


def test_whoever_redials_before_the_number_came_is_told_it(service: Service) -> None:
    """The confirming request is slow, she dials anew: her complaint is there, once."""
    caller = service.caller().dials()
    for typed in TO_CONFIRM:
        caller.types(typed)
    before = service.redis.dump(_session_key(service))
    assert before
    reference = reference_on(caller.types("1").screen)
    service.redis.restore(_session_key(service), 0, before, replace=True)
    assert reference_on(caller.dials().screen) == reference
    assert not caller.is_connected
    assert service.only_case().reference == reference
    assert caller.dials().screen.startswith("पुकार")


def test_a_provider_that_uses_a_session_id_again_loses_no_complaint(service: Service) -> None:
    first, second = service.caller(), service.caller()
    for caller, story in ((first, "पहली बात"), (second, "दूसरी बात")):
        caller.dials()
        caller.session = "AGAIN"
        caller.sends_again()
        for typed in (*TO_CONFIRM[:4], story, "1"):
            caller.types(typed)
        for _ in range(6):
            service.caller().dials()
    assert reference_on(first.screen) != reference_on(second.screen)
    assert len(service.parts.cases.newest()) == 2


def _session_key(service: Service) -> str:
    [key] = service.redis.scan_iter("pukar:session:*")
    return str(key.decode())


def _lose_records(service: Service) -> None:
    for key in list(service.redis.scan_iter("pukar:session:*")):
        service.redis.delete(key)
