"""The chain over events and accesses: it holds under many writers, and finds what was done to it.

What is done to it here is what somebody could do who may write to the database, but lacks the key.
"""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Row, delete, insert, select, text, update

from casework.accesses import Accesses
from casework.audit import Audit, Head, read_head
from core.case_file import CaseError, CaseFile, CaseFiles, Entry
from core.cases import Cases, Move, NewCase
from core.clock import now
from core.database import MIGRATIONS, Database
from core.dialogue import Typed
from core.ledger import link_of, record, rows_by_id
from core.limits import Limits
from core.sealing import Seal
from core.tables import accesses, cases, events, ledger, ledger_head
from tests.servers import fresh_database
from tests.service import DATA_KEY, Service, registers, service_with


@dataclass
class Books:
    """A register of cases with its chain."""

    database: Database
    seal: Seal = field(default_factory=lambda: Seal(DATA_KEY, "for tests only"))

    def __post_init__(self) -> None:
        self.files = CaseFiles(self.database, self.seal, Limits(self.database))
        self.cases = Cases(self.files)
        self.audit = Audit(self.database, self.seal)

    def register(self, number: int = 0) -> str:
        return self.cases.register(
            NewCase(
                conversation=f"conversation-{number}",
                service="complaint",
                kind="theft",
                phone=f"+9198{number:08}",
                language="hi",
                channel="ussd",
                district="PATNA",
                station="5117029",
                usual_station=None,
                story=Typed("साइकिल चोरी"),
            )
        )

    def found(self, expected: Head | None = None) -> list[str]:
        return [str(each) for each in self.audit.verify(expected)]

    def links(self) -> list[Row[int, str, int, str]]:
        query = select(ledger.c.n, ledger.c.source, ledger.c.row_id, ledger.c.link)
        with self.database.reading() as connection:
            return list(connection.execute(query.order_by(ledger.c.n)).all())

    def attack(
        self,
        what: Callable[[Connection], object],
        tables: tuple[str, ...] = ("events", "accesses"),
    ) -> None:
        """Write past the service, with every right that a database gives."""
        with self.database.engine.begin() as connection:
            if self.database.is_sqlite:
                for table in tables:
                    for action in ("update", "delete"):
                        connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{action}"))
            else:
                for table in tables:
                    connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            what(connection)


@pytest.fixture
def books(database_url: str) -> Iterator[Books]:
    database = Database(database_url)
    yield Books(database)
    database.close()


def grouped(reference: str) -> str:
    return f"{reference[:3]} {reference[3:6]} {reference[6:]}"


# --- As it should be


def test_what_many_write_at_once_stands_in_one_chain_without_a_gap(books: Books) -> None:
    with ThreadPoolExecutor(8) as threads:
        references = list(threads.map(books.register, range(24)))
        moved = [
            threads.submit(books.cases.move, reference, Move("sent_to_station", "A"))
            for reference in references
        ]
        for each in moved:
            each.result()
    assert [each.n for each in books.links()] == list(range(1, 49))
    assert books.found() == []
    assert books.audit.head() == Head(48, books.links()[-1].link)


def test_an_entry_that_is_not_kept_leaves_no_link(books: Books) -> None:
    reference = books.register()
    with pytest.raises(CaseError, match="at most"), books.files.open(reference) as file:
        _write_twice(file)
    books.cases.move(reference, Move("sent_to_station", "A"))
    assert [each.n for each in books.links()] == [1, 2]
    assert books.found() == []


def _write_twice(file: CaseFile) -> None:
    """Write into a case, and then what it does not take."""
    for who in ("A", "A" * 65):
        file.write(Entry("noted", who, note="gone again"))


def test_a_look_is_in_the_chain(books: Books) -> None:
    case = books.cases.look_up(books.register())
    Accesses(books.database, books.seal).note("asha", case.id, "story", "desk")
    assert [each.source for each in books.links()] == ["event", "access"]
    assert books.found() == []


def test_both_kinds_of_database_give_the_same_link(
    sqlite_database_url: str, postgresql_database_url: str
) -> None:
    moment, given = now(), []
    for url in (sqlite_database_url, f"{postgresql_database_url}"):
        books = Books(Database(url))
        books.register()
        values = {
            "case_id": 1,
            "at": moment,
            "who": "आशा",
            "to_state": "x",
            "note_sealed": b"\0\xff",
        }
        with books.database.writing() as connection:
            if not books.database.is_sqlite:
                connection.execute(text("SET LOCAL TIME ZONE 'Asia/Kolkata'"))
            new = insert(events).values(details={"b": "ख", "a": "1"}, **values)
            row_id = int(connection.scalar(new.returning(events.c.id)) or 0)
            [row] = rows_by_id(connection, "event", [row_id]).values()
            given.append(link_of(books.seal, "", 1, "event", row))
        books.database.close()
    assert given[0] == given[1]


# --- From before the chain


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the release before the chain, with three cases in it."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'old.db'}"
        if request.param == "postgresql":
            server = request.getfixturevalue("postgres_url")
            url = stack.enter_context(fresh_database(server))
        _fill_as_before(url)
        yield url


def _fill_as_before(url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    database = Database(url)
    with database.engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for number in range(1, 4):
            values = {"case_id": _put_as_before(connection, number), "who": "citizen"}
            new = insert(events).values(at=now(), to_state="received", details={}, **values)
            connection.execute(new)
    database.close()


def _put_as_before(connection: Connection, number: int) -> int:
    new = insert(cases).values(
        reference=f"{number:010}",
        conversation=f"conversation-{number}",
        service="complaint",
        kind="theft",
        phone_hash="x",
        phone_sealed=b"x",
        language="hi",
        channel="ussd",
        story_sealed=b"x",
        state="received",
        state_since=now(),
        registered_at=now(),
    )
    return int(connection.scalar(new.returning(cases.c.id)) or 0)


@pytest.fixture
def old(old_url: str) -> Iterator[Books]:
    database = Database(old_url)
    yield Books(database)
    database.close()


def test_an_upgrade_seals_what_was_there_before(old: Books) -> None:
    assert old.database.migrate(old.seal) == 3
    old.register()
    assert [each.n for each in old.links()] == [1, 2, 3, 4]
    assert old.found() == []
    assert old.database.migrate(old.seal) == 0


def test_many_records_from_before_are_sealed_piece_by_piece(
    old: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.ledger._SEALED_AT_ONCE", 2)
    assert old.database.migrate(old.seal) == 3
    assert old.found() == []


def test_an_upgrade_that_was_broken_off_begins_anew(
    old: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("core.database.begin_chain", broken)
        with pytest.raises(KeyboardInterrupt):
            old.database.migrate(old.seal)
    assert old.database.migrate(old.seal) == 3
    assert old.found() == []


def test_an_id_that_no_database_gives_is_not_taken_into_the_chain(old: Books) -> None:
    old.attack(partial(_forge_event, row_id=0), tables=("events",))
    assert old.database.migrate(old.seal) == 3
    assert old.found() == ["event 0 was added beside the chain (case 000 000 0001)"]


def test_what_is_written_beside_the_chain_is_never_taken_in(books: Books) -> None:
    books.register()
    Accesses(books.database, books.seal).note("asha", 1, "story", "desk")
    for row_id in (-7, 1000):
        books.attack(partial(_forge_event, row_id=row_id))
    books.attack(_forge_look)
    assert books.database.migrate(books.seal) == 0
    assert [each.partition(" (")[0] for each in books.found()] == [
        "event -7 was added beside the chain",
        "event 1000 was added beside the chain",
        "access 0 was added beside the chain",
    ]


def test_a_chain_that_was_removed_is_not_begun_anew(books: Books) -> None:
    books.register()
    books.attack(_empty)
    assert books.database.migrate(books.seal) == 0
    assert books.found()[0] == "the chain is empty, though there are records: it was removed"
    books.register(1)
    assert len(books.found()) == 1


# --- As it should not be


@pytest.fixture
def written(books: Books) -> list[str]:
    """Five cases, with an event each, and a look at the last of them."""
    references = [books.register(number) for number in range(5)]
    case = books.cases.look_up(references[-1])
    Accesses(books.database, books.seal).note("asha", case.id, "story", "desk")
    return references


def test_a_changed_event_is_found(books: Books, written: list[str]) -> None:
    books.attack(_change)
    assert books.found() == [f"link 3: event 3 was changed (case {grouped(written[2])})"]


def test_a_changed_look_is_found(books: Books, written: list[str]) -> None:
    books.attack(lambda connection: connection.execute(update(accesses).values(who="somebody")))
    assert books.found() == [f"link 6: access 1 was changed (case {grouped(written[4])})"]


@pytest.mark.usefixtures("written")
def test_a_removed_event_is_found(books: Books) -> None:
    books.attack(lambda connection: connection.execute(delete(events).where(events.c.id == 2)))
    assert books.found() == ["link 2: event 2, which it seals, was removed"]


def test_a_removed_link_is_found(books: Books, written: list[str]) -> None:
    books.attack(lambda connection: connection.execute(delete(ledger).where(ledger.c.n == 2)))
    assert books.found() == [
        "link 3: link 2 before it is missing",
        f"event 2 was added beside the chain (case {grouped(written[1])})",
    ]


@pytest.mark.usefixtures("written")
def test_an_event_removed_with_its_link_is_found(books: Books) -> None:
    def remove(connection: Connection) -> None:
        connection.execute(delete(ledger).where(ledger.c.n.in_([2, 3])))
        connection.execute(delete(events).where(events.c.id.in_([2, 3])))

    books.attack(remove)
    assert books.found() == ["link 4: links 2 to 3 before it are missing"]


def test_links_that_changed_places_are_found(books: Books, written: list[str]) -> None:
    books.attack(_swap_links)
    assert books.found() == [
        f"link 2: event 4 stood at link 4: the order was changed (case {grouped(written[3])})",
        f"link 4: event 2 stood at link 2: the order was changed (case {grouped(written[1])})",
    ]


def test_rows_that_changed_places_are_found(books: Books, written: list[str]) -> None:
    books.attack(_swap_rows)
    two, three = (grouped(written[index]) for index in (1, 2))
    order = "the order was changed"
    assert books.found() == [
        f"link 2: event 3 stands where event 2 was: {order} (case {three})",
        f"link 3: event 2 stands where event 3 was: {order} (case {two})",
    ]


def test_an_added_event_is_found(books: Books, written: list[str]) -> None:
    books.attack(_add)
    added = books.found()
    assert len(added) == 1
    assert re.fullmatch(
        rf"event \d+ was added beside the chain \(case {grouped(written[0])}\)", added[0]
    )


def test_a_changed_link_is_found(books: Books, written: list[str]) -> None:
    books.attack(
        lambda connection: connection.execute(
            update(ledger).where(ledger.c.n == 2).values(link="0" * 64)
        )
    )
    said = "the link itself was changed; event 2 is as the next link has it"
    assert books.found() == [f"link 2: {said} (case {grouped(written[1])})"]


@pytest.mark.usefixtures("written")
def test_an_end_that_was_cut_off_is_found(books: Books) -> None:
    kept = books.audit.head()
    books.attack(_cut)
    assert books.found() == ["link 4: the end was cut off: there were 6 links"]
    books.attack(_put_head_back)
    assert books.found() == []
    assert books.found(kept) == ["link 4: the end was cut off: there were 6 links"]


@pytest.mark.usefixtures("written")
def test_a_head_that_was_changed_or_removed_is_found(books: Books) -> None:
    books.attack(lambda connection: connection.execute(update(ledger_head).values(link="0" * 64)))
    assert books.found() == ["link 6: the head of the chain was changed"]
    books.attack(lambda connection: connection.execute(update(ledger_head).values(n=5)))
    assert books.found() == ["link 6: the head of the chain was put back to link 5"]
    books.attack(lambda connection: connection.execute(delete(ledger_head)))
    assert books.found() == ["link 6: the head of the chain was removed"]


def test_a_chain_built_anew_without_the_key_is_found(books: Books) -> None:
    for number in range(25):
        books.register(number)
    books.attack(_change)
    books.attack(lambda connection: _rebuild(connection, Seal(DATA_KEY, "guessed")))
    [found] = books.found()
    assert found.startswith("link 1: from here to link 25 no link fits its row")


def test_a_chain_built_anew_with_the_key_is_found_by_a_head_that_was_kept(
    books: Books, written: list[str]
) -> None:
    kept = books.audit.head()
    books.attack(_change)
    books.attack(lambda connection: _rebuild(connection, books.seal))
    assert books.found() == []
    assert books.found(kept) == ["link 6: not the one that was kept: the chain was built anew"]
    assert len(written) == 5


def _change(connection: Connection) -> None:
    connection.execute(update(events).where(events.c.id == 3).values(who="somebody"))


def _add(connection: Connection) -> None:
    _forge_event(connection, 1000)


def _forge_event(connection: Connection, row_id: int) -> None:
    values = {"case_id": 1, "at": now(), "who": "A", "to_state": "disposed", "details": {}}
    connection.execute(insert(events).values(id=row_id, **values))


def _forge_look(connection: Connection) -> None:
    values = {"case_id": 1, "at": now(), "who": "ravi", "what": "story", "channel": "desk"}
    connection.execute(insert(accesses).values(id=0, **values))


def _empty(connection: Connection) -> None:
    connection.execute(delete(ledger))
    connection.execute(update(ledger_head).values(n=0, link=""))


def _swap_links(connection: Connection) -> None:
    for old, new in ((2, -1), (4, 2), (-1, 4)):
        connection.execute(update(ledger).where(ledger.c.n == old).values(n=new))


def _swap_rows(connection: Connection) -> None:
    for n, row_id in ((2, -1), (3, 2), (2, 3)):
        connection.execute(update(ledger).where(ledger.c.n == n).values(row_id=row_id))


def _cut(connection: Connection) -> None:
    connection.execute(delete(ledger).where(ledger.c.n > 4))
    connection.execute(delete(accesses))
    connection.execute(delete(events).where(events.c.id > 4))


def _put_head_back(connection: Connection) -> None:
    row = connection.execute(select(ledger).order_by(ledger.c.n.desc()).limit(1)).one()
    connection.execute(update(ledger_head).values(n=row.n, link=row.link))


def _rebuild(connection: Connection, seal: Seal) -> None:
    link = ""
    for entry in connection.execute(select(ledger).order_by(ledger.c.n)).all():
        [row] = rows_by_id(connection, entry.source, [entry.row_id]).values()
        link = link_of(seal, link, entry.n, entry.source, row)
        connection.execute(update(ledger).where(ledger.c.n == entry.n).values(link=link))
    connection.execute(update(ledger_head).values(link=link))


# --- Commands


@pytest.mark.redis
def test_verify_prints_the_head_which_a_later_verify_expects(sqlite_service: Service) -> None:
    registers(sqlite_service.caller())
    said = sqlite_service.pukar("audit", "verify").splitlines()
    head = read_head(said[-1])
    assert said[-2] == "1 links: everything is as it was written."
    assert head.n == 1
    registers(sqlite_service.caller("+919800000002"))
    assert "2 links" in sqlite_service.pukar("audit", "verify", "--expect", said[-1])


@pytest.mark.redis
def test_verify_fails_with_a_line_for_each_finding(sqlite_service: Service) -> None:
    registers(sqlite_service.caller())
    runner = sqlite_service.app.test_cli_runner()
    result = runner.invoke(args=["audit", "verify", "--expect", f"9:{'0' * 64}"])
    assert result.exit_code == 1
    assert "link 1: the end was cut off: there were 9 links" in result.output
    assert "1 findings." in result.output
    assert "looks like" in runner.invoke(args=["audit", "verify", "--expect", "x"]).output


@pytest.mark.redis
def test_the_log_says_who_looked_at_what(sqlite_service: Service) -> None:
    registers(sqlite_service.caller())
    case = sqlite_service.only_case()
    parts = sqlite_service.parts
    looks = Accesses(parts.database, parts.cases.files.seal)
    assert sqlite_service.pukar("audit", "log") == "Nobody looked.\n"
    looks.note("asha", case.id, "story", "desk")
    looks.note("ravi", case.id, "recording", "api")
    assert sqlite_service.pukar("audit", "log").count("\n") == 2
    theirs = sqlite_service.pukar("audit", "log", "--case", case.reference, "--who", "asha")
    assert re.search(rf"asha +{grouped(case.reference)}  story +desk", theirs)
    assert "ravi" not in theirs


@pytest.mark.redis
def test_the_log_pages(sqlite_service: Service) -> None:
    registers(sqlite_service.caller())
    case = sqlite_service.only_case()
    parts = sqlite_service.parts
    with parts.database.writing() as connection:
        for _ in range(51):
            values = {"at": now(), "who": "asha", "case_id": case.id}
            row = insert(accesses).values(what="story", channel="desk", **values)
            row_id = connection.scalar(row.returning(accesses.c.id))
            record(connection, parts.cases.files.seal, "access", int(row_id or 0))
    first = sqlite_service.pukar("audit", "log").splitlines()
    assert len(first) == 51
    assert first[-1] == "More: --before 2"
    assert sqlite_service.pukar("audit", "log", "--before", "2").count("\n") == 1


@pytest.mark.redis
def test_the_upgrade_says_how_much_was_sealed(tmp_path: Path, fresh_redis_url: str) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    _fill_as_before(url)
    with service_with(database_url=url, redis_url=fresh_redis_url, data_dir=tmp_path) as service:
        assert "3 records from before" in service.pukar("db", "upgrade")
        assert service.pukar("db", "upgrade") == "The database is up to date.\n"
        assert "3 links" in service.pukar("audit", "verify")
