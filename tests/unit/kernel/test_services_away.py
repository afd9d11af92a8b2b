"""What the parts say while PostgreSQL or Redis is away: try later, and nobody waits for it."""

import time
from pathlib import Path

import pytest
from sqlalchemy import text

from kernel.bells import celery_ring, make_queue
from kernel.database import engine_at, sessions_of
from kernel.errors import Unavailable


def test_the_first_bell_of_a_process_holds_nobody_up_while_redis_is_away(tmp_path: Path) -> None:
    ring = celery_ring(make_queue(f"redis+socket://{tmp_path}/redis.sock"))
    began = time.monotonic()

    ring("worker.tasks.render", "an id")

    assert time.monotonic() - began < 2


def test_whoever_reads_while_the_database_is_away_is_told_to_try_later(tmp_path: Path) -> None:
    sessions = sessions_of(engine_at(f"postgresql+psycopg://somebody@/office?host={tmp_path}"))

    with sessions() as session, pytest.raises(Unavailable) as told:
        session.execute(text("SELECT 1"))

    assert told.value.code == "workflow.database_unavailable"
