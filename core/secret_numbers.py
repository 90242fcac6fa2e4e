"""Numbers that nobody needs to tell us, taken out of whatever was typed before it is kept.

An Aadhaar number has twelve digits, the first one 2 to 9, the last one a Verhoeff check digit (UIDAI);
a bank card has thirteen to nineteen with a Luhn check digit (ISO/IEC 7812-1). The last four digits stay,
by which a matter can be found. A mobile number with 91 before it is none of them.
"""

from __future__ import annotations

import re

from stdnum import luhn, verhoeff

from core.alphabet import western_digits

_KEPT_DIGITS = 4
_AADHAAR_DIGITS = 12
_CARD_DIGITS = range(13, 20)
_MOBILE = re.compile(r"91[6-9]\d{9}")
_SEPARATED = re.compile(r"(?<![\w])\d(?:[ .\-]{0,2}\d){11,18}(?![\w])")


def without_secret_numbers(typed: str) -> str:
    """Give what was typed, with every Aadhaar and card number masked but for its last digits."""
    western = western_digits(typed)
    if len(western) != len(typed):
        return typed
    pieces, at = [], 0
    for found in _SEPARATED.finditer(western):
        digits = re.sub(r"\D", "", found[0])
        if _is_secret(digits):
            masked = "X" * (len(digits) - _KEPT_DIGITS) + digits[-_KEPT_DIGITS:]
            pieces += [typed[at : found.start()], masked]
            at = found.end()
    return "".join((*pieces, typed[at:]))


def _is_secret(digits: str) -> bool:
    if len(digits) == _AADHAAR_DIGITS:
        is_mobile = _MOBILE.fullmatch(digits) is not None
        return not is_mobile and digits[0] in "23456789" and verhoeff.is_valid(digits)
    return len(digits) in _CARD_DIGITS and luhn.is_valid(digits)
