"""Every error is a problem (RFC 9457), also those of Flask, of the limits and of our stores."""

from __future__ import annotations

import time

import structlog
from flask import Blueprint, Response, request
from flask_limiter import Limiter
from werkzeug.exceptions import HTTPException, MethodNotAllowed, TooManyRequests

from api.models import Fault, Problem
from api.requests_seen import request_id
from core.case_file import CaseError, Overtaken
from core.database import DatabaseDown

KIND = "application/problem+json"
_LATER_SECONDS = 5

log = structlog.get_logger()

# What `type` ends in, and the title that goes with it.
_TITLES = {
    400: ("malformed", "The request cannot be read"),
    401: ("no-access", "Not known here"),
    403: ("not-allowed", "Not allowed"),
    404: ("not-found", "Not found"),
    405: ("no-such-method", "There is no such method"),
    409: ("conflict", "It cannot be done as things stand"),
    413: ("too-large", "The request is too large"),
    415: ("not-json", "JSON is wanted"),
    422: ("invalid", "The request is not valid"),
    429: ("too-many", "Too many requests"),
    500: ("fault", "A fault of ours"),
    503: ("later", "Not now"),
}


class Trouble(Exception):
    """Ends a request with a problem; `kind` names one more exactly than its status does."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        kind: str = "",
        faults: list[Fault] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.kind = kind
        self.faults = faults
        self.headers = headers or {}


def answer_problems(api: Blueprint, limiter: Limiter) -> None:
    """Have every error of a blueprint answered as a problem, and addresses that are not there."""

    @api.errorhandler(Trouble)
    def trouble(error: Trouble) -> Response:
        return problem(error)

    @api.errorhandler(CaseError)
    def refused(error: CaseError) -> Response:
        kind = "overtaken" if isinstance(error, Overtaken) else ""
        return problem(Trouble(409, str(error), kind=kind))

    @api.errorhandler(DatabaseDown)
    def down(error: DatabaseDown) -> Response:
        log.error("api_without_database", why=str(error), request=request_id())
        later = {"Retry-After": str(_LATER_SECONDS)}
        return problem(Trouble(503, "The database does not answer; try again.", headers=later))

    @api.errorhandler(TooManyRequests)
    def too_many(error: TooManyRequests) -> Response:
        limit = limiter.current_limit
        seconds = max(1, int(limit.reset_at - time.time())) if limit else _LATER_SECONDS
        later = {"Retry-After": str(seconds)}
        return problem(Trouble(429, f"The limit is {error.description}.", headers=later))

    @api.errorhandler(HTTPException)
    def other(error: HTTPException) -> Response:
        status = error.code if error.code in _TITLES else 400
        return problem(Trouble(status or 400, error.description or error.name))

    @api.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response:
        log.error("unforeseen", request=request_id(), exc_info=error)
        return problem(Trouble(500, "Tell us the request id, so that we find it in the log."))

    @api.before_app_request
    def no_such_address() -> Response | None:
        """Answer before Flask does, which has a page for people."""
        error = request.routing_exception
        if error is None or not request.path.startswith("/api/"):
            return None
        if isinstance(error, MethodNotAllowed):
            allowed = ", ".join(sorted(error.valid_methods or ()))
            detail = f"{request.method} is not for this address."
            return problem(Trouble(405, detail, headers={"Allow": allowed}))
        return problem(Trouble(404, "There is no such address; see openapi.json."))


def problem(trouble: Trouble) -> Response:
    """Write a problem."""
    kind, title = _TITLES[trouble.status]
    written = Problem(
        type=f"urn:pukar:problem:{trouble.kind or kind}",
        title=title,
        status=trouble.status,
        detail=trouble.detail,
        request_id=request_id(),
        errors=trouble.faults,
    )
    body = written.model_dump_json(exclude_none=True)
    return Response(body, trouble.status, trouble.headers, content_type=KIND)
