"""Văn thư's desk for outgoing documents: number, date and seal in one confirmed act.

The number is taken in the transaction of the act (Đ15); the seal follows in the background from the
same authorisation, so a step killed in the middle completes with the same number. The seal is that
of the issuing agency, also for TL. and TUQ. (Đ13), and only on a document that the competent person
has signed (Đ32.2).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from documents.words import number_text
from kernel.clock import local_day
from kernel.errors import Refused
from signing.fields import AGENCY_SEAL, CODE_NUMBER
from signing.keys import facts
from workflow import annexes, certificates, directory, intents, registers, steps
from workflow.authority import Standing
from workflow.finding import document_for
from workflow.firing import fire
from workflow.models import Authorisation, Document, DocumentArtifact, Purpose
from workflow.models.outgoing import ArtifactKind
from workflow.models.registers import SeriesDirection
from workflow.office import Office
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


def propose(office: Office, person_id: UUID, document_id: UUID) -> Proposal:
    """Work out what numbering and sealing would write, without writing anything.

    Raises:
        Refused: The seal's certificate may not be used for this agency.
    """
    today = local_day(office.clock())
    with office.sessions() as session:
        document, standing = document_for(office, session, document_id, person_id)
        standing.acting(Role.CLERK)
        holder = _require_seal(office, session, document)
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
    now = office.clock()
    today = local_day(now)
    with office.act() as session:
        document, standing = document_for(office, session, document_id, person_id, seen)
        signed = _require_signed(document, standing, shown)
        _require_seal(office, session, document)
        if today < local_day(signed.made_at):
            raise Refused("register.date_before_signature")
        series = registers.series_for(
            session, document.agency_id, SeriesDirection.OUTGOING, document.type_code
        )
        given = registers.take(session, series, today)
        registers.enter(session, series, given, by=person_id, at=now, document_id=document.id)
        document.series_id = series.id
        document.code_number, document.issued_date = given.number, given.day
        _authorise_seal(office, session, document, standing, signed.sha256)
        fire(
            session,
            document,
            OutgoingAction.NUMBER,
            actor=standing.acting(Role.CLERK),
            roles=standing.roles,
            at=now,
            facts={"number": given.number, "day": given.day.isoformat(), "sha256": signed.sha256},
        )


def seal_again(
    office: Office, person_id: UUID, document_id: UUID, seen: int, *, shown: str
) -> None:
    """Authorise the seal once more after it failed; number and date stay.

    Raises:
        Refused: The signed bytes are not those shown, or the seal is not this agency's.
    """
    with office.act() as session:
        document, standing = document_for(office, session, document_id, person_id, seen)
        signed = _require_signed(document, standing, shown)
        _require_seal(office, session, document)
        _authorise_seal(office, session, document, standing, signed.sha256)
        fire(
            session,
            document,
            OutgoingAction.SEAL,
            actor=standing.acting(Role.CLERK),
            roles=standing.roles,
            at=office.clock(),
            facts={"number": document.code_number, "sha256": signed.sha256},
        )


def finish(office: Office, document_id: UUID) -> None:
    """Have the authorised seal made, check both signatures, and only then move on."""
    with office.sessions() as session:
        document = session.get_one(Document, document_id)
        if document.state is not OutgoingState.SEALING:
            return
        seen = document.version
        authorisation = intents.latest(session, document, Purpose.SEAL)
        signed = intents.latest(session, document, Purpose.APPROVE)
        expected = (
            certificates.expected_signer(
                certificates.fingerprints(session, person_id=signed.person_id), signed.field
            ),
            certificates.expected_seal(
                certificates.fingerprints(session, agency_id=document.agency_id)
            ),
        )
        number = number_text(document.code_number or 0)

    try:
        sha256 = office.desk.apply(authorisation.id)
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
    made = steps.Made(ArtifactKind.ISSUED, sha256, len(pdf), verdict, signed_annexes)
    steps.finish(office, document_id, seen, OutgoingAction.FINISH_SEALING, made)


def signed_artifact(document: Document) -> DocumentArtifact:
    """Give the leader-signed bytes of the current version."""
    return artifact_of(document, ArtifactKind.SIGNED)


def artifact_of(document: Document, kind: ArtifactKind) -> DocumentArtifact:
    """Give the bytes of one stage of the current version.

    Raises:
        Refused: The document has not come to that stage.
    """
    found = [
        artifact
        for artifact in document.artifacts
        if artifact.kind is kind and artifact.version_id == document.current_version_id
    ]
    if not found:
        raise Refused("workflow.moved_on")
    return found[0]


def _require_signed(document: Document, standing: Standing, shown: str) -> DocumentArtifact:
    standing.acting(Role.CLERK)
    signed = signed_artifact(document)
    if signed.sha256 != shown:
        raise Refused("signing.bytes_differ")
    return signed


def _require_seal(office: Office, session: Session, document: Document) -> str:
    """Refuse another organ's seal before anything is written; give the holder's name."""
    certificate = office.desk.seal_certificate(_seal_key(document))
    registered = certificates.fingerprints(session, agency_id=document.agency_id)
    certificates.require_usable(office, certificate, registered)
    return facts(certificate).subject_name


def _authorise_seal(
    office: Office, session: Session, document: Document, standing: Standing, sha256: str
) -> None:
    told: dict[str, Any] = {
        "post_title": standing.acting(Role.CLERK).post_title,
        "location": document.agency.place_name,
        "number": document.code_number,
        "notation": document.code_notation,
        "day": document.issued_date.isoformat() if document.issued_date else None,
    }
    seal = Authorisation(
        id=uuid4(),
        agency_id=document.agency_id,
        document_id=document.id,
        version_id=document.current_version_id,
        person_id=standing.person_id,
        purpose=Purpose.SEAL,
        key=_seal_key(document),
        field=AGENCY_SEAL,
        sha256=sha256,
        facts=told,
        given_at=office.clock(),
    )
    session.add(seal)
    annexes.authorise(session, seal)


def _seal_key(document: Document) -> str:
    return f"seals/{directory.organ_id(document.agency)}"
