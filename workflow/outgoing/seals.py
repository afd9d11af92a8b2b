"""What every way of numbering and sealing shares: whose seal, on which bytes, by which act.

The seal is that of the issuing agency, also for TL. and TUQ. (Đ13); it lies at the signing process
or in a token at văn thư's own computer, which are of equal rank.
"""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from kernel.clock import local_day
from kernel.errors import Refused
from signing.checking.verdict import ExpectedSignature
from signing.holding.keys import facts
from signing.making.fields import AGENCY_SEAL
from workflow import registers
from workflow.authority import Standing
from workflow.exchanging import directory
from workflow.firing import fire
from workflow.models import Authorisation, Document, DocumentArtifact, Purpose, SigningKey
from workflow.models.outgoing import ArtifactKind
from workflow.models.registers import SeriesDirection
from workflow.office import Office
from workflow.signatures import certificates, intents
from workflow.states import OutgoingAction, Role


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


def keys_at_hand(session: Session, agency_id: UUID) -> list[SigningKey]:
    """Give the agency's keys that lie in a token at văn thư's own computer."""
    return [key for key in intents.keys_of(session, agency_id=agency_id) if key.kind.at_hand]


def key_at_hand(session: Session, document: Document, key_id: UUID) -> SigningKey:
    """Give the key at văn thư's computer that was chosen.

    Raises:
        Refused: It is not one of the issuing agency's.
    """
    for key in keys_at_hand(session, document.agency_id):
        if key.id == key_id:
            return key
    raise Refused("signing.no_seal_key")


def require_signed(document: Document, standing: Standing, shown: str) -> DocumentArtifact:
    """Give the leader-signed bytes to văn thư, if they are those with SHA-256 ``shown``.

    Raises:
        Refused: They are others.
    """
    standing.acting(Role.CLERK)
    signed = signed_artifact(document)
    if signed.sha256 != shown:
        raise Refused("signing.bytes_differ")
    return signed


def require_seal(
    office: Office, session: Session, document: Document, key_id: UUID | None = None
) -> str:
    """Refuse another organ's seal before anything is written; give the holder's name.

    Raises:
        Refused: The certificate is not the issuing agency's, or may not sign now.
    """
    if key_id is None:
        certificate = office.desk.seal_certificate(seal_key(document))
    else:
        key = key_at_hand(session, document, key_id)
        certificate = certificates.certificate_of(session, key)
    registered = certificates.fingerprints(session, agency_id=document.agency_id)
    certificates.require_usable(office, certificate, registered)
    return facts(certificate).subject_name


def give_number(  # noqa: PLR0913 - the act, its actor, its bytes and its name
    office: Office,
    session: Session,
    document: Document,
    standing: Standing,
    *,
    signed: DocumentArtifact,
    action: OutgoingAction,
) -> None:
    """Take the next number and date the document today, as a part of ``action`` (Đ15).

    Raises:
        Refused: The day lies before the signing or before the last number's day.
    """
    now = office.clock()
    today = local_day(now)
    if today < local_day(signed.made_at):
        raise Refused("register.date_before_signature")
    series = registers.series_for(
        session, document.agency_id, SeriesDirection.OUTGOING, document.type_code
    )
    given = registers.take(session, series, today)
    registers.enter(session, series, given, by=standing.person_id, at=now, document_id=document.id)
    document.series_id = series.id
    document.code_number, document.issued_date = given.number, given.day
    told = {"number": given.number, "day": given.day.isoformat(), "sha256": signed.sha256}
    clerk_fires(office, session, document, standing, action=action, told=told)


def seal_intent(document: Document, standing: Standing, sha256: str) -> Authorisation:
    """Give an intent to seal the bytes with that SHA-256, still without its key."""
    told: dict[str, Any] = {
        "post_title": standing.acting(Role.CLERK).post_title,
        "location": document.agency.place_name,
        "number": document.code_number,
        "notation": document.code_notation,
        "day": document.issued_date.isoformat() if document.issued_date else None,
    }
    return Authorisation(
        id=uuid4(),
        agency_id=document.agency_id,
        document_id=document.id,
        version_id=document.current_version_id,
        person_id=standing.person_id,
        purpose=Purpose.SEAL,
        field=AGENCY_SEAL,
        sha256=sha256,
        facts=told,
    )


def expected_signatures(
    session: Session, document: Document, field: str = AGENCY_SEAL
) -> tuple[ExpectedSignature, ExpectedSignature]:
    """Give what the sealed document must bear: its leader's signature and its agency's."""
    signed = intents.latest(session, document, Purpose.APPROVE)
    signers = certificates.fingerprints(session, person_id=signed.person_id)
    seals = certificates.fingerprints(session, agency_id=document.agency_id)
    return (
        certificates.expected_signer(signers, signed.field),
        certificates.expected_seal(seals, field),
    )


def clerk_fires(  # noqa: PLR0913 - the act, its actor and its facts
    office: Office,
    session: Session,
    document: Document,
    standing: Standing,
    *,
    action: OutgoingAction,
    told: dict[str, Any],
) -> None:
    """Let văn thư act."""
    fire(
        session,
        document,
        action,
        actor=standing.acting(Role.CLERK),
        roles=standing.roles,
        at=office.clock(),
        facts=told,
    )


def seal_key(document: Document) -> str:
    """Name the agency's key at the signing process."""
    return f"seals/{directory.organ_id(document.agency)}"
