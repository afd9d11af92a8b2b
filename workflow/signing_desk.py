"""The leader's desk: sign exactly the bytes that were shown (Đ13.7).

The passphrase goes from the page straight to the signing process, which holds the opened key for
one authorisation and a few minutes. It never touches the database or a task. If that process dies,
the document stands at *Chờ ký* again and the page asks again.
"""

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.clock import local_day
from kernel.errors import DomainError, Refused, Unavailable
from signing.fields import SIGNER_SIGNATURE
from signing.validate import validate
from signing.verdict import Conclusion
from workflow import authority, certificates, steps
from workflow.finding import document_for
from workflow.firing import fire
from workflow.models import (
    Authorisation,
    Document,
    DocumentVersion,
    Person,
    Review,
)
from workflow.models.outgoing import ArtifactKind, ReviewKind
from workflow.office import Office
from workflow.states import OutgoingAction, OutgoingState, Role

PATIENCE = timedelta(minutes=5)
"""How long an opened key waits for its signature."""


def sign(  # noqa: PLR0913 - the act, what was shown, and the secret
    office: Office,
    person_id: UUID,
    document_id: UUID,
    seen: int,
    *,
    shown: str,
    passphrase: str,
) -> None:
    """Authorise one signature on the bytes with SHA-256 ``shown`` and let a worker make it.

    Raises:
        Refused: The bytes differ from those shown, the passphrase is wrong, or the certificate may
            not sign; the document stands as before.
    """
    with office.sessions() as session:
        document, standing = document_for(office, session, document_id, person_id, seen)
        standing.acting(Role.SIGNER)
        _require_shown(session, document, shown)
        _require_authority(office, session, document)
        key_id = session.get_one(Person, person_id).key_id
        registered = certificates.fingerprints(session, person_id=person_id)
    if key_id is None:
        raise Refused("signing.no_key")

    authorisation_id = uuid4()
    certificate = office.desk.unlock(authorisation_id, f"people/{key_id}", passphrase)
    try:
        certificates.require_usable(office, certificate, registered)
        _authorise(office, person_id, document_id, seen, shown, authorisation_id, key_id)
    except DomainError:
        office.desk.forget(authorisation_id)
        raise


def finish(office: Office, document_id: UUID) -> None:
    """Have the authorised signature made, check it, and only then move on."""
    with office.sessions() as session:
        document = session.get_one(Document, document_id)
        if document.state is not OutgoingState.SIGNING:
            return
        seen = document.version
        authorisation = latest_authorisation(session, document, SIGNER_SIGNATURE)
        registered = certificates.fingerprints(session, person_id=authorisation.person_id)

    def give_up(code: str) -> None:
        steps.give_up(office, document_id, seen, OutgoingAction.FAIL_SIGNING, code)

    try:
        sha256 = office.desk.apply(authorisation.id)
    except Refused as error:
        give_up(error.code)
        return
    except Unavailable:
        if authorisation.expires_at is not None and authorisation.expires_at < office.clock():
            give_up("signing.key_gone")
            return
        raise

    pdf = office.artifacts.get(sha256)
    grown = pdf.startswith(office.artifacts.get(authorisation.sha256))
    verdict = validate(
        pdf,
        office.trust(),
        at=office.clock(),
        expected=(certificates.expected_signer(registered),),
    )
    if verdict.conclusion is Conclusion.TOTAL_FAILED or not grown:
        give_up("signing.result_not_valid")
        return
    made = steps.Made(ArtifactKind.SIGNED, sha256, len(pdf), verdict)
    steps.finish(office, document_id, seen, OutgoingAction.FINISH_SIGNING, made)


def latest_authorisation(session: Session, document: Document, field: str) -> Authorisation:
    """Give the last authorisation for a field of the document's current version."""
    return latest_authorisation_of(session, document.id, document.current_version_id, field)


def latest_authorisation_of(
    session: Session, document_id: UUID, version_id: UUID | None, field: str
) -> Authorisation:
    """Give the last authorisation for a field of one version; its act made it, so it is there."""
    return session.scalars(
        select(Authorisation)
        .where(
            Authorisation.document_id == document_id,
            Authorisation.version_id == version_id,
            Authorisation.field == field,
        )
        .order_by(Authorisation.given_at.desc())
        .limit(1)
    ).one()


def _require_authority(office: Office, session: Session, document: Document) -> None:
    """Ask again, at the moment of signing, whether TL. or TUQ. is still in force (Đ13.3)."""
    if document.signer_post is not None:
        competence = document.draft.get("competence", "")
        day = local_day(office.clock())
        authority.require_delegation(
            session, document.agency_id, document.signer_post, competence, day
        )


def _require_shown(session: Session, document: Document, shown: str) -> None:
    version = session.get_one(DocumentVersion, document.current_version_id)
    if document.state is not OutgoingState.AWAITING_SIGNATURE or version.presented != shown:
        raise Refused("signing.bytes_differ")


def _authorise(  # noqa: PLR0913, PLR0917 - the facts of one authorisation
    office: Office,
    person_id: UUID,
    document_id: UUID,
    seen: int,
    shown: str,
    authorisation_id: UUID,
    key_id: str,
) -> None:
    now = office.clock()
    with office.act() as session:
        document, standing = document_for(office, session, document_id, person_id, seen)
        actor = standing.acting(Role.SIGNER)
        _require_shown(session, document, shown)
        session.add(
            Authorisation(
                id=authorisation_id,
                agency_id=document.agency_id,
                document_id=document.id,
                version_id=document.current_version_id,
                person_id=person_id,
                key=f"people/{key_id}",
                field=SIGNER_SIGNATURE,
                sha256=shown,
                facts={"post_title": actor.post_title, "location": document.agency.place_name},
                given_at=now,
                expires_at=now + PATIENCE,
            )
        )
        session.add(
            Review(
                id=uuid4(),
                agency_id=document.agency_id,
                document_id=document.id,
                version_id=document.current_version_id,
                kind=ReviewKind.SIGNER,
                passed=True,
                person_id=person_id,
                person_name=actor.name,
                post_title=actor.post_title,
                words="",
                at=now,
            )
        )
        fire(
            session,
            document,
            OutgoingAction.SIGN,
            actor=actor,
            roles=standing.roles,
            at=now,
            facts={"sha256": shown, "authorisation": str(authorisation_id)},
        )
