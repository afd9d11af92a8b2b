import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.server import command_line, until
from console.supervisor import Patience, Process, Supervisor
from kernel.errors import Refused

ROOT = Path(__file__).parents[3]
SHELL = ("sh", "-c")


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path, {"WORD": "công văn"}, Patience(deaths=3, first_pause=0.05))
    yield supervisor
    supervisor.stop()


def lines_of(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def written(file: Path) -> str:
    assert until(lambda: file.exists() and bool(file.read_text().strip()), seconds=5)
    return file.read_text()


def test_what_a_process_says_is_in_its_log_together_with_its_start(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    log = tmp_path / "clerk.log"

    supervisor.start([Process("clerk", (*SHELL, 'echo "$WORD"; sleep 60'))])

    assert until(lambda: "công văn" in log.read_text(), seconds=5)
    assert lines_of(log)[0]["event"] == "process started"


def test_a_process_that_died_is_started_again_and_both_are_noted(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    lives = tmp_path / "lives"
    script = f'echo >> "{lives}"; [ $(wc -l < "{lives}") -gt 1 ] || exit 7; sleep 60'
    supervisor.start([Process("clerk", (*SHELL, script))])

    supervisor.watch(lambda: lives.exists() and lives.read_text().count("\n") == 2)

    died = [line for line in lines_of(tmp_path / "clerk.log") if line["event"] == "process died"]
    assert [line["returncode"] for line in died] == [7]


def test_a_process_that_keeps_dying_stops_the_whole_with_one_sentence(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    supervisor.start([Process("clerk", (*SHELL, "exit 1"))])

    with pytest.raises(Refused) as refusal:
        supervisor.watch(lambda: False)

    assert refusal.value.code == "console.process_keeps_dying"
    assert refusal.value.facts == {"process": "clerk", "log": str(tmp_path / "clerk.log")}


def test_deaths_of_long_ago_are_forgiven(tmp_path: Path) -> None:
    patience = Patience(deaths=2, within=0.2, first_pause=0.5)
    supervisor = Supervisor(tmp_path, {}, patience)
    supervisor.start([Process("clerk", (*SHELL, "exit 1"))])
    deadline = time.monotonic() + 2

    supervisor.watch(lambda: time.monotonic() > deadline)

    supervisor.stop()
    assert len(lines_of(tmp_path / "clerk.log")) > 4


def test_stopping_ends_a_process_and_all_that_it_started(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    mark = f"{time.monotonic_ns() % 10**9}.5"
    supervisor.start(
        [Process("clerk", (*SHELL, f'sleep {mark} & echo "$!" > {tmp_path}/pid; wait'))]
    )
    pid = int(written(tmp_path / "pid"))
    assert mark in command_line(pid)

    supervisor.stop()

    assert until(lambda: mark not in command_line(pid), seconds=2)


def test_a_process_that_will_not_end_is_ended_within_ten_seconds(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', "
    deaf += "flush=True); time.sleep(60)"
    supervisor.start([Process("clerk", (sys.executable, "-c", deaf))])
    assert until(lambda: "deaf" in (tmp_path / "clerk.log").read_text(), seconds=10)
    begin = time.monotonic()

    supervisor.stop()

    assert time.monotonic() - begin < 10


def test_processes_do_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path\n"
        "from console.supervisor import Process, Supervisor\n"
        "s = Supervisor(Path(sys.argv[1]), {})\n"
        "s.start([Process('clerk', ('sh', '-c', 'echo $$; exec sleep 60'))]); time.sleep(60)"
    )
    log = tmp_path / "clerk.log"
    with subprocess.Popen([sys.executable, "-c", script, tmp_path], cwd=ROOT) as first:
        assert until(lambda: log.exists() and log.read_text().count("\n") == 2, seconds=10)
        first.kill()
    pid = int(log.read_text().splitlines()[-1])

    assert until(lambda: "sleep" not in command_line(pid), seconds=5)


def test_only_the_leader_is_asked_to_end_because_it_asks_its_own(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    note = tmp_path / "note"
    script = (
        "import os, signal, sys, time\n"
        f"note = open({str(note)!r}, 'a', buffering=1)\n"
        "child = os.fork()\n"
        "who = 'child' if child == 0 else 'leader'\n"
        "signal.signal(signal.SIGTERM, lambda *_: (note.write(who), sys.exit(0)))\n"
        "print('ready', flush=True); time.sleep(60)"
    )
    supervisor.start([Process("clerk", (sys.executable, "-c", script))])
    log = tmp_path / "clerk.log"
    assert until(lambda: log.read_text().count("ready") == 2, seconds=10)

    supervisor.stop()

    assert note.read_text() == "leader"
