"""What takes long is worked out once for a while; what is quick is always new."""

from collections.abc import Callable, Iterator
from itertools import count
from threading import Event, Thread

import pytest

from casework.kept import Kept


class Clock:
    """A clock that goes on by itself only while somebody works."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def work(self, seconds: float, numbers: Iterator[int]) -> Callable[[], int]:
        def work() -> int:
            self.seconds += seconds
            return next(numbers)

        return work


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("casework.kept.time.monotonic", lambda: clock.seconds)
    return clock


def test_what_is_quick_is_worked_out_each_time(clock: Clock) -> None:
    answers, work = Kept[int](), clock.work(0.1, count(1))
    assert [answers.get("?", work) for _ in range(3)] == [1, 2, 3]


@pytest.mark.parametrize(("took", "lasts"), [(1, 30), (10, 300), (100, 600)])
def test_what_takes_long_lasts_thirty_times_as_long_up_to_ten_minutes(
    clock: Clock, took: float, lasts: float
) -> None:
    answers, work = Kept[int](), clock.work(took, count(1))
    assert answers.get("?", work) == 1
    clock.seconds += lasts - 1
    assert answers.get("?", work) == 1
    clock.seconds += 2
    assert answers.get("?", work) == 2


def test_a_least_time_may_be_asked_for(clock: Clock) -> None:
    answers, work = Kept[int](), clock.work(0, count(1))
    seen = []
    for passed in (0, 299, 2):
        clock.seconds += passed
        seen.append(answers.get("?", work, least_seconds=300))
    assert seen == [1, 1, 2]


def test_questions_are_kept_apart_and_forgotten_when_there_are_many(clock: Clock) -> None:
    answers, work = Kept[int](), clock.work(100, count(1))
    assert [answers.get(n, work) for n in (1, 2, 1)] == [1, 2, 1]
    for n in range(3, 202):
        answers.get(n, work)
    assert answers.get(1, lambda: 0) == 0


def test_while_somebody_works_it_out_the_one_before_will_do() -> None:
    answers, begun, may_end = Kept[str](), Event(), Event()
    answers.get("?", lambda: "old")

    def slow() -> str:
        begun.set()
        may_end.wait(10)
        return "new"

    thread = Thread(target=answers.get, args=("?", slow))
    thread.start()
    try:
        assert begun.wait(10)
        assert answers.get("?", lambda: "never") == "old"
    finally:
        may_end.set()
        thread.join()


def test_what_fails_is_tried_again() -> None:
    answers = Kept[int]()
    with pytest.raises(ZeroDivisionError):
        answers.get("?", lambda: 1 // 0)
    assert answers.get("?", lambda: 1) == 1
