"""A leader's computer for tests: a token with a registered certificate, a server, a terminal."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from uuid import UUID

from flask import Flask
from werkzeug.serving import make_server

from agent.desk import Person, work_off
from agent.door import Door
from kernel.settings import ROOT
from tests.contract.softhsm import MODULE, SoftToken, issue
from tests.office import Desks
from tests.unit.workflow.way import Case
from web.app import create
from workflow.models import Authorisation
from workflow.signatures import agents, certificates, signing_desk
from workflow.signatures.agents import Caller
from workflow.signatures.intents import Chosen

PATIENCE = 120
"""Seconds in which a terminal has said everything."""


def certified(desks: Desks, token: SoftToken, username: str, holder: str) -> bytes:
    """Make a key on the token and register its certificate for somebody."""
    der = issue(desks.settings.var / "pki", token.generate("ky"), holder)
    token.store("ky", der)
    with desks.office.act() as session:
        session.add(certificates.entry(der, desks.clock(), person_id=desks.person(username)))
    return der


def pages_of(desks: Desks) -> Flask:
    """Open the web door of an office; who may try how fast is counted in this process."""
    return create(desks.office, desks.settings.model_copy(update={"redis_url": ""}))


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve on a free port of this machine; give the origin."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Computer:
    """The leader's computer, paired."""

    desks: Desks
    origin: str
    token: str

    @property
    def caller(self) -> Caller:
        return agents.caller(self.desks.office, self.token)

    def choose(self, *cases: Case) -> list[UUID]:
        """Let the leader choose this computer on the page."""
        chosen = [Chosen(case.id, case.seen, case.shown) for case in cases]
        caller = self.caller
        batch = signing_desk.offer(
            self.desks.office, caller.person_id, chosen, key_id=caller.key_id
        )
        return [batch.given[case.id] for case in cases]

    def work_off(self, person: Person, kind: type[Door] = Door) -> None:
        with kind(self.origin, self.token) as door:
            work_off(door, person, door.waiting(), [MODULE])

    def trouble(self, intent: UUID) -> str | None:
        with self.desks.office.sessions() as session:
            return session.get_one(Authorisation, intent).trouble


def paired(desks: Desks, origin: str, username: str) -> Computer:
    code = agents.begin_pairing(desks.office, desks.person(username), "Máy thử")
    return Computer(desks, origin, agents.pair(desks.office, code).token)


@dataclass
class Console:
    """The agent in a terminal of its own."""

    folder: Path

    def run(
        self, *words: str, typed: Sequence[str] = (), patience: float = PATIENCE
    ) -> tuple[int, str]:
        """Start it, type a line at each question, and give its status and what it printed."""
        terminal, end = os.openpty()
        started = subprocess.Popen(
            [sys.executable, "-m", "agent", "--folder", str(self.folder), *words],
            cwd=ROOT,
            stdin=end,
            stdout=end,
            stderr=end,
            start_new_session=True,
        )
        os.close(end)
        printed = self._talk(terminal, list(typed), patience)
        os.close(terminal)
        return started.wait(timeout=10), printed

    @staticmethod
    def _talk(terminal: int, typed: list[str], patience: float) -> str:
        printed = b""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            try:
                read = os.read(terminal, 4096)
            except OSError:  # the other end is closed
                break
            printed += read
            if typed and read.rstrip(b"\r\n").endswith(b": "):
                os.write(terminal, f"{typed.pop(0)}\n".encode())
        return printed.decode()
