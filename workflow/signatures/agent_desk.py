"""What a person's own agent may ask for: its batch, the bytes, what to sign, and to hand it in.

The agent is never believed. It gets only the intents that its person gave for this very computer;
what it hands in is a signature, which must be that of the certificate's key over what was prepared
here; and the whole file then goes through the same door as any other that was signed at hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kernel.errors import DomainError, Forbidden, MovedOn, NotFound, Refused, Unavailable
from signing.holding.keys import facts
from signing.holding.token import issuers_of
from signing.making.two_phase import Prepared, complete
from workflow.models import (
    Authorisation,
    Certificate,
    Document,
    SigningBatch,
    SigningKey,
)
from workflow.office import Office
from workflow.signatures import certificates, intents, signing_desk
from workflow.signatures.agents import Caller
from workflow.signatures.preparing import Preparer

REFUSALS = frozenset(
    {
        "agent.cancelled",
        "agent.bytes_differ",
        "agent.digest_differs",
        "agent.page_differs",
        "agent.token_failed",
    }
)
"""Why an agent may say that it will not sign."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One document of a batch, as the agent lists it."""

    intent_id: UUID
    type_name: str
    notation: str
    subject: str
    agency: str
    sha256: str
    pages: int


@dataclass(frozen=True, slots=True)
class WaitingBatch:
    """What a person has chosen to sign at this computer."""

    id: UUID
    expires_at: datetime
    documents: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class ToSign:
    """What the agent needs beyond the bytes shown, to see for itself what it signs."""

    appended: bytes
    """What signing adds behind the bytes shown."""

    contents: tuple[int, int]
    """Where the signature will stand in the whole file."""

    attributes: bytes


def registered(office: Office, caller: Caller) -> frozenset[str]:
    """Give the fingerprints of the certificates with which this person may sign."""
    with office.sessions() as session:
        return frozenset(
            session.scalars(
                select(Certificate.fingerprint).where(
                    Certificate.person_id == caller.person_id, Certificate.withdrawn_at.is_(None)
                )
            )
        )


def introduce_key(
    office: Office, caller: Caller, certificate: bytes, chain: Sequence[bytes]
) -> None:
    """Keep which certificate the token at this computer has.

    Raises:
        Refused: It is not registered for this person, or may not sign now.
    """
    certificates.require_usable(office, certificate, registered(office, caller))
    for der in chain:
        facts(der)  # refuses what is no certificate
    known = [*chain, *(issuer.dump() for issuer in office.trust().intermediates)]
    issuers = issuers_of(certificate, known)
    with office.act() as session:
        key = session.get_one(SigningKey, caller.key_id)
        key.reference = key.reference | {
            "certificate": certificate.hex(),
            "chain": [der.hex() for der in issuers],
        }


def waiting(office: Office, caller: Caller) -> WaitingBatch | None:
    """Give the first batch that still waits for this computer."""
    now = office.clock()
    open_ = (Authorisation.result.is_(None), Authorisation.void_at.is_(None))
    with office.sessions() as session:
        batch = session.scalars(
            select(SigningBatch)
            .where(
                SigningBatch.signing_key_id == caller.key_id,
                SigningBatch.expires_at > now,
                SigningBatch.authorisations.any(open_[0] & open_[1]),
            )
            .order_by(SigningBatch.given_at)
            .limit(1)
        ).first()
        if batch is None:
            return None
        rows = session.execute(
            select(Authorisation, Document)
            .join(Document, Document.id == Authorisation.document_id)
            .where(Authorisation.batch_id == batch.id, *open_)
            .order_by(Authorisation.ordinal)
        )
        documents = tuple(
            Waiting(
                intent_id=intent.id,
                type_name=document.type_name,
                notation=document.code_notation,
                subject=document.subject,
                agency=document.agency.name,
                sha256=intent.sha256,
                pages=intent.pages or 0,
            )
            for intent, document in rows
        )
        return WaitingBatch(batch.id, batch.expires_at, documents)


def shown(office: Office, caller: Caller, intent_id: UUID) -> bytes:
    """Give the bytes that the person was shown.

    Raises:
        Refused: ``signing.not_authorised``, ``signing.intent_over``.
    """
    with office.sessions() as session:
        return office.artifacts.get(_intent(office, session, caller, intent_id).sha256)


def prepare(office: Office, preparer: Preparer, caller: Caller, intent_id: UUID) -> ToSign:
    """Prepare a document for the key at this computer; asked again, it is prepared anew.

    Raises:
        Refused: ``signing.not_authorised``, ``signing.intent_over``, ``agent.no_certificate``, or
            what the preparer refuses.
    """
    with office.sessions() as session:
        intent = _intent(office, session, caller, intent_id)
        certificate, chain = _certificates(session, caller)
        write = preparer.prepare(session, intent)
    prepared = write(certificate, chain)
    sha256 = office.artifacts.put(prepared.pdf)
    with office.act() as session:
        session.execute(
            update(Authorisation)
            .where(Authorisation.id == intent_id)
            .values(
                prepared=sha256,
                attributes=prepared.attributes,
                facts=intent.facts | {"contents": list(prepared.contents)},
            )
        )
    appended = prepared.pdf[len(office.artifacts.get(intent.sha256)) :]
    return ToSign(appended, prepared.contents, prepared.attributes)


def hand_in(office: Office, caller: Caller, intent_id: UUID, signature: bytes) -> None:
    """Take a signature made at this computer and let the document move on.

    Raises:
        Refused: It is not the signature asked for, or the whole file does not pass; the intent then
            ends. Or the intent is used, called off or over.
    """
    with office.sessions() as session:
        intent = _intent(office, session, caller, intent_id)
        certificate, chain = _certificates(session, caller)
    if intent.prepared is None or intent.attributes is None:
        raise Refused("signing.not_authorised")
    begin, end = intent.facts["contents"]
    prepared = Prepared(
        pdf=office.artifacts.get(intent.prepared),
        attributes=intent.attributes,
        certificate=certificate,
        chain=chain,
        contents=(begin, end),
    )
    try:
        pdf = complete(prepared, signature)
        signing_desk.hand_in(office, caller.person_id, intent_id, pdf)
    except Unavailable:
        raise
    except (NotFound, MovedOn, Forbidden):  # withdrawn or returned since it was chosen
        intents.call_off(office, [intent_id], "agent.moved_on")
        raise
    except DomainError as error:
        intents.call_off(office, [intent_id], error.code)
        raise


def refuse(office: Office, caller: Caller, intent_id: UUID, code: str) -> None:
    """End an intent that the person or their agent will not sign, and say why on the page.

    Raises:
        Refused: ``signing.not_authorised``, ``signing.intent_over``.
    """
    with office.sessions() as session:
        _intent(office, session, caller, intent_id)
    intents.call_off(office, [intent_id], code if code in REFUSALS else "agent.cancelled")


def _intent(office: Office, session: Session, caller: Caller, intent_id: UUID) -> Authorisation:
    intent = intents.open_intent(office, session, caller.person_id, intent_id)
    if intent.batch is None or intent.batch.signing_key_id != caller.key_id:
        raise Refused("signing.not_authorised")
    return intent


def _certificates(session: Session, caller: Caller) -> tuple[bytes, tuple[bytes, ...]]:
    reference = session.get_one(SigningKey, caller.key_id).reference
    if "certificate" not in reference:
        raise Refused("agent.no_certificate")
    return (
        bytes.fromhex(reference["certificate"]),
        tuple(bytes.fromhex(der) for der in reference["chain"]),
    )
