"""`pukar audio`: the clips that calls are made of, made, checked, and listed for a speaker."""

from __future__ import annotations

import csv
import hashlib
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TextIO

import click
from flask.cli import with_appcontext

from audio.engine import Engine, NoVoice
from audio.engines.espeak import Espeak
from audio.engines.gtts import Gtts
from audio.library import write_whole
from audio.script import Line
from audio.studio import Built, Row, sheet
from audio.studio import build as build_clips
from audio.studio import check as check_clips
from console.parts import Parts, current_parts, prepared
from core.database import DatabaseDown
from core.language import Language
from core.voice_gaps import Gap
from ivr.sentences import lines

_ENGINES: Mapping[str, type[Espeak | Gtts]] = {"espeak": Espeak, "gtts": Gtts}
_MOST_FAILURES = 10
_HOME = Path(__file__).parent.parent
_WORDS_COME_FROM = (
    "locales/*/LC_MESSAGES/*.po",
    "data/*.csv",
    "audio/*.py",
    "core/**/*.py",
    "ivr/*.py",
)

_language = click.option("--language", "code", help="Only the language with this code, as hi.")


@click.group()
def audio() -> None:
    """Make and check the clips that calls are made of."""


@audio.command()
@click.option(
    "--engine",
    "name",
    type=click.Choice(sorted(_ENGINES)),
    default="espeak",
    show_default=True,
    help="What speaks where nobody has: espeak is here, gtts asks Google.",
)
@_language
@with_appcontext
def build(name: str, code: str | None) -> None:
    """Make the clips that are missing, and make recordings ready for the telephone."""
    engine = _ENGINES[name]()
    parts = current_parts()
    failed = 0
    for language in _voices(code):
        try:
            built = _build(language, engine)
        except (NoVoice, OSError) as error:
            raise click.ClickException(_why(error, parts)) from error
        failed += len(built.failed)
        _tell(language, built)
    if code is None and not failed:
        write_whole(_mark(parts), _state_of_words().encode())


@audio.command()
@_language
@with_appcontext
def check(code: str | None) -> None:
    """Find clips that are missing, stale, or sound wrong; exit with 1 if there are any.

    Clips that calls have missed are listed, too, with how often.
    """
    faults = [
        (language.code, fault)
        for language in _voices(code)
        for fault in check_clips(current_parts().library, language, _lines(language))
    ]
    for gap in _gaps():
        click.echo(f"{gap.language:<8} {'missed on calls':<20} {gap.clip:<60} {gap.times} times")
    for language_code, fault in faults:
        click.echo(f"{language_code:<8} {fault.problem:<20} {fault.name:<60} {fault.detail}")
    if faults:
        raise click.ClickException(f"{len(faults)} faults.")
    click.echo("Every clip that calls can need is there now, and sounds as it should.")


@audio.command()
@_language
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@with_appcontext
def script(code: str | None, out: Path | None) -> None:
    """Write the script for a speaker as CSV: a sentence a line, and the file to save it as."""
    rows = [(language.code, *row) for language in _voices(code) for row in sheet(_lines(language))]
    if out is None:
        _write(sys.stdout, rows)
        return
    # Spreadsheets know Hindi only by the mark at the beginning.
    try:
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            _write(file, rows)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}.") from error
    click.echo(f"{len(rows)} sentences are in {out}.")


def make_voice(parts: Parts) -> None:
    """Make the voice of the demo, where it is not made yet, or for other words."""
    if is_voice_made(parts):
        return
    click.echo("Making the voice (once, some 15 seconds) …", err=True)
    try:
        for language in parts.office.languages.voices:
            _build(language, Espeak())
        write_whole(_mark(parts), _state_of_words().encode())
    except (NoVoice, OSError) as error:
        click.echo(f"Calls have no voice: {_why(error, parts)}", err=True)


def _why(error: NoVoice | OSError, parts: Parts) -> str:
    if isinstance(error, NoVoice):
        return str(error)
    return f"AUDIO_DIR ({parts.library.folder}) cannot be written: {error.strerror}."


def is_voice_made(parts: Parts) -> bool:
    """Say whether the clips were made for the words as they are now."""
    mark = _mark(parts)
    return mark.exists() and mark.read_text() == _state_of_words()


def _mark(parts: Parts) -> Path:
    return parts.library.folder / "made-for.txt"


def _state_of_words() -> str:
    """Tell the words that calls say from those of another version: by all they are made of."""
    state = hashlib.sha256()
    for pattern in _WORDS_COME_FROM:
        for file in sorted(_HOME.glob(pattern)):
            state.update(file.read_bytes())
    return state.hexdigest()


def _voices(code: str | None) -> list[Language]:
    voices = current_parts().office.languages.voices
    chosen = [language for language in voices if code in {None, language.code}]
    if not chosen:
        spoken = ", ".join(language.code for language in voices)
        raise click.ClickException(f"{code} is not spoken. Spoken are: {spoken}")
    return chosen


def _gaps() -> list[Gap]:
    """Give what calls have missed; nothing where there is no database to ask."""
    try:
        return prepared().gaps.all()
    except DatabaseDown:
        return []


def _lines(language: Language) -> list[Line]:
    office = current_parts().office
    return lines(language, office.languages, office.directory)


def _build(language: Language, engine: Engine) -> Built:
    needed = _lines(language)
    with click.progressbar(needed, label=language.name.latin) as bar:
        library = current_parts().library
        return build_clips(library, language, needed, engine, lambda: bar.update(1))


def _tell(language: Language, built: Built) -> None:
    for failure in built.failed[:_MOST_FAILURES]:
        click.echo(f"  {failure.name}: {failure.why}", err=True)
    counts = f"{built.made} made, {built.already} there already, {len(built.failed)} failed"
    click.echo(f"{language.code}: {counts}.")


def _write(file: TextIO, rows: Iterable[tuple[object, ...]]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("language", *Row._fields))
    writer.writerows(rows)
