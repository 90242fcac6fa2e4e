"""The demo's people and its month: there after the first start, also if one was broken off."""

from datetime import date
from random import Random

import pytest

import console.demo
from audio.engine import NoVoice
from audio.engines.espeak import Espeak
from casework.form import as_kept
from casework.made_up import demo_sign_ins
from casework.officers import Officers
from casework.sign_in import SignIns
from console.demo import PEOPLE, furnish
from console.matters import MATTERS
from core.cases import Cases
from core.dialogue import Recorded, Typed
from core.service_entry import Service as Source
from core.services import SERVICES
from core.states import STATES
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


def test_a_day_in_the_month_is_like_one_in_life(demo: Service) -> None:
    """Whatever is urgent has alerted somebody, whoever was told to be silent is."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("console.month.CASES", 60)
        start(demo)
    register = demo.parts.cases
    found = [register.look_up(each.reference) for each in register.newest(most=60)]
    services = {case.service for case in found}
    assert {"complaint", "lost_property", "character_certificate"} <= services
    for case in found:
        kinds = [event.kind for event in register.events_of(case)]
        assert ("alerted" in kinds) is case.is_urgent
        assert not (case.is_silent and demo.parts.outbox.newest(case_id=case.id))
        assert bool(register.told_of(case)) is bool(SERVICES[case.service].fields)
        assert bool(case.phone) is not SERVICES[case.service].is_nameless
    assert any(case.is_silent and case.pin_hash for case in found)
    assert any(case.diary_number for case in found)


REGISTERING = [each for each in SERVICES.values() if each.course]


def test_the_month_knows_every_kind_of_matter() -> None:
    assert MATTERS.keys() == {kind for service in REGISTERING for kind in service.kinds}


@pytest.mark.parametrize("service", REGISTERING, ids=[each.key for each in REGISTERING])
def test_what_comes_of_a_matter_is_on_the_course_of_its_service(service: Source) -> None:
    course = service.course or {}
    for matter in (MATTERS[kind] for kind in service.kinds):
        for way in matter.ways:
            state = "received"
            for step in way:
                if step.to in STATES:
                    assert step.to in course[state], (service.key, state, step.to)
                    state = step.to
            assert "answer" not in [step.to for step in way[:1]]


@pytest.mark.parametrize("service", REGISTERING, ids=[each.key for each in REGISTERING])
def test_what_is_told_of_a_matter_fits_its_form(service: Source) -> None:
    asked = [name for name, each in service.fields.items() if not each.later]
    for kind in service.kinds:
        matter = MATTERS[kind]
        assert all(matter.stories) is not bool(asked)
        forms = list(matter.later)
        for seed in range(20):
            chance = Random(seed)  # noqa: S311  # no secret
            form = matter.form(chance, date(2026, 11, 24)) if matter.form else {}
            assert list(form) == asked
            assert all(isinstance(each, Typed) or each.isascii() for each in form.values())
            forms.append({name: _written(value) for name, value in form.items()})
        for values in forms:
            kept = {name: as_kept(service.fields[name], value) for name, value in values.items()}
            assert kept == values


def _written(value: str | Typed | Recorded) -> str:
    assert not isinstance(value, Recorded)
    return value.words if isinstance(value, Typed) else value


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
