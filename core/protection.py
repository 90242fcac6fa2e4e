"""Cases that not everybody at a station may see, and why."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

Protection: TypeAlias = Literal["women", "child", "conduct", "secret"]

PROTECTIONS: tuple[Protection, ...] = get_args(Protection)
# No station ever sees these, not even if they are sent there.
KEPT_FROM_STATIONS: tuple[Protection, ...] = ("conduct", "secret")
