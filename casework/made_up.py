"""What only the demo has: people whose passwords are told, letters of a past that never was."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import case, or_, select, update

from casework.credentials import code_at
from core.clock import now
from core.database import Database
from core.tables import cases, letters, officers

_ONE_IN = 29  # of the letters of a month some do not arrive
_WHY = "the phone was switched off"
_FILE = "desk.json"
_TO_OFFICERS = ("alert", "duty")


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """What one of the demo's people signs in with; the code is that of this half minute."""

    login: str
    name: str
    role: str
    password: str
    code: str


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One of the demo's people; `secret` is that of his codes."""

    name: str
    role: str
    password: str
    secret: str


def keep_person(folder: Path, login: str, person: DemoPerson) -> None:
    """Keep what one of the demo's people signs in with, to be told at every start."""
    told = [person.name, person.role, person.password, person.secret]
    part = folder / f"{_FILE}.part"
    with open(part, "w", encoding="utf-8", opener=_for_its_owner) as opened:
        json.dump({**_kept(folder), login: told}, opened, ensure_ascii=False)
    part.replace(folder / _FILE)


def demo_sign_ins(folder: Path) -> list[DemoSignIn]:
    """Give what the demo's people sign in with now; nothing where no demo made any."""
    return [
        DemoSignIn(login, name, role, password, code_at(secret, now()))
        for login, (name, role, password, secret) in _kept(folder).items()
    ]


def _kept(folder: Path) -> dict[str, list[str]]:
    with suppress(OSError, ValueError):
        kept: dict[str, list[str]] = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return kept
    return {}


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def spare_choosing(database: Database, login: str) -> None:
    """Let somebody go on with the password that was drawn for him."""
    with database.writing() as connection:
        this = update(officers).where(officers.c.login == login)
        connection.execute(this.values(must_change_password=False))


def deliver_letters_of_the_past(database: Database, until: datetime) -> None:
    """Note that nearly all letters of the demo's cases were delivered when they were posted.

    So were those to its officers, `until` it began.
    """
    to_officers = letters.c.template.in_(_TO_OFFICERS) & (letters.c.posted_at <= until)
    of_the_demo = or_(letters.c.case_id.in_(select(cases.c.id).where(cases.c.is_demo)), to_officers)
    is_lost = letters.c.id % _ONE_IN == 0
    arrived = {
        "status": case((is_lost, "failed"), else_="delivered"),
        "trouble": case((is_lost, _WHY)),
        "gateway": "simulator",
        "attempts": 1,
        "sent_at": letters.c.posted_at,
        "settled_at": letters.c.posted_at,
    }
    due = of_the_demo & (letters.c.status == "due")
    with database.writing() as connection:
        connection.execute(update(letters).where(due).values(arrived))
