"""``vanthu run``: everything on one machine, in one terminal, until Ctrl-C.

The order matters: services, tables, the demonstration's people, then the processes; on the way
back the reverse. What is wrong with the machine is looked for before anything is started.
"""

import http.client
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from console import way
from console.demonstration import data, load, pki
from console.migrate import to_head
from console.secret import secret
from console.services import Services
from console.supervisor import Process, Supervisor
from console.welcome import welcome
from kernel.bells import PATIENT
from kernel.errors import DomainError, Refused
from kernel.settings import Settings
from kernel.words import sentence
from wiring.office import open_office, open_typesetter

_UNTIL_READY = 90
"""Seconds that the pages may take to answer for the first time."""


@click.command(help=sentence("console.help_run"))
def run() -> None:
    """Run the whole installation of the settings."""
    settings = Settings()
    services = Services(settings.var)
    services.claim()
    try:
        _look_at_machine(settings)
    except DomainError:
        services.stop()
        raise
    with _until_told_to_end() as ending:
        ending.callback(services.stop)
        click.echo(sentence("console.starting"))
        services.start()
        settings = _addressed(services.connected(settings))
        to_head(settings.owner_database_url)
        secret(settings.session_key_file)
        if settings.demo:
            found_demonstration(settings)
        supervisor = Supervisor(settings.var / "log", environment_of(settings))
        ending.callback(supervisor.stop)
        supervisor.start(processes(settings, port_of_authority(settings)))
        _wait_for_pages(supervisor, settings)
        click.echo(welcome(settings, load.accounts()))
        supervisor.watch(lambda: _mend(services))


@click.command(help=sentence("console.help_services"))
def services() -> None:
    """Start PostgreSQL and Redis only, and tell their addresses."""
    settings = Settings()
    with _until_told_to_end() as ending:
        own = Services(settings.var)
        ending.callback(own.stop)
        own.start()
        for name, value in environment_of(own.connected(settings)).items():
            click.echo(f"export {name}='{value}'")
        click.echo(f"export VANTHU_OWNER_DATABASE_URL='{own.owner_database_url}'")
        signal.pause()


def processes(settings: Settings, authority_port: int) -> list[Process]:
    """Give what runs beside the services, the signing process first."""
    gunicorn = (sys.executable, "-m", "gunicorn", "--config", "python:console.serving")
    celery = (sys.executable, "-m", "celery", "--quiet", "-A", "worker.app")
    found = [
        Process(
            "signer",
            (
                *gunicorn,
                *("--bind", f"unix:{settings.signer_socket_path}", "--umask", "0o177"),
                *("--workers", "1", "--threads", "4", "signer.app:create()"),
            ),
        ),
        Process(
            "web",
            (
                *gunicorn,
                *("--bind", f"{settings.host}:{settings.port}"),
                *("--workers", "2", "--threads", "4", "web.app:create()"),
            ),
        ),
        Process(
            "worker",
            (
                *(*celery, "worker", "--concurrency", str(settings.workers)),
                *("--without-gossip", "--without-mingle"),
            ),
        ),
        Process(
            "prover",
            (
                *(*celery, "worker", "--queues", PATIENT, "--pool", "threads"),
                *("--concurrency", "4", "--hostname", "prover@%h"),
                *("--without-gossip", "--without-mingle"),
            ),
        ),
        Process(
            "beat",
            (*celery, "beat", "--pidfile=", "--schedule", str(settings.var / "run" / "beat")),
        ),
    ]
    if settings.demo:
        found.insert(0, Process("pki", tuple(pki.serve(settings.var / "pki", authority_port))))
    return found


def found_demonstration(settings: Settings) -> None:
    """Found the demonstration province where there is none, with something on the clerks' desks."""
    click.echo(sentence("console.founding"))
    port = port_of_authority(settings)
    if load.load(settings, authority_port=port):
        _port_file(settings).write_text(str(port), encoding="ascii")
        office = open_office(settings)
        for name in data.draft_names():
            prepared = data.draft(name)
            way.address(office, prepared, way.begin(office, prepared))


def _mend(services: Services) -> bool:
    """Start database and queue again where they died, and say so; never enough of watching."""
    for name in services.mend():
        click.echo(sentence("console.service_mended", service=name))
    return False


def port_of_authority(settings: Settings) -> int:
    """Give the port of the test authority; its certificates name it, so it stays as it began."""
    file = _port_file(settings)
    return int(file.read_text(encoding="ascii")) if file.exists() else settings.port + 1


def environment_of(settings: Settings) -> dict[str, str]:
    """Give the settings as environment variables for a process, which never acts as the owner."""
    told = settings.model_dump(exclude={"owner_database_url"}, exclude_none=True)
    return {f"VANTHU_{name.upper()}": str(value) for name, value in told.items()}


def _look_at_machine(settings: Settings) -> None:
    """Find what would stop us later."""
    if settings.demo and settings.host not in {"127.0.0.1", "localhost"}:
        raise Refused("console.demonstration_not_local", host=settings.host)
    open_typesetter(settings)
    _must_be_free(settings.host, settings.port)
    if settings.demo:
        _must_be_free(settings.host, port_of_authority(settings))


def _must_be_free(host: str, port: int) -> None:
    try:
        with socket.create_server((host, port)):
            return
    except OSError as error:
        raise Refused("console.port_taken", port=port) from error


def _port_file(settings: Settings) -> Path:
    return settings.var / "run" / "authority-port"


def _addressed(settings: Settings) -> Settings:
    """Give the settings with the addresses that this machine serves, unless others were set."""
    addresses = {"public_url": f"http://{settings.host}:{settings.port}"}
    if settings.demo:
        addresses["tsa_url"] = pki.time_stamps_at(port_of_authority(settings))
    for name in settings.model_fields_set:
        addresses.pop(name, None)
    return settings.model_copy(update=addresses)


@contextmanager
def _until_told_to_end() -> Iterator[ExitStack]:
    """Give a list of what is to be stopped; Ctrl-C and SIGTERM end the block, nothing its end."""

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        sys.exit(0)

    signals = (signal.SIGINT, signal.SIGTERM)
    with ExitStack() as ending:
        for kind in signals:
            signal.signal(kind, end)
        try:
            yield ending
        finally:
            for kind in signals:
                signal.signal(kind, signal.SIG_IGN)
            click.echo(sentence("console.stopping"), err=True)


def _wait_for_pages(supervisor: Supervisor, settings: Settings) -> None:
    deadline = time.monotonic() + _UNTIL_READY
    supervisor.watch(lambda: _pages_answer(settings) or time.monotonic() > deadline)
    if not _pages_answer(settings):
        raise Refused("console.pages_do_not_answer", log=str(settings.var / "log" / "web.log"))


def _pages_answer(settings: Settings) -> bool:
    connection = http.client.HTTPConnection(settings.host, settings.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
