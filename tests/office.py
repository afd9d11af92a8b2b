"""The office on real parts for tests: PostgreSQL, object store, signing desk, typesetter.

Only the bell is ours: it is written down, and ``work_off`` does the background steps in order, so
that a test decides when they happen.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from console.demonstration import data
from console.demonstration.load import PASSPHRASE
from kernel.settings import Settings
from wiring.office import open_office, open_signing_desk
from workflow.authority import signers
from workflow.incoming import receiving, statuses, verifying
from workflow.models import Account, Agency, Document, DocumentVersion, Incoming, Post, Unit
from workflow.office import Office
from workflow.outgoing import drafting, rendering, reviewing, sealing, sending
from workflow.outgoing.draft import Draft, read_draft
from workflow.signatures import proving, signing_desk
from workflow.states import OutgoingState

STEPS: dict[str, Callable[[Office, UUID], None]] = {
    "worker.tasks.render": rendering.render,
    "worker.tasks.sign": signing_desk.finish,
    "worker.tasks.seal": sealing.finish,
    "worker.tasks.send": sending.send,
    "worker.tasks.prove": proving.prove,
    "worker.tasks.collect": receiving.collect,
    "worker.tasks.take": receiving.take,
    "worker.tasks.verify": verifying.verify,
    "worker.tasks.tell": statuses.tell,
}


@dataclass(slots=True)
class HeldClock:
    """A clock that moves only when a test says so."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **spans: float) -> None:
        self.now += timedelta(**spans)


@dataclass(slots=True)
class Desks:
    """The office with everyone in it."""

    office: Office
    settings: Settings
    clock: HeldClock
    bells: list[tuple[str, str]] = field(default_factory=list)

    def work_off(self) -> None:
        """Do every background step that was rung for, and those that these ring for."""
        while self.bells:
            name, subject = self.bells.pop(0)
            STEPS[name](self.office, UUID(subject))

    def person(self, username: str) -> UUID:
        with self.office.sessions() as session:
            return session.scalars(
                select(Account.person_id).where(Account.username == username)
            ).one()

    def agency(self, slug: str) -> UUID:
        with self.office.sessions() as session:
            return session.scalars(select(Agency.id).where(Agency.slug == slug)).one()

    def post(self, slug: str) -> UUID:
        with self.office.sessions() as session:
            return session.scalars(select(Post.id).where(Post.slug == slug)).one()

    def document(self, document_id: UUID) -> Document:
        with self.office.sessions() as session:
            document = session.get_one(Document, document_id)
            _ = document.deliveries, [d.statuses for d in document.deliveries], document.artifacts
            return document

    def seen(self, document_id: UUID) -> int:
        return self.document(document_id).version

    def presented(self, document_id: UUID) -> str:
        with self.office.sessions() as session:
            document = session.get_one(Document, document_id)
            version = session.get_one(DocumentVersion, document.current_version_id)
            return version.presented or ""

    def arrived(self, slug: str) -> list[Incoming]:
        with self.office.sessions() as session:
            found = session.scalars(
                select(Incoming).where(Incoming.agency_id == self.agency(slug))
            ).all()
            for incoming in found:
                _ = incoming.files, incoming.assignments
            return list(found)

    def a_draft(self, name: str = "support-plan", **changes: object) -> UUID:
        """A prepared draft in its drafter's hands, with its receivers chosen."""
        prepared = data.draft(name)
        drafter = self.person(prepared.drafter)
        with self.office.sessions() as session:
            unit_id = session.scalars(
                select(Unit.id).where(
                    Unit.slug == prepared.unit, Unit.agency_id == self.agency(prepared.agency)
                )
            ).one()
        draft = typed(self, prepared).model_copy(update=changes)
        document_id = drafting.begin(self.office, drafter, draft, unit_id=unit_id)
        codes = [code_of(key) for key in prepared.deliveries]
        drafting.set_deliveries(self.office, drafter, document_id, codes)
        return document_id

    def at(self, state: OutgoingState, name: str = "support-plan") -> UUID:
        """A document that has come, by everyone's real acts, to ``state``."""
        document_id = self.a_draft(name)
        for act in self._way(document_id):
            if self.document(document_id).state is state:
                return document_id
            act()
            if self.document(document_id).state is not state:
                self.work_off()
        assert self.document(document_id).state is state
        return document_id

    def _way(self, document_id: UUID) -> list[Callable[[], object]]:
        office, person, seen = self.office, self.person, self.seen
        return [
            lambda: drafting.submit(office, person("chuyenvien"), document_id, seen(document_id)),
            lambda: reviewing.approve_content(
                office, person("truongphong"), document_id, seen(document_id)
            ),
            lambda: reviewing.approve_form(
                office, person("kiemtra"), document_id, seen(document_id)
            ),
            lambda: signing_desk.sign(
                office,
                self.signer(document_id),
                document_id,
                seen(document_id),
                shown=self.presented(document_id),
                secret=PASSPHRASE,
            ),
            lambda: self.number_and_seal(document_id),
            lambda: sending.issue(office, person("vanthu"), document_id, seen(document_id)),
        ]

    def signer(self, document_id: UUID) -> UUID:
        with self.office.sessions() as session:
            document = session.get_one(Document, document_id)
            return signers(session, document, self.clock().date())[0].person_id

    def number_and_seal(self, document_id: UUID) -> None:
        clerk = self.person("vanthu")
        shown = sealing.propose(self.office, clerk, document_id).signed
        sealing.number_and_seal(
            self.office, clerk, document_id, self.seen(document_id), shown=shown
        )


def open_desks(settings: Settings) -> Desks:
    """Open the office with a held clock and bells that are written down."""
    clock = HeldClock(datetime.now(UTC))
    bells: list[tuple[str, str]] = []

    def ring(task: str, subject: str) -> None:
        bells.append((task, subject))

    desk = open_signing_desk(settings)
    desk = replace(desk, clock=clock, remote=replace(desk.remote, clock=clock, ring=ring))
    office = open_office(settings, ring=ring, desk=desk)
    return Desks(replace(office, clock=clock), settings, clock, bells)


def code_of(agency_key: str) -> str:
    agency = data.province().agency(agency_key)
    assert agency is not None
    return next(i.code for i in agency.identifiers if i.scheme == "qd20")


def typed(desks: Desks, prepared: data.DraftData) -> Draft:
    """The fields of the writing page as the prepared clerk types them."""
    issued = prepared.issued_text
    return read_draft(
        {
            "form": prepared.form,
            "type_code": prepared.type,
            "subject": prepared.subject,
            "bases": prepared.bases,
            "addressees": prepared.addressees,
            "body": prepared.body,
            "issued_type_name": issued.type_name if issued else "",
            "issued_subject": issued.subject if issued else "",
            "issued_body": issued.body if issued else "",
            "to_places": prepared.to_places,
            "signer_post_id": desks.post(prepared.signer),
            "competence": prepared.competence,
            "urgency": prepared.urgency,
        }
    )
