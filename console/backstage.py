"""What works behind the pages, for a command that needs it: the running installation's, or our own.

A command that walks the way of documents uses what ``run`` has started on its data folder. Where
nothing runs, it starts the same processes without the pages and ends them again.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import httpx

from console.demonstration import load
from console.migrate import to_head
from console.run import environment_of, port_of_authority, processes
from console.server import until
from console.services import Services
from console.supervisor import Patience, Supervisor
from kernel.clock import system_clock
from kernel.errors import Refused
from kernel.settings import Settings
from signing.trusting.trust import Trust
from wiring.office import open_office
from workflow.authorities import revocation

_UNTIL_READY = 60
"""Seconds that the signing process may take to open its keys, and the authority to answer."""


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
    found: Callable[[Settings], object] = load.load,
    patience: Patience | None = None,
) -> Iterator[Backstage]:
    """Give services and processes at work on the data folder of the settings.

    Args:
        settings: Of a demonstration.
        found: Founds the province where nothing runs and there is none yet.
        patience: When one of our processes that keeps dying is given up.

    Raises:
        Refused: They cannot run here.
    """
    if settings.database_url:
        yield Backstage(settings)
        return
    with ExitStack() as ending:
        services = Services(settings.var)
        ending.callback(services.stop)
        try:
            services.start()
        except Refused as refusal:
            if refusal.code != "console.already_running":
                raise
            yield Backstage(services.connected(settings))
            return
        settings = services.connected(settings)
        to_head(settings.owner_database_url)
        found(settings)
        supervisor = Supervisor(settings.var / "log", environment_of(settings), patience)
        ending.callback(supervisor.stop)
        stage = Backstage(settings, services, supervisor)
        _start(stage, supervisor)
        yield stage


def lists_have_run_out(trust: Trust, now: datetime) -> bool:
    """Tell whether a revocation list is out of date, so that no verdict could be the best."""
    return any(one.next_update is None or one.next_update < now for one in trust.crls)


def _start(stage: Backstage, supervisor: Supervisor) -> None:
    """Start what no page is needed for; the test authority only to fetch its lists anew."""
    settings = stage.settings
    stale = lists_have_run_out(Trust.load(settings.trust_folder), system_clock())
    names = {"signer", "worker", "beat", *(["pki"] if stale else [])}
    ready = {"signer": _signer_answers} | ({"pki": _lists_are_fetched} if stale else {})
    known = processes(settings, port_of_authority(settings))
    supervisor.start(process for process in known if process.name in names)
    for name, is_ready in ready.items():
        if not stage.wait(partial(is_ready, settings), seconds=_UNTIL_READY):
            log = settings.var / "log" / f"{name}.log"
            raise Refused("console.service_did_not_start", service=name, log=str(log))


def _signer_answers(settings: Settings) -> bool:
    transport = httpx.HTTPTransport(uds=str(settings.signer_socket_path))
    with httpx.Client(transport=transport, base_url="http://signer", timeout=2) as client:
        try:
            return client.get("/healthz").is_success
        except httpx.TransportError:
            return False


def _lists_are_fetched(settings: Settings) -> bool:
    office = open_office(settings, ring=lambda _task, _subject: None)
    refreshed = revocation.refresh(office, settings.trust_folder, local=True, at_once=True)
    return not refreshed.failed
