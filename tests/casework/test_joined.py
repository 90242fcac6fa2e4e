"""Cases that were joined: who reads them, who moves them, what is left of each one's own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest

from casework.viewer import Viewer
from casework.work import NotAllowed, Work
from core.case_file import CaseError
from core.cases import Move
from core.clock import as_of
from core.dialogue import Typed
from core.replies import Replies, Reply
from tests.casework.precinct import Precinct, at, precinct

OTHER_PHONE, THIRD_PHONE = "+919800000002", "+919800000003"
STATE = Viewer(90, "control", "state")
SUPERVISOR = Viewer(91, "sp.patna", "district", "PATNA")
GAYA = ("GAY01", "GAYA")


@pytest.fixture
def patna(sqlite_database_url: str) -> Iterator[Precinct]:
    with precinct(sqlite_database_url) as patna:
        yield patna


@pytest.fixture
def busy(postgresql_database_url: str) -> Iterator[Precinct]:
    """A precinct where several write at the same time; on SQLite there is one writer at most."""
    with precinct(postgresql_database_url) as busy:
        yield busy


def work(patna: Precinct) -> Work:
    return Work(patna.cases.files)


def officer(patna: Precinct, login: str, role: str = "station") -> Viewer:
    hired = patna.hires(login, role)
    return Viewer(hired, login, "station", "PATNA", "PAT01")


def two(patna: Precinct, **columns: object) -> tuple[str, str]:
    """Register two cases of a day that tell of the same, to follow and to lead."""
    both = patna.registers(at(1)), patna.registers(at(1), phone=OTHER_PHONE)
    if columns:
        for each in both:
            patna.sets(each, **columns)
    return both


def join(patna: Precinct, follower: str, leading: str, by: Viewer = STATE) -> None:
    with as_of(at(2)):
        work(patna).join(by, follower, leading)


def joined(patna: Precinct, **columns: object) -> tuple[str, str]:
    follower, leading = two(patna, **columns)
    join(patna, follower, leading)
    return follower, leading


def move(patna: Precinct, reference: str, to: str, by: Viewer = STATE, **details: str) -> None:
    with as_of(at(3)):
        work(patna).move(by, reference, Move(to, by.login, details=details))


def states(patna: Precinct, *references: str) -> list[str]:
    return [patna.row(each).state for each in references]


def apart(patna: Precinct, reference: str, other: str, by: Viewer = STATE) -> None:
    with as_of(at(4)):
        work(patna).set_apart(by, reference, other)


# --- Whose they are


@pytest.mark.parametrize("protection", [None, "women"])
def test_who_begins_with_a_case_has_it_and_none_of_those_that_follow(
    patna: Precinct, protection: str | None
) -> None:
    follower, leading = joined(patna, protection=protection)
    asha = officer(patna, "asha")
    if protection:
        patna.gives(leading, asha.id)

    move(patna, leading, "sent_to_station", asha)

    assert states(patna, follower, leading) == ["sent_to_station", "sent_to_station"]
    assert (patna.row(leading).officer_id, patna.row(follower).officer_id) == (asha.id, None)
    assert asha.reads(patna.row(follower)) == (protection is None)


def test_an_officer_keeps_his_case_when_it_is_joined_and_goes_with_another(
    patna: Precinct,
) -> None:
    follower, leading = two(patna, protection="child")
    asha, mira = officer(patna, "asha"), officer(patna, "mira")
    patna.gives(follower, asha.id)
    patna.gives(leading, mira.id)

    join(patna, follower, leading, SUPERVISOR)
    move(patna, leading, "sent_to_station", mira)

    assert asha.reads(patna.row(follower))
    assert not mira.reads(patna.row(follower))


def test_a_transfer_leaves_every_case_without_its_officer(patna: Precinct) -> None:
    follower, leading = two(patna)
    asha, mira = officer(patna, "asha"), officer(patna, "mira")
    patna.gives(follower, asha.id)
    patna.gives(leading, mira.id)
    join(patna, follower, leading)

    patna.moves(at(3), leading, "transferred", district="GAYA", station="GAY01")

    for each in (follower, leading):
        row = patna.row(each)
        assert (row.station, row.district, row.officer_id) == (*GAYA, None)


# --- Protection


@pytest.mark.parametrize("protection", ["women", "conduct"])
def test_cases_that_are_not_protected_alike_are_not_joined(
    patna: Precinct, protection: str
) -> None:
    follower, leading = two(patna)
    patna.sets(follower, protection=protection)
    for one, other in ((follower, leading), (leading, follower)):
        with pytest.raises(CaseError, match="protect both alike first"):
            join(patna, one, other, SUPERVISOR)

    with as_of(at(2)):
        work(patna).protect(SUPERVISOR, leading, protection)
    join(patna, follower, leading, SUPERVISOR)

    assert patna.row(follower).joined_to == patna.row(leading).id


@pytest.mark.parametrize("is_follower", [True, False])
def test_what_protects_one_protects_all_that_are_joined(
    patna: Precinct, *, is_follower: bool
) -> None:
    follower, leading = joined(patna)
    third = patna.registers(at(1), phone=THIRD_PHONE)
    join(patna, third, leading)

    with as_of(at(3)):
        asha = officer(patna, "asha")
        work(patna).protect(asha, follower if is_follower else leading, "secret")

    for each in (follower, leading, third):
        assert patna.row(each).protection == "secret"
        assert not asha.sees(patna.row(each))
        last = patna.events(each)[-1]
        assert (last.kind, last.who) == ("protected", "asha")
        assert last.details == {"protection": "secret"}


def test_a_protection_is_changed_by_who_works_all_that_are_joined(patna: Precinct) -> None:
    follower = patna.registers(at(1), *GAYA, phone=OTHER_PHONE)
    leading = patna.registers(at(1))
    for each in (follower, leading):
        patna.sets(each, protection="conduct")
    join(patna, follower, leading)

    with pytest.raises(NotAllowed, match="state control room"):
        work(patna).protect(SUPERVISOR, leading, "")
    assert patna.row(leading).protection == patna.row(follower).protection == "conduct"
    work(patna).protect(STATE, leading, "")
    assert patna.row(leading).protection is patna.row(follower).protection is None


# --- Who moves them


def test_a_case_with_an_fir_leads_and_follows_none(patna: Precinct) -> None:
    with_fir, other = two(patna)
    move(patna, with_fir, "sent_to_station")
    move(patna, with_fir, "fir_registered", fir_number="7/2026", fir_date="01-01-2026")
    with pytest.raises(CaseError, match="There is an FIR in this case"):
        join(patna, with_fir, other)
    join(patna, other, with_fir)
    assert patna.row(other).joined_to == patna.row(with_fir).id


def test_cases_of_two_districts_are_joined_by_the_state_and_moved_by_who_works_the_leading_one(
    patna: Precinct,
) -> None:
    follower = patna.registers(at(1), *GAYA, phone=OTHER_PHONE)
    leading = patna.registers(at(1))
    with pytest.raises(CaseError, match="There is no case"):
        join(patna, follower, leading, SUPERVISOR)
    with pytest.raises(CaseError, match="There is no case"):
        join(patna, leading, follower, SUPERVISOR)

    join(patna, follower, leading)
    move(patna, leading, "sent_to_station", officer(patna, "asha"))

    assert states(patna, follower, leading) == ["sent_to_station", "sent_to_station"]


@pytest.mark.parametrize("protection", ["conduct", "secret"])
def test_what_is_kept_from_stations_moves_with_no_case_of_a_station(
    patna: Precinct, protection: str
) -> None:
    follower, leading = joined(patna)
    patna.sets(follower, protection=protection)  # as it could be joined before

    with pytest.raises(NotAllowed, match="state control room"):
        move(patna, leading, "rejected", officer(patna, "asha"), reason="not_police")

    assert states(patna, follower, leading) == ["received", "received"]
    move(patna, leading, "sent_to_station", SUPERVISOR)
    assert states(patna, follower, leading) == ["sent_to_station", "sent_to_station"]


def test_a_complaint_about_the_police_of_one_district_is_moved_by_no_other(
    patna: Precinct,
) -> None:
    follower = patna.registers(at(1), *GAYA, phone=OTHER_PHONE)
    leading, third = patna.registers(at(1)), patna.registers(at(1), phone=THIRD_PHONE)
    for each in (follower, leading, third):
        patna.sets(each, protection="conduct")
    join(patna, follower, leading)

    with pytest.raises(NotAllowed):
        move(patna, leading, "withdrawn", SUPERVISOR)
    with pytest.raises(NotAllowed):
        join(patna, leading, third, SUPERVISOR)

    assert states(patna, follower, leading) == ["received", "received"]
    move(patna, leading, "withdrawn")
    assert states(patna, follower, leading) == ["withdrawn", "withdrawn"]


# --- Ends


@pytest.mark.parametrize("is_follower", [True, False])
def test_what_is_closed_is_not_joined(patna: Precinct, *, is_follower: bool) -> None:
    follower, leading = two(patna)
    patna.moves(at(2), follower if is_follower else leading, "withdrawn")

    with pytest.raises(CaseError, match="is closed; open it again first"):
        join(patna, follower, leading)

    assert patna.row(follower).joined_to is None


def test_those_that_follow_are_closed_and_opened_with_the_leading_one(patna: Precinct) -> None:
    follower, leading = joined(patna)

    move(patna, leading, "withdrawn")
    assert patna.row(follower).stage == "closed"
    assert patna.row(follower).closed_at == at(3)
    move(patna, leading, "reopened")

    assert states(patna, follower, leading) == ["reopened", "reopened"]
    assert patna.row(follower).closed_at is None


@pytest.mark.parametrize("is_follower", [True, False])
def test_what_was_joined_by_mistake_is_taken_apart(patna: Precinct, *, is_follower: bool) -> None:
    follower, leading = joined(patna)
    move(patna, leading, "sent_to_station")
    move(patna, leading, "under_enquiry")  # 14 days from the 3rd

    pair = (follower, leading) if is_follower else (leading, follower)
    apart(patna, *pair, SUPERVISOR)

    row = patna.row(follower)
    assert (row.joined_to, row.due_at, row.look_at) == (None, at(18, 0), at(17, 0))
    for each, other in ((follower, leading), (leading, follower)):
        last = patna.events(each)[-1]
        assert (last.kind, last.who, last.details) == ("apart", "sp.patna", {"case": other})
    move(patna, leading, "disposed")
    assert states(patna, follower, leading) == ["under_enquiry", "disposed"]
    patna.looks(at(18))
    assert [kind for kind, _ in patna.traces(follower)] == ["raised"]


def test_a_case_that_is_late_is_looked_at_as_soon_as_it_is_taken_apart(patna: Precinct) -> None:
    follower, leading = joined(patna)
    patna.sets(follower, due_at=at(3))

    apart(patna, follower, leading)

    assert patna.row(follower).look_at == at(4)


def test_a_closed_case_that_is_taken_apart_stays_closed(patna: Precinct) -> None:
    follower, leading = joined(patna)
    move(patna, leading, "withdrawn")

    apart(patna, follower, leading)

    row = patna.row(follower)
    assert (row.joined_to, row.stage, row.look_at) == (None, "closed", None)


def test_who_does_not_work_the_leading_case_takes_nothing_apart(patna: Precinct) -> None:
    follower = patna.registers(at(1), *GAYA, phone=OTHER_PHONE)
    leading = patna.registers(at(1))
    join(patna, follower, leading)

    with pytest.raises(CaseError, match="There is no case"):
        apart(patna, leading, follower, SUPERVISOR)

    assert patna.row(follower).joined_to == patna.row(leading).id


def test_those_that_followed_a_case_that_is_joined_are_told_whom_they_follow_now(
    patna: Precinct,
) -> None:
    first, second = joined(patna)
    third = patna.registers(at(1), phone=THIRD_PHONE)
    before = patna.row(first).version

    join(patna, second, third)

    assert patna.row(first).joined_to == patna.row(second).joined_to == patna.row(third).id
    assert patna.row(first).version == before + 1
    last = patna.events(first)[-1]
    assert (last.kind, last.details) == ("joined", {"case": third, "as": "follows"})
    led = [each.details["case"] for each in patna.events(third) if each.kind == "joined"]
    assert sorted(led) == sorted([first, second])


# --- Several at a time


def at_once(*acts: Callable[[], None]) -> list[str]:
    """Do things at the same time, and give why each of them could not be done ("" if it was)."""
    start = Barrier(len(acts))

    def outcome(act: Callable[[], None]) -> str:
        start.wait()
        try:
            act()
        except CaseError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(outcome, acts))


def test_two_that_join_the_same_cases_the_other_way_round_do_not_wait_for_each_other(
    busy: Precinct,
) -> None:
    already = "One of the two is joined already; join to the one it follows."
    for _ in range(10):
        one, other = two(busy)
        ways = [partial(work(busy).join, STATE, *pair) for pair in ((one, other), (other, one))]
        assert sorted(at_once(*ways)) == ["", already]


def test_joined_cases_are_written_into_from_all_sides_at_once(busy: Precinct) -> None:
    moved_too_late = "This case is joined to another, and goes where that one goes."
    replies = Replies(busy.cases.files)
    for _ in range(10):
        follower, leading = joined(busy)
        third = busy.registers(at(1), phone=THIRD_PHONE)
        reply = Reply(follower, "+919800000001", "a conversation", Typed("परसों"))
        done = at_once(
            partial(work(busy).set_apart, STATE, follower, leading),
            partial(work(busy).move, STATE, leading, Move("sent_to_station", "control")),
            partial(work(busy).note, STATE, follower, "कुछ शब्द"),
            partial(work(busy).join, STATE, leading, third),
            partial(replies.answer, reply),
        )
        assert set(done) <= {"", moved_too_late}
        assert busy.row(follower).joined_to in (None, busy.row(third).id)
