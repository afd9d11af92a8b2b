"""Was the certificate good when it signed, and is it the one that should have signed?"""

from collections.abc import Iterator

from signing.checking.examined import Examination, Signature
from signing.checking.rules.objection import Expected, Objection
from signing.checking.verdict import Answer, CertificateTrust, Conclusion
from signing.trusting.trust import CertificateStatus

_CAUSES = {
    CertificateStatus.UNKNOWN: "TRY_LATER",
    CertificateStatus.UNTRUSTED: "NO_CERTIFICATE_CHAIN_FOUND",
    CertificateStatus.EXPIRED: "OUT_OF_BOUNDS_NO_POE",
    CertificateStatus.NOT_YET_VALID: "OUT_OF_BOUNDS_NO_POE",
    CertificateStatus.REVOKED: "REVOKED_NO_POE",
}


def certificate_was_good(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Check that the certificate leads to a trusted authority and was good when it signed."""
    for signature in examination.signatures:
        status = signature.assessment.status
        if signature.container is None or status is CertificateStatus.GOOD:
            continue
        yield Objection(
            f"certificate_{status.value.lower()}",
            _trust_left(signature),
            signature.field,
            sub_indication=_CAUSES[status],
        )


def certificate_was_in_force(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Check the dates of a certificate where no path was judged (NĐ 68/2024 Đ31).

    That is where it leads nowhere we trust, or stands on our list itself.
    """
    for signature in examination.signatures:
        container, moment = signature.container, signature.assessed_at
        if container is None or moment is None or len(signature.assessment.path) > 1:
            continue
        certificate = container.certificate
        if moment > certificate.not_valid_after:
            status = CertificateStatus.EXPIRED
        elif moment < certificate.not_valid_before:
            status = CertificateStatus.NOT_YET_VALID
        else:
            continue
        yield Objection(
            f"certificate_{status.value.lower()}",
            (CertificateTrust.UNTRUSTED,),
            signature.field,
            sub_indication=_CAUSES[status],
        )


def _trust_left(signature: Signature) -> tuple[Answer, ...]:
    match signature.assessment.status, signature.status_at_claim:
        case CertificateStatus.UNKNOWN, _:
            return (CertificateTrust.UNKNOWN,)
        case CertificateStatus.UNTRUSTED, _:
            return (CertificateTrust.UNTRUSTED,)
        # It may have been good when it claims to have signed; nothing proves that moment, and lists
        # of today need not name certificates that have expired (RFC 5280, 3.3).
        case _, CertificateStatus.GOOD | CertificateStatus.UNKNOWN:
            return (CertificateTrust.UNKNOWN,)
        case _:
            return (CertificateTrust.UNTRUSTED, Conclusion.TOTAL_FAILED)


def expected_signatures_are_there(
    examination: Examination, expected: Expected
) -> Iterator[Objection]:
    """Check each expected signature by field and by registered certificate."""
    by_field = {signature.field: signature for signature in examination.signatures}
    for wanted in expected:
        if not wanted.field:
            yield from _anywhere(examination, wanted.fingerprints)
            continue
        signature = by_field.get(wanted.field)
        if signature is None:
            facts = {"field": wanted.field}
            yield Objection("missing_signature", (Conclusion.TOTAL_FAILED,), facts=facts)
        elif signature.fingerprint not in wanted.fingerprints:
            answers = (CertificateTrust.UNTRUSTED, Conclusion.TOTAL_FAILED)
            yield Objection("unregistered_certificate", answers, signature.field)


def _anywhere(examination: Examination, fingerprints: frozenset[str]) -> Iterator[Objection]:
    """Check that exactly one signature is by one of the certificates, in whatever field."""
    by_them = [one for one in examination.signatures if one.fingerprint in fingerprints]
    if not by_them:
        yield Objection("missing_signer", (Conclusion.TOTAL_FAILED,))
    for signature in by_them[1:]:
        yield Objection("second_signature", (Conclusion.TOTAL_FAILED,), signature.field)


def signer_came_before_agency(examination: Examination, expected: Expected) -> Iterator[Objection]:
    """Check that every expected person signed before every expected agency (Đ15)."""
    persons = [one.revision for one in _made_for(examination, expected, "signer")]
    for seal in _made_for(examination, expected, "agency"):
        if any(seal.revision <= person for person in persons):
            yield Objection("wrong_order", (Conclusion.TOTAL_FAILED,), seal.field)


def _made_for(examination: Examination, expected: Expected, role: str) -> list[Signature]:
    wanted = [one for one in expected if one.role == role]
    return [
        signature
        for signature in examination.signatures
        if any(
            signature.field == one.field
            or (not one.field and signature.fingerprint in one.fingerprints)
            for one in wanted
        )
    ]
