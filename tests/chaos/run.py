"""The kill test: many documents on their way while processes die and services go away.

Run it as ``python -m tests.chaos.run --documents 200 --seed 7``. It uses the real PostgreSQL,
Redis, signing process and workers on a data folder of its own. At the end every document must be
issued, registered at its receivers and answered, once each; the exit code says whether it was so.
"""

import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import click
from sqlalchemy import ColumnElement, Select, func, select

from console import way
from console.backstage import Backstage, backstage
from console.demonstration import data
from console.services import Services
from console.staff import Staff
from console.supervisor import Patience
from kernel import log
from kernel.errors import Unavailable
from kernel.settings import Settings
from tests.chaos.findings import findings, unfinished
from tests.chaos.violence import Violence
from wiring.office import open_office
from workflow import anchors
from workflow.models import Document
from workflow.office import Office
from workflow.states import OutgoingState

DRAFTS = ("support-plan", "survey-letter")
RECEIVERS = ("sdttg", "vi-thuy")
AT_ONCE = 12
"""Documents under way at a time."""

LONG = 100
"""Documents from which on the run is a long one."""

_UNTIL_QUIET = 150
"""Seconds; more than the first wait of the outbox and two sweeps."""

_ANCHOR_EVERY, _TELL_EVERY = 3.0, 10.0
"""Seconds."""


@click.command()
@click.option("--documents", default=200, show_default=True)
@click.option("--seed", type=int, default=lambda: int(time.time()) % 100_000)
@click.option("--minutes", default=20.0, show_default=True, help="After which it has failed.")
def main(documents: int, seed: int, minutes: float) -> None:
    """Let documents go their way through violence, and look for what was lost."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    folder = Path(tempfile.mkdtemp(prefix="vanthu-chaos-"))
    click.echo(f"{documents} documents, seed {seed}, in {folder}")
    settings = Settings(var=folder / "var", demo=True, sweep_after_seconds=5)
    with backstage(settings, patience=Patience(deaths=1000, first_pause=0.2)) as stage:
        if stage.services is None:
            raise RuntimeError("the kill test needs services of its own")
        log.configure("ERROR")
        office = open_office(stage.settings)
        worker_log = stage.settings.var / "log" / "worker.log"
        violence = _violence(stage.services, worker_log, seed, is_long=documents >= LONG)
        with Staff(office, hands=6) as staff:
            found = Trial(office, stage, staff, violence, documents).run(minutes * 60)
    click.echo(f"killed inside, milliseconds after the begin: {violence.moments}")
    for finding in found:
        click.echo(f"FOUND: {finding}")
    if found:
        click.echo(f"not as it must be; what is left lies in {folder}")
        sys.exit(1)
    shutil.rmtree(folder)
    click.echo("nothing lost, nothing doubled, nothing left half done")


def _violence(services: Services, worker_log: Path, seed: int, *, is_long: bool) -> Violence:
    if is_long:
        return Violence(services, worker_log, seed, wanted=10, share=0.2, gap=(6, 15), rounds=100)
    return Violence(services, worker_log, seed, wanted=2, share=0.4, gap=(2, 5), rounds=1)


@dataclass(slots=True)
class Trial:
    """One run: documents, violence, and the look at what is left."""

    office: Office
    stage: Backstage
    staff: Staff
    violence: Violence
    documents: int
    _began: float = field(default_factory=time.monotonic)
    _told: float = 0
    _anchored: float = 0

    @property
    def anchors(self) -> Path:
        """Where this run keeps heads of the journal, beside those that the worker keeps."""
        return self.stage.settings.var / "anchors-of-the-trial"

    def run(self, seconds: float) -> list[str]:
        """Let everything go its way; give what is not as it must be."""
        self.violence.begin()
        try:
            self.stage.wait(self._is_struck, seconds=seconds)
        finally:
            self.violence.end()
        self._tell("calm")
        self.stage.wait(self._is_quiet, seconds=_UNTIL_QUIET)
        self._tell("over")
        folders = (self.anchors, self.stage.settings.var / "anchors")
        return list(findings(self.office, self.documents, folders))

    def _is_struck(self) -> bool:
        """Look round; tell whether every document was begun and enough was killed."""
        with suppress(Unavailable), self.office.sessions() as session:
            self._keep_anchors()
            self._tell_now_and_then()
            self.staff.look_round()
            there = set(session.scalars(select(Document.subject).where(Document.deliveries.any())))
            under_way = session.scalar(_count(Document.state != OutgoingState.ISSUED)) or 0
            missing = [n for n in range(self.documents) if _subject(n) not in there]
            for number in missing[: max(0, AT_ONCE - under_way)]:
                self.staff.do(number, partial(self._write, number))
            if not missing and not under_way:
                if self.violence.is_enough:
                    return True
                self.documents += 1
        return False

    def _is_quiet(self) -> bool:
        with suppress(Unavailable), self.office.sessions() as session:
            self._keep_anchors()
            self.staff.look_round()
            return not unfinished(session)
        return False

    def _write(self, number: int) -> None:
        """Write a draft, or go on with the one that a lost answer has left."""
        prepared = data.draft(DRAFTS[number % len(DRAFTS)])
        with self.office.sessions() as session:
            known = session.scalars(
                select(Document.id).where(Document.subject == _subject(number))
            ).first()
        document_id = known or way.begin(self.office, prepared, _subject(number))
        way.address(self.office, prepared, document_id, RECEIVERS)

    def _keep_anchors(self) -> None:
        if time.monotonic() > self._anchored + _ANCHOR_EVERY:
            self._anchored = time.monotonic()
            anchors.keep(self.office, self.anchors)

    def _tell_now_and_then(self) -> None:
        if time.monotonic() > self._told + _TELL_EVERY:
            self._tell("under way")

    def _tell(self, phase: str) -> None:
        self._told = time.monotonic()
        with self.office.sessions() as session:
            issued = session.scalar(_count(Document.state == OutgoingState.ISSUED))
        told = {
            "issued": f"{issued}/{self.documents}",
            "killed inside": dict(self.violence.inside),
            "too late": dict(self.violence.beside),
            "outages": dict(self.violence.outages),
            "people told": dict(self.staff.refusals),
        }
        click.echo(f"{self._told - self._began:6.1f} s {phase}: {told}")


def _count(criterion: ColumnElement[bool]) -> Select[int]:
    return select(func.count()).select_from(Document).where(criterion)


def _subject(number: int) -> str:
    return f"thử nghiệm sức bền của hệ thống, văn bản thứ {number + 1:04d}"


if __name__ == "__main__":
    main()
