"""Cases that may tell of the same thing: proposed to an officer, who alone can judge it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from rapidfuzz import fuzz, process
from sqlalchemy import ColumnElement, Connection, Row, or_, select

from casework.viewer import Viewer
from core.cases import Case
from core.database import Database
from core.sealing import Seal, Unreadable
from core.services import SERVICES
from core.spelling import words_of
from core.tables import cases, events, told

Reason: TypeAlias = Literal["same_phone", "alike"]

SAME_PHONE_WITHIN = timedelta(days=7)
ALIKE_WITHIN = timedelta(days=3)
CANDIDATES = 200
MOST = 5  # proposals
# Of the telling words of both, so many per cent stand in the other one, too; the test has the
# examples that this comes from.
LEAST_LIKENESS = 70
_LEAST_WORDS = 3  # telling ones; "my bicycle" is stolen every night
_SAME_WORD = 80  # per cent of its letters
# What is told in words of one's own, such as a name, tells one matter from another.
_IN_WORDS = sorted(
    {
        name
        for each in SERVICES.values()
        for name in each.fields
        if each.fields[name].kind == "words"
    }
)

# What half of all complaints say tells nothing of one of them.
_TELLS_NOTHING = words_of(
    "का की के को से में पर ने और कि जो है हैं था थी थे हो हुई हुआ हुए गई गया गयी गए कर करके करते करता"
    " करती किया की दिया दी दिए लिया लिए ली रहा रही रहे मैं मुझे मेरा मेरी मेरे हम हमारा हमारी हमारे यह वह"
    " एक दो उस इस तब भी तो ही नहीं कुछ लोग आज कल रात सुबह शाम दिन पास साथ बाद चोरी मारपीट झगड़ा लापता"
    " ka ki ke ko se me mein par ne aur hai hain tha thi the ho hui hua gai gaya gayi kar karke"
    " kiya diya liya mai mujhe mera meri mere ham hamara hamari ek do aaj kal raat rat subah sham"
    " din chori marpit maarpeet jhagda lapata"
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A case that may be the same, and why; `likeness` is of the words, in per cent."""

    reference: str
    state: str
    station: str | None
    registered_at: datetime
    reason: Reason
    likeness: int


class Duplicates:
    """Looks for cases that tell of the same thing."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    def of(self, viewer: Viewer, case: Case) -> list[Proposal]:
        """Propose cases to join a case to, the likeliest first, of those that a viewer reads."""
        if case.joined_to or case.stage == "closed" or not viewer.works(case):
            return []
        with self._database.reading() as connection:
            found = self._near(connection, viewer, case)
            apart = _set_apart(connection, case, found)
            candidates = [row for row in found if row.reference not in apart]
            words = self._words(connection, [case.id, *(row.id for row in candidates)])
        mine = telling_words(f"{case.story} {' '.join(words[case.id])}")
        proposals = [
            proposal
            for row in candidates
            if (proposal := self._judge(case, mine, row, words[row.id]))
        ]
        return sorted(proposals, key=_by_likelihood)[:MOST]

    def _near(self, connection: Connection, viewer: Viewer, case: Case) -> Sequence[Row[Any]]:
        """Find unfinished cases of the same kind in the same district, within days."""
        same_phone = _same_phone(case)
        query = select(cases).where(
            viewer.reads_rows(),
            cases.c.kind == case.kind,
            cases.c.district.is_not_distinct_from(case.district),
            cases.c.protection.is_not_distinct_from(case.protection),  # others are not joined
            cases.c.id != case.id,
            cases.c.joined_to.is_(None),
            cases.c.stage != "closed",
            or_(same_phone & _within(case, SAME_PHONE_WITHIN), _within(case, ALIKE_WITHIN)),
        )
        newest = query.order_by(same_phone.desc(), cases.c.id.desc()).limit(CANDIDATES)
        return connection.execute(newest).all()

    def _words(self, connection: Connection, ids: list[int]) -> defaultdict[int, list[str]]:
        """Read what officers heard in the recordings of cases, and what was told beside stories."""
        heard = select(events.c.case_id, events.c.note_sealed).where(
            events.c.case_id.in_(ids), events.c.kind == "heard"
        )
        in_words = select(told.c.case_id, told.c.value_sealed).where(
            told.c.case_id.in_(ids), told.c.field.in_(_IN_WORDS)
        )
        words: defaultdict[int, list[str]] = defaultdict(list)
        for case_id, sealed in connection.execute(heard.union_all(in_words)):
            words[case_id].append(self._opened(sealed))
        return words

    def _judge(
        self, case: Case, mine: frozenset[str], row: Row[Any], heard: list[str]
    ) -> Proposal | None:
        theirs = telling_words(f"{self._opened(row.story_sealed)} {' '.join(heard)}")
        likeness = likeness_of(mine, theirs)
        is_same_phone = bool(case.phone_hash) and row.phone_hash == case.phone_hash
        if not is_same_phone and likeness < LEAST_LIKENESS:
            return None
        reason: Reason = "same_phone" if is_same_phone else "alike"
        return Proposal(row.reference, row.state, row.station, row.registered_at, reason, likeness)

    def _opened(self, sealed: bytes | None) -> str:
        try:
            return self._seal.open(sealed) if sealed else ""
        except Unreadable:  # the page of that case says so
            return ""


def telling_words(story: str) -> frozenset[str]:
    """Give the words of a story that tell it from others."""
    return words_of(story) - _TELLS_NOTHING


def likeness_of(one: frozenset[str], other: frozenset[str]) -> int:
    """Say how many per cent of the words of both stand in the other; 0 where there are too few."""
    if min(len(one), len(other)) < _LEAST_WORDS:
        return 0
    shared = sum(_shared(one, other)) + sum(_shared(other, one))
    return round(100 * shared / (len(one) + len(other)))


def _shared(words: frozenset[str], others: frozenset[str]) -> Iterator[bool]:
    for word in words:
        best = process.extractOne(word, others, scorer=fuzz.ratio, score_cutoff=_SAME_WORD)
        yield best is not None


def _same_phone(case: Case) -> ColumnElement[bool]:
    """Say of cases that they are of the same phone; informants keep none, and are not the same."""
    return (cases.c.phone_hash == case.phone_hash) & (cases.c.phone_hash != "")


def _within(case: Case, span: timedelta) -> ColumnElement[bool]:
    return cases.c.registered_at.between(case.registered_at - span, case.registered_at + span)


def _set_apart(connection: Connection, case: Case, found: Sequence[Row[Any]]) -> set[str]:
    """Give the candidates that somebody has judged not to be the same, on either side."""
    ids = [case.id, *(row.id for row in found)]
    query = select(cases.c.reference, events.c.details).join_from(events, cases)
    query = query.where(events.c.case_id.in_(ids), events.c.kind == "apart")
    pairs = [(row.reference, row.details.get("case")) for row in connection.execute(query)]
    return {b if a == case.reference else a for a, b in pairs if case.reference in (a, b)}


def _by_likelihood(proposal: Proposal) -> tuple[bool, int]:
    return proposal.reason != "same_phone", -proposal.likeness
