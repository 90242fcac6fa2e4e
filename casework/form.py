"""The form of a service at the station: how a field is read as an officer fills it in, and shown.

What was told is kept by meaning: a choice by its key, a day as 2026-11-24, a district by its code,
a mobile number of India by its ten digits, as it comes from conversations.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from core.alphabet import normalise, western_digits, without_controls
from core.case_file import CaseError
from core.dialogue import shown
from core.directory import Directory, read_directory
from core.phone import PhoneError, masked, normalise_phone
from core.secret_numbers import kept_words
from core.service_entry import Field, FieldKind
from core.text import Name, Text, Words

LONGEST_WORDS = 1000
_LONGEST_NUMBER = 10  # digits
_DAY = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_MOBILE = re.compile(r"\+91([6-9]\d{9})")


class NotReadable(CaseError):
    """What was filled into a field is none of its kind; `label` is the field's."""

    def __init__(self, label: Text, why: str) -> None:
        super().__init__(why)
        self.label = label


def plain(typed: str) -> str:
    """Give what stands in a field so that only what an officer sees tells it from another."""
    return normalise(without_controls(typed)).strip()


def as_kept(field: Field, typed: str) -> str:
    """Read what an officer filled into a field; raise NotReadable for what it does not take."""
    try:
        return _READERS[field.kind](field, plain(typed))
    except CaseError as error:
        raise NotReadable(field.label, str(error)) from error


def as_shown(field: Field, kept: str, directory: Directory, *, hides_phone: bool = True) -> Words:
    """Say what a field has, to an officer."""
    if kept in field.options:
        return field.options[kept]
    if field.kind == "district" and (district := directory.district(kept)):
        return district.name
    if field.kind == "phone":
        kept = _phone(kept, hides=hides_phone)
    if field.kind == "day" and _is_day(kept):
        kept = shown(kept)
    return Name(kept, kept)


def _words(_field: Field, typed: str) -> str:
    if len(typed) > LONGEST_WORDS:
        raise CaseError(f"A field takes at most {LONGEST_WORDS} characters.")
    return kept_words(typed)


def _choice(field: Field, typed: str) -> str:
    if typed not in field.options:
        raise CaseError("Choose one of the list.")
    return typed


def _day(_field: Field, typed: str) -> str:
    """Read a day as a browser sends it (2026-11-24), or as people write it (24-11-2026)."""
    western = western_digits(typed)
    if found := _DAY.fullmatch(western):
        western = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
    if not _is_day(western):
        raise CaseError("A day looks like 24-11-2026.")
    return western


def _is_day(written: str) -> bool:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return False
    return day.isoformat() == written and _FIRST_YEAR <= day.year <= _LAST_YEAR


def _number(_field: Field, typed: str) -> str:
    western = western_digits(typed)
    if not (western.isascii() and western.isdigit() and len(western) <= _LONGEST_NUMBER):
        raise CaseError("Write it in digits only.")
    return western


def _number_of_phone(_field: Field, typed: str) -> str:
    try:
        phone = normalise_phone(western_digits(typed))
    except PhoneError as error:
        raise CaseError("This is no telephone number.") from error
    mobile = _MOBILE.fullmatch(phone)
    return mobile[1] if mobile else phone


def _district(field: Field, typed: str) -> str:
    """Read a district, or one of the few things that a field takes instead."""
    if typed not in field.options and read_directory().district(typed) is None:
        raise CaseError("Choose one of the list.")
    return typed


def _phone(kept: str, *, hides: bool) -> str:
    try:
        phone = normalise_phone(kept)
    except PhoneError:
        phone = kept
    return masked(phone) if hides else phone


_READERS: dict[FieldKind, Callable[[Field, str], str]] = {
    "words": _words,
    "choice": _choice,
    "day": _day,
    "number": _number,
    "phone": _number_of_phone,
    "district": _district,
}
