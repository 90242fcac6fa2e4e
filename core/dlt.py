"""The register of wordings at a DLT portal (India): what to register, what is registered.

TRAI's TCCCPR 2018: every SMS matches a content template registered by its sender and carries
the id that the portal gave it. Since January 2026 what varies must be tagged: `{#numeric#}`,
`{#alphanumeric#}`; a value has at most 30 characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from sqlalchemy import delete, select

from core.clock import now
from core.database import Database
from core.language import Language, Languages, render
from core.letters import LETTERS, LONGEST_VARIABLE, SAMPLES, Letterhead, letter_of_state
from core.states import STATES
from core.tables import dlt_templates

_PATTERNS = {
    "{#numeric#}": rf"[0-9]{{1,{LONGEST_VARIABLE}}}",
    "{#alphanumeric#}": rf"[ -~]{{1,{LONGEST_VARIABLE}}}",
}
_TAG = re.compile("({#[a-z]+#})")
_LONGEST_TEXT = 1000
_DLT_ID = re.compile(r"[0-9]{10,30}")


class DltError(Exception):
    """What was to be imported is not fit for it; the message has a line for each fault."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A letter in a language as it is to be registered: its text with tags, and a sample."""

    template: str
    language: str
    text: str
    sample: str


@dataclass(frozen=True, slots=True)
class Registered:
    """What the portal has: its id, and the text it belongs to."""

    dlt_id: str
    text: str

    def covers(self, text: str) -> bool:
        """Say whether a text is this wording with its tags filled."""
        pieces = _TAG.split(_spaced(self.text))
        pattern = "".join(_PATTERNS.get(piece, re.escape(piece)) for piece in pieces)
        return re.fullmatch(pattern, _spaced(text)) is not None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line to be imported."""

    line: int
    template: str
    language: str
    dlt_id: str
    text: str


def wording(template: str, language: Language, letterhead: Letterhead) -> Wording:
    """Write down a letter as it is to be registered."""
    letter = LETTERS[template]
    fixed = asdict(letterhead)
    tags = {name: f"{{#{tag}#}}" for name, tag in letter.variables.items()}
    samples = {name: SAMPLES[name] for name in letter.variables}
    return Wording(
        template=template,
        language=language.code,
        text=render(letter.text(**tags, **fixed), language),
        sample=render(letter.text(**samples, **fixed), language),
    )


class Register:
    """What is registered, and what is missing for the letters of this service."""

    def __init__(self, database: Database, languages: Languages, letterhead: Letterhead) -> None:
        self._database = database
        self._languages = languages
        self._letterhead = letterhead

    def wordings(self) -> list[Wording]:
        """List every letter in every language, as it is to be registered."""
        return [
            wording(template, language, self._letterhead)
            for language in self._languages.all
            for template in LETTERS
        ]

    def find(self, template: str, language: str) -> Registered | None:
        """Find what is registered for a letter."""
        query = select(dlt_templates.c.dlt_id, dlt_templates.c.text).where(
            dlt_templates.c.template == template, dlt_templates.c.language == language
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return Registered(*row) if row else None

    def missing(self) -> list[tuple[Wording, str]]:
        """List the letters that no DLT gateway would take, and why."""
        with self._database.reading() as connection:
            rows = connection.execute(select(dlt_templates)).all()
        known = {(row.template, row.language): Registered(row.dlt_id, row.text) for row in rows}
        faults = (
            (each, _fault(each, known.get((each.template, each.language))))
            for each in self.wordings()
        )
        return [(each, fault) for each, fault in faults if fault]

    def covers_news(self, language: str) -> bool:
        """Say whether every letter that brings news of a case is registered in a language."""
        news = {letter_of_state(state) for state in STATES}
        return not [
            each
            for each, _ in self.missing()
            if each.language == language and each.template in news
        ]

    def enter(self, entries: Iterable[Entry]) -> int:
        """Take over ids from the portal, all or none; give how many. Raise DltError."""
        entries = list(entries)
        if faults := list(_faults(entries, {code.code for code in self._languages.all})):
            raise DltError("\n".join(faults))
        with self._database.writing() as connection:
            for entry in entries:
                same = (dlt_templates.c.template == entry.template) & (
                    dlt_templates.c.language == entry.language
                )
                connection.execute(delete(dlt_templates).where(same))
                connection.execute(
                    dlt_templates.insert().values(
                        template=entry.template,
                        language=entry.language,
                        dlt_id=entry.dlt_id,
                        text=entry.text,
                        imported_at=now(),
                    )
                )
        return len(entries)


def _fault(wanted: Wording, registered: Registered | None) -> str:
    if registered is None:
        return "has no id"
    if not registered.covers(wanted.sample):
        return "reads otherwise at the portal"
    return ""


def _faults(entries: list[Entry], languages: set[str]) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    ids: set[str] = set()
    for entry in entries:
        if entry.template not in LETTERS:
            yield f"Line {entry.line}: there is no letter {entry.template!r}."
        if entry.language not in languages:
            yield f"Line {entry.line}: there is no language {entry.language!r}."
        if not _DLT_ID.fullmatch(entry.dlt_id):
            yield f"Line {entry.line}: {entry.dlt_id!r} is no template id (10 to 30 digits)."
        if (entry.template, entry.language) in seen:
            yield f"Line {entry.line}: {entry.template} in {entry.language} stands here twice."
        if entry.dlt_id in ids:
            yield f"Line {entry.line}: the id {entry.dlt_id} stands here twice."
        if len(entry.text) > _LONGEST_TEXT or "\0" in entry.text:
            yield f"Line {entry.line}: the text is too long, or damaged."
        seen.add((entry.template, entry.language))
        ids.add(entry.dlt_id)


def _spaced(text: str) -> str:
    return " ".join(text.split())
