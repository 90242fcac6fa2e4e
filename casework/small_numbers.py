"""Numbers for everybody to read: small ones are hidden, and what would give them away.

The counts of a table are hidden by their value. Whatever is hidden holds at least two different
values, so that exchanging two of them leaves all that is shown as it is, sums included: no hidden
number can be worked out from them, though the rule is known. Zeros are shown where they can be.
"""

from __future__ import annotations

from collections.abc import Sequence

SMALL = range(1, 5)


def with_small_hidden(
    tables: Sequence[Sequence[int]],
) -> tuple[list[list[int | None]], int | None]:
    """Give the tables of one kind of number, which have the same sum, and that sum.

    None stands for what is hidden. Where a table cannot be told safely, nothing is.
    """
    total = sum(tables[0])
    hidden = [_hidden(counts) for counts in tables]
    if total in SMALL or any(each is None for each in hidden):
        return [[None] * len(counts) for counts in tables], None
    shown: list[list[int | None]] = [
        [None if count in (values or ()) else count for count in counts]
        for counts, values in zip(tables, hidden, strict=True)
    ]
    return shown, total


def _hidden(counts: Sequence[int]) -> set[int] | None:
    """Say which values are hidden; None where even that would not do."""
    small = {count for count in counts if count in SMALL}
    if len(small) != 1:
        return small
    larger = [count for count in counts if count > SMALL[-1]]
    if larger:
        return small | {min(larger)}
    return small | {0} if 0 in counts else None
