"""What happens to an installation: killed workers, a killed signing process, services gone.

Two threads. One follows the worker's log and kills the very process that has begun to typeset, seal
or send, a random moment later. The other takes away larger parts in turn. Each kill counts as
inside a step only if the log shows that the step had begun in that process and did not end.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from console.server import command_line
from console.services import Services
from console.worker_log import Mark, WorkerLog
from tests.chaos.processes import children, main_process, wait_for_end

WORKER, SIGNER = "worker.app worker", "signer.app:create()"
"""What stands in the command lines of these processes."""

TARGETS = ("render", "seal", "send")
LONGEST_WAIT = {"render": 0.08, "seal": 0.25, "send": 0.25}
"""Seconds after a step's begin within which it is killed: about as long as the step takes."""

_PAUSE = 0.003


@dataclass(slots=True)
class Violence:
    """Kills and outages at random moments, until told that it is enough."""

    services: Services
    log: Path
    seed: int
    wanted: int
    """Kills inside each of the three steps."""

    share: float
    """Part of the steps that are struck while kills are still wanted."""

    gap: tuple[float, float]
    """Least and most seconds between two outages."""

    rounds: int
    """How often at most each kind of outage comes."""

    inside: Counter[str] = field(default_factory=Counter)
    beside: Counter[str] = field(default_factory=Counter)
    """Kills that came too late: the step had ended."""

    outages: Counter[str] = field(default_factory=Counter)
    moments: dict[str, list[int]] = field(default_factory=dict)
    """Milliseconds after its begin at which each step was killed."""

    _over: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)
    _errors: list[BaseException] = field(default_factory=list)

    def begin(self) -> None:
        """Let it begin."""
        for act in (self._strike_steps, self._strike_parts):
            thread = Thread(target=self._guard, args=(act,), name=act.__name__)
            thread.start()
            self._threads.append(thread)

    def end(self) -> None:
        """Let it end, with everything that was taken away brought back.

        Raises:
            BaseException: What could not be brought back.
        """
        self._over.set()
        for thread in self._threads:
            thread.join()
        if self._errors:
            raise self._errors[0]

    @property
    def is_enough(self) -> bool:
        """Tell whether every wanted kill was made, and every kind of outage."""
        kills = all(self.inside[task] >= self.wanted for task in TARGETS)
        return bool(self._errors) or (kills and all(self.outages[n] for n in self._parts()))

    def _guard(self, act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - carried to the thread that asks for the end
            self._errors.append(error)

    def _strike_steps(self) -> None:
        chance, log = random.Random(self.seed), WorkerLog(self.log)  # noqa: S311 - no secret
        while not self._over.wait(_PAUSE):
            begun = [mark for mark in log.marks() if mark.begins and mark.task in TARGETS]
            if begun and self._is_due(begun[-1].task, chance):
                self._strike(begun[-1], log, chance)

    def _is_due(self, task: str, chance: random.Random) -> bool:
        share = self.share if self.inside[task] < self.wanted else self.share / 10
        return chance.random() < share

    def _strike(self, mark: Mark, log: WorkerLog, chance: random.Random) -> None:
        began = time.monotonic()
        time.sleep(chance.uniform(0, LONGEST_WAIT[mark.task]))
        if any(_is_end_of(mark, later) for later in log.marks()):
            return
        _kill(mark.pid, WORKER)
        after = round((time.monotonic() - began) * 1000)
        wait_for_end(mark.pid)
        if any(_is_end_of(mark, later) for later in log.marks()):
            self.beside[mark.task] += 1
        else:
            self.inside[mark.task] += 1
            self.moments.setdefault(mark.task, []).append(after)

    def _strike_parts(self) -> None:
        chance = random.Random(self.seed + 1)  # noqa: S311 - no secret
        for _ in range(self.rounds):
            for name, strike in chance.sample([*self._parts().items()], len(self._parts())):
                if self._over.wait(chance.uniform(*self.gap)):
                    return
                self.outages[name] += strike(chance)

    def _parts(self) -> dict[str, Callable[[random.Random], bool]]:
        return {
            "worker killed": self._kill_worker,
            "signer killed": self._kill_signer,
            "redis away": self._take_redis_away,
            "postgres killed": self._kill_postgres,
        }

    def _kill_worker(self, _: random.Random) -> bool:
        main = main_process(WORKER)
        return main is not None and _kill(main, WORKER)

    def _kill_signer(self, chance: random.Random) -> bool:
        main = main_process(SIGNER)
        return main is not None and _kill(chance.choice([main, *children(main)]), SIGNER)

    def _take_redis_away(self, chance: random.Random) -> bool:
        self.services.stop_redis()
        time.sleep(chance.uniform(0.2, 2))
        self.services.start_redis()
        return True

    def _kill_postgres(self, _: random.Random) -> bool:
        self.services.restart_postgres()
        return True


def _is_end_of(begun: Mark, later: Mark) -> bool:
    return (later.begins, later.task, later.pid) == (False, begun.task, begun.pid)


def _kill(pid: int, mark: str) -> bool:
    """Kill a process if it still is what it was; tell whether it was there."""
    if mark not in command_line(pid):
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return True
