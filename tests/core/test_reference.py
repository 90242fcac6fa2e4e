"""Reference numbers: hard to guess, easy to read back, mistakes found."""

import secrets
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.reference import grouped, is_well_formed, new_reference, ungrouped

references = st.integers(0, 5 * 10**8 - 1).map(
    lambda n: new_reference(lambda below: n // 10**8 if below == 5 else n % 10**8)
)


def test_numbers_are_ten_digits_and_not_sequential() -> None:
    numbers = [new_reference(secrets.randbelow) for _ in range(1000)]
    assert all(len(number) == 10 and is_well_formed(number) for number in numbers)
    assert all(number[0] in "12345" for number in numbers)
    assert len(set(numbers)) > 990
    assert len({int(later) - int(number) for number, later in pairwise(numbers)}) > 990


@given(references, st.integers(0, 9), st.integers(1, 9))
def test_a_wrong_digit_is_noticed(reference: str, place: int, difference: int) -> None:
    wrong = str((int(reference[place]) + difference) % 10)
    assert not is_well_formed(reference[:place] + wrong + reference[place + 1 :])


@given(references, st.integers(0, 8))
def test_two_digits_exchanged_are_noticed(reference: str, place: int) -> None:
    exchanged = reference[:place] + reference[place + 1] + reference[place] + reference[place + 2 :]
    assert exchanged == reference or not is_well_formed(exchanged)


@given(references)
def test_a_number_is_read_back_as_it_is_shown(reference: str) -> None:
    assert ungrouped(grouped(reference)) == reference


def test_a_mobile_number_is_no_reference_number() -> None:
    assert not any(is_well_formed(f"98000000{n:02}") for n in range(100))
