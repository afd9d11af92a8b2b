# (pyHanko is typed in part only)

"""Keys that sign: how they are held, and what their certificates say.

The private key is loaded once and kept as an object: reading it anew for every signature would cost
two thirds of the signing time, because OpenSSL checks an RSA key each time it is parsed. Where the
key really lies (container, token, remote service) is hidden behind ``KeyHolder``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Protocol, Self

from asn1crypto import pkcs12 as asn1_pkcs12
from asn1crypto import x509 as asn1_x509
from asn1crypto.algos import EncryptionAlgorithm
from asn1crypto.keys import PublicKeyInfo
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePrivateKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from kernel.errors import Refused

DIGEST = "sha256"
"""The one digest of our signatures, in pyHanko's spelling."""

_SMALLEST_RSA = 2048  # bits, Annex I of TT 15/2025
_STRONG_HMACS = {"sha256", "sha384", "sha512"}


class KeyHolder(Protocol):
    """Somebody who can sign with one certificate's key."""

    @property
    def certificate(self) -> bytes:
        """The signer's certificate, DER."""

    @property
    def chain(self) -> tuple[bytes, ...]:
        """The issuers' certificates that travel with a signature, DER."""

    def sign(self, data: bytes) -> bytes:
        """Sign the SHA-256 of ``data``: RSA PKCS#1 v1.5, or ECDSA in DER."""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate says about its holder."""

    fingerprint: str
    """SHA-256 of the DER, lower-case hex; the name under which certificates are registered."""

    subject_name: str
    """Common name, else the organisation."""

    organisation: str
    serial: str
    """Serial number, lower-case hex."""

    issuer_name: str
    not_before: datetime
    not_after: datetime
    key_type: str
    """``RSA-2048``, ``EC-secp256r1``, or the algorithm's name where we do not sign with it."""


@lru_cache(maxsize=256)
def facts(certificate_der: bytes) -> CertificateFacts:
    """Read a certificate.

    Raises:
        Refused: ``signing.unreadable_certificate``.
    """
    try:
        certificate = asn1_x509.Certificate.load(certificate_der, strict=True)
        return CertificateFacts(
            fingerprint=certificate.sha256.hex(),
            subject_name=_name(certificate.subject),
            organisation=_attribute(certificate.subject, "organization_name"),
            serial=f"{certificate.serial_number:x}",
            issuer_name=_name(certificate.issuer),
            not_before=certificate.not_valid_before,
            not_after=certificate.not_valid_after,
            key_type=_key_type(certificate.public_key),
        )
    except (ValueError, TypeError, KeyError) as error:
        raise Refused("signing.unreadable_certificate") from error


def _attribute(name: asn1_x509.Name, kind: str) -> str:
    value = name.native.get(kind, "")
    return value if isinstance(value, str) else str(value[0])


def _name(name: asn1_x509.Name) -> str:
    return _attribute(name, "common_name") or _attribute(name, "organization_name")


def _key_type(key: PublicKeyInfo) -> str:
    match key.algorithm:
        case "rsa":
            return f"RSA-{key.bit_size}"
        case "ec":
            return f"EC-{key.curve[1]}"
        case other:
            return str(other)


@dataclass(frozen=True, slots=True)
class Pkcs12Key:
    """A key opened from a PKCS#12 container, held in memory for the life of the process."""

    certificate: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(repr=False)
    _private_key: RSAPrivateKey | EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def open(cls, container: bytes, passphrase: str) -> Self:
        """Open a container; slow by design (the passphrase is stretched), so do it once.

        Raises:
            Refused: ``signing.wrong_passphrase``, ``signing.weak_container``,
                ``signing.unreadable_container``, ``signing.empty_container``,
                ``signing.key_mismatch`` or ``signing.weak_key``.
        """
        _refuse_weak(container)
        try:
            opened = pkcs12.load_pkcs12(container, passphrase.encode())
        except ValueError as error:
            raise Refused("signing.wrong_passphrase") from error
        if opened.key is None or opened.cert is None:
            raise Refused("signing.empty_container")
        certificate = opened.cert.certificate
        if opened.key.public_key() != certificate.public_key():
            raise Refused("signing.key_mismatch")
        return cls(
            certificate=certificate.public_bytes(Encoding.DER),
            chain=tuple(
                other.certificate.public_bytes(Encoding.DER) for other in opened.additional_certs
            ),
            _private_key=_strong(opened.key),
        )

    def sign(self, data: bytes) -> bytes:
        """Sign the SHA-256 of ``data``."""
        if isinstance(self._private_key, RSAPrivateKey):
            return self._private_key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._private_key.sign(data, ECDSA(hashes.SHA256()))


def _strong(key: object) -> RSAPrivateKey | EllipticCurvePrivateKey:
    match key:
        case RSAPrivateKey() if key.key_size >= _SMALLEST_RSA:
            return key
        case EllipticCurvePrivateKey() if key.curve.name == "secp256r1":
            return key
        case _:
            raise Refused("signing.weak_key")


def _refuse_weak(container: bytes) -> None:
    """Refuse containers that leave the key open or protect it with SHA-1, 3DES or RC2."""
    try:
        pfx = asn1_pkcs12.Pfx.load(container, strict=True)
        protections = list(_protections(pfx.authenticated_safe))
        mac = pfx["mac_data"]["mac"]["digest_algorithm"]["algorithm"].native
    except (ValueError, TypeError, KeyError) as error:
        raise Refused("signing.unreadable_container") from error
    if mac not in _STRONG_HMACS or not all(protections):
        raise Refused("signing.weak_container")


def _protections(safes: asn1_pkcs12.AuthenticatedSafe) -> Iterator[bool]:
    """Tell of each protected part of a container whether the protection is strong."""
    for safe in safes:
        if safe["content_type"].native == "encrypted_data":
            info = safe["content"]["encrypted_content_info"]
            yield _is_strong(info["content_encryption_algorithm"])
            continue
        for bag in asn1_pkcs12.SafeContents.load(safe["content"].native):
            match bag["bag_id"].native:
                case "pkcs8_shrouded_key_bag":
                    yield _is_strong(bag["bag_value"]["encryption_algorithm"])
                case "key_bag":
                    yield False


def _is_strong(cipher: EncryptionAlgorithm) -> bool:
    if cipher["algorithm"].native != "pbes2":
        return False
    scheme = cipher["parameters"]["encryption_scheme"]["algorithm"].native
    kdf = cipher["parameters"]["key_derivation_func"]
    if kdf["algorithm"].native == "pbkdf2":
        strong_kdf = kdf["parameters"]["prf"]["algorithm"].native in _STRONG_HMACS
    else:
        strong_kdf = kdf["algorithm"].native == "scrypt"
    return bool(strong_kdf and scheme.startswith("aes"))
