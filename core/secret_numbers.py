"""Numbers that nobody needs to tell us, taken out of whatever was typed before it is kept.

An Aadhaar number has twelve digits, the first one 2 to 9, the last one a Verhoeff check digit
(UIDAI); a bank card has thirteen to nineteen with a Luhn check digit (ISO/IEC 7812-1). Both are
written in one, in fours, in shorter groups alike, as American Express does (4, 6 and 5), or in 2, 4
and 6: other groups are dates, or numbers side by side. Anything but letters may stand between the
groups; commas and the like stand between the items of lists as well, so that with them only fours
count. The last four digits stay, by which a matter can be found.

A mobile number with 91 before it is none of them, nor are other fifteen digits than American
Express has: a lost phone's IMEI bears the same check digit. About one other number of twelve digits
in ten (a reference of UPI, say) is masked too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate, pairwise

from stdnum import luhn, verhoeff

from core.alphabet import western_digits, without_controls

_KEPT_DIGITS = 4
_GROUP = 4  # digits
_LONGEST = 19  # digits of a card
_MASK = "X"
_MASKED = re.compile(r"X{8,15}\d{4}(?!\d)")
_AADHAAR = re.compile(r"(?!91[6-9])[2-9]\d{11}")
_AMEX = re.compile(r"3[47]\d{13}")
_CARD = re.compile(r"4\d{12}|3[068]\d{12}|3[47]\d{13}|[2-6]\d{15}|8[12]\d{14}|[456]\d{16,18}")
_AMEX_ENDS = (4, 10, 15)
_RISING = [2, 4, 6]
# Digits, and digits after them with no letter between.
_ROW = re.compile(r"(?<!XXXX)(?<!\d)\d+(?:(?:\W|_)+\d+)*")
# What stands between parts of one number, rather than between numbers of a list.
_WITHIN = re.compile(r"[.\-–—‑_*()\[\] ]*")
_PAIR = 2  # digits: of a date, of a time
_YEAR = re.compile(r"(?:19|20)\d\d")
_ROUND = re.compile(r"\d\d00")


def without_secret_numbers(typed: str) -> str:
    """Give what was typed, with every Aadhaar and card number masked but for its last digits."""
    pieces, at = [], 0
    for start, end, digits in _secret_numbers(western_digits(typed)):
        masked = _MASK * (len(digits) - _KEPT_DIGITS) + digits[-_KEPT_DIGITS:]
        pieces += [typed[at:start], masked]
        at = end
    return "".join((*pieces, typed[at:]))


def kept_words(told: str) -> str:
    """Give words as they are kept: without secret numbers and control characters."""
    return without_secret_numbers(without_controls(told))


def is_masked(words: str) -> bool:
    """Say whether a number was left out of these words."""
    return _MASKED.search(words) is not None


def _secret_numbers(text: str) -> Iterator[tuple[int, int, str]]:
    """Find where secret numbers begin and end, and their digits."""
    for row in _ROW.finditer(text):
        groups = list(re.compile(r"\d+").finditer(text, row.start(), row.end()))
        first = 0
        while first < len(groups):
            number = _longest(text, groups, first)
            if number:
                yield number[0].start(), number[-1].end(), "".join(each[0] for each in number)
            first += len(number) or 1


def _longest(text: str, groups: list[re.Match[str]], first: int) -> list[re.Match[str]]:
    """Give the groups of the longest secret number that begins with one of them; or none."""
    for last in range(min(len(groups), first + _LONGEST), first, -1):
        found = groups[first:last]
        parts = [each[0] for each in found]
        parts[0] = re.sub(r"^0{1,2}", "", parts[0])  # as before a number that is dialled
        if parts[0] and _is_secret("".join(parts)):
            between = {_sign(text[one.end() : other.start()]) for one, other in pairwise(found)}
            if _is_one_number(parts, between):
                return found
    return []


def _sign(between: str) -> str:
    """Give what stands between two groups: a sign, or else a space."""
    seen = "".join(each for each in between if unicodedata.category(each) != "Cf")
    return seen.strip() or " "


def _is_secret(digits: str) -> bool:
    if _AADHAAR.fullmatch(digits):
        return verhoeff.is_valid(digits)
    return bool(_CARD.fullmatch(digits)) and luhn.is_valid(digits)


def _is_one_number(groups: list[str], between: set[str]) -> bool:
    """Say whether groups of digits are parts of one number, by their lengths and what is between.

    Several years, or several round sums, are a list.
    """
    sizes = [len(each) for each in groups]
    if len(groups) > 1 and any(all(map(each.fullmatch, groups)) for each in (_YEAR, _ROUND)):
        return False
    if not all(map(_WITHIN.fullmatch, between)):
        is_in_fours = {*sizes[:-1]} == {_GROUP} and sizes[-1] <= _GROUP
        return is_in_fours and len(between) == 1
    ends = tuple(accumulate(sizes))
    if sizes == _RISING or (sizes[0] == _PAIR and {*sizes} == {_PAIR}):
        return len(between) == 1
    is_alike = sizes[0] < _GROUP and len({*sizes}) == 1
    is_amex = ends == _AMEX_ENDS and bool(_AMEX.fullmatch("".join(groups)))
    return is_alike or is_amex or all(end % _GROUP == 0 for end in ends[:-1])
