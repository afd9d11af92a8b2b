"""One server program that belongs to this installation: started, waited for, stopped, found again.

It runs in a session of its own, so that Ctrl-C in the terminal reaches only us and we end it in
the right order.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kernel.errors import Refused

_PAUSE = 0.05
"""Seconds between two looks."""


@dataclass(slots=True)
class Server:
    """A server program, its log and the file in which it writes its process id."""

    name: str
    log: Path
    pid_file: Path

    mark: str
    """Stands in the command line of this server and of no other process."""

    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(
        self, command: Sequence[str | Path], answers: Callable[[], bool], *, text: str = ""
    ) -> None:
        """Start ``command`` with ``text`` as its input and wait, a minute at most, for an answer.

        Raises:
            Refused: It ended, or did not answer; its log says why.
        """
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self.pid_file.parent,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if self.process.stdin:
            with self.process.stdin as entry:
                entry.write(text.encode())
        if not until(lambda: answers() or self._ended(), seconds=60) or self._ended():
            self.stop(signal.SIGKILL)
            raise Refused("console.service_did_not_start", service=self.name, log=str(self.log))

    def stop(self, gentle: signal.Signals, *harder: signal.Signals) -> None:
        """Send signals, each two seconds after the one before, until the server has ended."""
        if not self.process:
            return
        for kind in (gentle, *harder, signal.SIGKILL):
            if self._ended():
                break
            self.process.send_signal(kind)
            until(self._ended, seconds=2)
        self.process.wait()
        self.process = None

    def end_orphan(self, gentle: signal.Signals) -> None:
        """End the server that an earlier run left behind when it was killed itself."""
        pid = self._orphan()
        for kind in (gentle, signal.SIGKILL):
            if pid:
                os.kill(pid, kind)
                until(lambda: not self._orphan(), seconds=10)

    def recorded_pid(self) -> int | None:
        """Give the process id that the last run wrote down; it may be anybody's by now."""
        if not self.pid_file.exists():
            return None
        return int(self.pid_file.read_text().split(maxsplit=1)[0])

    @property
    def died(self) -> bool:
        """Whether it was started and has ended without being told to."""
        return self.process is not None and self.process.poll() is not None

    def _orphan(self) -> int | None:
        pid = self.recorded_pid()
        return pid if pid and self.mark in command_line(pid) else None

    def _ended(self) -> bool:
        return not self.process or self.process.poll() is not None


def command_line(pid: int) -> str:
    """Give the command line of a process; empty if there is no such process."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def until(happened: Callable[[], bool], *, seconds: float) -> bool:
    """Wait until something happened; False if the time ran out first."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE)
    return True
