"""Nothing goes late in silence: who is reminded, to whom it is raised, and what is left of it."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from sqlalchemy import select

from casework.overseer import Overseer
from casework.viewer import Viewer
from casework.work import Work
from core.case_file import CaseFiles
from core.clock import as_of
from core.database import DatabaseDown
from core.dialogue import Typed
from core.replies import Rating, Replies, Reply
from core.tables import letters
from tests.casework.precinct import Precinct, at, precinct

OFFICER_IS_REMINDED = ("reminded", {"of": "due", "whom": "officer", "officer": "asha"})


@pytest.fixture
def patna(sqlite_database_url: str) -> Iterator[Precinct]:
    with precinct(sqlite_database_url) as patna:
        yield patna


@pytest.fixture
def either(database_url: str) -> Iterator[Precinct]:
    """The same on either kind of database."""
    with precinct(database_url) as either:
        yield either


@pytest.fixture
def staffed(patna: Precinct) -> Precinct:
    """A district where everybody is: asha at the station, the supervisor, the state."""
    patna.hires("asha")
    patna.hires("sp.patna", "district")
    patna.hires("control", "state")
    return patna


def enquiry(patna: Precinct, *, officer: int | None = 1) -> str:
    """A case under enquiry since 1 June: 14 days end with the 15th."""
    reference = patna.registers(at(1))
    patna.moves(at(1), reference, "sent_to_station")
    patna.moves(at(1), reference, "under_enquiry")
    if officer:
        patna.gives(reference, officer)
    return reference


def test_the_officer_is_reminded_the_day_before(staffed: Precinct) -> None:
    reference = enquiry(staffed)

    staffed.looks(at(14, 23))
    assert staffed.traces(reference) == []
    staffed.looks(at(15, 0))
    staffed.looks(at(15, 23))

    assert staffed.traces(reference) == [OFFICER_IS_REMINDED]
    assert staffed.letters(reference) == []


def test_an_officer_with_a_phone_gets_an_sms(patna: Precinct) -> None:
    phone = patna.seal.close("+919800000077")
    reference = enquiry(patna, officer=patna.hires("asha", phone_sealed=phone))

    patna.looks(at(15))

    query = select(letters).where(letters.c.template == "duty")
    with patna.database.reading() as connection:
        letter = connection.execute(query).one()
    assert patna.seal.open(letter.phone_sealed) == "+919800000077"
    assert letter.variables == {"reference": reference}
    assert patna.letters(reference) == []  # it is no letter to the citizen


def test_an_officers_phone_that_no_key_opens_stops_nothing(patna: Precinct) -> None:
    reference = enquiry(patna, officer=patna.hires("asha", phone_sealed=b"of another key"))

    patna.looks(at(15))

    assert patna.traces(reference) == [OFFICER_IS_REMINDED]


def test_it_is_raised_step_by_step_and_the_citizen_hears_of_it_once(staffed: Precinct) -> None:
    reference = enquiry(staffed)
    staffed.looks(at(15))

    staffed.looks(at(16, 0))
    assert staffed.traces(reference)[1:] == [("raised", {"to": "district"})]
    assert staffed.row(reference).raised == 2
    assert staffed.letters(reference) == ["raised"]

    staffed.looks(at(22, 23))
    assert len(staffed.traces(reference)) == 2
    staffed.looks(at(23, 0))
    assert staffed.traces(reference)[2:] == [("raised", {"to": "state"})]
    assert staffed.row(reference).raised == 3

    staffed.looks(at(22, 23, month=7))
    assert len(staffed.traces(reference)) == 3
    staffed.looks(at(23, 0, month=7))
    assert staffed.traces(reference)[3:] == [("raised", {"to": "state", "again": "yes"})]
    assert staffed.letters(reference) == ["raised"]


def test_without_an_officer_the_supervisor_is_reminded(patna: Precinct) -> None:
    patna.hires("sp.patna", "district")
    reference = enquiry(patna, officer=None)

    patna.looks(at(15))
    patna.looks(at(16))

    assert patna.traces(reference) == [
        ("reminded", {"of": "due", "whom": "district", "without": "officer"}),
        ("raised", {"to": "district", "without": "officer"}),
    ]


@pytest.mark.parametrize(
    "left", [{"is_active": False}, {"station": "PAT02"}], ids=["left", "went elsewhere"]
)
def test_an_officer_who_is_not_there_any_more_is_none(
    patna: Precinct, left: dict[str, object]
) -> None:
    patna.hires("control", "state")
    reference = enquiry(patna, officer=patna.hires("asha", **left))

    patna.looks(at(15))

    without = {"of": "due", "whom": "state", "without": "officer,supervisor"}
    assert patna.traces(reference) == [("reminded", without)]


@pytest.mark.parametrize("role", ["women", "district", "state"])
def test_a_case_may_be_anybodys_who_works_there(patna: Precinct, role: str) -> None:
    reference = enquiry(patna, officer=patna.hires("asha", role))

    patna.looks(at(15))

    assert patna.traces(reference) == [OFFICER_IS_REMINDED]


def test_without_a_supervisor_it_goes_to_the_state_at_once(patna: Precinct) -> None:
    patna.hires("asha")
    patna.hires("sp.gaya", "district", district="GAYA")
    patna.hires("control", "state")
    reference = enquiry(patna)

    patna.looks(at(15))
    patna.looks(at(16))

    assert patna.traces(reference)[1:] == [("raised", {"to": "state", "without": "supervisor"})]
    assert patna.row(reference).raised == 3


def test_without_anybody_it_is_marked_all_the_same(patna: Precinct) -> None:
    reference = enquiry(patna, officer=None)

    patna.looks(at(15))
    patna.looks(at(16))

    without = "officer,supervisor,state"
    assert patna.traces(reference) == [
        ("reminded", {"of": "due", "whom": "nobody", "without": without}),
        ("raised", {"to": "state", "without": without}),
    ]
    assert patna.letters(reference) == ["raised"]


def test_a_case_without_a_place_is_the_states(patna: Precinct) -> None:
    patna.hires("sp.patna", "district")
    patna.hires("control", "state")
    reference = patna.registers(at(1), station=None, district=None)

    patna.looks(at(2))
    patna.looks(at(3))

    assert patna.traces(reference)[1:] == [
        ("raised", {"to": "state", "without": "officer,supervisor"})
    ]


def test_after_days_without_a_worker_it_is_raised_at_once(staffed: Precinct) -> None:
    reference = enquiry(staffed)

    staffed.looks(at(30))

    assert staffed.traces(reference) == [("raised", {"to": "district"})]


def test_a_move_begins_anew(staffed: Precinct) -> None:
    reference = enquiry(staffed)
    staffed.looks(at(15))
    staffed.looks(at(16))

    staffed.moves(at(17), reference, "action_taken")
    assert staffed.row(reference).raised == 0
    staffed.looks(at(30))
    assert len(staffed.traces(reference)) == 2

    staffed.looks(at(1, 0, month=7))
    staffed.looks(at(2, 0, month=7))
    assert staffed.traces(reference)[2:] == [OFFICER_IS_REMINDED, ("raised", {"to": "district"})]
    assert staffed.letters(reference) == ["raised"]  # once in the life of the case


def test_what_is_closed_is_left_alone(staffed: Precinct) -> None:
    reference = enquiry(staffed)
    staffed.moves(at(2), reference, "disposed")

    staffed.looks(at(30, month=12))

    assert staffed.traces(reference) == []
    assert staffed.row(reference).due_at is None


def test_the_informant_is_told_of_progress_every_ninety_days(staffed: Precinct) -> None:
    reference = enquiry(staffed)
    staffed.moves(at(1), reference, "fir_registered", fir_number="1/2026", fir_date="01-06-2026")
    staffed.moves(at(1), reference, "under_investigation")
    staffed.looks(at(30, 0, month=8))  # the ninetieth day: the reminder

    staffed.moves(at(30, month=8), reference, "under_investigation")
    assert staffed.traces(reference) == [OFFICER_IS_REMINDED]
    assert staffed.row(reference).due_at == at(29, 0, month=11)

    staffed.looks(at(29, 0, month=11))
    assert staffed.traces(reference)[1:] == [("raised", {"to": "district"})]


def test_who_is_to_sign_is_reminded_and_then_told_what_still_works(staffed: Precinct) -> None:
    reference = enquiry(staffed)
    staffed.moves(at(1), reference, "awaiting_signature")

    staffed.looks(at(2))
    assert staffed.traces(reference) == [("reminded", {"of": "signature", "whom": "citizen"})]
    staffed.looks(at(4, 23))
    staffed.looks(at(5))
    staffed.looks(at(5, month=7))

    assert staffed.traces(reference)[1:] == [
        ("reminded", {"of": "not_signed", "whom": "citizen"}),
        ("reminded", {"of": "not_signed", "whom": "station"}),
    ]
    assert staffed.letters(reference) == ["sign_reminder", "not_signed"]
    row = staffed.row(reference)
    assert (row.state, row.raised) == ("awaiting_signature", 0)


def test_who_does_not_answer_is_asked_again_and_then_the_officer_is_to_decide(
    staffed: Precinct,
) -> None:
    reference = enquiry(staffed)
    staffed.moves(at(1), reference, "need_information", question="when")

    staffed.looks(at(8))
    assert staffed.traces(reference) == [("reminded", {"of": "answer", "whom": "citizen"})]
    staffed.looks(at(9))
    staffed.looks(at(16))
    staffed.looks(at(16, month=7))

    assert staffed.traces(reference)[1:] == [
        ("reminded", {"of": "answer", "whom": "officer", "officer": "asha"}),
        ("raised", {"to": "district"}),
        ("raised", {"to": "district", "again": "yes"}),
    ]


def test_the_citizen_is_asked_again_in_the_same_letter(staffed: Precinct) -> None:
    asked, called = enquiry(staffed), enquiry(staffed)
    staffed.moves(at(1), asked, "need_information", question="when")
    staffed.moves(at(1), called, "need_information")

    staffed.looks(at(8))

    with staffed.database.reading() as connection:
        posted = Counter(connection.scalars(select(letters.c.template)))
    assert (posted["question"], posted["state.need_information"]) == (2, 2)


def test_an_answer_that_has_come_is_work(staffed: Precinct) -> None:
    reference = enquiry(staffed)
    staffed.moves(at(1), reference, "need_information", question="when")
    reply = Reply(reference, "+919800000001", "a call", Typed("शाम को"), "when")
    with as_of(at(3)):
        Replies(staffed.cases.files).answer(reply)

    staffed.looks(at(17, 0))
    staffed.looks(at(18, 0))

    assert staffed.traces(reference) == [OFFICER_IS_REMINDED, ("raised", {"to": "district"})]


def test_a_case_opened_again_is_the_supervisors_and_then_the_states(staffed: Precinct) -> None:
    reference = enquiry(staffed)
    staffed.moves(at(1), reference, "disposed")
    with as_of(at(1)):
        Replies(staffed.cases.files).rate(Rating(reference, "+919800000001", "a call", False))

    staffed.looks(at(8, 0))
    staffed.looks(at(9, 0))

    assert staffed.traces(reference) == [
        ("reminded", {"of": "due", "whom": "district", "without": "officer"}),
        ("raised", {"to": "state", "without": "officer"}),
    ]


def test_a_joined_case_is_raised_with_the_one_it_follows(staffed: Precinct) -> None:
    leading = enquiry(staffed)
    following = staffed.registers(at(1), phone="+919800000002")
    sp = Viewer(2, "sp.patna", "district", "PATNA")
    with as_of(at(2)):
        Work(staffed.cases.files).join(sp, following, leading)
    assert staffed.row(following).look_at is None
    staffed.sets(following, look_at=at(3))  # as an answer to it does

    staffed.looks(at(15))
    staffed.looks(at(16))
    staffed.looks(at(30))

    steps = [OFFICER_IS_REMINDED, ("raised", {"to": "district"}), ("raised", {"to": "state"})]
    assert staffed.traces(leading) == staffed.traces(following) == steps
    assert staffed.letters(leading) == ["raised"]
    assert staffed.letters(following).count("raised") == 1


def test_a_case_from_before_the_limits_gets_one(staffed: Precinct) -> None:
    reference = enquiry(staffed)
    staffed.sets(reference, due_at=None, look_at=at(1))

    staffed.looks(at(20))

    assert staffed.row(reference).due_at == at(5, 0, month=7)
    assert staffed.traces(reference) == []


def test_a_case_moved_after_it_was_taken_is_let_be(staffed: Precinct) -> None:
    reference = enquiry(staffed)
    with as_of(at(16)):
        [taken] = staffed.overseer._take()
    staffed.moves(at(16), reference, "action_taken")

    with as_of(at(16)):
        staffed.overseer._look(taken)

    assert staffed.traces(reference) == []


def test_a_case_taken_out_by_who_then_broke_down_is_looked_at_again(staffed: Precinct) -> None:
    reference = enquiry(staffed)
    with as_of(at(15)):
        staffed.overseer._take()

    staffed.looks(at(15))
    assert staffed.traces(reference) == []
    staffed.looks(at(15, 11))
    assert staffed.traces(reference) == [OFFICER_IS_REMINDED]


def test_a_clock_that_was_a_year_ahead_costs_no_case_its_overseer(staffed: Precinct) -> None:
    late, early, unsigned = enquiry(staffed), enquiry(staffed), enquiry(staffed)
    staffed.moves(at(14), early, "action_taken")  # it is due on the 28th
    staffed.moves(at(1), unsigned, "awaiting_signature")
    staffed.looks(at(15, month=6).replace(year=2027))
    seen = {each: len(staffed.traces(each)) for each in (late, early, unsigned)}

    staffed.looks(at(16))

    assert len(staffed.traces(late)) == seen[late] + 1
    assert staffed.row(late).look_at == at(16, month=7)
    assert len(staffed.traces(early)) == seen[early]
    assert staffed.row(early).look_at == at(28, 0)
    assert staffed.row(unsigned).look_at == at(16, month=7)


def test_what_waits_for_months_by_its_limit_is_let_wait(staffed: Precinct) -> None:
    reference = enquiry(staffed)
    staffed.moves(at(1), reference, "fir_registered", fir_number="1/2026", fir_date="01-06-2026")
    staffed.moves(at(1), reference, "under_investigation")

    with as_of(at(2)):
        assert staffed.overseer.round() == 0


def test_two_overseers_at_once_do_everything_once(either: Precinct) -> None:
    references = [either.registers(at(1) - timedelta(days=200)) for _ in range(60)]
    start = Barrier(3)

    def oversee(_: int) -> int:
        start.wait()
        overseer, looked_at = Overseer(either.cases.files, either.overseer.gazetteer), 0
        while found := overseer.round():
            looked_at += found
        return looked_at

    with ThreadPoolExecutor(3) as pool:
        looked_at = sum(pool.map(oversee, range(3)))

    assert looked_at == 60
    assert {len(either.traces(each)) for each in references} == {1}


def test_a_bad_case_is_put_off_and_keeps_nobody_waiting(staffed: Precinct) -> None:
    bad, good = enquiry(staffed), enquiry(staffed)
    staffed.sets(bad, reference="0000000001")  # its last digit is wrong

    staffed.looks(at(15))

    assert staffed.traces(good) == [OFFICER_IS_REMINDED]
    assert staffed.row("0000000001").look_at == at(15, 11)


class Rounds(Event):
    """Ends the work after so many pauses; the first one is used for something."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self.connection = connection
        self.pauses: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.pauses.append(timeout)
        self.connection.rollback()
        if len(self.pauses) == 2:
            self.set()
        return self.is_set()


def test_the_overseer_outlives_a_database_that_is_away(
    staffed: Precinct, sqlite_database_url: str
) -> None:
    reference = enquiry(staffed)
    other = sqlite3.connect(sqlite_database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # somebody holds it for too long

    with as_of(at(15)):
        staffed.overseer.run(rounds := Rounds(other))
    other.close()

    assert len(rounds.pauses) == 2
    assert staffed.traces(reference) == [OFFICER_IS_REMINDED]


def test_the_overseer_outlives_a_fault_of_its_own(
    staffed: Precinct, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Overseer) -> int:
        raise RuntimeError

    monkeypatch.setattr(Overseer, "round", broken)
    with sqlite3.connect(":memory:") as connection:
        staffed.overseer.run(rounds := Rounds(connection))
    connection.close()

    assert len(rounds.pauses) == 2


def test_a_database_that_goes_away_in_between_costs_no_case(
    staffed: Precinct, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise DatabaseDown

    reference = enquiry(staffed)
    with monkeypatch.context() as patched, as_of(at(15)):
        patched.setattr(CaseFiles, "open", away)
        with pytest.raises(DatabaseDown):
            staffed.overseer.round()

    staffed.looks(at(15, 11))
    assert staffed.traces(reference) == [OFFICER_IS_REMINDED]
