"""Keeps the processes of one installation running, and ends all of them together.

Every process leads a group of its own, is asked alone to end (it asks what it started), and ends
with us even if we are killed (``setpriv --pdeathsig``). One that dies is started again, each time
after a longer pause; one that cannot live stops the whole, because half an office helps nobody.
"""

import json
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from console.server import until
from kernel.errors import Refused
from kernel.settings import ROOT

_PATIENCE = 7
"""Seconds between asking a process to end and ending it; a command must end within ten."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process that is to run."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Patience:
    """When a process that keeps dying is given up."""

    deaths: int = 5
    within: float = 60
    """Seconds."""

    first_pause: float = 0.5
    """Seconds before the first new start; doubled with each death."""


@dataclass(slots=True)
class _Child:
    process: Process
    running: subprocess.Popen[bytes]
    deaths: deque[float] = field(default_factory=deque)
    again_at: float | None = None


class Supervisor:
    """Starts processes, watches them, ends them."""

    def __init__(
        self, logs: Path, environment: Mapping[str, str], patience: Patience | None = None
    ) -> None:
        self._logs = logs
        self._environment = {**os.environ, **environment}
        self._patience = patience or Patience()
        self._children: list[_Child] = []

    def start(self, processes: Iterable[Process]) -> None:
        """Start every process."""
        self._logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        for process in processes:
            self._children.append(_Child(process, self._launch(process)))

    def watch(self, enough: Callable[[], bool]) -> None:
        """Keep every process running until ``enough``.

        Raises:
            Refused: A process died too often in a short time.
        """
        while not enough():
            for child in self._children:
                self._look_at(child)
            time.sleep(0.1)

    def stop(self) -> None:
        """End every process and what it started: asked first, then without asking."""
        running = [child.running for child in self._children]
        for process in running:
            process.terminate()
        until(lambda: all(process.poll() is not None for process in running), seconds=_PATIENCE)
        for process in running:
            _end_group(process)
        self._children.clear()

    def _launch(self, process: Process) -> subprocess.Popen[bytes]:
        self._note(process, "started")
        with self._log(process).open("ab") as log:
            return subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *process.command],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _look_at(self, child: _Child) -> None:
        now = time.monotonic()
        if child.again_at is None and child.running.poll() is not None:
            self._note(child.process, "died", returncode=child.running.returncode)
            _end_group(child.running)
            child.deaths.append(now)
            while child.deaths[0] < now - self._patience.within:
                child.deaths.popleft()
            if len(child.deaths) >= self._patience.deaths:
                raise Refused(
                    "console.process_keeps_dying",
                    process=child.process.name,
                    log=str(self._log(child.process)),
                )
            pause = self._patience.first_pause * 2 ** (len(child.deaths) - 1)
            child.again_at = now + pause
        elif child.again_at is not None and now >= child.again_at:
            child.running = self._launch(child.process)
            child.again_at = None

    def _log(self, process: Process) -> Path:
        return self._logs / f"{process.name}.log"

    def _note(self, process: Process, event: str, **facts: int) -> None:
        line = {
            "event": f"process {event}",
            "process": process.name,
            **facts,
            "level": "info" if event == "started" else "error",
            "timestamp": datetime.now(UTC).isoformat(),
        }
        with self._log(process).open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process, and what it started and left behind."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
