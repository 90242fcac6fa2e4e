"""What is registered: a model for each service, made from its entry in `core/services.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Discriminator, RootModel, StringConstraints, Tag, create_model
from pydantic import Field as About

from api.models import Code, Day, Taken, known, one_of
from casework.form import LONGEST_WORDS
from core.police import Place
from core.service_entry import Field, Service
from core.services import SERVICES

_USUAL = "complaint"
_LONGEST_STORY = 4000  # characters
_WORDS = r"\S"

Story = Annotated[str, StringConstraints(min_length=1, max_length=_LONGEST_STORY, pattern=_WORDS)]


@dataclass(frozen=True, slots=True)
class Applied:
    """What another system brings before the police, for a citizen, of whichever service.

    Without a `phone` it is from an informant. What is not said of its place is None.
    """

    external_id: str
    service: Service
    kind: str
    place: Place
    story: str = ""
    told: dict[str, str] = field(default_factory=dict)
    phone: str = ""
    language: str | None = None
    is_silent: bool = False


class _ToRegister(Taken):
    external_id: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$")
    ] = About(description="Yours: sent again it is the same case.")
    station: Code | None = About(None, description="Code of a station, as in /stations.")
    district: Code | None = About(None, description="Code of a police district.")


class _OfCitizen(_ToRegister):
    phone: Annotated[str, StringConstraints(pattern=r"^\+91[1-9][0-9]{9}$")] = About(
        description="The citizen's number, to which her letters go."
    )
    language: Literal["hi", "hi_Latn", "en"] | None = About(
        None, description="Of her letters; without it the one she chose before, or Hindi."
    )
    silent: bool = About(default=False, description="She is sent no SMS about it.")


def _model_of(service: Service) -> type[BaseModel]:
    """Make the model of what is registered of a service."""
    kinds = tuple(service.kinds)
    kind = Annotated[str, known(kinds), one_of(kinds)]
    asked: dict[str, Any] = {
        "service": (Literal[service.key], service.key if service.key == _USUAL else ...),
        "kind": (kind, kinds[0] if len(kinds) == 1 else ...),
    }
    is_form = any(not each.later for each in service.fields.values())
    if service.fields:
        told = _told_of(service)
        asked["told"] = (
            told,
            About(... if is_form else told(), description="What was told, field by field."),
        )
    # What is told field by field may do without a story; what is not may not.
    is_told = is_form and not service.is_nameless
    asked["story"] = (Story | None, None) if is_told else (Story, ...)
    base = _ToRegister if service.is_nameless else _OfCitizen
    about = f"{service.label.key}, to be registered by another system."
    return create_model(f"New{_named(service)}", __base__=base, __doc__=about, **asked)


def _told_of(service: Service) -> type[BaseModel]:
    """Make the model of what is told field by field: what comes later may be left out."""
    fields: dict[str, Any] = {
        name: (_kept(each) | None, About(None, description=each.label.key))
        if each.later
        else (_kept(each), About(description=each.label.key))
        for name, each in service.fields.items()
    }
    about = f"What is told of: {service.label.key}."
    return create_model(f"ToldOf{_named(service)}", __base__=Taken, __doc__=about, **fields)


def _kept(told: Field) -> Any:  # noqa: ANN401  # a type, made here
    """Give the type of a value as cases keep it."""
    if told.kind == "choice":
        return Annotated[str, known(told.options), one_of(told.options)]
    if told.kind == "day":
        return Day
    patterns = {
        "number": r"^[0-9]{1,10}$",
        "phone": r"^[6-9][0-9]{9}$",
        "district": "|".join((r"^[A-Z0-9_]{1,32}$", *(f"^{each}$" for each in told.options))),
    }
    pattern = patterns.get(told.kind, _WORDS)
    return Annotated[str, StringConstraints(max_length=LONGEST_WORDS, pattern=pattern)]


def _named(service: Service) -> str:
    return "".join(word.capitalize() for word in service.key.split("_"))


def _service_of(body: Any) -> str | None:  # noqa: ANN401  # whatever came
    service = body.get("service", _USUAL) if isinstance(body, dict) else None
    return service if isinstance(service, str) else None


_MODELS = (Annotated[_model_of(each), Tag(each.key)] for each in SERVICES.values() if each.course)

if TYPE_CHECKING:
    _ByService = BaseModel
else:
    _ByService = Annotated[reduce(or_, _MODELS), Discriminator(_service_of)]


class NewCase(RootModel[_ByService]):
    """A matter of one of the services, to be registered for a citizen or from an informant."""

    @property
    def applied(self) -> Applied:
        """Give what all services have in common."""
        given = self.root.model_dump(exclude_none=True)
        return Applied(
            external_id=given["external_id"],
            service=SERVICES[given["service"]],
            kind=given["kind"],
            place=Place(given.get("district"), given.get("station")),
            story=given.get("story", "").strip(),
            told={name: words.strip() for name, words in given.get("told", {}).items()},
            phone=given.get("phone", ""),
            language=given.get("language"),
            is_silent=given.get("silent", False),
        )
