"""Serves the demonstration's authority on loopback: lists, status answers, time-stamps.

Certomancer answers in fractions of a second, which no certificate or status answer may hold
(RFC 5280 4.1.2.5.2) and strict readers refuse. So it is shown a clock that beats in whole seconds.
"""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import ArchLabel, CertomancerConfig
from werkzeug.serving import run_simple

from console.demonstration.authority import ARCHITECTURE


class Authority:
    """A WSGI application that answers as of this second."""

    def __init__(self, folder: Path) -> None:
        configuration = CertomancerConfig.from_file(str(folder / "certomancer.json"), str(folder))
        label = ArchLabel(ARCHITECTURE)
        self._known = AnimatorArchStore({label: configuration.get_pki_arch(label)})

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        now = datetime.now(UTC).replace(microsecond=0)
        animator = Animator(self._known, now, with_web_ui=False, allow_time_override=False)
        answer: Iterable[bytes] = animator(environ, start)
        return answer


if __name__ == "__main__":
    run_simple("127.0.0.1", int(sys.argv[2]), Authority(Path(sys.argv[1])), threaded=True)
