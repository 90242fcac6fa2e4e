"""Who works at the desk: officers, with their role, place, password and one-time codes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, cast

import structlog
from sqlalchemy import ColumnElement, Row, delete, func, insert, or_, select, true, update
from sqlalchemy.exc import IntegrityError

from casework.credentials import (
    Passwords,
    address_of,
    drawn_password,
    drawn_secret,
    fault_of,
)
from casework.viewer import ROLES, Role, Viewer
from casework.wrong_tries import forgive
from core.clock import now
from core.database import Database
from core.directory import Directory
from core.phone import PhoneError, normalise_phone
from core.sealing import Seal, Unreadable
from core.tables import officer_sessions, officers
from core.text import Text

PAGE = 50
LONGEST_NAME = 100
LANGUAGES = ("hi", "en")
_LOGIN = re.compile(r"[a-z][a-z0-9._-]{2,31}")
_NOT_PERSONS = ("citizen", "overseer")  # who else stands in the history of a case
_OF_A_DISTRICT = ("women", "district")

log = structlog.get_logger()


class OfficerError(Exception):
    """What was asked about an officer cannot be done; `words` say why, for the desk."""

    def __init__(self, words: Text) -> None:
        super().__init__(words.key.format(**dict(words.slots)))
        self.words = words


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who may sign in."""

    id: int
    login: str
    name: str
    role: Role
    district: str | None
    station: str | None
    phone: str | None
    language: str
    must_change_password: bool
    is_active: bool
    created_at: datetime
    seen_at: datetime | None

    def viewer(self, directory: Directory) -> Viewer:
        """Give who this is to cases."""
        station = directory.station(self.station)
        return Viewer(
            id=self.id,
            login=self.login,
            role=self.role,
            district=self.district,
            station=self.station,
            is_womens_station=station is not None and station.kind == "mahila",
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """What an administrator says of an officer; `district` and `station` are codes."""

    name: str
    role: str
    district: str | None = None
    station: str | None = None
    phone: str | None = None
    language: str = "hi"
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an officer first signs in with: to be shown once, and kept nowhere."""

    login: str
    password: str
    secret: str

    COLUMNS: ClassVar = ("login", "password", "secret", "address")

    @property
    def columns(self) -> tuple[str, ...]:
        """Give them as a row of a table."""
        return (self.login, self.password, self.secret, self.address)

    @property
    def address(self) -> str:
        """Give the `otpauth://` address for a QR code."""
        return address_of(self.secret, self.login)


def checked(profile: Profile, directory: Directory) -> Profile:
    """Complete a profile, and put it in order; raise OfficerError where it cannot be one.

    A station's officer has the district of his station; who serves the state has no place.
    """
    name = " ".join(profile.name.split())
    if not name or len(name) > LONGEST_NAME or "\0" in name:
        raise OfficerError(Text("A name is needed, of at most 100 characters."))
    if profile.role not in ROLES:
        raise OfficerError(Text("There is no role {role}.")(role=profile.role))
    if profile.language not in LANGUAGES:
        raise OfficerError(Text("The language is hi or en."))
    district, station = _place_of(profile, directory)
    return Profile(
        name=name,
        role=profile.role,
        district=district,
        station=station,
        phone=_phone(profile.phone),
        language=profile.language,
        is_active=profile.is_active,
    )


def is_login(text: str) -> bool:
    """Say whether something can be a login."""
    return _LOGIN.fullmatch(text) is not None


def check_login(login: str) -> None:
    """Raise OfficerError where something cannot be a login."""
    if not is_login(login):
        rule = Text("A login has 3 to 32 of a-z, 0-9, dot, hyphen, and begins with a letter.")
        raise OfficerError(rule)
    if login in _NOT_PERSONS:
        raise OfficerError(Text("This login stands for somebody else in the history of cases."))


def _place_of(profile: Profile, directory: Directory) -> tuple[str | None, str | None]:
    if profile.role == "station":
        station = directory.station(profile.station)
        if station is None:
            raise OfficerError(Text("An officer of a station needs a station that we know."))
        return station.district.code, station.code
    if profile.role in _OF_A_DISTRICT:
        if directory.district(profile.district) is None:
            raise OfficerError(Text("This role needs a police district that we know."))
        return profile.district, None
    return None, None


def _phone(given: str | None) -> str | None:
    try:
        return normalise_phone(given) if given and given.strip() else None
    except PhoneError as error:
        raise OfficerError(Text("This is no phone number: {phone}")(phone=given or "")) from error


class Officers:
    """The register of officers."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self.database = database
        self.seal = seal
        self.passwords = Passwords()

    # --- Finding

    def find(self, officer_id: int) -> Officer | None:
        """Find an officer by his number."""
        return self._one(officers.c.id == officer_id)

    def by_login(self, login: str) -> Officer | None:
        """Find an officer by his login, however it is capitalised."""
        login = login.strip().lower()
        return self._one(officers.c.login == login) if is_login(login) else None

    def page(self, search: str = "", page: int = 1) -> Sequence[Officer]:
        """List officers by login: those whose name or login has some words in it; 50 a page."""
        query = select(officers).where(_matches(search)).order_by(officers.c.login)
        return self._all(query.limit(PAGE).offset((page - 1) * PAGE))

    def count(self, search: str = "") -> int:
        """Count them."""
        query = select(func.count()).select_from(officers).where(_matches(search))
        with self.database.reading() as connection:
            return connection.scalar(query) or 0

    # --- Changing

    def add(self, login: str, profile: Profile) -> Credentials:
        """Add an officer, whose profile is `checked`, and give what he first signs in with.

        Raises OfficerError where the login cannot be one, or is not new.
        """
        login = login.strip().lower()
        check_login(login)
        fresh = Credentials(login, drawn_password(), drawn_secret())
        values = {**self._columns(profile), **self._columns_of(fresh), "created_at": now()}
        try:
            with self.database.writing() as connection:
                connection.execute(insert(officers).values(login=login, **values))
        except IntegrityError as error:
            message = Text("There is an officer with the login {login} already.")(login=login)
            raise OfficerError(message) from error
        return fresh

    def change(self, officer_id: int, profile: Profile) -> None:
        """Change an officer to a `checked` profile; who is closed is signed out everywhere."""
        values = self._columns(profile)
        with self.database.writing() as connection:
            connection.execute(_this(officer_id).values(**values))
            if not profile.is_active:
                connection.execute(_sessions_of(officer_id))

    def close(self, officer_id: int) -> None:
        """Let an officer sign in no more, and sign him out everywhere."""
        with self.database.writing() as connection:
            connection.execute(_this(officer_id).values(is_active=False))
            connection.execute(_sessions_of(officer_id))

    def speak(self, officer_id: int, language: str) -> None:
        """Set the language in which an officer reads the desk."""
        with self.database.writing() as connection:
            connection.execute(_this(officer_id).values(language=language))

    def reset(self, officer: Officer) -> Credentials:
        """Give an officer a new password and a new secret, and sign him out everywhere.

        One who was closed may sign in again.
        """
        fresh = Credentials(officer.login, drawn_password(), drawn_secret())
        values = {**self._columns_of(fresh), "is_active": True}
        with self.database.writing() as connection:
            connection.execute(_this(officer.id).values(**values))
            connection.execute(_sessions_of(officer.id))
            forgive(connection, self.seal, officer.login)
        return fresh

    def choose_password(self, officer: Officer, present: str, chosen: str) -> None:
        """Let an officer choose his password, and sign him out everywhere.

        Raises OfficerError where the present one is wrong, or the new one may not be one.
        """
        if fault := fault_of(chosen, officer.login):
            raise OfficerError(fault)
        if not self.knows(officer, present):
            raise OfficerError(Text("The present password is not right."))
        if present == chosen:
            raise OfficerError(Text("The new password must differ from the present one."))
        values = {"password_hash": self.passwords.keep(chosen), "must_change_password": False}
        with self.database.writing() as connection:
            connection.execute(_this(officer.id).values(**values))
            connection.execute(_sessions_of(officer.id))

    def knows(self, officer: Officer, password: str) -> bool:
        """Say whether this is the officer's password."""
        query = select(officers.c.password_hash).where(officers.c.id == officer.id)
        with self.database.reading() as connection:
            kept = connection.scalar(query)
        return self.passwords.fits(kept, password)

    # --- Rows

    def _columns(self, profile: Profile) -> Mapping[str, object]:
        return {
            "name": profile.name,
            "role": profile.role,
            "district": profile.district,
            "station": profile.station,
            "phone_sealed": self.seal.close(profile.phone) if profile.phone else None,
            "language": profile.language,
            "is_active": profile.is_active,
        }

    def _columns_of(self, fresh: Credentials) -> Mapping[str, object]:
        return {
            "password_hash": self.passwords.keep(fresh.password),
            "totp_sealed": self.seal.close(fresh.secret),
            "totp_step": 0,
            "must_change_password": True,
        }

    def _one(self, condition: ColumnElement[bool]) -> Officer | None:
        found = self._all(select(officers).where(condition))
        return found[0] if found else None

    def _all(self, query: Any) -> Sequence[Officer]:  # noqa: ANN401  # SQLAlchemy's is too long
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        return [officer_of(row, self.seal) for row in rows]


def officer_of(row: Row[Any], seal: Seal) -> Officer:
    """Read a row of the table; a phone that no key opens is none."""
    return Officer(
        id=row.id,
        login=row.login,
        name=row.name,
        role=cast("Role", row.role),
        district=row.district,
        station=row.station,
        phone=_phone_of(row, seal),
        language=row.language,
        must_change_password=row.must_change_password,
        is_active=row.is_active,
        created_at=row.created_at,
        seen_at=row.seen_at,
    )


def _phone_of(row: Row[Any], seal: Seal) -> str | None:
    try:
        return seal.open(row.phone_sealed) if row.phone_sealed else None
    except Unreadable:
        log.warning("officer_without_phone", officer=row.id)
        return None


def _matches(search: str) -> ColumnElement[bool]:
    words = search.split()
    if not words:
        return true()
    wanted = " ".join(words)
    return or_(
        officers.c.name.icontains(wanted, autoescape=True),
        officers.c.login.icontains(wanted, autoescape=True),
    )


def _this(officer_id: int) -> Any:  # noqa: ANN401  # the same
    return update(officers).where(officers.c.id == officer_id)


def _sessions_of(officer_id: int) -> Any:  # noqa: ANN401  # the same
    return delete(officer_sessions).where(officer_sessions.c.officer_id == officer_id)
