"""How fast somebody may try: passwords at the door, passphrases at the leader's desk.

The counters live in Redis, or in this process while Redis is away. Limits are per account, per
address and per signer, so that guessing is slow whichever way it is spread, and one person's
mistakes lock nobody else out.
"""

from typing import Any, cast

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from kernel.settings import Settings
from web import here

_PER_ACCOUNT = "10 per minute"
_PER_ADDRESS = "60 per minute"
"""An office behind one address signs in between seven and eight; nobody tries a name a second."""
_PER_SIGNER = "6 per minute"
_PER_NEWCOMER = "10 per minute"
"""Codes of computers to be paired, tried from one address."""

_PER_STRANGER = "20 per minute; 300 per hour"
"""Files checked for anybody from one address; a whole office may stand behind it."""


def attach(app: Flask, settings: Settings) -> None:
    """Put the limits around the views, which must be registered by now."""
    limiter = Limiter(
        key_func=get_remote_address,
        app=app,
        headers_enabled=True,
        storage_uri=settings.redis_url.replace("redis+socket://", "redis+unix://") or "memory://",
        storage_options={"socket_connect_timeout": 1} if settings.redis_url else {},
        in_memory_fallback_enabled=bool(settings.redis_url),
    )
    views = cast(dict[str, Any], app.view_functions)  # the limiter's own types are too wide
    at_the_door = limiter.limit(_PER_ADDRESS)(views["sign_in.enter"])
    views["sign_in.enter"] = limiter.limit(_PER_ACCOUNT, key_func=_who_tries)(at_the_door)
    views["agent_door.pair"] = limiter.limit(_PER_NEWCOMER)(views["agent_door.pair"])
    for strangers in ("public_check.check", "public_check.report", "api.verify"):
        views[strangers] = limiter.limit(_PER_STRANGER)(views[strangers])
    for secret_asked in ("signing.sign", "batch.sign", "remote_keys.look", "remote_keys.send_code"):
        limit = limiter.limit(_PER_SIGNER, key_func=_who_signs)
        views[secret_asked] = limit(views[secret_asked])


def _who_tries() -> str:
    return f"{request.form.get('username', '').strip().lower()}|{get_remote_address()}"


def _who_signs() -> str:
    return f"signs|{here.me()}"
