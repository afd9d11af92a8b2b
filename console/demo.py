"""``vanthu demo``: one decision from draft to received, by the verbs of the pages, with proof.

It ends well only if every step came about and the result stands up to being read again. What it
made is left in ``<var>/demo`` for whoever wants to look.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy.orm import Session

from console import journal, proof, way
from console.backstage import Backstage, backstage
from console.demonstration import data
from console.run import found_demonstration
from exchange.packet import Status
from kernel.errors import Refused
from kernel.settings import Settings
from kernel.words import sentence
from wiring.office import open_office
from workflow.models import Document
from workflow.office import Office
from workflow.states import IncomingState, OutgoingState
from workflow.views.reading import Colleague

DRAFT = "support-plan"

_PATIENCE = 60
"""Seconds that a background step may take."""


@click.command(help=sentence("demo.help"))
def demo() -> None:
    """Walk the prepared decision to its first receiver, and check what came of it."""
    click.echo(sentence("demo.starting"))
    settings = Settings().model_copy(update={"demo": True})
    with backstage(settings, found=found_demonstration) as stage:
        office = open_office(stage.settings)
        document_id = Walk(office, stage).go(data.draft(DRAFT))
        folder = stage.settings.var / "demo"
        with office.sessions() as session:
            evidence = _evidence(office, session, document_id)
            lines = _leave(session, evidence, folder)
            checks = list(proof.checks(session, evidence, stage.settings.var / "anchors"))
    for check in checks:
        words = sentence(check.code, "vi", **check.facts)
        click.echo(sentence("demo.passed" if check.holds else "demo.failed", check=words))
    click.echo(sentence("demo.left", folder=str(folder), lines=lines))
    failures = [check for check in checks if not check.holds]
    if failures:
        raise Refused("demo.checks_failed", count=len(failures), folder=str(folder))


@dataclass(slots=True)
class Walk:
    """The acts of people and the background steps between them, told as they come about."""

    office: Office
    stage: Backstage
    _told: int = field(default=0, init=False)

    def go(self, prepared: data.DraftData) -> UUID:
        """Go the whole way to the first receiver's register and give the document's id.

        Raises:
            Refused: A step did not come about.
        """
        began = time.monotonic()
        document_id = way.begin(self.office, prepared)
        way.address(self.office, prepared, document_id)
        self._tell("begin", _drafter(prepared), began)
        while self._state(document_id) is not OutgoingState.ISSUED:
            turn = self._turn(document_id)
            if turn is None:
                self._let_machine_work(document_id)
            else:
                self._act(turn)
        self._follow(document_id)
        return document_id

    def _follow(self, document_id: UUID) -> None:
        """See the first receiver take the document in, and the sender hear of it."""
        with self.office.sessions() as session:
            receiver = session.get_one(Document, document_id).deliveries[0].organ_name

        def arrival() -> way.Turn | None:
            with self.office.sessions() as session:
                document = session.get_one(Document, document_id)
                incoming = way.arrival_of(session, document, document.deliveries[0])
                if incoming is None or incoming.state is IncomingState.VERIFYING:
                    return None
                return way.arrival_turn_of(self.office, session, incoming)

        def told() -> bool:
            with self.office.sessions() as session:
                delivery = session.get_one(Document, document_id).deliveries[0]
                return Status.ACCEPTANCE in {said.status_code for said in delivery.statuses}

        self._wait("arriving", lambda: arrival() is not None, organ=receiver)
        turn = arrival()
        if turn is not None:
            self._act(turn, organ=receiver)
        self._wait("told", told)

    def _state(self, document_id: UUID) -> OutgoingState:
        with self.office.sessions() as session:
            return session.get_one(Document, document_id).state

    def _turn(self, document_id: UUID) -> way.Turn | None:
        with self.office.sessions() as session:
            return way.turn_of(self.office, session, session.get_one(Document, document_id))

    def _act(self, turn: way.Turn, **facts: str) -> None:
        began = time.monotonic()
        turn.act(self.office)
        self._tell(turn.action.value, _name(turn.person), began, **facts)

    def _let_machine_work(self, document_id: UUID) -> None:
        state = self._state(document_id)
        self._wait(state.value, lambda: self._state(document_id) is not state)
        with self.office.sessions() as session:
            trouble = session.get_one(Document, document_id).trouble
        if trouble:
            step, reason = sentence(f"demo.step_{state.value}"), sentence(trouble)
            raise Refused("demo.step_failed", step=step, reason=reason)

    def _wait(self, step: str, happened: Callable[[], bool], **facts: str) -> None:
        began = time.monotonic()
        if not self.stage.wait(happened, seconds=_PATIENCE):
            raise Refused(
                "demo.too_long",
                step=sentence(f"demo.step_{step}", **facts),
                seconds=_PATIENCE,
                log=str(self.stage.settings.var / "log"),
            )
        self._tell(step, sentence("demo.system"), began, **facts)

    def _tell(self, step: str, who: str, began: float, **facts: str) -> None:
        self._told += 1
        words = sentence(f"demo.step_{step}", **facts)
        took = round((time.monotonic() - began) * 1000)
        line = sentence("demo.line", ordinal=self._told, step=words, who=who, milliseconds=took)
        click.echo(line)


def _name(person: Colleague) -> str:
    return sentence("demo.person", name=person.name, title=person.title)


def _drafter(prepared: data.DraftData) -> str:
    person = data.province().person(prepared.drafter)
    return person.full_name if person else prepared.drafter


def _evidence(office: Office, session: Session, document_id: UUID) -> proof.Evidence:
    document = session.get_one(Document, document_id)
    delivery = document.deliveries[0]
    incoming = way.arrival_of(session, document, delivery)
    if incoming is None:
        raise RuntimeError(document_id)
    return proof.gather(office, session, document, delivery, incoming)


def _leave(session: Session, evidence: proof.Evidence, folder: Path) -> int:
    """Leave the issued file, the packet and the journal in the folder; give the journal's lines."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "document.pdf").write_bytes(evidence.pdf)
    (folder / "packet.edxml").write_bytes(evidence.packet)
    return journal.write(session, folder / "journal.jsonl")
