"""What was told of a case, field by field: as officers read it, hear it, and fill it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request

from casework.form import as_shown
from core.cases import Case, ToldField
from core.directory import Directory
from core.service_entry import Field, FieldKind
from core.services import SERVICES
from core.text import Text, Words
from desk.listen import Voice
from desk.words import say

PREFIX = "field-"  # of a field's name in forms, where others have names as well


@dataclass(frozen=True, slots=True)
class Choosable:
    """Something to choose in a field: what is kept of it, and how officers read it."""

    meaning: str
    label: str


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field of the form of a case.

    `words` are what stands there, None where nothing does; `value` is that as the form to fill in
    has it, empty for a phone number, which is not shown unasked. The `voice` of one that was spoken
    is there where it can be heard.
    """

    name: str
    label: Words
    kind: FieldKind
    is_later: bool
    words: Words | None
    value: str
    is_spoken: bool
    voice: Voice | None
    is_unreadable: bool
    options: Sequence[Choosable]

    @property
    def is_missing(self) -> bool:
        """Whether it is still to be filled in, or to be written down from what was spoken."""
        return self.words is None and not self.is_unreadable


def form_of(
    directory: Directory,
    case: Case,
    told: Mapping[str, ToldField],
    voices: Mapping[str, Voice] | None = None,
    *,
    shows_phones: bool = False,
) -> list[ShownField]:
    """List the fields of a case in the order of its service, whether they were told or not."""
    fields = SERVICES[case.service].fields
    # A field that the service has no more was told all the same.
    names = [*fields, *(name for name in told if name not in fields)]
    return [
        _shown(
            directory,
            fields.get(name) or Field(Text(name)),
            told.get(name) or ToldField(name, "", None),
            voices or {},
            hides_phone=not shows_phones,
        )
        for name in names
    ]


def has_phones(case: Case, told: Mapping[str, ToldField]) -> bool:
    """Say whether there is a phone number with a case that is not shown unasked."""
    fields = SERVICES[case.service].fields
    is_told = any(
        each.words and name in fields and fields[name].kind == "phone"
        for name, each in told.items()
    )
    return bool(case.phone) or is_told


def typed_fields(case: Case) -> dict[str, str]:
    """Read the form that was sent."""
    names = SERVICES[case.service].fields
    return {name: request.form.get(PREFIX + name, "") for name in names}


def _shown(
    directory: Directory,
    field: Field,
    told: ToldField,
    voices: Mapping[str, Voice],
    *,
    hides_phone: bool,
) -> ShownField:
    words = as_shown(field, told.words, directory, hides_phone=hides_phone) if told.words else None
    return ShownField(
        name=told.field,
        label=field.label,
        kind=field.kind,
        is_later=field.later,
        words=words,
        value="" if field.kind == "phone" else told.words,
        is_spoken=told.recording is not None,
        voice=voices.get(told.recording or ""),
        is_unreadable=told.is_unreadable,
        options=_options(field, directory),
    )


def _options(field: Field, directory: Directory) -> Sequence[Choosable]:
    options = [Choosable(meaning, say(label)) for meaning, label in field.options.items()]
    if field.kind == "district":
        districts = [Choosable(each.code, say(each.name)) for each in directory.districts]
        options = sorted(districts, key=lambda each: each.label) + options
    return options
