"""Requests with an idempotency key are done once; repeated, they are answered the same."""

from __future__ import annotations

import json
import re

import structlog
from flask import Blueprint, Response, g, request

from api.bodies import WRITING
from api.door import client
from api.models import KEY_LOOKS, Fault
from api.problems import Trouble
from casework.repeats import Kept, OtherContents, OutcomeUnknown, Repeats, Request, UnderWay
from core.database import DatabaseDown

HEADER = "Idempotency-Key"
_SOON_SECONDS = 1
_WORTH_TRYING_AGAIN = {401, 403, 429}  # nothing was done
# Done twice these are as if done once: an external id is of one case, a replay of one number, and
# a set of records is what the last one says.
_MAY_COME_TWICE = {
    "api.register_case",
    "api.replay_hook",
    "api.put_vehicles",
    "api.put_firs",
    "api.put_wanted",
}
_UNKNOWN = (
    "This request was begun, and whether it was done is not known."
    " Look at what it was to change; to do it anyway, use a new key."
)

log = structlog.get_logger()


def do_once(api: Blueprint, repeats: Repeats) -> None:
    """Look after the keys of all that writes in a blueprint; to be called behind its door."""

    @api.before_request
    def begin() -> Response | None:
        asked = _asked()
        if asked is None:
            return None
        kept = _begun(repeats, asked)
        if kept:
            return _again(kept)
        g.asked_once = asked
        return None

    @api.after_request
    def finish(response: Response) -> Response:
        asked: Request | None = g.pop("asked_once", None)
        if asked is None:
            return response
        try:
            if response.status_code in _WORTH_TRYING_AGAIN:
                repeats.let_go(asked)
            elif response.status_code >= 500:  # noqa: PLR2004  # our faults, before it or behind it
                repeats.give_up(asked)
            else:
                repeats.finish(asked, _kept(response))
        except DatabaseDown as trouble:  # a repeat in the next minute is told to wait
            log.error("answer_not_kept", why=str(trouble))
        return response


def _begun(repeats: Repeats, asked: Request) -> Kept | None:
    try:
        return repeats.begin(asked)
    except UnderWay as error:
        soon = {"Retry-After": str(_SOON_SECONDS)}
        detail = "The same request is being done at this moment."
        raise Trouble(409, detail, kind="under-way", headers=soon) from error
    except OtherContents as error:
        detail = "This idempotency key was used for another request."
        raise Trouble(422, detail, kind="key-used") from error
    except OutcomeUnknown as error:
        raise Trouble(409, _UNKNOWN, kind="outcome-unknown") from error


def _asked() -> Request | None:
    key = request.headers.get(HEADER)
    if request.method not in WRITING or key is None:
        return None
    if not re.fullmatch(KEY_LOOKS, key):
        faults = [Fault(where=HEADER, why="1 to 64 characters without spaces are wanted")]
        raise Trouble(422, "The idempotency key is none.", faults=faults)
    contents = "\n".join((request.path, request.get_data(cache=True).hex()))
    may_come_twice = request.endpoint in _MAY_COME_TWICE
    return Request(client().id, key, contents, may_come_twice)


def _kept(response: Response) -> Kept:
    said = {
        "type": response.content_type,
        "location": response.headers.get("Location"),
        "body": response.get_data(as_text=True),
    }
    return Kept(response.status_code, json.dumps(said))


def _again(kept: Kept) -> Response:
    said = json.loads(kept.body)
    response = Response(said["body"], kept.status, content_type=said["type"])
    response.headers["Idempotent-Replayed"] = "true"
    if said["location"]:
        response.headers["Location"] = said["location"]
    return response
