"""Times the officers' desk on a PostgreSQL of its own with many cases.

    .venv/bin/python bench/desk.py                  # a million cases
    .venv/bin/python bench/desk.py --cases 100000

Fills a private PostgreSQL, which is gone at the end, then reads folders, deep pages, searches and
counts as a station, a district and the state see them. Prints the median and the worst of so many
`--rounds` each, in milliseconds; with `--explain` also how PostgreSQL went about what took long.
"""

import argparse
import io
import logging
import random
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from statistics import median
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import Connection, event, text

from casework.casebook import Casebook, Filters
from casework.duplicates import Duplicates
from casework.folders import FOLDERS, Folder
from casework.turning import Turn
from casework.viewer import Viewer
from core.case_file import CaseFiles
from core.cases import Case, Cases
from core.clock import now
from core.database import Database
from core.directory import read_directory
from core.limits import Limits
from core.protection import KEPT_FROM_STATIONS
from core.reference import new_reference
from core.sealing import Seal
from core.services import KINDS, PROTECTED_KINDS, SERVICES
from core.states import STATES
from tests.servers import private_postgres, run_statement

COLUMNS = (
    "id, reference, conversation, service, kind, phone_hash, phone_sealed, language, channel,"
    " district, station, story_sealed, state, state_since, registered_at, version, stage,"
    " protection, officer_id, fir_number, due_at, raised, closed_at, is_urgent"
)
# Most cases of a state are closed; these are so many of a hundred.
WEIGHTS = {"disposed": 62, "rejected": 8, "withdrawn": 4, "under_enquiry": 7, "received": 2}
DAYS = 730
OFFICERS = 2500
UNPLACED, FRESH = 0.01, 0.7  # shares
SLOW = 100  # milliseconds
WORDS = [f"word{number}" for number in range(400)]
SEED = 7


def fill(url: str, seal: Seal, count: int) -> None:
    """Write officers, cases and the words of their notes."""
    chance = random.Random(SEED)  # noqa: S311  # no secret
    database = Database(url)
    with database.engine.begin() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        copy(connection, "officers", OFFICER_COLUMNS, officers(chance))
        copy(connection, "cases", COLUMNS, case_rows(chance, seal, count))
        copy(connection, "note_words", "word_hash, case_id", word_rows(chance, seal, count))
    database.close()
    for table in ("officers", "cases", "note_words"):
        run_statement(url, f"VACUUM ANALYZE {table}")


OFFICER_COLUMNS = (
    "id, login, name, role, district, station, language, password_hash, totp_sealed,"
    " must_change_password, is_active, created_at"
)


def officers(chance: random.Random) -> Iterator[tuple[object, ...]]:
    """Give the rows of officers."""
    stations = read_directory().stations
    for number in range(1, OFFICERS + 1):
        station = stations[number % len(stations)]
        place = (station.district.code, station.code)
        name = f"Officer {chance.randrange(10**6)}"
        yield (number, f"o{number}", name, "station", *place, "hi", "x", "\\\\x00", "f", "t", now())


def case_rows(chance: random.Random, seal: Seal, count: int) -> Iterator[tuple[object, ...]]:
    """Give the rows of cases, spread over two years."""
    stations, kinds = read_directory().stations, list(KINDS)
    states = [*WEIGHTS, *(each for each in STATES if each not in WEIGHTS)]
    weights = [WEIGHTS.get(each, 1.5) for each in states]
    story = "\\\\x" + seal.close("कल रात साइकिल चोरी हो गई, थाना के पास, लाल रंग की").hex()
    phone = "\\\\x" + seal.close("+919800000001").hex()
    phones = [seal.fingerprint("phone", phone_of(number)) for number in range(5000)]
    service_of = {kind: key for key, each in SERVICES.items() for kind in each.kinds}
    start, taken = now() - timedelta(days=DAYS), set[str]()
    for number in range(1, count + 1):
        while (reference := new_reference(chance.randrange)) in taken:
            pass
        taken.add(reference)
        registered = start + timedelta(days=DAYS * number / count)
        kind = chance.choice(kinds)
        state = chance.choices(states, weights)[0]
        stage = STATES[state].stage
        is_kept = PROTECTED_KINDS.get(kind) in KEPT_FROM_STATIONS
        station = None if is_kept else chance.choice(stations)
        district = station.district.code if station else chance.choice(stations).district.code
        is_unplaced = chance.random() < UNPLACED
        due = registered + timedelta(days=chance.randrange(2, 90))
        midnight = due.replace(hour=18, minute=30, second=0, microsecond=0)
        # What is not closed is late now and then, or due soon.
        if stage != "closed" and chance.random() < FRESH:
            midnight = now().replace(hour=18, minute=30, second=0, microsecond=0)
            midnight += timedelta(days=chance.randrange(-1, 60))
        yield (
            number,
            reference,
            f"c{number}",
            service_of[kind],
            kind,
            phones[number % 5000] if number % 50 == 0 else f"{number:032x}",
            phone,
            "hi",
            chance.choice(("ussd", "ivr", "sms")),
            None if is_unplaced else district,
            None if is_unplaced or station is None else station.code,
            story,
            state,
            registered,
            registered,
            2,
            stage,
            PROTECTED_KINDS.get(kind),
            chance.randrange(1, OFFICERS) if stage == "open" else None,
            f"{number % 900}/2026" if number % 7 == 0 else None,
            None if stage == "closed" else midnight,
            chance.randrange(4) if stage != "closed" else 0,
            registered if stage == "closed" else None,
            KINDS[kind].is_urgent,
        )


def word_rows(chance: random.Random, seal: Seal, count: int) -> Iterator[tuple[object, ...]]:
    """Give the rows of words: some words are in many notes, most in few."""
    hashes = [seal.fingerprint("word", word) for word in WORDS]
    for case_id in range(1, count + 1, 4):
        for index in {int(len(WORDS) * chance.random() ** 3) for _ in range(4)}:
            yield hashes[index], case_id


def phone_of(number: int) -> str:
    """Give the phone of so many citizens who complained again and again."""
    return f"+9198{number:08}"


def copy(
    connection: Connection, table: str, columns: str, rows: Iterator[tuple[object, ...]]
) -> None:
    """Write rows by COPY, which is the fastest way in."""
    raw: Any = connection.connection.driver_connection
    with raw.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copying:
        lines = io.StringIO()
        for number, row in enumerate(rows, start=1):
            lines.write("\t".join("\\N" if each is None else str(each) for each in row) + "\n")
            if number % 5000 == 0:
                copying.write(lines.getvalue())
                lines = io.StringIO()
        copying.write(lines.getvalue())


class Stopwatch:
    """Reads things several times, and keeps how PostgreSQL went about each."""

    def __init__(self, database: Database, rounds: int, *, explains: bool) -> None:
        self._rounds = rounds
        self._database = database
        self._explains = explains
        self._statements: list[tuple[str, Any]] = []
        event.listen(database.engine, "before_cursor_execute", self._note)

    def read(self, name: str, reading: Callable[[], object]) -> None:
        """Read something and print its times."""
        times = []
        for _ in range(self._rounds):
            self._statements.clear()
            started = time.perf_counter()
            reading()
            times.append(1000 * (time.perf_counter() - started))
        print(f"{name:<52} {median(times):8.1f} {max(times):8.1f}")
        if self._explains and median(times) > SLOW:
            self._explain()

    def _note(self, *told: object) -> None:
        _connection, _cursor, statement, values, *_rest = told
        self._statements.append((str(statement), values))

    def _explain(self) -> None:
        for statement, values in list(self._statements):
            with self._database.engine.connect() as connection:
                how = connection.exec_driver_sql(f"EXPLAIN ANALYZE {statement}", values)
                print("\n".join(f"      {row[0]}" for row in how if "Filter" not in row[0]))


def measure(database: Database, seal: Seal, watch: Stopwatch, count: int) -> None:
    """Read what officers read."""
    book, duplicates = Casebook(database, seal), Duplicates(database, seal)
    stations = read_directory().stations
    station = next(each for each in stations if each.district.code == "PATNA")
    viewers = (
        Viewer(1, "o1", "station", "PATNA", station.code),
        Viewer(2, "o2", "women", "PATNA"),
        Viewer(3, "o3", "district", "PATNA"),
        Viewer(4, "o4", "state"),
    )
    register = Cases(CaseFiles(database, seal, Limits(database)))
    searched = register.look_up(reference_of(database, count // 2))
    for viewer in viewers:
        look = partial(book.page, viewer)
        read = partial(time_of, watch, viewer)
        read("counts of all folders", partial(book.counts, viewer))
        for folder in FOLDERS:
            read(folder, partial(look, folder))
        for name, filters in filters_of(searched):
            read(name, partial(look, "all", filters))
        read("all, page half way back", partial(look, "all", None, Turn(after=str(count // 2))))
        read("all, the very last page", partial(look, "all", None, Turn(before="1")))
        read("overdue, page 40", partial(look, "overdue", None, deep_in(book, viewer, "overdue")))
        if new := book.page(viewer, "new").lines:
            case = register.look_up(new[0].reference)
            read("duplicates of a new one", partial(duplicates.of, viewer, case))


def time_of(watch: Stopwatch, viewer: Viewer, name: str, reading: Callable[[], object]) -> None:
    """Time what somebody reads."""
    watch.read(f"{viewer.role}: {name}", reading)


def filters_of(case: Case) -> Iterator[tuple[str, Filters]]:
    """Give searches: of each kind one that finds something, and some that find little."""
    day = case.registered_at.date()
    yield "search by reference", Filters(search=case.reference)
    yield "search by phone", Filters(search=phone_of(50))
    yield "search by FIR number", Filters(search="350/2026")
    yield "search by a common word", Filters(search=WORDS[0])
    yield "search by two rare words", Filters(search=f"{WORDS[390]} {WORDS[398]}")
    yield "search by a word that is nowhere", Filters(search="nowhere")
    yield "filter by kind", Filters(kind="theft")
    yield "filter by state and channel", Filters(state="station_diary", channel="sms")
    yield "filter by a week, a year ago", Filters(since=day, until=day + timedelta(days=7))
    yield (
        "filter by a week and an officer",
        Filters(officer=5, since=day, until=day + timedelta(days=7)),
    )


def deep_in(book: Casebook, viewer: Viewer, folder: Folder, pages: int = 40) -> Turn:
    """Turn the pages of a folder, as far as there are some."""
    turn = Turn()
    for _ in range(pages):
        page = book.page(viewer, folder, None, turn)
        if page.after is None:
            break
        turn = Turn(after=page.after)
    return turn


def reference_of(database: Database, case_id: int) -> str:
    """Give the reference number of a case."""
    with database.reading() as connection:
        query = text("SELECT reference FROM cases WHERE id = :id")
        return str(connection.scalar(query, {"id": case_id}))


def main() -> None:
    """Fill the database and print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--explain", action="store_true")
    chosen = options.parse_args()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    seal = Seal(Fernet.generate_key().decode(), "for a bench only")
    with private_postgres() as url:
        database = Database(url)
        database.migrate(seal)
        started = time.perf_counter()
        fill(url, seal, chosen.cases)
        print(f"{chosen.cases} cases written in {time.perf_counter() - started:.0f} s")
        print(f"{'milliseconds':<52} {'median':>8} {'max':>8}")
        watch = Stopwatch(database, chosen.rounds, explains=chosen.explain)
        measure(database, seal, watch, chosen.cases)
        database.close()


if __name__ == "__main__":
    main()
