"""Annexes in files of their own: the agency signs each in the corner of its first page.

Annex I (Part I, II.8) asks for it where văn bản kèm theo is not in the document's own file. The
same act of văn thư that seals the document authorises it, file by file, so nothing is issued half
sealed. What is no PDF has no page to sign; what another body has signed and closed stays as it is.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import Refused
from workflow.models import Authorisation, Document, Enclosure, Purpose
from workflow.office import Office
from workflow.signatures import certificates, stamping

_PDF = "application/pdf"
_CLOSED = "signing.closed_by_signature"


def authorise(session: Session, seal: Authorisation) -> None:
    """Let the seal's key sign every annex of the document, by the same person's same act."""
    enclosures = session.scalars(
        select(Enclosure)
        .where(Enclosure.document_id == seal.document_id, Enclosure.media_type == _PDF)
        .order_by(Enclosure.ordinal)
    )
    for ordinal, enclosure in enumerate(enclosures, start=1):
        told: dict[str, Any] = {**seal.facts, "enclosure": str(enclosure.id)}
        session.add(
            Authorisation(
                id=uuid4(),
                agency_id=seal.agency_id,
                document_id=seal.document_id,
                version_id=seal.version_id,
                person_id=seal.person_id,
                purpose=Purpose.APPENDIX,
                ordinal=ordinal,
                key=seal.key,
                field="",
                sha256=enclosure.sha256,
                facts=told,
                given_at=seal.given_at,
            )
        )


def sign(office: Office, seal: Authorisation) -> Mapping[UUID, str]:
    """Have the annexes signed that were authorised with a seal; give SHA-256 by enclosure.

    Raises:
        Refused: An annex could not be signed, or its signature does not hold.
        Unavailable: Try later; what was signed is not signed again.
    """
    with office.sessions() as session:
        given = session.scalars(
            select(Authorisation)
            .where(
                Authorisation.document_id == seal.document_id,
                Authorisation.version_id == seal.version_id,
                Authorisation.purpose == Purpose.APPENDIX,
                Authorisation.given_at == seal.given_at,
            )
            .order_by(Authorisation.ordinal)
        ).all()
        registered = certificates.fingerprints(session, agency_id=seal.agency_id)
    signed = {UUID(one.facts["enclosure"]): _sign(office, one, registered) for one in given}
    return {enclosure: sha256 for enclosure, sha256 in signed.items() if sha256}


def keep(session: Session, document: Document, signed: Mapping[UUID, str]) -> None:
    """Note with each annex the file that the agency has signed."""
    query = select(Enclosure).where(Enclosure.document_id == document.id)
    for enclosure in session.scalars(query):
        enclosure.sealed = signed.get(enclosure.id)


def _sign(office: Office, given: Authorisation, registered: frozenset[str]) -> str | None:
    try:
        sha256 = office.desk.apply(given.id)
    except Refused as error:
        if error.code == _CLOSED:
            return None
        raise
    verdict = office.check(office.artifacts.get(sha256), trust=office.trust(), at=office.clock())
    certificates.require_ours(verdict, registered)
    stamped, _ = stamping.hastened(office, sha256, verdict, ())
    return stamped
