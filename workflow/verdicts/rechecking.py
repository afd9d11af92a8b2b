"""A check made again today for whoever looks: the one kept with the document says what was then.

Certificates run out and are revoked; what a reader of the page wants to know is what holds now.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import NotFound
from signing.checking.verdict import ExpectedSignature, Verdict
from workflow.incoming import verifying
from workflow.models import Document, DocumentArtifact, Incoming, IncomingFile, Purpose
from workflow.models.outgoing import ArtifactKind
from workflow.office import ChangedPage, Office
from workflow.signatures import certificates, intents
from workflow.verdicts import kept_verdicts, verdict_words


def of_artifact(
    office: Office, session: Session, document: Document, artifact: DocumentArtifact
) -> Verdict:
    """Check the bytes of a stage for the signatures that this stage must bear.

    Raises:
        NotFound: Nothing is signed yet at that stage.
    """
    if artifact.kind in {ArtifactKind.PRESENTED, ArtifactKind.INITIALLED}:
        raise NotFound("workflow.no_such_file")
    return kept_verdicts.checked(office, artifact.sha256, _expected(session, document, artifact))


def of_incoming(
    office: Office, session: Session, incoming: Incoming, file: IncomingFile
) -> Verdict:
    """Check a file of a packet; the document itself for the signatures of its sender."""
    expected = verifying.expected_of(session, incoming) if file.is_main else ()
    return kept_verdicts.checked(office, file.sha256, expected)


def changed_pages(office: Office, sha256: str, verdict: Verdict) -> tuple[ChangedPage, ...]:
    """Show the pages that look different from when they were signed, where the verdict says so."""
    if not verdict_words.looks_different(verdict):
        return ()
    pdf = office.artifacts.get(sha256)
    return office.check.changed_pages(pdf, trust=office.trust(), at=office.clock())


def file_of(incoming: Incoming, file_id: UUID) -> IncomingFile:
    """Give a file of the packet.

    Raises:
        NotFound: The packet has no such file.
    """
    for file in incoming.files:
        if file.id == file_id:
            return file
    raise NotFound("workflow.no_such_file")


def _expected(
    session: Session, document: Document, artifact: DocumentArtifact
) -> tuple[ExpectedSignature, ...]:
    intent = intents.latest_of(session, document.id, artifact.version_id, Purpose.APPROVE)
    leader = certificates.fingerprints(session, person_id=intent.person_id)
    signer = certificates.expected_signer(leader, intent.field)
    if artifact.kind is ArtifactKind.SIGNED:
        return (signer,)
    seal = certificates.fingerprints(session, agency_id=document.agency_id)
    return signer, certificates.expected_seal(seal)
