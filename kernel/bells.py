"""Bells: after a commit, Celery is told that a row waits for a worker.

The state in PostgreSQL is the queue; a bell only saves waiting. It is rung after the commit, never
before, so a worker always finds what it was called for. If Redis is away the commit stands and the
sweep rings again later: a lost bell costs minutes, never a document.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError
from sqlalchemy import event
from sqlalchemy.orm import Session

from kernel.database import Sessions
from kernel.log import current_request, logger

Ring = Callable[[str, str], None]
"""Tells the worker of one task name that one id waits."""

PATIENT = "patient"
"""The tower of those bells whose work is mostly waiting for somebody outside."""

_TOWERS = {"worker.tasks.prove": {"queue": PATIENT}}
_PENDING = "bells"
_log = logger(__name__)


def ring_after_commit(session: Session, task: str, subject: UUID) -> None:
    """Ring for ``subject`` once this session's transaction is committed."""
    session.info.setdefault(_PENDING, []).append((task, str(subject)))


def attach(sessions: Sessions, ring: Ring) -> None:
    """Let every session of this maker ring its bells after its commit."""

    def ring_all(session: Session) -> None:
        for task, subject in session.info.pop(_PENDING, []):
            ring(task, subject)

    def forget(session: Session) -> None:
        session.info.pop(_PENDING, None)

    event.listen(sessions, "after_commit", ring_all)
    event.listen(sessions, "after_rollback", forget)


def make_queue(redis_url: str) -> Celery:
    """Configure Celery: JSON only, no results, late acknowledgement.

    ``visibility_timeout`` is an hour and retries wait ten minutes at most, so Redis never hands a
    task that is still waiting for its retry to a second worker. ``max_retries`` is none: the first
    bell of a process would otherwise hold its act up for seconds while Redis is away.
    """
    queue = Celery("vanthu", broker=redis_url)
    queue.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_routes=_TOWERS,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": 3600,
            "socket_connect_timeout": 2,
            "socket_timeout": 30,
            "socket_keepalive": True,
            "max_retries": 0,
        },
        timezone="Asia/Ho_Chi_Minh",
    )
    return queue


def unanswered(queue: Celery, tower: str = "") -> int:
    """Count the bells that lie in Redis because every worker of a tower is busy."""
    with queue.connection_for_read() as connection:
        channel: Any = connection.default_channel  # kombu's types do not know the act below
        return int(channel.queue_declare(tower or queue.conf.task_default_queue).message_count)


def celery_ring(queue: Celery) -> Ring:
    """Give the bell that Celery rings; it never holds up or breaks the act that was committed."""

    def ring(task: str, subject: str) -> None:
        try:
            queue.send_task(
                task, args=[subject], retry=False, headers={"request_id": current_request()}
            )
        except (OperationalError, RedisError, OSError) as error:
            _log.warning("bell lost", task=task, subject=subject, cause=type(error).__name__)

    return ring
