"""Names spelt on the keys of a telephone, on which 2 stands for a, b and c (ITU-T E.161)."""

from __future__ import annotations

from collections.abc import Iterable

from core.text import Name

LETTERS_ASKED = 3
_KEYS = {
    letter: key
    for key, letters in {
        "2": "abc",
        "3": "def",
        "4": "ghi",
        "5": "jkl",
        "6": "mno",
        "7": "pqrs",
        "8": "tuv",
        "9": "wxyz",
    }.items()
    for letter in letters
}


def is_keyed(keys: str, names: Iterable[Name]) -> bool:
    """Say whether one of the names begins with these keys, in any of its words."""
    return any(tail.startswith(keys) for name in names for tail in _tails(name))


def keys_of(name: Name) -> str:
    """Give the keys that begin a name."""
    return _on_keys(name.latin)[:LETTERS_ASKED]


def _tails(name: Name) -> list[str]:
    words = name.latin.split()
    return [_on_keys("".join(words[start:])) for start in range(len(words))]


def _on_keys(letters: str) -> str:
    return "".join(_KEYS.get(letter, "") for letter in letters.casefold())
