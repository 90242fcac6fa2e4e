"""Pages of a list of cases, each found by the key of its neighbour.

No rows are counted, so that the last page of a million cases is as fast as the first one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, ColumnElement, Select, literal, tuple_

from core.tables import cases

T = TypeVar("T")

_KEY = re.compile(r"([0-9]{1,16}-)?[0-9]{1,10}")  # microseconds since 1970, id
_LARGEST_ID = 2**31 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Turn:
    """Which page of a list is wanted: what comes after a key, or before one; else the first."""

    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a list, with the keys that lead to its neighbours (None where there is none)."""

    lines: list[T] = field(default_factory=list)
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """By what a list is ordered; the last column tells all rows apart."""

    columns: tuple[Column[Any], ...]
    is_falling: bool

    def beyond(self, key: tuple[Any, ...], *, back: bool) -> ColumnElement[bool]:
        """Give the condition of what comes after a key, or before it."""
        here = tuple_(*self.columns)
        there = tuple_(*(literal(v, c.type) for v, c in zip(key, self.columns, strict=True)))
        return here < there if self.is_falling != back else here > there

    def sorted(self, query: Select[Any], *, back: bool) -> Select[Any]:
        """Order a query, or turn its order round to read back."""
        falls = self.is_falling != back
        return query.order_by(*(each.desc() if falls else each.asc() for each in self.columns))


BY_NUMBER = Order((cases.c.id,), is_falling=True)
BY_DUE_TIME = Order((cases.c.due_at, cases.c.id), is_falling=False)
BY_DAY = Order((cases.c.registered_at, cases.c.id), is_falling=True)


def cut(found: list[T], order: Order, most: int, *, back: bool, is_first: bool) -> Page[T]:
    """Cut a page out of lines that were read in one direction, with one more than needed."""
    has_more = len(found) > most
    lines = found[:most]
    if back:
        lines.reverse()
    if not lines:
        return Page()
    return Page(
        lines=lines,
        before=_write_key(lines[0], order) if (has_more if back else not is_first) else None,
        after=_write_key(lines[-1], order) if back or has_more else None,
    )


def _write_key(line: object, order: Order) -> str:
    """Write what a line is ordered by, to be read in an address."""
    values = [getattr(line, column.name) for column in order.columns]
    return "-".join(
        str(_microseconds(each)) if isinstance(each, datetime) else str(each) for each in values
    )


def read_key(written: str | None, order: Order) -> tuple[Any, ...] | None:
    """Read a key back; what is none leads to the first page."""
    if not written or not _KEY.fullmatch(written):
        return None
    *moments, number = map(int, written.split("-"))
    if len(moments) != len(order.columns) - 1 or number > _LARGEST_ID:
        return None
    return (*map(_moment, moments), number)


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
