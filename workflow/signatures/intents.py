"""Intents: a person lets one key sign the exact bytes they were shown, once and for minutes.

They are written down before any key is opened, so that the signing process can see for itself what
a secret was given for. A batch is many intents under one key and one secret: each names its own
document and bytes, and what cannot be signed is left out with its reason while the rest goes on.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kernel.clock import local_day
from kernel.errors import DomainError, NotFound, Refused
from signing.making.fields import SIGNER_SIGNATURE
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
    query = select(SigningKey).where(
        SigningKey.withdrawn_at.is_(None), SigningKey.registered_at.is_not(None)
    )
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

    Any earlier intent for the same document that still waits is replaced. What is refused is kept
    in the batch as an intent called off at once, so that its page lists it with its reason.

    Raises:
        Refused: The person has no such key.
    """
    given: list[Authorisation] = []
    kept: list[Authorisation] = []
    refused: dict[UUID, DomainError] = {}
    with office.act() as session:
        for one in chosen:
            try:
                given.append(_intent(office, session, person_id, one))
            except DomainError as error:
                refused[one.document_id] = error
                kept.extend(_called_off(office, session, person_id, one, error))
        if not given:
            return Batch(uuid4(), {}, refused)
        key = key_of(session, person_id, key_id)
        for intent in given:
            replace_open(session, intent.document_id, Purpose.APPROVE, office.clock())
        batch = begin_batch(session, person_id, key, office.clock())
        enter(session, batch, f"people/{key.id}", [*given, *kept])
        return Batch(batch.id, {intent.document_id: intent.id for intent in given}, refused)


def begin_batch(session: Session, person_id: UUID, key: SigningKey, now: datetime) -> SigningBatch:
    """Write down what a person begins to sign with one key."""
    patience = _PATIENCE_AT_HAND if key.kind.at_hand else PATIENCE
    batch = SigningBatch(
        id=uuid4(),
        person_id=person_id,
        signing_key_id=key.id,
        given_at=now,
        expires_at=now + patience,
    )
    session.add(batch)
    session.flush()
    return batch


def enter(
    session: Session, batch: SigningBatch, key: str, intents: Sequence[Authorisation]
) -> None:
    """Put intents into a batch, in their order, under the name of its key."""
    for ordinal, intent in enumerate(intents):
        intent.batch_id, intent.ordinal, intent.key = batch.id, ordinal, key
        intent.given_at, intent.expires_at = batch.given_at, batch.expires_at
        session.add(intent)


def replace_open(session: Session, document_id: UUID, purpose: Purpose, now: datetime) -> None:
    """Call off what still waits for a document, so that at most one intent of a purpose is open."""
    session.execute(
        update(Authorisation)
        .where(
            Authorisation.document_id == document_id,
            Authorisation.purpose == purpose,
            Authorisation.result.is_(None),
            Authorisation.void_at.is_(None),
        )
        .values(void_at=now, trouble="signing.replaced")
    )


def open_intent(
    office: Office, session: Session, person_id: UUID, intent_id: UUID
) -> Authorisation:
    """Give an intent of this person that may still be consumed.

    Raises:
        Refused: It is not theirs, was consumed or called off, or its time is over.
    """
    intent = session.get(Authorisation, intent_id)
    if intent is None or intent.person_id != person_id or not intent.open:
        raise Refused("signing.not_authorised")
    if intent.expires_at is not None and intent.expires_at < office.clock():
        raise Refused("signing.intent_over")
    return intent


def consume(session: Session, intent_id: UUID, at: datetime, result: str, field: str) -> str:
    """Let a file that was signed at hand be the one result of its intent; give its key's kind.

    Raises:
        Refused: Somebody was faster, or the intent was called off meanwhile.
    """
    consumed = session.execute(
        update(Authorisation)
        .where(
            Authorisation.id == intent_id,
            Authorisation.result.is_(None),
            Authorisation.void_at.is_(None),
        )
        .values(consumed_at=at, result=result, field=field)
    )
    if consumed.rowcount != 1:  # type: ignore[attr-defined] # SQLAlchemy types it too widely
        raise Refused("signing.not_authorised")
    kind = select(SigningKey.kind).join(SigningBatch).join(Authorisation)
    return session.scalars(kind.where(Authorisation.id == intent_id)).one().value


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
    intent = _approval(document, version, person_id, chosen.shown)
    intent.facts = {"post_title": actor.post_title, "location": document.agency.place_name}
    return intent


def _called_off(
    office: Office, session: Session, person_id: UUID, chosen: Chosen, error: DomainError
) -> Iterator[Authorisation]:
    """Give the intent that never was, if the person may know of the document."""
    with suppress(NotFound):
        document, _ = document_for(office, session, chosen.document_id, person_id)
        version = session.get(DocumentVersion, document.current_version_id)
        if version is not None:
            intent = _approval(document, version, person_id, chosen.shown)
            intent.void_at, intent.trouble = office.clock(), error.code
            yield intent


def _approval(
    document: Document, version: DocumentVersion, person_id: UUID, shown: str
) -> Authorisation:
    return Authorisation(
        id=uuid4(),
        agency_id=document.agency_id,
        document_id=document.id,
        version_id=version.id,
        person_id=person_id,
        purpose=Purpose.APPROVE,
        field=SIGNER_SIGNATURE,
        sha256=shown,
        pages=version.pages,
        facts={},
    )
