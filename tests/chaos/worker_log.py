"""The worker's log as it is written: which process begins and ends which task."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mark:
    """A task begins or ends in a process."""

    begins: bool
    task: str
    subject: str
    pid: int


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
            mark = _mark(line)
            if mark is not None:
                yield mark


def _mark(line: bytes) -> Mark | None:
    if b'"task begins"' not in line and b'"task ended"' not in line:
        return None
    told = json.loads(line)
    subject = told["id"][0] if told["id"] else ""
    task = told["task"].removeprefix("worker.tasks.")
    return Mark(told["event"] == "task begins", task, subject, told["pid"])
