"""Officers by CSV: what a list would add, change and refuse, row by row, before it does."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from casework.officers import (
    Credentials,
    Officer,
    OfficerError,
    Officers,
    Profile,
    check_login,
    checked,
)
from core.directory import Directory, Station
from core.spelling import is_spelt
from core.text import Text

COLUMNS = ("login", "name", "role", "district", "station", "phone", "language")
_NEEDED = ("login", "name", "role")

Outcome: TypeAlias = Literal["add", "change", "same", "refuse"]


@dataclass(frozen=True, slots=True)
class Planned:
    """What a row comes to; `changes` are the columns of an officer that become others."""

    line: int
    login: str
    outcome: Outcome
    profile: Profile | None = None
    officer: Officer | None = None
    changes: tuple[str, ...] = ()
    fault: Text | None = None


@dataclass(frozen=True)
class StaffList:
    """Reads lists of officers, and carries them out.

    An officer who is not in the list stays as he is. Places are written as their code or name.
    """

    officers: Officers
    directory: Directory

    def read(self, content: bytes) -> list[Planned]:
        """Plan a list without changing anything; raise OfficerError where it cannot be read."""
        seen: set[str] = set()
        planned: list[Planned] = []
        for line, row in _rows(content):
            login = row["login"].lower()
            if login in seen:
                twice = Text("This login stands in the list twice.")
                planned.append(Planned(line, login, "refuse", fault=twice))
            else:
                planned.append(self._plan(line, login, row))
            seen.add(login)
        return planned

    def carry_out(self, planned: Sequence[Planned]) -> Iterator[tuple[Planned, Credentials | None]]:
        """Do what was planned, each row by itself; give who was added with his credentials."""
        for row in planned:
            try:
                yield row, self._do(row)
            except OfficerError as error:  # somebody else was faster
                yield replace(row, outcome="refuse", fault=error.words), None

    def _plan(self, line: int, login: str, row: Mapping[str, str]) -> Planned:
        try:
            officer = self.officers.by_login(login)
            profile = checked(self._profile(row, officer), self.directory)
            if officer is None:
                check_login(login)
        except OfficerError as error:
            return Planned(line, login, "refuse", fault=error.words)
        if officer is None:
            return Planned(line, login, "add", profile)
        changes = differences(officer, profile)
        return Planned(line, login, "change" if changes else "same", profile, officer, changes)

    def _profile(self, row: Mapping[str, str], officer: Officer | None) -> Profile:
        """Read a row; what it leaves empty stays as it is, and is Hindi for a language."""
        return Profile(
            name=row["name"],
            role=row["role"].lower(),
            district=find_district(self.directory, row["district"]),
            station=find_station(self.directory, row["station"], row["district"]),
            phone=row["phone"] or (officer.phone if officer else None),
            language=row["language"].lower() or (officer.language if officer else "hi"),
            is_active=officer.is_active if officer else True,
        )

    def _do(self, row: Planned) -> Credentials | None:
        if row.profile and row.outcome == "add":
            return self.officers.add(row.login, row.profile)
        if row.profile and row.officer and row.outcome == "change":
            self.officers.change(row.officer.id, row.profile)
        return None


def differences(officer: Officer, profile: Profile) -> tuple[str, ...]:
    """Name what of an officer a profile would change."""
    names = ("name", "role", "district", "station", "phone", "language", "is_active")
    return tuple(name for name in names if getattr(officer, name) != getattr(profile, name))


def find_district(directory: Directory, written: str) -> str | None:
    """Find a police district by its code or name; raise OfficerError for one we do not know."""
    written = written.strip()
    if not written:
        return None
    if district := directory.district(written.upper()):
        return district.code
    for district in directory.districts:
        if _is_one_of(written, (district.name.latin, district.name.devanagari)):
            return district.code
    raise OfficerError(Text("There is no police district {name}.")(name=written))


def find_station(directory: Directory, written: str, district: str = "") -> str | None:
    """Find a station by its code, or by its name (in a district, where there are several).

    Raises OfficerError for one we do not know, or that cannot be told from others.
    """
    written = written.strip()
    if not written or (station := directory.station(written)):
        return station.code if written and station else None
    within = find_district(directory, district)
    found = [each for each in directory.stations if _is_called(each, written, within)]
    if not found:
        raise OfficerError(Text("There is no police station {name}.")(name=written))
    if len(found) > 1:
        several = Text("There are several police stations {name}: write the code.")
        raise OfficerError(several(name=written))
    return found[0].code


def _is_called(station: Station, written: str, district: str | None) -> bool:
    if district and station.district.code != district:
        return False
    return _is_one_of(written, (station.name.latin, station.name.devanagari))


def _is_one_of(written: str, names: Sequence[str]) -> bool:
    return any(is_spelt(written, name) for name in names)


def _rows(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = content.decode("utf-8-sig")  # spreadsheets put a mark before it
    except UnicodeDecodeError as error:
        raise OfficerError(Text("The file is no UTF-8: save it as CSV UTF-8.")) from error
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    header = [each.strip().lower() for each in reader.fieldnames or ()]
    if missing := [each for each in _NEEDED if each not in header]:
        raise OfficerError(Text("The first line lacks: {names}")(names=", ".join(missing)))
    reader.fieldnames = header
    try:
        for row in reader:
            yield reader.line_num, {name: (row.get(name) or "").strip() for name in COLUMNS}
    except csv.Error as error:
        raise OfficerError(
            Text("The file is no CSV from line {n} on.")(n=reader.line_num)
        ) from error


def written_out(fresh: Sequence[Credentials]) -> str:
    """Write credentials as CSV, to be handed to each officer and then destroyed."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(Credentials.COLUMNS)
    writer.writerows(each.columns for each in fresh)
    return file.getvalue()
