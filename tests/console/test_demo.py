"""The demo's people and its month: there after the first start, also if one was broken off."""

import pytest

import console.demo
from audio.engine import NoVoice
from audio.engines.espeak import Espeak
from casework.made_up import demo_sign_ins
from casework.officers import Officers
from casework.sign_in import SignIns
from console.demo import PEOPLE, furnish
from core.cases import Cases
from tests.desk.officers import officers_of
from tests.service import Service

pytestmark = pytest.mark.redis

CASES = 8


@pytest.fixture
def demo(sqlite_service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A demo with nothing in it yet, whose month will be a small one without recordings."""

    def silent(*_: object) -> None:
        raise NoVoice

    monkeypatch.setattr("console.month.CASES", CASES)
    monkeypatch.setattr(Espeak, "say", silent)
    officers_of(sqlite_service)
    return sqlite_service


def start(demo: Service) -> list[str]:
    said: list[str] = []
    furnish(demo.parts, said.append)
    return said


def start_and_break_off(demo: Service, what: object, name: str, time: int) -> None:
    """Start, and let Ctrl-C come as something is done for the n-th time."""
    real, times = getattr(what, name), iter(range(1, time + 1))

    def broken(*given: object) -> object:
        if next(times) == time:
            raise KeyboardInterrupt
        return real(*given)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(what, name, broken)
        with pytest.raises(KeyboardInterrupt):
            start(demo)


def who_signs_in(demo: Service) -> set[str]:
    """Let everybody sign in with what is told of him."""
    sign_ins, told = SignIns(demo.parts.officers), demo_sign_ins(demo.parts.settings.data_dir)
    people = [sign_ins.check(each.login, each.password, each.code) for each in told]
    return {each.login for each in people if not each.must_change_password}


def test_a_demo_has_its_people_and_a_month_of_cases(demo: Service) -> None:
    assert len(start(demo)) == 1
    assert who_signs_in(demo) == {*PEOPLE}
    assert len(demo.parts.cases.newest()) == CASES
    assert "due" not in demo.parts.outbox.counts()
    assert list(demo.parts.audit.verify()) == []


def test_another_start_changes_nothing(demo: Service) -> None:
    start(demo)
    before = demo.parts.audit.head(), demo_sign_ins(demo.parts.settings.data_dir)
    assert start(demo) == []
    assert (demo.parts.audit.head(), demo_sign_ins(demo.parts.settings.data_dir)) == before


@pytest.mark.parametrize(
    ("what", "name", "time"),
    [(Cases, "register", 3), (console.demo, "deliver_letters_of_the_past", 1)],
    ids=["in the middle", "at the end"],
)
def test_a_month_that_was_broken_off_is_made_from_the_beginning(
    demo: Service, what: object, name: str, time: int
) -> None:
    start_and_break_off(demo, what, name, time)
    assert demo.parts.cases.newest() == []
    assert len(start(demo)) == 1
    assert len(demo.parts.cases.newest()) == CASES
    assert "due" not in demo.parts.outbox.counts()
    assert list(demo.parts.audit.verify()) == []


@pytest.mark.parametrize(
    ("what", "name"),
    [(Officers, "add"), (console.demo, "spare_choosing"), (console.demo, "keep_person")],
)
def test_who_was_not_hired_to_the_end_is_hired_at_the_next_start(
    demo: Service, what: object, name: str
) -> None:
    start_and_break_off(demo, what, name, 3)
    told = demo_sign_ins(demo.parts.settings.data_dir)
    assert len(told) == 2
    start(demo)
    assert who_signs_in(demo) == {*PEOPLE}
    assert {each.password for each in told} < {
        each.password for each in demo_sign_ins(demo.parts.settings.data_dir)
    }


def test_where_no_password_is_told_any_more_there_are_new_ones(demo: Service) -> None:
    start(demo)
    (demo.parts.settings.data_dir / "desk.json").write_text("{", encoding="utf-8")
    start(demo)
    assert who_signs_in(demo) == {*PEOPLE}
