"""What works behind the pages, for a command that needs it: the running installation's, or our own.

A command that walks the way of documents uses what ``run`` has started on its data folder. Where
nothing runs, it starts the same processes without the pages and ends them again.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpx

from console.demonstration import load
from console.migrate import to_head
from console.run import environment_of, processes
from console.server import until
from console.services import Services
from console.supervisor import Patience, Supervisor
from kernel.errors import Refused
from kernel.settings import Settings

BEHIND = ("signer", "worker", "beat")
"""The processes that no page needs to be served for."""

_UNTIL_READY = 60
"""Seconds that the signing process may take to open its keys."""


@dataclass(frozen=True, slots=True)
class Backstage:
    """Services and processes at work."""

    settings: Settings
    services: Services | None = None
    """None where another start has them."""

    supervisor: Supervisor | None = None

    def wait(self, happened: Callable[[], bool], *, seconds: float) -> bool:
        """Wait until something happened, keeping our processes alive; False if time ran out.

        Raises:
            Refused: One of our processes cannot live.
        """
        if self.supervisor is None:
            return until(happened, seconds=seconds)
        deadline = time.monotonic() + seconds
        came = False

        def enough() -> bool:
            nonlocal came
            came = happened()
            return came or time.monotonic() > deadline

        self.supervisor.watch(enough)
        return came


@contextmanager
def backstage(
    settings: Settings,
    *,
    names: Sequence[str] = BEHIND,
    patience: Patience | None = None,
) -> Iterator[Backstage]:
    """Give services and processes at work on the data folder of the settings, province founded.

    Raises:
        Refused: They cannot run here.
    """
    if settings.database_url:
        yield Backstage(settings)
        return
    with ExitStack() as ending:
        services = Services(settings.var)
        try:
            ending.callback(services.stop)
            services.start()
        except Refused as refusal:
            if refusal.code != "console.already_running":
                raise
            yield Backstage(services.connected(settings))
            return
        settings = services.connected(settings)
        to_head(settings.owner_database_url)
        load.load(settings)
        supervisor = Supervisor(settings.var / "log", environment_of(settings), patience)
        ending.callback(supervisor.stop)
        authority_port = settings.port + 1
        supervisor.start(p for p in processes(settings, authority_port) if p.name in names)
        stage = Backstage(settings, services, supervisor)
        if not stage.wait(lambda: signer_answers(settings), seconds=_UNTIL_READY):
            log = settings.var / "log" / "signer.log"
            raise Refused("console.service_did_not_start", service="signer", log=str(log))
        yield stage


def signer_answers(settings: Settings) -> bool:
    """Tell whether the signing process serves its socket."""
    transport = httpx.HTTPTransport(uds=str(settings.signer_socket_path))
    with httpx.Client(transport=transport, base_url="http://signer", timeout=2) as client:
        try:
            return client.get("/healthz").is_success
        except httpx.TransportError:
            return False
