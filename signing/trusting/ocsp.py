"""Answers of a status service (RFC 6960), given as bytes: somebody else fetched or kept them.

An answer counts when the issuer itself signed it, or somebody to whom the issuer gave exactly this
task; who that is must not be revoked either, unless the issuer says that nobody need ask.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, SignatureAlgorithmOID

from kernel.errors import Refused
from signing.trusting.standing import NOTHING_TOLD, Standing, Told, is_current

Asks = Callable[[asn1_x509.Certificate, asn1_x509.Certificate, datetime], Standing]
"""Asks the revocation lists about a responder's certificate: certificate, issuer, moment."""

_BROKEN_DIGESTS = {"md5", "sha1"}
_SIGNED_AS_PSS = SignatureAlgorithmOID.RSASSA_PSS
_MALFORMED = (
    ValueError,
    TypeError,
    OverflowError,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    UnsupportedAlgorithm,
)


@dataclass(frozen=True, slots=True, eq=False)
class StatusAnswer:
    """An answer that says something; plain data."""

    der: bytes = field(repr=False)
    sha256: str

    @classmethod
    def read(cls, der: bytes) -> Self:
        """Read an answer.

        Raises:
            Refused: ``signing.unreadable_answer``, also where the service only says that it cannot
                answer.
        """
        try:
            status = ocsp.load_der_ocsp_response(der).response_status
        except _MALFORMED as error:
            raise Refused("signing.unreadable_answer") from error
        if status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise Refused("signing.unreadable_answer")
        return cls(der, hashlib.sha256(der).hexdigest())

    def tells(
        self,
        certificate: asn1_x509.Certificate,
        issuer: asn1_x509.Certificate,
        at: datetime,
        standing_of: Asks,
    ) -> Told:
        """Say what this answer establishes about a certificate of ``issuer`` at ``at``."""
        try:
            parsed = ocsp.load_der_ocsp_response(self.der)
            about = next(
                (one for one in parsed.responses if _is_about(one, certificate, issuer)), None
            )
            if about is None or not _is_authentic(parsed, issuer, standing_of):
                return NOTHING_TOLD
            return self._judged(about, certificate, at)
        except _MALFORMED:  # what cannot be read establishes nothing
            return NOTHING_TOLD
        return NOTHING_TOLD

    def _judged(
        self, about: ocsp.OCSPSingleResponse, certificate: asn1_x509.Certificate, at: datetime
    ) -> Told:
        current = is_current(at, about.this_update_utc, about.next_update_utc)
        revoked_at = about.revocation_time_utc
        reason = about.revocation_reason.value if about.revocation_reason else ""
        if revoked_at is not None and revoked_at <= at:
            lasting = current or reason != x509.ReasonFlags.certificate_hold.value
            standing = Standing.REVOKED if lasting else Standing.UNKNOWN
            return self._told(about, standing, revoked_at, reason)
        unknown = about.certificate_status is ocsp.OCSPCertStatus.UNKNOWN
        # A service may forget a certificate once it has expired (RFC 6960 4.4.4).
        forgotten = certificate.not_valid_after < about.this_update_utc
        good = current and not unknown and not forgotten
        return self._told(about, Standing.GOOD) if good else NOTHING_TOLD

    def _told(
        self,
        about: ocsp.OCSPSingleResponse,
        standing: Standing,
        revoked_at: datetime | None = None,
        reason: str = "",
    ) -> Told:
        published, until = about.this_update_utc, about.next_update_utc
        return Told(standing, "ocsp", self.sha256, published, until, revoked_at, reason)


def services_of(certificate: asn1_x509.Certificate) -> list[str]:
    """Give the addresses of the status services that a certificate names."""
    return [str(address) for address in certificate.ocsp_urls]


def ask(certificate: asn1_x509.Certificate, issuer: asn1_x509.Certificate) -> bytes:
    """Write the question for a status service."""
    about, by = (x509.load_der_x509_certificate(one.dump()) for one in (certificate, issuer))
    name = hashes.SHA1()  # noqa: S303 - only names the issuer; RFC 5019 2.1.1 asks for it
    question = ocsp.OCSPRequestBuilder().add_certificate(about, by, name).build()
    return question.public_bytes(Encoding.DER)


def _is_about(
    one: ocsp.OCSPSingleResponse, certificate: asn1_x509.Certificate, issuer: asn1_x509.Certificate
) -> bool:
    key = bytes(issuer.public_key["public_key"])
    return (
        one.serial_number == certificate.serial_number
        and one.issuer_key_hash == hashlib.new(one.hash_algorithm.name, key).digest()
        and one.issuer_name_hash
        == hashlib.new(one.hash_algorithm.name, issuer.subject.dump()).digest()
    )


def _is_authentic(
    parsed: ocsp.OCSPResponse, issuer: asn1_x509.Certificate, standing_of: Asks
) -> bool:
    if any(extension.critical for extension in parsed.extensions):
        return False
    authority = x509.load_der_x509_certificate(issuer.dump())
    if _answered_by(parsed, authority):
        return _signed_by(parsed, authority)
    return any(
        _answered_by(parsed, responder)
        and _signed_by(parsed, responder)
        and _is_charged(responder, authority, parsed.produced_at_utc)
        and _is_in_force(responder, issuer, parsed.produced_at_utc, standing_of)
        for responder in parsed.certificates
    )


def _answered_by(parsed: ocsp.OCSPResponse, responder: x509.Certificate) -> bool:
    if parsed.responder_name is not None:
        return parsed.responder_name == responder.subject
    digest = x509.SubjectKeyIdentifier.from_public_key(responder.public_key()).digest
    return parsed.responder_key_hash == digest


def _signed_by(parsed: ocsp.OCSPResponse, responder: x509.Certificate) -> bool:
    digest = parsed.signature_hash_algorithm
    if digest is None or digest.name in _BROKEN_DIGESTS:
        return False
    try:
        match responder.public_key():
            case RSAPublicKey() as key if parsed.signature_algorithm_oid != _SIGNED_AS_PSS:
                key.verify(parsed.signature, parsed.tbs_response_bytes, PKCS1v15(), digest)
            case EllipticCurvePublicKey() as key:
                key.verify(parsed.signature, parsed.tbs_response_bytes, ECDSA(digest))
            case _:
                return False
    except InvalidSignature:
        return False
    return True


def _is_charged(responder: x509.Certificate, authority: x509.Certificate, at: datetime) -> bool:
    """Tell whether the issuer itself gave the responder the task (RFC 6960 4.2.2.2)."""
    try:
        responder.verify_directly_issued_by(authority)
        usage = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (InvalidSignature, x509.ExtensionNotFound):
        return False
    in_time = responder.not_valid_before_utc <= at <= responder.not_valid_after_utc
    return in_time and ExtendedKeyUsageOID.OCSP_SIGNING in usage


def _is_in_force(
    responder: x509.Certificate, issuer: asn1_x509.Certificate, at: datetime, standing_of: Asks
) -> bool:
    try:
        responder.extensions.get_extension_for_class(x509.OCSPNoCheck)
    except x509.ExtensionNotFound:
        certificate = asn1_x509.Certificate.load(responder.public_bytes(Encoding.DER))
        return standing_of(certificate, issuer, at) is Standing.GOOD
    return True
