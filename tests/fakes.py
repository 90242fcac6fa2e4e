"""The police as a walk over all conversations meets them, with the real directory."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from core import walk as core_walk
from core.dialogue import Script
from core.directory import Directory, read_directory
from core.language import read_languages
from core.scripts.main_menu import main_menu
from core.walk import Path, WalkedPolice


def _with_a_telephone(directory: Directory) -> Directory:
    """Give the station with the longest name a telephone, which the data do not have yet."""
    longest = max(directory.stations, key=lambda station: len(station.name.devanagari))
    stations = [
        replace(each, telephone="06224-260260") if each is longest else each
        for each in directory.stations
    ]
    return Directory(directory.districts, stations, directory.pins)


DIRECTORY = _with_a_telephone(read_directory())
LANGUAGES = read_languages()


def the_script(*, unicode: bool = True) -> Script:
    """Give the script as written channels play it."""
    offered = [(each.code, each.name) for each in LANGUAGES.offered(unicode=unicode)]
    return partial(main_menu, WalkedPolice(DIRECTORY, offered))


def walk(script: Script | None = None, *, brief: bool = False) -> Iterator[Path]:
    """Walk every path of the script."""
    return core_walk.walk(script or the_script(), DIRECTORY, brief=brief)
