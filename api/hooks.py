"""Hooks: addresses that are told of events."""

from __future__ import annotations

from flask import Blueprint, Response
from spectree import SpecTree

from api.description import answers
from api.door import client, needs
from api.models import HookLine, HookList, HookMade, NewHook, Replay, WithKey
from api.parts import ApiParts
from api.problems import Trouble
from casework.hooks import HookError


def hook_views(api: Blueprint, spec: SpecTree, parts: ApiParts) -> None:
    """Add the addresses of hooks."""

    @api.post("/hooks")
    @needs("hooks")
    @spec.validate(resp=answers(201, HookMade, is_post=True), tags=["hooks"])
    def add_hook(json: NewHook, headers: WithKey) -> tuple[HookMade, int]:
        """Have an address told of events; the secret that signs them is shown this once."""
        del headers
        try:
            hook, secret = parts.hooks.add(client(), json.url, json.after)
        except HookError as error:
            raise Trouble(409, str(error)) from error
        return HookMade(**HookLine.model_validate(hook).model_dump(), secret=secret), 201

    @api.get("/hooks")
    @needs("hooks")
    @spec.validate(resp=answers(200, HookList), tags=["hooks"])
    def list_hooks() -> HookList:
        """List this client's hooks, how far each was told, and what is wrong with it."""
        return HookList(hooks=[HookLine.model_validate(each) for each in parts.hooks.of(client())])

    @api.delete("/hooks/<int:hook>")
    @needs("hooks")
    @spec.validate(resp=answers(204, None, is_one=True), tags=["hooks"])
    def delete_hook(hook: int) -> Response:
        """Tell an address no more."""
        if not parts.hooks.remove(client(), _within(hook)):
            raise _no_hook(hook)
        return Response(status=204)

    @api.post("/hooks/<int:hook>/replay")
    @needs("hooks")
    @spec.validate(resp=answers(200, HookLine, is_post=True, is_one=True), tags=["hooks"])
    def replay_hook(hook: int, json: Replay, headers: WithKey) -> HookLine:
        """Tell a hook everything after a number once more, and wake it if it was given up."""
        del headers
        found = parts.hooks.replay(client(), _within(hook), json.after)
        if found is None:
            raise _no_hook(hook)
        return HookLine.model_validate(found)


def _no_hook(hook: int) -> Trouble:
    return Trouble(404, f"There is no hook {hook}.")


def _within(hook: int) -> int:
    """Give a number that the database can hold; no hook has a larger one."""
    return min(hook, 2**31 - 1)
