"""The Celery application of workers and of beat, with the whole timetable in one place."""

import os
from functools import cache
from pathlib import Path
from typing import Any

from celery import Task
from celery.signals import setup_logging, task_postrun, task_prerun

from kernel import log
from kernel.bells import make_queue
from kernel.settings import Settings
from wiring.office import open_office
from workflow.office import Office

settings = Settings()
queue = make_queue(settings.redis_url)
queue.conf.imports = ("worker.tasks",)
queue.conf.beat_schedule = {
    name: {"task": f"worker.tasks.{name}", "schedule": seconds, "options": {"expires": seconds}}
    for name, seconds in (
        ("sweep", settings.sweep_after_seconds / 2),
        ("sweep_proofs", settings.sweep_after_seconds / 2),
        ("anchor", 300),
        ("refresh_revocation", 300),
    )
}
"""Each comes again by itself, so one that no worker took in its time is not worth doing."""

app = queue
"""The name under which ``celery -A worker.app`` finds it."""


@cache
def office() -> Office:
    """Open this process's office at its first task; a forked worker never shares its parent's."""
    return open_office(settings)


def anchors_folder() -> Path:
    """Where the heads of the journal are kept outside the database."""
    return settings.var / "anchors"


@setup_logging.connect
def _configure_log(**_: Any) -> None:  # noqa: ANN401 - Celery hands in its own settings
    log.configure(settings.log_level)


@task_prerun.connect
def _begin(task: Task[Any, Any], **_: Any) -> None:  # noqa: ANN401 - Celery's signal
    log.begin_request((task.request.headers or {}).get("request_id"))
    _note("task begins", task)


@task_postrun.connect
def _end(task: Task[Any, Any], state: str, **_: Any) -> None:  # noqa: ANN401 - Celery's signal
    _note("task ended", task, state=state)


def _note(event: str, task: Task[Any, Any], **facts: str) -> None:
    """Log by process and id, so that a begin without its end shows which process was killed."""
    log.logger(__name__).info(event, task=task.name, id=task.request.args, pid=os.getpid(), **facts)
