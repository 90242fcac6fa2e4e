"""The description of the API (OpenAPI 3.1): made from its models and views, and served."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, cast

from pydantic import BaseModel, ValidationError
from spectree import Response as Answers
from spectree import SecurityScheme, SecuritySchemeData, SpecTree
from spectree.model_adapter.protocol import SchemaMode
from spectree.model_adapter.pydantic_adapter import PydanticModelAdapter
from spectree.models import SecureType

from api.models import Fault, Problem
from api.problems import KIND, Trouble
from core.services import SERVICES

TITLE = "Pukar"
_ABOUT = (
    "Registers, reads and moves cases of the police of Bihar, tells of what happens to them, and"
    " takes records that the public may ask for."
    " Errors are problems (RFC 9457)."
)
_ALWAYS = (401, 403, 422, 429, 500, 503)
_OF_A_POST = (400, 409, 413, 415)
_REFERENCE = {"type": "string", "pattern": "^[1-5][0-9]{9}$", "examples": ["4829135706"]}
_HEADERS = {
    "401": {"WWW-Authenticate": "What is wanted."},
    "429": {"Retry-After": "Seconds to wait."},
    "503": {"Retry-After": "Seconds to wait."},
}


class _Adapter(PydanticModelAdapter):
    """Makes the schema of a model once: every answer of every address names it again."""

    def json_schema(
        self, model: type[Any], *, ref_template: str, mode: SchemaMode = "validation"
    ) -> dict[str, Any]:
        """Give a schema, which SpecTree copies before it changes anything in it."""
        return _schema(model, ref_template, mode)  # type: ignore[arg-type]


@cache
def _schema(model: Any, ref_template: str, mode: SchemaMode) -> dict[str, Any]:  # noqa: ANN401
    return PydanticModelAdapter().json_schema(model, ref_template=ref_template, mode=mode)


def new_description() -> SpecTree:
    """Make what views are described to."""
    return SpecTree(
        "flask",
        mode="strict",
        title=TITLE,
        description=_ABOUT,
        version="1",
        openapi_version="3.1.0",
        validation_error_model=Problem,
        model_adapter=cast("Any", _Adapter()),
        naming_strategy=lambda model: model.__name__,
        nested_naming_strategy=lambda _parent, child: child,
        security_schemes=[
            SecurityScheme(
                name="token", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer")
            )
        ],
        security={"token": []},
        before=_refuse_invalid,
        after=_refuse_wrong_answers,
    )


def answers(
    status: int, model: type[BaseModel] | None, *, is_post: bool = False, is_one: bool = False
) -> Answers:
    """Give the answers of a view: the good one, and every problem there may be."""
    problems = _ALWAYS + (_OF_A_POST if is_post else ()) + ((404,) if is_one else ())
    models: dict[str, Any] = {f"HTTP_{each}": Problem for each in problems}
    if model is None:
        return Answers(f"HTTP_{status}", **models)
    return Answers(**{f"HTTP_{status}": model}, **models)


def written(description: SpecTree) -> dict[str, Any]:
    """Write the description, with what the models do not say; wants the application's context."""
    spec: dict[str, Any] = description.spec
    for operation in _operations(spec):
        for parameter in operation["parameters"]:
            _mend_parameter(parameter)
        for status, answer in operation["responses"].items():
            _mend_answer(status, answer)
    return spec


def _operations(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in spec["paths"].values():
        yield from path.values()


def _mend_parameter(parameter: dict[str, Any]) -> None:
    """A parameter is left out or has a value: null it cannot be."""
    schema = parameter["schema"]
    kinds = [each for each in schema.pop("anyOf", []) if each != {"type": "null"}]
    for kind in kinds:
        schema.update(kind)
    if schema.get("default", "") is None:
        del schema["default"]
    if parameter["name"] == "reference":
        parameter["schema"] = _REFERENCE
    if parameter["name"] == "hook":
        parameter["schema"] = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}


def _mend_answer(status: str, answer: dict[str, Any]) -> None:
    content = answer.get("content", {})
    if int(status) >= 400 and "application/json" in content:  # noqa: PLR2004  # errors begin there
        content[KIND] = content.pop("application/json")
    if headers := _HEADERS.get(status):
        answer["headers"] = {
            name: {"description": what, "required": True, "schema": {"type": "string"}}
            for name, what in headers.items()
        }


def _refuse_invalid(_request: Any, _response: Any, error: Any, *_: Any) -> None:  # noqa: ANN401  # as SpecTree calls it
    if isinstance(error, ValidationError):
        faults = [
            Fault(where=_where(each["loc"]), why=each["msg"])
            for each in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise Trouble(422, "See errors.", faults=faults)


def _where(place: tuple[int | str, ...]) -> str:
    """Name a place in a body, which the model of a service was chosen for."""
    inside = place[1:] if place and place[0] in SERVICES else place
    return ".".join(map(str, inside)) or "service"


def _refuse_wrong_answers(_request: Any, _response: Any, error: Any, *_: Any) -> None:  # noqa: ANN401  # as SpecTree calls it
    if error is not None:
        raise error
