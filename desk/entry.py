"""The door of the desk: who has signed in, in which language he reads, what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import (
    Forbidden,
    HTTPException,
    MethodNotAllowed,
    NotFound,
    TooManyRequests,
)
from werkzeug.wrappers import Response

from casework.officers import Officer
from casework.viewer import Role, Viewer
from casework.work import NotAllowed
from core.case_file import CaseError, Overtaken
from core.clock import local_date, local_time
from core.database import DatabaseDown
from core.text import Joined, Text, Words
from desk.menu import entries_for
from desk.parts import DeskParts
from desk.roles import ROLE_NAMES
from desk.words import CODES, say, set_language

TOKEN, LANGUAGE = "token", "language"  # what our cookie holds
_OPEN = {"desk.sign_in", "desk.choose_language", "desk.static", "desk.bootstrap"}
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_OPEN_PAGES = "/desk/open/"
_BEFORE_A_PASSWORD = {"desk.password", "desk.sign_out"}

P = ParamSpec("P")
R = TypeVar("R")


class NotForYou(Forbidden):
    """A page for other roles."""

    def __init__(self, roles: tuple[Role, ...]) -> None:
        super().__init__()
        self.roles = roles


def viewer() -> Viewer:
    """Give who is signed in."""
    found: Viewer = g.viewer
    return found


def officer() -> Officer:
    """Give his entry in the register of officers."""
    found: Officer = g.officer
    return found


def needs(*roles: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Open a page for these roles only; others are told whose it is."""

    def only(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            if viewer().role not in roles:
                raise NotForYou(roles)
            return view(*args, **kwargs)

        return checked

    return only


def unattended(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a page that scripts fetch by themselves: it keeps no session alive."""
    view.is_unattended = True  # type: ignore[attr-defined]
    return view


def local_target(given: str | None) -> str | None:
    """Give an address of the desk to go on to, or None for anything that leads elsewhere."""
    if not given or "\\" in given or any(not sign.isprintable() for sign in given):
        return None
    try:
        parts = urlsplit(given)
    except ValueError:
        return None
    is_local = not parts.scheme and not parts.netloc and parts.path.startswith("/desk/")
    return given if is_local else None


def guard(desk: Blueprint, parts: DeskParts) -> None:
    """Put the door before all pages of the desk."""
    csrf = CSRFProtect()
    desk.record_once(lambda state: _configure(state, parts, csrf))

    @desk.before_request
    def let_in() -> ResponseReturnValue | None:
        set_language(parts.words.of(_language_before()))
        if request.endpoint not in _OPEN and not request.path.startswith(_OPEN_PAGES):
            refused = _recognise(parts)
            if refused is not None:
                return refused
        csrf.protect()
        return None

    @desk.context_processor
    def known_to_pages() -> dict[str, object]:
        found: Viewer | None = g.get("viewer")
        menu = list(entries_for(found)) if found else []
        return {
            "viewer": found,
            "officer": g.get("officer"),
            "role_names": ROLE_NAMES,
            "menu": menu,
            "can_search": any(entry.endpoint == "desk.inbox" for entry in menu),
            "language": g.desk_language.code,
            "local_time": local_time,
            "local_date": local_date,
            "here": request.full_path.rstrip("?") if request.method == "GET" else "/desk/",
        }

    _explain_troubles(desk)

    @desk.route("/<path:rest>", methods=_METHODS)
    def nowhere(rest: str) -> ResponseReturnValue:
        """Take what no other page takes, so that the door stands before it, too."""
        del rest
        raise MethodNotAllowed if _takes_another_method() else NotFound


def _takes_another_method() -> bool:
    adapter = current_app.create_url_adapter(request)
    others = [method for method in _METHODS if method != request.method]
    return any(adapter.match(method=other)[0] != request.endpoint for other in others if adapter)


def _configure(state: BlueprintSetupState, parts: DeskParts, csrf: CSRFProtect) -> None:
    """Set what Flask and its extensions want to know of our cookie."""
    state.app.config.update(
        SECRET_KEY=parts.seal.link("cookie"),
        SESSION_COOKIE_NAME="pukar_desk",
        SESSION_COOKIE_PATH="/desk",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=parts.settings.public_url.startswith("https:"),
        WTF_CSRF_CHECK_DEFAULT=False,  # webhooks have no session: the desk asks for it itself
        WTF_CSRF_TIME_LIMIT=None,  # the session ends before
    )
    csrf.init_app(state.app)


def _language_before() -> str:
    """Guess the language of somebody whom we do not know yet."""
    chosen = session.get(LANGUAGE)
    return chosen or request.accept_languages.best_match(CODES, default="hi") or "hi"


def _recognise(parts: DeskParts) -> Response | None:
    """Find out who it is; give where to go first, if anywhere."""
    view = current_app.view_functions.get(request.endpoint or "")
    is_seen = not getattr(view, "is_unattended", False)
    found = parts.sign_ins.whose(session.get(TOKEN, ""), is_seen=is_seen)
    if found is None:
        next_page = request.full_path.rstrip("?") if request.method == "GET" else None
        return _go_to("desk.sign_in", next_page)
    g.officer, g.viewer = found, found.viewer(parts.office.directory)
    set_language(parts.words.of(found.language))
    if found.must_change_password and request.endpoint not in _BEFORE_A_PASSWORD:
        return _go_to("desk.password")
    return None


def _go_to(endpoint: str, next_page: str | None = None) -> Response:
    return redirect(url_for(endpoint, next=next_page), 303)


def _explain_troubles(desk: Blueprint) -> None:
    """Say in the viewer's language what went wrong, and what to do next."""

    @desk.errorhandler(DatabaseDown)
    def no_database(_trouble: DatabaseDown) -> ResponseReturnValue:
        return _page(
            503,
            Text("The desk cannot reach its records just now"),
            Text("Nothing was changed. Please try again in a minute."),
        )

    @desk.errorhandler(CaseError)
    def no_such_work(error: CaseError) -> ResponseReturnValue:
        status = 409 if isinstance(error, Overtaken) else 400
        status = 403 if isinstance(error, NotAllowed) else status
        return _page(status, Text("This cannot be done"), str(error))

    @desk.errorhandler(NotForYou)
    def not_for_you(error: NotForYou) -> ResponseReturnValue:
        return _page(403, Text("This page is not for your role"), _whose(error.roles))

    @desk.errorhandler(CSRFError)
    def stale_form(_error: CSRFError) -> ResponseReturnValue:
        return _page(
            400,
            Text("This form was open for too long"),
            Text("Nothing was changed. Go back, load the page again, and send it once more."),
        )

    @desk.errorhandler(HTTPException)
    def other_trouble(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:  # noqa: PLR2004  # a redirect is no trouble
            return error
        title, next_step = _TROUBLES.get(error.code, _UNKNOWN_TROUBLE)
        page, status = _page(error.code, title, next_step)
        return page, status, _LATER if isinstance(error, TooManyRequests) else {}


_TROUBLES: dict[int, tuple[Text, Text]] = {
    403: (
        Text("This is not for you"),
        Text("If it belongs to your work, ask your supervisor or the administrator."),
    ),
    404: (
        Text("This is not here"),
        Text("Look at the address, or search for the reference number."),
    ),
    405: (
        Text("This page cannot be opened so"),
        Text("Go back, and use the buttons of the page."),
    ),
    413: (
        Text("This is too large"),
        Text("Send a smaller file, or a shorter text."),
    ),
    429: (
        Text("Too many tries from this place"),
        Text("Please wait ten minutes, then try again."),
    ),
}
_LATER = {"Retry-After": "600"}  # seconds, as the page says
_UNKNOWN_TROUBLE = (
    Text("This did not work"),
    Text("Go back and try again. If it happens again, tell the administrator."),
)


def _whose(roles: tuple[Role, ...]) -> Words:
    names = Joined(tuple(ROLE_NAMES[role] for role in roles), ", ")
    return Text("It is for: {roles}. If you need it, ask the administrator.")(roles=names)


def _page(status: int, title: Words, next_step: Words | str) -> tuple[str, int]:
    page = render_template("desk/error.html", title=say(title), next_step=say(next_step))
    return page, status
