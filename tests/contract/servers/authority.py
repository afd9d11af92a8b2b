"""The demonstration's authority on a real port, on good days and on bad ones.

Certomancer answers; what stands before it loses, delays and forges its answers as it is told.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import tsp
from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import ArchLabel
from werkzeug.wrappers import Request, Response

from console.demonstration.authority import ARCHITECTURE
from tests.authority import architecture

Answer = Callable[["BadDays", dict[str, Any], Any], Iterable[bytes]]


@dataclass
class BadDays:
    """A WSGI application: by part of the path (``tsa``, ``ocsp``, ``crls``), what goes wrong."""

    folder: Path
    moods: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    today: datetime | None = None
    """What its clock shows; the real time if nothing."""

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        part = environ["PATH_INFO"].split("/")[2]
        self.asked.append(part)
        mood = self.moods.get(part, "honest")
        answer: Answer = getattr(BadDays, mood)
        return answer(self, environ, start)

    def honest(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        store = AnimatorArchStore({ArchLabel(ARCHITECTURE): architecture(self.folder)})
        moment = (self.today or datetime.now(UTC)).replace(microsecond=0)
        return Animator(store, moment, with_web_ui=False)(environ, start)

    def slow(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        time.sleep(0.6)
        return self.honest(environ, start)

    def dripping(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        def drops() -> Iterator[bytes]:
            for _ in range(30):
                time.sleep(0.05)
                yield b"0"

        return Response(drops(), mimetype="application/timestamp-reply")(environ, start)

    def endless(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        drops = (bytes(16 * 1024) for _ in range(64))
        return Response(drops, mimetype="application/timestamp-reply")(environ, start)

    def broken(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        return Response("bảo trì", status=503)(environ, start)

    def garbage(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        return Response(b"<html>Xin chao</html>")(environ, start)

    def moved(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        return Response(status=302, headers={"Location": "http://127.0.0.1:9/"})(environ, start)

    def of_other_bytes(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        return self._asked_otherwise(environ, start, "message_imprint")

    def replayed(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        return self._asked_otherwise(environ, start, "nonce")

    def _asked_otherwise(self, environ: dict[str, Any], start: Any, what: str) -> Iterable[bytes]:
        question = tsp.TimeStampReq.load(Request(environ).get_data())
        if what == "nonce":
            question["nonce"] = 7
        else:
            question[what]["hashed_message"] = bytes(32)
        forged = Request.from_values(
            path=environ["PATH_INFO"],
            method="POST",
            data=question.dump(force=True),
            content_type="application/timestamp-query",
        )
        return self.honest(forged.environ, start)
