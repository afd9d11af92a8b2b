"""How gunicorn serves the pages and the signing desk: ``gunicorn -c python:console.serving …``.

Its own words join the program's log, so that a log file holds one JSON object a line and no
other form; a stop waits a few seconds for answers under way, less than the supervisor waits.
"""

from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # gunicorn ships no types

from kernel import log


class JoinedLog(Logger):  # type: ignore[misc]  # so its classes have none either
    """Gunicorn's log, handed on to ours."""

    def setup(self, cfg: object) -> None:
        """Let the root logger write what gunicorn has to say."""
        super().setup(cfg)
        log.configure()
        for joined in (self.error_log, self.access_log):
            joined.handlers = []
            joined.propagate = True


logger_class = JoinedLog
graceful_timeout = 5
keepalive = 75  # longer than any page's polling, so no poll meets a closing connection
control_socket_disable = True
worker_class = "gthread"
