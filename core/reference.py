"""Reference numbers: ten digits, random, the last one a check digit (Verhoeff).

Verhoeff's check finds every single wrong digit and every exchange of neighbours. The first
digit is 1 to 5, so that a reference number is never taken for an Indian mobile number.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from stdnum import verhoeff

from core.alphabet import western_digits

LENGTH = 10
_PAYLOADS = 10 ** (LENGTH - 2)


def new_reference(below: Callable[[int], int]) -> str:
    """Make a number from a source of chance: `below(n)` draws one of 0 … n-1."""
    payload = f"{below(5) + 1}{below(_PAYLOADS):0{LENGTH - 2}d}"
    return payload + verhoeff.calc_check_digit(payload)


def is_well_formed(reference: str) -> bool:
    """Say whether the number is free of typing mistakes."""
    return len(reference) == LENGTH and reference[0] in "12345" and verhoeff.is_valid(reference)


def grouped(reference: str) -> str:
    """Write a number as it is read out: 482 913 5706."""
    return f"{reference[:3]} {reference[3:6]} {reference[6:]}"


def ungrouped(typed: str) -> str:
    """Read a number back, whatever separates its digits and whichever script they are in."""
    return re.sub(r"\D", "", western_digits(typed))
