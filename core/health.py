"""Health: whether the process lives, and whether it can serve."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from core.database import Database, DatabaseDown
from core.sessions import Sessions, SessionsDown


def health_blueprint(database: Database, sessions: Sessions) -> Blueprint:
    """Make the two addresses that monitors and load balancers call."""
    blueprint = Blueprint("health", __name__, url_prefix="/health")

    @blueprint.get("/live")
    def live() -> Response:
        return jsonify(status="ok")

    @blueprint.get("/ready")
    def ready() -> Response:
        parts = {"database": _database_state(database), "sessions": _sessions_state(sessions)}
        is_ready = all(state == "ok" for state in parts.values())
        response = jsonify(status="ok" if is_ready else "down", **parts)
        response.status_code = 200 if is_ready else 503
        return response

    return blueprint


def _database_state(database: Database) -> str:
    try:
        database.ping()
    except DatabaseDown:
        return "down"
    return "ok"


def _sessions_state(sessions: Sessions) -> str:
    try:
        sessions.ping()
    except SessionsDown:
        return "down"
    return "ok"
