"""A day that was, or one that is to come."""

from __future__ import annotations

from core.dialogue import Day, Once, option
from core.police import Days, Police
from core.text import Name, Text

_AAJ, _KAL = Name("aaj", "आज"), Name("kal", "कल")


async def ask_past_day(police: Police, name: str, text: Text) -> str:
    """Ask on which day of the last twelve months something was."""
    days = await _days(police)
    named = (
        option(days["today"], Text("Today"), _AAJ),
        option(days["yesterday"], Text("Yesterday"), _KAL),
    )
    return await Day(name, text, named, first=days["first"], last=days["today"])


async def ask_coming_day(police: Police, name: str, text: Text) -> str:
    """Ask on which day of the next twelve months something will be."""
    days = await _days(police)
    named = (
        option(days["today"], Text("Today"), _AAJ),
        option(days["tomorrow"], Text("Tomorrow"), _KAL),
    )
    return await Day(name, text, named, first=days["today"], last=days["last"])


async def _days(police: Police) -> Days:
    days: Days = await Once("days", police.days)
    return days
