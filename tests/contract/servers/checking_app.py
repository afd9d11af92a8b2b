"""The smallest program of its kind that checks files: as a pool's task and behind gunicorn."""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from signing.trusting.trust import Trust
from wiring.checking import Checking


@cache
def _checking() -> Checking:
    return Checking()


def conclusion(asked: tuple[str, bytes]) -> str:
    folder, pdf = asked
    trust = Trust.load(Path(folder))
    return _checking()(pdf, trust=trust, at=datetime.now(UTC)).conclusion.value


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    pdf = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    told = conclusion((os.environ["TRUST"], pdf))
    start("200 OK", [("Content-Type", "text/plain")])
    return [told.encode()]
