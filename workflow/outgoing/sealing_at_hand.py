"""Văn thư's token at her own computer: the number first, then the seal comes back in the file.

Number and date are written here, before the file goes out, so that one side alone writes them. VGCA
Sign Service makes a field of its own, which only a leader's signature of the same make lets pass: a
signature in our reserved field closes the document to every field but those it names.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import MovedOn, Refused
from signing.making.fields import SIGNER_SIGNATURE
from signing.making.seal import fill
from workflow.finding import document_for
from workflow.models import Authorisation, Document, Purpose
from workflow.office import Office
from workflow.outgoing import annexes
from workflow.outgoing.seals import (
    clerk_fires,
    expected_signatures,
    give_number,
    key_at_hand,
    require_seal,
    require_signed,
    seal_intent,
)
from workflow.signatures import certificates, intents
from workflow.signatures.preparing import fills, places_of
from workflow.states import OutgoingAction, OutgoingState

_OF_THE_AGENCY = (Purpose.SEAL, Purpose.APPENDIX)


def possible(session: Session, document: Document) -> bool:
    """Tell whether the document may be sealed in a field that the sealing program makes."""
    return intents.latest(session, document, Purpose.APPROVE).field != SIGNER_SIGNATURE


def number_only(  # noqa: PLR0913 - the act, what was shown, and the key it is for
    office: Office, person_id: UUID, document_id: UUID, seen: int, *, shown: str, key_id: UUID
) -> None:
    """Take the next number and date for a document whose seal lies in văn thư's own token (Đ15).

    Raises:
        Refused: As ``number_and_seal`` refuses; no number is taken.
    """
    with office.act() as session:
        document, standing = document_for(office, session, document_id, person_id, seen)
        signed = require_signed(document, standing, shown)
        require_seal(office, session, document, key_id)
        if not possible(session, document):
            raise Refused("signing.reserved_only")
        give_number(
            office, session, document, standing, signed=signed, action=OutgoingAction.NUMBER_ONLY
        )


def offer(office: Office, person_id: UUID, document_id: UUID, *, shown: str, key_id: UUID) -> UUID:
    """Have a numbered document sealed with a token at văn thư's own computer; give the batch.

    Number and date are written here, before the file goes out, so that one side alone writes them.

    Raises:
        Refused: The signed bytes are not those shown, or the seal is not this agency's.
    """
    with office.sessions() as session:
        document, standing = document_for(office, session, document_id, person_id)
        signed = require_signed(document, standing, shown)
        require_seal(office, session, document, key_id)
        if document.state is not OutgoingState.AWAITING_SEAL or document.issued_date is None:
            raise MovedOn("workflow.moved_on")
        if not possible(session, document):
            raise Refused("signing.reserved_only")
        places = places_of(session, signed.version_id)
        number, day = document.code_number or 0, document.issued_date
    filled = fills(office.typesetter, places, number, day)
    numbered = fill(office.artifacts.get(shown), number=filled[0], issued_date=filled[1])
    sha256 = office.artifacts.put(numbered)
    with office.act() as session:
        document, standing = document_for(office, session, document_id, person_id, held=True)
        key = key_at_hand(session, document, key_id)
        for purpose in _OF_THE_AGENCY:
            intents.replace_open(session, document.id, purpose, office.clock())
        batch = intents.begin_batch(session, person_id, key, office.clock())
        intent = seal_intent(document, standing, sha256)
        intents.enter(session, batch, f"agencies/{key.id}", [intent])
        _authorise_annexes(office, session, intent)
        return batch.id


def hand_in(office: Office, person_id: UUID, intent_id: UUID, pdf: bytes) -> None:
    """Take a file that was sealed at văn thư's own computer: looked at, never believed.

    Raises:
        Refused: The intent is used, called off or over, or the file is not what was asked for; then
            the intent ends and the document waits for its seal as before.
    """
    with office.sessions() as session:
        intent = intents.open_intent(office, session, person_id, intent_id)
        document = session.get_one(Document, intent.document_id)
        signer, seal = expected_signatures(session, document, "")
    shown = office.artifacts.get(intent.sha256)
    before = (signer,) if intent.purpose is Purpose.SEAL else ()
    try:
        written = certificates.require_signed(office, shown, pdf, seal, *before)
    except Refused as error:
        intents.call_off(office, [intent_id], error.code)
        raise
    sha256 = office.artifacts.put(pdf)
    with office.act() as session:
        document, standing = document_for(office, session, intent.document_id, person_id, held=True)
        kind = intents.consume(session, intent_id, office.clock(), sha256, written)
        if _complete(session, intent):
            told = {"number": document.code_number, "sha256": intent.sha256, "key": kind}
            clerk_fires(office, session, document, standing, action=OutgoingAction.SEAL, told=told)


def _authorise_annexes(office: Office, session: Session, seal: Authorisation) -> None:
    """Let the token sign the annexes too; what others have signed stays as they signed it."""
    annexes.authorise(session, seal)
    session.flush()
    added = select(Authorisation).where(
        Authorisation.document_id == seal.document_id,
        Authorisation.purpose == Purpose.APPENDIX,
        Authorisation.given_at == seal.given_at,
        Authorisation.batch_id.is_(None),
    )
    for annex in session.scalars(added).all():
        pdf = office.artifacts.get(annex.sha256)
        if office.check(pdf, trust=office.trust(), at=office.clock()).signatures:
            session.delete(annex)
        else:
            annex.batch_id, annex.expires_at = seal.batch_id, seal.expires_at


def _complete(session: Session, intent: Authorisation) -> bool:
    """Tell whether everything that the agency signs at one go has come back."""
    results = select(Authorisation.result).where(Authorisation.batch_id == intent.batch_id)
    return all(session.scalars(results))
