"""Intents: a person lets one key sign the exact bytes they were shown, once and for minutes.

They are written down before any key is opened, so that the signing process can see for itself what
a secret was given for. A batch is many intents under one key and one secret: each names its own
document and bytes, and what cannot be signed is left out with its reason while the rest goes on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kernel.clock import local_day
from kernel.errors import DomainError, Refused
from signing.fields import SIGNER_SIGNATURE
from workflow import authority
from workflow.finding import document_for
from workflow.models import (
    Authorisation,
    Document,
    DocumentVersion,
    Purpose,
    SigningBatch,
    SigningKey,
)
from workflow.office import Office
from workflow.states import OutgoingState, Role

PATIENCE = timedelta(minutes=5)
"""How long an intent and the key opened for it wait for the signature."""

_PATIENCE_AT_HAND = timedelta(minutes=15)  # a person goes through a batch with a token and its PIN

SIGNABLE = {OutgoingState.AWAITING_SIGNATURE, OutgoingState.APPROVED}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A document as its page showed it."""

    document_id: UUID
    seen: int
    shown: str
    """SHA-256 of the bytes shown."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of giving a batch."""

    id: UUID
    given: Mapping[UUID, UUID]
    """Document → its intent."""
    refused: Mapping[UUID, DomainError]
    """Document → why it is not among them."""


def keys_of(
    session: Session, *, person_id: UUID | None = None, agency_id: UUID | None = None
) -> list[SigningKey]:
    """Give the keys in use of a person or of an agency, the one registered last first."""
    query = select(SigningKey).where(SigningKey.withdrawn_at.is_(None))
    if person_id is not None:
        query = query.where(SigningKey.person_id == person_id)
    if agency_id is not None:
        query = query.where(SigningKey.agency_id == agency_id)
    return list(session.scalars(query.order_by(SigningKey.registered_at.desc(), SigningKey.id)))


def key_of(session: Session, person_id: UUID, key_id: UUID | None) -> SigningKey:
    """Give the key a person chose, or their first.

    Raises:
        Refused: They have none, or it is not theirs.
    """
    keys = [k for k in keys_of(session, person_id=person_id) if key_id is None or k.id == key_id]
    if not keys:
        raise Refused("signing.no_key")
    return keys[0]


def give(office: Office, person_id: UUID, chosen: Sequence[Chosen], key_id: UUID | None) -> Batch:
    """Write down an intent for each chosen document that this person may sign now (Đ13).

    Raises:
        Refused: The person has no such key.
    """
    now = office.clock()
    intents: list[Authorisation] = []
    refused: dict[UUID, DomainError] = {}
    batch_id = uuid4()
    with office.act() as session:
        for one in chosen:
            try:
                intents.append(_intent(office, session, person_id, one))
            except DomainError as error:
                refused[one.document_id] = error
        if intents:
            key = key_of(session, person_id, key_id)
            patience = _PATIENCE_AT_HAND if key.kind.at_hand else PATIENCE
            session.add(
                SigningBatch(
                    id=batch_id,
                    person_id=person_id,
                    signing_key_id=key.id,
                    given_at=now,
                    expires_at=now + patience,
                )
            )
            session.flush()
        for ordinal, intent in enumerate(intents):
            intent.batch_id, intent.ordinal, intent.key = batch_id, ordinal, f"people/{key.id}"
            intent.given_at, intent.expires_at = now, now + patience
            session.add(intent)
    return Batch(batch_id, {intent.document_id: intent.id for intent in intents}, refused)


def call_off(office: Office, intents: Sequence[UUID], code: str) -> None:
    """Let intents end without a signature; one that was consumed stays as it is."""
    with office.act() as session:
        session.execute(
            update(Authorisation)
            .where(
                Authorisation.id.in_(intents),
                Authorisation.result.is_(None),
                Authorisation.void_at.is_(None),
            )
            .values(void_at=office.clock(), trouble=code)
        )


def latest(session: Session, document: Document, purpose: Purpose) -> Authorisation:
    """Give the last intent for the document's current version."""
    return latest_of(session, document.id, document.current_version_id, purpose)


def latest_of(
    session: Session, document_id: UUID, version_id: UUID | None, purpose: Purpose
) -> Authorisation:
    """Give the last intent of one version that was not called off; its act made it."""
    return session.scalars(
        select(Authorisation)
        .where(
            Authorisation.document_id == document_id,
            Authorisation.version_id == version_id,
            Authorisation.purpose == purpose,
            Authorisation.void_at.is_(None),
        )
        .order_by(Authorisation.given_at.desc())
        .limit(1)
    ).one()


def require_shown(session: Session, document: Document, shown: str) -> DocumentVersion:
    """Give the current version if ``shown`` are its bytes and it still waits for its signer.

    Raises:
        Refused: The bytes are others, or it waits no more.
    """
    version = session.get_one(DocumentVersion, document.current_version_id)
    if document.state not in SIGNABLE or version.presented != shown:
        raise Refused("signing.bytes_differ")
    return version


def require_authority(office: Office, session: Session, document: Document) -> None:
    """Ask again, at the moment of signing, whether TL. or TUQ. is still in force (Đ13.3)."""
    if document.signer_post is not None:
        competence = document.draft.get("competence", "")
        day = local_day(office.clock())
        authority.require_delegation(
            session, document.agency_id, document.signer_post, competence, day
        )


def _intent(office: Office, session: Session, person_id: UUID, chosen: Chosen) -> Authorisation:
    document, standing = document_for(office, session, chosen.document_id, person_id, chosen.seen)
    actor = standing.acting(Role.SIGNER)
    version = require_shown(session, document, chosen.shown)
    require_authority(office, session, document)
    return Authorisation(
        id=uuid4(),
        agency_id=document.agency_id,
        document_id=document.id,
        version_id=version.id,
        person_id=person_id,
        purpose=Purpose.APPROVE,
        field=SIGNER_SIGNATURE,
        sha256=chosen.shown,
        pages=version.pages,
        facts={"post_title": actor.post_title, "location": document.agency.place_name},
    )
