"""Searches: reference and phone numbers, those of an FIR or a Sanha, words of notes and forms.

A case that is masked for a viewer is found by its reference number only.
"""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, and_, exists, false, select, union

from casework.viewer import Viewer
from core.alphabet import western_digits
from core.phone import PhoneError, normalise_phone
from core.reference import is_well_formed, ungrouped
from core.sealing import Seal
from core.spelling import words_of
from core.tables import cases, note_words

_FIR_NUMBER = re.compile(r"\d{1,5}/(\d{2}|\d{4})")
_NUMBER = re.compile(r"\+?[\d\s()-]+")
_HOME = "+91"
_LONGEST = 200
_MOST_WORDS = 8


class Search:
    """Says which cases are meant by what somebody typed."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def of(self, viewer: Viewer, typed: str) -> ColumnElement[bool]:
        """Give the condition of the cases that are meant, as far as a viewer reads them."""
        typed = western_digits(typed[:_LONGEST].strip())
        if is_well_formed(digits := ungrouped(typed)) and _NUMBER.fullmatch(typed):
            return cases.c.reference == digits
        if _FIR_NUMBER.fullmatch(typed):
            is_number = (cases.c.fir_number == typed) | (cases.c.diary_number == typed)
            return is_number & viewer.reads_rows()
        is_meant = self._found_by_phone(typed)
        if is_meant is None:
            is_meant = self._found_by_words(typed)
        return is_meant & viewer.reads_rows()

    def _found_by_phone(self, typed: str) -> ColumnElement[bool] | None:
        """Find whose number it is, and where it was noted or told; None for what is no number."""
        try:
            phone = normalise_phone(typed) if _NUMBER.fullmatch(typed) else None
        except PhoneError:
            return None
        if phone is None:
            return None
        of_citizen = cases.c.phone_hash == self._seal.fingerprint("phone", phone)
        written = {ungrouped(typed), phone.removeprefix(_HOME)}
        noted = note_words.c.word_hash.in_([self._seal.fingerprint("word", w) for w in written])
        ids = union(select(cases.c.id).where(of_citizen), select(note_words.c.case_id).where(noted))
        return cases.c.id.in_(ids)

    def _found_by_words(self, typed: str) -> ColumnElement[bool]:
        words = sorted(words_of(typed))[:_MOST_WORDS]
        if not words:
            return false()
        return and_(*(_has_word(self._seal.fingerprint("word", each)) for each in words))


def _has_word(word_hash: str) -> ColumnElement[bool]:
    this = (note_words.c.word_hash == word_hash) & (note_words.c.case_id == cases.c.id)
    return exists().where(this)
