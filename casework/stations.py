"""Stations as operators keep them: imported by CSV after a dry run, corrected one by one."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from core.clock import now
from core.database import Database
from core.directory import KINDS, Directory, District, Station, alias, is_named_by_kind, name_of
from core.gazetteer import Gazetteer
from core.tables import stations
from core.text import Text, Words

COLUMNS = (
    "ps_code",
    "name_en",
    "name_hi",
    "police_district_code",
    "kind",
    "telephone",
    "aliases",
    "closed",
)
LONGEST_NAME = 40  # characters; what is longer nobody finds by its letters
MOST_ALIASES = 10
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,15}")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9 ./()'-]*")
_DEVANAGARI = re.compile(r"[\u0900-\u097f][\u0900-\u097f0-9 ./()'-]*")
_TELEPHONE = re.compile(r"\+?[0-9][0-9 -]{1,17}[0-9]")
_YES, _NO = ("yes", "y", "true", "1", "closed"), ("", "no", "n", "false", "0", "open")

log = structlog.get_logger()


class StationError(Exception):
    """A file or a correction that cannot be taken; `why` says it in words for the desk."""

    def __init__(self, why: Words) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Refused:
    """A row of a file that is not taken: its line there, its code, and why."""

    line: int
    code: str
    why: Words


@dataclass(frozen=True, slots=True)
class Change:
    """A station that will be another than `before`, which is None for a new one."""

    before: Station | None
    after: Station

    def fields(self) -> list[tuple[str, str, str]]:
        """List what changes: the column, as it was, as it will be."""
        new = row_of(self.after)
        old = row_of(self.before) if self.before else dict.fromkeys(COLUMNS, "")
        return [(name, old[name], new[name]) for name in COLUMNS if old[name] != new[name]]


@dataclass(frozen=True)
class Plan:
    """What an import would do: `absent` stations of the districts in the file are not in it."""

    added: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    closing: list[Change] = field(default_factory=list)
    unchanged: int = 0
    absent: int = 0
    refused: list[Refused] = field(default_factory=list)

    @property
    def changes(self) -> list[Change]:
        """Give all that would be written."""
        return [*self.added, *self.changed, *self.closing]

    @property
    def fingerprint(self) -> str:
        """Tell this plan from one that would write something else."""
        fields = [(each.after.code, each.fields()) for each in self.changes]
        return hashlib.sha256(repr(fields).encode()).hexdigest()


class Stations:
    """Plans what is to be changed of stations, and does it."""

    def __init__(self, database: Database, gazetteer: Gazetteer) -> None:
        self._database = database
        self._gazetteer = gazetteer

    def plan(self, content: str, *, close_missing: bool = False) -> Plan:
        """Say what the import of a CSV file would do; raise StationError for what is no such file.

        Columns that the file lacks stay as they are. Rows that are not there stay, too, unless
        those of the districts that the file covers are to be closed.
        """
        self._gazetteer.look_again()
        directory = self._gazetteer.directory
        rows = [_Row(line, row) for line, row in _read(content)]
        _refuse_repeated_codes(rows)
        for each in rows:
            each.read(directory)
        missing = _missing(rows, directory)
        closing = [replace(each, closed=True) for each in missing] if close_missing else []
        _refuse_repeated_names(rows, directory, closing)
        return _planned(rows, closing, directory, absent=len(missing) - len(closing))

    def apply(self, plan: Plan, who: str) -> None:
        """Write what was planned; callers meet it within 15 seconds."""
        if plan.changes:
            with self._database.writing() as connection:
                _write(connection, [each.after for each in plan.changes])
            self._gazetteer.look_again()
        counts = {name: len(getattr(plan, name)) for name in ("added", "changed", "closing")}
        log.info("stations_changed", who=who, **counts)

    def correct(self, code: str, fields: Mapping[str, str], who: str) -> Plan:
        """Correct columns of one station; raise StationError where they cannot be taken."""
        row = {"ps_code": code, **fields}
        written = io.StringIO()
        writer = csv.DictWriter(written, list(row))
        writer.writeheader()
        writer.writerow(row)
        plan = self.plan(written.getvalue())
        if plan.refused:
            raise StationError(plan.refused[0].why)
        self.apply(plan, who)
        return plan


def row_of(station: Station) -> dict[str, str]:
    """Write a station as a row of the file."""
    return {
        "ps_code": station.code,
        "name_en": station.name.latin,
        "name_hi": station.name.devanagari,
        "police_district_code": station.district.code,
        "kind": station.kind,
        "telephone": station.telephone or "",
        "aliases": "; ".join(each.latin for each in station.aliases),
        "closed": "yes" if station.closed else "",
    }


class _Row:
    """A row of the file: what it makes of its station, or why it is refused."""

    def __init__(self, line: int, given: Mapping[str, str]) -> None:
        self.line = line
        self.given = given
        self.code = given["ps_code"]
        self.station: Station | None = None
        self.why: Words | None = None

    def read(self, directory: Directory) -> None:
        """Read the station."""
        if self.why is None:
            try:
                self.station = _station(self.given, directory)
            except StationError as error:
                self.why = error.why

    def refuse(self, why: Words) -> None:
        """Take the row for nothing."""
        self.station, self.why = None, why


def _read(content: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Give the rows of a file with the line of each, in whatever form a spreadsheet writes it."""
    lines = content.removeprefix("\ufeff")
    heading = lines.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(lines), delimiter=max(",;\t", key=heading.count))
    if "ps_code" not in (reader.fieldnames or ()):
        raise StationError(Text("The file has no column {column}.")(column="ps_code"))
    try:
        for row in reader:
            known = {name: " ".join((row[name] or "").split()) for name in COLUMNS if name in row}
            if any(known.values()):
                yield reader.line_num, known
    except csv.Error as error:
        raise StationError(Text("The file is no CSV file.")) from error


def _station(given: Mapping[str, str], directory: Directory) -> Station:
    code = given["ps_code"]
    if not _CODE.fullmatch(code):
        raise StationError(Text("A code has up to 16 letters, digits and hyphens."))
    before = directory.station(code)
    # What the file says nothing of, stays.
    row = {**dict.fromkeys(COLUMNS, ""), **(row_of(before) if before else {}), **given}
    district = _district(row["police_district_code"], before, directory)
    kind = row["kind"] or "territorial"
    if kind not in KINDS:
        raise StationError(Text("Kinds are: {kinds}.")(kinds=", ".join(KINDS)))
    name = name_of(kind, row["name_en"], row["name_hi"])
    if not is_named_by_kind(kind):
        _check_name(name.latin, _LATIN, Text("The English name is missing or is no such name."))
        _check_name(name.devanagari, _DEVANAGARI, Text("The Hindi name is missing or is no Hindi."))
    return Station(
        code=code,
        name=name,
        district=district,
        kind=kind,
        telephone=_telephone(row["telephone"]),
        aliases=tuple(map(alias, _aliases(row["aliases"]))),
        closed=_is_closed(row["closed"]),
    )


def _district(code: str, before: Station | None, directory: Directory) -> District:
    district = directory.district(code)
    if district is None:
        raise StationError(Text("There is no police district {code}.")(code=code or "-"))
    if before and before.district != district:
        raise StationError(
            Text("It is in {district}. Close it there, and add one with a new code.")(
                district=before.district.code
            )
        )
    return district


def _check_name(name: str, script: re.Pattern[str], otherwise: Text) -> None:
    if not script.fullmatch(name):
        raise StationError(otherwise)
    if len(name) > LONGEST_NAME:
        raise StationError(Text("A name has up to {most} characters.")(most=LONGEST_NAME))


def _telephone(written: str) -> str | None:
    if written and not _TELEPHONE.fullmatch(written):
        raise StationError(Text("A telephone number looks like 0612-2222222."))
    return written or None


def _aliases(written: str) -> list[str]:
    aliases = list(dict.fromkeys(filter(None, (each.strip() for each in written.split(";")))))
    for each in aliases:
        if not (_LATIN.fullmatch(each) or _DEVANAGARI.fullmatch(each)) or len(each) > LONGEST_NAME:
            raise StationError(Text("{alias} is no other name.")(alias=each))
    if len(aliases) > MOST_ALIASES:
        raise StationError(Text("A station has up to {most} other names.")(most=MOST_ALIASES))
    return aliases


def _is_closed(written: str) -> bool:
    if written.casefold() not in (*_YES, *_NO):
        raise StationError(Text("Closed is yes or no."))
    return written.casefold() in _YES


def _refuse_repeated_codes(rows: Iterable[_Row]) -> None:
    counts = Counter(each.code for each in rows)
    for each in rows:
        if counts[each.code] > 1:
            each.refuse(Text("This code stands in the file more than once."))


def _missing(rows: Iterable[_Row], directory: Directory) -> list[Station]:
    """Give the open stations that are not in the file, of the districts that are."""
    in_file = {each.code for each in rows}
    districts = {each.station.district for each in rows if each.station}
    return [
        each
        for each in directory.stations
        if each.district in districts and each.code not in in_file and not each.closed
    ]


def _refuse_repeated_names(
    rows: Iterable[_Row], directory: Directory, closing: Iterable[Station]
) -> None:
    """Refuse what would make two open stations of a district look the same to callers."""
    new = [each.station for each in rows if each.station]
    counts: Counter[tuple[str, str]] = Counter()
    for each in directory.with_stations([*new, *closing]).stations:
        if not each.closed:
            counts.update(_looks(each))
    for row in rows:
        if row.station and not row.station.closed:
            repeated = [look for look in _looks(row.station) if counts[look] > 1]
            if repeated:
                said = Text("Another station of the district is called {name}, too.")
                row.refuse(said(name=row.station.name))


def _looks(station: Station) -> set[tuple[str, str]]:
    name = station.name
    return {(station.district.code, each) for each in (name.latin.casefold(), name.devanagari)}


def _planned(
    rows: Iterable[_Row], closing: Iterable[Station], directory: Directory, *, absent: int
) -> Plan:
    changes = [Change(directory.station(each.code), each.station) for each in rows if each.station]
    return Plan(
        added=[each for each in changes if each.before is None],
        changed=[each for each in changes if each.before and each.fields()],
        closing=[Change(directory.station(each.code), each) for each in closing],
        unchanged=sum(not each.fields() for each in changes),
        absent=absent,
        refused=[Refused(each.line, each.code, each.why) for each in rows if each.why],
    )


def _write(connection: Connection, changed: Iterable[Station]) -> None:
    """Write stations; the moment of every change is later than that of all before it.

    Others see by the latest moment that there is something new (`core/gazetteer.py`).
    """
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        connection.execute(text("LOCK TABLE stations IN SHARE ROW EXCLUSIVE MODE"))
    latest: datetime | None = connection.scalar(select(func.max(stations.c.changed_at)))
    moment = max(now(), latest + timedelta(microseconds=1)) if latest else now()
    insert = sqlite.insert if is_sqlite else postgresql.insert
    new = insert(stations)
    others = {each.name: each for each in new.excluded if each.name != "code"}
    kept = new.on_conflict_do_update(index_elements=["code"], set_=others)
    connection.execute(kept, [{**_values(each), "changed_at": moment} for each in changed])


def _values(station: Station) -> dict[str, object]:
    return {
        "code": station.code,
        "district": station.district.code,
        "name_en": station.name.latin,
        "name_hi": station.name.devanagari,
        "kind": station.kind,
        "telephone": station.telephone,
        "aliases": [each.latin for each in station.aliases],
        "closed": station.closed,
    }
