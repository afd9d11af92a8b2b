"""``vanthu bench``: what the documentation promises, measured on the machine at hand.

An installation of its own is founded in a folder that is thrown away: the real PostgreSQL, Redis,
signing process and a worker of two processes. Documents go the whole way to the register of a
second agency, everybody's acts included; then the single steps are measured alone.
"""

import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from uuid import UUID

import click
from sqlalchemy import func, select

from console import bench_crafts, figures, way
from console.backstage import Backstage, backstage
from console.demonstration import data
from console.figures import Figure
from console.staff import Staff
from console.worker_log import WorkerLog, durations
from kernel.clock import system_clock
from kernel.errors import Refused
from kernel.settings import Settings
from kernel.words import sentence
from wiring.office import open_office
from workflow.models import Document, Incoming
from workflow.office import Office
from workflow.states import IncomingState

DRAFT, RECEIVER = "support-plan", "sdttg"
WARM_UP, MEASURED = 6, 40
STEPS = ("render", "sign", "seal", "send", "take", "verify")

_HANDS = 4
_PATIENCE = 200
"""Seconds that all documents together may take."""


@click.command(help=sentence("bench.help"))
def bench() -> None:
    """Measure, print a table and leave ``bench.json`` in the data folder."""
    click.echo(figures.machine(system_clock()))
    click.echo(sentence("bench.starting", count=WARM_UP + MEASURED))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="vanthu-bench-") as folder:
        settings = Settings(var=Path(folder) / "var", demo=True, workers=2, database_url="")
        with backstage(settings) as stage:
            office = open_office(stage.settings)
            found = [*_whole_way(office, stage)]
            found += bench_crafts.figures(office, stage.settings, _any_document(office))
    click.echo(figures.table(found))
    file = Settings().var / "bench.json"
    figures.keep(found, file)
    click.echo(sentence("bench.done", seconds=round(time.monotonic() - began), file=str(file)))


def _whole_way(office: Office, stage: Backstage) -> Iterator[Figure]:
    """Send documents the whole way, first some that warm the processes up."""
    log = WorkerLog(stage.settings.var / "log" / "worker.log")
    with Staff(office, _HANDS) as staff:
        _send(WARM_UP, office, stage, staff)
        list(log.marks())
        began = time.monotonic()
        _send(MEASURED, office, stage, staff)
        took = time.monotonic() - began
    yield Figure("whole_way_documents_per_minute", MEASURED * 60 / took, "1/min")
    times = defaultdict(list)
    for task, milliseconds in durations(log.marks()):
        times[task].append(milliseconds)
    for step in STEPS:
        yield Figure(f"step_{step}_ms", median(times[step]), "ms")


def _send(count: int, office: Office, stage: Backstage, staff: Staff) -> None:
    """Write so many documents and wait until the receiver has registered every one.

    Raises:
        Refused: They did not all arrive in time.
    """
    before = _registered(office)
    for number in range(count):
        staff.do(("write", before, number), partial(_write, office))

    def all_there() -> bool:
        staff.look_round()
        return _registered(office) == before + count

    if not stage.wait(all_there, seconds=_PATIENCE):
        arrived = _registered(office) - before
        raise Refused("bench.too_slow", arrived=arrived, count=count, seconds=_PATIENCE)


def _write(office: Office) -> None:
    prepared = data.draft(DRAFT)
    document_id = way.begin(office, prepared)
    way.address(office, prepared, document_id, [RECEIVER])


def _registered(office: Office) -> int:
    query = select(func.count()).where(Incoming.state == IncomingState.REGISTERED)
    with office.sessions() as session:
        return session.scalar(query) or 0


def _any_document(office: Office) -> UUID:
    with office.sessions() as session:
        return session.scalars(select(Document.id).limit(1)).one()
