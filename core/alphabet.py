"""What fits: septets of the GSM alphabet, UCS-2 code units, clusters that stay whole.

3GPP TS 23.038 §6.2.1 (default alphabet) and §6.2.1.1 (extension table, two septets each).
One message is 140 octets as an SMS and 160 octets as USSD: 160 or 182 septets, 70 or 80
UCS-2 code units. A long SMS goes in parts, each with a header of 6 octets (TS 23.040 §9.2.3.24.1):
153 septets or 67 units.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import regex

_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM_ALL = _GSM_BASIC | _GSM_EXTENSION


@dataclass(frozen=True, slots=True)
class Budget:
    """What one message may hold: in septets of GSM-7, or else in UCS-2 code units."""

    septets: int
    units: int

    @property
    def carries_unicode(self) -> bool:
        """Whether anything outside GSM-7 can be sent at all."""
        return self.units > 0

    def allows(self, text: str) -> bool:
        """Say whether a text fits into one message."""
        septets = count_septets(text)
        return count_units(text) <= self.units if septets is None else septets <= self.septets


USSD = Budget(septets=182, units=80)
SMS = Budget(septets=160, units=70)
_PART = Budget(septets=153, units=67)


# They turn round, for whoever reads, what is written after them.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def normalise(text: str) -> str:
    """Bring text to NFC, the form in which it is counted and sent."""
    return unicodedata.normalize("NFC", text)


def count_septets(text: str) -> int | None:
    """Count GSM-7 septets, or None where a character is not of that alphabet."""
    text = normalise(text)
    if not _GSM_ALL.issuperset(text):
        return None
    return len(text) + sum(map(_GSM_EXTENSION.__contains__, text))


def count_units(text: str) -> int:
    """Count UCS-2 code units, as UTF-16 does (two for an emoji)."""
    return len(normalise(text).encode("utf-16-be")) // 2


def clusters(text: str) -> list[str]:
    """Split into what a reader sees as one letter (UAX 29): क्षि is one, never parted."""
    return [match.group() for match in regex.finditer(r"\X", text)]


def split(text: str) -> list[str]:
    """Split a text into the parts in which it goes as SMS; one part where it fits into one.

    Neither a cluster of letters nor an escape pair is broken. A cluster longer than a part (no
    word has one) is broken between its characters.
    """
    text = normalise(text)
    if SMS.allows(text):
        return [text]
    # One letter outside of GSM-7 makes all parts Unicode.
    budget = _PART if count_septets(text) is not None else Budget(0, _PART.units)
    parts = [""]
    for piece in _unbreakable(text, budget):
        if parts[-1] and not _holds(budget, parts[-1] + piece):
            parts.append("")
        parts[-1] += piece
    return parts


def _unbreakable(text: str, budget: Budget) -> Iterator[str]:
    for cluster in clusters(text):
        yield from [cluster] if _holds(budget, cluster) else cluster


def _holds(budget: Budget, text: str) -> bool:
    septets = count_septets(text) if budget.septets else None
    return count_units(text) <= budget.units if septets is None else septets <= budget.septets


def without_controls(text: str) -> str:
    """Give a text without what cannot be seen and misleads; each line ends with one sign."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        each
        for each in lines
        if each in "\n\t" or not (each in _TURNING or unicodedata.category(each) == "Cc")
    )


def western_digits(text: str) -> str:
    """Turn the decimal digits of any script into 0-9 (५६ → 56); ² and the like stay."""
    return "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in text
    )
