"""A small authority for tests that need certificates, lists and answers of every odd kind."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
DAY = timedelta(days=1)
_serials = count(1000)


@dataclass
class Holder:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def parsed(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.der)

    @property
    def serial(self) -> int:
        return self.certificate.serial_number


@dataclass
class Authority:
    """Issues certificates, revocation lists and answers exactly as told."""

    name: str
    own: Holder = field(init=False)
    issuer: "Authority | None" = None

    def __post_init__(self) -> None:
        extensions: list[tuple[x509.ExtensionType, bool]] = [
            (x509.BasicConstraints(ca=True, path_length=None), True),
            (usage(key_cert_sign=True, crl_sign=True), True),
        ]
        key = ec.generate_private_key(ec.SECP256R1())
        by = self.issuer.own if self.issuer else None
        self.own = _issue(self.name, key, by, NOW - 400 * DAY, NOW + 4000 * DAY, extensions)

    def person(
        self,
        name: str = "Nguyễn Văn Đức",
        *,
        begin: datetime = NOW - 300 * DAY,
        end: datetime = NOW + 300 * DAY,
        extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    ) -> Holder:
        given = list(extensions)
        if not any(isinstance(value, x509.KeyUsage) for value, _ in given):
            given.append((usage(digital_signature=True, content_commitment=True), True))
        key = ec.generate_private_key(ec.SECP256R1())
        return _issue(name, key, self.own, begin, end, given)

    def list_of(
        self,
        *revoked: x509.RevokedCertificate,
        published: datetime = NOW - DAY,
        until: datetime = NOW + 6 * DAY,
        extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
        key: ec.EllipticCurvePrivateKey | None = None,
    ) -> bytes:
        builder = (
            x509.CertificateRevocationListBuilder(revoked_certificates=list(revoked))
            .issuer_name(self.own.certificate.subject)
            .last_update(published)
            .next_update(until)
        )
        for value, critical in extensions:
            builder = builder.add_extension(value, critical)
        signed = builder.sign(key or self.own.key, hashes.SHA256())
        return signed.public_bytes(Encoding.DER)

    def answer(
        self,
        about: Holder,
        *,
        responder: Holder | None = None,
        status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
        published: datetime = NOW - DAY,
        until: datetime | None = NOW + DAY,
        revoked_at: datetime | None = None,
        reason: x509.ReasonFlags | None = None,
    ) -> bytes:
        by = responder or self.own
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                about.certificate,
                self.own.certificate,
                hashes.SHA256(),
                status,
                published,
                until,
                revoked_at,
                reason,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
        )
        if responder:
            builder = builder.certificates([responder.certificate])
        signed = builder.sign(by.key, hashes.SHA256())
        return signed.public_bytes(Encoding.DER)


def usage(**wanted: bool) -> x509.KeyUsage:
    every = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(**(every | wanted))


def revoked(
    serial: int,
    when: datetime = NOW - 10 * DAY,
    reason: x509.ReasonFlags | None = None,
    extension: tuple[x509.ExtensionType, bool] | None = None,
) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when)
    if reason:
        builder = builder.add_extension(x509.CRLReason(reason), critical=False)
    if extension:
        builder = builder.add_extension(*extension)
    return builder.build()


def _issue(  # noqa: PLR0917 - a certificate has this many facts
    name: str,
    key: ec.EllipticCurvePrivateKey,
    by: Holder | None,
    begin: datetime,
    end: datetime,
    extensions: Sequence[tuple[x509.ExtensionType, bool]],
) -> Holder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(next(_serials))
        .not_valid_before(begin)
        .not_valid_after(end)
    )
    for value, critical in extensions:
        builder = builder.add_extension(value, critical)
    return Holder(builder.sign(by.key if by else key, hashes.SHA256()), key)
