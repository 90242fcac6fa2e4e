"""The chain read again: whether what happened, and who looked, stands as it was written.

What the chain cannot tell by itself is that its end was cut off and the head put back with it: for
that an operator keeps the head (`N:LINK`) somewhere else, and has it compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Table, exists, func, select

from core.database import Database
from core.ledger import SOURCES, link_of, rows_by_id
from core.reference import grouped
from core.sealing import Seal
from core.tables import cases, ledger, ledger_head

_BATCH = 1000
_MOST_IN_A_RUN = 20
_MOST_EXPLAINED = 40
_MOST_UNSEALED = 50
_ORIGIN = ""  # what stands before the first link


class Head(NamedTuple):
    """The end of the chain: how many links there are, and the last one."""

    n: int
    link: str

    def __str__(self) -> str:
        return f"{self.n}:{self.link}"


def read_head(written: str) -> Head:
    """Read a head as it was printed; raise ValueError where it is none."""
    n, colon, link = written.strip().partition(":")
    if not colon or not n.isascii() or not n.isdigit():
        raise ValueError("A head looks like 1234:5f1c…, as audit verify prints it.")
    return Head(int(n), link)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written: `n` is the link, 0 where a row has none."""

    n: int
    says: str

    def __str__(self) -> str:
        return f"link {self.n}: {self.says}" if self.n else self.says


@dataclass(frozen=True, slots=True)
class _Broken:
    """A link that does not seal its row after the link before it; `good` would."""

    n: int
    source: str
    row: Row[Any]
    before: str
    link: str
    good: str


@dataclass
class _Run:
    """Broken links one after the other; of a long run only the beginning is kept."""

    first: int
    last: int
    broken: list[_Broken] = field(default_factory=list)

    @property
    def is_long(self) -> bool:
        """Whether it is no matter of single rows any more."""
        return self.last - self.first >= _MOST_IN_A_RUN


class Audit:
    """Checks the chain over events and accesses."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    def head(self) -> Head:
        """Give the end of the chain."""
        with self._database.reading() as connection:
            row = connection.execute(select(ledger_head.c.n, ledger_head.c.link)).first()
        return Head(*row) if row else Head(0, _ORIGIN)

    def verify(
        self, expected: Head | None = None, passed: Callable[[int], None] = lambda _: None
    ) -> Iterator[Finding]:
        """Give what is not as it was written, while others may go on writing.

        `expected` is a head that was kept elsewhere; `passed` is told how many links were read.
        """
        head, last = self._ends()
        walk = _Walk(self._seal)
        for entry, row in self._links(last, passed):
            yield from walk.check(entry, row)
        yield from map(self._named, walk.explain())
        yield from _check_head(head, Head(last, walk.before or _ORIGIN))
        if not last and self._has_rows():
            yield Finding(0, "the chain is empty, though there are records: it was removed")
        if expected:
            yield from self._compare(expected, last)
        for source in SOURCES:
            yield from self._unsealed(source)

    def _ends(self) -> tuple[Head | None, int]:
        """Give the head, and the number of the last link, at one and the same moment."""
        newest = select(func.coalesce(func.max(ledger.c.n), 0)).scalar_subquery()
        with self._database.reading() as connection:
            row = connection.execute(select(ledger_head.c.n, ledger_head.c.link, newest)).first()
            if row is None:
                return None, connection.scalar(select(newest)) or 0
        return Head(row[0], row[1]), row[2]

    def _links(
        self, last: int, passed: Callable[[int], None]
    ) -> Iterator[tuple[Row[Any], Row[Any] | None]]:
        """Give every link with its row, if it is still there."""
        after: int | None = None
        while True:
            query = select(ledger).where(ledger.c.n <= last).order_by(ledger.c.n).limit(_BATCH)
            with self._database.reading() as connection:
                chosen = query if after is None else query.where(ledger.c.n > after)
                entries = connection.execute(chosen).all()
                rows = {source: _rows(connection, source, entries) for source in SOURCES}
            if not entries:
                return
            after = entries[-1].n
            yield from ((each, rows.get(each.source, {}).get(each.row_id)) for each in entries)
            passed(len(entries))

    def _has_rows(self) -> bool:
        with self._database.reading() as connection:
            return any(
                connection.scalar(select(exists(table.select()))) for table in SOURCES.values()
            )

    def _compare(self, expected: Head, last: int) -> Iterator[Finding]:
        if expected.n > last:
            yield Finding(last, f"the end was cut off: there were {expected.n} links")
            return
        query = select(ledger.c.link).where(ledger.c.n == expected.n)
        with self._database.reading() as connection:
            link = connection.scalar(query) if expected.n else _ORIGIN
        if link != expected.link:
            yield Finding(expected.n, "not the one that was kept: the chain was built anew")

    def _unsealed(self, source: str) -> Iterator[Finding]:
        """Find the rows that stand in no link."""
        found = 0
        for row in self._outside(SOURCES[source], source):
            found += 1
            if found <= _MOST_UNSEALED:
                yield self._named(
                    (row, Finding(0, f"{source} {row.id} was added beside the chain"))
                )
        if found > _MOST_UNSEALED:
            yield Finding(0, f"… and {found - _MOST_UNSEALED} more of these")

    def _outside(self, table: Table, source: str) -> Iterator[Row[int, int, int]]:
        sealed = (ledger.c.source == source) & (ledger.c.row_id == table.c.id)
        query = select(table.c.id, table.c.case_id, ledger.c.n).outerjoin(ledger, sealed)
        query = query.order_by(table.c.id).limit(_BATCH)
        after: int | None = None
        while True:
            chosen = query if after is None else query.where(table.c.id > after)
            with self._database.reading() as connection:
                rows = connection.execute(chosen).all()
            if not rows:
                return
            after = rows[-1].id
            yield from (row for row in rows if row.n is None)

    def _named(self, found: tuple[Row[*tuple[Any, ...]] | None, Finding]) -> Finding:
        """Add the case that a finding is about."""
        row, finding = found
        if row is None:
            return finding
        query = select(cases.c.reference).where(cases.c.id == row.case_id)
        with self._database.reading() as connection:
            reference = connection.scalar(query)
        case = grouped(reference) if reference else f"that is gone, with the id {row.case_id}"
        return Finding(finding.n, f"{finding.says} (case {case})")


class _Walk:
    """Goes along the chain, and remembers where it does not hold."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal
        self._n = 0
        self._runs: list[_Run] = []
        self.before: str | None = _ORIGIN  # None after a gap: what stood there is not known

    def check(self, entry: Row[Any], row: Row[Any] | None) -> Iterator[Finding]:
        """Check the next link."""
        if entry.n != self._n + 1:
            yield Finding(entry.n, _gap(self._n + 1, entry.n))
            self.before = None
        if row is None:
            yield Finding(entry.n, f"{entry.source} {entry.row_id}, which it seals, was removed")
        elif self.before is not None:
            self._compare(entry, row, self.before)
        self._n, self.before = entry.n, entry.link

    def _compare(self, entry: Row[Any], row: Row[Any], before: str) -> None:
        good = link_of(self._seal, before, entry.n, entry.source, row)
        if good == entry.link:
            return
        if not self._runs or self._runs[-1].last != entry.n - 1:
            self._runs.append(_Run(entry.n, entry.n))
        run = self._runs[-1]
        run.last = entry.n
        if len(run.broken) < _MOST_IN_A_RUN:
            run.broken.append(_Broken(entry.n, entry.source, row, before, entry.link, good))

    def explain(self) -> Iterator[tuple[Row[Any] | None, Finding]]:
        """Say of every broken link, in turn, what became of it, with the row it is about."""
        broken = [each for run in self._runs if not run.is_long for each in run.broken]
        why = _Explanation(self._seal, broken if len(broken) <= _MOST_EXPLAINED else [])
        for run in self._runs:
            if run.is_long:
                yield None, Finding(run.first, _long_run(run))
            else:
                yield from filter(None, map(why.of, run.broken))


class _Explanation:
    """Tells a changed row from links that changed places, by trying what would fit."""

    def __init__(self, seal: Seal, broken: list[_Broken]) -> None:
        self._seal = seal
        self._broken = broken
        self._befores = {each.before for each in broken} | {each.good for each in broken}
        self._forged = {each.n for each in broken if self._is_followed(each)}

    def of(self, broken: _Broken) -> tuple[Row[Any], Finding] | None:
        """Say what became of a link; None where only the one before it is at fault."""
        what = f"{broken.source} {broken.row.id}"
        made_for = self._made_for(broken)
        if made_for == broken.n:
            return None
        if made_for:
            says = f"{what} stood at link {made_for}: the order was changed"
        elif other := self._sealed_here(broken):
            says = f"{what} stands where {other.source} {other.row.id} was: the order was changed"
        elif broken.n in self._forged:
            says = f"the link itself was changed; {what} is as the next link has it"
        else:
            says = f"{what} was changed"
        return broken.row, Finding(broken.n, says)

    def _made_for(self, broken: _Broken) -> int | None:
        """Find the place in the chain that a link was made for."""
        for before, other in product(self._befores, self._broken):
            if self._link(before, other.n, broken) == broken.link:
                return other.n
        return None

    def _sealed_here(self, broken: _Broken) -> _Broken | None:
        """Find the row that a link was made for."""
        for other in self._broken:
            if self._link(broken.before, broken.n, other) == broken.link:
                return other
        return None

    def _is_followed(self, broken: _Broken) -> bool:
        """Say whether the next link was made after the link that should be here."""
        following = (each for each in self._broken if each.n == broken.n + 1)
        return any(self._link(broken.good, each.n, each) == each.link for each in following)

    def _link(self, before: str, n: int, sealed: _Broken) -> str:
        return link_of(self._seal, before, n, sealed.source, sealed.row)


def _rows(connection: Connection, source: str, entries: Iterable[Row[Any]]) -> dict[int, Row[Any]]:
    return rows_by_id(
        connection, source, (each.row_id for each in entries if each.source == source)
    )


def _check_head(head: Head | None, end: Head) -> Iterator[Finding]:
    if head is None:
        yield Finding(end.n, "the head of the chain was removed")
    elif head.n > end.n:
        yield Finding(end.n, f"the end was cut off: there were {head.n} links")
    elif head.n < end.n:
        yield Finding(end.n, f"the head of the chain was put back to link {head.n}")
    elif head.link != end.link:
        yield Finding(end.n, "the head of the chain was changed")


def _gap(first: int, following: int) -> str:
    if following < first:
        return "it stands before the first"
    if following - first == 1:
        return f"link {first} before it is missing"
    return f"links {first} to {following - 1} before it are missing"


def _long_run(run: _Run) -> str:
    return (
        f"from here to link {run.last} no link fits its row: the rows were changed, or the chain"
        " was built anew without the key (or SECRET_KEY is another one)"
    )
