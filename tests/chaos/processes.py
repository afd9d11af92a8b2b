"""The processes that this run has started, and no others: found as our own descendants."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from console.server import command_line


def descendants() -> Iterator[tuple[int, int]]:
    """Give the process id and the parent of everything that we started, directly or not."""
    ours = {os.getpid()}
    parents = dict(_parents())
    for pid in sorted(parents):
        above = pid
        while above in parents and above not in ours:
            above = parents[above]
        if above in ours and pid != os.getpid():
            yield pid, parents[pid]


def main_process(mark: str) -> int | None:
    """Give the process that we started whose command line has ``mark``."""
    found = (p for p, parent in descendants() if parent == os.getpid() and mark in command_line(p))
    return next(found, None)


def children(of: int) -> list[int]:
    """Give the processes that one of ours has started itself."""
    return [pid for pid, parent in descendants() if parent == of]


def is_alive(pid: int) -> bool:
    """Tell whether a process still runs; one that waits to be buried does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def wait_for_end(pid: int) -> None:
    """Wait until a killed process is gone."""
    while is_alive(pid):
        time.sleep(0.002)


def _parents() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError):
            continue
        yield int(folder.name), int(status.rpartition(")")[2].split()[1])
