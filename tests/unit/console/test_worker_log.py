"""The worker's log, from which measurement takes times and the kill test whom to kill."""

import json
from pathlib import Path

from console.worker_log import WorkerLog, durations


def line(event: str, task: str, second: float, pid: int = 7) -> str:
    told = {
        "event": event,
        "task": f"worker.tasks.{task}",
        "id": ["an id"],
        "pid": pid,
        "timestamp": f"2026-11-23T08:00:{second:06.3f}Z",
    }
    return json.dumps(told) + "\n"


def test_each_line_is_given_once_and_a_half_written_one_only_when_it_is_whole(
    tmp_path: Path,
) -> None:
    file = tmp_path / "worker.log"
    log = WorkerLog(file)
    whole, half = line("task begins", "seal", 1), line("task ended", "seal", 2)
    file.write_text("Celery says something\n" + whole + half[:20], encoding="utf-8")

    first = list(log.marks())
    file.write_text(file.read_text(encoding="utf-8") + half[20:], encoding="utf-8")
    second = list(log.marks())

    assert [(mark.begins, mark.task, mark.subject) for mark in first] == [(True, "seal", "an id")]
    assert [mark.begins for mark in second] == [False]


def test_a_task_whose_process_was_killed_has_no_duration(tmp_path: Path) -> None:
    file = tmp_path / "worker.log"
    file.write_text(
        line("task begins", "seal", 1, pid=1)
        + line("task begins", "send", 1, pid=2)
        + line("task ended", "send", 1.25, pid=2),
        encoding="utf-8",
    )

    assert list(durations(WorkerLog(file).marks())) == [("send", 250.0)]
