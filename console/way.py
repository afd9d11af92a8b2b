"""The way of a document, walked by the verbs of the pages: whoever's turn it is acts.

Demonstration, measurement and the kill test all walk it, so none of them can pass by a door that
people do not have. Who is next is asked of the office itself, as a page would.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from console.demonstration.data import DraftData, province
from console.demonstration.load import PASSPHRASE, organ_code
from kernel.clock import local_day
from kernel.errors import Refused
from workflow.exchanging import directory
from workflow.incoming import handling
from workflow.models import (
    Account,
    Agency,
    Delivery,
    Document,
    DocumentVersion,
    Incoming,
    Post,
    Unit,
)
from workflow.office import Office
from workflow.outgoing import drafting, reviewing, sealing, sending
from workflow.outgoing.draft import Draft, read_draft
from workflow.signatures import signing_desk
from workflow.states import IncomingAction, IncomingState, OutgoingAction, OutgoingState
from workflow.views import reading
from workflow.views.reading import Colleague

Verb = Callable[[Office, UUID, UUID, int], object]
"""Office, person, document, and the count of the page that the person saw."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An act that waits for a person."""

    action: OutgoingAction | IncomingAction
    person: Colleague
    subject_id: UUID
    seen: int
    verb: Verb

    def act(self, office: Office) -> None:
        """Do it, as the person would on the page.

        Raises:
            DomainError: As the verb does.
        """
        self.verb(office, self.person.person_id, self.subject_id, self.seen)


def begin(office: Office, prepared: DraftData, subject: str = "") -> UUID:
    """Write a prepared draft, under another subject if one is given; give the document's id.

    Raises:
        Refused: This installation is not the demonstration province.
    """
    with office.sessions() as session:
        drafter = _drafter(session, prepared)
        signer = _only(session, select(Post.id).where(Post.slug == prepared.signer))
        agency = _only(session, select(Agency.id).where(Agency.slug == prepared.agency))
        unit = _only(
            session,
            select(Unit.id).where(Unit.slug == prepared.unit, Unit.agency_id == agency),
        )
    draft = _typed(prepared, signer)
    if subject:
        draft = draft.model_copy(update={"subject": subject})
    return drafting.begin(office, drafter, draft, unit_id=unit)


def address(
    office: Office, prepared: DraftData, document_id: UUID, receivers: Sequence[str] = ()
) -> None:
    """Choose the receivers of a draft: agencies of the province, else the prepared ones."""
    with office.sessions() as session:
        drafter = _drafter(session, prepared)
    codes = [_code(key) for key in receivers or prepared.deliveries]
    drafting.set_deliveries(office, drafter, document_id, codes)


def turn_of(office: Office, session: Session, document: Document) -> Turn | None:
    """Tell which act of which person an outgoing document waits for; none if for a machine's."""
    if document.state not in _OUTGOING:
        return None
    action, verb = _OUTGOING[document.state]
    people = reading.waiting_for(session, document, local_day(office.clock())).people
    return _turn(people, action, verb, document)


def arrival_turn_of(office: Office, session: Session, incoming: Incoming) -> Turn | None:
    """Tell which act of which person brings an arrived document into the register."""
    if incoming.state is not IncomingState.ARRIVED:
        return None
    people = reading.handling_waits_for(session, incoming, local_day(office.clock())).people
    return _turn(people, IncomingAction.ACCEPT, handling.accept, incoming)


def arrival_of(session: Session, document: Document, delivery: Delivery) -> Incoming | None:
    """Give what a delivery of the document has become at its receiver, once it is there."""
    receiver = directory.by_code(session, delivery.organ_id)
    if receiver is None:
        return None
    return session.scalars(
        select(Incoming).where(
            Incoming.agency_id == receiver.id, Incoming.exchange_id == document.exchange_id
        )
    ).first()


def turns(office: Office, session: Session) -> Iterator[Turn]:
    """Give every act on the way that waits for somebody, in the whole installation.

    A draft without receivers is still being written.
    """
    addressed = or_(Document.state != OutgoingState.DRAFT, Document.deliveries.any())
    for document in session.scalars(
        select(Document).where(Document.state.in_(_OUTGOING), addressed)
    ):
        turn = turn_of(office, session, document)
        if turn:
            yield turn
    arrived = Incoming.state == IncomingState.ARRIVED
    for incoming in session.scalars(select(Incoming).where(arrived)):
        turn = arrival_turn_of(office, session, incoming)
        if turn:
            yield turn


def _turn(
    people: Sequence[Colleague],
    action: OutgoingAction | IncomingAction,
    verb: Verb,
    subject: Document | Incoming,
) -> Turn | None:
    if not people:
        return None
    return Turn(action, people[0], subject.id, subject.version, verb)


def _sign(office: Office, person_id: UUID, document_id: UUID, seen: int) -> None:
    with office.sessions() as session:
        document = session.get_one(Document, document_id)
        version = session.get_one(DocumentVersion, document.current_version_id)
    signing_desk.sign(
        office,
        person_id,
        document_id,
        seen,
        shown=version.presented or "",
        secret=PASSPHRASE,
    )


def _number(office: Office, person_id: UUID, document_id: UUID, seen: int) -> None:
    shown = sealing.propose(office, person_id, document_id).signed
    sealing.number_and_seal(office, person_id, document_id, seen, shown=shown)


def _seal_again(office: Office, person_id: UUID, document_id: UUID, seen: int) -> None:
    shown = sealing.propose(office, person_id, document_id).signed
    sealing.seal_again(office, person_id, document_id, seen, shown=shown)


_OUTGOING: Mapping[OutgoingState, tuple[OutgoingAction, Verb]] = {
    OutgoingState.DRAFT: (OutgoingAction.SUBMIT, drafting.submit),
    OutgoingState.CONTENT_REVIEW: (OutgoingAction.APPROVE_CONTENT, reviewing.approve_content),
    OutgoingState.FORM_REVIEW: (OutgoingAction.APPROVE_FORM, reviewing.approve_form),
    OutgoingState.AWAITING_SIGNATURE: (OutgoingAction.SIGN, _sign),
    OutgoingState.APPROVED: (OutgoingAction.SIGN, _sign),
    OutgoingState.AWAITING_NUMBER: (OutgoingAction.NUMBER, _number),
    OutgoingState.AWAITING_SEAL: (OutgoingAction.SEAL, _seal_again),
    OutgoingState.AWAITING_ISSUE: (OutgoingAction.ISSUE, sending.issue),
}


def _only(session: Session, query: Select[UUID]) -> UUID:
    found = session.scalars(query).first()
    if found is None:
        raise Refused("demo.not_the_province")
    return found


def _drafter(session: Session, prepared: DraftData) -> UUID:
    query = select(Account.person_id).where(Account.username == prepared.drafter)
    return _only(session, query)


def _code(agency_key: str) -> str:
    agency = province().agency(agency_key)
    if agency is None:
        raise Refused("demo.not_the_province")
    return organ_code(agency)


def _typed(prepared: DraftData, signer: UUID) -> Draft:
    """Fill in the fields of the writing page as the prepared clerk does."""
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
            "signer_post_id": signer,
            "competence": prepared.competence,
            "urgency": prepared.urgency,
        }
    )
