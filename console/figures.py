"""Figures of a measurement: how they are taken, kept and shown."""

import json
import os
import platform
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

from kernel.clock import local
from kernel.words import sentence

REPEATS = 30


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; its name is also that of its sentence."""

    name: str
    value: float
    unit: str


def milliseconds(
    act: Callable[[], object],
    repeats: int = REPEATS,
    clock: Callable[[], float] = time.process_time,
) -> float:
    """Give the median of some repeats, after one that warms up.

    It is the processor's time, unless another clock is given: what one core works, whatever else
    the machine does meanwhile.
    """
    act()
    times = []
    for _ in range(repeats):
        began = clock()
        act()
        times.append((clock() - began) * 1000)
    return median(times)


def machine(now: datetime) -> str:
    """Tell where and when: processor, cores, what else they do, Python, date."""
    return sentence(
        "bench.machine",
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        load=f"{os.getloadavg()[0]:.1f}",
        python=platform.python_version(),
        day=f"{local(now):%d/%m/%Y %H:%M}",
    )


def table(figures: Sequence[Figure]) -> str:
    """Lay the figures out in lines."""
    width = max(len(figure.name) for figure in figures)
    return "\n".join(
        f"{figure.name:<{width}}  {figure.value:>10.2f} {figure.unit:<14}"
        f" {sentence(f'bench.{figure.name}')}"
        for figure in figures
    )


def keep(figures: Iterable[Figure], file: Path) -> None:
    """Write the figures as JSON: a list of name, value and unit."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    told = [asdict(figure) | {"value": round(figure.value, 3)} for figure in figures]
    file.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
