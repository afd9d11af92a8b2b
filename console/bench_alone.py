"""Signing measured in processes that do nothing else: two at once, and one with a scan of 150 MB.

Only there can be seen whether a second process doubles the rate, and how much memory a large file
really takes; the process that measures everything has long held more than that.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from console.bench_scan import write_scan
from console.figures import Figure, milliseconds
from signing.holding.keys import Pkcs12Key
from signing.making.signature import sign
from signing.making.stamped import sign_file

_SECONDS = 4
_PAGES = 18  # of 8.7 MB each


@dataclass(frozen=True, slots=True)
class Task:
    """What such a process needs."""

    container: Path
    passphrase: str
    document: bytes
    picture: bytes
    """For the document's first signer."""
    line: bytes
    """For the corner of the scan."""


def figures(task: Task, folder: Path) -> Iterator[Figure]:
    """Measure the rate of one process and of two, and signing a scan from file to file."""
    (folder / "document.pdf").write_bytes(task.document)
    (folder / "picture.pdf").write_bytes(task.picture)
    (folder / "line.pdf").write_bytes(task.line)
    write_scan(folder / "scan.pdf", _PAGES)
    yield Figure("one_worker_signatures_per_second", _rate(task, folder, 1), "1/s")
    yield Figure("two_workers_signatures_per_second", _rate(task, folder, 2), "1/s")
    scan = _Alone("scan", task, folder)
    scan.begin()
    took, held = scan.result()
    yield Figure("big_scan_ms", took, "ms")
    yield Figure("big_scan_mb", held, "MB")


def _rate(task: Task, folder: Path, processes: int) -> float:
    """Give the signatures a second of so many processes at once."""
    all_ready = [_Alone("rate", task, folder) for _ in range(processes)]
    for process in all_ready:
        process.begin()
    return sum(process.result()[0] for process in all_ready)


class _Alone:
    """This module as a program of its own, warmed up and waiting."""

    def __init__(self, act: str, task: Task, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, act, task.container, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._say(task.passphrase)
        self._hear()

    def begin(self) -> None:
        """Let it do its work."""
        self._say("")

    def result(self) -> list[float]:
        """Wait for the end and give what it found."""
        found: list[float] = json.loads(self._hear())
        self._process.wait()
        return found

    def _say(self, line: str) -> None:
        print(line, file=self._process.stdin, flush=True)

    def _hear(self) -> str:
        return self._process.stdout.readline() if self._process.stdout else ""


def _signatures_a_second(key: Pkcs12Key, folder: Path) -> Callable[[], list[float]]:
    document = (folder / "document.pdf").read_bytes()
    act = partial(sign, document, key, **_facts(folder / "picture.pdf"))
    act()

    def measured() -> list[float]:
        began, made = time.perf_counter(), 0
        while time.perf_counter() < began + _SECONDS:
            act()
            made += 1
        return [made / (time.perf_counter() - began)]

    return measured


def _scan(key: Pkcs12Key, folder: Path) -> Callable[[], list[float]]:
    source, target = folder / "scan.pdf", folder / "signed.pdf"
    act = partial(sign_file, source, target, key, **_facts(folder / "line.pdf"))
    return lambda: [milliseconds(act, repeats=3, clock=time.perf_counter), _most_memory()]


def _facts(picture: Path) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {"picture": picture.read_bytes(), "signed_at": now, "reason": "", "location": ""}


def _most_memory() -> float:
    """Give the most megabytes this process ever held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kilobytes = next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]
    return int(kilobytes) / 1024


def _main(act: str, container: str, folder: str) -> None:
    key = Pkcs12Key.open(Path(container).read_bytes(), input())
    work = {"rate": _signatures_a_second, "scan": _scan}[act](key, Path(folder))
    print("ready", flush=True)
    input()
    print(json.dumps(work()), flush=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
