"""Signing in and out: a password checked by the office, a cookie that names account and epoch.

Raising an account's epoch ends all its sessions; signing out forgets this
browser's cookie. How fast somebody may try is the business of ``patience``.
"""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Flask, Response, redirect, render_template, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response as Answer

from kernel.errors import DomainError
from kernel.log import logger
from web import here
from web.errors import explain, problem, wants_json
from web.language import say
from workflow import accounts
from workflow.models import Account

desk = Blueprint("sign_in", __name__)
_log = logger(__name__)
_WORKING_DAY = timedelta(hours=12)


class SignedIn(UserMixin):  # type: ignore[misc] # Flask-Login ships no types
    """The account of a running session."""

    def __init__(self, account: Account) -> None:
        self.id = f"{account.id}:{account.session_epoch}"
        self.person_id = account.person_id
        self.name = account.person.full_name


def attach(app: Flask) -> None:
    """Recognise sessions."""
    app.config["PERMANENT_SESSION_LIFETIME"] = _WORKING_DAY
    manager = LoginManager(app)
    manager.user_loader(_recognise)
    manager.unauthorized_handler(_send_to_door)
    app.register_blueprint(desk)


@desk.get("/dang-nhap")
def door() -> str | Answer:
    """Show where to sign in."""
    if current_user.is_authenticated:
        return redirect(url_for("home.mine"))
    return render_template("sign_in.html", username="", onward=_onward(), refused="")


@desk.post("/dang-nhap")
def enter() -> Answer:
    """Check name and password."""
    username = request.form.get("username", "")
    try:
        account = accounts.sign_in(here.office(), username, request.form.get("password", ""))
    except DomainError as error:
        page = render_template(
            "sign_in.html", username=username, onward=_onward(), refused=explain(error)
        )
        return Response(page, error.http_status)
    chosen = session.get("language", account.locale)
    session.clear()
    session["language"], session.permanent = chosen, True
    login_user(_recognise(f"{account.id}:{account.session_epoch}"))
    _log.info("signed in", account=str(account.id))
    return redirect(_onward())


@desk.post("/dang-xuat")
def leave() -> Answer:
    """End the session of this browser."""
    language = session.get("language")
    logout_user()
    session.clear()
    if language:
        session["language"] = language
    return redirect(url_for("sign_in.door"))


def _recognise(kept: str) -> SignedIn | None:
    account_id, _, epoch = kept.partition(":")
    account = accounts.account_of(here.office(), UUID(account_id), int(epoch))
    return SignedIn(account) if account else None


def _send_to_door() -> Answer:
    if wants_json():
        return problem(say("web.signed_out"), 401, "web.signed_out")
    onward = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("sign_in.door", next=onward))


def _onward() -> str:
    """Give where to go after signing in; only ever a path of ours."""
    wanted = request.values.get("next", "")
    plain = wanted.isprintable() and "\\" not in wanted
    own = plain and wanted.startswith("/") and not wanted.startswith("//")
    return wanted if own else url_for("home.mine")
