"""Which certificates count: those registered for that very person and that very agency.

A verdict never trusts the name inside a signature; it asks for the field by name and for a
certificate that the administration has registered.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from kernel.errors import Refused
from signing.checking.verdict import Conclusion, ExpectedSignature, Integrity, Verdict
from signing.holding.keys import facts
from signing.making.fields import AGENCY_SEAL, SIGNER_SIGNATURE
from signing.trusting.fitness import require_fit
from signing.trusting.trust import CertificateStatus, certificate_status
from workflow.models import Certificate, Delegation, Holding, Post, SigningKey
from workflow.models.organisation import PostRole
from workflow.office import Office


def entry(
    der: bytes, at: datetime, *, person_id: UUID | None = None, agency_id: UUID | None = None
) -> Certificate:
    """Give the row by which a certificate (DER) is registered for a person or an agency.

    Raises:
        Refused: ``signing.unreadable_certificate``.
    """
    told = facts(der)
    return Certificate(
        person_id=person_id,
        agency_id=agency_id,
        fingerprint=told.fingerprint,
        subject=told.subject_name,
        issuer=told.issuer_name,
        serial=told.serial,
        not_before=told.not_before,
        not_after=told.not_after,
        der=der,
        registered_at=at,
    )


def fingerprints(
    session: Session, *, person_id: UUID | None = None, agency_id: UUID | None = None
) -> frozenset[str]:
    """Give the fingerprints registered for a person or for an agency's seal.

    Certificates withdrawn since stay valid for what they signed before; their own dates and the
    revocation lists decide that.
    """
    query = select(Certificate.fingerprint)
    if person_id is not None:
        query = query.where(Certificate.person_id == person_id)
    if agency_id is not None:
        query = query.where(Certificate.agency_id == agency_id)
    return frozenset(session.scalars(query))


def leaders_fingerprints(session: Session, agency_id: UUID) -> frozenset[str]:
    """Give the fingerprints of everyone who holds or held a post that signs for the agency.

    Posts of other agencies count where a delegation names them (TUQ., Đ13.3).
    """
    lent = select(Delegation.post_id).where(Delegation.agency_id == agency_id)
    own = and_(Post.agency_id == agency_id, Post.role == PostRole.LEADER)
    return frozenset(
        session.scalars(
            select(Certificate.fingerprint)
            .join(Holding, Holding.person_id == Certificate.person_id)
            .join(Post, Post.id == Holding.post_id)
            .where(or_(own, Post.id.in_(lent)))
        )
    )


def expected_signer(registered: frozenset[str], field: str = SIGNER_SIGNATURE) -> ExpectedSignature:
    """Ask for the competent person's signature (Annex I, II.7); no ``field`` means any."""
    return ExpectedSignature(field, registered, "signer")


def expected_seal(registered: frozenset[str], field: str = AGENCY_SEAL) -> ExpectedSignature:
    """Ask for the agency's signature (Annex I, II.8); no ``field`` means any."""
    return ExpectedSignature(field, registered, "agency")


def require_signed(
    office: Office,
    shown: bytes,
    pdf: bytes,
    new: ExpectedSignature,
    *before: ExpectedSignature,
) -> str:
    """Give the field in which a file was signed elsewhere, if the file is what was asked for.

    Args:
        office: The office.
        shown: What was to be signed; the file must begin with it.
        pdf: The file that came back.
        new: The one signature that must be new; without a field where the program makes its own.
        before: The signatures that must have been there.

    Raises:
        Refused: ``signing.other_bytes``, ``signing.not_one_signature``,
            ``signing.other_certificate`` or ``signing.result_not_valid``.
    """
    if not pdf.startswith(shown):
        raise Refused("signing.other_bytes")
    old = {s.field for s in office.check(shown, trust=office.trust(), at=office.clock()).signatures}
    verdict = office.check(pdf, trust=office.trust(), at=office.clock(), expected=(*before, new))
    added = [s for s in verdict.signatures if s.field not in old]
    if len(added) != 1 or len(verdict.signatures) != len(old) + 1:
        raise Refused("signing.not_one_signature")
    (signature,) = added
    if signature.fingerprint not in new.fingerprints:
        raise Refused("signing.other_certificate")
    if not holds(verdict):
        raise Refused("signing.result_not_valid")
    return signature.field


def certificate_of(session: Session, key: SigningKey) -> bytes:
    """Give the registered certificate (DER) of a key that lies at its holder's own computer.

    Raises:
        Refused: It is not registered (any more).
    """
    certificate = session.scalars(
        select(Certificate)
        .where(
            Certificate.fingerprint == key.reference.get("fingerprint"),
            Certificate.person_id == key.person_id
            if key.person_id
            else Certificate.agency_id == key.agency_id,
            Certificate.withdrawn_at.is_(None),
        )
        .limit(1)
    ).first()
    if certificate is None:
        raise Refused("signing.no_certificate")
    return certificate.der


def holds(verdict: Verdict) -> bool:
    """Tell whether an act of ours may rest on it: nothing is wrong, and it was really looked at.

    Revocation that could not be established stops nobody; a check that was cut off does.
    """
    return (
        verdict.conclusion is not Conclusion.TOTAL_FAILED and verdict.integrity is Integrity.INTACT
    )


def require_ours(verdict: Verdict, prints: frozenset[str]) -> None:
    """Refuse a file of any maker whose last signature by these certificates is not whole.

    What others have signed before, and whether it holds, is theirs.

    Raises:
        Refused: ``signing.result_not_valid``.
    """
    ours = [one for one in verdict.signatures if one.fingerprint in prints]
    if not ours or ours[-1].integrity is not Integrity.INTACT:
        raise Refused("signing.result_not_valid")


def require_usable(office: Office, certificate: bytes, registered: frozenset[str]) -> None:
    """Refuse a certificate that may not sign now (NĐ 68/2024, Đ29, Đ31, Đ32).

    Raises:
        Refused: It is not the registered one or was withdrawn, is not meant for documents, is
            expired, revoked or not trusted. When revocation could not be established, signing goes
            on and the verdict says so.
    """
    known = facts(certificate)
    if known.fingerprint not in registered:
        raise Refused("signing.certificate_not_registered", name=known.subject_name)
    if _is_withdrawn(office, known.fingerprint):
        raise Refused("signing.certificate_withdrawn", name=known.subject_name)
    require_fit(certificate)
    status = certificate_status(certificate, (), office.clock(), office.trust())
    if status not in {CertificateStatus.GOOD, CertificateStatus.UNKNOWN}:
        raise Refused(f"signing.certificate_{status.value.lower()}", name=known.subject_name)


def _is_withdrawn(office: Office, fingerprint: str) -> bool:
    """Tell whether every registration of the certificate was ended; it may still be on a token."""
    query = select(Certificate.withdrawn_at).where(Certificate.fingerprint == fingerprint)
    with office.sessions() as session:
        ended = session.scalars(query).all()
    return bool(ended) and all(ended)
