"""What is hidden cannot be worked out: every small table is tried, by one who knows the rule."""

from collections import defaultdict
from itertools import product

import pytest

from casework.small_numbers import with_small_hidden

_LARGEST = 9
Told = tuple[tuple[int | None, ...], int | None]


def partitions(total: int, cells: int) -> list[tuple[int, ...]]:
    return [each for each in product(range(total + 1), repeat=cells) if sum(each) == total]


@pytest.mark.parametrize(
    ("tables", "shown", "total"),
    [
        ([[12, 7, 0], [19]], [[12, 7, 0], [19]], 19),
        ([[12, 3, 2, 8], [25]], [[12, None, None, 8], [25]], 25),
        ([[12, 3, 8], [23]], [[12, None, None], [23]], 23),
        ([[12, 3, 3, 8, 8], [34]], [[12, None, None, None, None], [34]], 34),
        ([[3, 3, 0], [6]], [[None, None, None], [6]], 6),
        ([[3, 3], [6]], [[None, None], [None]], None),
        ([[0, 2], [1, 1]], [[None, None], [None, None]], None),
        ([[0, 0], [0]], [[0, 0], [0]], 0),
    ],
)
def test_small_numbers_are_hidden_with_what_would_tell_them(
    tables: list[list[int]], shown: list[list[int | None]], total: int | None
) -> None:
    assert with_small_hidden(tables) == (shown, total)


def test_no_hidden_number_can_be_worked_out_from_sums_by_one_who_knows_the_rule() -> None:
    """Two tables of the same cases, by place and by kind, with every sum up to a limit."""
    possible: dict[Told, list[tuple[int, ...]]] = defaultdict(list)
    for total in range(2 * _LARGEST):
        for places, kinds in product(partitions(total, 3), partitions(total, 2)):
            tables, shown = with_small_hidden([places, kinds])
            told = tuple(number for table in tables for number in table), shown
            possible[told].append((*places, *kinds))
    for (numbers, total_told), tables_told in possible.items():
        assert not {*numbers, total_told} & {1, 2, 3, 4}
        for told_number, meant in zip(numbers, zip(*tables_told, strict=True), strict=True):
            assert (told_number is None) == (len(set(meant)) > 1)
