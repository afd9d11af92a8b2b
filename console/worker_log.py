"""The worker's log read as data: which process begins and ends which task, and when.

Measurement takes its times from it; the kill test learns from it whom to kill, and whether the
step was really under way.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mark:
    """A task begins or ends in a process."""

    begins: bool
    task: str
    """Without the module's name: ``render``."""
    subject: str
    pid: int
    at: datetime


class WorkerLog:
    """Reads what was added since the last look."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0

    def marks(self) -> Iterator[Mark]:
        """Give every begin and end that was written since the last look."""
        if not self._file.exists():
            return
        with self._file.open("rb") as log:
            log.seek(self._read)
            added = log.read()
        whole = added[: added.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            if b'"task begins"' in line or b'"task ended"' in line:
                yield _mark(line)


def durations(marks: Iterable[Mark]) -> Iterator[tuple[str, float]]:
    """Give each task that came to its end, with its milliseconds."""
    begun: dict[int, Mark] = {}
    for mark in marks:
        if mark.begins:
            begun[mark.pid] = mark
        elif mark.pid in begun:
            took = mark.at - begun.pop(mark.pid).at
            yield mark.task, took.total_seconds() * 1000


def _mark(line: bytes) -> Mark:
    told = json.loads(line)
    return Mark(
        begins=told["event"] == "task begins",
        task=told["task"].removeprefix("worker.tasks."),
        subject=told["id"][0] if told["id"] else "",
        pid=told["pid"],
        at=datetime.fromisoformat(told["timestamp"]),
    )
