"""The pages about oneself: sign in, sign out, one's own password, language and sessions."""

from __future__ import annotations

import gzip
from functools import cache
from importlib.resources import files
from typing import cast

from flask import (
    Blueprint,
    Flask,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from werkzeug.wrappers import Response

from casework.made_up import demo_sign_ins
from casework.officers import OfficerError
from casework.sign_in import Locked, NotSignedIn
from core.clock import local_time
from core.rates import address, counted_in
from core.settings import Settings
from core.text import Text
from desk.entry import LANGUAGE, TOKEN, local_target, officer, viewer
from desk.menu import home_of
from desk.parts import DeskParts
from desk.words import CODES, say

_FAILURES_OF_AN_ADDRESS = "30 per 10 minutes"
_A_DAY = 24 * 3600  # seconds
_LONGEST_FIELD = 256  # characters

_LOCKED = Text("Too many wrong tries. The next is possible after {time}.")
_NOT_SIGNED_IN = Text("Login, password or code is not right. Take the newest code of your phone.")


def sign_in_pages(desk: Blueprint, parts: DeskParts) -> None:
    """Add the pages."""
    _add_start(desk)
    _add_sign_in(desk, parts)
    _add_sign_out(desk, parts)
    _add_account(desk, parts)


def _add_start(desk: Blueprint) -> None:
    @desk.get("/")
    def start() -> ResponseReturnValue:
        return redirect(home_of(viewer()), 303)

    @desk.get("/static/bootstrap.css")
    def bootstrap() -> ResponseReturnValue:
        response = make_response(_bootstrap())
        response.headers["Content-Encoding"] = "gzip"
        response.content_type = "text/css; charset=utf-8"
        response.cache_control.max_age = _A_DAY
        response.add_etag()
        return response.make_conditional(request)


@cache
def _bootstrap() -> bytes:
    """Give Bootstrap's style sheet out of its package, small enough for a slow line."""
    folder = files("flask_bootstrap") / "static" / "bootstrap5" / "css"
    plain = (folder / "bootstrap.min.css").read_text(encoding="utf-8")
    # The map is for those who change it.
    return gzip.compress(plain.partition("/*# sourceMappingURL")[0].encode(), mtime=0)


def _add_sign_in(desk: Blueprint, parts: DeskParts) -> None:
    limiter = _limiter(desk, parts.settings)

    @desk.route("/sign-in", methods=["GET", "POST"])
    @limiter.limit(
        _FAILURES_OF_AN_ADDRESS,
        methods=["POST"],
        deduct_when=lambda response: response.status_code == 403,  # noqa: PLR2004  # refused
    )
    def sign_in() -> ResponseReturnValue:
        next_page = local_target(request.values.get("next"))
        if request.method == "GET":
            return _sign_in_page(parts, next_page)
        login, password, code = (_field(each) for each in ("login", "password", "code"))
        try:
            found = parts.sign_ins.check(login, password, code)
        except Locked as locked:
            wait = _LOCKED(time=local_time(locked.until))
            return _sign_in_page(parts, next_page, wait)
        except NotSignedIn:
            return _sign_in_page(parts, next_page, _NOT_SIGNED_IN)
        session.clear()  # nobody goes on with a cookie that another has put there
        session[TOKEN] = parts.sign_ins.start(found)
        return redirect(next_page or url_for("desk.start"), 303)


def _sign_in_page(
    parts: DeskParts, next_page: str | None, trouble: Text | None = None
) -> ResponseReturnValue:
    page = render_template(
        "desk/sign_in.html",
        next_page=next_page,
        trouble=say(trouble) if trouble else None,
        login=_field("login"),
        demo=demo_sign_ins(parts.settings.data_dir) if parts.settings.is_demo else [],
    )
    return page, 403 if trouble else 200


def _limiter(desk: Blueprint, settings: Settings) -> Limiter:
    """Count the failures of an address: in Redis, or in this process while that is away."""
    limiter = Limiter(
        lambda: address(settings.proxies),
        strategy="fixed-window",
        key_prefix="pukar:desk",
        **counted_in(settings.redis_url),
    )
    desk.record_once(lambda state: limiter.init_app(cast("Flask", state.app)))
    return limiter


def _field(name: str) -> str:
    return request.form.get(name, "")[:_LONGEST_FIELD]


def _add_sign_out(desk: Blueprint, parts: DeskParts) -> None:
    @desk.post("/sign-out")
    def sign_out() -> ResponseReturnValue:
        parts.sign_ins.end(session[TOKEN])
        return _goodbye(Text("You are signed out."))

    @desk.post("/sign-out-everywhere")
    def sign_out_everywhere() -> ResponseReturnValue:
        parts.sign_ins.end_all(officer())
        return _goodbye(Text("You are signed out on all devices."))


def _goodbye(words: Text) -> Response:
    language = g.desk_language.code
    session.clear()
    session[LANGUAGE] = language
    flash(say(words), "success")
    return redirect(url_for("desk.sign_in"), 303)


def _add_account(desk: Blueprint, parts: DeskParts) -> None:
    @desk.get("/account")
    def account() -> ResponseReturnValue:
        sessions = parts.sign_ins.open_sessions(officer(), session[TOKEN])
        directory = parts.office.directory
        return render_template(
            "desk/account.html",
            sessions=[
                (local_time(each.started_at), local_time(each.seen_at), each.is_this)
                for each in sessions
            ],
            district=directory.district(viewer().district),
            station=directory.station(viewer().station),
        )

    @desk.route("/account/password", methods=["GET", "POST"])
    def password() -> ResponseReturnValue:
        if request.method == "GET":
            return render_template("desk/password.html", trouble=None)
        try:
            trouble = _choose_password(parts)
        except Locked as locked:
            flash(say(_LOCKED(time=local_time(locked.until))), "danger")
            return redirect(url_for("desk.password"), 303)  # or the door, if he is out by now
        if trouble:
            return render_template("desk/password.html", trouble=say(trouble)), 422
        session[TOKEN] = parts.sign_ins.start(officer())
        flash(say(Text("The password is changed; other devices are signed out.")), "success")
        return redirect(url_for("desk.start"), 303)

    @desk.post("/language")
    def choose_language() -> ResponseReturnValue:
        language = request.form.get("language", "")
        if language in CODES:
            session[LANGUAGE] = language
            if found := parts.sign_ins.whose(session.get(TOKEN, "")):
                parts.officers.speak(found.id, language)
        return redirect(local_target(request.form.get("next")) or url_for("desk.start"), 303)


def _choose_password(parts: DeskParts) -> Text | None:
    """Change the password as the form says; give what is wrong with it, or raise Locked."""
    present, chosen = (request.form.get(each, "") for each in ("present", "chosen"))
    if chosen != request.form.get("again", ""):
        return Text("The new password was not typed the same twice.")
    try:
        parts.sign_ins.confirm(officer(), present)
        parts.officers.choose_password(officer(), present, chosen)
    except Locked:
        raise
    except NotSignedIn:
        return Text("The present password is not right.")
    except OfficerError as error:
        return error.words
    return None
