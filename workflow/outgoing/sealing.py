"""Văn thư's desk for outgoing documents: number, date and seal in one confirmed act.

The number is taken in the transaction of the act (Đ15); the seal follows in the background from the
same authorisation, so a step killed in the middle completes with the same number. A seal goes only
onto a document that the competent person has signed (Đ32.2). The verbs here use the seal at the
signing process; ``sealing_at_hand`` has those for văn thư's own token.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from documents.words import number_text
from kernel.clock import local_day
from kernel.errors import Refused
from signing.making.fields import CODE_NUMBER
from workflow import registers, steps
from workflow.authority import Standing
from workflow.finding import document_for
from workflow.models import Document, Purpose
from workflow.models.outgoing import ArtifactKind
from workflow.models.registers import SeriesDirection
from workflow.office import Office
from workflow.outgoing import annexes
from workflow.outgoing.seals import (
    clerk_fires,
    expected_signatures,
    give_number,
    require_seal,
    require_signed,
    seal_intent,
    seal_key,
    signed_artifact,
)
from workflow.signatures import certificates, intents, stamping
from workflow.states import OutgoingAction, OutgoingState, Role


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the check page shows before văn thư confirms."""

    number: int
    """Expected; the act itself may find that a colleague was faster and take the next."""
    day: date
    notation: str
    organ_name: str
    seal_holder: str
    """Name in the seal's certificate."""
    signed: str
    """SHA-256 of the leader-signed bytes that will be sealed."""


def propose(
    office: Office, person_id: UUID, document_id: UUID, key_id: UUID | None = None
) -> Proposal:
    """Work out what numbering and sealing would write, without writing anything.

    Args:
        office: The office.
        person_id: Văn thư.
        document_id: The document that its leader has signed.
        key_id: A key at văn thư's own computer; without it, the one at the signing process.

    Raises:
        Refused: The seal's certificate may not be used for this agency.
    """
    today = local_day(office.clock())
    with office.sessions() as session:
        document, standing = document_for(office, session, document_id, person_id)
        standing.acting(Role.CLERK)
        holder = require_seal(office, session, document, key_id)
        series = registers.series_for(
            session, document.agency_id, SeriesDirection.OUTGOING, document.type_code
        )
        number = document.code_number or registers.expected(session, series, today.year)
        return Proposal(
            number=number,
            day=document.issued_date or today,
            notation=document.code_notation,
            organ_name=document.agency.name,
            seal_holder=holder,
            signed=signed_artifact(document).sha256,
        )


def number_and_seal(
    office: Office, person_id: UUID, document_id: UUID, seen: int, *, shown: str
) -> None:
    """Take the next number, date the document today, and authorise its seal (Đ15, Đ17.2, Đ32.2).

    Raises:
        Refused: The signed bytes are not those shown, the seal is not this agency's, or the day
            lies before the signing or before the last number's day; no number is taken.
    """
    with office.act() as session:
        document, standing = document_for(office, session, document_id, person_id, seen)
        signed = require_signed(document, standing, shown)
        require_seal(office, session, document)
        give_number(
            office, session, document, standing, signed=signed, action=OutgoingAction.NUMBER
        )
        _authorise_seal(office, session, document, standing, signed.sha256)


def seal_again(
    office: Office, person_id: UUID, document_id: UUID, seen: int, *, shown: str
) -> None:
    """Authorise the seal once more after it failed; number and date stay.

    Raises:
        Refused: The signed bytes are not those shown, or the seal is not this agency's.
    """
    with office.act() as session:
        document, standing = document_for(office, session, document_id, person_id, seen)
        signed = require_signed(document, standing, shown)
        require_seal(office, session, document)
        _authorise_seal(office, session, document, standing, signed.sha256)
        facts = {"number": document.code_number, "sha256": signed.sha256}
        clerk_fires(office, session, document, standing, action=OutgoingAction.SEAL, told=facts)


def finish(office: Office, document_id: UUID) -> None:
    """Have the authorised seal made, check both signatures, and only then move on."""
    with office.sessions() as session:
        document = session.get_one(Document, document_id)
        if document.state is not OutgoingState.SEALING:
            return
        seen = document.version
        authorisation = intents.latest(session, document, Purpose.SEAL)
        expected = expected_signatures(session, document, authorisation.field)
        number = number_text(document.code_number or 0)

    try:
        sha256 = authorisation.result or office.desk.apply(authorisation.id)
        signed_annexes = annexes.sign(office, authorisation)
    except Refused as error:
        steps.give_up(office, document_id, seen, OutgoingAction.FAIL_SEALING, error.code)
        return

    pdf = office.artifacts.get(sha256)
    grown = pdf.startswith(office.artifacts.get(authorisation.sha256))
    verdict = office.check(pdf, trust=office.trust(), at=office.clock(), expected=expected)
    numbered = verdict.values.get(CODE_NUMBER) == number
    if not certificates.holds(verdict) or not grown or not numbered:
        code = "signing.result_not_valid"
        steps.give_up(office, document_id, seen, OutgoingAction.FAIL_SEALING, code)
        return
    sha256, verdict = stamping.hastened(office, sha256, verdict, expected)
    made = steps.Made(ArtifactKind.ISSUED, sha256, len(pdf), verdict, signed_annexes)
    steps.finish(office, document_id, seen, OutgoingAction.FINISH_SEALING, made)


def _authorise_seal(
    office: Office, session: Session, document: Document, standing: Standing, sha256: str
) -> None:
    intents.replace_open(session, document.id, Purpose.SEAL, office.clock())
    intent = seal_intent(document, standing, sha256)
    intent.key, intent.given_at = seal_key(document), office.clock()
    session.add(intent)
    annexes.authorise(session, intent)
