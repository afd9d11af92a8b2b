"""What a view has at hand: the office, this request's read session, who asks, and today.

Pages read through one session that lives as long as the request, so a template may follow a row to
its neighbours; verbs open transactions of their own and never meet it.
"""

from datetime import date
from typing import cast
from uuid import UUID

from flask import Flask, current_app, g
from flask_login import current_user
from sqlalchemy.orm import Session

from kernel.clock import local_day
from kernel.settings import Settings
from workflow import authority
from workflow.models import Post
from workflow.models.organisation import PostRole
from workflow.office import Office


def attach(app: Flask, office: Office, settings: Settings) -> None:
    """Give the app its office."""
    app.extensions["vanthu.office"] = office
    app.extensions["vanthu.settings"] = settings
    app.jinja_env.globals.update(
        my_posts=my_posts, demo=settings.demo, signs_remotely=settings.remote_signing
    )
    app.teardown_appcontext(_close)


def office() -> Office:
    """Give the office."""
    return cast(Office, current_app.extensions["vanthu.office"])


def settings() -> Settings:
    """Give the settings."""
    return cast(Settings, current_app.extensions["vanthu.settings"])


def session() -> Session:
    """Give the read session of this request."""
    if "session" not in g:
        g.session = office().sessions()
    return cast(Session, g.session)


def reread() -> None:
    """Forget what was read before an act, so that the page after it shows what is."""
    _close(None)


def me() -> UUID:
    """Give the id of the person who asks."""
    return cast(UUID, current_user.person_id)


def my_posts() -> list[Post]:
    """Give the posts that the person who asks holds today."""
    if "posts" not in g:
        g.posts = authority.posts_of(session(), me(), today())
    return cast(list[Post], g.posts)


def my_roles() -> frozenset[PostRole]:
    """Give the roles of those posts."""
    return frozenset(post.role for post in my_posts())


def today() -> date:
    """Give the day in Vietnam."""
    return local_day(office().clock())


def _close(_: BaseException | None) -> None:
    opened = g.pop("session", None)
    g.pop("posts", None)
    if opened is not None:
        opened.close()
