"""What a service is, as data: its name, its form, the course of its cases, who sees them.

Each service has one script in `core/scripts/` and one entry in `core/services.py`; the channels,
the register, the desk, the API and the overseer read all they need from that entry.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from core.dialogue import Last
from core.police import Police
from core.protection import Protection
from core.text import Text, Words

ServiceScript: TypeAlias = Callable[[Police], Coroutine[Any, Any, Words | Last]]
# Where a case may go from each of its states (core/states.py has the states themselves).
Course: TypeAlias = Mapping[str, frozenset[str]]
# How a field is told: in words, typed or spoken; chosen; a day; digits; a phone number; a district.
FieldKind: TypeAlias = Literal["words", "choice", "day", "number", "phone", "district"]
Counted: TypeAlias = Literal["calendar", "working"]
# Data that the state imports, without which a service is not offered.
Records: TypeAlias = Literal["vehicles", "firs", "wanted"]
# Where it stands: on the first menu, or on one of those below.
Menu: TypeAlias = Literal["first", "certificates", "lost", "more"]


@dataclass(frozen=True, slots=True)
class Field:
    """Something told of a matter: what officers call it, how it is told, what it is chosen from.

    What comes `later` is asked at the station or by a call back, and filled in at the desk.
    """

    label: Text
    kind: FieldKind = "words"
    options: Mapping[str, Text] = field(default_factory=dict)
    later: bool = False


@dataclass(frozen=True, slots=True)
class StateLimit:
    """How long a case of a service may stay in a state ("*": its whole time), and who says so."""

    state: str
    days: int
    counted: Counted
    source: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What a case of a service may be about.

    `first` is said before anything is asked, and a call can put through to the `helpline`. One
    that is sensitive gets a secret PIN, and no SMS
    unless the citizen wishes; one that is urgent alerts the police at once.
    """

    label: Text
    first: Text | None = None
    helpline: str = ""
    protection: Protection | None = None
    is_sensitive: bool = False
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the police.

    `label` is what menus call it, on the `menu` where it stands. One without a `course` registers
    nothing. `kinds` are what its cases may be about; `fields` what is told of them, in the order in
    which officers read it. `letters` name the template that tells of a state, where the wording
    common to all services would be wrong. `told` is what the citizen hears with her number, `then`
    what she does next. One that is `nameless` keeps no phone. `needs` names the records without
    which it is not offered. `words` begin it by SMS.
    """

    key: str
    label: Text
    script: ServiceScript
    course: Course | None = None
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    fields: Mapping[str, Field] = field(default_factory=dict)
    limits: tuple[StateLimit, ...] = ()
    letters: Mapping[str, str] = field(default_factory=dict)
    menu: Menu = "more"
    told: Text | None = None
    then: Text | None = None
    is_nameless: bool = False
    needs: Records | None = None
    words: tuple[str, ...] = ()
