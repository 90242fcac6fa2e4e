"""The languages of the desk, Hindi and English: `desk.po`, and what citizens read besides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from flask import Flask, g

from core.language import Language, Languages, read_messages, render
from core.text import Name, Words

Code: TypeAlias = Literal["hi", "en"]
CODES: tuple[Code, ...] = ("hi", "en")


@dataclass(frozen=True)
class DeskWords:
    """What the desk says, in the languages of officers."""

    languages: Languages

    def of(self, code: str) -> Language:
        """Give a language with the words of the desk before those that citizens read."""
        written = self.languages.get(code)
        desk = _catalogue(written.code)
        return Language(
            code=written.code,
            name=written.name,
            alphabet=written.alphabet,
            order=written.order,
            messages={**written.messages, **desk},
        )


_read: dict[str, dict[str, str]] = {}


def _catalogue(code: str) -> dict[str, str]:
    if code not in _read:
        _read[code] = dict(read_messages(code, "desk"))
    return _read[code]


def set_language(language: Language) -> None:
    """Speak a language for the rest of this request."""
    g.desk_language = language


def current_language() -> Language:
    """Give the language of this request."""
    language: Language = g.desk_language
    return language


def say(words: Words | str) -> str:
    """Say something in the language of this request."""
    if isinstance(words, str):
        return current_language().messages.get(words, words)
    return render(words, current_language())


def spell(name: Name) -> str:
    """Spell a name in the alphabet of this request's language."""
    return render(name, current_language())


def teach(app: Flask) -> None:
    """Let the templates of an application speak: `{{ _("Inbox") }}`, `{{ words|said }}`."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=say, ngettext=lambda one, more, n: say(one if n == 1 else more), newstyle=True
    )
    app.jinja_env.filters["said"] = say
