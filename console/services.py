"""The embedded services of one data folder: PostgreSQL and Redis, started and stopped together.

A lock on the folder says who runs them. Whoever holds it may end what a killed run left behind;
whoever does not, may only use what is running. So a kill at any moment is mended by the next
start, and two starts never meet on one folder.
"""

import fcntl
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.postgres import APPLICATION, OWNER, SUPERUSER, Postgres
from console.redis_server import Redis
from kernel.errors import Refused
from kernel.settings import Settings


class Services:
    """PostgreSQL and Redis of the data folder ``var``."""

    def __init__(self, var: Path) -> None:
        self.var = var.resolve()
        self.sockets = _socket_folder(self.var)
        self._lock: int | None = None
        secrets, logs = self.var / "secrets", self.var / "log"
        self._postgres = Postgres(
            self.var / "postgres", self.sockets, secrets, logs / "postgres.log"
        )
        self._redis = Redis(self.var / "redis", self.sockets, secrets, logs / "redis.log")

    @property
    def database_url(self) -> str:
        """Address for the application's role, which owns no table."""
        return self._postgres.url(APPLICATION)

    @property
    def owner_database_url(self) -> str:
        """Address for the role that owns the tables."""
        return self._postgres.url(OWNER)

    @property
    def superuser_database_url(self) -> str:
        """Address for backups and for tests that make databases of their own."""
        return self._postgres.url(SUPERUSER)

    @property
    def redis_url(self) -> str:
        """Address of the queue, in Celery's form ``redis+socket://``."""
        return self._redis.url

    def start(self) -> None:
        """Start both, ending what a killed run left behind.

        Raises:
            Refused: Another run has this folder, or a service cannot run here.
        """
        if self._lock is None:
            self.claim()
        try:
            self._postgres.start()
            self._redis.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop both and let the folder go; harmless if nothing runs."""
        self._redis.stop()
        self._postgres.stop()
        if self._lock is not None:
            shutil.rmtree(self.sockets)
            os.close(self._lock)
            self._lock = None

    def mend(self) -> list[str]:
        """Start again what has died; give its names.

        Raises:
            Refused: It does not start any more.
        """
        dead = [(name, it) for name, it in self._servers() if it.died]
        for _, server in dead:
            server.start()
        return [name for name, _ in dead]

    def restart_postgres(self) -> None:
        """Kill PostgreSQL as a power cut would and start it again."""
        self._postgres.kill()
        self._postgres.start()

    def stop_redis(self) -> None:
        """Take Redis away."""
        self._redis.stop()

    def start_redis(self) -> None:
        """Bring Redis back, with what it had written down."""
        self._redis.start()

    def connected(self, settings: Settings) -> Settings:
        """Give the settings with the addresses of these services."""
        return settings.model_copy(
            update={
                "var": self.var,
                "database_url": self.database_url,
                "owner_database_url": self.owner_database_url,
                "redis_url": self.redis_url,
                "signer_socket": settings.signer_socket or self.sockets / "signer.sock",
            }
        )

    def _servers(self) -> tuple[tuple[str, Postgres | Redis], ...]:
        return ("PostgreSQL", self._postgres), ("Redis", self._redis)

    def claim(self) -> None:
        """Take the folder for this run.

        Raises:
            Refused: Another run has it, or it cannot be written.
        """
        try:
            self.var.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.var / "run").mkdir(mode=0o700, exist_ok=True)
            lock = os.open(self.var / "run" / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Refused("console.folder_not_writable", folder=str(self.var)) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _keep_private(self.sockets)
        except BlockingIOError as error:
            os.close(lock)
            raise Refused("console.already_running", folder=str(self.var)) from error
        except Refused:
            os.close(lock)
            raise
        self._lock = lock


@contextmanager
def services_for(settings: Settings) -> Iterator[Settings]:
    """Give settings whose services run: the configured ones, those of a running start, or our own.

    Raises:
        Refused: The services cannot run here.
    """
    if settings.database_url:
        yield settings
        return
    services = Services(settings.var)
    try:
        services.start()
    except Refused as refusal:
        if refusal.code != "console.already_running":
            raise
    try:
        yield services.connected(settings)
    finally:
        services.stop()


def _socket_folder(var: Path) -> Path:
    """Give a folder whose name is short (a socket's path holds 107 bytes) and free of spaces."""
    name = hashlib.sha256(bytes(var)).hexdigest()[:12]
    return Path("/tmp") / f"vanthu-{name}"  # noqa: S108 - made 0700, and refused if not ours


def _keep_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid() or seen.st_mode & 0o077:
        raise Refused("console.socket_folder_taken", folder=str(folder))
