"""Several gateways: weights, a bad one loses its share and regains it slowly, rates, nights."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Event, Thread

import pytest
import time_machine

from core.clock import HERE
from core.gateway_shares import Standing, Tried
from core.outbox import LEASE, LONGEST_TRY
from providers.transport import Refused, Silent, TryLater
from sms.gateway import Handed, OptedOut, Outgoing
from sms.switchboard import JUDGED_EVERY, Route, Switchboard, verdict_on
from tests.service import Service, postman_of, registers, service_with
from tests.sms.test_postman import Unsteady, wait_until
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=HERE)


class Down(Unsteady):
    """A gateway that takes nothing while it is down."""

    is_down = True
    asked = 0

    def send(self, letter: Outgoing) -> Handed:
        self.asked += 1
        if self.is_down:
            raise TryLater("no connection")
        return super().send(letter)


def several_letters(service: Service, count: int) -> None:
    reference = registers(service.caller())
    for number in range(count - 1):
        Texter(service, f"+9198000010{number:02}").writes(reference)


def test_letters_are_shared_out_by_weight(service: Service) -> None:
    routes = [Route(Unsteady(name="heavy"), weight=9), Route(Unsteady(name="light"), weight=1)]
    board = Switchboard(routes, service.parts.shares)
    first = Counter(board.order(words=False)[0].gateway.name for _ in range(500))
    assert 400 < first["heavy"] < 490


def test_where_the_first_is_down_the_second_takes_the_letter_at_once(service: Service) -> None:
    registers(service.caller())
    down, well = Down(name="down"), Unsteady(name="well")
    postman_of(service, Route(down, weight=10_000), Route(well)).round()
    assert (down.asked, len(well.sent)) == (1, 1)
    assert [each.gateway for each in service.parts.outbox.newest()] == ["well"]


def test_what_one_refuses_another_may_take_and_what_all_refuse_is_dead(service: Service) -> None:
    registers(service.caller())
    refusing = Unsteady(Refused("bad sender"), name="refusing")
    postman_of(service, Route(refusing, weight=10_000), Route(Unsteady(name="well"))).round()
    assert service.parts.outbox.counts() == {"sent": 1}
    registers(service.caller("+919800000002"))
    both = [Unsteady(Refused("bad sender"), name=name) for name in ("one", "two")]
    postman_of(service, *map(Route, both)).round()
    dead = service.parts.outbox.newest(status="dead")
    assert len(dead) == 1
    assert dead[0].trouble
    assert {"one: bad sender", "two: bad sender"} == set(dead[0].trouble.split("; "))


def test_a_silent_one_is_not_followed_by_another_so_that_nothing_goes_twice(
    service: Service,
) -> None:
    registers(service.caller())
    silent, well = Unsteady(Silent("no answer"), name="silent"), Unsteady(name="well")
    postman_of(service, Route(silent, weight=100_000), Route(well)).round()
    assert well.sent == []
    assert service.parts.outbox.counts() == {"due": 1}


def test_a_bad_gateway_loses_its_share_and_regains_it_slowly_and_every_decision_is_kept(
    service: Service,
) -> None:
    bad, well = Down(name="bad"), Unsteady(name="well")
    routes = [Route(bad, weight=10_000), Route(well)]
    postman = postman_of(service, *routes)
    board = postman.office.switchboard

    def share() -> int:
        return service.parts.shares.shares().get("bad", 100)

    with time_machine.travel(NOON, tick=False) as clock:
        reference = registers(service.caller())
        shares = []
        for number in range(60):
            Texter(service, f"+9198000020{number:02}").writes(reference)
            postman.round()
            clock.shift(timedelta(seconds=5))
            board.judge()
            shares.append(share())
        assert shares[-1] == 5
        assert sorted(shares, reverse=True) == shares
        bad.is_down = False
        board.judge()
        assert share() == 5
        seen = []
        for number in range(60):
            Texter(service, f"+9198000030{number:02}").writes(reference)
            postman.round()
            clock.shift(timedelta(minutes=1))
            board.judge()
            seen.append(share())
        assert sorted(seen) == seen
        assert all(after - before <= 10 for before, after in pairwise(seen))
        assert seen[3] == 5
        assert seen[-1] == 100
    shown = service.pukar("gateways")
    assert "bad" in shown
    assert "5 % -> 15 %" in shown
    assert "failed" in service.pukar("gateways", "--page", "1")
    assert service.parts.outbox.counts().keys() == {"sent"}


def tried(count: int, outcome: str = "sent", ms: int = 200, arrived: int | None = 5) -> list[Tried]:
    at = NOON - timedelta(minutes=8)
    settled = at + timedelta(seconds=arrived) if arrived is not None else None
    return [Tried(at, outcome, ms, settled, None if settled is None else True)] * count


def undelivered(count: int) -> list[Tried]:
    return [Tried(NOON, "sent", 100, NOON, arrived=False)] * count


@pytest.mark.parametrize(
    ("share", "tries", "held", "expected"),
    [
        pytest.param(100, tried(10), False, None, id="all well"),
        pytest.param(100, tried(2, "failed"), False, None, id="too few to tell"),
        pytest.param(100, tried(7) + tried(3, "failed"), False, 50, id="three of ten failed"),
        pytest.param(100, tried(8) + tried(2, "failed"), False, None, id="two of ten failed"),
        pytest.param(50, tried(8) + tried(2, "failed"), False, None, id="not well enough to gain"),
        pytest.param(100, tried(4, ms=30_000), False, 50, id="slow to answer"),
        pytest.param(100, tried(3) + tried(5, arrived=400), False, 50, id="slow to deliver"),
        pytest.param(100, tried(3) + tried(5, arrived=None), False, 50, id="not delivered yet"),
        pytest.param(100, tried(9, arrived=None), False, None, id="never sends receipts"),
        pytest.param(100, tried(9, "refused"), False, None, id="refusals are the letters' fault"),
        pytest.param(100, tried(7) + undelivered(3), False, 50, id="taken, and failed"),
        pytest.param(6, tried(9, "silent"), False, 5, id="a trickle is left"),
        pytest.param(5, tried(9, "silent"), False, None, id="no less than a trickle"),
        pytest.param(5, tried(1), False, 15, id="well again"),
        pytest.param(5, tried(1), True, None, id="well again, but held"),
        pytest.param(95, tried(9), False, 100, id="no more than all"),
        pytest.param(50, [], False, None, id="nothing to tell by"),
    ],
)
def test_what_share_a_gateway_deserves(
    share: int, tries: list[Tried], held: object, expected: int | None
) -> None:
    until = NOON + timedelta(minutes=1) if held else NOON - timedelta(minutes=1)
    verdict = verdict_on(Standing("x", share, until, NOON), tries, NOON)
    assert (verdict[0] if verdict else None) == expected


def test_a_gateway_is_judged_by_one_process_at_a_time(service: Service) -> None:
    shares = service.parts.shares
    with time_machine.travel(NOON, tick=False) as clock:
        shares.to_judge("x", JUDGED_EVERY)
        assert shares.to_judge("x", JUDGED_EVERY) is None
        clock.shift(timedelta(seconds=16))
        assert shares.to_judge("x", JUDGED_EVERY)
        assert shares.to_judge("x", JUDGED_EVERY) is None


def test_a_rate_spreads_the_letters_of_all_processes(service: Service) -> None:
    board = Switchboard([], service.parts.shares)
    route = Route(Unsteady(), per_second=4)
    with time_machine.travel(NOON, tick=False) as clock:
        waits = [board.seconds_to_slot(route) for _ in range(4)]
        assert waits == [0, 0.25, 0.5, 0.75]
        clock.shift(timedelta(seconds=10))
        assert board.seconds_to_slot(route) == 0
    assert board.seconds_to_slot(Route(Unsteady())) == 0


@pytest.mark.parametrize(
    ("hour", "minute", "goes"), [(20, 59, True), (21, 0, False), (7, 59, False), (8, 0, True)]
)
def test_news_wait_for_the_morning_and_answers_do_not(
    sqlite_database_url: str, fresh_redis_url: str, hour: int, minute: int, goes: object
) -> None:
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    with (
        time_machine.travel(NOON.replace(hour=hour, minute=minute), tick=False),
        service_with(**stores, quiet_hours="21:00-08:00") as service,
    ):
        gateway = Unsteady()
        postman = postman_of(service, Route(gateway))
        reference = registers(service.caller())
        assert postman.round() == 1
        service.pukar("cases", "move", reference, "sent_to_station")
        assert postman.round() == int(bool(goes))
        Texter(service).writes("112")
        assert postman.round() == 1
        assert gateway.sent[-1].text.startswith("खतरा है?")


def test_answers_go_before_news(service: Service) -> None:
    references = [registers(service.caller(f"+91980000000{number}")) for number in (1, 2, 3)]
    service.inbox()
    for reference in references:
        service.pukar("cases", "move", reference, "sent_to_station")
    Texter(service, "+919800000009").writes("112")
    first = service.parts.outbox.take_due(1)
    assert [letter.template for letter in first] == ["danger"]


def test_a_phone_gets_its_letters_in_the_order_of_what_they_tell(service: Service) -> None:
    reference = registers(service.caller())
    for state in ("sent_to_station", "under_enquiry", "disposed"):
        service.pukar("cases", "move", reference, state)
    gateway = Unsteady()
    postman = postman_of(service, Route(gateway))
    while postman.round():
        pass
    ids = [letter.id for letter in gateway.sent]
    assert len(ids) == 4
    assert sorted(ids) == ids


def test_a_dead_letter_can_be_tried_anew(service: Service) -> None:
    registers(service.caller())
    postman_of(service, Route(Unsteady(Refused("bad sender")))).round()
    listed = service.pukar("letters", "list", "--status", "dead")
    assert "dead: 1" in listed
    assert "unsteady: bad sender" in listed
    assert "1 due again" in service.pukar("letters", "retry", "--all")
    assert postman_of(service, Route(Unsteady())).round() == 1
    assert service.parts.outbox.counts() == {"sent": 1}


def test_it_is_given_up_after_two_days_of_growing_pauses(service: Service) -> None:
    registers(service.caller())
    gateway = Down()
    postman = postman_of(service, Route(gateway))
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        tries = []
        for _ in range(50 * 60):
            if postman.round():
                tries.append(datetime.now(UTC))
            clock.shift(timedelta(minutes=1))
    pauses = [after - before for before, after in pairwise(tries)]
    assert pauses[0] < timedelta(minutes=3)
    assert timedelta(minutes=59) < max(pauses) < timedelta(minutes=80)
    assert timedelta(hours=47) < tries[-1] - tries[0] < timedelta(hours=50)
    assert [each.trouble for each in service.parts.outbox.newest(status="dead")] == [
        "unsteady: no connection"
    ]


def test_news_keep_their_order_even_if_one_has_to_be_tried_again(service: Service) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        reference = registers(service.caller())
        service.inbox()
        for state in ("sent_to_station", "under_enquiry"):
            service.pukar("cases", "move", reference, state)
        gateway = Unsteady(TryLater("busy"))
        postman = postman_of(service, Route(gateway))
        assert postman.round() == 1
        assert postman.round() == 0
        clock.shift(timedelta(minutes=2))
        while postman.round():
            pass
    assert ["थाने भेजा गया" in letter.text for letter in gateway.sent] == [True, False]


def test_a_letter_stays_in_its_hands_for_the_length_of_a_try(service: Service) -> None:
    registers(service.caller())
    outbox = service.parts.outbox
    with time_machine.travel(NOON + timedelta(days=1), tick=False) as clock:
        [letter] = outbox.take_due()
        assert outbox.hold(letter) is letter
        clock.shift(LEASE - LONGEST_TRY + timedelta(seconds=1))
        held = outbox.hold(letter)
        assert held
        assert held.leased_until > letter.leased_until
        assert outbox.hold(letter) is None
        clock.shift(LONGEST_TRY)
        assert outbox.take_due() == []


def test_a_letter_whose_lease_was_renewed_goes_on_to_the_next_gateway(service: Service) -> None:
    with time_machine.travel(NOON, tick=False) as clock:

        class Takes(Down):
            def send(self, letter: Outgoing) -> Handed:
                clock.shift(timedelta(seconds=100))
                return super().send(letter)

        registers(service.caller())
        slow = [Takes(name=f"slow{number}") for number in range(5)]
        routes = [Route(each, weight=9999) for each in slow]
        well = Unsteady(name="well")
        postman_of(service, *routes, Route(well)).round()
    assert [each.asked for each in slow] == [1] * 5
    assert len(well.sent) == 1


def test_an_answer_in_words_falls_back_on_the_letter_that_says_the_same(service: Service) -> None:
    reference = registers(service.caller())
    service.inbox()
    Texter(service).writes(reference)
    Texter(service, "+919800000002").writes("शिकायत")
    down = Down(name="down")
    assert postman_of(service, Route(down)).round() == 2
    assert down.asked == 2
    board = Switchboard(
        [Route(down), Route(Unsteady(name="dlt"), is_dlt=True)], service.parts.shares
    )
    assert [each.gateway.name for each in board.order(words=True)] == ["down", "dlt"]
    assert [each.gateway.name for each in board.order(words=True, stands_in=False)] == ["down"]


def test_an_answer_is_not_lost_to_an_opt_out_at_one_gateway(service: Service) -> None:
    Texter(service).writes("112")
    opted_out, well = Unsteady(OptedOut("error 21610"), name="opted"), Unsteady(name="well")
    postman_of(service, Route(opted_out, weight=9999), Route(well)).round()
    assert len(well.sent) == 1
    reference = registers(service.caller())
    service.pukar("cases", "move", reference, "sent_to_station")
    assert service.parts.outbox.counts().get("stopped") is None


def test_a_fault_of_our_own_is_seen_and_the_letter_tried_later(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    registers(service.caller())
    gateway = Unsteady()
    postman = postman_of(service, Route(gateway))

    def fails(*_: object) -> None:
        raise TypeError("no text")

    with monkeypatch.context() as patch:
        patch.setattr(postman.office.outbox, "mark_sent", fails)
        stop = Event()
        thread = Thread(target=postman.run, args=(stop,))
        thread.start()
        wait_until(lambda: "TypeError('no text')" in service.pukar("letters", "list"))
        stop.set()
        thread.join()
    assert len(gateway.sent) == 1


def test_the_lists_tell_what_an_operator_looks_for(service: Service) -> None:
    reference = registers(service.caller())
    registers(service.caller("+919800000002"))
    shown = service.pukar("letters", "list", "--case", reference)
    assert "No worker was seen" in shown
    assert shown.count("state.received") == 1
    postman = postman_of(service, Route(Unsteady(TryLater("wrong key"), name="simulator")))
    postman.round()
    postman.office.switchboard.judge()
    shown = service.pukar("gateways")
    assert "No worker" not in shown
    assert "wrong key" in shown


def test_news_follow_the_answer_before_them(service: Service) -> None:
    reference = registers(service.caller())
    service.pukar("cases", "move", reference, "sent_to_station")
    outbox = service.parts.outbox
    assert [letter.template for letter in outbox.take_due()] == ["state.received"]
    assert outbox.take_due() == []
