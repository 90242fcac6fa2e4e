"""What a gateway tells of a letter that it took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Status: TypeAlias = Literal["underway", "delivered", "failed"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a gateway tells of a message: `message` is our token of the try, or its own id.

    `part` tells the parts of a long message apart, where the gateway reports each.
    """

    message: str
    status: Status
    part: str = ""
    trouble: str | None = None
    wants_no_letters: bool = False
