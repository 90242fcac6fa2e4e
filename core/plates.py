"""Numbers of vehicles: one spelling, and the keys on which their letters stand.

Central Motor Vehicles Rules 1989, rule 50: letters of the state, number of the district, letters
of the series, up to four digits (BR01AB1234); the BH series begins with the year (22BH1234AA).
"""

from __future__ import annotations

import re

from core.alphabet import normalise, western_digits

_STATE = re.compile(r"([A-Z]{2})(\d{1,2})([A-Z]{0,3})(\d{1,4})")
_BHARAT = re.compile(r"(\d{2})(BH)(\d{4})([A-Z]{1,2})")
_SPOKEN = {"बीआर": "BR", "बी आर": "BR"}
_KEYS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
FEWEST_KEYS, MOST_KEYS = 5, 11


def read_plate(typed: str) -> str | None:
    """Read a plate as somebody wrote it, with zeros filled in; None for what is none."""
    plain = western_digits(normalise(typed))
    for word, letters in _SPOKEN.items():
        plain = plain.replace(word, letters)
    plain = re.sub(r"[^0-9A-Z]", "", plain.upper())
    if found := _BHARAT.fullmatch(plain):
        return "".join(found.groups())
    if not (found := _STATE.fullmatch(plain)):
        return None
    state, district, series, number = found.groups()
    return f"{state}{int(district):02}{series}{int(number):04}"


def keys_of_plate(plate: str) -> str:
    """Give the keys of a telephone on which a plate is keyed in: 2701221234."""
    return plate.translate(_KEYS)


def spaced(plate: str) -> str:
    """Write a plate as it is read: BR 01 AB 1234."""
    return " ".join(re.findall(r"[A-Z]+|\d+", plate))
