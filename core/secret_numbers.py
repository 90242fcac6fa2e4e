"""Numbers that nobody needs to tell us, taken out of whatever was typed before it is kept.

An Aadhaar number has twelve digits, the first one 2 to 9, the last one a Verhoeff check digit
(UIDAI); a bank card has thirteen to nineteen with a Luhn check digit (ISO/IEC 7812-1). Both are
written in one, in fours, in shorter groups alike, or as American Express does (4, 6 and 5): other
groups are dates, or two numbers side by side. The last four digits stay, by which a matter can be
found. A mobile number with 91 before it is none of them, nor are other fifteen digits than American
Express has: a lost phone's IMEI bears the same check digit. About one other number of twelve digits
in ten (a reference of UPI, say) is masked too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from stdnum import luhn, verhoeff

from core.alphabet import western_digits

_KEPT_DIGITS = 4
_GROUP = 4  # digits
_LONGEST = 19  # digits of a card
_MASK = "X"
_MASKED = re.compile(r"X{8,15}\d{4}(?!\d)")
_AADHAAR = re.compile(r"(?!91[6-9])[2-9]\d{11}")
_AMEX = re.compile(r"3[47]\d{13}")
_CARD = re.compile(r"4\d{12}|3[068]\d{12}|3[47]\d{13}|[2-6]\d{15}|8[12]\d{14}|[456]\d{16,18}")
_AMEX_ENDS = (4, 10, 15)
# Digits, and digits after them with little between.
_ROW = re.compile(r"(?<!XXXX)(?<!\d)\d+(?:[\s.\-–/]{1,3}\d+)*")


def without_secret_numbers(typed: str) -> str:
    """Give what was typed, with every Aadhaar and card number masked but for its last digits."""
    pieces, at = [], 0
    for start, end, digits in _secret_numbers(western_digits(typed)):
        masked = _MASK * (len(digits) - _KEPT_DIGITS) + digits[-_KEPT_DIGITS:]
        pieces += [typed[at:start], masked]
        at = end
    return "".join((*pieces, typed[at:]))


def is_masked(words: str) -> bool:
    """Say whether a number was left out of these words."""
    return _MASKED.search(words) is not None


def _secret_numbers(text: str) -> Iterator[tuple[int, int, str]]:
    """Find where secret numbers begin and end, and their digits."""
    for row in _ROW.finditer(text):
        groups = list(re.compile(r"\d+").finditer(text, row.start(), row.end()))
        first = 0
        while first < len(groups):
            number = _longest(groups, first)
            if number:
                yield number[0].start(), number[-1].end(), "".join(each[0] for each in number)
            first += len(number) or 1


def _longest(groups: list[re.Match[str]], first: int) -> list[re.Match[str]]:
    """Give the groups of the longest secret number that begins with one of them; or none."""
    for last in range(min(len(groups), first + _LONGEST), first, -1):
        if _is_secret([each[0] for each in groups[first:last]]):
            return groups[first:last]
    return []


def _is_secret(groups: list[str]) -> bool:
    digits = "".join(groups)
    ends = tuple(accumulate(map(len, groups)))
    is_alike = len(groups[0]) < _GROUP and len(set(map(len, groups))) == 1
    is_grouped = is_alike or all(end % _GROUP == 0 for end in ends[:-1])
    if _AADHAAR.fullmatch(digits):
        return is_grouped and verhoeff.is_valid(digits)
    if _AMEX.fullmatch(digits):
        is_grouped = is_grouped or ends == _AMEX_ENDS
    return is_grouped and bool(_CARD.fullmatch(digits)) and luhn.is_valid(digits)
